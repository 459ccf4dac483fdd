//! Which period of a rotation a wall clock lies in.

use jiff::{
    Span,
    civil::{DateTime, Time},
};

use crate::{
    calendar::offsets::{DAY, wall_seconds},
    estate::{Rotation, Unit},
};

/// The periods of a rotation on the wall clock, counted from 0. Made for questions in rising order.
pub(super) struct Periods {
    start: DateTime,
    start_wall: i64,
    length: Length,
    last: Period,
}

enum Length {
    Seconds(i64),
    /// Months differ in length: each boundary is computed from the start, so that the 31st comes back after a short month.
    Months(i64),
}

#[derive(Clone, Copy)]
pub(super) struct Period {
    pub number: i64,
    from: i64,
    /// The wall clock of the handoff to the next.
    pub until: i64,
}

impl Periods {
    pub(super) fn new(rotation: &Rotation) -> Periods {
        let count = i64::from(rotation.every.count.max(1));
        let length = match rotation.every.unit {
            Unit::Hours => Length::Seconds(count * 3600),
            Unit::Days => Length::Seconds(count * DAY),
            Unit::Weeks => Length::Seconds(count * 7 * DAY),
            Unit::Months => Length::Months(count),
        };
        let (start, start_wall) = (rotation.start, wall_seconds(rotation.start));
        Periods { start, start_wall, length, last: Period { number: 0, from: start_wall, until: start_wall } }
    }

    pub(super) fn start_wall(&self) -> i64 {
        self.start_wall
    }

    /// The period that `wall`, not before the start, lies in.
    pub(super) fn at(&mut self, wall: i64) -> Period {
        if !(self.last.from..self.last.until).contains(&wall) {
            self.last = match self.length {
                Length::Seconds(length) => {
                    let number = (wall - self.start_wall).div_euclid(length);
                    let from = self.start_wall.saturating_add(number.saturating_mul(length));
                    Period { number, from, until: from.saturating_add(length) }
                }
                Length::Months(count) => self.month_period(wall, count),
            };
        }
        self.last
    }

    fn month_period(&self, wall: i64, count: i64) -> Period {
        let date = wall_date(wall);
        let months = |date: jiff::civil::Date| i64::from(date.year()) * 12 + i64::from(date.month());
        let mut number = date.map_or(0, |date| (months(date) - months(self.start.date())) / count);
        // The day of the month decides whether the boundary in that month has come yet.
        while number > 0 && self.month_boundary(number, count) > wall {
            number -= 1;
        }
        Period { number, from: self.month_boundary(number, count), until: self.month_boundary(number + 1, count) }
    }

    fn month_boundary(&self, number: i64, count: i64) -> i64 {
        let months = number.saturating_mul(count);
        let boundary = Span::new().try_months(months).and_then(|span| self.start.checked_add(span));
        boundary.map_or(i64::MAX, wall_seconds)
    }
}

fn wall_date(wall: i64) -> Option<jiff::civil::Date> {
    let epoch = jiff::civil::date(1970, 1, 1).to_datetime(Time::midnight());
    Some(epoch.checked_add(jiff::SignedDuration::from_secs(wall)).ok()?.date())
}
