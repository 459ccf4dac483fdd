//! What an answer could not meet, and for each person the reason: a turn without anybody, a skill that nobody on it has,
//! holidays in a row, and wishes.

use jiff::{SignedDuration, civil::Date};
use serde::Serialize;

use super::{
    board::{Bar, Board},
    task::{Task, Wish},
};
use crate::{Instant, calendar::Days, id::Name};

/// Which rule is not met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rule {
    /// Somebody is on each turn.
    Taken,
    Skill,
    Holidays,
    Avoids,
}

/// One thing that could not be met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Unmet {
    pub rule: Rule,
    /// Of the turn.
    pub from: Instant,
    pub until: Instant,
    pub layer: String,
    /// Whom it burdens.
    pub person: Option<Name>,
    pub why: String,
}

/// Everything that the answer owes, by rule and time.
pub fn unmet(wish: &Wish, given: &[Vec<usize>]) -> Vec<Unmet> {
    let owed = Owed { wish, board: Board::new(wish, given) };
    let mut all = Vec::new();
    for (number, task) in wish.tasks.iter().enumerate().filter(|(_, task)| !task.fixed) {
        let mut owe = |rule, person: Option<usize>, why| {
            let person = person.map(|person| wish.persons[person].name.clone());
            let (from, until) = (task.from(), task.until());
            all.push(Unmet { rule, from, until, layer: task.layer.clone(), person, why });
        };
        if given[number].len() < task.needed {
            owe(Rule::Taken, None, owed.nobody(number));
        }
        for skill in &task.needs {
            if !given[number].is_empty() && owed.wish.lacking(task, &given[number]) > 0 && owed.lacks(number, skill) {
                owe(Rule::Skill, None, owed.unskilled(number, skill));
            }
        }
        for &person in &given[number] {
            let avoided = on(task, wish.persons[person].avoids);
            if !avoided.is_empty() {
                let what = format!("{} avoids {}", wish.persons[person].name, listed(avoided.into_iter()));
                owe(Rule::Avoids, Some(person), format!("{what}; {}", owed.others(number)));
            }
        }
    }
    all.extend(owed.holidays());
    all.sort_by(|a, b| (a.rule, a.from, &a.layer, &a.person).cmp(&(b.rule, b.from, &b.layer, &b.person)));
    all
}

struct Owed<'a> {
    wish: &'a Wish,
    board: Board<'a>,
}

impl Owed<'_> {
    fn nobody(&self, number: usize) -> String {
        if self.wish.tasks[number].members.is_empty() {
            return "nobody takes turns then".to_owned();
        }
        self.others(number)
    }

    fn lacks(&self, number: usize, skill: &String) -> bool {
        !self.board.given[number].iter().any(|person| self.wish.persons[*person].skills.contains(skill))
    }

    fn unskilled(&self, number: usize, skill: &String) -> String {
        let members = self.wish.tasks[number].members.iter().copied();
        let skilled: Vec<usize> = members.filter(|person| self.wish.persons[*person].skills.contains(skill)).collect();
        if skilled.is_empty() {
            return format!("nobody on it has the skill {skill}: no member has it");
        }
        let barred = skilled.iter().filter_map(|person| self.barred(number, *person));
        let free = skilled.iter().filter(|person| self.board.fits(number, **person));
        let free = free.map(|person| format!("{} could, which would cost more elsewhere", self.name(*person)));
        format!("nobody on it has the skill {skill}: {}", listed(barred.chain(free)))
    }

    /// What keeps all members that are not on it from it.
    fn others(&self, number: usize) -> String {
        let members = self.wish.tasks[number].members.iter().copied();
        let others: Vec<usize> = members.filter(|person| !self.board.given[number].contains(person)).collect();
        if others.is_empty() {
            return "nobody else takes turns then".to_owned();
        }
        let free: Vec<usize> = others.iter().copied().filter(|person| self.board.fits(number, *person)).collect();
        if !free.is_empty() {
            let names = free.iter().map(|person| self.name(*person).to_string());
            return format!("{} could, which would cost more elsewhere", listed(names));
        }
        listed(others.into_iter().filter_map(|person| self.barred(number, person)))
    }

    /// `ana is on leave until 2026-03-16`.
    fn barred(&self, number: usize, person: usize) -> Option<String> {
        let task = &self.wish.tasks[number];
        let name = self.name(person);
        Some(match self.board.bar(number, person)? {
            Bar::NoMember => return None,
            Bar::Away => {
                let touches = |from, until| task.stretches.iter().any(|one| one.0 < until && from < one.1);
                let away = self.wish.persons[person].away.iter().find(|away| touches(away.from, away.until))?;
                format!("{name} is {} until {}", away.words(), away.until.strftime("%Y-%m-%d %H:%MZ"))
            }
            Bar::Near(other) => {
                let other = &self.wish.tasks[other];
                let rest = hours(self.wish.rest);
                let from = other.from().strftime("%Y-%m-%d %H:%MZ");
                format!("{name} has the turn of {} from {from} and less than {rest} of rest", other.layer)
            }
            Bar::Days(days) => format!("{name} would be on watch {days} days in a row"),
        })
    }

    fn name(&self, person: usize) -> &Name {
        &self.wish.persons[person].name
    }

    /// Two holidays that follow one another, for one person.
    fn holidays(&self) -> Vec<Unmet> {
        let mut all = Vec::new();
        for (one, other) in self.wish.holiday_pairs() {
            let own = |tasks: &[usize], not: &[usize], person: usize| {
                let mut tasks = tasks.iter().copied().filter(|task| !not.contains(task));
                tasks.find(|task| self.board.given[*task].contains(&person))
            };
            for person in 0..self.wish.persons.len() {
                let (Some(first), Some(second)) = (own(&one, &other, person), own(&other, &one, person)) else {
                    continue;
                };
                let task = &self.wish.tasks[second];
                let days = [first, second].map(|task| day(self.wish.tasks[task].holidays.first().copied()));
                let what = format!("{} has the holidays {} and {}", self.name(person), days[0], days[1]);
                let why = if task.fixed { "the second stays as it is".to_owned() } else { self.others(second) };
                all.push(Unmet {
                    rule: Rule::Holidays,
                    from: task.from(),
                    until: task.until(),
                    layer: task.layer.clone(),
                    person: Some(self.name(person).clone()),
                    why: format!("{what}; {why}"),
                });
            }
        }
        all
    }
}

fn listed(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// The days of a turn that are among these days of the week.
fn on(task: &Task, days: Days) -> Vec<String> {
    // 1970-01-01 was a Thursday.
    let wanted = task.days.iter().filter(|day| days.0 >> (**day + 3).rem_euclid(7) & 1 == 1);
    wanted.map(|wanted| day(Some(*wanted))).collect()
}

fn day(since_1970: Option<i64>) -> String {
    let days = since_1970.and_then(|days| i32::try_from(days).ok()).unwrap_or_default();
    let date = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().days(days));
    date.map_or_else(|_| String::new(), |date| date.strftime("%a %Y-%m-%d").to_string())
}

fn hours(length: SignedDuration) -> String {
    format!("{} h", length.as_hours())
}
