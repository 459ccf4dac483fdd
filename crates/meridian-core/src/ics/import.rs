//! What a file of events means as holidays of a site, and as leave of a person.

use std::collections::BTreeMap;

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};

use super::{Occurrence, Problem, Read, Span};
use crate::Instant;

/// The whole days within `[from, until)`, each with what is celebrated. An hour is no holiday: what is not a whole day
/// by the clock of `zone` is named, and left out.
pub fn holidays(read: &Read, zone: &TimeZone, from: Date, until: Date) -> (BTreeMap<Date, String>, Vec<Problem>) {
    let (mut days, mut hours): (BTreeMap<Date, Vec<&str>>, Vec<Problem>) = (BTreeMap::new(), Vec::new());
    for one in &read.occurrences {
        let Some((first, last)) = whole_days(&one.span, zone) else {
            let at = when(&one.span, zone);
            hours
                .push(Problem { line: one.line, what: format!("{} takes no whole day ({at}): left out", called(one)) });
            continue;
        };
        for day in first.series(1.day()).take_while(|day| *day <= last && *day < until).filter(|day| *day >= from) {
            let names = days.entry(day).or_default();
            if !names.contains(&one.summary.as_str()) {
                names.push(&one.summary);
            }
        }
    }
    let name = |names: Vec<&str>| {
        let names: Vec<&str> = names.into_iter().filter(|name| !name.is_empty()).collect();
        if names.is_empty() { "Holiday".to_owned() } else { names.join("; ") }
    };
    (days.into_iter().map(|(day, names)| (day, name(names))).collect(), hours)
}

/// A time in which somebody is away.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Away {
    pub when: Span,
    pub note: String,
    /// What the event is called in its calendar; empty if it has no name.
    pub uid: String,
}

/// The stretches of a file that last, each once.
pub fn leave(read: &Read) -> Vec<Away> {
    let lasts = |one: &&Occurrence| !matches!(one.span, Span::Time { from, until } if from >= until);
    let away = |one: &Occurrence| Away { when: one.span, note: one.summary.clone(), uid: one.uid.clone() };
    let mut all: Vec<Away> = read.occurrences.iter().filter(lasts).map(away).collect();
    all.sort();
    all.dedup_by(|a, b| (&a.when, &a.note) == (&b.when, &b.note));
    all
}

fn called(one: &Occurrence) -> String {
    if one.summary.is_empty() { "this event".to_owned() } else { format!("`{}`", one.summary) }
}

/// The first and the last day, where the span has nothing but whole days.
fn whole_days(span: &Span, zone: &TimeZone) -> Option<(Date, Date)> {
    match span {
        Span::Days { first, last } => Some((*first, *last)),
        Span::Time { from, until } => {
            let midnight = |at: Instant| {
                let day = at.to_zoned(zone.clone()).date();
                (day.to_zoned(zone.clone()).ok()?.timestamp() == at).then_some(day)
            };
            let (first, after) = (midnight(*from)?, midnight(*until)?);
            let last = after.yesterday().ok()?;
            (first <= last).then_some((first, last))
        }
    }
}

fn when(span: &Span, zone: &TimeZone) -> String {
    match span {
        Span::Days { first, last } => format!("{first} to {last}"),
        Span::Time { from, until } => {
            let wall = |at: &Instant| at.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            format!("{} to {}", wall(from), wall(until))
        }
    }
}
