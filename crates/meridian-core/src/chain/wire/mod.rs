//! Reading and writing records: JSON for people and simple programs, blocks for many records and for the log.
//!
//! | form | is read by | is |
//! | --- | --- | --- |
//! | NDJSON, one object a line, or one JSON array | [`json::read`] | borrowed where it stands; each bad one is refused alone |
//! | a block | [`block::Records`], [`block::decode_block`] | about 20 bytes a record; refused whole, for it was made by a program |
//! | a group | [`group::blocks`] | blocks that became durable together |
//!
//! All that comes in is held to the bounds below, in both forms. What this does *not* do: it unpacks nothing (gzip and
//! zstd belong to whoever took the bytes), and it does not know whether a chain or a hop exists.

pub mod block;
pub mod group;
pub mod json;

#[cfg(test)]
mod tests;

use std::fmt;

use super::record::{Checkpoint, Heartbeat, Record};

/// The longest name of a chain, a lane, a hop, a reporter, in bytes.
pub const NAME_BYTES_MAX: usize = 128;
/// The longest business key, in bytes. A UETR has 36, an IMAD 22.
pub const ID_BYTES_MAX: usize = 256;
/// The longest name of a currency, in bytes.
pub const CURRENCY_BYTES_MAX: usize = 12;

/// Why a record is refused, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// None: the record as a whole.
    pub field: Option<Box<str>>,
    pub reason: String,
    pub hint: &'static str,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.field {
            Some(field) => write!(f, "field `{field}`: {}; {}", self.reason, self.hint),
            None => write!(f, "{}; {}", self.reason, self.hint),
        }
    }
}

impl std::error::Error for Fault {}

fn fault(field: &str, reason: impl Into<String>, hint: &'static str) -> Fault {
    Fault { field: Some(field.into()), reason: reason.into(), hint }
}

/// Whether the texts of a record are within bounds and its numbers belong together.
pub fn check(record: &Record<'_>) -> Result<(), Fault> {
    match record {
        Record::Checkpoint(checkpoint) => check_checkpoint(checkpoint),
        Record::Heartbeat(Heartbeat { reporter, .. }) => text("reporter", reporter, NAME_BYTES_MAX),
        Record::Tick { .. } => Ok(()),
    }
}

fn check_checkpoint(point: &Checkpoint<'_>) -> Result<(), Fault> {
    text("chain", &point.chain, NAME_BYTES_MAX)?;
    text("hop", &point.hop, NAME_BYTES_MAX)?;
    text("id", &point.id, ID_BYTES_MAX)?;
    for (field, value, most) in [
        ("lane", &point.lane, NAME_BYTES_MAX),
        ("currency", &point.currency, CURRENCY_BYTES_MAX),
        ("reporter", &point.reporter, NAME_BYTES_MAX),
    ] {
        value.as_ref().map_or(Ok(()), |value| text(field, value, most))?;
    }
    match (&point.reporter, point.epoch, point.n) {
        (None, _, Some(_)) => Err(fault("n", "a counter of nobody", "send `reporter` with it")),
        (None, Some(_), None) => Err(fault("epoch", "an epoch of nobody", "send `reporter` and `n` with it")),
        (_, _, Some(0)) => Err(fault("n", "0 is no report: a reporter counts from 1", "start each epoch with 1")),
        _ => Ok(()),
    }
}

fn text(field: &str, value: &str, most: usize) -> Result<(), Fault> {
    match value.len() {
        0 => Err(fault(field, "is empty", "leave out what is optional, name what is not")),
        len if len > most => Err(fault(field, format!("has {len} bytes; at most {most}"), "send a shorter text")),
        _ => Ok(()),
    }
}
