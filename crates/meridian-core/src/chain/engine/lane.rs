//! A lane: the messages of one sequence domain that are not settled and over, the numbers that nobody saw, and the
//! numbers that are done with.
//!
//! What this does *not* do: it does not judge a message ([`super::judge`]); it knows which ones have to be judged anew.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::intervals::Intervals;
use super::judge::{Findings, Water, judge, lost};
use super::ledger::Ledger;
use super::message::{Lines, Message};
use super::order::Highest;
use super::pass;
use super::ring::note;
use super::shape::Shape;
use super::store::Store;
use super::verdict::{Change, Key, Line, Scene, Subject};
use super::waits::Waits;
use crate::chain::plan::{HOPS_MAX, HopId, HopSet};
use crate::id::Name;

/// A number so far from all others of its lane is no gap but another numbering, or a lie.
pub const LEAP_MAX: u64 = 1 << 24;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    pub name: Box<str>,
    pub messages: Store,
    /// Messages without a sequence, by their business key.
    pub by_id: BTreeMap<Box<str>, Message>,
    pub done: Intervals,
    /// Which of the done were seen again, and said.
    pub again: Intervals,
    pub(super) gaps: BTreeMap<u64, Gap>,
    /// The lowest and the highest number seen.
    pub range: Option<(u64, u64)>,
    pub waits: Waits,
    pub highest: Highest,
}

/// Numbers up to `to` that nobody saw, while a higher and a lower one were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Gap {
    pub to: u64,
    /// The sighting that left it open.
    pub at: i64,
    pub line: Line,
}

/// What judging needs from outside of the lane.
pub struct Court<'a> {
    pub chain: &'a Name,
    pub shape: &'a Shape,
    pub through: &'a [Option<i64>],
    /// The instant of the record that is applied.
    pub at: i64,
    pub ledger: &'a mut Ledger,
    pub out: &'a mut Vec<Change>,
}

impl Lane {
    pub fn new(name: &str, hops: usize) -> Lane {
        Lane {
            name: name.into(),
            messages: Store::new(hops),
            by_id: BTreeMap::new(),
            done: Intervals::default(),
            again: Intervals::default(),
            gaps: BTreeMap::new(),
            range: None,
            waits: Waits::new(hops),
            highest: Highest::default(),
        }
    }

    pub fn leaps(&self, seq: u64) -> bool {
        self.range.is_some_and(|(low, high)| seq > high.saturating_add(LEAP_MAX) || seq < low.saturating_sub(LEAP_MAX))
    }

    /// A number that was not seen before: the gap that it stands in is divided, or one opens up to it.
    pub fn arrive(&mut self, seq: u64, court: &mut Court<'_>) {
        let (low, high) = *self.range.get_or_insert((seq, seq));
        self.range = Some((low.min(seq), high.max(seq)));
        if seq > high {
            self.open_gap(high + 1, seq - 1, court.at, court);
        } else if seq < low {
            self.open_gap(seq + 1, low - 1, court.at, court);
        } else if let Some((from, gap)) = self.gaps.range(..=seq).next_back().map(|(from, gap)| (*from, gap.clone()))
            && seq <= gap.to
        {
            self.gaps.remove(&from);
            let Gap { to, at, mut line } = gap;
            let subject = || Subject::Gap { lane: self.name.clone(), from, to };
            line.set(None, &Scene { chain: court.chain, subject: &subject, epoch: 0, at: court.at }, court.out);
            if from < seq {
                self.open_gap(from, seq - 1, at, court);
            }
            if seq < to {
                self.open_gap(seq + 1, to, at, court);
            }
        }
    }

    fn open_gap(&mut self, from: u64, to: u64, at: i64, court: &mut Court<'_>) {
        if from <= to {
            let gap = Gap { to, at, line: Line::default() };
            self.gaps.insert(from, gap);
            self.judge_gap(from, court);
        }
    }

    fn judge_gap(&mut self, from: u64, court: &mut Court<'_>) {
        let Some(gap) = self.gaps.get_mut(&from) else { return };
        let mut water = Water { through: court.through, due: &mut self.waits.gaps };
        let found = lost(HopSet::default(), None, gap.at, court.shape, &mut water);
        let to = gap.to;
        let subject = || Subject::Gap { lane: self.name.clone(), from, to };
        gap.line.set(found, &Scene { chain: court.chain, subject: &subject, epoch: 0, at: court.at }, court.out);
    }

    pub fn message(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Seq(seq) => self.messages.get(*seq),
            Key::Id(id) => self.by_id.get(id).cloned(),
        }
    }

    /// Judges a message and keeps it; of one that is over only the number and the worth.
    pub fn judge(&mut self, key: &Key, mut message: Message, court: &mut Court<'_>) {
        let mut due = [i64::MAX; HOPS_MAX];
        let due = &mut due[..court.through.len()];
        let findings = judge(&message, court.shape, &mut Water { through: court.through, due });
        let over = findings.over;
        tell(&mut message, findings, &self.name, key, court);
        if !over {
            match key {
                Key::Seq(seq) => self.messages.put(*seq, message, due),
                Key::Id(id) => {
                    note(&mut self.waits.ids, due);
                    self.by_id.insert(id.clone(), message);
                }
            }
            return;
        }
        court.ledger.close(&message, court.shape.confirming);
        match key {
            Key::Seq(seq) => {
                self.messages.remove(*seq);
                self.done.insert(*seq);
            }
            Key::Id(id) => {
                self.by_id.remove(id);
            }
        }
    }

    /// Judges anew whatever waits for an instant that a hop has passed.
    pub fn settle(&mut self, court: &mut Court<'_>) {
        let mut found = Vec::new();
        pass::wake(self, court.through, court.shape, court.ledger, &mut found);
        self.messages.wake_beside(court.through, &mut found);
        found.sort_unstable();
        found.into_iter().for_each(|seq| self.judge_again(&Key::Seq(seq), court));
        let awake = self.waits.wake(court.through);
        if awake.ids {
            let ids: Vec<Key> = self.by_id.keys().map(|id| Key::Id(id.clone())).collect();
            ids.iter().for_each(|key| self.judge_again(key, court));
        }
        if awake.gaps {
            let gaps: Vec<u64> = self.gaps.keys().copied().collect();
            gaps.into_iter().for_each(|from| self.judge_gap(from, court));
        }
    }

    /// Whether something waits for what this hop has passed.
    pub fn waits_for(&self, hop: HopId, through: &[Option<i64>]) -> bool {
        let hop = usize::from(hop.0);
        through[hop].is_some_and(|through| self.earliest(hop) <= through)
    }

    /// What waits for this hop: the earliest instant of all, or earlier; `i64::MAX`: nothing.
    pub fn earliest(&self, hop: usize) -> i64 {
        self.messages.earliest(hop).min(self.waits.earliest(hop))
    }

    pub(super) fn judge_again(&mut self, key: &Key, court: &mut Court<'_>) {
        if let Some(message) = self.message(key) {
            self.judge(key, message, court);
        }
    }
}

fn tell(message: &mut Message, findings: Findings, lane: &str, key: &Key, court: &mut Court<'_>) {
    if message.lines.is_none() && findings.is_clean() {
        return;
    }
    let subject = || Subject::Message { lane: lane.into(), key: key.clone() };
    let epoch = match key {
        Key::Seq(_) => 0,
        Key::Id(_) => message.sightings.first().map_or(0, |first| first.at as u64),
    };
    let scene = Scene { chain: court.chain, subject: &subject, epoch, at: court.at };
    let lines: &mut Lines = message.lines.get_or_insert_default();
    lines.lost.set(findings.lost, &scene, court.out);
    lines.duplicate.set(findings.duplicate, &scene, court.out);
    lines.late.set(findings.late, &scene, court.out);
    lines.altered.set(findings.altered, &scene, court.out);
    lines.unexpected.set(findings.unexpected, &scene, court.out);
}
