//! A brief: the items as they stand now, and what stands before acceptance.

use std::collections::BTreeMap;

use super::{Added, Handoff, Item, ItemKey, Missing, Question, ReadBack, Stability, StabilityBecause, Waiver, Who};
use crate::Instant;

/// All that the incoming must know, composed at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    pub items: Vec<Item>,
    /// Empty: the watch can be accepted.
    pub before_acceptance: Vec<Obstacle>,
    pub moves: Moves,
}

/// What stands before acceptance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Obstacle {
    ReadBack { item: ItemKey, number: u32 },
    Missing { item: ItemKey, number: u32, what: Missing },
}

/// How much goes to the incoming.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    pub acknowledgements: usize,
    pub actions: usize,
}

impl Brief {
    /// Lays over the composed items what people said, numbers them, and says what is missing.
    pub fn make(mut items: Vec<Item>, handoff: &Handoff, desk: &BTreeMap<ItemKey, Added>) -> Brief {
        for item in &mut items {
            lay_over(item, handoff, desk.get(&item.key));
        }
        items.sort_by(|a, b| (a.severity, a.since, &a.key).cmp(&(b.severity, b.since, &b.key)));
        let mut before_acceptance = Vec::new();
        for (place, item) in items.iter_mut().enumerate() {
            item.number = place as u32 + 1;
            before_acceptance.extend(obstacles(item));
        }
        let moves = moves(&items, handoff);
        Brief { items, before_acceptance, moves }
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
        self.severity == Stability::Unstable && self.read_back.is_none()
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
    let read_back = item.needs_read_back().then(|| Obstacle::ReadBack { item: key.clone(), number });
    read_back.into_iter().chain(item.missing().map(move |what| Obstacle::Missing { item: key.clone(), number, what }))
}

fn lay_over(item: &mut Item, handoff: &Handoff, added: Option<&Added>) {
    if let Some(added) = added {
        if let Some((severity, by)) = &added.severity {
            item.severity = *severity;
            item.because = vec![StabilityBecause::SaidBy(by.clone())];
        }
        if let Some(owner) = &added.owner {
            item.owner = Some(owner.clone());
        }
        if let Some(contingency) = &added.contingency {
            item.contingency = Some(vec![contingency.as_str().into()]);
        }
        item.note = added.note.clone().or(item.note.take());
        item.actions.extend(added.actions.iter().cloned());
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

fn moves(items: &[Item], handoff: &Handoff) -> Moves {
    let outgoing = |who: &Who| who.person().is_some_and(|person| handoff.edge.from.persons.contains(person));
    let is_incident = |item: &&Item| matches!(item.about, super::About::Incident { .. });
    let acknowledged = items.iter().filter(is_incident).filter(|item| item.owner.as_ref().is_some_and(outgoing));
    let actions = items.iter().flat_map(|item| &item.actions).filter(|action| outgoing(&action.owner));
    Moves { acknowledgements: acknowledged.count(), actions: actions.count() }
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
