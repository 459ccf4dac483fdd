//! Instants as people read them: local time with its zone, then UTC. Never one without a zone.

use jiff::{SignedDuration, Zoned, tz::TimeZone};
use meridian_core::Instant;

/// `03:09 HKT, 19:09 UTC`: for an instant that is near, where no day needs saying.
///
/// ```
/// use meridian::notify::when::clock;
/// let zone = jiff::tz::TimeZone::get("Asia/Hong_Kong").unwrap();
/// assert_eq!(clock("2026-11-23T19:09:00Z".parse().unwrap(), &zone), "03:09 HKT, 19:09 UTC");
/// ```
pub fn clock(at: Instant, zone: &TimeZone) -> String {
    written(at, zone, false)
}

/// `Tue 24 Nov, 03:09 HKT, Mon 19:09 UTC`: the local day, and the weekday of UTC where it is another one.
pub fn dated(at: Instant, zone: &TimeZone) -> String {
    format!("{}, {}", at.to_zoned(zone.clone()).strftime("%a %-d %b"), written(at, zone, true))
}

/// The same with the year.
pub fn full(at: Instant, zone: &TimeZone) -> String {
    format!("{}, {}", at.to_zoned(zone.clone()).strftime("%a %-d %b %Y"), written(at, zone, true))
}

/// As short as can be understood at `now`: the day stands there only when it is not near.
pub fn near(at: Instant, now: Instant, zone: &TimeZone) -> String {
    if at.duration_since(now).abs() < SignedDuration::from_hours(12) { clock(at, zone) } else { dated(at, zone) }
}

fn written(at: Instant, zone: &TimeZone, days: bool) -> String {
    let (local, utc) = (at.to_zoned(zone.clone()), at.to_zoned(TimeZone::UTC));
    let word = zone_word(&local);
    if word == "UTC" {
        return format!("{} UTC", hour_minute(&utc));
    }
    let other_day = days && local.date() != utc.date();
    let day = if other_day { format!("{} ", utc.strftime("%a")) } else { String::new() };
    format!("{} {word}, {day}{} UTC", hour_minute(&local), hour_minute(&utc))
}

/// The local figures and the word of the zone, apart, so that the zone can be set small.
pub(super) fn local(at: Instant, zone: &TimeZone) -> (String, String) {
    let zoned = at.to_zoned(zone.clone());
    (hour_minute(&zoned), zone_word(&zoned))
}

/// `1 h 34 min`, `42 min`, `3 d 2 h`; below a minute `under 1 min`.
pub(super) fn span(from: Instant, until: Instant) -> String {
    let minutes = until.duration_since(from).as_mins().max(0);
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, 0) => "under 1 min".to_owned(),
        (0, 0, m) => format!("{m} min"),
        (0, h, m) => format!("{h} h {m} min"),
        (d, h, _) => format!("{d} d {h} h"),
    }
}

fn hour_minute(zoned: &Zoned) -> String {
    zoned.strftime("%H:%M").to_string()
}

/// The abbreviation where the zone has one (`HKT`), else its offset (`UTC+08`).
fn zone_word(zoned: &Zoned) -> String {
    let word = zoned.strftime("%Z").to_string();
    if word.starts_with(['+', '-']) { format!("UTC{word}") } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instant_has_its_zone() {
        let check = |at: &str, zone: &str, expected: &str| {
            assert_eq!(full(at.parse().unwrap(), &TimeZone::get(zone).unwrap()), expected);
        };
        check("2026-11-23T19:09:59Z", "Asia/Hong_Kong", "Tue 24 Nov 2026, 03:09 HKT, Mon 19:09 UTC");
        check("2026-07-01T11:00:00Z", "Europe/London", "Wed 1 Jul 2026, 12:00 BST, 11:00 UTC");
        check("2026-01-01T11:00:00Z", "Europe/London", "Thu 1 Jan 2026, 11:00 GMT, 11:00 UTC");
        check("2026-01-01T11:00:00Z", "Asia/Singapore", "Thu 1 Jan 2026, 19:00 UTC+08, 11:00 UTC");
        check("2026-01-01T11:00:00Z", "UTC", "Thu 1 Jan 2026, 11:00 UTC");
        // Either side of the hour that London has twice.
        check("2026-10-25T00:30:00Z", "Europe/London", "Sun 25 Oct 2026, 01:30 BST, 00:30 UTC");
        check("2026-10-25T01:30:00Z", "Europe/London", "Sun 25 Oct 2026, 01:30 GMT, 01:30 UTC");
    }

    #[test]
    fn the_day_stands_where_it_is_needed() {
        let zone = TimeZone::get("Asia/Hong_Kong").unwrap();
        let check = |at: &str, expected: &str| {
            assert_eq!(near(at.parse().unwrap(), "2026-11-23T19:09:00Z".parse().unwrap(), &zone), expected);
        };
        check("2026-11-23T19:14:00Z", "03:14 HKT, 19:14 UTC");
        check("2026-11-23T07:10:00Z", "15:10 HKT, 07:10 UTC");
        check("2026-11-23T07:09:00Z", "Mon 23 Nov, 15:09 HKT, 07:09 UTC");
        check("2026-11-24T19:09:00Z", "Wed 25 Nov, 03:09 HKT, Tue 19:09 UTC");
    }

    #[test]
    fn spans() {
        let check = |seconds: i64, expected: &str| {
            assert_eq!(span(Instant::UNIX_EPOCH, Instant::from_second(seconds).unwrap()), expected);
        };
        check(-5, "under 1 min");
        check(59, "under 1 min");
        check(60, "1 min");
        check(5640, "1 h 34 min");
        check(93_600, "1 d 2 h");
    }
}
