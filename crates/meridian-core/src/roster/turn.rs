//! Which period of a rotation a wall clock lies in.

use jiff::{
    Span,
    civil::{Date, DateTime, Time},
};

use crate::{
    calendar::offsets::{DAY, wall_seconds},
    estate::{Rotation, Unit},
};

/// The periods of a rotation on the wall clock, counted from 0. They may differ in length: then they repeat in a cycle.
pub(super) struct Periods {
    start: DateTime,
    start_wall: i64,
    length: Length,
    last: Period,
}

/// Where each period of one cycle ends, counted from the cycle's start; rising and never empty.
enum Length {
    Seconds(Vec<i64>),
    /// Months differ in length: each boundary is computed from the start, so that the 31st comes back after a short month.
    Months(Vec<i64>),
}

#[derive(Clone, Copy)]
pub(super) struct Period {
    pub number: i64,
    pub from: i64,
    /// The wall clock of the handoff to the next.
    pub until: i64,
}

impl Periods {
    pub(super) fn new(rotation: &Rotation) -> Periods {
        // Whoever counts in months counts in months alone: the reader of the estate sees to it.
        let months = rotation.every.first().is_some_and(|every| every.unit == Unit::Months);
        let mut end = 0i64;
        let ends = rotation.every.iter().map(|every| {
            let unit = match every.unit {
                Unit::Hours => 3600,
                Unit::Days => DAY,
                Unit::Weeks => 7 * DAY,
                Unit::Months if months => 1,
                Unit::Months => 30 * DAY,
            };
            end = end.saturating_add(i64::from(every.count.max(1)).saturating_mul(unit));
            end
        });
        let mut ends: Vec<i64> = ends.collect();
        if ends.is_empty() {
            ends.push(7 * DAY);
        }
        let length = if months { Length::Months(ends) } else { Length::Seconds(ends) };
        let (start, start_wall) = (rotation.start, wall_seconds(rotation.start));
        Periods { start, start_wall, length, last: Period { number: 0, from: start_wall, until: start_wall } }
    }

    pub(super) fn start_wall(&self) -> i64 {
        self.start_wall
    }

    /// How many periods a cycle has, and how many seconds it lasts; months have no such length.
    pub(super) fn cycle(&self) -> (i64, Option<i64>) {
        match &self.length {
            Length::Seconds(ends) => (ends.len() as i64, ends.last().copied()),
            Length::Months(ends) => (ends.len() as i64, None),
        }
    }

    /// The period that `wall`, not before the start, lies in.
    pub(super) fn at(&mut self, wall: i64) -> Period {
        if !(self.last.from..self.last.until).contains(&wall) {
            self.last = self.numbered(self.number_at(wall));
        }
        self.last
    }

    pub(super) fn numbered(&self, number: i64) -> Period {
        Period { number, from: self.begin_of(number), until: self.begin_of(number.saturating_add(1)) }
    }

    /// The number of the first period that begins at `wall` or after it.
    pub(super) fn first_from(&self, wall: i64) -> i64 {
        if wall <= self.start_wall {
            return 0;
        }
        let number = self.number_at(wall);
        if self.begin_of(number) == wall { number } else { number + 1 }
    }

    fn number_at(&self, wall: i64) -> i64 {
        let place = |ends: &[i64], since: i64| {
            let cycle = ends.last().map_or(1, |end| (*end).max(1));
            let within = since.rem_euclid(cycle);
            since.div_euclid(cycle) * ends.len() as i64 + ends.partition_point(|end| *end <= within) as i64
        };
        match &self.length {
            Length::Seconds(ends) => place(ends, wall - self.start_wall),
            Length::Months(ends) => {
                let months = |date: Date| i64::from(date.year()) * 12 + i64::from(date.month());
                let since = wall_date(wall).map_or(0, |date| months(date) - months(self.start.date()));
                let mut number = place(ends, since.max(0));
                // The day of the month decides whether the boundary in that month has come yet.
                while number > 0 && self.begin_of(number) > wall {
                    number -= 1;
                }
                number
            }
        }
    }

    /// The wall clock at which a period begins.
    fn begin_of(&self, number: i64) -> i64 {
        let since = |ends: &[i64]| {
            let (cycle, place) = (number.div_euclid(ends.len() as i64), number.rem_euclid(ends.len() as i64));
            let within = if place == 0 { 0 } else { ends[place as usize - 1] };
            ends.last().map_or(0, |end| cycle.saturating_mul(*end)).saturating_add(within)
        };
        match &self.length {
            Length::Seconds(ends) => self.start_wall.saturating_add(since(ends)),
            Length::Months(ends) => {
                let boundary = Span::new().try_months(since(ends)).and_then(|span| self.start.checked_add(span));
                boundary.map_or(i64::MAX, wall_seconds)
            }
        }
    }
}

fn wall_date(wall: i64) -> Option<Date> {
    let epoch = jiff::civil::date(1970, 1, 1).to_datetime(Time::midnight());
    Some(epoch.checked_add(jiff::SignedDuration::from_secs(wall)).ok()?.date())
}
