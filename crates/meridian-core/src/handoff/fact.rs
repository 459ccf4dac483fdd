//! What can happen to a handoff.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Action, Item, ItemKey, Marks, Missing, Stability, Who};
use crate::{
    Instant,
    id::{HandoffId, IncidentId, Name},
    roster::Edge,
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum HandoffFact {
    /// The brief is live from now on.
    #[serde(rename = "handoff.opened")]
    Opened { handoff: HandoffId, edge: Edge },
    /// The plan changed while it was open: who, or when.
    #[serde(rename = "handoff.changed")]
    Changed { handoff: HandoffId, edge: Edge },
    /// A person added an item of their own, `note/NUMBER`.
    #[serde(rename = "handoff.item_added")]
    ItemAdded { handoff: HandoffId, note: u64, by: Name, summary: String, detail: String },
    #[serde(rename = "handoff.item_amended")]
    Amended {
        handoff: HandoffId,
        item: ItemKey,
        by: Name,
        change: Change,
        /// With a severity: how the item stood by what the house knew when they said it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        computed: Option<Stability>,
    },
    #[serde(rename = "handoff.asked")]
    Asked { handoff: HandoffId, item: ItemKey, question: u32, by: Name, text: String },
    #[serde(rename = "handoff.answered")]
    Answered { handoff: HandoffId, item: ItemKey, question: u32, by: Name, text: String },
    /// One of the incoming has read the brief, each item as it stood then.
    #[serde(rename = "handoff.read")]
    Read { handoff: HandoffId, by: Name, marks: Marks },
    #[serde(rename = "handoff.read_back")]
    ReadBack {
        handoff: HandoffId,
        item: ItemKey,
        by: Name,
        words: String,
        /// How the item stood when it was read back.
        severity: Stability,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next_at: Option<Instant>,
    },
    #[serde(rename = "handoff.waived")]
    Waived { handoff: HandoffId, item: ItemKey, what: Missing, by: Name, reason: String },
    /// The incoming have the watch, with every item as it stood.
    #[serde(rename = "handoff.accepted")]
    Accepted { handoff: HandoffId, by: Name, emergency: bool, items: Vec<Item> },
    /// Not yet: the outgoing stay responsible.
    #[serde(rename = "handoff.refused")]
    Refused { handoff: HandoffId, by: Name, reason: String },
    /// Nobody accepted in time. Both sides are paged by this incident.
    #[serde(rename = "handoff.late")]
    Late { handoff: HandoffId, incident: IncidentId },
    /// Still nobody: the leads are paged, too.
    #[serde(rename = "handoff.escalated")]
    Escalated { handoff: HandoffId, incident: IncidentId, leads: Vec<Name> },
    /// There is nothing left to accept.
    #[serde(rename = "handoff.void")]
    Void { handoff: HandoffId, because: VoidBecause },
}

/// What a person says about an item; what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Change {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub severity: Option<Stability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<Who>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contingency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// All actions that people added to it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actions: Option<Vec<Action>>,
    /// What was said before and does not hold any more.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub remove: BTreeSet<Removed>,
    /// A note that is done leaves the brief.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub done: bool,
}

/// What people said of an item and can take back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Removed {
    /// It stands as the world says again.
    Severity,
    Owner,
    Contingency,
    Note,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum VoidBecause {
    /// The estate has no such rota any more.
    RotaGone,
    /// The rota passes by the clock now.
    PassesByTheClock,
    /// The plan has no such edge any more.
    EdgeGone,
    /// None of the outgoing is in the estate any more, and there is no lead to stand in.
    OutgoingLeft,
    /// A later handoff of the same rota was accepted.
    Superseded { by: HandoffId },
}

impl HandoffFact {
    pub fn handoff(&self) -> HandoffId {
        match self {
            HandoffFact::Opened { handoff, .. }
            | HandoffFact::Changed { handoff, .. }
            | HandoffFact::ItemAdded { handoff, .. }
            | HandoffFact::Amended { handoff, .. }
            | HandoffFact::Asked { handoff, .. }
            | HandoffFact::Answered { handoff, .. }
            | HandoffFact::Read { handoff, .. }
            | HandoffFact::ReadBack { handoff, .. }
            | HandoffFact::Waived { handoff, .. }
            | HandoffFact::Accepted { handoff, .. }
            | HandoffFact::Refused { handoff, .. }
            | HandoffFact::Late { handoff, .. }
            | HandoffFact::Escalated { handoff, .. }
            | HandoffFact::Void { handoff, .. } => *handoff,
        }
    }
}
