//! When a layer has to be watched, by the wall clock: its hours, without the days on which it is closed.

use crate::{
    calendar::{Days, Hours, WallTime, offsets::DAY},
    estate::{Holidays, Layer},
};

pub(super) struct Work<'a> {
    /// In the order in which they begin.
    hours: Vec<Hours>,
    /// Days since 1970-01-01, in order.
    closed: &'a [(i64, Box<str>)],
}

const ALWAYS: Hours = Hours { days: Days::DAILY, from: WallTime::MIDNIGHT, to: WallTime::END_OF_DAY };

impl<'a> Work<'a> {
    pub(super) fn of(layer: &'a Layer) -> Work<'a> {
        let mut hours = if layer.hours.is_empty() { vec![ALWAYS] } else { layer.hours.clone() };
        hours.sort_by_key(|hours| hours.from);
        let closed = match layer.holidays {
            Holidays::Closed => layer.calendar.days(),
            Holidays::Staffed => &[],
        };
        Work { hours, closed }
    }

    /// The stretches that begin on a day of the week, whether it is closed or not.
    pub(super) fn of_day(&self, day: i64) -> impl Iterator<Item = (i64, i64)> {
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        self.hours.iter().filter(move |hours| hours.days.0 >> weekday & 1 == 1).map(move |hours| {
            let (from, to) = (i64::from(hours.from.0), i64::from(hours.to.0));
            let overnight = if to <= from { DAY } else { 0 };
            (day * DAY + from, day * DAY + to + overnight)
        })
    }

    /// The closed days from one day to another, both of them included.
    pub(super) fn closed(&self, first_day: i64, last_day: i64) -> &'a [(i64, Box<str>)] {
        let from = self.closed.partition_point(|closed| closed.0 < first_day);
        let until = self.closed.partition_point(|closed| closed.0 <= last_day);
        self.closed.get(from..until).unwrap_or_default()
    }

    pub(super) fn is_closed(&self, day: i64) -> bool {
        self.closed.binary_search_by_key(&day, |closed| closed.0).is_ok()
    }

    /// Calls `worked` for every stretch that somebody has to be there, touching ones joined.
    pub(super) fn walk(&self, first_day: i64, last_day: i64, mut worked: impl FnMut(i64, i64)) {
        let mut closed = self.closed(first_day, last_day);
        let mut joined: Option<(i64, i64)> = None;
        for day in first_day..=last_day {
            if let Some(((holiday, _), later)) = closed.split_first()
                && *holiday == day
            {
                closed = later;
                continue;
            }
            for (from, until) in self.of_day(day) {
                match &mut joined {
                    Some((_, end)) if from <= *end => *end = until.max(*end),
                    other => {
                        if let Some((from, until)) = other.replace((from, until)) {
                            worked(from, until);
                        }
                    }
                }
            }
        }
        if let Some((from, until)) = joined {
            worked(from, until);
        }
    }

    /// Whether the hours of the week touch a stretch, holidays or not. What repeats is looked at once.
    pub(super) fn touches(&self, from: i64, until: i64) -> bool {
        let first_day = from.div_euclid(DAY) - 1;
        let last_day = until.saturating_sub(1).div_euclid(DAY).min(first_day + 9);
        (first_day..=last_day).any(|day| self.of_day(day).any(|(a, b)| a.max(from) < b.min(until)))
    }
}
