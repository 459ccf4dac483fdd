//! Rules of dependencies: each is accounted for in `docs/DEPENDENCIES.md`, and core stays pure.

use super::Finding;
use super::tree::{File, Tree};

const ACCOUNT: &str = "docs/DEPENDENCIES.md";

/// What would let I/O, a runtime, randomness or the environment into core, by the first word of the crate's name.
const NOT_IN_CORE: [&str; 18] = [
    "tokio",
    "sqlx",
    "axum",
    "reqwest",
    "hyper",
    "tower",
    "lettre",
    "getrandom",
    "rand",
    "notify",
    "tempfile",
    "rustls",
    "tracing",
    "async",
    "futures",
    "clap",
    "governor",
    "meridian",
];

pub fn check(tree: &Tree, found: &mut Vec<Finding>) {
    if let Some(core) = tree.file("crates/meridian-core/Cargo.toml") {
        for (line, name) in entries(core, "[dependencies]") {
            let first = name.split(['-', '_']).next().unwrap_or(&name);
            if NOT_IN_CORE.contains(&first) {
                let what = format!("`{name}`: core is pure; what does I/O belongs in the crate `meridian`");
                found.push(Finding { path: core.path.clone(), line, rule: "pure-core", what });
            }
        }
    }
    for manifest in tree.files.iter().filter(|file| file.path.ends_with("Cargo.toml")) {
        let sql_is_home = manifest.path == "Cargo.toml" || manifest.path.starts_with("crates/meridian-store/");
        for (line, name) in entries(manifest, "[dependencies]") {
            if name == "sqlx" && !sql_is_home {
                let what = "`sqlx`: SQL stands in meridian-store alone".to_owned();
                found.push(Finding { path: manifest.path.clone(), line, rule: "sql", what });
            }
        }
    }
    let Some(workspace) = tree.file("Cargo.toml") else { return };
    let account = tree.file(ACCOUNT).map(|file| file.text.as_str()).unwrap_or_default();
    let wanted = entries(workspace, "[workspace.dependencies]");
    let ours = |name: &str| name.starts_with("meridian");
    for (line, name) in wanted.iter().filter(|(_, name)| !ours(name)) {
        if !account.contains(&format!("`{name}`")) {
            let what = format!("`{name}` has no line in {ACCOUNT}: why this one, and what would replace it?");
            found.push(Finding { path: workspace.path.clone(), line: *line, rule: "dependency", what });
        }
    }
    for (n, line) in account.lines().enumerate() {
        let named = line.strip_prefix("| `").and_then(|rest| rest.split_once('`'));
        if let Some((name, _)) = named.filter(|(name, _)| !wanted.iter().any(|(_, wanted)| wanted == name)) {
            let what = format!("`{name}` is accounted for, but no longer a dependency of the workspace");
            found.push(Finding { path: ACCOUNT.into(), line: n + 1, rule: "dependency", what });
        }
    }
}

/// The keys of one table of a manifest, each with its line.
fn entries(manifest: &File, table: &str) -> Vec<(usize, String)> {
    let mut inside = false;
    let mut found = Vec::new();
    for (n, line) in manifest.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line.trim() == table;
        } else if let (true, Some((key, _))) = (inside && !line.starts_with('#'), line.split_once('=')) {
            let name = key.trim().trim_end_matches(".workspace");
            found.push((n + 1, name.to_owned()));
        }
    }
    found
}
