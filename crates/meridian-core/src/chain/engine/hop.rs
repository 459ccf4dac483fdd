//! A hop as far as it is known: until when it has reported all, and whether it is dark.
//!
//! | reporters there | it has reported all until | it is dark |
//! | --- | --- | --- |
//! | send heartbeats | what the slowest of them said, but never beyond the time of the house | one of them says nothing |
//! | send none | the bounded lateness ago; but while a word is due, that long before the word became due | a word is due and does not come |
//! | nobody yet | nothing is known | a word is due and does not come |
//!
//! A word is due as soon as another hop has seen a message that this one must see. Silence proves nothing: neither a
//! loss, nor that all is well. What is once known stays known. What this does *not* do: a reporter that was taken away
//! for good is not forgotten.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::reporter::{Reporters, UNTIMED};
use super::shape::Shape;
use super::verdict::Line;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hop {
    /// Who reports there, in order; 0: somebody who gives no name.
    pub reporters: Vec<u32>,
    pub(super) dark: Line,
    /// Sightings without a counter that wait for their turn: instant, lane, sequence.
    pub unordered: BTreeSet<(i64, u32, u64)>,
}

impl Hop {
    /// This reporter said something of the hop. Whether it is the only one that ever did.
    pub fn stands(&mut self, tap: u32) -> bool {
        if let Err(at) = self.reporters.binary_search(&tap) {
            self.reporters.insert(at, tap);
        }
        self.reporters.len() == 1
    }

    /// Until when all that it saw is known; `waiting`: since when, by the time of the house, a word of it is due.
    pub fn through(&self, shape: &Shape, reporters: &Reporters, now: Option<i64>, waiting: Option<i64>) -> Option<i64> {
        self.reporters
            .iter()
            .map(|number| match reporters.get(*number).filter(|reporter| reporter.beats) {
                Some(reporter) => Some(reporter.complete_to?.min(now.unwrap_or(i64::MAX))),
                None => Some(now?.min(waiting.unwrap_or(i64::MAX)).saturating_sub(shape.lateness)),
            })
            .reduce(|a, b| Some(a?.min(b?)))
            .flatten()
    }

    pub fn is_dark(&self, shape: &Shape, reporters: &Reporters, now: Option<i64>, waiting: Option<i64>) -> bool {
        let Some(now) = now else { return false };
        let long = |since: i64| since != UNTIMED && now.saturating_sub(since) >= shape.dark_after;
        let silent = |number: &u32| reporters.get(*number).is_some_and(|it| it.beats && long(it.heard_at));
        waiting.is_some_and(long) || self.reporters.iter().any(silent)
    }
}
