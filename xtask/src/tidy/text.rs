//! Rules of plain text: length, white space, unfinished words.

use super::Finding;
use super::tree::{File, Source};

const LINES_MAX: usize = 500;
const TEXT: [&str; 11] = ["rs", "md", "toml", "html", "css", "js", "mjs", "yaml", "yml", "sh", "sql"];
const UNFINISHED: [&str; 4] = ["TODO", "FIXME", "XXX", "HACK"];

pub fn check(file: &File, found: &mut Vec<Finding>) {
    if !TEXT.iter().any(|extension| file.is(extension)) {
        return;
    }
    let mut say = |line, rule, what: String| found.push(Finding { path: file.path.clone(), line, rule, what });
    let lines = file.text.lines().count();
    if lines > LINES_MAX && file.is("rs") {
        say(lines, "file-length", format!("{lines} lines; a file is read in one sitting: stop at {LINES_MAX}"));
    }
    for (n, line) in file.text.split('\n').enumerate() {
        if line.ends_with([' ', '\t', '\r']) {
            say(n + 1, "white-space", "white space at the end of the line".into());
        }
        if line.contains('\t') {
            say(n + 1, "tab", "a tab; indent with spaces, and write `\\t` in a literal".into());
        }
    }
    if !file.text.is_empty() && !file.text.ends_with('\n') {
        say(lines, "white-space", "no newline at the end of the file".into());
    }
    for (line, word) in unfinished(file) {
        say(line, "unfinished", format!("`{word}`: finish it, or say it in an issue"));
    }
}

fn unfinished(file: &File) -> Vec<(usize, String)> {
    let prose: Vec<(usize, String)> = match file.is("rs") {
        true => Source::read(&file.text).comments,
        false => file.text.lines().enumerate().map(|(n, line)| (n + 1, without_code_spans(line))).collect(),
    };
    let mut found = Vec::new();
    for (start, text) in prose {
        for (n, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            found.extend(words.filter(|w| UNFINISHED.contains(w)).map(|w| (start + n, w.to_owned())));
        }
    }
    found
}

/// What a document quotes in backticks is a name, not a promise.
fn without_code_spans(line: &str) -> String {
    line.split('`').step_by(2).collect::<Vec<_>>().join(" ")
}
