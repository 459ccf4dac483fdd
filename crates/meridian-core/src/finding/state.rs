//! All findings that are kept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{FindingFact, Found};
use crate::{
    Instant,
    id::{Actor, FindingId, IncidentId},
};

/// So many are kept. The oldest fall out first; the journal has them all.
pub const FINDINGS_KEPT: usize = 2_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    pub id: FindingId,
    pub made_at: Instant,
    pub made_by: Actor,
    pub incident: Option<IncidentId>,
    pub found: Found,
    /// When, by whom and why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<(Instant, Actor, String)>,
}

/// How a finding stands. What is over or replaced, the world knows: [`crate::World::finding_state`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindingState {
    Counts,
    /// A newer one of the same place counts.
    Replaced,
    Withdrawn,
    /// Its fault is over.
    Over,
}

impl FindingState {
    pub fn word(self) -> &'static str {
        match self {
            FindingState::Counts => "counts",
            FindingState::Replaced => "replaced",
            FindingState::Withdrawn => "withdrawn",
            FindingState::Over => "over",
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    all: BTreeMap<FindingId, Finding>,
    last: FindingId,
    /// How many facts there were: whoever keeps an answer sees by it whether to ask again.
    revision: u64,
}

impl Findings {
    pub fn get(&self, id: FindingId) -> Option<&Finding> {
        self.all.get(&id)
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Finding> {
        self.all.values()
    }

    pub fn of(&self, incident: IncidentId) -> impl Iterator<Item = &Finding> {
        self.iter().filter(move |finding| finding.incident == Some(incident))
    }

    pub fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) fn next_id(&self) -> FindingId {
        FindingId(self.last.0 + 1)
    }

    pub(crate) fn apply(&mut self, at: Instant, actor: &Actor, fact: &FindingFact) {
        self.revision += 1;
        match fact {
            FindingFact::Made { finding, incident, found } => {
                let (id, made_by, incident) = (*finding, actor.clone(), *incident);
                self.last = self.last.max(id);
                let finding = Finding { id, made_at: at, made_by, incident, found: found.clone(), withdrawn: None };
                self.all.insert(id, finding);
                if self.all.len() > FINDINGS_KEPT {
                    self.all.pop_first();
                }
            }
            FindingFact::Withdrawn { finding, reason, .. } => {
                if let Some(finding) = self.all.get_mut(finding) {
                    finding.withdrawn = Some((at, actor.clone(), reason.clone()));
                }
            }
        }
    }
}
