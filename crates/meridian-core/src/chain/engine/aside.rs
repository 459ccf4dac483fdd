//! What was not taken: counted by reason, and the names that nobody knows are kept, so that they can be shown.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many unknown names are kept; beyond, they are only counted.
const NAMES_MAX: usize = 1000;

/// Why a record was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AsideReason {
    /// The estate has no chain of that name.
    UnknownChain,
    /// The chain has no hop of that name.
    UnknownHop,
    /// The chain lists its lanes, and this is none of them.
    UnknownLane,
    /// Of an epoch of its reporter that ended so long ago that its counters are forgotten; or a heartbeat of an epoch
    /// that is not the newest.
    StaleEpoch,
    /// Its reporter's counter has so many holes that it says nothing.
    Scattered,
    /// Its sequence is too far from all others of its lane.
    Leap,
    /// The message was reported more often than is kept.
    Sightings,
    /// There are too many lanes in the chain.
    Lanes,
    /// There are too many reporters.
    Reporters,
    /// There are too many currencies.
    Currencies,
}

impl AsideReason {
    /// Whether another estate lets it count: the log is folded anew then.
    pub fn may_count_later(self) -> bool {
        matches!(self, AsideReason::UnknownChain | AsideReason::UnknownHop | AsideReason::UnknownLane)
    }

    /// What it means and what to do, for those who run the house.
    pub fn explain(self) -> &'static str {
        match self {
            AsideReason::UnknownChain => "no chain of that name: add it to the estate, or correct the reporter",
            AsideReason::UnknownHop => "the chain has no such hop: add it to the estate, or correct the reporter",
            AsideReason::UnknownLane => "the chain has no such lane: add it to the estate, or correct the reporter",
            AsideReason::StaleEpoch => "the reporter has begun newer epochs since: start it with an epoch above them",
            AsideReason::Scattered => "the reporter's counter leaves too many holes: it must count by one from 1",
            AsideReason::Leap => "the sequence is millions away from its lane: give a new numbering a new lane",
            AsideReason::Sightings => "the message was reported hundreds of times: look for a sender that repeats it",
            AsideReason::Lanes => "too many lanes: a lane is a sequence domain, not a message",
            AsideReason::Reporters => "too many reporters: a reporter is a program that lasts, not a run of it",
            AsideReason::Currencies => "too many currencies: send their codes",
        }
    }
}

/// Counts by reason, and unknown names (chain, and hop if the chain is known) with how often each came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    counts: BTreeMap<AsideReason, u64>,
    unknown: Vec<(Box<str>, Box<str>, u64)>,
}

impl Aside {
    pub(super) fn count(&mut self, reason: AsideReason) {
        *self.counts.entry(reason).or_default() += 1;
    }

    pub(super) fn unknown(&mut self, chain: &str, hop: &str) {
        let place = self.unknown.binary_search_by(|(a, b, _)| (a.as_ref(), b.as_ref()).cmp(&(chain, hop)));
        match place {
            Ok(at) => self.unknown[at].2 += 1,
            Err(at) if self.unknown.len() < NAMES_MAX => self.unknown.insert(at, (chain.into(), hop.into(), 1)),
            Err(_) => {}
        }
    }

    pub fn counts(&self) -> &BTreeMap<AsideReason, u64> {
        &self.counts
    }

    /// Chain, hop (empty: the chain itself is unknown), how often; sorted by name.
    pub fn unknown_names(&self) -> &[(Box<str>, Box<str>, u64)] {
        &self.unknown
    }
}
