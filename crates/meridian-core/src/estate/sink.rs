//! Where problems are collected, with the file that they concern.

use super::{
    SourceFile,
    places::Place,
    problem::{Fault, Problem, Span, Weight, snippet},
};

/// More problems than anybody reads; a hostile file could make millions.
const PROBLEMS_MAX: usize = 500;

pub(crate) struct Sink<'a> {
    file: &'a SourceFile,
    found: &'a mut Found,
}

/// All that was found so far, over all files.
#[derive(Default)]
pub(crate) struct Found {
    pub errors: Vec<Problem>,
    pub warnings: Vec<Problem>,
    pub left_out: usize,
}

impl<'a> Sink<'a> {
    pub fn new(file: &'a SourceFile, found: &'a mut Found) -> Sink<'a> {
        Sink { file, found }
    }

    pub fn error(&mut self, at: Span, fault: Fault) {
        self.push(Weight::Error, at, fault);
    }

    pub fn warning(&mut self, at: Span, fault: Fault) {
        self.push(Weight::Warning, at, fault);
    }

    /// What a later warning needs to point at this.
    pub fn place(&self, at: Span) -> Place {
        let line = line_of(&self.file.text, at.line).unwrap_or_default();
        Place { file: self.file.path.clone(), at, line: line.chars().take(200).collect() }
    }

    fn push(&mut self, weight: Weight, at: Span, fault: Fault) {
        let list = match weight {
            Weight::Error => &mut self.found.errors,
            Weight::Warning => &mut self.found.warnings,
        };
        if list.len() >= PROBLEMS_MAX {
            self.found.left_out += 1;
            return;
        }
        let line = line_of(&self.file.text, at.line).unwrap_or_default();
        let snippet = if at.line == 0 { String::new() } else { snippet(line, at) };
        list.push(Problem::new(weight, &self.file.path, at, fault, snippet));
    }
}

impl Found {
    /// In the order of the files, each problem once: an alias can make one mistake appear in many places.
    pub fn sorted(mut list: Vec<Problem>) -> Vec<Problem> {
        list.sort_by(|a, b| (&a.file, a.line, a.column, &a.message).cmp(&(&b.file, b.line, b.column, &b.message)));
        list.dedup();
        list
    }
}

pub(crate) fn line_of(text: &str, line: u32) -> Option<&str> {
    text.lines().nth((line as usize).checked_sub(1)?)
}
