//! Rotas as tests write them.

mod change;
mod coverage;
mod edge;
mod fair_plan;
mod fairness;
mod hours;
mod oracle;
mod plan;
mod rotation;

use jiff::{civil::DateTime, tz::TimeZone};

use crate::{
    Instant,
    calendar::{Days, Hours},
    estate::{Every, Holidays, Layer, Member, Override, Role, Rota, Rotation, Turns, Unit},
    id::Name,
    roster::shifts,
};

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

pub fn rota(layers: impl IntoIterator<Item = Layer>) -> Rota {
    let layers = layers.into_iter().collect();
    Rota {
        name: name("payments"),
        display_name: "Payments".into(),
        team: None,
        layers,
        overrides: vec![],
        handoff: None,
    }
}

/// `layer("london", "Europe/London", "mon-fri 08:00-17:00; sat 09:00-12:00", "2026-01-05T08:00", "1 week", "ana bob+cem")`,
/// and `"4 day, 3 day"`, `"ana bob[2026-03-01..2026-09-01] cem[..2026-04-01T12:00]"`.
pub fn layer(site: &str, zone: &str, hours: &str, start: &str, every: &str, members: &str) -> Layer {
    let hours = hours.split(';').map(str::trim).filter(|text| !text.is_empty()).map(|text| {
        let (days, times) = text.split_once(' ').unwrap();
        let (from, to) = times.split_once('-').unwrap();
        Hours { days: Days::parse(days).unwrap(), from: from.parse().unwrap(), to: to.parse().unwrap() }
    });
    let every = every.split(", ").map(|part| {
        let (count, unit) = part.split_once(' ').unwrap();
        let unit = match unit {
            "hour" => Unit::Hours,
            "day" => Unit::Days,
            "week" => Unit::Weeks,
            "month" => Unit::Months,
            other => panic!("{other}"),
        };
        Every { count: count.parse().unwrap(), unit }
    });
    let members = members.split(' ').map(|turn| turn.split('+').map(member).collect()).collect();
    Layer {
        name: site.into(),
        site: name(site),
        zone: TimeZone::get(zone).unwrap(),
        role: Role::Primary,
        hours: hours.collect(),
        holidays: Holidays::Staffed,
        calendar: crate::calendar::SiteCalendar::default(),
        needs: vec![],
        rotation: Rotation {
            start: start.parse::<DateTime>().unwrap(),
            every: every.collect(),
            turns: Turns::Elapsed,
            members,
        },
    }
}

fn member(text: &str) -> Member {
    let Some((person, dates)) = text.split_once('[') else { return name(text).into() };
    let (from, until) = dates.trim_end_matches(']').split_once("..").unwrap();
    let date = |text: &str| {
        (!text.is_empty()).then(|| text.parse().unwrap_or_else(|_| format!("{text}T00:00").parse().unwrap()))
    };
    Member { person: name(person), from: date(from), until: date(until) }
}

/// `stand_in("2026-02-17T00:00Z", "2026-02-18T00:00Z", "wen > mei")`, `"> mei"`, `"wen > mei @hong-kong"`
pub fn stand_in(from: &str, until: &str, who: &str) -> Override {
    let (who, layer) = match who.split_once(" @") {
        Some((who, layer)) => (who, Some(layer.to_owned())),
        None => (who, None),
    };
    let (replace, with) = who.split_once("> ").unwrap();
    let replace = Some(replace.trim()).filter(|text| !text.is_empty()).map(name);
    Override { from: at(from), until: at(until), replace, with: name(with), layer }
}

pub fn written(rota: &Rota, added: &[Override], from: &str, until: &str) -> Vec<String> {
    let minute = |instant: Instant| instant.to_string().replace(":00Z", "Z");
    let line = |s: &crate::roster::Shift| format!("{} {} {} {}", minute(s.from), minute(s.until), s.layer, s.person);
    shifts(rota, added, at(from), at(until)).iter().map(line).collect()
}

/// The shifts of a window, each as `FROM UNTIL LAYER PERSON`, minutes in UTC.
pub fn check(rota: &Rota, added: &[Override], from: &str, until: &str, expected: &[&str]) {
    assert_eq!(written(rota, added, from, until), expected, "{from} to {until} of {rota:#?} {added:#?}");
}
