//! Taps: checkpoints out of what applications write anyway, so that nobody has to write code to begin.
//!
//! A tap reads lines ([`lines`]), makes of each what was seen ([`Format`]), and seals it with its own counter into the
//! NDJSON that the intake and `chain audit` read ([`Tap::seal`]). A line ends in a report, in silence (it tells of no
//! message), or in a refusal with the field, the reason and what to do. What this does *not* do: it opens no file and
//! keeps no position; who reads the bytes does, and gives the counter.
//!
//! ```
//! use meridian_core::tap::{Format, Memory, Tap};
//! let tap = Tap { chain: "wires".into(), hop: "gateway".into(), lane: None, reporter: "tap-1".into(), format: Format::Ndjson };
//! let seen = tap.see(&mut Memory::default(), br#"{"id":"IMAD-7","at":"2026-03-02T18:30:00Z"}"#).unwrap().unwrap();
//! let line = tap.seal(seen, 1, 1).unwrap();
//! assert!(line.starts_with(r#"{"at":"2026-03-02T18:30:00Z","chain":"wires","#));
//! ```

pub mod fix;
mod ndjson;
mod pattern;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::wire::{Fault, json};

pub use pattern::{Pattern, PatternError};

/// The longest line that a tap reads, in bytes. A longer one is refused whole.
pub const LINE_BYTES_MAX: usize = 1 << 20;

/// What a line tells, by the names of the intake's fields; sorted, so that a line read twice gives the same bytes.
pub type Seen = BTreeMap<String, Value>;

/// How lines are read.
#[derive(Clone, Debug)]
pub enum Format {
    /// One JSON object a line, with the fields of the intake.
    Ndjson,
    /// Any log, by a regular expression with named groups.
    Regex(Box<Pattern>),
    /// FIX messages, one a line.
    Fix(Box<fix::Fix>),
}

/// What a tap has to remember of the lines before: it is kept with its position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Of FIX: when the numbers of a session began anew, as the reset itself says it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sessions: BTreeMap<String, String>,
}

/// Where the lines come from, in the words of the chain.
#[derive(Clone, Debug)]
pub struct Tap {
    pub chain: String,
    pub hop: String,
    pub lane: Option<String>,
    /// Whose counter the reports carry.
    pub reporter: String,
    pub format: Format,
}

impl Tap {
    /// What a line tells. None: it tells of no message.
    pub fn see(&self, memory: &mut Memory, line: &[u8]) -> Result<Option<Seen>, Fault> {
        let line = line.trim_ascii();
        if line.is_empty() {
            return Ok(None);
        }
        if line.len() > LINE_BYTES_MAX {
            let reason = format!("the line has {} bytes; at most {LINE_BYTES_MAX}", line.len());
            return Err(Fault { field: None, reason, hint: "look whether the file holds lines at all" });
        }
        let seen = match &self.format {
            Format::Ndjson => ndjson::see(line).map(Some),
            Format::Regex(pattern) => pattern.see(line),
            Format::Fix(fix) => fix.see(memory, line),
        }?;
        let Some(mut seen) = seen else { return Ok(None) };
        if seen.contains_key("through") {
            let hint = "leave it out: a tap sends heartbeats of its own";
            return Err(Fault { field: Some("through".into()), reason: "the line is a heartbeat".to_owned(), hint });
        }
        let known = [("chain", Some(&self.chain)), ("hop", Some(&self.hop)), ("lane", self.lane.as_ref())];
        for (field, value) in known {
            if let (Some(value), false) = (value, seen.contains_key(field)) {
                seen.insert(field.to_owned(), Value::from(value.as_str()));
            }
        }
        // Now rather than when it is sealed: a refused line must not use up a number, else the counter would have a hole.
        json::read_line(self.sealed(seen.clone(), 1, 1).as_bytes())?;
        Ok(Some(seen))
    }

    /// The report with its number, as one line without its end.
    pub fn seal(&self, seen: Seen, epoch: u64, n: u64) -> Result<String, Fault> {
        let text = self.sealed(seen, epoch, n);
        json::read_line(text.as_bytes())?;
        Ok(text)
    }

    fn sealed(&self, mut seen: Seen, epoch: u64, n: u64) -> String {
        seen.insert("reporter".to_owned(), Value::from(self.reporter.as_str()));
        seen.insert("epoch".to_owned(), Value::from(epoch));
        seen.insert("n".to_owned(), Value::from(n));
        Value::Object(seen.into_iter().collect()).to_string()
    }

    /// "I have reported everything through my counter, and that is all that I saw until then", as one line.
    pub fn heartbeat(&self, epoch: u64, through: u64, at: i64) -> String {
        serde_json::json!({"reporter": self.reporter, "epoch": epoch, "through": through, "at": at}).to_string()
    }
}

/// The lines that are complete, each with where the next one begins. What stands behind the last line's end waits for the
/// rest of it.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = (&[u8], usize)> {
    let mut next = 0;
    bytes.split_inclusive(|byte| *byte == b'\n').filter_map(move |line| {
        next += line.len();
        Some((line.strip_suffix(b"\n")?, next))
    })
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
