//! SWIFT MT: FIN messages by their blocks, the acknowledgements of the network, and its system messages.
//!
//! | message | told as |
//! | --- | --- |
//! | one of a user (`{1:F01`, types 100 to 999) | seen |
//! | an acknowledgement (`{1:F21`, 451:0), alone or with the copy of its message | an answer `ACK` about the message |
//! | a negative one (451:1) | an answer `NAK`: the message is rejected |
//! | 011, 012, 015, 019 (delivered, released, late NAK, aborted) | an answer of that word about the message of its 106 or 108; 015 and 019 reject it |
//! | any other of the network, a login | nothing; with sequences: the number that it took, which ends where it was sent |
//!
//! | field | is |
//! | --- | --- |
//! | `id` | the UETR (121 of block 3) and the type as ISO 20022 calls it, so that a payment that is translated keeps its id: `…/pacs.008` of a 103, `…/pacs.009` of 202, 202COV, 205; `…/pacs.004` of one that is returned (`/RETN/` in 72); others `…/MT199/REFERENCE`. Without a UETR the sender's BIC stands in its place, with `:20:`. Or the terminal, session and number ([`Key::Fin`]) |
//! | `digest` | of type and text (block 4), however its lines end; not of blocks 1, 2, 3 and 5 |
//! | `amount`, `currency` | `:32A:` or `:32B:` |
//! | `possdup` | PDE or PDM in block 5 |
//! | `attempt` | nothing says it: absent |
//! | `outcome` | of answers only, see [`super::answer`] |
//! | `at` | the log's time stamp; else the output time of block 2, or 177 of an acknowledgement, as a wall clock in the tap's zone; else the file's time |
//! | `lane`, `seq` | with sequences: the sender's `TERMINAL/SESSION` and number, of block 1 where it is sent and of the MIR where it is received |
//!
//! What this does *not* do: it reads no message without its block 1, and none that another one carries (021); it takes no
//! 102 or 104 apart into its transactions; the status that a 199 gives in words stays words.

mod read;
mod service;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::{civil::DateTime, fmt::strtime, tz::TimeZone};
use serde_json::Value;

use self::read::{Message, Way};
use super::{
    Memory, Piece, Seen,
    answer::{Answers, Identity},
    decimal, excerpt,
    stamp::Clock,
};
use crate::{Instant, chain::wire::Fault};

/// What is a message's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// The UETR and the type, else the sender's BIC, its reference and the type.
    #[default]
    Uetr,
    /// The terminal, session and number of who sent it.
    Fin,
}

/// How messages of SWIFT MT are told.
#[derive(Clone, Debug, Default)]
pub struct Mt {
    pub key: Key,
    /// Only these types, such as 103 or, of those that are sent alone, I103; none: all.
    pub types: BTreeSet<String>,
    /// Whether the number in the session is told, and with it every message that takes one.
    pub sequences: bool,
    pub answers: Answers,
    pub clock: Clock,
    /// Of wall clocks; none: such are taken as UTC.
    pub zone: Option<TimeZone>,
}

fn fault(field: &str, reason: impl Into<String>, hint: &'static str) -> Fault {
    Fault { field: Some(field.into()), reason: reason.into(), hint }
}

type Told = Vec<Result<Seen, Fault>>;

impl Mt {
    pub(super) fn see(&self, memory: &mut Memory, piece: &Piece<'_>) -> Told {
        let text = String::from_utf8_lossy(piece.text);
        let message = match read::read(&text) {
            Ok(message) => message,
            Err(fault) => return vec![Err(fault)],
        };
        match message.service.as_str() {
            "F21" => self.acknowledgement(memory, piece, &message),
            "F01" if message.is_of_user() => self.message(memory, piece, &message),
            "F01" => self.system(memory, piece, &message),
            _ => Told::new(),
        }
    }

    fn wants(&self, message: &Message) -> bool {
        let directed = || format!("{}{}", if message.way == Way::Received { "O" } else { "I" }, message.kind);
        self.types.is_empty() || self.types.contains(&message.kind) || self.types.contains(&directed())
    }

    fn message(&self, memory: &mut Memory, piece: &Piece<'_>, message: &Message) -> Told {
        let wanted = self.wants(message);
        let whole = || fault("4", format!("the MT{} has no text", message.kind), "look whether it is whole");
        let identity = if message.has_text() { self.identity(message) } else { Err(whole()) };
        let told = identity.and_then(|identity| {
            let seen = self.seen(piece, message, &identity)?;
            Ok((identity, seen))
        });
        match told {
            Ok((identity, seen)) => {
                memory.messages.remember(service::names(message), vec![identity], wanted);
                if wanted { vec![Ok(seen)] } else { self.number(piece, message) }
            }
            Err(_) if !wanted => self.number(piece, message),
            Err(fault) => vec![Err(fault)],
        }
    }

    fn seen(&self, piece: &Piece<'_>, message: &Message, identity: &Identity) -> Result<Seen, Fault> {
        let mut seen = identity.seen(self.instant(piece, message)?);
        seen.insert("digest".to_owned(), Value::from(message.digest()));
        if let Some((currency, amount)) = message.amount()? {
            seen.insert("amount".to_owned(), Value::from(decimal(&amount)));
            seen.insert("currency".to_owned(), Value::from(currency));
        }
        if message.trailer.iter().any(|(tag, _)| tag == "PDE" || tag == "PDM") {
            seen.insert("possdup".to_owned(), Value::from(true));
        }
        Ok(seen)
    }

    /// Only the number that a message took; it ends where it was sent.
    fn number(&self, piece: &Piece<'_>, message: &Message) -> Told {
        if !self.sequences || message.way == Way::Received {
            return Told::new();
        }
        let numbered = message.lane().and_then(|(lane, seq)| {
            let identity = Identity { id: format!("{lane}/{seq}"), lane: Some((lane, seq)) };
            let mut seen = identity.seen(self.instant(piece, message)?);
            seen.insert("outcome".to_owned(), Value::from("cancelled"));
            Ok(seen)
        });
        vec![numbered]
    }

    fn identity(&self, message: &Message) -> Result<Identity, Fault> {
        let lane = if self.sequences { Some(message.lane()?) } else { None };
        let id = match self.key {
            Key::Fin => message.numbers()?,
            Key::Uetr => business(message)?,
        };
        Ok(Identity { id, lane })
    }

    /// Nanoseconds since 1970.
    fn instant(&self, piece: &Piece<'_>, message: &Message) -> Result<i64, Fault> {
        let said = match message.output.as_deref().or_else(|| message.tag("177")) {
            Some(text) => self.wall(text).ok_or_else(|| {
                let reason = format!("`{}` is no date and time of SWIFT", excerpt(text));
                fault("at", reason, "expected are ten digits, as in 2611231830")
            }),
            None => {
                let hint = "let the log write a time stamp before each message, or tell --at file";
                Err(fault("at", "the message has no time of its own, and no time stamp stands before it", hint))
            }
        };
        self.clock.instant(piece, self.zone.as_ref(), said)
    }

    /// `YYMMDDHHMM`
    fn wall(&self, text: &str) -> Option<Instant> {
        let time: DateTime = strtime::parse("%y%m%d%H%M", text).ok()?.to_datetime().ok()?;
        Some(time.to_zoned(self.zone.clone().unwrap_or(TimeZone::UTC)).ok()?.timestamp())
    }
}

/// The UETR, or the sender and its reference; and the type, as ISO 20022 calls it.
fn business(message: &Message) -> Result<String, Fault> {
    let reference = message.field("20");
    let must = || {
        let hint = "look whether the message is whole, or tell --key fin";
        reference.ok_or_else(|| fault("20", format!("the MT{} has no reference", message.kind), hint))
    };
    let payment = match message.kind.as_str() {
        "103" | "202" | "205" if message.is_return() => Some("pacs.004"),
        "103" => Some("pacs.008"),
        "202" | "205" => Some("pacs.009"),
        _ => None,
    };
    let uetr = message
        .header("121")
        .map(super::iso20022::uetr)
        .transpose()
        .map_err(|fault| Fault { field: Some("121".into()), ..fault })?;
    Ok(match (uetr, payment) {
        (Some(uetr), Some(payment)) => format!("{uetr}/{payment}"),
        (Some(uetr), None) => format!("{uetr}/MT{}/{}", message.kind, must()?),
        (None, Some(payment)) => format!("{}/{}/{payment}", message.sender(), must()?),
        (None, None) => format!("{}/{}/MT{}", message.sender(), must()?, message.kind),
    })
}
