//! `meridian check` and `meridian schema`; and how an estate is read from its directory.
//!
//! Exit codes: 0 the estate is in order, 1 it has problems (with `--strict` warnings, too), 2 wrong usage.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read},
    path::{Path, PathBuf},
    process::ExitCode,
};

use meridian_core::estate::{self, Estate, FILE_BYTES_MAX, Kind, Loaded, Problem, SourceFile, Weight};

use super::{color, fail, print};
use crate::clock::Clock;

/// More levels of directories than any estate has.
const DEPTH_MAX: usize = 32;

/// All files below `dir` that end in `.yaml` or `.yml`, by path. What is hidden is left alone, and so are directories
/// that a link leads back to. What can't be read is a problem, told with all problems of what could be read; and so is a
/// directory without any such file.
pub fn read_dir(dir: &Path) -> Result<Vec<SourceFile>, Vec<Problem>> {
    let mut walk = Walk::default();
    walk.directory(dir, "", 0);
    if walk.files.is_empty() && walk.problems.is_empty() {
        walk.problems
            .push(about(&dir.display().to_string(), "no file that ends in .yaml or .yml is below this directory"));
    }
    if walk.problems.is_empty() {
        return Ok(walk.files);
    }
    match estate::load_beside(&walk.files, walk.problems.clone()) {
        Err(problems) => Err(problems),
        Ok(_) => Err(walk.problems),
    }
}

#[derive(Default)]
struct Walk {
    files: Vec<SourceFile>,
    problems: Vec<Problem>,
    seen: BTreeSet<PathBuf>,
}

impl Walk {
    fn directory(&mut self, dir: &Path, prefix: &str, depth: usize) {
        let shown = if prefix.is_empty() { dir.display().to_string() } else { prefix.trim_end_matches('/').to_owned() };
        let listed =
            fs::canonicalize(dir).and_then(|real| if self.seen.insert(real) { list(dir) } else { Ok(Vec::new()) });
        let entries = match listed {
            Ok(_) if depth > DEPTH_MAX => {
                return self.problems.push(about(&shown, "directories are nested too deeply here"));
            }
            Ok(entries) => entries,
            Err(error) => return self.problems.push(about(&shown, &format!("this directory can't be read: {error}"))),
        };
        for (name, path) in entries {
            let shown = format!("{prefix}{name}");
            match fs::metadata(&path) {
                Ok(meta) if meta.is_dir() => self.directory(&path, &format!("{shown}/"), depth + 1),
                Ok(meta) if meta.is_file() && is_yaml(&name) => self.file(&path, &shown),
                Err(error) if is_yaml(&name) => {
                    self.problems.push(about(&shown, &format!("this file can't be read: {error}")))
                }
                // Sockets, files of other kinds, and links to nothing that don't pretend to be YAML.
                Ok(_) | Err(_) => {}
            }
        }
    }

    fn file(&mut self, path: &Path, shown: &str) {
        let mut bytes = Vec::new();
        // One byte more than is allowed shows that there is more, without reading all of it.
        match File::open(path).and_then(|file| file.take(FILE_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)) {
            Ok(_) => match estate::text(shown, &bytes) {
                Ok(file) => self.files.push(file),
                Err(problem) => self.problems.push(problem),
            },
            Err(error) => self.problems.push(about(shown, &format!("this file can't be read: {error}"))),
        }
    }
}

/// What is not hidden in a directory, by name.
fn list(dir: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut entries = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') {
            entries.push((name, entry.path()));
        }
    }
    entries.sort();
    Ok(entries)
}

fn is_yaml(name: &str) -> bool {
    name.ends_with(".yaml") || name.ends_with(".yml")
}

/// A problem with a file or directory as a whole.
fn about(path: &str, message: &str) -> Problem {
    Problem {
        weight: Weight::Error,
        file: path.to_owned(),
        line: 0,
        column: 0,
        len: 0,
        message: message.to_owned(),
        expected: None,
        nearest: None,
        snippet: String::new(),
    }
}

/// What keeps this estate from being served, although it is in order: without a routing every alert would be taken and
/// lead to nobody. A file that is just being written looks so, too.
pub fn unserved(estate: &Estate, dir: &Path) -> Option<Problem> {
    let mut problem =
        about(&dir.display().to_string(), "no Routing stands here: alerts would be taken and lead to nobody");
    problem.expected = Some("one document of kind Routing, which names an Escalation for all alerts".to_owned());
    estate.routing.is_none().then_some(problem)
}

/// The estate of a directory, for commands that need one; else all problems as one text.
pub fn load(dir: &Path) -> Result<Estate, String> {
    sound(dir).map(|(_, estate)| estate)
}

/// The files of an estate without errors; else all problems as one text.
pub fn sound_files(dir: &Path) -> Result<Vec<SourceFile>, String> {
    sound(dir).map(|(files, _)| files)
}

fn sound(dir: &Path) -> Result<(Vec<SourceFile>, Estate), String> {
    match read_dir(dir).and_then(|files| estate::load(&files).map(|loaded| (files, loaded.estate))) {
        Ok(both) => Ok(both),
        Err(problems) => {
            let shown: String = problems.iter().map(|problem| format!("\n{problem}\n")).collect();
            Err(format!("the estate in {} is broken\n{shown}", dir.display()))
        }
    }
}

/// `meridian check DIR`: every error at once, or what is doubtful.
pub fn check(dir: &Path, json: bool, strict: bool) -> ExitCode {
    let now = Clock::system().now();
    let loaded = read_dir(dir).and_then(|files| estate::load(&files));
    let (problems, counts) = match loaded {
        Ok(Loaded { estate, mut warnings }) => {
            warnings.extend(unserved(&estate, dir).map(|problem| Problem { weight: Weight::Warning, ..problem }));
            warnings.extend(estate::check(&estate, now));
            (warnings, Some(estate.counts()))
        }
        Err(problems) => (problems, None),
    };
    let failed = counts.is_none() || (strict && !problems.is_empty());
    if json {
        let shown = serde_json::json!({ "inOrder": counts.is_some(), "problems": problems, "counts": counts });
        print(&shown.to_string());
    } else {
        let color = color::on_stdout();
        let mut text: String = problems.iter().map(|problem| paint(problem, color) + "\n\n").collect();
        text += &summary(&problems, counts.as_ref());
        print(&text);
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn summary(problems: &[Problem], counts: Option<&estate::Counts>) -> String {
    let plural = |n: usize, word: &str| if n == 1 { format!("1 {word}") } else { format!("{n} {word}s") };
    let Some(counts) = counts else {
        return format!("{}; the estate is not in order", plural(problems.len(), "error"));
    };
    let parts = [
        (counts.sites, "site"),
        (counts.persons, "person"),
        (counts.teams, "team"),
        (counts.rotas, "rota"),
        (counts.escalations, "escalation"),
        (counts.channels, "channel"),
        (counts.chains, "chain"),
    ];
    let parts: Vec<String> = parts.iter().map(|(n, word)| plural(*n, word)).collect();
    let doubts = if problems.is_empty() { String::new() } else { format!("; {}", plural(problems.len(), "warning")) };
    format!("The estate is in order: {}{doubts}", parts.join(", "))
}

/// As the problem prints itself; with colour, its weight and its marker stand out.
fn paint(problem: &Problem, color: bool) -> String {
    let plain = problem.to_string();
    if !color {
        return plain;
    }
    let (word, code) = match problem.weight {
        Weight::Error => ("error:", "1;31"),
        Weight::Warning => ("warning:", "1;33"),
    };
    let line = |(number, line): (usize, &str)| match (number, line.split_once("| ")) {
        (0, _) => line.replacen(word, &format!("\x1b[{code}m{word}\x1b[0m"), 1),
        (_, Some((gutter, marks))) if marks.trim_start().starts_with('^') => {
            format!("{gutter}| \x1b[{code}m{marks}\x1b[0m")
        }
        _ => line.to_owned(),
    };
    plain.lines().enumerate().map(line).collect::<Vec<_>>().join("\n")
}

/// `meridian schema [KIND]`: for editors. Without a kind, one schema for documents of every kind.
pub fn schema(kind: Option<&str>) -> ExitCode {
    let schema = match kind.map(str::parse::<Kind>) {
        None => estate::schema_all(),
        Some(Ok(kind)) => estate::schema(kind),
        Some(Err(why)) => {
            fail(&why);
            return ExitCode::from(2);
        }
    };
    print(&format!("{schema:#}"));
    ExitCode::SUCCESS
}
