//! When a stretch of a rota was changed last.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    id::Name,
    roster::{Overrides, RosterFact},
};

/// A change that lies further back than any feed reaches is only counted.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(150 * 24);
const STRETCHES_MAX: usize = 1_000;

/// An entry of the journal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Revision {
    pub seq: u64,
    pub at: Instant,
}

/// The entries that changed who is on watch: of all rotas, of a whole rota, of a stretch of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revisions {
    all: Revision,
    rotas: BTreeMap<Name, OfRota>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct OfRota {
    /// Of those that are not kept one by one any more. It stands for the whole rota, so that nothing goes down.
    whole: Revision,
    stretches: Vec<(Instant, Instant, Revision)>,
}

impl Revisions {
    /// No estate has been in force yet.
    pub(crate) fn is_empty(&self) -> bool {
        self.all == Revision::default()
    }

    /// Another estate is in force, which changes these stretches of rotas. The first one counts for all.
    pub(crate) fn estate(&mut self, by: Revision, changed: Vec<(Name, (Instant, Instant))>) {
        if self.is_empty() {
            self.all = by;
            return;
        }
        for (rota, (from, until)) in changed {
            self.stretch(by, &rota, from, until);
        }
    }

    /// `overrides` are as they were before this fact.
    pub fn roster(&mut self, by: Revision, fact: &RosterFact, overrides: &Overrides) {
        let (rota, stretch) = match fact {
            RosterFact::OverrideAdded { rota, change, .. } => (rota, Some((change.from, change.until))),
            RosterFact::OverrideRemoved { id, rota } | RosterFact::OverrideEnded { id, rota, .. } => {
                let known = overrides.numbered(rota).iter().find(|(known, _)| known == id);
                (rota, known.map(|(_, change)| (change.from, change.until)))
            }
        };
        if let Some((from, until)) = stretch {
            self.stretch(by, rota, from, until);
        }
    }

    fn stretch(&mut self, by: Revision, rota: &Name, from: Instant, until: Instant) {
        let of_rota = self.rotas.entry(rota.clone()).or_default();
        of_rota.stretches.push((from, until, by));
        let forgotten = by.at.saturating_sub(REMEMBERED_FOR).unwrap_or(Instant::MIN);
        let surplus = of_rota.stretches.len().saturating_sub(STRETCHES_MAX);
        let mut number = 0;
        let whole = &mut of_rota.whole;
        of_rota.stretches.retain(|(_, until, revision)| {
            number += 1;
            let kept = number > surplus && *until >= forgotten;
            if !kept {
                *whole = (*whole).max(*revision);
            }
            kept
        });
    }

    /// The last entry that could have changed who is on watch between `from` and `until`, both included: what touches a
    /// shift may have shortened it.
    pub fn of(&self, rota: &Name, from: Instant, until: Instant) -> Revision {
        let Some(of_rota) = self.rotas.get(rota) else { return self.all };
        let touching = of_rota.stretches.iter().filter(|(begin, end, _)| *begin <= until && from <= *end);
        touching.map(|(_, _, revision)| *revision).max().unwrap_or_default().max(of_rota.whole).max(self.all)
    }
}
