//! What can happen to an announcement.

use std::{collections::BTreeSet, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    id::{AnnouncementId, Name},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AnnouncementFact {
    #[serde(rename = "announcement.made")]
    Made { announcement: AnnouncementId, what: Announced },
    /// All of it is as it says here.
    #[serde(rename = "announcement.changed")]
    Changed { announcement: AnnouncementId, what: Announced },
    /// Before it began it is called off; while it is under way it ends.
    #[serde(rename = "announcement.withdrawn")]
    Withdrawn {
        announcement: AnnouncementId,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
}

impl AnnouncementFact {
    pub fn announcement(&self) -> AnnouncementId {
        match self {
            AnnouncementFact::Made { announcement, .. }
            | AnnouncementFact::Changed { announcement, .. }
            | AnnouncementFact::Withdrawn { announcement, .. } => *announcement,
        }
    }
}

/// What an announcement says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Announced {
    pub kind: AnnouncedKind,
    /// `fw-2 rules`
    pub title: String,
    /// What others know it by: `CHG-2291`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reference: String,
    /// Where more stands, `https://…`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub link: String,
    pub from: Instant,
    pub until: Instant,
    /// Whom it concerns. Empty: every rota.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rotas: BTreeSet<Name>,
    /// Who does it, or can be asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<Name>,
    /// What is done if it goes wrong.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub if_wrong: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnnouncedKind {
    /// Something is done to the systems: a change, a maintenance, a drill.
    Work,
    /// Nothing may be done to them.
    Freeze,
    /// Something happens outside that the systems will feel.
    Event,
}

impl AnnouncedKind {
    pub const ALL: [AnnouncedKind; 3] = [AnnouncedKind::Work, AnnouncedKind::Freeze, AnnouncedKind::Event];

    pub fn word(self) -> &'static str {
        match self {
            AnnouncedKind::Work => "work",
            AnnouncedKind::Freeze => "freeze",
            AnnouncedKind::Event => "event",
        }
    }
}

impl FromStr for AnnouncedKind {
    type Err = String;
    fn from_str(text: &str) -> Result<AnnouncedKind, String> {
        let found = AnnouncedKind::ALL.into_iter().find(|known| known.word() == text);
        found.ok_or_else(|| format!("`{}` is none of work, freeze, event", text.escape_debug()))
    }
}

impl Announced {
    /// `CHG-2291 fw-2 rules`
    pub fn name(&self) -> String {
        if self.reference.is_empty() { self.title.clone() } else { format!("{} {}", self.reference, self.title) }
    }

    pub fn concerns(&self, rota: &Name) -> bool {
        self.rotas.is_empty() || self.rotas.contains(rota)
    }

    /// Whether one is work in the time of the other, which is a freeze of a rota that both concern.
    pub fn collides_with(&self, other: &Announced) -> bool {
        let opposed = matches!(
            (self.kind, other.kind),
            (AnnouncedKind::Work, AnnouncedKind::Freeze) | (AnnouncedKind::Freeze, AnnouncedKind::Work)
        );
        let same_time = self.from < other.until && other.from < self.until;
        let same_rota = self.rotas.is_empty() || other.rotas.is_empty() || !self.rotas.is_disjoint(&other.rotas);
        opposed && same_time && same_rota
    }
}
