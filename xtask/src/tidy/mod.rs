//! `cargo xtask tidy`: the house style as a test.
//!
//! Every rule reads the tree and answers findings, each with a place and the way out. It does not format (`cargo fmt`)
//! and does not know types (`cargo clippy`, whose bans stand in `clippy.toml`). A rule without a sample that breaks it
//! in `tests.rs` does not exist: nobody would notice when it stops working.

mod dependencies;
mod links;
mod source;
mod text;
mod tree;

#[cfg(test)]
mod tests;

use std::fmt;
use tree::Tree;

/// One breach of the house style.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub path: String,
    pub line: usize,
    pub rule: &'static str,
    pub what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {} [{}]", self.path, self.line, self.what, self.rule)
    }
}

/// Reads the workspace, prints every finding, and fails if there is one.
pub fn run() -> Result<(), String> {
    let tree = Tree::read(&crate::run::root())?;
    let found = findings(&tree);
    for finding in &found {
        println!("{finding}");
    }
    match found.len() {
        0 => {
            println!("tidy: {} files, nothing found", tree.files.len());
            Ok(())
        }
        n => Err(format!("tidy: {n} findings; docs/STYLE.md has the reasons")),
    }
}

fn findings(tree: &Tree) -> Vec<Finding> {
    let mut found = Vec::new();
    for file in &tree.files {
        text::check(file, &mut found);
        source::check(file, &mut found);
        links::check(tree, file, &mut found);
    }
    dependencies::check(tree, &mut found);
    found.sort();
    found
}
