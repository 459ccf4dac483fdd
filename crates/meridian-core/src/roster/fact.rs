//! What can happen to a rota at run time.

use serde::{Deserialize, Serialize};

use crate::{estate::Override, id::Name};

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
}
