//! What a reader remembers of a block, in numbers: the same as the writer does ([`super::memory`]), without a text or a
//! map for each record. What this does *not* do: it remembers nothing beyond its block.

use std::collections::HashMap;

use super::memory::StreamKey;
use crate::chain::amount::Amount;
use crate::chain::record::Digest;

/// How far beyond the numbers of a lane that were there before the next one may be, to have a place in the row of them.
const NEAR: usize = 64;

/// A text in [`Texts`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Id {
    from: u32,
    len: u32,
}

/// The ids of a block, one behind the other.
#[derive(Debug, Default)]
pub struct Texts(String);

impl Texts {
    pub fn get(&self, id: Id) -> &str {
        let from = id.from as usize;
        self.0.get(from..from + id.len as usize).unwrap_or_default()
    }

    fn ended(&self, from: usize) -> Option<Id> {
        Some(Id { from: u32::try_from(from).ok()?, len: u32::try_from(self.0.len() - from).ok()? })
    }

    /// The first bytes of an id that was there before, and a text.
    pub fn shared(&mut self, before: Id, shared: usize, text: &str) -> Option<Id> {
        self.get(before).get(..shared)?;
        let (from, of) = (self.0.len(), before.from as usize);
        self.0.extend_from_within(of..of + shared);
        self.0.push_str(text);
        self.ended(from)
    }

    /// The id with its last digits counted up by one, as [`super::memory::id_after`] does it.
    pub fn after(&mut self, before: Id) -> Option<Id> {
        let bytes = self.get(before).as_bytes();
        let nines = bytes.iter().rev().take_while(|byte| **byte == b'9').count();
        let kept = bytes.len().checked_sub(nines + 1)?;
        let digit = bytes[kept];
        if !digit.is_ascii_digit() {
            return None;
        }
        let (from, of) = (self.0.len(), before.from as usize);
        self.0.extend_from_within(of..of + kept);
        self.0.push(char::from(digit + 1));
        (0..nines).for_each(|_| self.0.push('0'));
        self.ended(from)
    }

    pub fn add(&mut self, text: &str) -> Option<Id> {
        let from = self.0.len();
        self.0.push_str(text);
        self.ended(from)
    }
}

/// The record before in one stream.
#[derive(Clone, Copy, Debug)]
pub struct Stream {
    pub key: StreamKey,
    /// The place of its lane in [`Messages`].
    pub lane: usize,
    /// Whether its names are within their bounds.
    pub is_checked: bool,
    pub seq: u64,
    pub n: u64,
    pub at: i64,
    pub epoch: Option<u64>,
    pub id: Id,
}

/// What does not change of a message from hop to hop; the currency as in [`StreamKey`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rest {
    pub digest: Option<Digest>,
    pub amount: Option<Amount>,
    pub currency: u32,
}

/// The messages of a block by their lane and sequence; what has none is not remembered.
#[derive(Debug, Default)]
pub struct Messages {
    /// By the names of chain and lane.
    places: HashMap<(u32, u32), usize>,
    lanes: Vec<Lane>,
    /// What they have in common, said once for many; the first one says nothing.
    rests: Vec<Rest>,
}

#[derive(Debug, Default)]
struct Lane {
    first: u64,
    /// From the first number on, one after the other; an empty id: it was not there.
    row: Vec<(Id, u32)>,
    /// Those far from the others.
    far: HashMap<u64, (Id, u32)>,
}

impl Messages {
    pub fn lane(&mut self, key: StreamKey) -> usize {
        let next = self.lanes.len();
        let place = *self.places.entry((key.chain, key.lane)).or_insert(next);
        if place == next {
            self.lanes.push(Lane::default());
        }
        place
    }

    pub fn get(&self, lane: usize, seq: Option<u64>) -> Option<(Id, u32)> {
        let (lane, seq) = (self.lanes.get(lane)?, seq?);
        let near = usize::try_from(seq.wrapping_sub(lane.first)).ok().and_then(|at| lane.row.get(at));
        near.filter(|(id, _)| id.len > 0).or_else(|| lane.far.get(&seq)).copied()
    }

    pub fn put(&mut self, lane: usize, seq: Option<u64>, id: Id, rest: u32) {
        let (Some(lane), Some(seq)) = (self.lanes.get_mut(lane), seq) else { return };
        if lane.row.is_empty() {
            lane.first = seq;
        }
        let at = usize::try_from(seq.wrapping_sub(lane.first)).ok().filter(|at| *at <= lane.row.len() + NEAR);
        let Some(at) = at else {
            lane.far.insert(seq, (id, rest));
            return;
        };
        if at >= lane.row.len() {
            lane.row.resize(at + 1, (Id::default(), 0));
        }
        lane.row[at] = (id, rest);
    }

    pub fn rest(&self, rest: u32) -> Rest {
        (rest as usize).checked_sub(1).and_then(|at| self.rests.get(at)).copied().unwrap_or_default()
    }

    pub fn add_rest(&mut self, rest: Rest) -> u32 {
        if rest == Rest::default() {
            return 0;
        }
        self.rests.push(rest);
        // A block has at most 65,536 records.
        self.rests.len() as u32
    }
}
