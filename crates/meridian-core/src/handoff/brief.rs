//! A brief: the items as they stand now, and what stands before acceptance.

use std::collections::BTreeMap;

use super::{
    Added, Amended, Handoff, Item, ItemKey, Lack, Missing, Question, ReadBack, ReadBy, Stability, StabilityBecause,
    Unread, Waiver, Who,
};
use crate::{Instant, id::Name};

/// All that the incoming must know, composed at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    pub items: Vec<Item>,
    /// What items lack, whoever accepts.
    pub lacking: Vec<Obstacle>,
    /// Who of the incoming has read it, by name.
    pub read_by: Vec<ReadBy>,
    pub moves: Moves,
}

/// What stands before acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// Whoever accepts has not read the brief.
    NotRead,
    /// They had read it, and this came or changed since.
    Unread(Unread),
    ReadBack {
        item: ItemKey,
        number: u32,
        lack: Lack,
    },
    Missing {
        item: ItemKey,
        number: u32,
        what: Missing,
    },
}

/// How much goes to the incoming. Who has acknowledged an incident the world knows, and not its item, whose owner people
/// may have named otherwise: [`Brief::make`] leaves that count to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub acknowledgements: usize,
    pub actions: usize,
}

impl Brief {
    /// Lays over the composed items what people said, numbers them, and says what is missing.
    /// `here` says who is in the estate: who is not can own nothing.
    pub fn make(
        mut items: Vec<Item>,
        handoff: &Handoff,
        desk: &BTreeMap<ItemKey, Added>,
        here: &dyn Fn(&Name) -> bool,
    ) -> Brief {
        for item in &mut items {
            lay_over(item, handoff, desk.get(&item.key));
            without_those_who_left(item, here);
        }
        items.sort_by(|a, b| (a.severity, a.since, &a.key).cmp(&(b.severity, b.since, &b.key)));
        let mut lacking = Vec::new();
        for (place, item) in items.iter_mut().enumerate() {
            item.number = place as u32 + 1;
            lacking.extend(obstacles(item));
        }
        let moves = Moves { acknowledgements: 0, actions: actions_of_outgoing(&items, handoff) };
        let mut brief = Brief { items, lacking, read_by: Vec::new(), moves };
        brief.read_by = handoff.readings.iter().map(|(by, reading)| brief.read_by(by, reading)).collect();
        brief
    }

    /// What stands before this person's acceptance. Of nobody in particular: before that of whoever has read most.
    pub fn before_acceptance(&self, by: Option<&Name>) -> Vec<Obstacle> {
        let known = self.read_by.iter().filter(|read| by.is_none_or(|by| read.by == *by));
        let first: Vec<Obstacle> = match known.min_by_key(|read| read.unread.len()) {
            // Of nothing there is nothing to read.
            None if self.items.is_empty() => Vec::new(),
            None => vec![Obstacle::NotRead],
            Some(read) => read.unread.iter().cloned().map(Obstacle::Unread).collect(),
        };
        first.into_iter().chain(self.lacking.iter().cloned()).collect()
    }

    pub fn item(&self, key: &ItemKey) -> Option<&Item> {
        self.items.iter().find(|item| item.key == *key)
    }

    pub fn count(&self, severity: Stability) -> usize {
        self.items.iter().filter(|item| item.severity == severity).count()
    }
}

impl Item {
    pub fn needs_read_back(&self) -> bool {
        self.lacks_of_read_back().next().is_some()
    }

    /// What the read-back of an unstable item lacks: all of it, or what comes next, or when.
    pub fn lacks_of_read_back(&self) -> impl Iterator<Item = Lack> + '_ {
        let read = self.read_back.as_ref();
        let lacks = match read {
            None => [Some(Lack::Words), None],
            Some(read) => [read.next.is_none().then_some(Lack::Next), read.next_at.is_none().then_some(Lack::Time)],
        };
        lacks.into_iter().flatten().filter(|_| self.severity == Stability::Unstable)
    }

    /// What it has neither, nor goes without by a waiver.
    pub fn missing(&self) -> impl Iterator<Item = Missing> + '_ {
        let lacks = [(Missing::Owner, self.owner.is_none()), (Missing::Contingency, self.contingency.is_none())];
        let lacking = lacks.into_iter().filter(|(_, lacks)| *lacks).map(|(what, _)| what);
        lacking.filter(|what| !self.waivers.iter().any(|waiver| waiver.what == *what))
    }
}

fn obstacles(item: &Item) -> impl Iterator<Item = Obstacle> + '_ {
    let (key, number) = (&item.key, item.number);
    let lacks = item.lacks_of_read_back().map(move |lack| Obstacle::ReadBack { item: key.clone(), number, lack });
    lacks.chain(item.missing().map(move |what| Obstacle::Missing { item: key.clone(), number, what }))
}

fn lay_over(item: &mut Item, handoff: &Handoff, added: Option<&Added>) {
    item.computed = Some(item.severity);
    if let Some(added) = added {
        match &added.severity {
            Some(said) if said.counts(item.severity) => {
                item.severity = said.severity;
                item.because = vec![StabilityBecause::SaidBy(said.by.clone())];
            }
            Some(said) => {
                let (by, severity, at) = (said.by.clone(), said.severity, said.at);
                item.because.insert(0, StabilityBecause::WorseSince { by, severity, at });
            }
            None => {}
        }
        if let Some(owner) = &added.owner {
            item.owner = Some(owner.clone());
        }
        if let Some(contingency) = &added.contingency {
            item.contingency = Some(vec![contingency.as_str().into()]);
        }
        item.note = added.note.clone().or(item.note.take());
        item.actions.extend(added.actions.iter().cloned());
        item.amended = Some(Amended { by: added.by.clone(), at: added.at });
    }
    let said = handoff.said(&item.key);
    item.questions = said.map(|said| said.questions.clone()).unwrap_or_default();
    item.waivers = said.map(|said| said.waivers.clone()).unwrap_or_default();
    // Who read back did not know what was changed afterwards.
    let newest = added.map_or(Instant::MIN, |added| added.at);
    let read_back = said.and_then(|said| said.read_back.as_ref());
    item.read_back =
        read_back.filter(|read| read.at >= newest && read.severity <= item.severity).map(|r| r.read.clone());
}

/// Whoever left the estate does nothing any more: an item waits for another owner, an action says so.
fn without_those_who_left(item: &mut Item, here: &dyn Fn(&Name) -> bool) {
    let left = |who: &Who| who.person().is_some_and(|person| !here(person));
    if item.owner.as_ref().is_some_and(left) {
        item.owner = None;
    }
    for action in item.actions.iter_mut().filter(|action| left(&action.owner)) {
        if let Some(person) = action.owner.person() {
            action.owner = Who::Other(format!("nobody, {person} left the estate"));
        }
    }
}

fn actions_of_outgoing(items: &[Item], handoff: &Handoff) -> usize {
    let outgoing = |who: &Who| who.person().is_some_and(|person| handoff.edge.from.persons.contains(person));
    items.iter().flat_map(|item| &item.actions).filter(|action| outgoing(&action.owner)).count()
}

/// What was said about one item in one handoff.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Said {
    pub questions: Vec<Question>,
    pub read_back: Option<KeptReadBack>,
    pub waivers: Vec<Waiver>,
}

/// A read-back, and how the item stood then: one that got worse since is read back again.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct KeptReadBack {
    pub read: ReadBack,
    pub at: Instant,
    pub severity: Stability,
}
