//! What a wall-clock boundary means as an instant.

use jiff::{
    civil::DateTime,
    tz::{AmbiguousOffset, Offset, TimeZone},
};

use crate::Instant;

/// The instant at which a stretch that starts at `wall` begins: in a fold the first occurrence, in a gap the first
/// instant after it.
pub fn start_instant(zone: &TimeZone, wall: DateTime) -> Instant {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => at_offset(wall, offset),
        AmbiguousOffset::Gap { before, after } => after_gap(zone, wall, before, after),
        AmbiguousOffset::Fold { before, .. } => at_offset(wall, before),
    }
}

/// The instant at which a stretch that ends at `wall` is over: in a fold the last occurrence, in a gap the first
/// instant after it. Never before [`start_instant`] of the same wall clock, so that neighbours leave no hole.
pub fn end_instant(zone: &TimeZone, wall: DateTime) -> Instant {
    match zone.to_ambiguous_timestamp(wall).offset() {
        AmbiguousOffset::Unambiguous { offset } => at_offset(wall, offset),
        AmbiguousOffset::Gap { before, after } => after_gap(zone, wall, before, after),
        AmbiguousOffset::Fold { after, .. } => at_offset(wall, after),
    }
}

/// The clock jumps from `before` to `after` somewhere between these two readings of the missing wall clock.
fn after_gap(zone: &TimeZone, wall: DateTime, before: Offset, after: Offset) -> Instant {
    let earliest = at_offset(wall, after);
    zone.following(earliest).next().map_or_else(|| at_offset(wall, before), |jump| jump.timestamp())
}

/// Saturates at the ends of time: a boundary in year 9999 is no reason to stop.
fn at_offset(wall: DateTime, offset: Offset) -> Instant {
    offset.to_timestamp(wall).unwrap_or(if wall.year() > 0 { Instant::MAX } else { Instant::MIN })
}
