//! The messages of a lane that have a sequence: in small rows of a ring while all goes its usual way, else whole.
//!
//! A message that was seen once at each hop, each time in the form that is usual there, is told by a row and made whole
//! again, so that nothing else needs to know. Whatever does not fit stands beside the ring, and so does every message
//! that ever had a verdict: nothing is ever evicted. Beside or not, its sightings are in the order of the hops, and at
//! one hop in the order in which they came; and the numbers of one group share their timers. What this does *not* do: it judges nothing ([`super::pass`] does for
//! rows, [`super::judge`] for messages).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::message::{Message, Sighting};
use super::ring::{GROUP, Ring, Slot, fits, is_passed, note};
use crate::chain::amount::Amount;
use crate::chain::plan::{HOPS_MAX, HopSet};

/// In what form a hop reports in this lane: who, whether counted, and which contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usual {
    tap: u32,
    counted: bool,
    pub digest: bool,
    pub amount: bool,
    pub currency: bool,
}

impl Usual {
    pub fn of(sighting: &Sighting) -> Usual {
        Usual {
            tap: sighting.tap,
            counted: sighting.counted,
            digest: sighting.digest != 0,
            amount: sighting.amount.is_some(),
            currency: sighting.currency != 0,
        }
    }
}

/// The hops at which it is usual to say this.
#[derive(Clone, Copy, Debug, Default)]
pub struct Says {
    pub digest: HopSet,
    pub amount: HopSet,
    pub currency: HopSet,
}

#[derive(Clone, Debug)]
pub struct Store {
    /// Of each hop what was seen there first in this lane.
    pub usual: Vec<Option<Usual>>,
    pub says: Says,
    pub ring: Ring,
    pub beside: BTreeMap<u64, Message>,
    /// By group the timers of what stands beside, of each hop one.
    blocks: BTreeMap<u64, Box<[i64]>>,
    /// The earliest of them, or earlier.
    earliest: Box<[i64]>,
}

impl Store {
    pub fn new(hops: usize) -> Store {
        Store {
            usual: vec![None; hops],
            says: Says::default(),
            ring: Ring::new(hops),
            beside: BTreeMap::new(),
            blocks: BTreeMap::new(),
            earliest: vec![i64::MAX; hops].into_boxed_slice(),
        }
    }

    /// The message, whole.
    pub fn get(&self, seq: u64) -> Option<Message> {
        match self.ring.get(seq) {
            Some(slot) => Some(self.whole(&slot)),
            None => self.beside.get(&seq).cloned(),
        }
    }

    /// All numbers, in order.
    pub fn keys(&self) -> Vec<u64> {
        let mut keys: Vec<u64> = self.ring.keys().collect();
        if !self.beside.is_empty() {
            keys.extend(self.beside.keys());
            keys.sort_unstable();
        }
        keys
    }

    pub fn iter(&self) -> impl Iterator<Item = (u64, Message)> + '_ {
        self.keys().into_iter().filter_map(|seq| Some((seq, self.get(seq)?)))
    }

    pub fn remove(&mut self, seq: u64) {
        self.beside.remove(&seq);
        self.ring.remove(seq);
    }

    /// Keeps the message as it is now, its sightings in the order of the hops, and of each hop the instant that it waits for.
    pub fn put(&mut self, seq: u64, mut message: Message, due: &[i64]) {
        message.sightings.sort_by_key(|sighting| sighting.hop);
        if let Some(slot) = self.small(&message) {
            while let Some((due, slots)) = self.ring.crowd(seq) {
                slots.into_iter().for_each(|(seq, slot)| {
                    let message = self.whole(&slot);
                    self.put_beside(seq, message, &due);
                });
            }
            if self.ring.put(seq, &slot) {
                if !self.beside.is_empty() {
                    self.beside.remove(&seq);
                }
                if let Some(group) = self.ring.group_mut(seq / GROUP) {
                    note(&mut group.due, due);
                }
                note(&mut self.ring.earliest, due);
                return;
            }
        }
        self.ring.remove(seq);
        self.put_beside(seq, message, due);
    }

    fn put_beside(&mut self, seq: u64, message: Message, due: &[i64]) {
        self.beside.insert(seq, message);
        if due.iter().any(|due| *due != i64::MAX) {
            note(self.blocks.entry(seq / GROUP).or_insert_with(|| vec![i64::MAX; due.len()].into_boxed_slice()), due);
            note(&mut self.earliest, due);
        }
    }

    /// What waits for this hop: the earliest instant of all, or earlier; `i64::MAX`: nothing.
    pub fn earliest(&self, hop: usize) -> i64 {
        let of = |earliest: &[i64]| earliest.get(hop).copied().unwrap_or(i64::MAX);
        of(&self.earliest).min(of(&self.ring.earliest))
    }

    /// Adds the numbers of what stands beside and waits for what a hop has passed. Its timers are set back: whoever is
    /// judged anew sets them again.
    pub fn wake_beside(&mut self, through: &[Option<i64>], found: &mut Vec<u64>) {
        if !is_passed(through, &self.earliest) {
            return;
        }
        self.earliest.fill(i64::MAX);
        let (beside, earliest) = (&self.beside, &mut self.earliest);
        self.blocks.retain(|block, due| {
            if is_passed(through, due) {
                let from = block * GROUP;
                found.extend(beside.range(from..=from + (GROUP - 1)).map(|(seq, _)| *seq));
                return false;
            }
            note(earliest, due);
            true
        });
    }

    /// The message as a slot, if all about it is usual.
    fn small(&mut self, message: &Message) -> Option<Slot> {
        let seen = message.seen();
        let first = message.sightings.first()?;
        if message.lines.is_some() || message.sightings.len() != seen.0.count_ones() as usize {
            return None;
        }
        let at = message.sightings.iter().map(|sighting| sighting.at).collect();
        let mut slot = Slot { id: first.id, seen, at, ..Slot::default() };
        let (mut digest, mut worth) = (None, (None, None));
        for sighting in &message.sightings {
            let usual = self.usual_at(sighting);
            let same = sighting.id == slot.id
                && (!usual.digest || *digest.get_or_insert(sighting.digest) == sighting.digest)
                && (!usual.amount || *worth.0.get_or_insert(sighting.amount) == sighting.amount)
                && (!usual.currency || *worth.1.get_or_insert(sighting.currency) == sighting.currency);
            if !is_plain(sighting) || !same || !fits(first.at, sighting.at) || usual != Usual::of(sighting) {
                return None;
            }
        }
        slot.digest = digest.unwrap_or(0);
        slot.amount = i64::try_from(worth.0.flatten().unwrap_or_default().0).ok()?;
        slot.currency = u16::try_from(worth.1.unwrap_or(0)).ok()?;
        Some(slot)
    }

    /// What is usual where this was seen; the first sighting there says so.
    fn usual_at(&mut self, sighting: &Sighting) -> Usual {
        let known = &mut self.usual[usize::from(sighting.hop.0)];
        if let Some(usual) = *known {
            return usual;
        }
        let usual = Usual::of(sighting);
        *known = Some(usual);
        for (says, hops) in [
            (usual.digest, &mut self.says.digest),
            (usual.amount, &mut self.says.amount),
            (usual.currency, &mut self.says.currency),
        ] {
            *hops = if says { hops.with(sighting.hop) } else { *hops };
        }
        usual
    }

    fn whole(&self, slot: &Slot) -> Message {
        let mut sightings = Vec::with_capacity(slot.at.len() + 1);
        for (hop, at) in slot.seen.iter().zip(&slot.at) {
            let Some(usual) = self.usual[usize::from(hop.0)] else { continue };
            sightings.push(Sighting {
                hop,
                at: *at,
                tap: usual.tap,
                counted: usual.counted,
                attempt: 1,
                possdup: false,
                outcome: None,
                id: slot.id,
                digest: if usual.digest { slot.digest } else { 0 },
                amount: usual.amount.then_some(Amount(i128::from(slot.amount))),
                currency: if usual.currency { u32::from(slot.currency) } else { 0 },
            });
        }
        Message { sightings, lines: None }
    }

    /// Of each group the timers of what is in it, in the ring and beside.
    fn timers(&self) -> BTreeMap<u64, Box<[i64]>> {
        let mut timers = self.blocks.clone();
        for (number, group) in self.ring.groups() {
            note(timers.entry(number).or_insert_with(|| group.due.clone()), &group.due);
        }
        timers
    }

    fn set_timers(&mut self, number: u64, due: &[i64]) {
        if let Some(group) = self.ring.group_mut(number) {
            note(&mut group.due, due);
            note(&mut self.ring.earliest, due);
        }
        let from = number * GROUP;
        if self.beside.range(from..=from + (GROUP - 1)).next().is_some() {
            note(self.blocks.entry(number).or_insert_with(|| due.into()), due);
            note(&mut self.earliest, due);
        }
    }
}

/// The first transmission, and nothing more than that it was seen.
pub fn is_plain(sighting: &Sighting) -> bool {
    sighting.attempt == 1 && !sighting.possdup && sighting.outcome.is_none()
}

impl PartialEq for Store {
    fn eq(&self, other: &Store) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Store {}

impl Serialize for Store {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.usual.len(), self.iter().collect::<Vec<_>>(), self.timers()).serialize(serializer)
    }
}

/// The number of hops, the messages, and of each group the timers.
type Read = (usize, Vec<(u64, Message)>, BTreeMap<u64, Box<[i64]>>);

impl<'de> Deserialize<'de> for Store {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Store, D::Error> {
        let (hops, messages, timers): Read = Deserialize::deserialize(deserializer)?;
        let known = |message: &Message| message.sightings.iter().all(|sighting| usize::from(sighting.hop.0) < hops);
        if hops > HOPS_MAX || !messages.iter().all(|(_, message)| known(message)) {
            return Err(serde::de::Error::custom("a message at a hop that is not there"));
        }
        if !timers.iter().all(|(number, due)| due.len() == hops && *number <= u64::MAX / GROUP) {
            return Err(serde::de::Error::custom("a timer for a hop that is not there"));
        }
        let mut store = Store::new(hops);
        messages.into_iter().for_each(|(seq, message)| store.put(seq, message, &[]));
        timers.iter().for_each(|(number, due)| store.set_timers(*number, due));
        Ok(store)
    }
}

#[cfg(test)]
impl Store {
    /// How many bytes the ring takes, and how many messages stand beside it.
    pub fn room(&self) -> (usize, usize) {
        (self.ring.bytes(), self.beside.len())
    }
}
