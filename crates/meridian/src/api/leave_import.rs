//! `POST /leave/import`: the leave of a person, from a calendar that they keep elsewhere.
//!
//! All of it or nothing: what can't be read refuses the whole, unless the rest is wanted all the same. What it does *not*
//! do: fetch a calendar. Whoever sends it has read it.

use axum::{Json, extract::State, http::StatusCode};
use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use meridian_core::{
    Command, Instant, Reply,
    access::Action,
    cover::{LeaveImport, Remark},
    ics,
    id::ChangeId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Body, Caller, Problem, cover::person};
use crate::serve::House;

/// A calendar of 100,000 events fits into it.
pub const CALENDAR_BYTES_MAX: usize = 32 << 20;
/// So many of what can't be read are named.
const PROBLEMS_SHOWN: usize = 20;

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewImport {
    /// Whose leave it is. Absent: whoever asks.
    person: Option<String>,
    /// The text of the iCalendar file. Times without a zone are by the clock of the person's site.
    calendar: String,
    /// Tells several calendars of one person apart; an import removes what vanished from its own source alone.
    #[serde(default = "usual_source")]
    source: String,
    /// The first day that is read (`2026-03-30`). Absent: today.
    from: Option<String>,
    /// The end, which is not read any more. Absent: three years after the beginning.
    until: Option<String>,
    /// Import what can be read, and name what can't.
    #[serde(default)]
    lenient: bool,
}

fn usual_source() -> String {
    "calendar".into()
}

/// What became of the calendar.
#[derive(Serialize, ToSchema)]
pub struct ImportView {
    /// Events in the file, all times of it.
    events: usize,
    /// The changes that were made.
    added: Vec<u64>,
    changed: Vec<u64>,
    /// Those that stand in the calendar no more.
    removed: Vec<u64>,
    unchanged: usize,
    /// So many were over already.
    past: usize,
    /// What could not be read, if the rest was wanted all the same.
    unread: Vec<String>,
    remarks: Vec<String>,
}

pub async fn import_leave(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewImport, CALENDAR_BYTES_MAX>,
) -> Result<Json<ImportView>, Problem> {
    let actor = caller.authorize(Action::Override)?;
    let person = person(&house, &caller, "person", wish.person.as_deref())?;
    let zone = {
        let world = house.keeper.world();
        let site = world.estate().persons.get(&person).map(|person| &person.site);
        site.and_then(|site| world.estate().sites.get(site)).map_or(TimeZone::UTC, |site| site.zone.clone())
    };
    let today = house.clock.now().to_zoned(zone.clone()).date();
    let from = day("from", wish.from.as_deref())?.unwrap_or(today);
    let until = day("until", wish.until.as_deref())?.unwrap_or_else(|| from.saturating_add(3.years()));
    if from >= until {
        return Err(Problem::field("until", format!("{until} is not after {from}")));
    }
    let (calendar, of) = (wish.calendar, zone.clone());
    // Days are read by UTC: one more on either side has all that the site's clock has in them.
    let (first, last) = (from.saturating_sub(1.day()), until.saturating_add(1.day()));
    // A large file takes its time, and whoever pages must not wait for it.
    let read = tokio::task::spawn_blocking(move || ics::read(calendar.as_bytes(), &of, first, last)).await;
    let read = read.map_err(|error| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, error.to_string()))?;
    let read = read.map_err(|why| Problem::field("calendar", format!("{why}. Nothing was imported")))?;
    let unread = unread(&read, wish.lenient)?;
    let midnight = |day: Date| day.to_zoned(zone.clone()).map_or(Instant::MAX, |zoned| zoned.timestamp());
    let (events, from, until) = (ics::leave(&read), midnight(from), midnight(until));
    let command = Command::ImportLeave(LeaveImport { person, source: wish.source, events, from, until });
    let Reply::Imported(done) = house.keeper.ask(actor, command).await? else {
        return Err(Problem::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "it was imported, but what became of it is not known",
        ));
    };
    let ids = |of: &[ChangeId]| of.iter().map(|id| id.0).collect();
    Ok(Json(ImportView {
        events: read.events,
        added: ids(&done.added),
        changed: ids(&done.changed),
        removed: ids(&done.removed),
        unchanged: done.unchanged,
        past: done.past,
        unread,
        remarks: done.remarks.iter().map(Remark::words).collect(),
    }))
}

fn day(field: &str, text: Option<&str>) -> Result<Option<Date>, Problem> {
    let wrong = |text: &str| Problem::field(field, format!("`{}` is no day like 2026-03-30", text.escape_debug()));
    text.map(|text| text.parse().map_err(|_| wrong(&text.chars().take(40).collect::<String>()))).transpose()
}

/// What can't be read, as far as it is named; refused as a whole, unless the rest is wanted.
fn unread(read: &ics::Read, lenient: bool) -> Result<Vec<String>, Problem> {
    let mut unread: Vec<String> = read.problems.iter().take(PROBLEMS_SHOWN).map(ToString::to_string).collect();
    if read.broken > unread.len() {
        unread.push(format!("and {} more", read.broken - unread.len()));
    }
    if read.broken == 0 || lenient {
        return Ok(unread);
    }
    let count = format!("{} of {} events can't be read", read.broken, read.events);
    let why = format!("{count}: {}. Nothing was imported; `lenient` imports the others", unread.join("; "));
    Err(Problem::field("calendar", why))
}
