//! What becomes of the wish to announce something.

use jiff::SignedDuration;

use super::{Announced, Announcement, AnnouncementFact, AnnouncementState, Announcements};
use crate::{
    Instant, Refusal,
    estate::{Estate, nearest},
    id::{AnnouncementId, Name},
};

/// What lasts longer is no announcement any more.
const LASTS_AT_MOST: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How far ahead something can be announced.
const AHEAD_AT_MOST: SignedDuration = SignedDuration::from_hours(2 * 366 * 24);
/// In characters.
const TITLE_MAX: usize = 200;
const REFERENCE_MAX: usize = 60;
/// In bytes.
const TEXT_MAX: usize = 2_000;
/// Announced and not over; more is a loop that announces.
const STANDING_MAX: usize = 1_000;

/// What becomes of it: a fact, or the announcement that says the same already.
#[derive(Clone, Debug, PartialEq)]
pub enum AnnouncePlan {
    Fact(AnnouncementFact),
    Stands(AnnouncementId),
}

fn invalid<T>(field: &'static str, why: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal::Invalid { field, why: why.into() })
}

pub fn plan_announce(
    known: &Announcements,
    estate: &Estate,
    what: Announced,
    now: Instant,
) -> Result<AnnouncePlan, Refusal> {
    let what = checked(estate, what, now)?;
    let stands = |one: &&Announcement| one.withdrawn.is_none() && one.what == what;
    if let Some(same) = known.iter().rev().find(stands) {
        return Ok(AnnouncePlan::Stands(same.id));
    }
    if known.touching(now, Instant::MAX).len() >= STANDING_MAX {
        let why = format!("{STANDING_MAX} announcements are not over; withdraw those that nobody needs");
        return Err(Refusal::Conflict(why));
    }
    Ok(AnnouncePlan::Fact(AnnouncementFact::Made { announcement: known.next_id(), what }))
}

pub fn plan_change(
    known: &Announcements,
    estate: &Estate,
    id: AnnouncementId,
    what: Announced,
    now: Instant,
) -> Result<AnnouncePlan, Refusal> {
    let one = standing(known, id, now)?;
    let what = checked(estate, what, now)?;
    if one.state(now) == AnnouncementState::UnderWay && what.from > now {
        return invalid("from", "it is under way; withdraw it, and announce the later one");
    }
    if one.what == what {
        return Ok(AnnouncePlan::Stands(id));
    }
    Ok(AnnouncePlan::Fact(AnnouncementFact::Changed { announcement: id, what }))
}

pub fn plan_withdraw(
    known: &Announcements,
    id: AnnouncementId,
    reason: String,
    now: Instant,
) -> Result<AnnouncementFact, Refusal> {
    standing(known, id, now)?;
    let reason = text("reason", reason, TEXT_MAX)?;
    Ok(AnnouncementFact::Withdrawn { announcement: id, reason })
}

/// One that can still be changed.
fn standing(known: &Announcements, id: AnnouncementId, now: Instant) -> Result<&Announcement, Refusal> {
    let one = known.get(id).ok_or_else(|| Refusal::NotFound(format!("announcement {id}")))?;
    match (one.state(now), &one.withdrawn) {
        (_, Some((at, _, _))) => Err(Refusal::Conflict(format!("announcement {id} was withdrawn at {at}"))),
        (AnnouncementState::Over, None) => {
            Err(Refusal::Conflict(format!("announcement {id} was over at {}", one.ends_at())))
        }
        _ => Ok(one),
    }
}

fn checked(estate: &Estate, what: Announced, now: Instant) -> Result<Announced, Refusal> {
    let title = line("title", &what.title, TITLE_MAX)?;
    if title.is_empty() {
        return invalid("title", "is empty; say in a few words what it is");
    }
    let reference = line("reference", &what.reference, REFERENCE_MAX)?;
    let link = link(what.link)?;
    if what.until <= what.from {
        return invalid("until", format!("{} is not after the beginning, {}", what.until, what.from));
    }
    if what.until <= now {
        return invalid(
            "until",
            format!("{} is over; only what is to come, or is under way, is announced", what.until),
        );
    }
    if what.until.duration_since(what.from) > LASTS_AT_MOST {
        return invalid("until", "is more than 90 days after the beginning; announce it in parts");
    }
    if what.from.duration_since(now) > AHEAD_AT_MOST {
        return invalid("from", "is more than two years ahead");
    }
    for rota in &what.rotas {
        known("rotas", "rota", rota, estate.rotas.keys())?;
    }
    if let Some(owner) = &what.owner {
        known("owner", "person", owner, estate.persons.keys())?;
    }
    let if_wrong = text("if_wrong", what.if_wrong, TEXT_MAX)?;
    Ok(Announced { title, reference, link, if_wrong, ..what })
}

fn known<'a>(
    field: &'static str,
    kind: &str,
    name: &Name,
    all: impl Iterator<Item = &'a Name> + Clone,
) -> Result<(), Refusal> {
    if all.clone().any(|known| known == name) {
        return Ok(());
    }
    let meant = nearest(name.as_str(), all.map(Name::as_str));
    let meant = meant.map(|meant| format!("; did you mean `{meant}`?")).unwrap_or_default();
    invalid(field, format!("no {kind} of the estate is called `{name}`{meant}"))
}

/// One line of at most so many characters, without control characters.
fn line(field: &'static str, said: &str, most: usize) -> Result<String, Refusal> {
    let said = said.trim();
    let long = said.chars().count();
    if long > most {
        return invalid(field, format!("has {long} characters; at most {most}"));
    }
    if said.chars().any(char::is_control) {
        return invalid(field, "holds control characters; write it in one line");
    }
    Ok(said.to_owned())
}

fn text(field: &'static str, said: String, most: usize) -> Result<String, Refusal> {
    if said.len() > most {
        return invalid(field, format!("has {} bytes; at most {most}", said.len()));
    }
    Ok(said.trim().to_owned())
}

/// An address of the web: anything else could run in the reader's browser.
fn link(said: String) -> Result<String, Refusal> {
    let link = text("link", said, TEXT_MAX)?;
    let lower = link.to_ascii_lowercase();
    let host = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let plain = !link.chars().any(|c| c.is_whitespace() || c.is_control());
    let fits = link.is_empty() || (plain && host.is_some_and(|host| !host.is_empty() && !host.starts_with('/')));
    if fits {
        Ok(link)
    } else {
        invalid("link", format!("`{}` is no address that begins with https:// or http://", link.escape_debug()))
    }
}
