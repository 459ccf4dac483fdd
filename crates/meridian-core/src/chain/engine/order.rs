//! Order: in what order messages of a lane passed a hop.
//!
//! By the reporter's own counter, which is its order of observation; where it does not count, by time. Either way a
//! sighting waits for its turn: until the counters before it have come, or until its hop has reported all until then.
//! So the order in which reports *arrive* decides nothing, and no history is needed: a message is out of order if a
//! later number of its lane had its turn before. Judged is the first report of a message at a hop, unless it was
//! sent again: what is sent again may well come after later ones. A sighting whose turn has passed is not judged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::chain::plan::HopId;

/// How many reports wait for one that is missing, until the missing one is given up.
pub const WAITING_MAX: usize = 4096;

/// A message that passed a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passed {
    pub chain: u32,
    pub lane: u32,
    pub hop: HopId,
    pub seq: u64,
}

/// The reports of one epoch of a reporter, put in the order of their counters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    next: u64,
    waiting: BTreeMap<u64, Option<Passed>>,
}

impl Queue {
    pub fn new(next: u64) -> Queue {
        Queue { next, waiting: BTreeMap::new() }
    }

    /// Whether this one's turn is now, and nobody's with it; then it has had it.
    pub fn is_next(&mut self, n: u64) -> bool {
        let is_next = n == self.next && self.waiting.is_empty();
        if is_next {
            self.next = n.saturating_add(1);
        }
        is_next
    }

    pub fn pass(&mut self, n: u64, passed: Option<Passed>) -> Vec<Passed> {
        if n < self.next {
            return Vec::new();
        }
        if self.is_next(n) {
            return passed.into_iter().collect();
        }
        self.waiting.insert(n, passed);
        if self.waiting.len() > WAITING_MAX {
            self.next = self.waiting.keys().next().copied().unwrap_or(self.next);
        }
        let mut turn = Vec::new();
        while let Some(passed) = self.waiting.remove(&self.next) {
            turn.extend(passed);
            self.next = self.next.saturating_add(1);
        }
        turn
    }
}

/// The highest number of a lane that had its turn, by hop and by who counts (0: by time).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Highest(Vec<(HopId, u32, u64)>);

impl Highest {
    /// The higher number that had its turn before, if there is one.
    pub fn turn(&mut self, hop: HopId, by: u32, seq: u64) -> Option<u64> {
        let Some((_, _, highest)) = self.0.iter_mut().find(|(at, whose, _)| (*at, *whose) == (hop, by)) else {
            self.0.push((hop, by, seq));
            return None;
        };
        if seq < *highest {
            return Some(*highest);
        }
        *highest = seq;
        None
    }
}
