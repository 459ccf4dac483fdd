//! What becomes of a wish to change who is on watch.
//!
//! Every function here is pure: it reads the folds and returns the facts of one commit, each with its reason, or says
//! why there are none.

mod ask;
mod due;
mod import;
mod leave;
mod offer;
mod remark;
mod sick;
mod swap;
mod undo;

use jiff::SignedDuration;

pub use self::{ask::*, import::*, leave::*, remark::*, sick::*, swap::*, undo::*};
pub(crate) use self::{due::*, offer::DAY};
use super::{Covers, Part};
use crate::{
    Fact, Instant, Refusal,
    estate::{Estate, Leave, Override, Person, Role, Rota, nearest},
    id::{ChangeId, Name},
    roster::{self, Overrides, Shift},
};

/// A year and a day. What lasts longer belongs into the estate.
const LASTS_AT_MOST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// The longest reason or note, in bytes.
const TEXT_MAX: usize = 2_000;

/// What planning needs to know.
pub struct Context<'a> {
    pub now: Instant,
    pub estate: &'a Estate,
    pub overrides: &'a Overrides,
    pub covers: &'a Covers,
    /// Watched minutes above (or below) the fair share of this person in this rota, where that is known.
    pub balance: &'a dyn Fn(&Name, &Name) -> Option<i64>,
}

/// The facts of one commit, and what whoever asked is told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Plan {
    pub facts: Vec<Fact>,
    /// The wished one first.
    pub changes: Vec<ChangeId>,
    pub remarks: Vec<Remark>,
}

impl Plan {
    fn about(change: ChangeId) -> Plan {
        Plan { changes: vec![change], ..Plan::default() }
    }
}

type Planned = Result<Plan, Refusal>;

fn invalid<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid { field, why: why.into() })
}

fn conflict<T>(why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Conflict(why.into()))
}

impl<'a> Context<'a> {
    fn person(&self, field: &'static str, name: &Name) -> Result<&'a Person, Refusal> {
        self.estate.persons.get(name).ok_or_else(|| {
            let meant = nearest(name.as_str(), self.estate.persons.keys().map(Name::as_str));
            let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
            Refusal::Invalid { field, why: format!("no person of the estate is called `{name}`{meant}") }
        })
    }

    fn rota(&self, name: &Name) -> Result<&'a Rota, Refusal> {
        self.estate.rotas.get(name).ok_or_else(|| Refusal::NotFound(format!("rota {name}")))
    }

    /// The one answer of the roster, with what was changed at run time.
    fn shifts(&self, rota: &Rota, from: Instant, until: Instant) -> Vec<Shift> {
        roster::shifts(rota, &self.overrides.of(&rota.name), from, until)
    }

    /// The watches of a person in a time, clipped to it, in one rota or all. A shadow watches for nobody.
    pub(crate) fn watches(&self, person: &Name, only: Option<&Name>, from: Instant, until: Instant) -> Vec<Shift> {
        let rotas = self.estate.rotas.values().filter(|rota| only.is_none_or(|only| rota.name == *only));
        let could = rotas.filter(|rota| {
            let mut turns = rota.layers.iter().flat_map(|layer| layer.rotation.persons());
            let added = self.overrides.numbered(&rota.name).iter().map(|(_, change)| change);
            turns.any(|member| member == person) || rota.overrides.iter().chain(added).any(|o| o.with == *person)
        });
        let shifts = could.flat_map(|rota| self.shifts(rota, from, until));
        shifts.filter(|shift| shift.person == *person && shift.role != Role::Shadow).collect()
    }

    /// How much of this part its person has on watch.
    pub(super) fn held(&self, part: &Part) -> Vec<(Instant, Instant)> {
        let Some(rota) = self.estate.rotas.get(&part.rota) else { return Vec::new() };
        let shifts = self.shifts(rota, part.from, part.until).into_iter();
        let own = shifts.filter(|shift| shift.person == part.person && *shift.layer == *part.layer);
        own.map(|shift| (shift.from, shift.until)).collect()
    }

    pub(super) fn leave_of(&self, person: &Name) -> Vec<(Option<ChangeId>, &'a Leave)> {
        leave_of(self.estate, self.covers, person)
    }
}

/// All leave of a person: what the estate says first, then what was added at run time, with its number.
pub(crate) fn leave_of<'a>(estate: &'a Estate, covers: &'a Covers, name: &Name) -> Vec<(Option<ChangeId>, &'a Leave)> {
    let written = estate.persons.get(name).map_or(&[][..], |person| &person.leave);
    let added = covers.leave_of(name).map(|(id, leave, _)| (Some(id), leave));
    written.iter().map(|leave| (None, leave)).chain(added).collect()
}

fn text(field: &'static str, text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.len() > TEXT_MAX {
        return invalid(field, "is longer than 2,000 bytes");
    }
    Ok(text.to_owned())
}

/// `from` and `until` of a wish, `from` not before now.
fn stretch(now: Instant, from: Instant, until: Instant) -> Result<(Instant, Instant), Refusal> {
    if until <= from {
        return invalid("until", format!("{until} is not after {from}, where it begins"));
    }
    if until <= now {
        return invalid("until", format!("{until} is past: what was stays as it was"));
    }
    if from.duration_until(until) > LASTS_AT_MOST {
        return invalid("until", "a change lasts at most 366 days: what is for longer belongs into the estate");
    }
    Ok((from.max(now), until))
}

/// The override that puts `by` in the place of the one whose part it is.
fn stand_in(part: &Part, by: &Name) -> Override {
    let (replace, layer) = (Some(part.person.clone()), Some(part.layer.clone()));
    Override { from: part.from, until: part.until, replace, with: by.clone(), layer }
}
