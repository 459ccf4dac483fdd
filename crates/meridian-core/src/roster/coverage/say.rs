//! The findings in words, as the command line and the API tell them. Times are in UTC and by the clocks of both sites.

use jiff::{SignedDuration, tz::TimeZone};

use super::{Because, ClockChange, End, Finding, Phase, Place, Proposal, Scope, Side, Stretch, What};
use crate::{Instant, calendar::Hours, estate::Estate, id::Name};

/// The beginning of the list, and how many more there are.
const LISTED: usize = 4;

impl Scope {
    /// The name of the rota, `team NAME` or `the whole estate`.
    pub fn words(&self) -> String {
        match self {
            Scope::Rota(name) => name.to_string(),
            Scope::Team(name) => format!("team {name}"),
            Scope::Estate => "the whole estate".to_owned(),
        }
    }
}

impl Finding {
    /// What it is, without when.
    pub fn title(&self, estate: &Estate) -> String {
        let layer = |side: &Side| side.place.title(estate);
        match &self.what {
            What::Hole { leaving: Some(leaving), arriving: Some(arriving) } => {
                format!("nobody is on watch between {} and {}", layer(leaving), layer(arriving))
            }
            What::Hole { leaving: Some(leaving), .. } => format!("nobody is on watch after {}", layer(leaving)),
            What::Hole { arriving: Some(arriving), .. } => format!("nobody is on watch before {}", layer(arriving)),
            What::Hole { .. } => "nobody is on watch".to_owned(),
            What::UnstaffedHoliday { layer } => {
                format!("{} is closed for a holiday and nobody covers", layer.title(estate))
            }
            What::Unreachable { person } => format!("{person} is on watch and may not be reached"),
            What::Away { person } => format!("{person} is on watch while away and nobody covers"),
            What::IdleOverride { with, replace: Some(replace) } => {
                format!("the override that puts {with} in place of {replace} changes nothing")
            }
            What::IdleOverride { with, .. } => format!("the override that adds {with} changes nothing"),
            What::DoubleCover { leaving, arriving } if leaving.place == arriving.place => {
                format!("two people of {} are on watch at once", layer(leaving))
            }
            What::DoubleCover { leaving, arriving } => {
                format!("{} and {} watch the same site at once", layer(leaving), layer(arriving))
            }
            What::Overlap { leaving, arriving } => format!("{} overlaps with {}", layer(leaving), layer(arriving)),
        }
    }

    /// The sites on either side, the one that leaves first.
    pub fn sites(&self) -> Vec<&Name> {
        let mut sites = match &self.what {
            What::Hole { leaving, arriving } => {
                [leaving, arriving].into_iter().flatten().map(|side| &side.place.site).collect()
            }
            What::UnstaffedHoliday { layer } => vec![&layer.site],
            What::Away { .. } | What::Unreachable { .. } | What::IdleOverride { .. } => vec![],
            What::DoubleCover { leaving, arriving } | What::Overlap { leaving, arriving } => {
                vec![&leaving.place.site, &arriving.place.site]
            }
        };
        sites.dedup();
        sites
    }
}

impl super::HoursChange {
    /// The hours that the layer does not have yet.
    fn added(&self, estate: &Estate) -> Vec<Hours> {
        let rota = estate.rotas.get(&self.place.rota);
        let layer = rota.and_then(|rota| rota.layers.iter().find(|layer| layer.name == self.place.layer));
        let has = layer.map_or(&[][..], |layer| layer.hours.as_slice());
        self.hours.iter().filter(|hours| !has.contains(hours)).copied().collect()
    }
}

impl Place {
    /// As people call the layer: one that is named like its site is called like it.
    pub fn title(&self, estate: &Estate) -> String {
        let site = estate.sites.get(&self.site).filter(|_| self.layer == self.site.as_str());
        site.map_or_else(|| self.layer.clone(), |site| site.display_name.clone())
    }
}

fn site<'a>(estate: &'a Estate, name: &'a Name) -> &'a str {
    estate.sites.get(name).map_or(name.as_str(), |site| &site.display_name)
}

impl Phase {
    /// The whole days among the clipped ones: the first that is as long as any.
    pub fn example(&self) -> Option<Stretch> {
        let length = self.length();
        self.stretches.iter().copied().find(|(from, until)| until.duration_since(*from) == length)
    }

    /// `22:30-00:00 UTC (1 h 30 min) on 39 days, Mon 5 Jan 2026 to Fri 6 Mar 2026`.
    pub fn when(&self) -> String {
        let (Some(first), Some(last), Some(example)) = (self.stretches.first(), self.stretches.last(), self.example())
        else {
            return String::new();
        };
        let (times, length) = (span(example, &TimeZone::UTC), lasting(self.length()));
        // The first and the last may be cut off by the window.
        let inner = self.stretches.get(1..self.days() - 1).unwrap_or_default();
        let alike = inner.iter().all(|stretch| span(*stretch, &TimeZone::UTC) == times);
        match self.days() {
            1 => format!("{} {times} UTC ({length})", day(first.0)),
            days if alike => format!("{times} UTC ({length}) on {days} days, {} to {}", day(first.0), day(last.0)),
            days => format!("up to {length} on {days} days, {} to {}", day(first.0), day(last.0)),
        }
    }

    /// The same by the clock of a site: `17:30-19:00`.
    pub fn there(&self, zone: &TimeZone) -> Option<String> {
        self.example().map(|example| span(example, zone))
    }
}

impl ClockChange {
    /// `New York's clock change on 8 Mar 2026 (UTC-5 to UTC-4)`.
    pub fn words(&self, estate: &Estate) -> String {
        let site = site(estate, &self.site);
        let on = self.at.strftime("%-d %b %Y");
        format!("{site}'s clock change on {on} ({} to {})", offset(self.from_offset), offset(self.to_offset))
    }
}

impl Because {
    /// The kind of reason, as scripts read it.
    pub fn word(&self) -> &'static str {
        match self {
            Because::HoursEnd(_) => "hours-end",
            Because::HoursBegin(_) => "hours-begin",
            Because::DaysOff { .. } => "days-off",
            Because::ClockChange(_) => "clock-change",
            Because::Holiday { .. } => "holiday",
            Because::RotationNotStarted { .. } => "rotation-not-started",
            Because::MemberLeft { .. } => "member-left",
            Because::MemberJoins { .. } => "member-joins",
            Because::NoPrimary => "no-primary",
            Because::Reach(_) => "reach",
            Because::Relied { .. } => "relied",
            Because::Away { .. } => "away",
            Because::NotOnWatch { .. } => "not-on-watch",
        }
    }

    pub fn words(&self, estate: &Estate) -> String {
        match self {
            Because::HoursEnd(side) => {
                format!("{} ends at {} {}", side.place.title(estate), side.wall, zone(estate, &side.place.site))
            }
            Because::HoursBegin(side) => {
                format!("{} begins at {} {}", side.place.title(estate), side.wall, zone(estate, &side.place.site))
            }
            Because::DaysOff { days } => format!("no layer has hours on {days}"),
            Because::ClockChange(change) => change.words(estate),
            Because::Holiday { date, name, .. } => {
                format!("{name} on {}", date.strftime("%a %-d %b %Y"))
            }
            Because::RotationNotStarted { layer, start } => {
                let start = start.strftime("%a %-d %b %Y %H:%M");
                format!("the rotation of {} starts on {start} {}", layer.title(estate), zone(estate, &layer.site))
            }
            Because::MemberLeft { person, layer, until } => {
                format!("{person} leaves {} on {}", layer.title(estate), until.strftime("%a %-d %b %Y"))
            }
            Because::MemberJoins { person, layer, from } => {
                format!("{person} joins {} on {}", layer.title(estate), from.strftime("%a %-d %b %Y"))
            }
            Because::NoPrimary => "no layer of the rota is primary".to_owned(),
            Because::Reach(reach) => reach.to_string(),
            Because::Away { person, away } => {
                let at = |at: Instant| at.strftime("%a %-d %b %Y %H:%M").to_string();
                format!("{person} is {} from {} to {} UTC", away.words(), at(away.from), at(away.until))
            }
            Because::NotOnWatch { replace: Some(replace), layer: Some(layer) } => {
                format!("{replace} is not on watch in {layer} then")
            }
            Because::NotOnWatch { replace: Some(replace), .. } => format!("{replace} is not on watch then"),
            Because::NotOnWatch { .. } => "the rota has no such layer".to_owned(),
            Because::Relied { escalation } => format!("the escalation {escalation} asks here first"),
        }
    }
}

impl Proposal {
    /// `New York until 20:00`, or `New York until 18:30 and Hong Kong from 06:30`.
    pub fn words(&self, estate: &Estate) -> String {
        let one = |change: &super::HoursChange| {
            if change.end == End::Days {
                let hours: Vec<String> = change.added(estate).iter().map(ToString::to_string).collect();
                return format!("{} also {}", change.place.title(estate), hours.join(", "));
            }
            let word = if change.end == End::Until { "until" } else { "from" };
            format!("{} {word} {}", change.place.title(estate), change.wall)
        };
        self.changes.iter().map(one).collect::<Vec<_>>().join(" and ")
    }
}

/// Whose clock a wall clock is by.
fn zone(estate: &Estate, name: &Name) -> String {
    let zone = estate.sites.get(name).and_then(|site| site.zone.iana_name());
    zone.unwrap_or(name.as_str()).to_owned()
}

/// The first of a list, and how many there are besides.
pub fn listed(mut words: Vec<String>) -> String {
    let more = words.len().saturating_sub(LISTED);
    words.truncate(if more > 1 { LISTED } else { LISTED + 1 });
    if more > 1 {
        words.push(format!("and {more} more"));
    }
    words.join("; ")
}

fn day(at: Instant) -> String {
    at.strftime("%a %-d %b %Y").to_string()
}

fn offset(seconds: i32) -> String {
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    let rest = if minutes % 60 == 0 { String::new() } else { format!(":{:02}", minutes % 60) };
    format!("UTC{sign}{}{rest}", minutes / 60)
}

/// `22:30-00:00`, with the days where it is longer than one.
pub fn span((from, until): Stretch, zone: &TimeZone) -> String {
    let (from, until) = (zone.to_datetime(from), zone.to_datetime(until));
    let long = until.duration_since(from) >= SignedDuration::from_hours(24);
    let format = if long { "%a %H:%M" } else { "%H:%M" };
    format!("{}-{}", from.strftime(format), until.strftime(format))
}

/// `1 h 30 min`, `2 d 9 h`.
pub fn lasting(length: SignedDuration) -> String {
    let minutes = (length.as_secs() + 30) / 60;
    let parts = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "min")];
    let words: Vec<String> = parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if words.is_empty() { "under a minute".to_owned() } else { words.join(" ") }
}
