//! Taps: checkpoints out of what applications write anyway, so that nobody has to write code to begin.
//!
//! A tap finds frames in the bytes of a file ([`frame`]: lines, documents, messages), makes of each what was seen
//! ([`Format`]), and seals it with its own counter into the NDJSON that the intake and `chain audit` read ([`Tap::seal`]).
//! A frame ends in one report or several, in silence (it tells of no message), or in refusals with the field, the reason and
//! what to do; of a document with several payments one may be refused and the others told. What this does *not* do: it
//! opens no file and keeps no position; who reads the bytes does, and gives the counter.
//!
//! ```
//! use meridian_core::tap::{Format, Memory, Piece, Tap};
//! let tap = Tap { chain: "wires".into(), hop: "gateway".into(), lane: None, reporter: "tap-1".into(), format: Format::Ndjson };
//! let line = Piece { text: br#"{"id":"IMAD-7","at":"2026-03-02T18:30:00Z"}"#, ..Piece::default() };
//! let seen = tap.see(&mut Memory::default(), &line).remove(0).unwrap();
//! let line = tap.seal(seen, 1, 1).unwrap();
//! assert!(line.starts_with(r#"{"at":"2026-03-02T18:30:00Z","chain":"wires","#));
//! ```

pub mod answer;
pub mod fix;
pub mod frame;
pub mod iso20022;
pub mod mt;
mod ndjson;
mod pattern;
mod stamp;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::chain::wire::{Fault, json};

use self::frame::Framing;
pub use self::{
    pattern::{Pattern, PatternError},
    stamp::Clock,
};

/// What a frame tells of one message, by the names of the intake's fields; sorted, so that one that is read twice gives the same bytes.
pub type Seen = BTreeMap<String, Value>;

/// One frame, as it is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Piece<'a> {
    pub text: &'a [u8],
    /// What stands before it, with the log's time stamp if there is one.
    pub before: &'a [u8],
    /// When its file was written last, in nanoseconds since 1970.
    pub written: Option<i64>,
}

/// How frames are read.
#[derive(Clone, Debug)]
pub enum Format {
    /// One JSON object a line, with the fields of the intake.
    Ndjson,
    /// Any log, by a regular expression with named groups.
    Regex(Box<Pattern>),
    /// FIX messages, one a line.
    Fix(Box<fix::Fix>),
    /// Documents of ISO 20022.
    Iso20022(Box<iso20022::Iso20022>),
    /// Messages of SWIFT MT.
    Mt(Box<mt::Mt>),
}

impl Format {
    pub fn framing(&self) -> Framing {
        match self {
            Format::Ndjson | Format::Regex(_) | Format::Fix(_) => Framing::Lines,
            Format::Iso20022(_) => Framing::Xml,
            Format::Mt(_) => Framing::Mt,
        }
    }
}

/// What a tap has to remember of the frames before: it is kept with its position.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory {
    /// Of FIX: when the numbers of a session began anew, as the reset itself says it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    sessions: BTreeMap<String, String>,
    /// Of ISO 20022 and SWIFT MT: which messages answers may be about.
    #[serde(default, skip_serializing_if = "answer::Ledger::is_empty")]
    messages: answer::Ledger,
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
    /// What a frame tells, message by message. Nothing: it tells of no message.
    pub fn see(&self, memory: &mut Memory, piece: &Piece<'_>) -> Vec<Result<Seen, Fault>> {
        let line = piece.text.trim_ascii();
        if line.is_empty() {
            return Vec::new();
        }
        let told = match &self.format {
            Format::Ndjson => vec![ndjson::see(line)],
            Format::Regex(pattern) => Vec::from_iter(pattern.see(line).transpose()),
            Format::Fix(fix) => Vec::from_iter(fix.see(memory, line).transpose()),
            Format::Iso20022(iso20022) => iso20022.see(memory, piece),
            Format::Mt(mt) => mt.see(memory, piece),
        };
        told.into_iter().map(|seen| self.placed(seen?)).collect()
    }

    /// With what the tap knows, and checked: a refused report must not use up a number, else the counter would have a hole.
    fn placed(&self, mut seen: Seen) -> Result<Seen, Fault> {
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
        json::read_line(self.sealed(seen.clone(), 1, 1).as_bytes())?;
        Ok(seen)
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

/// A decimal number of XML Schema or of SWIFT as the intake takes it: without `+`, with a digit on both sides of its point.
fn decimal(text: &str) -> String {
    let digits = text.strip_prefix('+').unwrap_or(text);
    match digits.split_once('.') {
        Some((whole, "")) => whole.to_owned(),
        Some(("", fraction)) => format!("0.{fraction}"),
        _ => digits.to_owned(),
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(40).collect()
}
