//! The fold of breaches, and when what is found is worth an entry of the journal.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Breach, BreachKey, ChainFact};
use crate::{Instant, id::IncidentId};

/// A count that changes by less than twice is told again after this time.
const TOLD_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// Breaches that are over and still shown.
const OVER_KEPT: usize = 500;

/// A breach that holds now, or that is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenBreach {
    pub breach: Breach,
    pub found_at: Instant,
    /// When its count was told last.
    pub told_at: Instant,
    pub incident: Option<IncidentId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cleared_at: Option<Instant>,
}

/// All that hold now, and the last that are over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Breaches {
    /// By the key as text.
    open: BTreeMap<String, OpenBreach>,
    /// Oldest first.
    over: Vec<OpenBreach>,
}

impl Breaches {
    /// Those that hold now.
    pub fn open(&self) -> impl Iterator<Item = &OpenBreach> {
        self.open.values()
    }

    /// Those that are over, the newest first.
    pub fn over(&self) -> impl Iterator<Item = &OpenBreach> {
        self.over.iter().rev()
    }

    pub fn get(&self, key: &BreachKey) -> Option<&OpenBreach> {
        self.open.get(&key.to_string())
    }

    /// Those that hold now and belong to this incident.
    pub fn of(&self, incident: IncidentId) -> impl Iterator<Item = &OpenBreach> {
        self.open().filter(move |open| open.incident == Some(incident))
    }

    /// When what was found is to be told: now, if a breach came, went or doubled; a minute after it was told last, if
    /// a count alone is another one; never, if it is known.
    pub fn due(&self, found: &[Breach], now: Instant) -> Option<Instant> {
        if self.open().any(|open| !found.iter().any(|breach| breach.key == open.breach.key)) {
            return Some(now);
        }
        found.iter().filter_map(|breach| self.due_of(breach, now)).min()
    }

    pub(crate) fn due_of(&self, breach: &Breach, now: Instant) -> Option<Instant> {
        let Some(open) = self.get(&breach.key) else { return Some(now) };
        let (was, is) = (open.breach.count, breach.count);
        if was == is {
            return None;
        }
        let doubled = is >= was.saturating_mul(2) || was >= is.saturating_mul(2);
        let again = open.told_at.saturating_add(TOLD_EVERY).unwrap_or(Instant::MAX);
        Some(if doubled { now } else { again.max(now) })
    }

    pub(crate) fn apply(&mut self, at: Instant, fact: &ChainFact) {
        match fact {
            ChainFact::Breached { breach, incident } => {
                let (found_at, told_at) = (at, at);
                let open =
                    OpenBreach { breach: breach.clone(), found_at, told_at, incident: *incident, cleared_at: None };
                self.open.insert(breach.key.to_string(), open);
            }
            ChainFact::Counted { breach, incident } => {
                if let Some(open) = self.open.get_mut(&breach.key.to_string()) {
                    (open.breach, open.told_at, open.incident) = (breach.clone(), at, *incident);
                }
            }
            ChainFact::Cleared { key, .. } => {
                if let Some(mut open) = self.open.remove(&key.to_string()) {
                    open.cleared_at = Some(at);
                    if self.over.len() == OVER_KEPT {
                        self.over.remove(0);
                    }
                    self.over.push(open);
                }
            }
        }
    }
}
