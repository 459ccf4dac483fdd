//! Every instant that a page shows goes through [`time`]: the figure, its zone set small, and what the switch
//! site / mine / UTC needs to change all of them at once.

use jiff::{SignedDuration, tz::TimeZone};
use maud::{Markup, html};
use meridian_core::Instant;

/// In whose time the reader wants to see instants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reading {
    /// The time of the site that the instant belongs to.
    Site,
    /// The reader's own zone.
    Mine,
    #[default]
    Utc,
}

impl Reading {
    pub const ALL: [Reading; 3] = [Reading::Site, Reading::Mine, Reading::Utc];

    pub fn word(self) -> &'static str {
        match self {
            Reading::Site => "site",
            Reading::Mine => "mine",
            Reading::Utc => "utc",
        }
    }

    pub fn parse(text: &str) -> Option<Reading> {
        Reading::ALL.into_iter().find(|r| r.word() == text)
    }
}

/// What a page needs to show instants: now, the reader's choice, and the zones behind it.
#[derive(Clone, Debug)]
pub struct Clock {
    pub now: Instant,
    pub reading: Reading,
    /// The zone of the reader's site, else the browser's.
    pub mine: TimeZone,
    /// The zone of the site on watch: what "site" means for an instant that belongs to no site.
    pub site: TimeZone,
}

impl Clock {
    /// The zone in which a picture's axis is drawn: a picture that belongs to a site is drawn in its time when the
    /// reader wants that.
    pub fn axis_zone(&self, site: Option<&TimeZone>) -> TimeZone {
        match self.reading {
            Reading::Site => site.unwrap_or(&self.site).clone(),
            Reading::Mine => self.mine.clone(),
            Reading::Utc => TimeZone::UTC,
        }
    }
}

/// What an axis from one instant to another is called: `HKT`, or `GMT/BST` where the clocks change within it.
pub fn axis_name(from: Instant, until: Instant, zone: &TimeZone) -> String {
    let (begin, end) = (zone_mark(from, zone), zone_mark(until, zone));
    if begin == end { begin } else { format!("{begin}/{end}") }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Detail {
    Minute,
    Second,
}

/// `17:46` and `UTC`; with the day before it when that isn't today in this zone, and the year when it isn't this year.
pub fn face(at: Instant, zone: &TimeZone, now: Instant, detail: Detail) -> (String, String) {
    let (there, today) = (at.to_zoned(zone.clone()), now.to_zoned(zone.clone()));
    let clock = match detail {
        Detail::Minute => "%H:%M",
        Detail::Second => "%H:%M:%S",
    };
    let format = match (there.date() == today.date(), there.year() == today.year()) {
        (true, _) => clock.to_owned(),
        (_, true) => format!("%a %-d %b {clock}"),
        _ => format!("%-d %b %Y {clock}"),
    };
    (there.strftime(&format).to_string(), zone_mark(at, zone))
}

/// `UTC`, `HKT`, `EDT`; where a zone has no letters, its offset: `UTC+8`.
pub fn zone_mark(at: Instant, zone: &TimeZone) -> String {
    let mark = at.to_zoned(zone.clone()).strftime("%Z").to_string();
    if mark.starts_with(['+', '-']) { offset(at, zone) } else { mark }
}

/// `UTC+8`, `UTC−3:30`, `UTC+0`.
pub fn offset(at: Instant, zone: &TimeZone) -> String {
    let seconds = zone.to_offset(at).seconds();
    let (sign, minutes) = (if seconds < 0 { '\u{2212}' } else { '+' }, seconds.abs() / 60);
    match minutes % 60 {
        0 => format!("UTC{sign}{}", minutes / 60),
        rest => format!("UTC{sign}{}:{rest:02}", minutes / 60),
    }
}

/// The one way to show an instant. `zone` is that of the site it belongs to, where it belongs to one.
pub fn time(clock: &Clock, at: Instant, zone: Option<&TimeZone>, detail: Detail) -> Markup {
    let site = zone.unwrap_or(&clock.site);
    let say = |zone: &TimeZone| face(at, zone, clock.now, detail);
    let faces = [say(site), say(&clock.mine), say(&TimeZone::UTC)];
    let (figure, mark) = &faces[clock.reading as usize];
    let joined = |i: usize| format!("{}|{}", faces[i].0, faces[i].1);
    html! {
        time datetime=(at) data-site=(joined(0)) data-mine=(joined(1)) data-utc=(joined(2)) { (figure) i { (mark) } }
    }
}

/// Beside a site's own clock: always in that site's time, whatever the switch says; without the day where the next
/// time that clock shows this figure is meant.
pub fn time_there(clock: &Clock, at: Instant, zone: &TimeZone) -> Markup {
    let near = at.duration_since(clock.now).abs() < SignedDuration::from_hours(23);
    let (figure, mark) = face(at, zone, if near { at } else { clock.now }, Detail::Minute);
    html! { time datetime=(at) { (figure) i { (mark) } } }
}

/// How long, in the two units that matter: `44 s`, `4 min`, `2 h 26 min`, `3 d 4 h`.
pub fn lasting(length: SignedDuration) -> String {
    let seconds = length.as_secs().unsigned_abs();
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let two = |big: u64, unit: &str, small: u64, unit2: &str| match small {
        0 => format!("{big}\u{a0}{unit}"),
        _ => format!("{big}\u{a0}{unit} {small}\u{a0}{unit2}"),
    };
    match seconds {
        0..=59 => format!("{seconds}\u{a0}s"),
        60..=3599 => format!("{minutes}\u{a0}min"),
        3600..=86_399 => two(hours, "h", minutes % 60, "min"),
        _ => two(days, "d", hours % 24, "h"),
    }
}

/// The time left until an instant, which the script counts down. Show the instant near it.
pub fn left(clock: &Clock, until: Instant) -> Markup {
    let length = until.duration_since(clock.now);
    html! { span data-until=(until.as_millisecond()) { (if length.is_negative() { "0\u{a0}s".to_owned() } else { lasting(length) }) } }
}

/// The time since an instant, which the script counts up. Show the instant near it.
pub fn elapsed(clock: &Clock, since: Instant) -> Markup {
    html! { span data-since=(since.as_millisecond()) { (lasting(clock.now.duration_since(since))) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instant_has_its_zone() {
        fn check(at: &str, zone: &str, now: &str, expect: (&str, &str)) {
            let zone = TimeZone::get(zone).expect("a zone");
            let got = face(at.parse().expect("an instant"), &zone, now.parse().expect("an instant"), Detail::Minute);
            assert_eq!((got.0.as_str(), got.1.as_str()), expect);
        }
        let now = "2026-03-17T18:12:04Z";
        check("2026-03-17T17:46:19Z", "UTC", now, ("17:46", "UTC"));
        check("2026-03-17T17:46:19Z", "Asia/Hong_Kong", now, ("01:46", "HKT"));
        check("2026-03-17T15:46:19Z", "Asia/Hong_Kong", now, ("Tue 17 Mar 23:46", "HKT"));
        check("2026-03-17T17:46:19Z", "America/New_York", now, ("13:46", "EDT"));
        check("2025-12-31T23:30:00Z", "Europe/London", now, ("31 Dec 2025 23:30", "GMT"));
        check("2026-03-17T17:46:19Z", "America/Sao_Paulo", now, ("14:46", "UTC\u{2212}3"));
        check("2026-03-17T17:46:19Z", "Asia/Kolkata", now, ("23:16", "IST"));
    }

    #[test]
    fn an_axis_follows_the_switch() {
        fn check(reading: Reading, site: Option<&str>, expect: (&str, &str)) {
            let zone = |name: &str| TimeZone::get(name).expect("a zone");
            let now = "2026-03-17T18:12:04Z".parse().expect("an instant");
            let (mine, on_watch) = (zone("America/New_York"), zone("Asia/Hong_Kong"));
            let clock = Clock { now, reading, mine, site: on_watch };
            let zone = clock.axis_zone(site.map(zone).as_ref());
            let name = axis_name(now, now.saturating_add(SignedDuration::from_hours(14 * 24)).expect("later"), &zone);
            assert_eq!((zone.iana_name().unwrap_or_default(), name.as_str()), expect);
        }
        check(Reading::Utc, Some("Europe/London"), ("UTC", "UTC"));
        check(Reading::Site, Some("Europe/London"), ("Europe/London", "GMT/BST"));
        check(Reading::Site, None, ("Asia/Hong_Kong", "HKT"));
        check(Reading::Mine, Some("Europe/London"), ("America/New_York", "EDT"));
    }

    #[test]
    fn lengths_have_two_units_at_most() {
        fn check(seconds: i64, expect: &str) {
            assert_eq!(lasting(SignedDuration::from_secs(seconds)).replace('\u{a0}', " "), expect);
        }
        check(0, "0 s");
        check(44, "44 s");
        check(240, "4 min");
        check(8760, "2 h 26 min");
        check(7200, "2 h");
        check(273_600, "3 d 4 h");
    }
}
