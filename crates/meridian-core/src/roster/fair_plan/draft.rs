//! A good answer by search: who has a turn keeps it, open ones go to whom they suit best, then turns change hands as long
//! as that helps, now and then also where it does not help yet.
//!
//! The same wish always gives the same answer: the dice are thrown by a plain rule, not by chance. A cheaper answer may
//! exist; the integer program looks for it from here.

use super::{
    board::{Board, Move},
    task::Wish,
};

#[derive(Clone, Debug)]
pub struct Draft<'a> {
    board: Board<'a>,
}

/// So often all turns are tried again; a draft that is no better for it is done before.
const PASSES: usize = 20;

/// Two turns change hands only where they are so near to one another in the list.
const NEAR: usize = 60;

/// So many throws for each turn and each of those who may have it.
const THROWS: usize = 120;
const THROWS_MAX: usize = 400_000;

/// How much worse a move may be: in the beginning, in parts of a turn's hours, and in the end.
const HOT: f64 = 0.5;
const COLD: f64 = 0.05;

/// So many turns in a row two people exchange at most.
const BLOCK: usize = 14;

/// One throw of so many is for a turn that nobody has.
const EMPTY_EACH: usize = 16;

/// xorshift64*: the same numbers, every time.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: usize) -> usize {
        ((self.throw() >> 33) as usize) % end.max(1)
    }

    fn part(&mut self) -> f64 {
        (self.throw() >> 11) as f64 / (1_u64 << 53) as f64
    }
}

impl<'a> Draft<'a> {
    /// What is fixed stays, and so does, to begin with, whoever has a turn already and may keep it: a plan changes no
    /// more than makes it fairer.
    pub fn new(wish: &'a Wish) -> Draft<'a> {
        let kept = wish.tasks.iter().map(|task| if task.fixed { task.now.clone() } else { Vec::new() });
        let mut board = Board::new(wish, &kept.collect::<Vec<_>>());
        for (number, task) in wish.tasks.iter().enumerate().filter(|(_, task)| !task.fixed) {
            for person in &task.now {
                if board.fits(number, *person) {
                    board.put(number, board.given[number].len(), *person);
                }
            }
        }
        Draft { board }
    }

    pub fn of(wish: &'a Wish, given: &[Vec<usize>]) -> Draft<'a> {
        Draft { board: Board::new(wish, given) }
    }

    /// For each task the persons who have it.
    pub fn given(&self) -> &[Vec<usize>] {
        &self.board.given
    }

    pub fn total(&self) -> f64 {
        self.board.total()
    }

    /// Whether nobody has a turn that they can't have beside their others.
    pub fn is_sound(&self) -> bool {
        let open = (0..self.board.given.len()).filter(|task| !self.board.wish.tasks[*task].fixed);
        open.into_iter().all(|task| {
            let mut board = self.board.clone();
            (0..board.given[task].len()).all(|place| {
                let person = board.take(task, place);
                let fits = board.fits(task, person);
                board.put(task, place, person);
                fits
            })
        })
    }

    /// Turns change hands as long as that is cheaper; then so many rounds of throws, each from the best so far.
    /// `progress` hears which round is done and what the best costs.
    pub fn improve(&mut self, rounds: usize, mut progress: impl FnMut(usize, f64)) {
        self.climb();
        progress(0, self.total());
        for round in 0..rounds {
            let mut other = self.clone();
            other.anneal(round as u64, 0.5_f64.powi(round as i32));
            other.climb();
            if other.total() < self.total() - 1e-9 {
                *self = other;
            }
            progress(round + 1, self.total());
        }
    }

    fn open(&self) -> Vec<usize> {
        (0..self.board.given.len()).filter(|task| !self.board.wish.tasks[*task].fixed).collect()
    }

    /// Gives every open turn to whom it costs least.
    fn fill(&mut self) {
        for task in self.open() {
            while self.board.given[task].len() < self.board.wish.tasks[task].needed {
                let place = self.board.given[task].len();
                let able: Vec<usize> = self.able(task).collect();
                let costs = able.into_iter().map(|person| {
                    self.board.put(task, place, person);
                    let total = self.total();
                    self.board.take(task, place);
                    (total, person)
                });
                let Some((_, best)) = costs.min_by(|a, b| a.0.total_cmp(&b.0)) else { break };
                self.board.put(task, place, best);
            }
        }
    }

    fn able(&self, task: usize) -> impl Iterator<Item = usize> {
        self.board.wish.tasks[task].members.iter().copied().filter(move |person| self.board.fits(task, *person))
    }

    /// Keeps a move that makes it cheaper.
    fn tries(&mut self, moves: &[Move]) -> bool {
        let before = self.total();
        let Some(back) = self.board.play(moves) else { return false };
        let better = self.total() < before - 1e-9;
        if !better {
            self.board.unplay(moves, &back);
        }
        better
    }

    /// Only downhill: single turns to somebody else, and two turns exchanged.
    fn climb(&mut self) {
        let (open, wish) = (self.open(), self.board.wish);
        for _ in 0..PASSES {
            self.fill();
            let before = self.total();
            for (number, &task) in open.iter().enumerate() {
                for place in 0..self.board.given[task].len() {
                    for &person in &wish.tasks[task].members {
                        self.tries(&[Move { task, place, person: Some(person) }]);
                    }
                }
                for &other in open[number + 1..].iter().take(NEAR) {
                    if let Some(moves) = self.exchanged(task, other) {
                        self.tries(&moves);
                    }
                }
            }
            if self.total() >= before - 1e-9 {
                break;
            }
        }
    }

    /// The first persons of two turns, each on the other.
    fn exchanged(&self, one: usize, other: usize) -> Option<[Move; 2]> {
        let (a, b) = (*self.board.given[one].first()?, *self.board.given[other].first()?);
        let tasks = &self.board.wish.tasks;
        let sense = a != b && tasks[one].may(b) && tasks[other].may(a);
        sense
            .then_some([Move { task: one, place: 0, person: Some(b) }, Move { task: other, place: 0, person: Some(a) }])
    }

    /// Moves by the dice: the worse one is, and the longer it goes on, the less likely it is kept.
    fn anneal(&mut self, seed: u64, warmth: f64) {
        let open = self.open();
        let choices: usize = open.iter().map(|task| self.board.wish.tasks[*task].members.len()).sum();
        let hours: f64 =
            open.iter().filter_map(|task| Some(self.board.wish.tasks[*task].burden.first_key_value()?.1[0])).sum();
        let throws = (choices * THROWS).min(THROWS_MAX);
        let hot = (hours / open.len().max(1) as f64 * HOT * warmth).max(COLD);
        let mut dice = Dice(0x9E37_79B9_7F4A_7C15 ^ (seed + 1).wrapping_mul(0xD129_0D3B_3F4A_5B27));
        let (mut total, mut heat) = (self.total(), hot);
        for throw in 0..throws {
            if throw % 256 == 0 {
                heat = hot * (COLD / hot).powf(throw as f64 / throws as f64);
            }
            let Some(moves) = self.thrown(&open, &mut dice) else { continue };
            let Some(back) = self.board.play(&moves) else { continue };
            let after = self.total();
            if after <= total || dice.part() < ((total - after) / heat).exp() {
                total = after;
            } else {
                self.board.unplay(&moves, &back);
            }
        }
    }

    fn thrown(&self, open: &[usize], dice: &mut Dice) -> Option<Vec<Move>> {
        if dice.below(EMPTY_EACH) == 0 {
            let lacks = |task: &usize| self.board.given[*task].len() < self.board.wish.tasks[*task].needed;
            let empty: Vec<usize> = open.iter().copied().filter(lacks).collect();
            if !empty.is_empty() {
                return self.pushed(empty[dice.below(empty.len())], dice);
            }
        }
        let place_in_list = dice.below(open.len());
        let task = *open.get(place_in_list)?;
        let of = &self.board.wish.tasks[task];
        let given = &self.board.given[task];
        let place = dice.below(given.len());
        let mine = *given.get(place)?;
        let back = of.now.get(place).copied().filter(|person| *person != mine);
        let person = match (dice.below(8), back) {
            (0, Some(person)) => person,
            _ => *of.members.get(dice.below(of.members.len()))?,
        };
        if person == mine {
            return None;
        }
        match dice.below(4) {
            0 => Some(vec![Move { task, place, person: Some(person) }]),
            1 => self.block(&open[place_in_list..], (mine, person), 2 + dice.below(BLOCK - 1)),
            _ => {
                let other = *open.get(place_in_list + 1 + dice.below(NEAR))?;
                self.exchanged(task, other).map(|moves| moves.to_vec())
            }
        }
    }

    /// Somebody takes an empty turn, and others take what was in their way, or nobody does yet: the gap wanders until
    /// somebody can fill it.
    fn pushed(&self, task: usize, dice: &mut Dice) -> Option<Vec<Move>> {
        let wish = self.board.wish;
        let able: Vec<usize> =
            wish.tasks[task].members.iter().copied().filter(|who| wish.tasks[task].may(*who)).collect();
        let person = *able.get(dice.below(able.len()))?;
        let mut way = self.board.in_the_way(task, person);
        if way.iter().any(|other| !wish.tasks[task].clashes.contains(other)) {
            // One of many days is enough to end a run.
            way = vec![*way.get(dice.below(way.len()))?];
        }
        let mut moves = vec![Move { task, place: self.board.given[task].len(), person: Some(person) }];
        for other in way {
            if wish.tasks[other].fixed {
                return None;
            }
            let members = &wish.tasks[other].members;
            let place = self.board.given[other].iter().position(|has| *has == person)?;
            let taker = members.get(dice.below(members.len())).copied().filter(|taker| *taker != person);
            moves.push(Move { task: other, place, person: taker });
        }
        Some(moves)
    }

    /// Of so many turns each that one of the two has goes to the other.
    fn block(&self, tasks: &[usize], (one, other): (usize, usize), length: usize) -> Option<Vec<Move>> {
        let mut moves = Vec::new();
        for &task in tasks.iter().take(length) {
            let given = &self.board.given[task];
            let place = |person: usize| given.iter().position(|has| *has == person);
            match (place(one), place(other)) {
                (Some(place), None) => moves.push(Move { task, place, person: Some(other) }),
                (None, Some(place)) => moves.push(Move { task, place, person: Some(one) }),
                _ => {}
            }
        }
        Some(moves).filter(|moves| !moves.is_empty())
    }
}
