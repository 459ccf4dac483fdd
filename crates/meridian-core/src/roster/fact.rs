//! What can happen to a rota at run time.

use serde::{Deserialize, Serialize};

use crate::{Instant, estate::Override, id::Name};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RosterFact {
    /// Made in the UI, the API or the CLI.
    #[serde(rename = "override.added")]
    OverrideAdded {
        id: u64,
        rota: Name,
        #[serde(rename = "override")]
        change: Override,
    },
    #[serde(rename = "override.removed")]
    OverrideRemoved { id: u64, rota: Name },
    /// Taken back while it was in force: what was until then stays as it was.
    #[serde(rename = "override.ended")]
    OverrideEnded { id: u64, rota: Name, until: Instant },
}

impl RosterFact {
    pub fn rota(&self) -> &Name {
        match self {
            RosterFact::OverrideAdded { rota, .. }
            | RosterFact::OverrideRemoved { rota, .. }
            | RosterFact::OverrideEnded { rota, .. } => rota,
        }
    }

    /// The number of the override.
    pub fn id(&self) -> u64 {
        match self {
            RosterFact::OverrideAdded { id, .. }
            | RosterFact::OverrideRemoved { id, .. }
            | RosterFact::OverrideEnded { id, .. } => *id,
        }
    }
}
