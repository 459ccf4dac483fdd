//! Whether an urgent page can get through to somebody, and on how many legs that stands.

use std::{collections::BTreeSet, fmt};

use serde::Serialize;

use super::{Person, Technology};

/// On what an urgent page to a person rests.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Reachable {
    /// No contact is known.
    NoContact,
    /// There are contacts, but none that an urgent page uses.
    NoUrgentWay,
    OneWay {
        technology: Technology,
    },
    /// Several ways that fail together.
    OneTechnology {
        technology: Technology,
        ways: usize,
    },
    /// Two ways at least that share nothing.
    Safe,
}

impl Reachable {
    pub fn is_safe(self) -> bool {
        self == Reachable::Safe
    }
}

impl fmt::Display for Reachable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reachable::NoContact => f.write_str("no contact is known"),
            Reachable::NoUrgentWay => f.write_str("an urgent page has no way to get through"),
            Reachable::OneWay { technology } => write!(f, "the only way is by {}", technology.word()),
            Reachable::OneTechnology { technology, ways } => {
                write!(f, "all {ways} ways rest on {} and fail together", technology.word())
            }
            Reachable::Safe => f.write_str("two ways share nothing"),
        }
    }
}

/// How an urgent page reaches them.
pub fn reachable(person: &Person) -> Reachable {
    match ways(person).as_slice() {
        [] if person.contacts.is_empty() => Reachable::NoContact,
        [] => Reachable::NoUrgentWay,
        [only] => Reachable::OneWay { technology: *only },
        [first, rest @ ..] if rest.iter().all(|other| other == first) => {
            Reachable::OneTechnology { technology: *first, ways: rest.len() + 1 }
        }
        _ => Reachable::Safe,
    }
}

/// The technologies by which an urgent page tries to get through, one for each way.
fn ways(person: &Person) -> Vec<Technology> {
    let contacts: BTreeSet<&str> = person.reach.high.iter().map(|step| step.contact.as_str()).collect();
    let used = person.contacts.iter().filter(|contact| contacts.contains(contact.name.as_str()));
    used.map(|contact| contact.way.technology()).collect()
}
