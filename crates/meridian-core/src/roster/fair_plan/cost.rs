//! What an answer costs: first that everybody is there, then that it is fair, then what people like.

use std::collections::BTreeMap;

use super::task::{Task, Who, Wish};

/// Nobody for a turn.
pub const PRICE_MISSING: f64 = 1000.0;
/// A skill that nobody on a turn has.
pub const PRICE_SKILL: f64 = 200.0;
/// Two holidays in a row for one person.
pub const PRICE_ROW: f64 = 40.0;
/// An hour away from the fair share, for everybody who is not the farthest.
pub const PRICE_SPREAD: f64 = 0.02;
/// An hour that the farthest is away from the fair share: of hours, nights, weekends, holidays.
pub const WEIGHTS: [f64; 4] = [1.0, 0.5, 1.0, 1.0];

const PRICE_AVOIDED: f64 = 0.5;
const WORTH_PREFERRED: f64 = 0.25;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    pub missing: usize,
    pub unskilled: usize,
    pub holidays_in_a_row: usize,
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
        for (task, persons) in self.tasks.iter().zip(given).filter(|(task, _)| !task.fixed) {
            cost.missing += task.needed.saturating_sub(persons.len());
            let lacks = |skill: &&String| !persons.iter().any(|person| self.persons[*person].skills.contains(*skill));
            cost.unskilled += task.needs.iter().filter(lacks).count();
            for person in persons {
                wishes += displeasure(&self.persons[*person], task);
                if let Some(burden) = task.burden.get(person) {
                    (0..4).for_each(|kind| loads[*person][kind] += burden[kind]);
                }
            }
        }
        cost.holidays_in_a_row = self.rows(given);
        let mut farthest: BTreeMap<usize, [f64; 4]> = BTreeMap::new();
        let mut spread = 0.0;
        for (person, who) in self.persons.iter().enumerate() {
            let group = farthest.entry(who.group).or_default();
            let away = loads[person].iter().zip(self.fair[person]).map(|(load, fair)| (load - fair).abs());
            for ((away, in_group), in_all) in away.zip(group).zip(&mut cost.farthest) {
                *in_group = in_group.max(away);
                *in_all = in_all.max(away);
                spread += away;
            }
        }
        let unfair: f64 =
            farthest.values().flat_map(|of| of.iter().zip(WEIGHTS)).map(|(away, weight)| away * weight).sum();
        cost.total = cost.missing as f64 * PRICE_MISSING
            + cost.unskilled as f64 * PRICE_SKILL
            + cost.holidays_in_a_row as f64 * PRICE_ROW
            + unfair
            + spread * PRICE_SPREAD
            + wishes;
        cost
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
        // One turn over both holidays is no choice.
        neighbours.filter(|(one, other)| one != other).collect()
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
