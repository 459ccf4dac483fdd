//! Day and night from the sun, by one function: its declination and the longitude it stands over.
//!
//! Good to about a minute between the polar circles, which is as fine as a page shows it.

use jiff::SignedDuration;
use meridian_core::Instant;

/// The edge of night: the sun's upper rim on the horizon, with refraction.
pub const NIGHT: f64 = -0.833;
/// The edge of civil twilight.
pub const TWILIGHT: f64 = -6.0;

/// Where the sun stands overhead.
#[derive(Clone, Copy, Debug)]
pub struct Sun {
    /// Degrees north.
    pub declination: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
}

/// Low-precision solar coordinates, counted in days from the epoch J2000.
pub fn sun(at: Instant) -> Sun {
    let days = (at.as_millisecond() as f64 / 86_400_000.0) - 10_957.5;
    let mean = (280.460 + 0.985_647_4 * days).rem_euclid(360.0);
    let anomaly = (357.528 + 0.985_600_3 * days).to_radians();
    let ecliptic = (mean + 1.915 * anomaly.sin() + 0.020 * (2.0 * anomaly).sin()).to_radians();
    let tilt = (23.439 - 0.000_000_4 * days).to_radians();
    let ascension = (tilt.cos() * ecliptic.sin()).atan2(ecliptic.cos()).to_degrees();
    let sidereal = 280.460_618_37 + 360.985_647_366_29 * days;
    Sun {
        declination: (tilt.sin() * ecliptic.sin()).asin().to_degrees(),
        longitude: (ascension - sidereal + 180.0).rem_euclid(360.0) - 180.0,
    }
}

/// Half the width of the day at a latitude, in degrees of longitude: 0 in the polar night, 180 in the polar day.
pub fn half_day(latitude: f64, sun: Sun, altitude: f64) -> f64 {
    let (f, d, a) = (latitude.to_radians(), sun.declination.to_radians(), altitude.to_radians());
    let cosine = (a.sin() - f.sin() * d.sin()) / (f.cos() * d.cos());
    cosine.clamp(-1.0, 1.0).acos().to_degrees()
}

pub fn is_day(location: (f64, f64), at: Instant) -> bool {
    let sun = sun(at);
    let away = (location.1 - sun.longitude + 180.0).rem_euclid(360.0) - 180.0;
    away.abs() < half_day(location.0, sun, NIGHT)
}

/// The next sunrise or sunset after an instant (or, backwards, the last before it), within 25 hours.
pub fn next_change(location: (f64, f64), from: Instant, backwards: bool) -> Option<Instant> {
    let step = SignedDuration::from_mins(if backwards { -10 } else { 10 });
    let began = is_day(location, from);
    let mut before = from;
    for _ in 0..150 {
        let after = before.checked_add(step).ok()?;
        if is_day(location, after) != began {
            return Some(edge(location, began, before, after));
        }
        before = after;
    }
    None
}

fn edge(location: (f64, f64), began: bool, mut same: Instant, mut other: Instant) -> Instant {
    for _ in 0..10 {
        let middle = Instant::from_millisecond((same.as_millisecond() + other.as_millisecond()) / 2).unwrap_or(same);
        if is_day(location, middle) == began { same = middle } else { other = middle }
    }
    other
}

/// The nights within a window, as stretches of it.
pub fn nights(location: (f64, f64), from: Instant, until: Instant) -> Vec<(Instant, Instant)> {
    let mut nights = Vec::new();
    let (mut at, mut day) = (from, is_day(location, from));
    while at < until {
        let next = next_change(location, at, false).unwrap_or(until).min(until);
        if !day {
            nights.push((at, next));
        }
        day = !day;
        if next <= at {
            break;
        }
        at = next;
    }
    nights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sunrise_and_sunset_as_almanacs_print_them() {
        fn check(location: (f64, f64), from: &str, expect: &str) {
            let expect: Instant = expect.parse().expect("an instant");
            let got = next_change(location, from.parse().expect("an instant"), false).expect("a change");
            assert!(got.duration_since(expect).abs() <= SignedDuration::from_secs(120), "{got} is not near {expect}");
        }
        let (hong_kong, london, new_york) = ((22.28, 114.16), (51.51, -0.13), (40.71, -74.01));
        check(hong_kong, "2026-03-17T18:12:00Z", "2026-03-17T22:29:00Z");
        check(london, "2026-03-17T12:00:00Z", "2026-03-17T18:08:00Z");
        check(new_york, "2026-03-17T18:12:00Z", "2026-03-17T23:04:00Z");
        check(london, "2026-06-21T12:00:00Z", "2026-06-21T20:21:00Z");
    }

    #[test]
    fn poles_have_no_change() {
        assert_eq!(next_change((85.0, 0.0), "2026-06-21T00:00:00Z".parse().expect("an instant"), false), None);
    }
}
