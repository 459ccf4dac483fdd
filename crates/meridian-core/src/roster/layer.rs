//! One layer as stretches of turns, before any override.

use super::turn::Periods;
use crate::{
    calendar::{
        Hours, WallTime,
        offsets::{DAY, Offsets},
    },
    estate::{Holidays, Layer, Turns},
};

/// A stretch of one turn of a layer, in seconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: i64,
    pub until: i64,
    /// Counted from 0.
    pub turn: i64,
}

/// How many days before a window the wall clock is walked: an overnight stretch, a day that comes twice, and an offset
/// of more than a day all fit into it.
const DAYS_AROUND: i64 = 4;

/// Calls `found` for every stretch that touches `[from, until)`, in the order of their starts.
pub(super) fn stretches(layer: &Layer, from: i64, until: i64, found: impl FnMut(Stretch)) {
    let periods = Periods::new(&layer.rotation);
    let start_day = periods.start_wall().div_euclid(DAY) - 1;
    let window_day = from.div_euclid(DAY).saturating_sub(DAYS_AROUND);
    // How many turns were served is known only by walking all of them.
    let first_day = match layer.rotation.turns {
        Turns::Served => start_day,
        Turns::Elapsed => start_day.max(window_day),
    };
    let last_day = until.div_euclid(DAY).saturating_add(DAYS_AROUND);
    if first_day > last_day || from >= until {
        return;
    }
    let offsets = Offsets::new(&layer.zone, first_day * DAY, last_day * DAY);
    let mut cut = Cut { turns: layer.rotation.turns, periods, offsets, from, until, served: None, found };
    walk(layer, first_day, last_day, |wall_from, wall_until| cut.stretch(wall_from, wall_until));
}

/// Calls `worked` for every stretch of wall clock that somebody has to be there, touching ones joined.
fn walk(layer: &Layer, first_day: i64, last_day: i64, mut worked: impl FnMut(i64, i64)) {
    const ALWAYS: Hours =
        Hours { days: crate::calendar::Days::DAILY, from: WallTime::MIDNIGHT, to: WallTime::END_OF_DAY };
    let mut hours = if layer.hours.is_empty() { vec![ALWAYS] } else { layer.hours.clone() };
    hours.sort_by_key(|hours| hours.from);
    let closed = match layer.holidays {
        Holidays::Closed => layer.calendar.days(),
        Holidays::Staffed => &[],
    };
    let mut closed = &closed[closed.partition_point(|holiday| holiday.0 < first_day)..];
    let mut joined: Option<(i64, i64)> = None;
    for day in first_day..=last_day {
        if let Some(((holiday, _), later)) = closed.split_first()
            && *holiday == day
        {
            closed = later;
            continue;
        }
        // 1970-01-01 was a Thursday.
        let weekday = (day + 3).rem_euclid(7);
        for hours in hours.iter().filter(|hours| hours.days.0 >> weekday & 1 == 1) {
            let (from, to) = (i64::from(hours.from.0), i64::from(hours.to.0));
            let overnight = if to <= from { DAY } else { 0 };
            let (from, until) = (day * DAY + from, day * DAY + to + overnight);
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

/// Cuts wall clock into turns and makes instants of it.
struct Cut<F> {
    turns: Turns,
    periods: Periods,
    offsets: Offsets,
    from: i64,
    until: i64,
    /// The last period in which somebody worked, and how many there were before it.
    served: Option<(i64, i64)>,
    found: F,
}

impl<F: FnMut(Stretch)> Cut<F> {
    fn stretch(&mut self, wall_from: i64, wall_until: i64) {
        let mut wall = wall_from.max(self.periods.start_wall());
        while wall < wall_until {
            let period = self.periods.at(wall);
            let wall_end = period.until.min(wall_until);
            let (from, until) = (self.offsets.start(wall), self.offsets.end(wall_end));
            wall = wall_end;
            // Empty when the clock jumps over all of it: then nobody served.
            if from < until {
                let turn = match self.turns {
                    Turns::Elapsed => period.number,
                    Turns::Served => self.serve(period.number),
                };
                if from < self.until && self.from < until {
                    (self.found)(Stretch { from, until, turn });
                }
            }
        }
    }

    fn serve(&mut self, period: i64) -> i64 {
        let turn = match self.served {
            None => 0,
            Some((last, turn)) if last == period => turn,
            Some((_, turn)) => turn + 1,
        };
        self.served = Some((period, turn));
        turn
    }
}
