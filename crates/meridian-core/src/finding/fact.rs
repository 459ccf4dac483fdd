//! What can happen to a finding.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::id::{FindingId, IncidentId, Name};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FindingFact {
    /// Somebody looked. Present: the incident that it belongs to.
    #[serde(rename = "finding.made")]
    Made { finding: FindingId, incident: Option<IncidentId>, found: Found },
    /// It was wrong, or is not so any more.
    #[serde(rename = "finding.withdrawn")]
    Withdrawn {
        finding: FindingId,
        incident: Option<IncidentId>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
}

impl FindingFact {
    pub fn finding(&self) -> FindingId {
        match self {
            FindingFact::Made { finding, .. } | FindingFact::Withdrawn { finding, .. } => *finding,
        }
    }

    pub fn incident(&self) -> Option<IncidentId> {
        match self {
            FindingFact::Made { incident, .. } | FindingFact::Withdrawn { incident, .. } => *incident,
        }
    }
}

/// What somebody found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    pub at: Spot,
    /// Whether the messages that go missing were seen there.
    pub seen: bool,
    /// How it was looked, or what else was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The person who looked, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
}

/// A place where somebody can look.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Spot {
    pub chain: Name,
    pub hop: Name,
    #[serde(default, skip_serializing_if = "Side::is_at")]
    pub side: Side,
}

/// Where at a hop, in the order in which a message passes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// On its way in: it has arrived there, and the hop need not know of it yet.
    Entrance,
    /// The hop has it.
    #[default]
    At,
    /// On its way out: the hop has sent it.
    Exit,
}

impl Side {
    pub const ALL: [Side; 3] = [Side::Entrance, Side::At, Side::Exit];

    pub fn word(self) -> &'static str {
        match self {
            Side::Entrance => "entrance",
            Side::At => "at",
            Side::Exit => "exit",
        }
    }

    fn is_at(&self) -> bool {
        *self == Side::At
    }
}

impl FromStr for Side {
    type Err = String;
    fn from_str(text: &str) -> Result<Side, String> {
        let found = Side::ALL.into_iter().find(|side| side.word() == text);
        found.ok_or_else(|| format!("`{}` is none of entrance, at, exit", text.escape_debug()))
    }
}

impl Found {
    /// `seen at the exit of mq-gateway`
    pub fn words(&self) -> String {
        format!("{} {}", if self.seen { "seen" } else { "not seen" }, self.at.words())
    }
}

impl Spot {
    /// `at the exit of mq-gateway`
    pub fn words(&self) -> String {
        match self.side {
            Side::Entrance => format!("at the entrance of {}", self.hop),
            Side::At => format!("at {}", self.hop),
            Side::Exit => format!("at the exit of {}", self.hop),
        }
    }
}
