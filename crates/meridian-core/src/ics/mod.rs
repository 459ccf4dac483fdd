//! iCalendar (RFC 5545): what Meridian writes of it, and what it reads.
//!
//! Written are events between two instants, in UTC: a zone without its rules is an hour off in one client, and a
//! floating time means something else in each. Read is what people's calendars export, with tolerance for how they do,
//! and with limits, so that no file takes more than its share of time or memory.
//!
//! What this does *not* do: it knows no shift, no site and no person, and it opens no file.

mod event;
mod import;
mod line;
mod read;
mod recur;
mod value;
mod write;
mod zone;

pub use import::{Away, holidays, leave};
pub use read::{BYTES_MAX, EVENTS_MAX, OCCURRENCES_MAX, Occurrence, Problem, Read, Refused, Span, read};
pub use write::{Calendar, Event, REFRESH_MINUTES};

#[cfg(test)]
mod tests;
