//! The axis of every picture over time: where an instant stands, and which figures stand along it in a zone.
//!
//! Figures are wall clock, so they are found on the wall clock: an hour that a clock change skips has no tick, one that
//! it repeats has two, and a day of 23 or 25 hours begins where it does there. What it does *not* do: place words.

use jiff::{Zoned, civil, tz::AmbiguousOffset, tz::TimeZone};
use meridian_core::Instant;

use super::time::{Clock, axis_name};

/// The window and its marks.
#[derive(Clone, Debug)]
pub struct Axis {
    pub from: Instant,
    pub until: Instant,
    pub now: Instant,
    /// The zone of the figures on top.
    pub zone: TimeZone,
    /// What stands beside them: `UTC`, `HKT`.
    pub zone_name: String,
    /// Hours between two figures on top: 2 for a day, 24 for a fortnight.
    pub every_hours: i64,
}

/// One figure of an axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    pub at: Instant,
    pub local: Zoned,
    /// The first instant of its day there, which is not midnight where a clock change skips that.
    pub new_day: bool,
}

/// The ticks of `[from, until)` in a zone: the first instant of each day, and each full hour of its wall clock that
/// `every_hours` divides. With 24 the days alone.
pub fn ticks(zone: &TimeZone, from: Instant, until: Instant, every_hours: i64) -> Vec<Tick> {
    let mut ticks = Vec::new();
    let (mut day, last) = (from.to_zoned(zone.clone()).date(), until.to_zoned(zone.clone()).date());
    let hours = (0..24_i8).filter(|hour| every_hours > 0 && i64::from(*hour) % every_hours == 0);
    let hours: Vec<i8> = hours.collect();
    while day <= last {
        of_day(zone, day, &hours, &mut ticks);
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    ticks.retain(|tick| from <= tick.at && tick.at < until);
    ticks.sort_by_key(|tick| tick.at);
    ticks.dedup_by_key(|tick| tick.at);
    ticks
}

fn of_day(zone: &TimeZone, day: civil::Date, hours: &[i8], ticks: &mut Vec<Tick>) {
    // A day that a zone skipped as a whole begins on another date.
    let begins = day.to_zoned(zone.clone()).and_then(|zoned| zoned.start_of_day()).ok();
    if let Some(local) = begins.filter(|local| local.date() == day) {
        ticks.push(Tick { at: local.timestamp(), local, new_day: true });
    }
    for hour in hours {
        let wall = day.at(*hour, 0, 0, 0);
        let offsets = match zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } => vec![offset],
            AmbiguousOffset::Gap { .. } => Vec::new(),
            AmbiguousOffset::Fold { before, after } => vec![before, after],
        };
        let instants = offsets.into_iter().filter_map(|offset| offset.to_timestamp(wall).ok());
        ticks.extend(instants.map(|at| Tick { at, local: at.to_zoned(zone.clone()), new_day: false }));
    }
    // The midnight that begins the day was found twice: the one that says so goes first.
    ticks.sort_by_key(|tick| (tick.at, !tick.new_day));
}

impl Axis {
    /// In the zone that the reader chose for all instants.
    pub fn of(clock: &Clock, from: Instant, until: Instant, every_hours: i64) -> Axis {
        let zone = clock.axis_zone(None);
        Axis { from, until, now: clock.now, zone_name: axis_name(from, until, &zone), zone, every_hours }
    }

    /// The least width of the picture in pixels, as the style sheet has it: a narrower frame scrolls.
    pub fn narrow(&self) -> f64 {
        if self.every_hours == 24 { 980.0 } else { 680.0 }
    }

    /// The same on a screen of 1440 and more.
    pub fn wide(&self) -> f64 {
        if self.every_hours == 24 { 1080.0 } else { 820.0 }
    }

    pub fn weeks(&self) -> i64 {
        // A week with a clock change is an hour shorter or longer.
        (self.until.as_second() - self.from.as_second() + 7200) / (7 * 86_400)
    }

    /// Per cent of the width, clipped to the window.
    pub fn at(&self, at: Instant) -> f64 {
        let whole = (self.until.as_second() - self.from.as_second()).max(1) as f64;
        ((at.as_second() - self.from.as_second()) as f64 / whole * 100.0).clamp(0.0, 100.0)
    }

    pub fn x(&self, at: Instant) -> String {
        format!("{:.3}%", self.at(at))
    }

    pub fn width(&self, from: Instant, until: Instant) -> String {
        format!("{:.3}%", (self.at(until) - self.at(from)).max(0.0))
    }

    /// Where the now-line stands, if it does.
    pub fn now(&self) -> Option<f64> {
        (self.from <= self.now && self.now < self.until).then(|| self.at(self.now))
    }

    /// Whether a figure of the axis stands whole in the picture and clear of the now-line. `left` and `right` say how
    /// far it reaches from `at`, in pixels.
    pub fn clear(&self, at: Instant, left: f64, right: f64) -> bool {
        let pixels = |percent: f64| percent / 100.0 * self.narrow();
        let inside = pixels(100.0 - self.at(at)) > right;
        inside
            && self.now().is_none_or(|now| {
                let away = pixels(now - self.at(at));
                away < -left - 3.0 || away > right + 3.0
            })
    }

    /// The ticks of a zone within the window.
    pub fn ticks(&self, zone: &TimeZone, every_hours: i64) -> Vec<Tick> {
        ticks(zone, self.from, self.until, every_hours)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use proptest::prelude::*;

    use super::*;

    fn figures(zone: &str, from: &str, hours: i64, every: i64) -> String {
        let zone = TimeZone::get(zone).expect("a zone");
        let from: Instant = from.parse().expect("an instant");
        let until = from.saturating_add(SignedDuration::from_hours(hours)).expect("an instant");
        let say = |tick: &Tick| tick.local.strftime(if tick.new_day { "%a %H" } else { "%H" }).to_string();
        ticks(&zone, from, until, every).iter().map(say).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn figures_are_those_of_the_wall_clock() {
        fn check(zone: &str, from: &str, hours: i64, every: i64, expect: &str) {
            assert_eq!(figures(zone, from, hours, every), expect, "{zone} from {from}");
        }
        check("UTC", "2026-03-17T20:12:00Z", 12, 2, "22 Wed 00 02 04 06 08");
        check("Asia/Kolkata", "2026-03-17T16:00:00Z", 6, 2, "22 Wed 00 02");
        check("Asia/Kathmandu", "2026-03-17T18:00:00Z", 2, 1, "Wed 00 01");
        // London springs from 01:00 to 02:00 on 29 March, and goes back from 02:00 to 01:00 on 25 October.
        check("Europe/London", "2026-03-29T00:00:00Z", 4, 1, "Sun 00 02 03 04");
        check("Europe/London", "2026-10-25T00:00:00Z", 4, 1, "01 01 02 03");
        check("Europe/London", "2026-03-28T00:00:00Z", 71, 24, "Sat 00 Sun 00 Mon 00");
        // Half an hour, at two in the night.
        check("Australia/Lord_Howe", "2026-10-03T14:00:00Z", 3, 1, "01 03");
        // The day begins at one: midnight does not exist.
        check("America/Havana", "2026-03-08T03:00:00Z", 4, 2, "22 Sun 01 02");
        // A whole day that never was.
        check("Pacific/Apia", "2011-12-29T11:00:00Z", 48, 12, "12 Sat 00 12 Sun 00");
        check("UTC", "2026-03-17T20:00:00Z", 4, 0, "");
    }

    /// The same question, asked of every quarter of an hour.
    fn walked(zone: &TimeZone, from: Instant, until: Instant, every: i64) -> Vec<Instant> {
        let mut found = Vec::new();
        let first = from.as_second().div_euclid(900) * 900;
        let mut before: Option<Zoned> = None;
        let mut second = first - 900;
        while second < until.as_second() {
            let Ok(at) = Instant::from_second(second) else { break };
            let local = at.to_zoned(zone.clone());
            let new_day = before.as_ref().is_some_and(|before| before.date() < local.date());
            let hour = local.minute() == 0 && i64::from(local.hour()) % every == 0;
            if from <= at && at < until && (hour || new_day) {
                found.push(at);
            }
            before = Some(local);
            second += 900;
        }
        found
    }

    proptest! {
        #[test]
        fn every_tick_is_there_and_no_other(
            zone in prop::sample::select(vec![
                "UTC", "Europe/London", "America/New_York", "Asia/Hong_Kong", "Australia/Lord_Howe", "Asia/Kathmandu",
                "America/St_Johns", "Pacific/Chatham", "America/Havana", "Africa/Cairo", "Pacific/Apia", "Asia/Beirut",
            ]),
            second in 1_260_000_000_i64..1_900_000_000,
            hours in 1_i64..120,
            every in prop::sample::select(vec![1_i64, 2, 3, 6, 12, 24]),
        ) {
            let zone = TimeZone::get(zone).expect("a zone");
            let from = Instant::from_second(second).expect("an instant");
            let until = from.saturating_add(SignedDuration::from_hours(hours)).expect("an instant");
            let found: Vec<Instant> = ticks(&zone, from, until, every).iter().map(|tick| tick.at).collect();
            prop_assert_eq!(found, walked(&zone, from, until, every));
        }
    }
}
