//! Hours that close a hole of whole days, such as a weekend: all layers watch on those days, too, or one of them watches
//! through.
//!
//! As with every proposal, it is tried before it is made; what leaves any of the hole is not said.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Span};

use super::{
    hole::{Ring, edges_of},
    model::{End, HoursChange, Proposal},
    phase::{Edge, Occurrence, wall},
    proposal::left,
    seen::{Peeled, Seen},
    set::Stretch,
};
use crate::{
    calendar::{Days, Hours, WallTime},
    estate::Role,
};

/// A longer hole is no weekend.
const LONG: SignedDuration = SignedDuration::from_hours(96);

/// More would not help to choose.
const MADE: usize = 3;

pub(super) fn proposals(
    ring: &Ring<'_>,
    pattern: &[&Seen<'_>],
    hole: &Occurrence<'_>,
    shown: &[Stretch],
) -> Vec<Proposal> {
    if shown.iter().any(|(from, until)| until.duration_since(*from) > LONG) || hole.days_apart() < 2 {
        return Vec::new();
    }
    let layers: Vec<Edge<'_>> = pattern
        .iter()
        .flat_map(|seen| edges_of(seen))
        .filter(|edge| edge.layer.role == Role::Primary && !edge.layer.hours.is_empty())
        .collect();
    // Whoever leaves last knows most, and whoever comes first is there next.
    let mut alone: Vec<&Edge<'_>> = layers.iter().collect();
    let is = |side: Option<Edge<'_>>, edge: &Edge<'_>| side.is_some_and(|side| side.place() == edge.place());
    alone.sort_by_key(|edge| (!is(hole.begins, edge), !is(hole.ends, edge)));
    let all: Option<Vec<HoursChange>> = layers.iter().map(every_day).collect();
    let wishes = all.into_iter().filter(|changes| !changes.is_empty());
    let wishes = wishes.chain(alone.into_iter().filter_map(|edge| Some(vec![through(edge, shown)?])));
    let closing = wishes.filter(|changes| left(pattern, changes, shown) == 0);
    let real = ring.seen(Peeled::real);
    let made = closing.map(|changes| {
        let closes = shown.len() - left(&real, &changes, shown);
        Proposal { changes, closes }
    });
    made.filter(|proposal| proposal.closes > 0).take(MADE).collect()
}

/// The hours of the other days on those that have none.
fn every_day(edge: &Edge<'_>) -> Option<HoursChange> {
    let hours = &edge.layer.hours;
    let worked = hours.iter().fold(0, |days, hours| days | hours.days.0);
    let days = Days(!worked & Days::DAILY.0);
    let like = hours.first().filter(|_| days.0 != 0)?;
    Some(changed(edge, vec![Hours { days, ..*like }], like.from, days))
}

/// The layer watches from the beginning of the hole to its end, as its own clock has them.
fn through(edge: &Edge<'_>, shown: &[Stretch]) -> Option<HoursChange> {
    // Of each day of the week the time from which and to which it is needed.
    let mut needed: BTreeMap<i8, (u32, u32)> = BTreeMap::new();
    for (from, until) in shown {
        let zone = &edge.layer.zone;
        let (first, last) = (zone.to_datetime(*from).date(), zone.to_datetime(*until).date());
        let mut day = first;
        while day <= last {
            let begin = if day == first { wall(zone, *from).0 } else { 0 };
            let end = if day == last { wall(zone, *until).0 } else { WallTime::END_OF_DAY.0 };
            if begin < end {
                let times = needed.entry(day.weekday().to_monday_zero_offset()).or_insert((begin, end));
                *times = (times.0.min(begin), times.1.max(end));
            }
            day = day.checked_add(Span::new().days(1)).ok()?;
        }
    }
    let length = |hole: &&Stretch| hole.1.duration_since(hole.0);
    let first = shown.iter().max_by_key(length).map(|hole| edge.layer.zone.to_datetime(hole.0).date());
    let first = first.map_or(0, |first| first.weekday().to_monday_zero_offset());
    let mut in_order: Vec<_> = needed.into_iter().collect();
    in_order.sort_by_key(|(day, _)| (day - first).rem_euclid(7));
    let mut added: Vec<Hours> = Vec::new();
    for (day, (from, to)) in in_order {
        let (days, from, to) = (Days(1 << day), WallTime(from), WallTime(to));
        let like = added.iter_mut().find(|hours| (hours.from, hours.to) == (from, to));
        match like {
            Some(hours) => hours.days = Days(hours.days.0 | days.0),
            None => added.push(Hours { days, from, to }),
        }
    }
    let first = added.first()?;
    let days = Days(added.iter().fold(0, |days, hours| days | hours.days.0));
    Some(changed(edge, added.clone(), first.from, days))
}

fn changed(edge: &Edge<'_>, added: Vec<Hours>, wall: WallTime, days: Days) -> HoursChange {
    let lasts = added.iter().map(|hours| i64::from(hours.to.0.saturating_sub(hours.from.0))).max().unwrap_or_default();
    let hours = edge.layer.hours.iter().copied().chain(added).collect();
    let lasts = SignedDuration::from_secs(lasts);
    HoursChange { place: edge.place(), end: End::Days, wall, days, hours, lasts }
}
