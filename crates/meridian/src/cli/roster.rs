//! `meridian oncall` and `meridian shifts`: who is on watch, as the estate alone has it.
//!
//! What it does *not* do: it asks no server, so overrides that were added at run time do not show here.

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Instant,
    estate::{Estate, Rota, nearest},
    roster::{self, Shift},
};
use serde::Serialize;

/// A longer window would print more lines than anybody reads.
const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(100 * 366 * 24);

/// A shift as scripts read it; the instants are RFC 3339 in UTC.
#[derive(Serialize)]
struct Row<'a> {
    rota: &'a str,
    layer: &'a str,
    role: &'a str,
    person: &'a str,
    site: &'a str,
    from: Instant,
    until: Instant,
    because: String,
}

/// Reads an instant of the command line.
pub fn instant(text: &str) -> Result<Instant, String> {
    text.parse().map_err(|_| {
        let shown: String = text.chars().take(60).collect();
        format!("`{}` is not an instant: write RFC 3339 like 2026-03-08T06:55:00Z", shown.escape_debug())
    })
}

/// Who is on watch at `at`, in one rota or in all.
pub fn oncall(estate: &Estate, rota: Option<&str>, at: Instant, json: bool) -> Result<String, String> {
    let rotas: Vec<&Rota> = match rota {
        Some(name) => vec![find(estate, name)?],
        None => estate.rotas.values().collect(),
    };
    let found: Vec<(&Rota, Vec<Shift>)> = rotas.iter().map(|rota| (*rota, roster::on_watch(rota, &[], at))).collect();
    if json {
        return as_json(found.iter().flat_map(|(_, shifts)| shifts));
    }
    let mut text = table(estate, found.iter().flat_map(|(_, shifts)| shifts));
    for (rota, _) in found.iter().filter(|(_, shifts)| shifts.is_empty()) {
        let next = match roster::next_change(rota, &[], at) {
            Some(next) => format!("until {}", minute(next)),
            None => "and that does not change".to_owned(),
        };
        text += &format!("{}: nobody is on watch at {}, {next}\n", rota.name, minute(at));
    }
    if rotas.is_empty() {
        text += "The estate has no rota.\n";
    }
    Ok(text)
}

/// The shifts of a rota in `[from, to)`.
pub fn shifts(estate: &Estate, rota: &str, from: Instant, to: Instant, json: bool) -> Result<String, String> {
    let rota = find(estate, rota)?;
    if from >= to {
        return Err(format!("--to {to} is not after --from {from}"));
    }
    if from.duration_until(to) > WINDOW_MAX {
        return Err(format!("from {from} to {to} are more than 100 years: ask for less at a time"));
    }
    let shifts = roster::shifts(rota, &[], from, to);
    if json {
        return as_json(&shifts);
    }
    if shifts.is_empty() {
        return Ok(format!("{}: nobody is on watch from {} to {}\n", rota.name, minute(from), minute(to)));
    }
    Ok(table(estate, &shifts))
}

fn find<'a>(estate: &'a Estate, name: &str) -> Result<&'a Rota, String> {
    estate.rotas.get(name).ok_or_else(|| {
        let meant = nearest(name, estate.rotas.keys().map(|known| known.as_str()));
        let hint = meant.map_or(String::new(), |known| format!("; did you mean `{known}`?"));
        let shown: String = name.chars().take(80).collect();
        format!("the estate has no rota `{}`{hint}", shown.escape_debug())
    })
}

fn as_json<'a>(shifts: impl IntoIterator<Item = &'a Shift>) -> Result<String, String> {
    let row = |shift: &'a Shift| Row {
        rota: shift.rota.as_str(),
        layer: &shift.layer,
        role: shift.role.word(),
        person: shift.person.as_str(),
        site: shift.site.as_str(),
        from: shift.from,
        until: shift.until,
        because: shift.because.to_string(),
    };
    let rows: Vec<Row<'_>> = shifts.into_iter().map(row).collect();
    serde_json::to_string_pretty(&rows).map_err(|error| error.to_string())
}

/// As people read it: in UTC, and on the wall clock of the site.
fn table<'a>(estate: &Estate, shifts: impl IntoIterator<Item = &'a Shift>) -> String {
    let head = ["ROTA", "LAYER", "ROLE", "PERSON", "FROM", "UNTIL", "AT THE SITE", "BECAUSE"].map(str::to_owned);
    let mut rows = vec![head];
    rows.extend(shifts.into_iter().map(|shift| {
        [
            shift.rota.to_string(),
            shift.layer.to_string(),
            shift.role.word().to_owned(),
            shift.person.to_string(),
            minute(shift.from),
            minute(shift.until),
            estate.sites.get(&shift.site).map_or_else(String::new, |site| at_site(&site.zone, shift)),
            shift.because.to_string(),
        ]
    }));
    if rows.len() == 1 {
        return String::new();
    }
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
fn at_site(zone: &TimeZone, shift: &Shift) -> String {
    let (from, until) = (zone.to_datetime(shift.from), zone.to_datetime(shift.until));
    let end = if from.date() == until.date() { "%H:%M" } else { " %a %Y-%m-%d %H:%M" };
    let dash = if from.date() == until.date() { "-" } else { " -" };
    let name = zone.iana_name().unwrap_or("local time");
    format!("{}{dash}{} {name}", from.strftime("%a %Y-%m-%d %H:%M"), until.strftime(end))
}

#[cfg(test)]
mod tests;
