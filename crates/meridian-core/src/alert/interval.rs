//! Time intervals: when a route is muted or active, in Alertmanager's syntax.
//!
//! Each parser takes one entry of the YAML list (`monday:friday`, `-3:-1`); names are case-insensitive.

use jiff::tz::TimeZone;

use super::TimeInterval;
use crate::{Instant, calendar::Days};

pub(super) const WEEKDAYS: [&str; 7] = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `09:00`, `17:00`: minutes since midnight, `[from, to)`. `24:00` is the end of the day.
pub fn parse_time_range(from: &str, to: &str) -> Result<(u16, u16), String> {
    let (start, end) = (minute_of_day(from)?, minute_of_day(to)?);
    if start < end {
        return Ok((start, end));
    }
    Err(format!("`{}` is not after `{}`; for a night, write two ranges that meet at 24:00 and 00:00", to, from))
}

fn minute_of_day(text: &str) -> Result<u16, String> {
    let wrong = || format!("`{}` is not a time of day: 00:00 to 24:00", shown(text));
    let &[h1, h0, b':', m1, m0] = text.as_bytes() else { return Err(wrong()) };
    if ![h1, h0, m1, m0].iter().all(u8::is_ascii_digit) {
        return Err(wrong());
    }
    let two = |a: u8, b: u8| u16::from(a - b'0') * 10 + u16::from(b - b'0');
    let (hours, minutes) = (two(h1, h0), two(m1, m0));
    if minutes < 60 && hours * 60 + minutes <= 1440 { Ok(hours * 60 + minutes) } else { Err(wrong()) }
}

/// `monday:friday` or `saturday`. A week begins on Sunday here, so `saturday:sunday` is refused, as by Alertmanager.
pub fn parse_weekdays(text: &str) -> Result<Days, String> {
    let (from, to) = parse_range(text, |word| {
        WEEKDAYS.iter().position(|d| *d == word).ok_or_else(|| format!("`{}` is not a weekday", shown(word)))
    })?;
    if from > to {
        let (from, to) = (WEEKDAYS[from], WEEKDAYS[to]);
        return Err(format!(
            "`{from}:{to}` ends before it starts, as a week begins on Sunday; write it as two entries"
        ));
    }
    // Bit 0 is Monday, and Sunday the last.
    Ok(Days((from..=to).fold(0, |days, day| days | 1 << ((day + 6) % 7))))
}

/// `1:15`, `-3:-1` (the last three days), `-1`.
pub fn parse_days_of_month(text: &str) -> Result<(i8, i8), String> {
    let (from, to) = parse_range(text, |word| match word.parse::<i8>() {
        Ok(day) if day != 0 && (-31..=31).contains(&day) => Ok(day),
        _ => Err(format!("`{}` is not a day of the month: 1 to 31, or -31 to -1 counted from its end", shown(word))),
    })?;
    if from < 0 && to > 0 {
        return Err(format!("`{from}:{to}`: the end must count from the end of the month too when the start does"));
    }
    // Months differ in length, so only what is wrong in the longest is refused.
    let in_longest = |day: i8| if day < 0 { 31 + day } else { day };
    if in_longest(from) > in_longest(to) {
        return Err(format!("`{from}:{to}` ends before it starts in every month"));
    }
    Ok((from, to))
}

/// `january:march`, `1:3`, `December`.
pub fn parse_months(text: &str) -> Result<(u8, u8), String> {
    let (from, to) = parse_range(text, |word| {
        let by_name = MONTHS.iter().position(|m| *m == word).map(|at| at as u8 + 1);
        by_name
            .or_else(|| word.parse().ok().filter(|m| (1..=12).contains(m)))
            .ok_or_else(|| format!("`{}` is not a month: january to december, or 1 to 12", shown(word)))
    })?;
    in_order(from, to)
}

/// `2026:2028`, `2030`.
pub fn parse_years(text: &str) -> Result<(i16, i16), String> {
    let (from, to) = parse_range(text, |word| {
        word.parse().ok().filter(|y| (0..=9999).contains(y)).ok_or_else(|| format!("`{}` is not a year", shown(word)))
    })?;
    in_order(from, to)
}

fn parse_range<T: Copy>(text: &str, one: impl Fn(&str) -> Result<T, String>) -> Result<(T, T), String> {
    let text = text.to_ascii_lowercase();
    match text.split_once(':') {
        None => one(&text).map(|only| (only, only)),
        Some((from, to)) => Ok((one(from)?, one(to)?)),
    }
}

fn in_order<T: PartialOrd + std::fmt::Display>(from: T, to: T) -> Result<(T, T), String> {
    if from <= to { Ok((from, to)) } else { Err(format!("`{from}:{to}` ends before it starts")) }
}

fn shown(text: &str) -> String {
    text.chars().take(40).flat_map(char::escape_debug).collect()
}

impl TimeInterval {
    pub fn contains(&self, at: Instant) -> bool {
        let local = self.location.as_ref().unwrap_or(&TimeZone::UTC).to_datetime(at);
        let minute = local.hour() as u16 * 60 + local.minute() as u16;
        let any = |list_is_empty: bool, hit: bool| list_is_empty || hit;
        let last = local.date().days_in_month();
        let weekday = local.weekday().to_monday_zero_offset();
        any(self.times.is_empty(), self.times.iter().any(|(from, to)| (*from..*to).contains(&minute)))
            && self.weekdays.is_none_or(|days| days.0 >> weekday & 1 == 1)
            && any(self.days_of_month.is_empty(), self.days_of_month.iter().any(|r| covers_day(*r, local.day(), last)))
            && any(self.months.is_empty(), self.months.iter().any(|(a, b)| (*a..=*b).contains(&(local.month() as u8))))
            && any(self.years.is_empty(), self.years.iter().any(|(a, b)| (*a..=*b).contains(&local.year())))
    }
}

/// A range that begins after the end of the month never covers; one that ends after it is clamped by itself.
fn covers_day((from, to): (i8, i8), day: i8, last: i8) -> bool {
    let resolve = |d: i8| if d < 0 { last + d + 1 } else { d };
    (resolve(from)..=resolve(to)).contains(&day)
}
