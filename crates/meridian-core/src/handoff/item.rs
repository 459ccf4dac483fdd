//! One item of a brief, and what people say about it.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    id::{AnnouncementId, ChangeId, HandoffId, IncidentId, Name},
    incident::{Severity, Status},
};

/// What an item is about, as it is found again whenever the brief is composed: `incident/1042`, `silence/…`, `note/7`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ItemKey(Arc<str>);

impl ItemKey {
    pub fn of(kind: &str, what: impl fmt::Display) -> ItemKey {
        ItemKey(format!("{kind}/{what}").into())
    }

    pub fn note(number: u64) -> ItemKey {
        ItemKey::of("note", number)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ItemKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for ItemKey {
    type Err = String;
    fn from_str(text: &str) -> Result<ItemKey, String> {
        let plain = !text.is_empty() && text.len() <= 500 && !text.chars().any(char::is_control);
        if plain { Ok(ItemKey(text.into())) } else { Err("an item is named such as `incident/42`".into()) }
    }
}

impl TryFrom<String> for ItemKey {
    type Error = String;
    fn try_from(text: String) -> Result<ItemKey, String> {
        text.parse()
    }
}

impl From<ItemKey> for String {
    fn from(key: ItemKey) -> String {
        key.0.as_ref().to_owned()
    }
}

/// How an item stands, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stability {
    /// It hurts, or nobody has it: the incoming read it back.
    Unstable,
    /// It came back, or it flaps: an eye on it.
    Watcher,
    Stable,
}

impl Stability {
    pub const ALL: [Stability; 3] = [Stability::Unstable, Stability::Watcher, Stability::Stable];

    pub fn word(self) -> &'static str {
        match self {
            Stability::Unstable => "unstable",
            Stability::Watcher => "watcher",
            Stability::Stable => "stable",
        }
    }
}

impl FromStr for Stability {
    type Err = String;
    fn from_str(text: &str) -> Result<Stability, String> {
        let found = Stability::ALL.into_iter().find(|known| known.word() == text);
        found.ok_or_else(|| format!("`{}` is none of unstable, watcher, stable", text.escape_debug()))
    }
}

/// Why an item stands so.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StabilityBecause {
    /// An incident that hurts users.
    Severe(Severity),
    Unacknowledged,
    Reopened,
    /// Its alerts ended and came back so often.
    Flapped(u32),
    /// Somebody has it, and more alerts fire than an hour ago.
    Growing {
        from: u32,
        to: u32,
    },
    /// The number of its alerts rose for hours.
    Rising {
        from: u32,
        to: u32,
    },
    /// Somebody closed it, and its alerts still fire.
    StillFires,
    /// An update was promised and is overdue.
    PromiseOverdue,
    /// Something does its work another way than it should.
    OnFallback,
    /// Somebody is on watch who can't be, or wanted cover and found none.
    NoCover,
    /// Something is being done to the systems when the watch passes.
    UnderWay,
    /// Work is announced in a freeze.
    Collides,
    /// A person said so.
    SaidBy(Name),
    /// A person said something milder before it got worse: what they said does not count while it is.
    WorseSince {
        by: Name,
        severity: Stability,
        at: Instant,
    },
    Calm,
}

/// Who has something to do: a person of the estate, or anybody else, in words.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Who {
    Person(Name),
    Other(String),
}

impl From<String> for Who {
    /// `person/tom`; everything else is words.
    fn from(text: String) -> Who {
        match text.strip_prefix("person/").and_then(|name| name.parse().ok()) {
            Some(person) => Who::Person(person),
            None => Who::Other(text),
        }
    }
}

impl From<Who> for String {
    fn from(who: Who) -> String {
        match who {
            Who::Person(name) => format!("person/{name}"),
            Who::Other(text) => text,
        }
    }
}

impl Who {
    pub fn person(&self) -> Option<&Name> {
        match self {
            Who::Person(name) => Some(name),
            Who::Other(_) => None,
        }
    }
}

/// Something to be done, by whom and by when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// Of those that people added: its number on the item, by which it is changed and removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    pub text: String,
    pub owner: Who,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// Who added or changed it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Name>,
}

impl Action {
    pub fn new(text: impl Into<String>, owner: Who, due: Option<Instant>) -> Action {
        Action { number: None, text: text.into(), owner, due, by: None }
    }
}

/// A part of a sentence: words, or an instant that every reader sees in their own time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phrase {
    Text(String),
    At(Instant),
}

impl From<&str> for Phrase {
    fn from(text: &str) -> Phrase {
        Phrase::Text(text.to_owned())
    }
}

impl From<String> for Phrase {
    fn from(text: String) -> Phrase {
        Phrase::Text(text)
    }
}

impl From<Instant> for Phrase {
    fn from(at: Instant) -> Phrase {
        Phrase::At(at)
    }
}

/// A sentence as plain text, its instants in UTC.
pub fn plain(phrases: &[Phrase]) -> String {
    let one = |phrase: &Phrase| match phrase {
        Phrase::Text(text) => text.clone(),
        Phrase::At(at) => at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
    };
    phrases.iter().map(one).collect()
}

/// What in the world an item points to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    Incident {
        incident: IncidentId,
        severity: Severity,
        status: Status,
    },
    /// A group of alerts that fire and have no open incident.
    Alerts,
    Silence(Box<str>),
    /// A change of who is on watch; 0 where the estate says it.
    Override(u64),
    /// Cover that is wanted.
    Cover(ChangeId),
    /// A swap that waits for an answer or an approval.
    Swap(ChangeId),
    /// Somebody of the rota who is sick or on leave.
    Out(Name),
    /// A handoff before this one that nobody accepted.
    Handoff(HandoffId),
    /// What carries messages, and gave up for more than one person.
    Channel(Name),
    /// Nobody is scheduled from then until then.
    Hole {
        from: Instant,
        until: Instant,
    },
    /// A way to reach a person that does not work.
    Contact {
        person: Name,
        contact: String,
    },
    /// A change of the estate that was refused.
    Estate,
    /// Work, a freeze or an event.
    Announcement(AnnouncementId),
    /// What a person added.
    Note,
}

/// One item as it stands now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub key: ItemKey,
    /// Its place in the brief, counted from 1: worst first, then oldest first.
    pub number: u32,
    pub about: About,
    pub severity: Stability,
    /// How it stands by what the house knows, whatever people said of it; what was accepted long ago may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed: Option<Stability>,
    pub because: Vec<StabilityBecause>,
    pub summary: Vec<Phrase>,
    pub detail: Vec<Phrase>,
    /// The newest note of the incident.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latest: Option<String>,
    /// What a person added to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who changed last what people said of it, and when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amended: Option<Amended>,
    pub since: Instant,
    pub owner: Option<Who>,
    pub actions: Vec<Action>,
    /// If … then …
    pub contingency: Option<Vec<Phrase>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub questions: Vec<Question>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub read_back: Option<ReadBack>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub waivers: Vec<Waiver>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amended {
    pub by: Name,
    pub at: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    pub number: u32,
    pub by: Name,
    pub at: Instant,
    pub text: String,
    pub answer: Option<Answer>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub by: Name,
    pub at: Instant,
    pub text: String,
}

/// What the incoming said it means, in own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadBack {
    pub by: Name,
    pub at: Instant,
    pub words: String,
    /// What is to happen next, or what would change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// When that is, or when they look at it again.
    pub next_at: Option<Instant>,
}

/// What a read-back must have before the watch is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    Words,
    Next,
    Time,
}

/// What an item must have before the watch is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Missing {
    Owner,
    Contingency,
}

impl Missing {
    pub fn word(self) -> &'static str {
        match self {
            Missing::Owner => "owner",
            Missing::Contingency => "contingency",
        }
    }
}

impl FromStr for Missing {
    type Err = String;
    fn from_str(text: &str) -> Result<Missing, String> {
        match text {
            "owner" => Ok(Missing::Owner),
            "contingency" => Ok(Missing::Contingency),
            _ => Err(format!("`{}` is neither owner nor contingency", text.escape_debug())),
        }
    }
}

/// It goes without, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    pub what: Missing,
    pub by: Name,
    pub at: Instant,
    pub reason: String,
}
