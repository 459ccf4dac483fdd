//! Wall-clock time: hours of the week, and what a wall-clock boundary means as an instant.

use serde::{Deserialize, Serialize};

/// A time of day in seconds since midnight, `00:00` to `24:00` inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WallTime(pub u32);

impl WallTime {
    pub const MIDNIGHT: WallTime = WallTime(0);
    pub const END_OF_DAY: WallTime = WallTime(86_400);
}

/// A set of weekdays; bit 0 is Monday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Days(pub u8);

/// A stretch of the week in wall-clock time. With `until <= from` it runs overnight and belongs to the day on which it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub days: Days,
    pub from: WallTime,
    pub to: WallTime,
}
