//! Where things stand in the files, for warnings that come up long after they were read.

use std::collections::BTreeMap;

use super::problem::{Fault, Problem, Span, Weight, snippet};

/// By path: `rota/payments`, `rota/payments/london`, `rota/payments/london/holidays`.
#[derive(Clone, Debug, Default)]
pub struct Places(BTreeMap<String, Place>);

#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub file: String,
    pub at: Span,
    pub line: String,
}

impl Places {
    pub(crate) fn put(&mut self, path: String, place: Place) {
        self.0.entry(path).or_insert(place);
    }

    /// File and line of what has this path, or of the nearest thing above it that is known.
    pub fn of(&self, path: &str) -> Option<(&str, u32)> {
        self.find(path).map(|place| (place.file.as_str(), place.at.line))
    }

    fn find(&self, path: &str) -> Option<&Place> {
        let mut path = path;
        loop {
            match self.0.get(path) {
                Some(place) => return Some(place),
                None => path = path.rsplit_once('/')?.0,
            }
        }
    }

    /// A warning about what has this path.
    pub(crate) fn warn(&self, path: &str, fault: Fault) -> Problem {
        match self.find(path) {
            Some(place) => Problem::new(Weight::Warning, &place.file, place.at, fault, snippet(&place.line, place.at)),
            None => Problem::new(Weight::Warning, path, Span::default(), fault, String::new()),
        }
    }
}
