//! How many turns were served before a period: counted, not walked.
//!
//! The hours of the week and the periods of a rotation repeat together after some weeks, so the periods with hours in
//! them are counted by a table of that pattern. What breaks the pattern is looked at alone: closed days, and hours that
//! a clock change left out.

use super::{order::dates, turn::Periods, work::Work};
use crate::{
    calendar::offsets::{DAY, Offsets},
    estate::{Layer, Turns},
};

const WEEK: i64 = 7 * DAY;

pub(super) struct Served {
    /// How many periods of the pattern before each of its periods, and before its end, have hours in them.
    pattern: Vec<i64>,
    /// The periods that have hours by the pattern and in truth have none, in order.
    lost: Vec<i64>,
}

impl Served {
    /// For periods that begin before `until`. `offsets` reach from the start of the rotation until then.
    pub(super) fn new(work: &Work<'_>, periods: &Periods, offsets: &mut Offsets, until: i64) -> Served {
        let pattern = pattern(work, periods);
        let mut lost = Vec::new();
        if pattern.last().is_some_and(|worked| *worked > 0) {
            let start = periods.start_wall();
            // The evening before the start may reach into the first period.
            let closed = work.closed(start.div_euclid(DAY) - 1, until.div_euclid(DAY));
            let closed = closed.iter().flat_map(|(day, _)| work.of_day(*day));
            let left_out = offsets.gaps().filter(|(from, until)| work.touches(*from, *until)).collect::<Vec<_>>();
            for (from, to) in closed.chain(left_out).filter(|(from, to)| start < *to && *from < until) {
                let mut number = periods.first_from(from.max(start) + 1) - 1;
                loop {
                    let period = periods.numbered(number);
                    if period.from >= to.min(until) {
                        break;
                    }
                    if work.touches(period.from, period.until) && !is_worked(work, offsets, period.from, period.until) {
                        lost.push(number);
                    }
                    number += 1;
                }
            }
        }
        lost.sort_unstable();
        lost.dedup();
        Served { pattern, lost }
    }

    /// The turns that were served before this period.
    pub(super) fn before(&self, period: i64) -> i64 {
        let length = (self.pattern.len() - 1).max(1) as i64;
        let in_whole = self.pattern.last().map_or(0, |all| period.div_euclid(length).saturating_mul(*all));
        let rest = self.pattern.get(period.rem_euclid(length) as usize).copied().unwrap_or_default();
        in_whole + rest - self.lost.partition_point(|lost| *lost < period) as i64
    }
}

/// The places among the members of a rotation that never get a turn with hours in it, because the hours of the week
/// and the turns repeat together: a daily rotation of seven that rests at the weekend leaves out two for ever.
pub fn left_out(layer: &Layer) -> Vec<usize> {
    let count = layer.rotation.members.len();
    if layer.rotation.turns == Turns::Served || !dates(&layer.rotation).is_empty() {
        return Vec::new();
    }
    let before = pattern(&Work::of(layer), &Periods::new(&layer.rotation));
    let step = common(before.len() as i64 - 1, count as i64) as usize;
    let mut comes = vec![false; step];
    for (number, _) in before.windows(2).enumerate().filter(|(_, pair)| pair[0] < pair[1]) {
        comes[number % step] = true;
    }
    if comes.iter().any(|comes| *comes) {
        (0..count).filter(|place| !comes[place % step]).collect()
    } else {
        Vec::new()
    }
}

fn pattern(work: &Work<'_>, periods: &Periods) -> Vec<i64> {
    let (in_cycle, seconds) = periods.cycle();
    let shortest = (0..in_cycle).map(|number| periods.numbered(number)).map(|p| p.until.saturating_sub(p.from)).min();
    let length = match seconds {
        // Every hour of the week lies in a period of a week and more, and in every month.
        Some(seconds) if shortest.is_some_and(|shortest| shortest < WEEK) => in_cycle * (WEEK / common(seconds, WEEK)),
        _ => 1,
    };
    let mut before = vec![0; length as usize + 1];
    for number in 0..length {
        let period = periods.numbered(number);
        before[number as usize + 1] = before[number as usize] + i64::from(work.touches(period.from, period.until));
    }
    before
}

/// The greatest common divisor.
fn common(a: i64, b: i64) -> i64 {
    if b == 0 { a.max(1) } else { common(b, a % b) }
}

/// Whether any hour of a period really was: no holiday, and on the clock.
fn is_worked(work: &Work<'_>, offsets: &mut Offsets, from: i64, until: i64) -> bool {
    let (first_day, last_day) = (from.div_euclid(DAY) - 1, until.saturating_sub(1).div_euclid(DAY));
    for day in (first_day..=last_day).filter(|day| !work.is_closed(*day)) {
        for (a, b) in work.of_day(day) {
            let (a, b) = (a.max(from), b.min(until));
            if a < b && offsets.start(a) < offsets.end(b) {
                return true;
            }
        }
    }
    false
}
