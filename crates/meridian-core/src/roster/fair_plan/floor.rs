//! What no plan can cost less than: turns can't be split, so nobody can be nearer to their fair share than some whole
//! number of turns comes.
//!
//! Rest, days in a row and the other costs are left out, so every plan that keeps to the rules costs at least this.

use super::{
    cost::{PRICE_MISSING, PRICE_SPREAD, WEIGHTS, displeasure},
    task::Wish,
};

/// Of one group of people who can stand in for one another.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// How far the farthest is from the fair share at least: of hours, nights, weekends, holidays.
    pub farthest: [f64; 4],
    /// How far each person of the group is at least.
    pub away: Vec<[f64; 4]>,
    /// What wishes bring at best.
    pub wishes: f64,
    /// Persons whom some turns lack, whoever takes the others.
    pub missing: usize,
}

impl Floor {
    pub fn total(&self) -> f64 {
        let farthest: f64 = self.farthest.iter().zip(WEIGHTS).map(|(away, weight)| away * weight).sum();
        let spread = self.away.iter().flatten().sum::<f64>() * PRICE_SPREAD;
        farthest + spread + self.wishes + self.missing as f64 * PRICE_MISSING
    }
}

/// More different sums than this are not looked at.
const SUMS_MAX: i64 = 1 << 20;

/// Halvings: to far below a minute.
const HALVINGS: usize = 40;

/// The sums of hours that somebody can have.
struct Sums {
    /// In hours, in order.
    all: Vec<f64>,
    fair: f64,
}

impl Sums {
    /// Of turns with these seconds, in any choice, behind some that are had for certain.
    fn new(certain: i64, turns: &[i64], fair: f64) -> Option<Sums> {
        let unit = turns.iter().fold(0, |unit, turn| gcd(unit, *turn)).max(1);
        let most: i64 = turns.iter().sum::<i64>() / unit;
        if most > SUMS_MAX {
            return None;
        }
        let mut reached = vec![0_u64; most as usize / 64 + 1];
        reached[0] = 1;
        for turn in turns.iter().filter(|turn| **turn > 0) {
            shift_in(&mut reached, (turn / unit) as usize);
        }
        let is_reached = |sum: &i64| reached[*sum as usize / 64] >> (sum % 64) & 1 == 1;
        let all = (0..=most).filter(is_reached).map(|sum| (certain + sum * unit) as f64 / 3600.0).collect();
        Some(Sums { all, fair })
    }

    fn nearest(&self) -> f64 {
        self.all.iter().map(|sum| (sum - self.fair).abs()).fold(f64::INFINITY, f64::min)
    }

    /// The least and the most that is no farther from the fair share than this.
    fn within(&self, away: f64) -> Option<(f64, f64)> {
        let first = self.all.partition_point(|sum| *sum < self.fair - away - 1e-6);
        let end = self.all.partition_point(|sum| *sum <= self.fair + away + 1e-6);
        Some((*self.all.get(first..end)?.first()?, *self.all.get(first..end)?.last()?))
    }
}

/// Adds to all sums those with one more turn.
fn shift_in(reached: &mut [u64], by: usize) {
    let (words, bits) = (by / 64, by % 64);
    for to in (words..reached.len()).rev() {
        let low = reached[to - words] << bits;
        let carried = if bits > 0 && to > words { reached[to - words - 1] >> (64 - bits) } else { 0 };
        reached[to] |= low | carried;
    }
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}

impl Wish {
    /// `complete`: only plans in which nobody is missing who need not be are of interest.
    pub fn floor(&self, group: &[usize], complete: bool) -> Floor {
        let mut floor = Floor { farthest: [0.0; 4], away: vec![[0.0; 4]; group.len()], wishes: 0.0, missing: 0 };
        let tasks: Vec<_> = self.tasks.iter().filter(|task| !task.before).collect();
        for kind in 0..4 {
            let seconds = |task: &super::Task, person: usize| {
                task.burden.get(&person).map_or(0, |burden| (burden[kind] * 3600.0).round() as i64)
            };
            let sums = group.iter().map(|&person| {
                let certain = tasks.iter().filter(|task| task.fixed && task.now.contains(&person));
                let open = tasks.iter().filter(|task| !task.fixed && task.may(person));
                let turns: Vec<i64> = open.map(|task| seconds(task, person)).collect();
                Sums::new(certain.map(|task| seconds(task, person)).sum(), &turns, self.fair[person][kind])
            });
            let Some(sums) = sums.collect::<Option<Vec<Sums>>>() else { continue };
            let nearest: Vec<f64> = sums.iter().map(Sums::nearest).collect();
            let together = if complete { self.together(group, kind).map(|all| meet(&sums, all)) } else { None };
            floor.farthest[kind] = nearest.iter().copied().fold(together.unwrap_or_default(), f64::max);
            floor.away.iter_mut().zip(nearest).for_each(|(away, nearest)| away[kind] = nearest);
        }
        let open = tasks.iter().filter(|task| !task.fixed && task.members.iter().any(|person| group.contains(person)));
        let best = open.map(|task| {
            floor.missing += task.needed.saturating_sub(task.able());
            let likes = task.members.iter().map(|person| displeasure(&self.persons[*person], task));
            likes.fold(0.0, f64::min) * task.needed as f64
        });
        floor.wishes = best.sum();
        floor
    }

    /// All hours of the group together, where they do not depend on who has which turn.
    fn together(&self, group: &[usize], kind: usize) -> Option<f64> {
        let mut all = 0.0;
        for task in self.tasks.iter().filter(|task| !task.before) {
            let had = task.now.iter().filter(|person| group.contains(person));
            if task.fixed {
                all += had.filter_map(|person| Some(task.burden.get(person)?[kind])).sum::<f64>();
                continue;
            }
            let mut able = task.members.iter().filter(|person| group.contains(person) && task.may(**person));
            let Some(first) = able.next() else { continue };
            let hours = |person: &usize| task.burden.get(person).map_or(0.0, |burden| burden[kind]);
            if able.any(|person| (hours(person) - hours(first)).abs() > 1e-6) {
                return None;
            }
            all += hours(first) * task.needed.min(task.able()) as f64;
        }
        Some(all)
    }
}

/// How far somebody is from the fair share at least, when all together have this.
fn meet(sums: &[Sums], all: f64) -> f64 {
    let can = |away: f64| {
        let spans = sums.iter().map(|sums| sums.within(away)).collect::<Option<Vec<_>>>();
        spans.is_some_and(|spans| {
            let (least, most) = spans.iter().fold((0.0, 0.0), |(a, b), span| (a + span.0, b + span.1));
            least <= all + 1e-6 && all <= most + 1e-6
        })
    };
    let mut high = sums.iter().map(|sums| sums.fair + sums.all.last().copied().unwrap_or_default()).fold(1.0, f64::max);
    if !can(high) {
        return 0.0;
    }
    let mut low = 0.0;
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if can(middle) { high = middle } else { low = middle }
    }
    low
}
