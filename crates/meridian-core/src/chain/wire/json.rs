//! Records as JSON: one object a line, or one array of objects.
//!
//! ```
//! let line = br#"{"chain":"fedwire-out","lane":"A","seq":7,"id":"IMAD-7","hop":"gateway","at":"2026-03-02T18:30:00Z"}"#;
//! let read = meridian_core::chain::wire::json::read(line);
//! assert_eq!((read.records.len(), read.refused.len()), (1, 0));
//! ```
//!
//! A checkpoint has `chain`, `id`, `hop`, `at` and may have the rest; an object with `through` is a heartbeat. An
//! instant is RFC 3339 with its offset, or an integer of nanoseconds since 1970. A line that cannot be read is refused
//! by its number, with the field, the reason and what to do; the lines around it are read. What this does *not* do: it
//! takes no tick, for the time is the house's own.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Fault, check, fault};
use crate::chain::record::{Checkpoint, Digest, Heartbeat, Outcome, Record, Text};

mod explain;
mod field;
mod scan;

use field::{At, Word};

/// What could be read and what could not, each with its line (of an array: its place), counted from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read<'a> {
    pub records: Vec<(usize, Record<'a>)>,
    pub refused: Vec<(usize, Fault)>,
}

/// All fields that a line may have. Which of them it must have depends on what it is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line<'a> {
    #[serde(borrow)]
    chain: Option<Word<'a>>,
    lane: Option<Word<'a>>,
    seq: Option<u64>,
    id: Option<Word<'a>>,
    hop: Option<Word<'a>>,
    at: Option<At>,
    digest: Option<Word<'a>>,
    #[serde(borrow)]
    amount: Option<&'a RawValue>,
    currency: Option<Word<'a>>,
    attempt: Option<u32>,
    possdup: Option<bool>,
    outcome: Option<Outcome>,
    reporter: Option<Word<'a>>,
    epoch: Option<u64>,
    n: Option<u64>,
    through: Option<u64>,
}

/// Reads NDJSON, or an array if the first letter says so.
pub fn read(bytes: &[u8]) -> Read<'_> {
    let mut read = Read::default();
    if bytes.trim_ascii_start().first() == Some(&b'[') {
        read_array(bytes.trim_ascii(), &mut read);
        return read;
    }
    for (number, line) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
        let line = line.trim_ascii();
        if !line.is_empty() {
            read.take(number, read_line(line));
        }
    }
    read
}

impl<'a> Read<'a> {
    fn take(&mut self, number: usize, result: Result<Record<'a>, Fault>) {
        match result {
            Ok(record) => self.records.push((number, record)),
            Err(fault) => self.refused.push((number, fault)),
        }
    }
}

/// An array is read item by item, so that one cut in the middle still gives what stands before the cut.
fn read_array<'a>(bytes: &'a [u8], read: &mut Read<'a>) {
    let mut rest = bytes[1..].trim_ascii_start();
    if rest == b"]" {
        return;
    }
    for number in 1.. {
        let mut items = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>();
        let item = items.next();
        let used = items.byte_offset();
        match item {
            Some(Ok(item)) => read.take(number, read_line(item.get().as_bytes())),
            Some(Err(error)) => return read.take(number, Err(broken_array(&error.to_string()))),
            None => return read.take(number, Err(broken_array("it ends before its `]`"))),
        }
        rest = rest[used..].trim_ascii_start();
        match rest.first() {
            Some(b',') => rest = rest[1..].trim_ascii_start(),
            Some(b']') if rest.len() == 1 => return,
            Some(b']') => return read.take(number + 1, Err(broken_array("something follows its `]`"))),
            _ => return read.take(number + 1, Err(broken_array("a `,` or `]` is missing"))),
        }
    }
}

fn broken_array(reason: &str) -> Fault {
    let hint = "nothing from here on was read; send the rest again";
    Fault { field: None, reason: format!("the array is broken: {reason}"), hint }
}

/// Reads one object.
pub fn read_line(line: &[u8]) -> Result<Record<'_>, Fault> {
    if let Some(record) = scan::scan(line)
        && check(&record).is_ok()
    {
        return Ok(record);
    }
    read_carefully(line)
}

/// The way that takes all that JSON allows, and says what is wrong.
pub(super) fn read_carefully(line: &[u8]) -> Result<Record<'_>, Fault> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|error| explain::explain(line, &error))?;
    let record = if line.through.is_some() { line.heartbeat() } else { line.checkpoint() }?;
    check(&record)?;
    Ok(record)
}

fn must<T>(field: &str, value: Option<T>) -> Result<T, Fault> {
    value.ok_or_else(|| {
        fault(
            field,
            "is missing",
            "a checkpoint needs `chain`, `id`, `hop` and `at`; a heartbeat `reporter`, `epoch`, `through` and `at`",
        )
    })
}

impl<'a> Line<'a> {
    fn checkpoint(self) -> Result<Record<'a>, Fault> {
        let text = |word: Option<Word<'a>>| word.map(|word| word.0);
        let amount = self.amount.map(|raw| {
            let text = raw.get().trim_matches('"');
            text.parse()
                .map_err(|error| fault("amount", format!("`{}`: {error}", excerpt(text)), "send it as decimal text"))
        });
        Ok(Record::Checkpoint(Checkpoint {
            chain: must("chain", text(self.chain))?,
            lane: text(self.lane),
            seq: self.seq,
            id: must("id", text(self.id))?,
            hop: must("hop", text(self.hop))?,
            at: must("at", self.at)?.0,
            digest: self.digest.map(|word| Digest::of(&word.0)),
            amount: amount.transpose()?,
            currency: text(self.currency),
            attempt: self.attempt,
            possdup: self.possdup.unwrap_or(false),
            outcome: self.outcome,
            reporter: text(self.reporter),
            epoch: self.epoch,
            n: self.n,
        }))
    }

    fn heartbeat(self) -> Result<Record<'a>, Fault> {
        let strange = [
            ("chain", self.chain.is_some()),
            ("hop", self.hop.is_some()),
            ("id", self.id.is_some()),
            ("seq", self.seq.is_some()),
            ("n", self.n.is_some()),
        ];
        if let Some((field, _)) = strange.iter().find(|(_, given)| *given) {
            return Err(fault(field, "is no part of a heartbeat", "leave out `through` if this is a checkpoint"));
        }
        Ok(Record::Heartbeat(Heartbeat {
            reporter: must("reporter", self.reporter)?.0,
            epoch: must("epoch", self.epoch)?,
            through: must("through", self.through)?,
            at: must("at", self.at)?.0,
        }))
    }
}

/// The beginning of a text, for a message about it.
fn excerpt(text: &str) -> Text<'_> {
    match text.char_indices().nth(40) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}
