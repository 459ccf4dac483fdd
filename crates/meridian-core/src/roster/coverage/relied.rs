//! Where a rota has nobody: a hole where an escalation relies on it then, and merely off where none does.
//!
//! A step whose people are all absent goes on to the next at once, which nobody wants to learn at night. Such a gap
//! belongs to the rota that the step names first; those behind it lend a hand. So a rota that only works nights beside
//! somebody else's seconds is off by day, and a rota that a step names alone has a hole whenever nobody is on watch.
//! A rota that no step names at all is taken at its word: nothing says that anybody else is there instead.

use super::set::{Stretch, joined, minus};
use crate::{
    Instant,
    estate::{Estate, Role, Rota, Target},
    roster::{Overrides, holes, shifts},
};

/// The stretches of a window without a primary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Absent {
    pub holes: Vec<Stretch>,
    pub off: Vec<Stretch>,
}

/// Where in `[from, until)` nobody is primary in this rota, and whether anybody relies on it.
pub fn absent(estate: &Estate, added: &Overrides, rota: &Rota, from: Instant, until: Instant) -> Absent {
    let gaps = holes(rota, &added.of(&rota.name), Role::Primary, from, until);
    relied(estate, added, rota, gaps, (from, until))
}

pub(super) fn relied(estate: &Estate, added: &Overrides, rota: &Rota, gaps: Vec<Stretch>, window: Stretch) -> Absent {
    if gaps.is_empty() {
        return Absent::default();
    }
    let (mut loud, mut named) = (Vec::new(), false);
    for step in estate.escalations.values().flat_map(|escalation| &escalation.steps) {
        let names = |target: &Target| matches!(target, Target::Rota(name, _) if *name == rota.name);
        named |= step.page.iter().any(names);
        if matches!(step.page.first(), Some(Target::Rota(name, Role::Primary)) if *name == rota.name) {
            let others = step.page[1..].iter();
            loud.extend(others.fold(gaps.clone(), |left, other| without(estate, added, left, other, window)));
        }
    }
    if !named && rota.layers.iter().any(|layer| layer.role == Role::Primary) {
        return Absent { holes: gaps, off: Vec::new() };
    }
    let holes = joined(loud);
    Absent { off: minus(&gaps, &holes), holes }
}

/// What is left of these gaps where a target of the same step finds nobody either.
fn without(estate: &Estate, added: &Overrides, gaps: Vec<Stretch>, target: &Target, window: Stretch) -> Vec<Stretch> {
    match target {
        Target::Person(_) => Vec::new(),
        Target::Team(team) => match estate.teams.get(team) {
            Some(team) if !team.members.is_empty() => Vec::new(),
            _ => gaps,
        },
        Target::Rota(name, role) => {
            let Some(rota) = estate.rotas.get(name) else { return gaps };
            let there = shifts(rota, &added.of(name), window.0, window.1).into_iter();
            let there = there.filter(|shift| shift.role == *role).map(|shift| (shift.from, shift.until));
            minus(&gaps, &joined(there.collect()))
        }
    }
}
