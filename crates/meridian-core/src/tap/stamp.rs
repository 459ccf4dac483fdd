//! When a message was seen: the log's own time stamp, the message's, or the file's.

use jiff::{civil::DateTime, fmt::strtime, tz::TimeZone};

use super::Piece;
use crate::{Instant, chain::wire::Fault};

/// Where no zone is given.
pub(super) static UTC: TimeZone = TimeZone::UTC;

/// Whose time is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The first of these that there is.
    #[default]
    Any,
    /// The time stamp with which the line of the message begins, or the line before it.
    Log,
    /// What the message itself says.
    Message,
    /// When the file was written last.
    File,
}

impl Clock {
    /// Nanoseconds since 1970. `said`: the message's own time, and why it has none.
    pub(super) fn instant(
        self,
        piece: &Piece<'_>,
        zone: Option<&TimeZone>,
        said: Result<Instant, Fault>,
    ) -> Result<i64, Fault> {
        let zone = zone.unwrap_or(&UTC);
        let log = || {
            let before = String::from_utf8_lossy(piece.before);
            let lines = before.lines().rev().filter(|line| !line.trim().is_empty());
            lines.take(2).find_map(|line| logged(line, zone)).and_then(nanoseconds)
        };
        let fault = |reason: &str, hint| Fault { field: Some("at".into()), reason: reason.to_owned(), hint };
        let of = |at: Instant| nanoseconds(at).ok_or_else(|| fault("the time is out of range", "look at the message"));
        match self {
            Clock::Any => log().map(Ok).unwrap_or_else(|| match (said, piece.written) {
                (Ok(at), _) => of(at),
                (Err(_), Some(written)) => Ok(written),
                (Err(fault), None) => Err(fault),
            }),
            Clock::Log => log().ok_or_else(|| {
                fault("no time stamp stands before the message", "let the log write one, or tell --at message or file")
            }),
            Clock::Message => of(said?),
            Clock::File => piece.written.ok_or_else(|| fault("the file has no time", "tell --at log or message")),
        }
    }
}

fn nanoseconds(at: Instant) -> Option<i64> {
    i64::try_from(at.as_nanosecond()).ok()
}

/// `20261123-18:29:58.123`, as FIX has it.
pub(super) fn compact(text: &str) -> Option<Instant> {
    let parts = strtime::parse("%Y%m%d-%H:%M:%S%.f", text).ok()?;
    Some(parts.to_datetime().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// An instant with its offset, or a wall clock in this zone.
pub(super) fn instant(text: &str, zone: &TimeZone) -> Option<Instant> {
    let wall = || Some(text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok()?.timestamp());
    text.parse().ok().or_else(wall)
}

/// The instant with which a line begins: as FIX writes it, as RFC 3339 has it, or by a wall clock.
pub(super) fn logged(before: &str, zone: &TimeZone) -> Option<Instant> {
    let mut words = before.split_whitespace().map(|word| word.trim_matches(['[', ']', ',', '<', '>', '(', ')']));
    let first = words.next()?;
    let wall = |text: &str| Some(text.parse::<DateTime>().ok()?.to_zoned(zone.clone()).ok()?.timestamp());
    let second = words.next().unwrap_or_default();
    compact(first)
        .or_else(|| first.parse().ok())
        .or_else(|| wall(&format!("{first}T{second}").replace(',', ".")))
        .or_else(|| wall(first))
}
