//! What an answer costs: first that everybody is there, then that it is fair, then what people like.

use std::collections::BTreeMap;

use super::task::{Task, Who, Wish};

/// Nobody for a turn: more than the holidays in a row that it would spare on both sides.
pub const PRICE_MISSING: f64 = 12_500.0;
/// A skill that nobody on a turn has.
pub const PRICE_SKILL: f64 = 2500.0;
/// Two holidays in a row for one person: more than a turn of a whole week, day and night, can change fairness.
pub const PRICE_ROW: f64 = 1000.0;
/// An hour away from the fair share, for everybody who is not the farthest.
pub const PRICE_SPREAD: f64 = 0.02;
/// A turn that somebody else has than by the rota as it is: what fits already is left alone.
pub const PRICE_CHANGED: f64 = 0.5;
/// An hour that the farthest is away from the fair share: of hours, nights, weekends, holidays.
pub const WEIGHTS: [f64; 4] = [1.0, 0.5, 1.0, 1.0];

/// More than two turns that change hands: that is what it takes to keep out of a day.
const PRICE_AVOIDED: f64 = 2.0;
const WORTH_PREFERRED: f64 = 0.75;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    pub missing: usize,
    pub unskilled: usize,
    pub holidays_in_a_row: usize,
    /// Turns, by person, that change hands.
    pub changed: usize,
    /// The farthest from the fair share, in hours: of hours, nights, weekends, holidays.
    pub farthest: [f64; 4],
    pub total: f64,
}

/// What somebody's wishes make of a turn: above zero where they would rather not.
pub fn displeasure(who: &Who, task: &Task) -> f64 {
    let on = |days: crate::calendar::Days| {
        // 1970-01-01 was a Thursday.
        task.days.iter().filter(|day| days.0 >> (**day + 3).rem_euclid(7) & 1 == 1).count() as f64
    };
    on(who.avoids) * PRICE_AVOIDED - on(who.prefers) * WORTH_PREFERRED
}

impl Wish {
    /// Of an answer: for each task the persons who have it.
    pub fn cost(&self, given: &[Vec<usize>]) -> Cost {
        let mut cost = Cost::default();
        let mut loads = vec![[0.0; 4]; self.persons.len()];
        let mut wishes = 0.0;
        for (task, persons) in self.tasks.iter().zip(given).filter(|(task, _)| !task.before) {
            if !task.fixed {
                cost.missing += task.needed.saturating_sub(persons.len());
                cost.unskilled += self.lacking(task, persons);
                cost.changed += persons.iter().filter(|person| !task.now.contains(person)).count();
                wishes += persons.iter().map(|person| displeasure(&self.persons[*person], task)).sum::<f64>();
            }
            for person in persons {
                if let Some(burden) = task.burden.get(person) {
                    (0..4).for_each(|kind| loads[*person][kind] += burden[kind]);
                }
            }
        }
        cost.holidays_in_a_row = self.rows(given);
        let mut unfair = 0.0;
        for group in self.groups() {
            let (farthest, price) = self.unfairness(&group, &loads);
            unfair += price;
            cost.farthest.iter_mut().zip(farthest).for_each(|(in_all, of)| *in_all = in_all.max(of));
        }
        cost.total = cost.missing as f64 * PRICE_MISSING
            + cost.unskilled as f64 * PRICE_SKILL
            + cost.holidays_in_a_row as f64 * PRICE_ROW
            + cost.changed as f64 * PRICE_CHANGED
            + unfair
            + wishes;
        cost
    }

    /// What of an answer's cost is fairness, wishes and changes: of what is owed nothing can be gained where it must be.
    pub fn beside_owed(&self, given: &[Vec<usize>]) -> f64 {
        let cost = self.cost(given);
        let owed = cost.missing as f64 * PRICE_MISSING + cost.unskilled as f64 * PRICE_SKILL;
        cost.total - owed - cost.holidays_in_a_row as f64 * PRICE_ROW
    }

    /// How many of the skills that a turn needs none of these persons has.
    pub(super) fn lacking(&self, task: &Task, persons: &[usize]) -> usize {
        let lacks = |skill: &&String| !persons.iter().any(|person| self.persons[*person].skills.contains(*skill));
        task.needs.iter().filter(lacks).count()
    }

    /// What the turns of nobody cost: those that have no member, so that they are in no group.
    pub fn of_nobody(&self) -> f64 {
        let open = self.tasks.iter().filter(|task| !task.fixed && task.members.is_empty());
        open.map(|task| task.needed as f64 * PRICE_MISSING + task.needs.len() as f64 * PRICE_SKILL).sum()
    }

    /// Those who can stand in for one another, group by group.
    pub fn groups(&self) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        self.persons.iter().enumerate().for_each(|(person, who)| groups.entry(who.group).or_default().push(person));
        groups.into_values().collect()
    }

    /// How far the farthest of a group is from the fair share, and what all of them cost.
    pub(super) fn unfairness(&self, group: &[usize], loads: &[[f64; 4]]) -> ([f64; 4], f64) {
        let (mut farthest, mut spread) = ([0.0_f64; 4], 0.0);
        for person in group {
            for kind in 0..4 {
                let away = (loads[*person][kind] - self.fair[*person][kind]).abs();
                farthest[kind] = farthest[kind].max(away);
                spread += away;
            }
        }
        let price: f64 = farthest.iter().zip(WEIGHTS).map(|(away, weight)| away * weight).sum();
        (farthest, price + spread * PRICE_SPREAD)
    }

    /// Pairs of holidays of a site that follow one another, and the turns in them.
    pub fn holiday_pairs(&self) -> Vec<(Vec<usize>, Vec<usize>)> {
        let mut of_sites: BTreeMap<_, BTreeMap<i64, Vec<usize>>> = BTreeMap::new();
        for (number, task) in self.tasks.iter().enumerate() {
            for day in &task.holidays {
                of_sites.entry(&task.site).or_default().entry(*day).or_default().push(number);
            }
        }
        let neighbours = of_sites.into_values().flat_map(|days| {
            let days: Vec<Vec<usize>> = days.into_values().collect();
            days.windows(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect::<Vec<_>>()
        });
        let is_open =
            |(one, other): &(Vec<usize>, Vec<usize>)| one.iter().chain(other).any(|task| !self.tasks[*task].before);
        // One turn over both holidays is no choice, and neither is what was before the window.
        neighbours.filter(|pair| pair.0 != pair.1 && is_open(pair)).collect()
    }

    fn rows(&self, given: &[Vec<usize>]) -> usize {
        let has = |tasks: &[usize], person: usize, not: &[usize]| {
            tasks.iter().any(|task| !not.contains(task) && given[*task].contains(&person))
        };
        let pairs = self.holiday_pairs();
        let rows = pairs.iter().map(|(one, other)| {
            (0..self.persons.len()).filter(|person| has(one, *person, other) && has(other, *person, one)).count()
        });
        rows.sum()
    }
}
