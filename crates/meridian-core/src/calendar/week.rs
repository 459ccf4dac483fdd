//! Times of day, sets of weekdays, and the hours made of them: as values and as text.

use std::{fmt, str::FromStr};

use jiff::civil::Weekday;
use serde::{Deserialize, Serialize};

/// A time of day in seconds since midnight, `00:00` to `24:00` inclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct WallTime(pub u32);

impl WallTime {
    pub const MIDNIGHT: WallTime = WallTime(0);
    pub const END_OF_DAY: WallTime = WallTime(86_400);
}

impl FromStr for WallTime {
    type Err = String;
    fn from_str(text: &str) -> Result<WallTime, String> {
        let wrong = || {
            let shown: String = text.chars().take(40).collect();
            format!(
                "`{}` is not a time of day: write 08:00, 08:00:30 or, for the end of the day, 24:00",
                shown.escape_debug()
            )
        };
        let mut parts = text.split(':').map(|part| match part.as_bytes() {
            [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(u32::from(a - b'0') * 10 + u32::from(b - b'0')),
            _ => None,
        });
        let (hour, minute) = (parts.next().flatten().ok_or_else(wrong)?, parts.next().flatten().ok_or_else(wrong)?);
        let second = parts.next().map_or(Some(0), |part| part).ok_or_else(wrong)?;
        let time = WallTime(hour * 3600 + minute * 60 + second);
        if parts.next().is_some() || minute > 59 || second > 59 || time > WallTime::END_OF_DAY {
            return Err(wrong());
        }
        Ok(time)
    }
}

impl fmt::Display for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (hour, minute, second) = (self.0 / 3600, self.0 / 60 % 60, self.0 % 60);
        write!(f, "{hour:02}:{minute:02}")?;
        if second > 0 { write!(f, ":{second:02}") } else { Ok(()) }
    }
}

const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const LONG_DAY_NAMES: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/// A set of weekdays; bit 0 is Monday.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Days(pub u8);

impl Days {
    pub const DAILY: Days = Days(0b111_1111);

    /// Reads `mon-fri`, `sat,sun`, `mon,wed-fri`, `fri-mon` (over the weekend) and `daily`.
    pub fn parse(text: &str) -> Result<Days, String> {
        let text = text.trim().to_ascii_lowercase();
        if text == "daily" {
            return Ok(Days::DAILY);
        }
        let mut days = Days::default();
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (mut day, last) = (day_number(first)?, day_number(last)?);
            days.0 |= 1 << day;
            while day != last {
                day = (day + 1) % 7;
                days.0 |= 1 << day;
            }
        }
        Ok(days)
    }

    pub fn contains(self, day: Weekday) -> bool {
        self.has(day.to_monday_zero_offset() as usize)
    }

    fn has(self, day: usize) -> bool {
        self.0 >> (day % 7) & 1 == 1
    }
}

fn day_number(text: &str) -> Result<usize, String> {
    let day = text.trim();
    let known = |names: &[&str; 7]| names.iter().position(|name| *name == day);
    known(&DAY_NAMES).or_else(|| known(&LONG_DAY_NAMES)).ok_or_else(|| {
        let shown: String = day.chars().take(40).collect();
        format!("`{}` is not a day: write days like mon-fri, sat,sun or daily", shown.escape_debug())
    })
}

/// The shortest text that reads back as the same set: runs of three and more become ranges, also over the weekend.
impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 & Self::DAILY.0 == Self::DAILY.0 {
            return f.write_str("daily");
        }
        let mut comma = "";
        for first in (0..7).filter(|day| self.has(*day) && !self.has(day + 6)) {
            let length = (0..7).take_while(|ahead| self.has(first + ahead)).count();
            let last = DAY_NAMES[(first + length - 1) % 7];
            match length {
                1 => write!(f, "{comma}{last}")?,
                2 => write!(f, "{comma}{},{last}", DAY_NAMES[first])?,
                _ => write!(f, "{comma}{}-{last}", DAY_NAMES[first])?,
            }
            comma = ",";
        }
        Ok(())
    }
}

/// A stretch of the week in wall-clock time. With `to <= from` it runs overnight and belongs to the day on which it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    pub days: Days,
    pub from: WallTime,
    pub to: WallTime,
}

/// Like the estate writes it: `mon-fri 08:00-17:00`.
impl fmt::Display for Hours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}-{}", self.days, self.from, self.to)
    }
}
