//! The timeline of an incident: every fact of it and of its pages, in order.
//!
//! An incident may stay open for months while its alerts flap. What is kept in memory must not grow with that, so of
//! a long timeline the beginning and the end are kept, and how many facts came between. The journal holds them all.

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::IncidentFact;
use crate::{
    Instant, chain::breach::ChainFact, fact::Fact, finding::FindingFact, id::Actor, journal::Entry, page::PageFact,
    switch::SwitchFact,
};

/// How many facts of a timeline are kept, of its beginning and of its end.
pub const FIRST_KEPT: usize = 200;
pub const LAST_KEPT: usize = 800;

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    first: Vec<Moment>,
    /// How many came between and stand in the journal alone.
    #[serde(default, skip_serializing_if = "is_none")]
    left_out: u64,
    #[serde(default, skip_serializing_if = "VecDeque::is_empty")]
    last: VecDeque<Moment>,
}

fn is_none(number: &u64) -> bool {
    *number == 0
}

/// One line of the timeline: the fact itself, when, and by whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moment {
    pub seq: u64,
    pub at: Instant,
    pub actor: Actor,
    /// A fact of the incident, of its pages, of the breaches that it is about, or what was found by hand; the journal's entry shares it.
    #[serde(rename = "what", serialize_with = "write", deserialize_with = "read")]
    fact: Arc<Fact>,
}

impl Timeline {
    pub(super) fn push(&mut self, moment: Moment) {
        if self.first.len() < FIRST_KEPT {
            self.first.push(moment);
            return;
        }
        if self.last.len() == LAST_KEPT {
            self.last.pop_front();
            self.left_out += 1;
        }
        self.last.push_back(moment);
    }

    /// What is kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Moment> {
        self.first.iter().chain(&self.last)
    }

    /// How many facts there were, those that are left out included.
    pub fn len(&self) -> u64 {
        (self.first.len() + self.last.len()) as u64 + self.left_out
    }

    pub fn is_empty(&self) -> bool {
        self.first.is_empty()
    }

    /// How many facts are left out, and after the entry of which number: the journal holds them.
    pub fn left_out(&self) -> Option<(u64, u64)> {
        let after = self.first.last().filter(|_| self.left_out > 0)?;
        Some((self.left_out, after.seq))
    }
}

impl<'a> IntoIterator for &'a Timeline {
    type Item = &'a Moment;
    type IntoIter = std::iter::Chain<std::slice::Iter<'a, Moment>, std::collections::vec_deque::Iter<'a, Moment>>;
    fn into_iter(self) -> Self::IntoIter {
        self.first.iter().chain(&self.last)
    }
}

impl Moment {
    pub(crate) fn of(entry: &Entry) -> Moment {
        Moment { seq: entry.seq, at: entry.at, actor: entry.actor.clone(), fact: entry.fact.clone() }
    }

    pub fn fact(&self) -> &Fact {
        &self.fact
    }
}

fn write<S: Serializer>(fact: &Fact, serializer: S) -> Result<S::Ok, S::Error> {
    match fact {
        Fact::Incident(fact) => serializer.serialize_newtype_variant("What", 0, "Incident", fact),
        Fact::Page(fact) => serializer.serialize_newtype_variant("What", 1, "Page", fact),
        Fact::Chain(fact) => serializer.serialize_newtype_variant("What", 2, "Chain", fact),
        Fact::Finding(fact) => serializer.serialize_newtype_variant("What", 3, "Finding", fact),
        Fact::Switch(fact) => serializer.serialize_newtype_variant("What", 4, "Switch", fact),
        _ => Err(serde::ser::Error::custom(
            "a timeline holds facts of incidents, pages, breaches, findings and switches",
        )),
    }
}

fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Fact>, D::Error> {
    #[derive(Deserialize)]
    enum What {
        Incident(IncidentFact),
        Page(PageFact),
        Chain(ChainFact),
        Finding(FindingFact),
        Switch(SwitchFact),
    }
    Ok(match What::deserialize(deserializer)? {
        What::Incident(fact) => fact.into(),
        What::Page(fact) => fact.into(),
        What::Chain(fact) => fact.into(),
        What::Finding(fact) => fact.into(),
        What::Switch(fact) => fact.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::IncidentId;

    fn moment(seq: u64) -> Moment {
        let fact = IncidentFact::Reminded { incident: IncidentId(1) }.into();
        Moment { seq, at: Instant::UNIX_EPOCH, actor: Actor::System, fact }
    }

    #[test]
    fn a_long_timeline_keeps_its_beginning_and_its_end() {
        let whole = (FIRST_KEPT + LAST_KEPT) as u64;
        for count in [0, 1, whole - 1, whole, whole + 1, 3 * whole] {
            let mut timeline = Timeline::default();
            (1..=count).for_each(|seq| timeline.push(moment(seq)));
            let gone = count.saturating_sub(whole);
            assert_eq!(timeline.len(), count);
            assert_eq!(timeline.left_out(), (gone > 0).then_some((gone, FIRST_KEPT as u64)));
            let kept: Vec<u64> = timeline.iter().map(|moment| moment.seq).collect();
            let expected = (1..=count).filter(|seq| *seq <= FIRST_KEPT as u64 || *seq > FIRST_KEPT as u64 + gone);
            assert_eq!(kept, expected.collect::<Vec<u64>>());
            let written = serde_json::to_string(&timeline).unwrap();
            assert_eq!(serde_json::from_str::<Timeline>(&written).unwrap(), timeline);
        }
    }
}
