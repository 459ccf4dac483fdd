//! What a wall-clock boundary means as an instant.

use jiff::{civil::DateTime, tz::TimeZone};

use super::offsets::{Offsets, instant, wall_seconds};
use crate::Instant;

/// The instant at which a stretch that starts at `wall` begins: in a fold the first occurrence, in a gap the first
/// instant after it.
pub fn start_instant(zone: &TimeZone, wall: DateTime) -> Instant {
    let wall = wall_seconds(wall);
    instant(Offsets::new(zone, wall, wall).start(wall))
}

/// The instant at which a stretch that ends at `wall` is over: in a fold the last occurrence, in a gap the first
/// instant after it. Never before [`start_instant`] of the same wall clock, so that neighbours leave no hole.
pub fn end_instant(zone: &TimeZone, wall: DateTime) -> Instant {
    let wall = wall_seconds(wall);
    instant(Offsets::new(zone, wall, wall).end(wall))
}
