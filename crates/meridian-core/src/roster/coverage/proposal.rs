//! Other hours that close a hole: one side stays later, the other comes earlier, or both meet in between.
//!
//! A proposal is tried before it is made: the rotas are resolved again with the other hours, and what does not close the
//! whole hole is not said. A day on which the site is closed for a holiday stays as it was; how many days are left says
//! so.

use jiff::SignedDuration;

use super::{
    days_off,
    hole::{Ring, gaps},
    model::{End, HoursChange, Proposal},
    phase::{Edge, Group, wall},
    seen::{Peeled, Seen},
    set::Stretch,
};
use crate::{
    Instant,
    calendar::{Days, Hours, WallTime},
    estate::Rota,
};

const HOUR: i64 = 3600;
const DAY: i64 = 86_400;

/// More than this nobody stays longer or comes earlier.
const STRETCHED_AT_MOST: i64 = 4 * HOUR;

/// What may be shared by two sites is shared in steps of this.
const STEP: i64 = HOUR / 2;

/// What closes the hole of this group, the kindest first.
pub(super) fn proposals(ring: &Ring<'_>, pattern: &[&Seen<'_>], group: &Group<'_>) -> Vec<Proposal> {
    let shown: Vec<_> = group.phases.iter().flat_map(|phase| phase.stretches.iter().copied()).collect();
    let visible: Vec<_> = group.occurrences.iter().filter(|occurrence| !occurrence.shown.is_empty()).collect();
    let longest = visible.iter().map(|hole| hole.whole.1.as_second() - hole.whole.0.as_second()).max();
    let (Some(first), Some(longest)) = (visible.first(), longest) else { return Vec::new() };
    let (Some(leaving), Some(arriving)) = (first.begins, first.ends) else { return Vec::new() };
    if longest > 2 * STRETCHED_AT_MOST {
        return days_off::proposals(ring, pattern, first, &shown);
    }
    let later = |by: i64| stretched(leaving, End::Until, by, visible.iter().map(|hole| hole.whole.0));
    let earlier = |by: i64| stretched(arriving, End::From, by, visible.iter().map(|hole| hole.whole.1));
    let half = (longest / 2 + STEP - 1) / STEP * STEP;
    let alone = |change: Option<(i64, HoursChange)>| change.map(|(far, change)| (far, vec![change]));
    let shared =
        later(half).zip(earlier(longest - half)).map(|(one, other)| (one.0.max(other.0), vec![one.1, other.1]));
    let mut wishes: Vec<_> = [alone(later(longest)), alone(earlier(longest))].into_iter().flatten().collect();
    // Two layers change only where one would have to change much.
    wishes.extend(shared.filter(|_| longest >= 2 * HOUR && leaving.layer.name != arriving.layer.name));
    wishes.retain(|(_, changes)| left(pattern, changes, &shown) == 0);
    wishes.sort_by_key(|(far, changes)| (changes.len(), *far));
    let real = ring.seen(Peeled::real);
    let made = wishes
        .into_iter()
        .map(|(_, changes)| Proposal { closes: shown.len() - left(&real, &changes, &shown), changes });
    made.filter(|proposal| proposal.closes > 0).collect()
}

/// The change of one side, and how far from the middle of its day it reaches.
fn stretched(edge: Edge<'_>, end: End, by: i64, at: impl Iterator<Item = Instant>) -> Option<(i64, HoursChange)> {
    if !(1..=STRETCHED_AT_MOST).contains(&by) {
        return None;
    }
    let layer = edge.layer;
    let mut days = Days::default();
    let mut time = None;
    for at in at {
        days.0 |= 1 << layer.zone.to_datetime(at).date().weekday().to_monday_zero_offset();
        time = Some(i64::from(wall(&layer.zone, at).0));
    }
    let (hours, wall, days) = reshaped(&layer.hours, end, time?, by, days)?;
    let far = match end {
        End::Until => (time? - 13 * HOUR).rem_euclid(DAY) + by,
        End::From | End::Days => (13 * HOUR - time?).rem_euclid(DAY) + by,
    };
    let lasts =
        hours.iter().map(|hours| (i64::from(hours.to.0) - i64::from(hours.from.0) - 1).rem_euclid(DAY) + 1).max();
    let lasts = SignedDuration::from_secs(lasts.unwrap_or_default());
    Some((far, HoursChange { place: edge.place(), end, wall, days, hours, lasts }))
}

/// The hours with those that end (or begin) at `time` on some days moved by `by`; the days as the hours count them.
fn reshaped(hours: &[Hours], end: End, time: i64, by: i64, days: Days) -> Option<(Vec<Hours>, WallTime, Days)> {
    let mut reshaped = Vec::new();
    let (mut moved_to, mut moved_days) = (None, Days::default());
    for entry in hours {
        let (from, to) = (i64::from(entry.from.0), i64::from(entry.to.0));
        let overnight = to <= from;
        let edge = if end == End::Until { to } else { from };
        // What ends at midnight or after it belongs to the day before.
        let back = end == End::Until && (overnight || to == DAY);
        let concerned = if back { Days(days.0 >> 1 | days.0 << 6 & Days::DAILY.0) } else { days };
        let moving = Days(entry.days.0 & concerned.0);
        if edge.rem_euclid(DAY) != time.rem_euclid(DAY) || moving.0 == 0 {
            reshaped.push(*entry);
            continue;
        }
        let moved = if end == End::Until { edge + by } else { edge - by };
        let room = if overnight { (from - to).rem_euclid(DAY) } else { DAY - (to - from) };
        if moved < 0 || by > room {
            return None;
        }
        let moved = WallTime(if moved > DAY { moved - DAY } else { moved } as u32);
        let rest = Days(entry.days.0 & !moving.0);
        let entry_moved = match end {
            End::Until => Hours { days: moving, to: moved, ..*entry },
            End::From | End::Days => Hours { days: moving, from: moved, ..*entry },
        };
        reshaped.push(entry_moved);
        reshaped.extend((rest.0 != 0).then_some(Hours { days: rest, ..*entry }));
        (moved_to, moved_days) = (Some(moved), Days(moved_days.0 | moving.0));
    }
    Some((reshaped, moved_to?, moved_days))
}

/// In how many of these stretches somebody is still missing with these hours.
pub(super) fn left(rotas: &[&Seen<'_>], changes: &[HoursChange], shown: &[Stretch]) -> usize {
    let changed: Vec<Option<Seen<'_>>> =
        rotas.iter().map(|seen| with(&seen.rota, changes).map(|rota| seen.changed(rota))).collect();
    let rotas: Vec<&Seen<'_>> =
        rotas.iter().zip(&changed).map(|(seen, changed)| changed.as_ref().unwrap_or(seen)).collect();
    let gaps = gaps(&rotas);
    shown.iter().filter(|stretch| gaps.iter().any(|gap| gap.0 < stretch.1 && stretch.0 < gap.1)).count()
}

/// None: these changes are of other rotas.
fn with(rota: &Rota, changes: &[HoursChange]) -> Option<Rota> {
    let mut own = changes.iter().filter(|change| change.place.rota == rota.name).peekable();
    own.peek()?;
    let mut rota = rota.clone();
    for change in own {
        for layer in rota.layers.iter_mut().filter(|layer| layer.name == change.place.layer) {
            layer.hours.clone_from(&change.hours);
        }
    }
    Some(rota)
}
