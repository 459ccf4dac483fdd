//! Who has which turn, and what that costs, kept up to date move by move: a search looks at a hundred thousand of them.

use super::{
    cost::{PRICE_CHANGED, PRICE_MISSING, PRICE_ROW, PRICE_SKILL, displeasure},
    task::Wish,
};

/// One place on one turn goes to somebody else, or to nobody. The place behind the last one is free.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub task: usize,
    pub place: usize,
    pub person: Option<usize>,
}

/// Why somebody can't have a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bar {
    /// They take no turns then, or have this one.
    NoMember,
    /// On leave, or sick.
    Away,
    /// Too near to this turn of theirs.
    Near(usize),
    /// They would be on watch so many days in a row.
    Days(usize),
}

#[derive(Clone, Debug)]
pub(super) struct Board<'a> {
    pub wish: &'a Wish,
    /// For each task the persons who have it.
    pub given: Vec<Vec<usize>>,
    groups: Vec<Vec<usize>>,
    /// Of each person, since the window begins.
    loads: Vec<[f64; 4]>,
    /// Of each person and day since the first: how many of their turns have it.
    days: Vec<Vec<u8>>,
    first_day: i64,
    /// Holidays that follow one another, and for each task those pairs that it is in.
    pairs: Vec<(Vec<usize>, Vec<usize>)>,
    pairs_of: Vec<Vec<usize>>,
    /// What it costs that somebody has a turn: wishes, and the change.
    prices: Vec<Vec<f64>>,
    rows: usize,
    /// All that is not fairness, nor holidays.
    sum: f64,
}

impl<'a> Board<'a> {
    pub fn new(wish: &'a Wish, given: &[Vec<usize>]) -> Board<'a> {
        let days = || wish.tasks.iter().flat_map(|task| task.days.iter().copied());
        let (first_day, last_day) = (days().min().unwrap_or_default(), days().max().unwrap_or_default());
        let pairs = wish.holiday_pairs();
        let mut pairs_of = vec![Vec::new(); wish.tasks.len()];
        for (number, (one, other)) in pairs.iter().enumerate() {
            let mut both: Vec<usize> = one.iter().chain(other).copied().collect();
            both.sort_unstable();
            both.dedup();
            both.into_iter().for_each(|task| pairs_of[task].push(number));
        }
        let price = |task: &super::Task, person: usize| {
            let changed = if task.now.contains(&person) { 0.0 } else { PRICE_CHANGED };
            if task.fixed { 0.0 } else { displeasure(&wish.persons[person], task) + changed }
        };
        let prices = |task| (0..wish.persons.len()).map(|person| price(task, person)).collect();
        let mut board = Board {
            given: vec![Vec::new(); wish.tasks.len()],
            groups: wish.groups(),
            loads: vec![[0.0; 4]; wish.persons.len()],
            days: vec![vec![0; (last_day - first_day + 1) as usize]; wish.persons.len()],
            first_day,
            pairs,
            pairs_of,
            prices: wish.tasks.iter().map(prices).collect(),
            rows: 0,
            sum: 0.0,
            wish,
        };
        board.sum = (0..wish.tasks.len()).map(|task| board.alone(task)).sum();
        for (task, persons) in given.iter().enumerate() {
            persons.iter().for_each(|person| board.put(task, board.given[task].len(), *person));
        }
        board
    }

    pub fn total(&self) -> f64 {
        let unfair: f64 = self.groups.iter().map(|group| self.wish.unfairness(group, &self.loads).1).sum();
        self.sum + self.rows as f64 * PRICE_ROW + unfair
    }

    /// What a task costs by itself: who is missing, what nobody can, whom it displeases.
    fn alone(&self, task: usize) -> f64 {
        let (of, given) = (&self.wish.tasks[task], &self.given[task]);
        if of.fixed {
            return 0.0;
        }
        let missing = of.needed.saturating_sub(given.len()) as f64 * PRICE_MISSING;
        let lacking = if of.needs.is_empty() { 0 } else { self.wish.lacking(of, given) };
        let prices: f64 = given.iter().map(|person| self.prices[task][*person]).sum();
        missing + lacking as f64 * PRICE_SKILL + prices
    }

    fn rows_of(&self, task: usize, person: usize) -> usize {
        let has = |tasks: &[usize], not: &[usize]| {
            tasks.iter().any(|task| !not.contains(task) && self.given[*task].contains(&person))
        };
        let row = |pair: &&usize| {
            let (one, other) = &self.pairs[**pair];
            has(one, other) && has(other, one)
        };
        self.pairs_of[task].iter().filter(row).count()
    }

    pub fn put(&mut self, task: usize, place: usize, person: usize) {
        self.change(task, person, 1.0, |given| given.insert(place, person));
    }

    pub fn take(&mut self, task: usize, place: usize) -> usize {
        let person = self.given[task][place];
        self.change(task, person, -1.0, |given| _ = given.remove(place));
        person
    }

    fn change(&mut self, task: usize, person: usize, sign: f64, edit: impl FnOnce(&mut Vec<usize>)) {
        let (alone, rows) = (self.alone(task), self.rows_of(task, person));
        edit(&mut self.given[task]);
        self.sum += self.alone(task) - alone;
        self.rows = self.rows + self.rows_of(task, person) - rows;
        let of = &self.wish.tasks[task];
        for day in &of.days {
            let count = &mut self.days[person][(day - self.first_day) as usize];
            *count = if sign > 0.0 { count.saturating_add(1) } else { count.saturating_sub(1) };
        }
        if let Some(burden) = of.burden.get(&person).filter(|_| !of.before) {
            (0..4).for_each(|kind| self.loads[person][kind] += sign * burden[kind]);
        }
    }

    /// Whether somebody can have this turn, too.
    pub fn fits(&self, task: usize, person: usize) -> bool {
        self.bar(task, person).is_none()
    }

    pub fn bar(&self, task: usize, person: usize) -> Option<Bar> {
        let wanted = &self.wish.tasks[task];
        if !wanted.members.contains(&person) || self.given[task].contains(&person) {
            return Some(Bar::NoMember);
        }
        if wanted.away.contains(&person) {
            return Some(Bar::Away);
        }
        let near = wanted.clashes.iter().find(|other| self.given[**other].contains(&person));
        if let Some(near) = near {
            return Some(Bar::Near(*near));
        }
        let run = self.run(&wanted.days, person);
        (run > self.wish.stretch_days).then_some(Bar::Days(run))
    }

    /// How many days in a row somebody would be on watch around these days.
    fn run(&self, days: &[i64], person: usize) -> usize {
        let on = |day: i64| {
            let counted = usize::try_from(day - self.first_day).ok().and_then(|day| self.days[person].get(day));
            counted.is_some_and(|count| *count > 0) || days.contains(&day)
        };
        let runs = days.iter().map(|day| {
            let before = (1..).take_while(|back| on(day - back)).count();
            before + 1 + (1..).take_while(|ahead| on(day + ahead)).count()
        });
        runs.max().unwrap_or_default()
    }

    /// Makes these moves, each of another turn, or none of them where one does not fit. Returns those that would take
    /// them back.
    pub fn play(&mut self, moves: &[Move]) -> Option<Vec<Move>> {
        let mut back: Vec<Move> = Vec::with_capacity(moves.len());
        for &Move { task, place, .. } in moves {
            let person = (place < self.given[task].len()).then(|| self.take(task, place));
            back.push(Move { task, place, person });
        }
        for (done, &Move { task, place, person }) in moves.iter().enumerate() {
            let Some(person) = person else { continue };
            if !self.fits(task, person) {
                moves[..done].iter().filter(|of| of.person.is_some()).for_each(|of| _ = self.take(of.task, of.place));
                self.set(&back);
                return None;
            }
            self.put(task, place, person);
        }
        Some(back)
    }

    /// Takes moves back that were played.
    pub fn unplay(&mut self, moves: &[Move], back: &[Move]) {
        moves.iter().filter(|of| of.person.is_some()).for_each(|of| _ = self.take(of.task, of.place));
        self.set(back);
    }

    fn set(&mut self, moves: &[Move]) {
        for of in moves {
            if let Some(person) = of.person {
                self.put(of.task, of.place, person);
            }
        }
    }

    /// The turns that keep somebody from this one: those too near, else those around its days.
    pub fn in_the_way(&self, task: usize, person: usize) -> Vec<usize> {
        if self.fits(task, person) {
            return Vec::new();
        }
        let wanted = &self.wish.tasks[task];
        let has = |other: &usize| self.given[*other].contains(&person);
        let near: Vec<usize> = wanted.clashes.iter().copied().filter(has).collect();
        if !near.is_empty() {
            return near;
        }
        let reach = self.wish.stretch_days as i64;
        let (first, last) = (wanted.days.first().copied(), wanted.days.last().copied());
        let around = |other: &usize| {
            let days = &self.wish.tasks[*other].days;
            days.first() <= last.map(|day| day + reach).as_ref() && days.last() >= first.map(|day| day - reach).as_ref()
        };
        (0..self.given.len()).filter(|other| *other != task).filter(around).filter(has).collect()
    }
}
