//! One layer as stretches of turns, before any override.

use super::{order::Order, served::Served, turn::Periods, work::Work};
use crate::{
    calendar::offsets::{DAY, Offsets},
    estate::{Layer, Turns},
};

/// A stretch of one turn of a layer, in seconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    pub from: i64,
    pub until: i64,
    /// Counted from 0.
    pub turn: i64,
    /// Which of the rotation's members has it, and the wall clock at which it begins: who joins later is not there yet.
    pub place: usize,
    pub wall: i64,
}

/// How many days before a window the wall clock is walked: an overnight stretch, a day that comes twice, and an offset
/// of more than a day all fit into it.
const DAYS_AROUND: i64 = 4;

/// Calls `found` for every stretch that touches `[from, until)`, in the order of their starts.
pub(super) fn stretches(layer: &Layer, from: i64, until: i64, found: impl FnMut(Stretch)) {
    let periods = Periods::new(&layer.rotation);
    let start_day = periods.start_wall().div_euclid(DAY) - 1;
    let first_day = start_day.max(from.div_euclid(DAY).saturating_sub(DAYS_AROUND));
    let last_day = until.div_euclid(DAY).saturating_add(DAYS_AROUND);
    if first_day > last_day || from >= until {
        return;
    }
    let work = Work::of(layer);
    let counted_from = match layer.rotation.turns {
        Turns::Served => start_day,
        Turns::Elapsed => first_day,
    };
    let mut offsets = Offsets::new(&layer.zone, counted_from * DAY, last_day * DAY);
    let served = match layer.rotation.turns {
        Turns::Served => Some(Served::new(&work, &periods, &mut offsets, (last_day + 1) * DAY)),
        Turns::Elapsed => None,
    };
    let turn_of = |period: i64| served.as_ref().map_or(period, |served| served.before(period));
    let order = Order::new(&layer.rotation, |wall| turn_of(periods.first_from(wall)));
    let mut cut = Cut { served: served.as_ref(), order, periods, offsets, from, until, found };
    work.walk(first_day, last_day, |wall_from, wall_until| cut.stretch(wall_from, wall_until));
}

/// Cuts wall clock into turns and makes instants of it.
struct Cut<'a, F> {
    served: Option<&'a Served>,
    order: Order<'a>,
    periods: Periods,
    offsets: Offsets,
    from: i64,
    until: i64,
    found: F,
}

impl<F: FnMut(Stretch)> Cut<'_, F> {
    fn stretch(&mut self, wall_from: i64, wall_until: i64) {
        let mut wall = wall_from.max(self.periods.start_wall());
        while wall < wall_until {
            let period = self.periods.at(wall);
            let date = self.order.next_date(wall).unwrap_or(i64::MAX);
            let (wall_begin, wall_end) = (wall, period.until.min(wall_until).min(date));
            wall = wall_end;
            let (from, until) = (self.offsets.start(wall_begin), self.offsets.end(wall_end));
            // Empty when the clock jumps over all of it.
            if from < until && from < self.until && self.from < until {
                let turn = self.served.map_or(period.number, |served| served.before(period.number));
                if let Some(place) = self.order.place(turn, wall_begin) {
                    (self.found)(Stretch { from, until, turn, place, wall: wall_begin });
                }
            }
        }
    }
}
