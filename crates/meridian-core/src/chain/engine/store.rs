//! The messages of a lane that have a sequence: in small slots of a ring while all goes its usual way, else whole.
//!
//! A message that was seen once at each hop, hop after hop, each time in the form that is usual there, is told by a
//! [`Slot`] and made whole again exactly, so that nothing else needs to know. Whatever does not fit stands beside the
//! ring, and so does every message that ever had a verdict: nothing is ever evicted.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::message::{Message, Sighting};
use super::ring::{OFFSET_MAX, Ring, Slot};
use crate::chain::amount::Amount;
use crate::chain::plan::HOPS_MAX;

/// In what form a hop reports in this lane: who, whether counted, and which contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Usual {
    tap: u32,
    counted: bool,
    digest: bool,
    amount: bool,
    currency: bool,
}

impl Usual {
    fn of(sighting: &Sighting) -> Usual {
        Usual {
            tap: sighting.tap,
            counted: sighting.counted,
            digest: sighting.digest != 0,
            amount: sighting.amount.is_some(),
            currency: sighting.currency != 0,
        }
    }
}

#[derive(Clone, Debug)]
pub struct Store {
    /// Of each hop what was seen there first in this lane.
    usual: Vec<Option<Usual>>,
    ring: Ring,
    beside: BTreeMap<u64, Message>,
}

impl Store {
    pub fn new(hops: usize) -> Store {
        Store { usual: vec![None; hops], ring: Ring::new(hops), beside: BTreeMap::new() }
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

    /// The numbers in use between these two, both included, in order.
    pub fn keys_in(&self, from: u64, to: u64) -> Vec<u64> {
        let is_small = |seq: &u64| self.ring.has(*seq);
        let mut keys: Vec<u64> = (from..=to).filter(is_small).collect();
        if !self.beside.is_empty() {
            keys.extend(self.beside.range(from..=to).map(|(seq, _)| *seq));
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

    /// Keeps the message as it is now.
    pub fn put(&mut self, seq: u64, message: Message) {
        if let Some(slot) = self.small(&message)
            && self.ring.put(seq, &slot)
        {
            if !self.beside.is_empty() {
                self.beside.remove(&seq);
            }
            return;
        }
        self.ring.remove(seq);
        self.beside.insert(seq, message);
    }

    /// The message as a slot, if all about it is usual.
    fn small(&mut self, message: &Message) -> Option<Slot> {
        let first = message.sightings.first().filter(|_| message.lines.is_none())?;
        let mut slot = Slot { t0: first.at, id: first.id, ..Slot::default() };
        let (mut digest, mut amount, mut currency) = (None, None, None);
        for sighting in &message.sightings {
            let usual = *self.usual[usize::from(sighting.hop.0)].get_or_insert(Usual::of(sighting));
            let offset = sighting.at.checked_sub(slot.t0)?;
            let plain = sighting.attempt == 1 && !sighting.possdup && sighting.outcome.is_none();
            let in_turn = slot.seen.last().is_none_or(|last| last < sighting.hop);
            let same = sighting.id == slot.id
                && (!usual.digest || *digest.get_or_insert(sighting.digest) == sighting.digest)
                && (!usual.amount || *amount.get_or_insert(sighting.amount) == sighting.amount)
                && (!usual.currency || *currency.get_or_insert(sighting.currency) == sighting.currency);
            if !plain || !in_turn || !same || usual != Usual::of(sighting) || !(0..=OFFSET_MAX).contains(&offset) {
                return None;
            }
            if !slot.seen.is_empty() {
                slot.offsets.push(offset);
            }
            slot.seen = slot.seen.with(sighting.hop);
        }
        slot.digest = digest.unwrap_or(0);
        slot.amount = i64::try_from(amount.flatten().unwrap_or_default().0).ok()?;
        slot.currency = u16::try_from(currency.unwrap_or(0)).ok()?;
        Some(slot)
    }

    fn whole(&self, slot: &Slot) -> Message {
        let mut sightings = Vec::with_capacity(slot.offsets.len() + 2);
        let offsets = std::iter::once(&0).chain(&slot.offsets);
        for (hop, offset) in slot.seen.iter().zip(offsets) {
            let Some(usual) = self.usual[usize::from(hop.0)] else { continue };
            sightings.push(Sighting {
                hop,
                at: slot.t0 + offset,
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
}

impl PartialEq for Store {
    fn eq(&self, other: &Store) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Store {}

impl Serialize for Store {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.usual.len(), self.iter().collect::<Vec<_>>()).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Store {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Store, D::Error> {
        let (hops, messages): (usize, Vec<(u64, Message)>) = Deserialize::deserialize(deserializer)?;
        let known = |message: &Message| message.sightings.iter().all(|sighting| usize::from(sighting.hop.0) < hops);
        if hops > HOPS_MAX || !messages.iter().all(|(_, message)| known(message)) {
            return Err(serde::de::Error::custom("a message at a hop that is not there"));
        }
        let mut store = Store::new(hops);
        messages.into_iter().for_each(|(seq, message)| store.put(seq, message));
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
