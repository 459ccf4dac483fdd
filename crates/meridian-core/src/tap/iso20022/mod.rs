//! ISO 20022: payments and what is answered to them, each in a document with or without a business application header.
//!
//! The type is that of the `Document`'s name space (`urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08`), else of its root element.
//!
//! | message | told as |
//! | --- | --- |
//! | pacs.008, pacs.009, pacs.003, pacs.004 | each transaction: seen |
//! | pacs.002 | each transaction's status, else the group's; a group's status without transactions holds for all that were sent as `OrgnlMsgId` |
//! | admi.002 | what was sent as `RltdRef/Ref` is rejected |
//! | admi.007 | each report's status (`ReqHdlg/StsCd`), about what was sent as its `RltdRef/Ref` |
//! | any other | nothing |
//!
//! | field | is |
//! | --- | --- |
//! | `id` | the UETR, and the type behind it, because a cover shares the UETR of its customer payment: `…/pacs.008`, `…/pacs.009`, and `…/pacs.009.adv` of an advice. Without a UETR the TxId. Or another [`Key`] alone |
//! | `digest` | of the transaction, and of its group header without MsgId, CreDtTm, counts and sums, so that one that is bundled anew stays the same; not of the business header |
//! | `amount`, `currency` | IntrBkSttlmAmt; of a return RtrdIntrBkSttlmAmt |
//! | `possdup` | the header's PssblDplct, or CpyDplct `DUPL` or `CODU` |
//! | `attempt` | nothing says it: absent |
//! | `outcome` | of answers only, see [`super::answer`]; they tell no digest and no amount of their own |
//! | `at` | the log's time stamp, else CreDtTm of the group, else CreDt of the header, else the file's time; without an offset in the tap's zone |
//! | `lane`, `seq` | ISO 20022 has none. Of Fedwire the element that carries the IMAD may be named: `SOURCE@DATE` and its number |
//!
//! An answer finds its message by the original's UETR and OrgnlMsgNmId, which give the same `id`; by OrgnlTxId; or by what the tap
//! remembers. What this does *not* do: it validates no schema, and tells no status from an address or a remittance text.

mod payment;
mod read;
mod status;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use self::read::Element;
use super::{
    Memory, Piece, Seen,
    answer::{Answers, Identity},
    excerpt,
    stamp::{self, Clock, UTC},
};
use crate::chain::wire::Fault;

/// Which element is a message's key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Key {
    /// UETR, else TxId.
    #[default]
    Uetr,
    TxId,
    EndToEndId,
    InstrId,
    MsgId,
    ClrSysRef,
}

impl Key {
    fn name(self) -> &'static str {
        match self {
            Key::Uetr => "UETR",
            Key::TxId => "TxId",
            Key::EndToEndId => "EndToEndId",
            Key::InstrId => "InstrId",
            Key::MsgId => "MsgId",
            Key::ClrSysRef => "ClrSysRef",
        }
    }
}

/// How messages of ISO 20022 are told.
#[derive(Clone, Debug, Default)]
pub struct Iso20022 {
    pub key: Key,
    /// The element that carries the IMAD of Fedwire; none: no numbers are told.
    pub imad: Option<Key>,
    /// Only these types, such as pacs.008 or pacs.008.001.08; none: all.
    pub types: BTreeSet<String>,
    pub answers: Answers,
    pub clock: Clock,
    /// Of times without an offset; none: such are taken as UTC.
    pub zone: Option<TimeZone>,
}

/// One message: its type, its header if it has one, and what the document holds.
struct Message<'a> {
    /// Such as pacs.008.
    kind: String,
    header: Option<&'a Element>,
    body: &'a Element,
    /// Whether its type is one of those that are told.
    told: bool,
}

fn fault(field: &str, reason: impl Into<String>, hint: &'static str) -> Fault {
    Fault { field: Some(field.into()), reason: reason.into(), hint }
}

type Told = Vec<Result<Seen, Fault>>;

impl Iso20022 {
    pub(super) fn see(&self, memory: &mut Memory, piece: &Piece<'_>) -> Told {
        let roots = match read::read(piece.text) {
            Ok(roots) => roots,
            Err(fault) => return vec![Err(fault)],
        };
        let (mut told, mut header) = (Told::new(), None);
        for root in &roots {
            self.walk(memory, piece, root, &mut header, &mut told);
        }
        if header.is_some() {
            let hint = "let both be logged behind each other";
            told.push(Err(fault("AppHdr", "the business header has no document behind it", hint)));
        }
        told
    }

    /// Each document, with the header that stands before it.
    fn walk<'a>(
        &self,
        memory: &mut Memory,
        piece: &Piece<'_>,
        element: &'a Element,
        header: &mut Option<&'a Element>,
        told: &mut Told,
    ) {
        match element.name.as_str() {
            "AppHdr" => *header = Some(element),
            "Document" => match self.message(header.take(), element) {
                Some(message) => self.message_seen(memory, piece, &message, told),
                None => told.push(Err(fault("Document", "the document is empty", "look who writes this"))),
            },
            _ => {
                for child in &element.children {
                    self.walk(memory, piece, child, header, told);
                }
            }
        }
    }

    fn message<'a>(&self, header: Option<&'a Element>, document: &'a Element) -> Option<Message<'a>> {
        let body = document.children.first()?;
        let space = document.space.as_deref().unwrap_or_default();
        let named = space.rsplit(':').next().filter(|name| name.split('.').count() == 4);
        let full = named.or_else(|| by_root(&body.name)).unwrap_or(&body.name);
        let kind = full.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        let told = self.types.is_empty() || self.types.contains(&kind) || self.types.contains(full);
        Some(Message { kind, header, body, told })
    }

    fn message_seen(&self, memory: &mut Memory, piece: &Piece<'_>, message: &Message<'_>, told: &mut Told) {
        match message.kind.as_str() {
            "pacs.002" if message.told => self.statuses(memory, piece, message, told),
            "admi.002" if message.told => self.rejection(memory, piece, message, told),
            "admi.007" if message.told => self.receipts(memory, piece, message, told),
            kind => {
                if let Some(layout) = payment::layout(kind) {
                    self.payments(memory, piece, message, layout, told);
                }
            }
        }
    }

    /// Nanoseconds since 1970. `path`: where the body says it.
    fn instant(&self, piece: &Piece<'_>, message: &Message<'_>, path: &str) -> Result<i64, Fault> {
        let text = message.body.text_at(path);
        let text = text.or_else(|| message.header.and_then(|header| header.text_at("CreDt")));
        let said =
            text.ok_or_else(|| fault("CreDtTm", "the message has none", "tell --at log or file")).and_then(|text| {
                stamp::instant(text, self.zone.as_ref().unwrap_or(&UTC)).ok_or_else(|| {
                    let reason = format!("`{}` is no time of ISO 20022", excerpt(text));
                    fault("CreDtTm", reason, "expected is 2026-11-23T18:29:58.123+01:00")
                })
            });
        self.clock.instant(piece, self.zone.as_ref(), said)
    }
}

/// The type by the element that stands in the document.
fn by_root(name: &str) -> Option<&'static str> {
    Some(match name {
        "FIToFICstmrDrctDbt" => "pacs.003",
        "PmtRtr" => "pacs.004",
        "FIToFICstmrCdtTrf" => "pacs.008",
        "FICdtTrf" | "FinInstnCdtTrf" => "pacs.009",
        "FIToFIPmtStsRpt" => "pacs.002",
        "RctAck" => "admi.007",
        _ => return None,
    })
}

/// A UETR as it is told: they are compared as text, and some write them in capitals.
pub(super) fn uetr(text: &str) -> Result<String, Fault> {
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if lengths == [8, 4, 4, 4, 12] && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_hexdigit())) {
        return Ok(text.to_ascii_lowercase());
    }
    let reason = format!("`{}` is none", excerpt(text));
    Err(fault("UETR", reason, "expected are 36 characters as in 8a562c67-ca16-48ba-b074-65581be6f001"))
}

/// The lane and the number of an IMAD: the date (8), the source (8), the sequence (6).
fn imad(name: &str, text: &str) -> Result<(String, u64), Fault> {
    let parts = || {
        let (date, source, number) = (text.get(..8)?, text.get(8..16)?, text.get(16..22)?);
        let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let right = text.len() == 22 && digits(date) && digits(number) && source.is_ascii();
        right.then(|| Some((format!("{source}@{date}"), number.parse().ok()?))).flatten()
    };
    parts().ok_or_else(|| {
        let reason = format!("`{}` is no IMAD", excerpt(text));
        fault(name, reason, "expected are its date, source and number in 22 characters: 20261123A1B2C3D4000031")
    })
}

/// The names that a message may be called by, in what answers it.
fn names(message: &Message<'_>) -> Vec<String> {
    let header = message.header.and_then(|header| header.text_at("BizMsgIdr"));
    let names: BTreeSet<&str> = header.into_iter().chain(message.body.text_at("GrpHdr/MsgId")).collect();
    names.into_iter().map(str::to_owned).collect()
}

/// The one that is known by this identity, with its number; else as it is.
fn identity(
    memory: &Memory,
    id: String,
    imad: impl FnOnce() -> Result<Option<(String, u64)>, Fault>,
) -> Result<Identity, Fault> {
    match memory.messages.find(|known| known.id == id) {
        Some(known) => Ok(known.clone()),
        None => Ok(Identity { id, lane: imad()? }),
    }
}
