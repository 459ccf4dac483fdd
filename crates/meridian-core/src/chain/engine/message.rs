//! All that was seen of one message.

use serde::{Deserialize, Serialize};

use super::verdict::Line;
use crate::chain::amount::Amount;
use crate::chain::plan::{HopId, HopSet};
use crate::chain::record::Outcome;

/// How many sightings of one message are kept. A sender that repeats one message for ever is counted, not stored.
pub const SIGHTINGS_MAX: usize = 256;

/// One report of a message that was not a repetition of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sighting {
    pub hop: HopId,
    pub at: i64,
    /// Who reported it; 0: it was not said.
    pub tap: u32,
    /// Whether the reporter counted it, so that its report is known by number.
    pub counted: bool,
    pub attempt: u32,
    pub possdup: bool,
    pub outcome: Option<Outcome>,
    /// A fingerprint of the business key.
    pub id: u64,
    /// Of the digest; 0: not said.
    pub digest: u64,
    pub amount: Option<Amount>,
    /// The currency's place in the engine's list of texts; 0: not said.
    pub currency: u32,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// In the order in which they came; of a message with a sequence in the order of the hops first.
    pub sightings: Vec<Sighting>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lines: Option<Box<Lines>>,
}

/// The lines of a message that ever had a verdict.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lines {
    pub(super) lost: Line,
    pub(super) duplicate: Line,
    pub(super) late: Line,
    pub(super) altered: Line,
    pub(super) unexpected: Line,
}

/// How a message ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum End {
    Confirmed,
    Rejected,
    Cancelled,
}

/// One time that the message passed a hop, whoever saw it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transmission {
    attempt: u32,
    /// Which one of this attempt.
    nth: usize,
    pub flagged: bool,
    pub outcome: Option<Outcome>,
}

impl Message {
    pub fn seen(&self) -> HopSet {
        self.sightings.iter().map(|sighting| sighting.hop).collect()
    }

    /// When it was seen at this hop, by the first report of it.
    pub fn at(&self, hop: HopId) -> Option<i64> {
        self.sightings.iter().find(|sighting| sighting.hop == hop).map(|sighting| sighting.at)
    }

    pub fn at_first(&self) -> Option<i64> {
        self.sightings.iter().map(|sighting| sighting.at).min()
    }

    pub fn at_last(&self) -> Option<i64> {
        self.sightings.iter().map(|sighting| sighting.at).max()
    }

    /// Whether this very report was taken before. A counted report was asked for by its number already.
    pub fn has(&self, sighting: &Sighting) -> bool {
        !sighting.counted && self.sightings.contains(sighting)
    }

    /// How often it passed the hop. Two taps that see one transmission are one: the n-th that each of them reports of an
    /// attempt is the n-th transmission of it.
    pub fn transmissions(&self, hop: HopId) -> Vec<Transmission> {
        let mut found: Vec<Transmission> = Vec::new();
        let mut counts: Vec<(u32, u32, usize)> = Vec::new();
        for seen in self.sightings.iter().filter(|sighting| sighting.hop == hop) {
            let nth = match counts.iter_mut().find(|(tap, attempt, _)| (*tap, *attempt) == (seen.tap, seen.attempt)) {
                Some((_, _, count)) => {
                    *count += 1;
                    *count
                }
                None => {
                    counts.push((seen.tap, seen.attempt, 0));
                    0
                }
            };
            match found.iter_mut().find(|one| (one.attempt, one.nth) == (seen.attempt, nth)) {
                Some(one) => {
                    one.flagged |= seen.possdup;
                    one.outcome = one.outcome.or(seen.outcome);
                }
                None => found.push(Transmission {
                    attempt: seen.attempt,
                    nth,
                    flagged: seen.possdup,
                    outcome: seen.outcome,
                }),
            }
        }
        found
    }

    /// Of the transmissions those that are a passing of their own. Who tells how an attempt ended that had been seen, or says so
    /// twice, tells of none.
    pub fn passings(&self, hop: HopId) -> Vec<Transmission> {
        let mut all = self.transmissions(hop);
        let seen: Vec<u32> = all.iter().filter(|one| one.outcome.is_none()).map(|one| one.attempt).collect();
        all.retain(|one| one.outcome.is_none() || (one.nth == 0 && !seen.contains(&one.attempt)));
        all
    }

    /// How often it took effect: transmissions at the confirming hop that were neither rejected nor cancelled.
    pub fn effects(&self, confirming: HopId) -> usize {
        // Nearly always there is one sighting or none, and then nothing has to be counted.
        let mut here = self.sightings.iter().filter(|sighting| sighting.hop == confirming);
        match (here.next(), here.next()) {
            (None, _) => 0,
            (Some(only), None) => usize::from(only.outcome.is_none()),
            _ => self.transmissions(confirming).iter().filter(|one| one.outcome.is_none()).count(),
        }
    }

    pub fn end(&self, confirming: HopId) -> Option<End> {
        let outcome = |wanted| self.sightings.iter().any(|sighting| sighting.outcome == Some(wanted));
        if self.effects(confirming) > 0 {
            return Some(End::Confirmed);
        }
        match (outcome(Outcome::Rejected), outcome(Outcome::Cancelled)) {
            (true, _) => Some(End::Rejected),
            (false, true) => Some(End::Cancelled),
            (false, false) => None,
        }
    }

    /// What it is worth, by the first report that said so.
    pub fn amount(&self) -> Option<(Amount, u32)> {
        self.sightings.iter().find_map(|sighting| sighting.amount.map(|amount| (amount, sighting.currency)))
    }
}
