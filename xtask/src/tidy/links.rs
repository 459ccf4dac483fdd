//! Rules of documents: a link leads somewhere, a path that is named exists.

use super::Finding;
use super::tree::{File, Tree};

/// A name in backticks that begins with one of these is a path of the repository.
const ROOTS: [&str; 7] = ["crates/", "docs/", "examples/", "xtask/", "tests/", ".ci/", ".config/"];

pub fn check(tree: &Tree, file: &File, found: &mut Vec<Finding>) {
    if !file.is("md") {
        return;
    }
    let mut fenced = false;
    for (n, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
            continue;
        }
        if fenced {
            continue;
        }
        let mut say = |rule, what| found.push(Finding { path: file.path.clone(), line: n + 1, rule, what });
        for target in links(line) {
            if !exists(tree, &file.path, target) {
                say("dead-link", format!("`{target}` does not exist"));
            }
        }
        for name in line.split('`').skip(1).step_by(2).filter(|name| is_path(name)) {
            let name = name.split(':').next().unwrap_or(name);
            if !tree.paths.contains(name.trim_end_matches('/')) && !exists(tree, &file.path, name) {
                say("dead-path", format!("`{name}` is named, but does not exist"));
            }
        }
    }
}

/// The relative targets of `[text](target)`, without their anchors.
fn links(line: &str) -> Vec<&str> {
    let targets = line.split("](").skip(1).filter_map(|rest| rest.split([')', ' ']).next());
    let relative = targets.filter(|t| !t.contains("://") && !t.starts_with(['#', '/']) && !t.starts_with("mailto:"));
    relative.map(|t| t.split('#').next().unwrap_or(t)).filter(|t| !t.is_empty()).collect()
}

fn is_path(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-/:".contains(c);
    ROOTS.iter().any(|root| name.starts_with(root)) && name.chars().all(plain)
}

/// Whether the target exists beside the document that names it.
fn exists(tree: &Tree, document: &str, target: &str) -> bool {
    let mut at: Vec<&str> = document.split('/').collect();
    at.pop();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." if at.pop().is_none() => return false,
            ".." => {}
            name => at.push(name),
        }
    }
    at.is_empty() || tree.paths.contains(&at.join("/"))
}
