//! What somebody looks for in the history of handoffs.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ItemKey;
use crate::{Instant, id::Name};

/// All that is given must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    pub words: String,
    pub rota: Option<Name>,
    /// On either side, or who accepted.
    pub person: Option<Name>,
    /// The site from which, and to which.
    pub from: Option<Name>,
    pub to: Option<Name>,
    /// Due at or after, and before.
    pub since: Option<Instant>,
    pub until: Option<Instant>,
    pub only: Option<Only>,
}

/// How a handoff that ended went: what is behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Only {
    Accepted,
    OnTime,
    Late,
    Emergency,
    ReadBack,
    NotReadBack,
    /// With a page to the incoming in the first hours.
    Paged,
    /// With such a page about what the brief should have said.
    Missed,
    Void,
}

impl Only {
    pub const ALL: [Only; 9] = [
        Only::Accepted,
        Only::OnTime,
        Only::Late,
        Only::Emergency,
        Only::ReadBack,
        Only::NotReadBack,
        Only::Paged,
        Only::Missed,
        Only::Void,
    ];

    pub fn word(self) -> &'static str {
        match self {
            Only::Accepted => "accepted",
            Only::OnTime => "on-time",
            Only::Late => "late",
            Only::Emergency => "emergency",
            Only::ReadBack => "read-back",
            Only::NotReadBack => "not-read-back",
            Only::Paged => "paged",
            Only::Missed => "missed",
            Only::Void => "void",
        }
    }

    /// As a reader is told.
    pub fn words(self) -> &'static str {
        match self {
            Only::Accepted => "accepted",
            Only::OnTime => "accepted on time",
            Only::Late => "accepted late",
            Only::Emergency => "accepted in an emergency",
            Only::ReadBack => "with an unstable item read back",
            Only::NotReadBack => "with an unstable item not read back",
            Only::Paged => "with a page in the first 4 h",
            Only::Missed => "with a miss",
            Only::Void => "void",
        }
    }
}

impl FromStr for Only {
    type Err = String;
    fn from_str(text: &str) -> Result<Only, String> {
        let all = || Only::ALL.map(Only::word).join(", ");
        let found = Only::ALL.into_iter().find(|known| known.word() == text);
        found.ok_or_else(|| format!("`{}` is none of {}", text.escape_debug(), all()))
    }
}

/// Where words were found: in which part of which item, or of the handoff itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundIn {
    pub item: Option<ItemKey>,
    pub part: Part,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Title,
    Person,
    Refusal,
    Summary,
    Detail,
    Note,
    Action,
    Contingency,
    Question,
    Answer,
    Waiver,
    ReadBack,
    NextTrigger,
}

impl Part {
    pub fn words(self) -> &'static str {
        match self {
            Part::Title => "title",
            Part::Person => "person",
            Part::Refusal => "refusal",
            Part::Summary => "summary",
            Part::Detail => "detail",
            Part::Note => "note",
            Part::Action => "action",
            Part::Contingency => "contingency",
            Part::Question => "question",
            Part::Answer => "answer",
            Part::Waiver => "waiver",
            Part::ReadBack => "read-back",
            Part::NextTrigger => "next trigger",
        }
    }
}

impl FoundIn {
    /// `question of incident/42`, or `title`.
    pub fn words(&self) -> String {
        let part = self.part.words();
        self.item.as_ref().map_or_else(|| part.to_owned(), |item| format!("{part} of {item}"))
    }
}
