//! A calendar as text: CRLF, lines folded at 75 octets and never within a character, texts escaped.

use jiff::{RoundMode, TimestampRound, Unit};

use crate::Instant;

/// How often a client is asked to look again. Some look when they like.
pub const REFRESH_MINUTES: u32 = 15;
const LINE_BYTES_MAX: usize = 75;

/// Events under a name.
///
/// A calendar knows whole seconds only. An event's ends are told at the next whole second, so that at each whole second
/// the calendar shows exactly what is then; an event that no whole second falls into is left out.
///
/// ```
/// use meridian_core::ics::{Calendar, Event};
/// let event = Event {
///     uid: "payments.hk.2026-03-09.wen@meridian".into(),
///     sequence: 7,
///     modified: "2026-03-01T10:00:00Z".parse().unwrap(),
///     from: "2026-03-09T00:00:00Z".parse().unwrap(),
///     until: "2026-03-09T09:00:00Z".parse().unwrap(),
///     summary: "On watch: Payments (primary)".into(),
///     description: "one\ntwo".into(),
///     location: "Hong Kong; Central".into(),
///     url: "https://meridian.example.com/rotas/payments".into(),
/// };
/// let text = Calendar { name: "Wen".into(), events: vec![event] }.to_ics();
/// assert!(text.contains("\r\nDTSTART:20260309T000000Z\r\nDTEND:20260309T090000Z\r\n"));
/// assert!(text.contains("\r\nDESCRIPTION:one\\ntwo\r\nLOCATION:Hong Kong\\; Central\r\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    pub name: String,
    pub events: Vec<Event>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub uid: String,
    pub sequence: u64,
    pub modified: Instant,
    pub from: Instant,
    pub until: Instant,
    pub summary: String,
    pub description: String,
    pub location: String,
    pub url: String,
}

impl Calendar {
    pub fn to_ics(&self) -> String {
        let mut out = Lines(String::with_capacity(512 + 640 * self.events.len()));
        out.plain("BEGIN", "VCALENDAR");
        out.plain("VERSION", "2.0");
        out.plain("PRODID", "-//Meridian//Rotas//EN");
        out.plain("CALSCALE", "GREGORIAN");
        out.plain("METHOD", "PUBLISH");
        out.text("NAME", &self.name);
        out.text("X-WR-CALNAME", &self.name);
        out.plain("REFRESH-INTERVAL;VALUE=DURATION", &format!("PT{REFRESH_MINUTES}M"));
        out.plain("X-PUBLISHED-TTL", &format!("PT{REFRESH_MINUTES}M"));
        let lasting = self.events.iter().filter(|event| next_second(event.from) < next_second(event.until));
        lasting.for_each(|event| event.write(&mut out));
        out.plain("END", "VCALENDAR");
        out.0
    }
}

impl Event {
    fn write(&self, out: &mut Lines) {
        out.plain("BEGIN", "VEVENT");
        out.text("UID", &self.uid);
        // Without a request that it answers, a calendar's stamp is when the event was revised last.
        out.plain("DTSTAMP", &utc(self.modified));
        out.plain("LAST-MODIFIED", &utc(self.modified));
        out.plain("SEQUENCE", &self.sequence.min(i32::MAX as u64).to_string());
        out.plain("DTSTART", &utc(next_second(self.from)));
        out.plain("DTEND", &utc(next_second(self.until)));
        out.text("SUMMARY", &self.summary);
        out.text("DESCRIPTION", &self.description);
        out.text("LOCATION", &self.location);
        out.plain("URL", &self.url);
        out.plain("STATUS", "CONFIRMED");
        // A watch of a week must not make somebody busy for a week.
        out.plain("TRANSP", "TRANSPARENT");
        out.plain("END", "VEVENT");
    }
}

fn utc(at: Instant) -> String {
    at.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// `at` itself, if it is a whole second.
fn next_second(at: Instant) -> Instant {
    at.round(TimestampRound::new().smallest(Unit::Second).mode(RoundMode::Ceil)).unwrap_or(at)
}

struct Lines(String);

impl Lines {
    fn text(&mut self, name: &str, value: &str) {
        let mut escaped = String::with_capacity(value.len() + 8);
        for c in value.chars() {
            match c {
                '\\' | ';' | ',' => escaped.extend(['\\', c]),
                '\n' => escaped.push_str("\\n"),
                // No control character may stand in a text; a tab may.
                c if c.is_control() && c != '\t' => {}
                c => escaped.push(c),
            }
        }
        self.plain(name, &escaped);
    }

    /// A value that needs no escaping. What would end the line is left out all the same.
    fn plain(&mut self, name: &str, value: &str) {
        let mut bytes = 0;
        for c in name.chars().chain([':']).chain(value.chars().filter(|c| *c == '\t' || !c.is_control())) {
            if bytes + c.len_utf8() > LINE_BYTES_MAX {
                self.0.push_str("\r\n ");
                bytes = 1;
            }
            self.0.push(c);
            bytes += c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}
