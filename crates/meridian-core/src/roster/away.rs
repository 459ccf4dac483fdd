//! Who is away when, whatever the rota says.
//!
//! What it does *not* do: it takes nobody off watch. Whoever is away stays on watch until somebody covers for them.

use std::collections::BTreeMap;

use crate::{Instant, estate::Estate, id::Name};

/// Somebody can't be on watch in `[from, until)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Away {
    pub from: Instant,
    pub until: Instant,
    pub because: AwayBecause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AwayBecause {
    Leave,
    Sick,
}

/// Of each person who is away at some time.
pub type Absences = BTreeMap<Name, Vec<Away>>;

impl Away {
    pub fn touches(&self, from: Instant, until: Instant) -> bool {
        self.from < until && from < self.until
    }

    /// `on leave`, `sick`.
    pub fn words(&self) -> &'static str {
        match self.because {
            AwayBecause::Leave => "on leave",
            AwayBecause::Sick => "sick",
        }
    }
}

/// What the estate's files say.
pub fn on_leave(estate: &Estate) -> Absences {
    let away = |from, until| Away { from, until, because: AwayBecause::Leave };
    let persons = estate.persons.values().filter(|person| !person.leave.is_empty());
    persons
        .map(|person| (person.name.clone(), person.leave.iter().map(|leave| away(leave.from, leave.until)).collect()))
        .collect()
}
