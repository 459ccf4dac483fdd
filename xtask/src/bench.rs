//! `cargo xtask bench`: build the benchmarks with optimisation, run them, keep their figures.
//!
//! A benchmark is a `[[bench]]` target with `harness = false` that prints one JSON object a line, of which `name`,
//! `value` and `unit` make the table. Other lines are shown as they are. It says nothing about what is fast enough.

use crate::run;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

pub fn run(args: &[String]) -> Result<(), String> {
    let wanted = args.first();
    let targets: Vec<_> = targets()?.into_iter().filter(|(_, name)| wanted.is_none_or(|w| w == name)).collect();
    if targets.is_empty() {
        return Err(match wanted {
            Some(name) => format!("there is no benchmark named `{name}`"),
            None => "there are no benchmarks".to_owned(),
        });
    }
    let dir = run::target_dir().join("bench");
    std::fs::create_dir_all(&dir).map_err(|why| format!("{}: {why}", dir.display()))?;
    let mut rows = Vec::new();
    for (package, name) in &targets {
        println!("== {name}");
        let figures = measure(package, name)?;
        let file = dir.join(format!("{name}.json"));
        let lines: String = figures.iter().map(|figure| format!("{figure}\n")).collect();
        std::fs::write(&file, lines).map_err(|why| format!("{}: {why}", file.display()))?;
        rows.extend(figures);
    }
    println!("\n{}\nwritten to {}", table(&rows), dir.display());
    Ok(())
}

/// Every benchmark of the workspace, as package and target.
fn targets() -> Result<Vec<(String, String)>, String> {
    let said = run::output(run::cargo().args(["metadata", "--no-deps", "--format-version", "1"]))
        .ok_or("`cargo metadata` failed")?;
    let metadata: Value = serde_json::from_str(&said).map_err(|why| format!("`cargo metadata`: {why}"))?;
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut found = Vec::new();
    for package in list(&metadata["packages"]) {
        for target in list(&package["targets"]) {
            if list(&target["kind"]).iter().any(|kind| kind == "bench") {
                found.push((word(&package["name"]), word(&target["name"])));
            }
        }
    }
    Ok(found)
}

fn measure(package: &str, name: &str) -> Result<Vec<Value>, String> {
    let mut cargo = run::cargo();
    cargo.args(["bench", "--package", package, "--bench", name]).stdout(Stdio::piped());
    let mut child = cargo.spawn().map_err(|why| format!("cargo bench: {why}"))?;
    let mut figures = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            match serde_json::from_str::<Value>(&line) {
                Ok(figure) if figure.is_object() => figures.push(figure),
                _ => println!("{line}"),
            }
        }
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(figures),
        Ok(status) => Err(format!("the benchmark `{name}` failed ({status})")),
        Err(why) => Err(format!("the benchmark `{name}`: {why}")),
    }
}

fn table(figures: &[Value]) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let rows: Vec<[String; 3]> = figures.iter().map(|f| ["name", "value", "unit"].map(|key| text(&f[key]))).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let (name, value) = (width(0), width(1));
    rows.iter().map(|[n, v, u]| format!("{n:<name$}  {v:>value$} {u}\n")).collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_table_lines_up_what_the_benchmarks_said() {
        let figures = [
            serde_json::json!({ "name": "fold", "value": 1_200_000, "unit": "facts/s", "n": 10 }),
            serde_json::json!({ "name": "intake p99", "value": 3.5, "unit": "ms" }),
        ];
        assert_eq!(super::table(&figures), "fold        1200000 facts/s\nintake p99      3.5 ms\n");
    }
}
