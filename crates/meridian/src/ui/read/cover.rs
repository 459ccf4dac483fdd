//! Where a rota has nobody: a hole where an escalation relies on it then, and merely off where none does.
//!
//! A step whose people are all absent goes on to the next at once, which nobody wants to learn at night. Such a gap
//! belongs to the rota that the step names first; those behind it lend a hand. So a rota that only works nights beside
//! somebody else's seconds is off by day, and a rota that a step names alone has a hole whenever nobody is on watch.

use meridian_core::{
    Instant,
    estate::{Role, Rota, Target},
    roster::holes,
};

use super::Lens;

type Stretch = (Instant, Instant);

/// The stretches of a window without a primary.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Absent {
    pub holes: Vec<Stretch>,
    pub off: Vec<Stretch>,
}

pub(super) fn absent(lens: &Lens<'_>, rota: &Rota, from: Instant, until: Instant) -> Absent {
    let gaps = holes(rota, &lens.world.overrides.of(&rota.name), Role::Primary, from, until);
    if gaps.is_empty() {
        return Absent::default();
    }
    let mut loud = Vec::new();
    for step in lens.world.estate().escalations.values().flat_map(|escalation| &escalation.steps) {
        if matches!(step.page.first(), Some(Target::Rota(name, Role::Primary)) if *name == rota.name) {
            let left = step.page[1..].iter().fold(gaps.clone(), |left, other| without(lens, left, other, from, until));
            loud.extend(left);
        }
    }
    let holes = joined(loud);
    Absent { off: minus(gaps, &holes), holes }
}

/// What is left of these gaps where a target of the same step finds nobody either.
fn without(lens: &Lens<'_>, gaps: Vec<Stretch>, target: &Target, from: Instant, until: Instant) -> Vec<Stretch> {
    let estate = lens.world.estate();
    match target {
        Target::Person(_) => Vec::new(),
        Target::Team(team) => match estate.teams.get(team) {
            Some(team) if !team.members.is_empty() => Vec::new(),
            _ => gaps,
        },
        Target::Rota(name, role) => {
            let shifts = lens.world.shifts(name, from, until).into_iter().filter(|shift| shift.role == *role);
            minus(gaps, &joined(shifts.map(|shift| (shift.from, shift.until)).collect()))
        }
    }
}

/// In order, those that touch as one.
fn joined(mut all: Vec<Stretch>) -> Vec<Stretch> {
    all.sort();
    let mut joined: Vec<Stretch> = Vec::new();
    for (from, until) in all {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// `taken` is in order and does not overlap itself.
fn minus(from_these: Vec<Stretch>, taken: &[Stretch]) -> Vec<Stretch> {
    let mut left = Vec::new();
    for (begin, until) in from_these {
        let mut from = begin;
        for taken in taken.iter().filter(|taken| taken.0 < until && begin < taken.1) {
            if from < taken.0 {
                left.push((from, taken.0));
            }
            from = from.max(taken.1);
        }
        if from < until {
            left.push((from, until));
        }
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hours(text: &[(i64, i64)]) -> Vec<Stretch> {
        let at = |hour: &i64| Instant::from_second(hour * 3600).expect("an instant");
        text.iter().map(|(from, until)| (at(from), at(until))).collect()
    }

    #[test]
    fn stretches_join_and_give_way() {
        fn check(these: &[(i64, i64)], taken: &[(i64, i64)], expect: &[(i64, i64)]) {
            assert_eq!(minus(joined(hours(these)), &joined(hours(taken))), hours(expect), "{these:?} minus {taken:?}");
        }
        check(&[(0, 10)], &[], &[(0, 10)]);
        check(&[(0, 10)], &[(0, 10)], &[]);
        check(&[(0, 10)], &[(2, 3), (5, 12)], &[(0, 2), (3, 5)]);
        check(&[(0, 4), (6, 9)], &[(3, 7)], &[(0, 3), (7, 9)]);
        check(&[(5, 8), (0, 3), (3, 5)], &[(-1, 1)], &[(1, 8)]);
        check(&[(0, 4)], &[(4, 9)], &[(0, 4)]);
    }
}
