//! `cargo xtask ci`: what must hold before a change lands, stage by stage, with the time of each.

use crate::{run, test, tidy};
use std::process::Command;
use std::time::{Duration, Instant};

type Stage = fn() -> Result<Outcome, String>;

enum Outcome {
    Done,
    Skipped(&'static str),
}

const STAGES: [(&str, Stage); 4] = [("fmt", fmt), ("clippy", clippy), ("tidy", tidied), ("test", tested)];

pub fn run() -> Result<(), String> {
    let mut report: Vec<(&str, Duration, String)> = Vec::new();
    let mut failed = Vec::new();
    for (name, stage) in STAGES {
        println!("\n== {name}");
        let started = now();
        let outcome = stage();
        let said = match &outcome {
            Ok(Outcome::Done) => "ok".to_owned(),
            Ok(Outcome::Skipped(why)) => format!("skipped: {why}"),
            Err(why) => format!("FAILED: {}", why.lines().next().unwrap_or_default()),
        };
        if outcome.is_err() {
            println!("{said}");
            failed.push(name);
        }
        report.push((name, started.elapsed(), said));
    }
    println!("\n== ci");
    for (name, took, said) in &report {
        println!("{name:<8} {:>7.1} s  {said}", took.as_secs_f64());
    }
    if failed.is_empty() { Ok(()) } else { Err(format!("failed: {}", failed.join(", "))) }
}

fn fmt() -> Result<Outcome, String> {
    if !run::succeeds(Command::new("cargo").args(["fmt", "--version"])) {
        return Ok(Outcome::Skipped("rustfmt is not installed"));
    }
    run::shown(run::cargo().args(["fmt", "--all", "--check"])).map(|()| Outcome::Done)
}

fn clippy() -> Result<Outcome, String> {
    if !run::succeeds(Command::new("cargo").args(["clippy", "--version"])) {
        return Ok(Outcome::Skipped("clippy is not installed"));
    }
    let all = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    run::shown(run::cargo().args(all)).map(|()| Outcome::Done)
}

fn tidied() -> Result<Outcome, String> {
    tidy::run().map(|()| Outcome::Done)
}

/// The same commit gives the same answer twice. New inputs are tried by whoever runs `cargo xtask test`.
fn tested() -> Result<Outcome, String> {
    test::run(&["--seed".to_owned(), "1".to_owned()]).map(|()| Outcome::Done)
}

#[expect(clippy::disallowed_methods, reason = "how long a stage took is the one time that a chore may ask for")]
fn now() -> Instant {
    Instant::now()
}
