//! Reporters: which reports are known, and until when a reporter has told all that it saw.
//!
//! A report is known by reporter, epoch and counter. The counters that came are kept as ranges; the content of the last
//! [`RECENT`] reports of an epoch as fingerprints, so that a number that is used twice is found. An older repetition
//! is absorbed without a comparison. A heartbeat counts once every report through its counter is there: a reporter
//! whose report was lost on the way says nothing more until it sends it again. What this does *not* do: it does not
//! know how far a *hop* has reported; several reporters may stand at one ([`super::hop`]).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::intervals::Intervals;
use super::order::{Passed, Queue};
use crate::chain::plan::HopId;

/// Epochs of one reporter that are remembered. A report of an older one is set aside.
const EPOCHS_MAX: usize = 8;
/// Heartbeats of one epoch that wait for reports.
const BEATS_MAX: usize = 1024;
/// Ranges of counters of one epoch: a reporter that counts in leaps is set aside at that point.
const RANGES_MAX: usize = 65_536;
/// Reports whose content is remembered.
pub const RECENT: usize = 4096;

/// No tick has been logged yet, so that nobody knows when it was.
pub const UNTIMED: i64 = i64::MAX;

/// All reporters; the number of one is its place + 1, and 0 stands for nobody.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reporters {
    numbers: BTreeMap<Box<str>, u32>,
    pub list: Vec<Reporter>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reporter {
    pub name: Box<str>,
    /// What it counts by now: it stands here, for nearly every report is of it.
    newest: Option<Epoch>,
    /// Those before it that are remembered, in order.
    older: Vec<Epoch>,
    /// Whether it ever sent a heartbeat.
    pub beats: bool,
    /// All that it saw until then is known.
    pub complete_to: Option<i64>,
    /// The time of the house when it said something last.
    pub heard_at: i64,
    /// The same, as it was when its hops were looked at last.
    pub looked_to: Option<i64>,
    /// Where it ever saw a message: chain and hop, in order.
    pub hops: Vec<(u32, HopId)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Epoch {
    epoch: u64,
    /// The first counter that came: what was before it is no hole.
    base: u64,
    seen: Intervals,
    /// Heartbeats that wait for reports: through which counter, until when.
    beats: BTreeMap<u64, i64>,
    /// Of the last reports the counter, without its lowest bits, and the content.
    recent: Vec<(u32, u32)>,
    queue: Queue,
    /// Whether a contradiction was said.
    contradicted: bool,
}

/// What a report's number says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seen {
    New,
    Repeated,
    /// The same number, other content; whether it is the first time in this epoch.
    Contradicts {
        first: bool,
    },
    /// Of an epoch that is forgotten.
    Stale,
    /// Its epoch has too many holes.
    Scattered,
}

impl Reporters {
    pub fn number(&self, name: &str) -> Option<u32> {
        self.numbers.get(name).copied()
    }

    pub fn open(&mut self, name: &str, now: i64) -> u32 {
        self.list.push(Reporter {
            name: name.into(),
            newest: None,
            older: Vec::new(),
            beats: false,
            complete_to: None,
            heard_at: now,
            looked_to: None,
            hops: Vec::new(),
        });
        let number = self.list.len() as u32;
        self.numbers.insert(name.into(), number);
        number
    }

    pub fn get(&self, number: u32) -> Option<&Reporter> {
        self.list.get((number as usize).checked_sub(1)?)
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut Reporter> {
        self.list.get_mut((number as usize).checked_sub(1)?)
    }
}

impl Reporter {
    /// It saw a message there; whether for the first time.
    pub fn stands(&mut self, place: (u32, HopId)) -> bool {
        let found = self.hops.binary_search(&place);
        found.map_err(|at| self.hops.insert(at, place)).is_err()
    }

    /// An epoch, which is opened if it is new; none if it is too old to be remembered.
    #[inline]
    fn epoch(&mut self, epoch: u64, base: u64) -> Option<&mut Epoch> {
        match self.newest.as_ref().is_some_and(|newest| newest.epoch == epoch) {
            true => self.newest.as_mut(),
            false => self.other_epoch(epoch, base),
        }
    }

    fn other_epoch(&mut self, epoch: u64, base: u64) -> Option<&mut Epoch> {
        let is_newer = self.newest.as_ref().is_none_or(|newest| newest.epoch < epoch);
        if is_newer {
            self.older.extend(self.newest.replace(Epoch::new(epoch, base)));
        } else {
            let at = self.older.partition_point(|known| known.epoch < epoch);
            if self.older.get(at).is_some_and(|known| known.epoch == epoch) {
                return self.older.get_mut(at);
            }
            if at == 0 && self.older.len() + 1 == EPOCHS_MAX {
                return None;
            }
            self.older.insert(at, Epoch::new(epoch, base));
        }
        if self.older.len() + 1 > EPOCHS_MAX {
            self.older.remove(0);
        }
        match is_newer {
            true => self.newest.as_mut(),
            false => self.older.iter_mut().find(|known| known.epoch == epoch),
        }
    }

    /// A report with its number and a fingerprint of its content.
    pub fn see(&mut self, epoch: u64, n: u64, content: u32) -> Seen {
        let Some(known) = self.epoch(epoch, n) else { return Seen::Stale };
        let (slot, high) = (n as usize % RECENT, (n / RECENT as u64) as u32);
        if known.seen.has(n) {
            let other = known.recent.get(slot).is_some_and(|(of, was)| *of == high && *was != content);
            if !other {
                return Seen::Repeated;
            }
            let first = !std::mem::replace(&mut known.contradicted, true);
            return Seen::Contradicts { first };
        }
        if known.seen.count() >= RANGES_MAX {
            return Seen::Scattered;
        }
        known.seen.insert(n);
        if known.recent.len() <= slot {
            known.recent.resize(slot + 1, (0, 0));
        }
        known.recent[slot] = (high, content);
        let until = known.settle();
        self.complete_to = self.complete_to.max(until);
        Seen::New
    }

    /// A heartbeat. Of an epoch that is not the newest it says nothing any more: false.
    pub fn beat(&mut self, epoch: u64, through: u64, instant: i64) -> bool {
        self.beats = true;
        let newest = self.newest.as_ref().is_none_or(|newest| newest.epoch <= epoch);
        let Some(known) = self.epoch(epoch, through.saturating_add(1)).filter(|_| newest) else { return false };
        let until = known.beat(through, instant);
        self.complete_to = self.complete_to.max(until);
        true
    }

    /// Whether a heartbeat waits for a report that did not come.
    pub fn is_stalled(&self) -> bool {
        self.newest.as_ref().is_some_and(|newest| !newest.beats.is_empty())
    }

    /// Whether it is this report's turn and nobody's with it; then it has had it.
    pub fn is_next(&mut self, epoch: u64, n: u64) -> bool {
        self.newest.as_mut().is_some_and(|newest| newest.epoch == epoch && newest.queue.is_next(n))
    }

    /// What passed a hop with this number, or nothing that matters. Answers all whose turn has come. What comes of an
    /// epoch after the next one began has no turn: it passed before what is judged already.
    pub fn pass(&mut self, epoch: u64, n: u64, passed: Option<Passed>) -> Vec<Passed> {
        match self.newest.as_mut().filter(|newest| newest.epoch == epoch) {
            Some(newest) => newest.queue.pass(n, passed),
            None => Vec::new(),
        }
    }
}

impl Epoch {
    fn new(epoch: u64, base: u64) -> Epoch {
        Epoch {
            epoch,
            base,
            seen: Intervals::default(),
            beats: BTreeMap::new(),
            recent: Vec::new(),
            queue: Queue::new(base),
            contradicted: false,
        }
    }

    /// A heartbeat: until when all is told by what counts now.
    fn beat(&mut self, through: u64, instant: i64) -> Option<i64> {
        let Epoch { base, seen, beats, .. } = self;
        if beats.is_empty() && seen.covers(*base, through) {
            return Some(instant);
        }
        if beats.len() == BEATS_MAX {
            beats.pop_last();
        }
        let until = beats.entry(through).or_insert(instant);
        *until = instant.max(*until);
        self.settle()
    }

    /// Takes the heartbeats whose reports are all there: the latest of their instants.
    #[inline]
    fn settle(&mut self) -> Option<i64> {
        let Epoch { base, seen, beats, .. } = self;
        let mut latest = None;
        while let Some(first) = beats.first_entry()
            && seen.covers(*base, *first.key())
        {
            latest = latest.max(Some(first.remove()));
        }
        latest
    }
}
