//! A file of events as the days and hours that they take within a window.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

use jiff::{civil::Date, tz::TimeZone};

use super::{
    event::{Key, Meaning, Raw, Understood},
    line::{Property, properties},
    recur::Rule,
    value::{Written, offset, written},
    zone::{Described, Observance},
};
use crate::Instant;

pub const BYTES_MAX: usize = 64 << 20;
pub const EVENTS_MAX: usize = 100_000;
pub const OCCURRENCES_MAX: usize = 100_000;
/// What all rules of a file may cost together, in days looked at.
const STEPS_MAX: u32 = 5_000_000;
const PROBLEMS_MAX: usize = 1_000;
const DEPTH_MAX: usize = 16;
const ZONES_MAX: usize = 1_000;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// By their beginning.
    pub occurrences: Vec<Occurrence>,
    /// What could not be read, and is not among the occurrences. At most a thousand are kept.
    pub problems: Vec<Problem>,
    /// How many events could not be read.
    pub broken: usize,
    pub events: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Occurrence {
    /// On which line its event begins.
    pub line: u32,
    /// Of the event; the same for all its occurrences.
    pub uid: String,
    pub summary: String,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Span {
    /// Whole days, both included.
    Days {
        first: Date,
        last: Date,
    },
    Time {
        from: Instant,
        until: Instant,
    },
}

/// Something in the file that makes no sense, or that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub line: u32,
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

/// Why nothing of a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    NotACalendar,
    TooLarge,
    TooManyEvents,
    TooManyOccurrences,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::NotACalendar => f.write_str("no BEGIN:VCALENDAR stands here: it is no iCalendar file"),
            Refused::TooLarge => write!(f, "it is larger than {} MiB; export a shorter time", BYTES_MAX >> 20),
            Refused::TooManyEvents => write!(f, "it has more than {EVENTS_MAX} events; export a shorter time"),
            Refused::TooManyOccurrences => {
                write!(
                    f,
                    "its events take place more than {OCCURRENCES_MAX} times, or their rules need too long; name a shorter time"
                )
            }
        }
    }
}

impl Span {
    pub(super) fn has_part_of(&self, from: Date, until: Date) -> bool {
        let instant = |date: Date| date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        match self {
            Span::Days { first, last } => *first < until && from <= *last,
            // By UTC: who asks for the days of a site asks for one more on either side.
            Span::Time { from: begin, until: end } => {
                instant(until).map_or(true, |until| *begin < until) && instant(from).map_or(true, |from| from <= *end)
            }
        }
    }
}

/// Reads what takes place in `[from, until)`. Times without a zone are in `zone`.
///
/// ```
/// use jiff::{civil::date, tz::TimeZone};
/// use meridian_core::ics::{Span, read};
/// let file = b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Christmas\nDTSTART;VALUE=DATE:20201225\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR\n";
/// let read = read(file, &TimeZone::UTC, date(2026, 1, 1), date(2027, 1, 1)).unwrap();
/// assert_eq!(read.occurrences[0].span, Span::Days { first: date(2026, 12, 25), last: date(2026, 12, 25) });
/// ```
pub fn read(bytes: &[u8], zone: &TimeZone, from: Date, until: Date) -> Result<Read, Refused> {
    if bytes.len() > BYTES_MAX {
        return Err(Refused::TooLarge);
    }
    let mut file = File::default();
    properties(bytes, |property| file.take(property));
    if let Some(refused) = file.refused {
        return Err(refused);
    }
    if !file.is_calendar {
        return Err(Refused::NotACalendar);
    }
    file.finish(zone, from, until)
}

#[derive(Default)]
struct File {
    is_calendar: bool,
    refused: Option<Refused>,
    /// The components that are open.
    open: Vec<String>,
    event: Option<Raw>,
    events: Vec<Raw>,
    zone: Option<(Option<String>, Described)>,
    observance: Option<(Option<Property>, Option<Property>, Option<i32>, Option<i32>)>,
    zones: BTreeMap<String, Arc<Described>>,
    found: Read,
}

impl File {
    /// False: the rest is of no interest.
    fn take(&mut self, property: Property) -> bool {
        match property.name.as_str() {
            "BEGIN" => self.begin(&property),
            "END" => self.end(&property.value.to_ascii_uppercase()),
            _ => match (self.open.last().map(String::as_str), &mut self.event, &mut self.zone) {
                (Some("VEVENT"), Some(event), _) => event.take(property),
                (Some("VTIMEZONE"), _, Some((name, described))) => match property.name.as_str() {
                    "TZID" => *name = Some(property.value),
                    "X-LIC-LOCATION" => described.location = Some(property.value),
                    _ => {}
                },
                (Some("STANDARD" | "DAYLIGHT"), _, Some(_)) => self.observed(property),
                _ => {}
            },
        }
        self.refused.is_none()
    }

    fn begin(&mut self, property: &Property) {
        let name = property.value.to_ascii_uppercase();
        match name.as_str() {
            "VCALENDAR" => self.is_calendar = true,
            "VEVENT" => {
                self.unfinished();
                self.event = Some(Raw::at(property.line));
            }
            "VTIMEZONE" => self.zone = Some((None, Described::default())),
            "STANDARD" | "DAYLIGHT" => self.observance = Some((None, None, None, None)),
            _ => {}
        }
        if self.open.len() < DEPTH_MAX {
            self.open.push(name);
        }
    }

    fn end(&mut self, name: &str) {
        // Whatever was opened within it and not closed ends with it.
        if let Some(at) = self.open.iter().rposition(|open| open == name) {
            self.open.truncate(at);
        }
        match name {
            "VEVENT" => {
                if let Some(event) = self.event.take() {
                    if self.events.len() == EVENTS_MAX {
                        self.refused = Some(Refused::TooManyEvents);
                        return;
                    }
                    self.events.push(event);
                }
            }
            "STANDARD" | "DAYLIGHT" => self.end_observance(),
            "VTIMEZONE" => {
                if let Some((Some(name), described)) = self.zone.take()
                    && self.zones.len() < ZONES_MAX
                {
                    self.zones.insert(name, Arc::new(described));
                }
            }
            _ => {}
        }
    }

    fn observed(&mut self, property: Property) {
        let Some((start, rule, before, during)) = &mut self.observance else { return };
        match property.name.as_str() {
            "DTSTART" => *start = Some(property),
            "RRULE" => *rule = Some(property),
            "TZOFFSETFROM" => *before = offset(&property.value),
            "TZOFFSETTO" => *during = offset(&property.value),
            _ => {}
        }
    }

    /// One that makes no sense is left out: then the zone is not known, and each event in it says so.
    fn end_observance(&mut self) {
        let (Some((Some(start), rule, before, Some(during))), Some((_, described))) =
            (self.observance.take(), &mut self.zone)
        else {
            return;
        };
        let rule = match rule.map(|rule| Rule::parse(&rule.value)) {
            None => None,
            Some(Ok(rule)) => Some(rule),
            Some(Err(_)) => return,
        };
        if let Ok(Written::Local(start) | Written::Utc(start)) = written(&start.value)
            && described.observances.len() < 200
        {
            described.observances.push(Observance { start, rule, before: before.unwrap_or(during), during });
        }
    }

    fn unfinished(&mut self) {
        if let Some(event) = self.event.take() {
            self.problem(Problem { line: event.line, what: "this event has no END:VEVENT".into() });
        }
    }

    fn problem(&mut self, problem: Problem) {
        self.found.broken += 1;
        if self.found.problems.len() < PROBLEMS_MAX {
            self.found.problems.push(problem);
        }
    }

    fn finish(mut self, zone: &TimeZone, from: Date, until: Date) -> Result<Read, Refused> {
        self.unfinished();
        let (events, zones) = (newest(std::mem::take(&mut self.events)), std::mem::take(&mut self.zones));
        self.found.events = events.len();
        let mut meaning = Meaning { zone, described: &zones, known: BTreeMap::new() };
        let mut understood: Vec<(Raw, Understood)> = Vec::with_capacity(events.len());
        for raw in events {
            // One that is cancelled takes its place away, but takes none.
            match Understood::new(&raw, &mut meaning) {
                Ok(event) => understood.push((raw, event)),
                Err(_) if raw.cancelled && !raw.is_one_of_many() => {}
                Err(problem) => self.problem(problem),
            }
        }
        let moved = understood.iter().filter_map(|(raw, event)| Some((raw.uid.clone(), event.instead_of?)));
        let moved: BTreeSet<(String, Key)> = moved.collect();
        let mut steps = STEPS_MAX;
        let mut found = Vec::new();
        for (raw, event) in understood.iter().filter(|(raw, _)| !raw.cancelled) {
            let within = event.occurrences((from, until), &mut steps, |key, span| {
                let is_moved = !moved.is_empty() && !raw.is_one_of_many() && moved.contains(&(raw.uid.clone(), key));
                if !is_moved
                    && !found.iter().rev().take(1).any(|last: &Occurrence| last.line == raw.line && last.span == span)
                {
                    let (uid, summary) = (raw.uid.clone(), raw.summary.clone());
                    found.push(Occurrence { line: raw.line, uid, summary, span });
                }
                found.len() <= OCCURRENCES_MAX
            });
            if !within || found.len() > OCCURRENCES_MAX {
                return Err(Refused::TooManyOccurrences);
            }
        }
        found.sort_by_key(|occurrence| (occurrence.span, occurrence.line));
        self.found.problems.sort_by_key(|problem| problem.line);
        Ok(Read { occurrences: found, ..self.found })
    }
}

/// Of an event that stands there several times the newest; those that have no name, and single occurrences, stay.
fn newest(events: Vec<Raw>) -> Vec<Raw> {
    let mut kept: BTreeMap<String, usize> = BTreeMap::new();
    for (number, event) in
        events.iter().enumerate().filter(|(_, event)| !event.uid.is_empty() && !event.is_one_of_many())
    {
        let best = kept.entry(event.uid.clone()).or_insert(number);
        if events[*best].sequence <= event.sequence {
            *best = number;
        }
    }
    let is_newest = |(number, event): &(usize, Raw)| {
        event.is_one_of_many() || kept.get(&event.uid).is_none_or(|best| best == number)
    };
    events.into_iter().enumerate().filter(is_newest).map(|(_, event)| event).collect()
}
