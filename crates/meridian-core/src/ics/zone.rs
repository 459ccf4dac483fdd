//! Which zone a `TZID` means.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
};

use jiff::{
    SignedDuration,
    civil::DateTime,
    tz::{Offset, TimeZone, TimeZoneDatabase},
};

use super::recur::Rule;
use crate::Instant;

static WINDOWS: LazyLock<BTreeMap<String, &'static str>> = LazyLock::new(|| {
    let rows = include_str!("windows-zones.csv").lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| line.split_once(',')).map(|(name, zone)| (name.to_lowercase(), zone)).collect()
});

/// The zones that Meridian was built with, so that a file means the same on every machine.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// How a file describes a zone itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Described {
    /// The IANA name that some exporters add.
    pub location: Option<String>,
    pub observances: Vec<Observance>,
}

/// Summer time, or winter time.
#[derive(Clone, Debug)]
pub(super) struct Observance {
    pub start: DateTime,
    pub rule: Option<Rule>,
    /// In seconds.
    pub before: i32,
    pub during: i32,
}

#[derive(Clone, Debug)]
pub(super) enum Zone {
    Known(TimeZone),
    Described(Arc<Described>),
}

impl Zone {
    /// The zone of a name: IANA's, Windows', or one that the file describes.
    pub fn find(name: &str, described: Option<&Arc<Described>>) -> Option<Zone> {
        let location = described.and_then(|described| described.location.as_deref());
        let found = known(name).or_else(|| location.and_then(known)).map(Zone::Known);
        found.or_else(|| described.filter(|d| !d.observances.is_empty()).map(|d| Zone::Described(d.clone())))
    }

    /// A wall clock that does not exist is the first after the gap; of one that is shown twice, the first.
    pub fn instant(&self, wall: DateTime) -> Option<Instant> {
        match self {
            Zone::Known(zone) => zone.to_ambiguous_zoned(wall).compatible().ok().map(|zoned| zoned.timestamp()),
            Zone::Described(described) => {
                let offset = Offset::from_seconds(described.offset(wall)).ok()?;
                offset.to_timestamp(wall).ok()
            }
        }
    }
}

impl Described {
    fn offset(&self, wall: DateTime) -> i32 {
        let onsets = self.observances.iter().filter_map(|observance| Some((observance.last(wall)?, observance.during)));
        let before = || self.observances.iter().min_by_key(|observance| observance.start).map(|first| first.before);
        onsets.max().map(|(_, offset)| offset).or_else(before).unwrap_or_default()
    }
}

impl Observance {
    /// When it began for the last time, up to `wall`.
    fn last(&self, wall: DateTime) -> Option<DateTime> {
        if wall < self.start {
            return None;
        }
        let Some(rule) = &self.rule else { return Some(self.start) };
        let mut last = self.start;
        let earlier = wall.checked_sub(SignedDuration::from_hours(24 * 800)).unwrap_or(self.start);
        let until = rule.until.map(|until| match until {
            super::value::Written::Date(date) => date.at(23, 59, 59, 0),
            super::value::Written::Utc(at) | super::value::Written::Local(at) => at,
        });
        rule.walk(self.start, earlier.date(), &mut 10_000, |onset| {
            let counts = onset <= wall && until.is_none_or(|until| onset <= until);
            if counts {
                last = last.max(onset);
            }
            counts
        });
        Some(last)
    }
}

fn known(name: &str) -> Option<TimeZone> {
    let name = name.trim().trim_matches('"');
    let utc = ["utc", "gmt", "z", "coordinated universal time", "tzone://microsoft/utc"];
    if utc.contains(&name.to_lowercase().as_str()) {
        return Some(TimeZone::UTC);
    }
    if let Some(zone) = WINDOWS.get(&name.to_lowercase()) {
        return iana(zone);
    }
    // `/freeassociation.sourceforge.net/Europe/London` and its like: the name is what stands at the end.
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty()).collect();
    let tails = (0..parts.len()).map(|skip| parts[skip..].join("/")).filter(|tail| tail.len() < 64);
    tails.take(6).find_map(|tail| iana(&tail))
}

fn iana(name: &str) -> Option<TimeZone> {
    let zone = ZONES.get(name).ok()?;
    zone.iana_name().is_some_and(|known| known != "Etc/Unknown").then_some(zone)
}
