//! What can happen to a chain as far as the journal knows: its breaches. The messages themselves are in the checkpoint
//! log.

use serde::{Deserialize, Serialize};

use super::{Breach, BreachKey};
use crate::id::IncidentId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChainFact {
    /// Something is wrong that was not before. Present: the incident that it belongs to.
    #[serde(rename = "chain.breached")]
    Breached { breach: Breach, incident: Option<IncidentId> },
    /// It is about more messages than before, or fewer.
    #[serde(rename = "chain.breach_counted")]
    Counted { breach: Breach, incident: Option<IncidentId> },
    /// It is about no message any more: late evidence cleared it, or the estate has no such place.
    #[serde(rename = "chain.breach_cleared")]
    Cleared { key: BreachKey, incident: Option<IncidentId> },
}

impl ChainFact {
    pub fn key(&self) -> &BreachKey {
        match self {
            ChainFact::Breached { breach, .. } | ChainFact::Counted { breach, .. } => &breach.key,
            ChainFact::Cleared { key, .. } => key,
        }
    }

    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            ChainFact::Breached { incident, .. }
            | ChainFact::Counted { incident, .. }
            | ChainFact::Cleared { incident, .. } => *incident,
        }
    }
}
