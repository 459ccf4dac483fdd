//! What of a brief somebody has read: a mark of each item as it stood then, so that what changed since is known.
//!
//! What moves by itself (how many alerts fire, how often they came back) is no change: in a storm nobody could accept.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{About, Brief, Item, ItemKey, Missing, Phrase};
use crate::{Instant, id::Name};

/// What an item, or a whole brief, says, in 16 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mark(String);

/// The marks of the items that a person read.
pub type Marks = BTreeMap<ItemKey, Mark>;

/// That a person has read the brief, as it stood then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    pub at: Instant,
    pub marks: Marks,
}

/// Who of the incoming has read the brief, and what of it they have not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadBy {
    pub by: Name,
    pub at: Instant,
    pub unread: Vec<Unread>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unread {
    pub item: ItemKey,
    pub number: u32,
    pub because: UnreadBecause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnreadBecause {
    /// It came after they had read.
    New,
    /// It says something else now.
    Changed,
}

impl Mark {
    fn of(what: &impl Serialize) -> Mark {
        // What serialises is plain data; were it ever not, the mark would be that of nothing, and the item be read again.
        let bytes = serde_json::to_vec(what).unwrap_or_default();
        Mark(blake3::hash(&bytes).to_hex()[..16].to_owned())
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Mark {
    fn from(text: String) -> Mark {
        Mark(text)
    }
}

impl std::fmt::Display for Mark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Item {
    /// What it says to this reader. What the reader said of it themselves is no news to them.
    pub fn mark(&self, reader: Option<&Name>) -> Mark {
        let others = |by: &Name| reader != Some(by);
        let moves =
            matches!(self.about, About::Incident { .. } | About::Alerts | About::Silence(_) | About::Contact { .. });
        let detail: &[Phrase] = if moves { &[] } else { &self.detail };
        let answers = self.questions.iter().filter_map(|question| question.answer.as_ref());
        let answers: Vec<&str> = answers.filter(|answer| others(&answer.by)).map(|answer| &*answer.text).collect();
        let waivers = self.waivers.iter().filter(|waiver| others(&waiver.by));
        let waivers: Vec<(Missing, &str)> = waivers.map(|waiver| (waiver.what, &*waiver.reason)).collect();
        Mark::of(&(
            (&self.about, self.severity, &self.summary, detail, &self.latest),
            (&self.note, &self.owner, &self.actions, &self.contingency),
            (answers, waivers),
        ))
    }
}

impl Brief {
    pub fn marks(&self, reader: Option<&Name>) -> Marks {
        self.items.iter().map(|item| (item.key.clone(), item.mark(reader))).collect()
    }

    /// What the whole brief says: who says that they have read it names this.
    pub fn revision(&self) -> Mark {
        Mark::of(&self.marks(None))
    }

    pub(super) fn read_by(&self, by: &Name, reading: &Reading) -> ReadBy {
        let unread = self.items.iter().filter_map(|item| {
            let because = match reading.marks.get(&item.key) {
                None => UnreadBecause::New,
                Some(mark) if *mark != item.mark(Some(by)) => UnreadBecause::Changed,
                Some(_) => return None,
            };
            Some(Unread { item: item.key.clone(), number: item.number, because })
        });
        ReadBy { by: by.clone(), at: reading.at, unread: unread.collect() }
    }
}
