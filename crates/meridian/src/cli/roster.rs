//! `meridian oncall` and `meridian shifts`: who is on watch, as the estate's files, a journal or a running server has it.
//!
//! What it does *not* do: it computes nothing of its own. The same answer is printed in the same bytes, wherever it
//! comes from.

pub mod source;

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{Instant, estate::nearest, roster::Shift};
use serde::{Deserialize, Serialize};

pub use source::{Asked, Source, Unanswered};

/// A longer window would print more lines than anybody reads.
const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(100 * 366 * 24);

/// A shift as scripts read it; the instants are RFC 3339 in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    rota: String,
    layer: String,
    role: String,
    person: String,
    site: String,
    from: Instant,
    until: Instant,
    because: String,
    /// Of the site, for people.
    #[serde(default, skip_serializing)]
    zone: Option<String>,
}

impl Row {
    fn new(shift: Shift, zone: Option<&TimeZone>) -> Row {
        Row {
            rota: shift.rota.to_string(),
            layer: shift.layer.to_string(),
            role: shift.role.word().to_owned(),
            person: shift.person.to_string(),
            site: shift.site.to_string(),
            from: shift.from,
            until: shift.until,
            because: shift.because.to_string(),
            zone: zone.and_then(TimeZone::iana_name).map(str::to_owned),
        }
    }
}

/// A rota that nobody watches at an instant, and when that changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unwatched {
    rota: String,
    at: Instant,
    next: Option<Instant>,
}

/// Reads an instant of the command line.
pub fn instant(text: &str) -> Result<Instant, String> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        format!("`{}` is not an instant: write RFC 3339 like 2026-03-08T06:55:00Z", shown.escape_debug())
    })
}

/// What is printed, and what is said beside it of overrides that cover nobody or give way to later ones.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub text: String,
    pub remarks: Vec<String>,
}

/// Shifts, and what is worth knowing about the overrides among them.
#[derive(Clone, Debug, Default, Deserialize)]
struct Found {
    items: Vec<Row>,
    #[serde(default)]
    remarks: Vec<String>,
}

/// Who is on watch at `at`, in one rota or in all. `None`: now.
pub fn oncall(source: &Source, rota: Option<&str>, at: Option<Instant>, json: bool) -> Result<Said, Unanswered> {
    let Found { items: rows, remarks } = source.on_watch(rota, at)?;
    if json {
        return Ok(Said { text: as_json(&rows)?, remarks });
    }
    let rotas = source.rotas(rota)?;
    let mut text = table(&rows);
    for rota in rotas.iter().filter(|rota| rows.iter().all(|row| row.rota != **rota)) {
        let Unwatched { rota, at, next } = source.unwatched(rota, at)?;
        let next = match next {
            Some(next) => format!("until {}", minute(next)),
            None => "and that does not change".to_owned(),
        };
        text += &format!("{rota}: nobody is on watch at {}, {next}\n", minute(at));
    }
    if rotas.is_empty() {
        text += "The estate has no rota.\n";
    }
    Ok(Said { text, remarks })
}

/// The shifts of a rota in `[from, to)`.
pub fn shifts(source: &Source, rota: &str, from: Instant, to: Instant, json: bool) -> Result<Said, Unanswered> {
    if from >= to {
        return Err(format!("--to {to} is not after --from {from}").into());
    }
    if from.duration_until(to) > WINDOW_MAX {
        return Err(format!("from {from} to {to} are more than 100 years: ask for less at a time").into());
    }
    let Found { items: rows, remarks } = source.shifts(rota, from, to)?;
    let text = match (json, rows.is_empty()) {
        (true, _) => as_json(&rows)?,
        (false, true) => format!("{rota}: nobody is on watch from {} to {}\n", minute(from), minute(to)),
        (false, false) => table(&rows),
    };
    Ok(Said { text, remarks })
}

pub(super) fn no_rota<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let hint = nearest(name, known).map_or(String::new(), |known| format!("; did you mean `{known}`?"));
    let shown: String = name.chars().take(80).collect();
    format!("the estate has no rota `{}`{hint}", shown.escape_debug())
}

fn as_json(rows: &[Row]) -> Result<String, Unanswered> {
    serde_json::to_string_pretty(rows).map_err(|error| error.to_string().into())
}

/// As people read it: in UTC, and on the wall clock of the site.
fn table(rows: &[Row]) -> String {
    let head = ["ROTA", "LAYER", "ROLE", "PERSON", "FROM", "UNTIL", "AT THE SITE", "BECAUSE"].map(str::to_owned);
    let cells = |row: &Row| {
        let zone = row.zone.as_deref().and_then(|name| TimeZone::get(name).ok());
        [
            row.rota.clone(),
            row.layer.clone(),
            row.role.clone(),
            row.person.clone(),
            minute(row.from),
            minute(row.until),
            zone.map_or_else(String::new, |zone| at_site(&zone, row)),
            row.because.clone(),
        ]
    };
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<[String; 8]> = std::iter::once(head).chain(rows.iter().map(cells)).collect();
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let line = |row: &[String; 8]| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

fn minute(instant: Instant) -> String {
    instant.strftime("%Y-%m-%d %H:%MZ").to_string()
}

/// `Mon 2026-03-09 08:00-17:00 Asia/Hong_Kong`; with the day of the end where that is another.
fn at_site(zone: &TimeZone, row: &Row) -> String {
    let (from, until) = (zone.to_datetime(row.from), zone.to_datetime(row.until));
    let end = if from.date() == until.date() { "%H:%M" } else { " %a %Y-%m-%d %H:%M" };
    let dash = if from.date() == until.date() { "-" } else { " -" };
    let name = zone.iana_name().unwrap_or("local time");
    format!("{}{dash}{} {name}", from.strftime("%a %Y-%m-%d %H:%M"), until.strftime(end))
}

#[cfg(test)]
mod tests;
