//! Any log, by a regular expression with named groups.
//!
//! The groups are `id` and `at`, which must be there, and `seq`, `lane`, `digest`, `amount`, `currency`, `outcome`. A line
//! that does not match tells of no message. It does *not* guess: a time without an offset needs a zone.

use std::fmt;

use jiff::{civil::DateTime, fmt::strtime, tz::TimeZone};
use regex::Regex;
use serde_json::Value;

use super::{Seen, excerpt};
use crate::{Instant, chain::wire::Fault};

const GROUPS: [&str; 8] = ["id", "seq", "at", "lane", "digest", "amount", "currency", "outcome"];

/// A regular expression and how its times are written.
#[derive(Clone, Debug)]
pub struct Pattern {
    regex: Regex,
    /// As `strptime` has it. None: RFC 3339, or an integer of nanoseconds since 1970.
    time_format: Option<String>,
    /// Of times without an offset. In a fold the earlier instant is meant, in a gap the one after it.
    zone: Option<TimeZone>,
}

/// Why a pattern can't be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatternError(pub String);

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PatternError {}

impl Pattern {
    pub fn new(regex: &str, time_format: Option<String>, zone: Option<&str>) -> Result<Pattern, PatternError> {
        let regex = Regex::new(regex).map_err(|error| PatternError(format!("the pattern can't be read: {error}")))?;
        let groups: Vec<&str> = regex.capture_names().flatten().collect();
        let known = GROUPS.join(", ");
        if let Some(strange) = groups.iter().find(|group| !GROUPS.contains(group)) {
            return Err(PatternError(format!("the pattern has a group `{strange}`; it may have {known}")));
        }
        if let Some(missing) = ["id", "at"].into_iter().find(|group| !groups.contains(group)) {
            return Err(PatternError(format!("the pattern has no group `{missing}`: write (?P<{missing}>…)")));
        }
        let zone = zone.map(|name| {
            TimeZone::get(name)
                .map_err(|_| PatternError(format!("`{name}` is no time zone; write it as in Europe/London or UTC")))
        });
        Ok(Pattern { regex, time_format, zone: zone.transpose()? })
    }

    pub(super) fn see(&self, line: &[u8]) -> Result<Option<Seen>, Fault> {
        let line = String::from_utf8_lossy(line);
        let Some(groups) = self.regex.captures(&line) else { return Ok(None) };
        let mut seen = Seen::new();
        for name in GROUPS {
            let Some(text) = groups.name(name).map(|group| group.as_str()).filter(|text| !text.is_empty()) else {
                continue;
            };
            let value = match name {
                "at" => Value::from(self.instant(text)?),
                "seq" => Value::from(text.parse::<u64>().map_err(|_| {
                    fault(
                        "seq",
                        format!("`{}` is no number of 64 bits", excerpt(text)),
                        "let the group match digits only",
                    )
                })?),
                "outcome" => Value::from(text.to_ascii_lowercase()),
                _ => Value::from(text),
            };
            seen.insert(name.to_owned(), value);
        }
        Ok(Some(seen))
    }

    /// Nanoseconds since 1970.
    fn instant(&self, text: &str) -> Result<i64, Fault> {
        let at = self.parsed(text).and_then(|at| i64::try_from(at.as_nanosecond()).ok());
        at.ok_or_else(|| {
            let reason = match &self.time_format {
                Some(format) => format!("`{}` is no instant written as `{format}`", excerpt(text)),
                None => format!("`{}` is no instant of RFC 3339 and no integer of nanoseconds", excerpt(text)),
            };
            fault("at", reason, "give the time format, and the zone where the text has no offset")
        })
    }

    fn parsed(&self, text: &str) -> Option<Instant> {
        let local = |time: DateTime| Some(time.to_zoned(self.zone.clone()?).ok()?.timestamp());
        match &self.time_format {
            Some(format) => {
                let parts = strtime::parse(format, text).ok()?;
                parts.to_timestamp().ok().or_else(|| local(parts.to_datetime().ok()?))
            }
            None => {
                let digits = text.parse().ok().and_then(|nanos: i64| Instant::from_nanosecond(nanos.into()).ok());
                digits.or_else(|| text.parse().ok()).or_else(|| local(text.parse().ok()?))
            }
        }
    }
}

fn fault(field: &str, reason: String, hint: &'static str) -> Fault {
    Fault { field: Some(field.into()), reason, hint }
}
