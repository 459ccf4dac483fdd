//! A good answer by a plain search: who has a turn keeps it, open ones go to whom they suit best, then turns change hands
//! as long as that helps.
//!
//! The same wish always gives the same answer. A cheaper one may exist; the integer program looks for it from here.

use std::collections::BTreeSet;

use super::task::{Wish, longest_run};

#[derive(Clone, Debug)]
pub struct Draft<'a> {
    wish: &'a Wish,
    /// For each task the persons who have it.
    pub given: Vec<Vec<usize>>,
}

/// So often all turns are tried again; a draft that is no better for it is done before.
const PASSES: usize = 20;

/// Two turns change hands only where they are so near to one another in the list.
const NEAR: usize = 60;

impl<'a> Draft<'a> {
    /// What begins before the window stays, and so does, to begin with, whoever has a turn already and may keep it: a plan
    /// changes no more than makes it fairer.
    pub fn new(wish: &'a Wish) -> Draft<'a> {
        let kept = wish.tasks.iter().map(|task| if task.fixed { task.now.clone() } else { Vec::new() });
        let mut draft = Draft { given: kept.collect(), wish };
        for (number, task) in wish.tasks.iter().enumerate().filter(|(_, task)| !task.fixed) {
            for person in &task.now {
                if draft.fits(number, *person) {
                    draft.given[number].push(*person);
                }
            }
        }
        draft
    }

    pub fn of(wish: &'a Wish, given: Vec<Vec<usize>>) -> Draft<'a> {
        Draft { wish, given }
    }

    pub fn total(&self) -> f64 {
        self.wish.cost(&self.given).total
    }

    /// Whether somebody can have this turn, too: by leave, rest, and days in a row.
    pub fn fits(&self, task: usize, person: usize) -> bool {
        let wanted = &self.wish.tasks[task];
        if !wanted.may(person) || self.given[task].contains(&person) {
            return false;
        }
        if wanted.clashes.iter().any(|other| self.given[*other].contains(&person)) {
            return false;
        }
        let first = wanted.days.first().copied().unwrap_or_default() - 40;
        let last = wanted.days.last().copied().unwrap_or_default() + 40;
        let theirs = self.wish.tasks.iter().zip(&self.given).filter(|(_, given)| given.contains(&person));
        let mut days: BTreeSet<i64> = theirs.flat_map(|(task, _)| task.days.iter().copied()).collect();
        days.retain(|day| (first..=last).contains(day));
        days.extend(&wanted.days);
        longest_run(&days.into_iter().collect::<Vec<_>>()) <= self.wish.stretch_days
    }

    /// Gives every open turn to whom it costs least.
    pub fn fill(&mut self) {
        for task in 0..self.given.len() {
            while !self.wish.tasks[task].fixed && self.given[task].len() < self.wish.tasks[task].needed {
                let able: Vec<usize> = (0..self.wish.persons.len()).filter(|person| self.fits(task, *person)).collect();
                let costs = able.into_iter().map(|person| {
                    self.given[task].push(person);
                    let total = self.total();
                    self.given[task].pop();
                    (total, person)
                });
                let Some((_, best)) = costs.min_by(|a, b| a.0.total_cmp(&b.0)) else { break };
                self.given[task].push(best);
            }
        }
    }

    /// Turns change hands as long as that is cheaper.
    pub fn improve(&mut self, mut progress: impl FnMut(usize)) {
        let open: Vec<usize> = (0..self.given.len()).filter(|task| !self.wish.tasks[*task].fixed).collect();
        for pass in 0..PASSES {
            progress(pass);
            self.fill();
            let before = self.total();
            for (place, task) in open.iter().enumerate() {
                self.hand_over(*task);
                for other in open[place + 1..].iter().take(NEAR) {
                    self.swap(*task, *other);
                }
            }
            if self.total() >= before - 1e-9 {
                break;
            }
        }
    }

    fn hand_over(&mut self, task: usize) {
        for place in 0..self.given[task].len() {
            let before = self.total();
            let had = self.given[task].remove(place);
            for person in (0..self.wish.persons.len()).filter(|person| *person != had) {
                if self.fits(task, person) {
                    self.given[task].insert(place, person);
                    if self.total() < before - 1e-9 {
                        return;
                    }
                    self.given[task].remove(place);
                }
            }
            self.given[task].insert(place, had);
        }
    }

    fn swap(&mut self, one: usize, other: usize) {
        let (Some(a), Some(b)) = (self.given[one].first().copied(), self.given[other].first().copied()) else { return };
        if a == b || !self.wish.tasks[one].may(b) || !self.wish.tasks[other].may(a) {
            return;
        }
        let before = self.total();
        let kept = (self.given[one].clone(), self.given[other].clone());
        self.given[one].remove(0);
        self.given[other].remove(0);
        if self.fits(one, b) {
            self.given[one].insert(0, b);
            if self.fits(other, a) {
                self.given[other].insert(0, a);
                if self.total() < before - 1e-9 {
                    return;
                }
            }
        }
        (self.given[one], self.given[other]) = kept;
    }
}
