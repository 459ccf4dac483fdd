//! Public holidays, as a built-in table.
//!
//! What it does *not* do: it does not guess. Outside [`covered_years`] it knows no holiday, and whoever shows a rota
//! that closes on holidays says so. What a site keeps beside a table is in [`SiteCalendar`](super::SiteCalendar).

use std::{ops::RangeInclusive, sync::LazyLock};

use jiff::civil::Date;

use super::offsets::{DAY, wall_seconds};

macro_rules! tables {
    ($($name:literal),* $(,)?) => {
        const NAMES: &[&str] = &[$($name),*];
        const TEXTS: &[&str] = &[$(include_str!(concat!("data/", $name, ".csv"))),*];
    };
}

tables!(
    "au-nsw-public",
    "ch-zurich-public",
    "cn-public",
    "de-hesse-public",
    "england-public",
    "fr-public",
    "hk-public",
    "in-maharashtra-public",
    "jp-public",
    "sg-public",
    "us-public",
);

static TABLES: LazyLock<Vec<Vec<(i64, &'static str)>>> =
    LazyLock::new(|| TEXTS.iter().map(|text| read(text)).collect());

/// Days since 1970-01-01, in order, each with the name of its holiday.
fn read(text: &'static str) -> Vec<(i64, &'static str)> {
    let mut days: Vec<_> = text
        .lines()
        .filter_map(|line| {
            let (date, name) = line.split_once(',')?;
            Some((day_number(date.parse().ok()?), name.trim_matches('"')))
        })
        .collect();
    days.sort_unstable();
    days
}

pub(super) fn day_number(date: Date) -> i64 {
    wall_seconds(date.to_datetime(jiff::civil::Time::midnight())) / DAY
}

/// The calendars that are built in, by name.
pub fn calendars() -> &'static [&'static str] {
    NAMES
}

/// The years that a calendar knows; none for an unknown calendar.
pub fn covered_years(calendar: &str) -> Option<RangeInclusive<i16>> {
    NAMES.contains(&calendar).then_some(2024..=2030)
}

/// The name of the holiday on this date; none as well for an unknown calendar or a year that is not covered.
///
/// ```
/// use jiff::civil::date;
/// use meridian_core::calendar::holiday;
/// assert_eq!(holiday("england-public", date(2026, 12, 25)), Some("Christmas Day"));
/// assert_eq!(holiday("england-public", date(2026, 12, 24)), None);
/// ```
pub fn holiday(calendar: &str, date: Date) -> Option<&'static str> {
    let days = holidays(calendar);
    days.binary_search_by_key(&day_number(date), |day| day.0).ok().map(|found| days[found].1)
}

/// All holidays of a calendar as days since 1970-01-01, in order.
pub(super) fn holidays(calendar: &str) -> &'static [(i64, &'static str)] {
    NAMES.iter().position(|name| *name == calendar).map_or(&[], |found| &TABLES[found])
}
