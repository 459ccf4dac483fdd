//! Who is on watch and can't be there, or can't be reached; and changes of who that change nothing.

use std::collections::BTreeMap;

use super::{
    hole::Ring,
    model::{Because, Finding, Phase, What},
    set::{Stretch, both, joined, minus},
};
use crate::{
    estate::{Reachable, Role, Rota, reachable},
    id::Name,
    roster::{Shift, idle_overrides, shifts},
};

pub(super) fn people(ring: &Ring<'_>, rota: &Rota) -> Vec<Finding> {
    let (from, until) = ring.window;
    // A shadow is not paged, and covers for nobody.
    let paged = |shift: &Shift| shift.role != Role::Shadow;
    let watched: Vec<Shift> = shifts(rota, &ring.added.of(&rota.name), from, until).into_iter().filter(paged).collect();
    let mut found = away(ring, &watched);
    found.extend(unreachable(ring, &watched));
    found.extend(idle(ring, rota));
    found
}

fn finding(ring: &Ring<'_>, what: What, stretches: Vec<Stretch>, because: Vec<Because>) -> Finding {
    let phases = vec![Phase { stretches, begun_by: Vec::new(), ended_by: Vec::new() }];
    Finding { of: ring.of.clone(), what, phases, because, proposals: Vec::new() }
}

/// Everybody on watch while they are on leave or sick, when nobody else of their role is there.
fn away(ring: &Ring<'_>, watched: &[Shift]) -> Vec<Finding> {
    let mut found = Vec::new();
    for (person, absences) in ring.away {
        let (mut stretches, mut because) = (Vec::new(), Vec::new());
        for away in absences {
            let own = watched.iter().filter(|shift| shift.person == *person && away.touches(shift.from, shift.until));
            let left: Vec<Stretch> = own.flat_map(|shift| uncovered(ring, watched, shift, away)).collect();
            if !left.is_empty() {
                stretches.extend(left);
                because.push(Because::Away { person: person.clone(), away: *away });
            }
        }
        if !stretches.is_empty() {
            found.push(finding(ring, What::Away { person: person.clone() }, joined(stretches), because));
        }
    }
    found
}

/// What of an absence in a shift nobody else is there for.
fn uncovered(ring: &Ring<'_>, watched: &[Shift], shift: &Shift, away: &crate::roster::Away) -> Vec<Stretch> {
    let missing = [(shift.from.max(away.from), shift.until.min(away.until))];
    let others = watched.iter().filter(|other| {
        other.person != shift.person && other.role == shift.role && away.touches(other.from, other.until)
    });
    let there = others.flat_map(|other| {
        let absences = ring.away.get(&other.person).map_or(&[][..], Vec::as_slice);
        let gone = joined(absences.iter().map(|away| (away.from, away.until)).collect());
        minus(&[(other.from, other.until)], &gone)
    });
    minus(&missing, &joined(there.collect()))
}

/// Everybody on watch whom a page may not get through to.
fn unreachable(ring: &Ring<'_>, watched: &[Shift]) -> Vec<Finding> {
    let mut watches: BTreeMap<&Name, Vec<Stretch>> = BTreeMap::new();
    for shift in watched {
        watches.entry(&shift.person).or_default().push((shift.from, shift.until));
    }
    let of = |(person, stretches): (&Name, Vec<Stretch>)| {
        let reach = ring.estate.persons.get(person).map_or(Reachable::NoContact, reachable);
        let what = What::Unreachable { person: person.clone() };
        (!reach.is_safe()).then(|| finding(ring, what, joined(stretches), vec![Because::Reach(reach)]))
    };
    watches.into_iter().filter_map(of).collect()
}

/// Overrides to nobody: whom they would replace is not on watch then.
fn idle(ring: &Ring<'_>, rota: &Rota) -> Vec<Finding> {
    let added = ring.added.of(&rota.name);
    let idle = idle_overrides(rota, &added).into_iter().filter_map(|change| {
        let shown = both(&[(change.from, change.until)], &[ring.window]);
        let what = What::IdleOverride { with: change.with.clone(), replace: change.replace.clone() };
        let because = Because::NotOnWatch { replace: change.replace.clone(), layer: change.layer.clone() };
        (!shown.is_empty()).then(|| finding(ring, what, shown, vec![because]))
    });
    idle.collect()
}
