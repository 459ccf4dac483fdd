//! What a rota resolves to.

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Instant, estate::Role, id::Name};

/// One stretch `[from, until)` of one person on watch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shift {
    pub rota: Name,
    pub layer: Arc<str>,
    pub role: Role,
    pub person: Name,
    /// The site of the layer, whose wall clock the shift follows.
    pub site: Name,
    pub from: Instant,
    pub until: Instant,
    /// Where stretches of several reasons were merged: the reason of the first.
    pub because: WatchBecause,
}

/// Why somebody is on watch.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WatchBecause {
    /// The turn of the rotation, counted from 1 at its start.
    Rotation { turn: u64 },
    /// Somebody was put there, in the place of `replaces` or in addition.
    Override { replaces: Option<Name> },
}

impl fmt::Display for WatchBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WatchBecause::Rotation { turn } => write!(f, "turn {turn} of the rotation"),
            WatchBecause::Override { replaces: Some(person) } => write!(f, "override: in place of {person}"),
            WatchBecause::Override { replaces: None } => f.write_str("override: in addition to the rotation"),
        }
    }
}
