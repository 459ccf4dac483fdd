//! Payments: each transaction of a message is one that moves on its own.

use super::{Iso20022, Key, Message, Told, fault, imad, names, read, uetr};
use crate::{
    chain::wire::Fault,
    tap::{Memory, Piece, Seen, answer::Identity, decimal, excerpt},
};
use read::Element;
use serde_json::Value;

/// What of a group header differs between bundles of the same transactions.
const NOT_BODY: [&str; 7] =
    ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "TtlIntrBkSttlmAmt", "TtlRtrdIntrBkSttlmAmt", "BtchBookg"];

/// Where a type of message has what is told.
#[derive(Clone, Copy)]
pub struct Layout {
    transaction: &'static str,
    amount: &'static str,
    /// Of each key, in the order of [`Key`].
    keys: [&'static str; 6],
}

const FORWARD: [&str; 6] = ["PmtId/UETR", "PmtId/TxId", "PmtId/EndToEndId", "PmtId/InstrId", "", "PmtId/ClrSysRef"];
const BACK: [&str; 6] = ["OrgnlUETR", "RtrId", "OrgnlEndToEndId", "OrgnlInstrId", "", "ClrSysRef"];

pub fn layout(kind: &str) -> Option<Layout> {
    let (transaction, amount, keys) = match kind {
        "pacs.003" => ("DrctDbtTxInf", "IntrBkSttlmAmt", FORWARD),
        "pacs.004" => ("TxInf", "RtrdIntrBkSttlmAmt", BACK),
        "pacs.008" | "pacs.009" => ("CdtTrfTxInf", "IntrBkSttlmAmt", FORWARD),
        _ => return None,
    };
    Some(Layout { transaction, amount, keys })
}

/// One transaction, where it stands.
struct Transaction<'a> {
    message: &'a Message<'a>,
    layout: Layout,
    element: &'a Element,
}

impl<'a> Transaction<'a> {
    fn text(&self, key: Key) -> Option<&'a str> {
        let text = match key {
            Key::MsgId => self.message.body.text_at("GrpHdr/MsgId"),
            _ => self.element.text_at(self.layout.keys[key as usize]),
        };
        text.filter(|text| *text != "NOTPROVIDED")
    }

    fn id(&self, key: Key) -> Result<String, Fault> {
        if key != Key::Uetr {
            let hint = "choose a --key that every message has";
            return self
                .text(key)
                .map(str::to_owned)
                .ok_or_else(|| fault(key.name(), "the transaction has none", hint));
        }
        match (self.text(Key::Uetr), self.text(Key::TxId)) {
            (Some(text), _) => {
                let header = self.message.header.and_then(|header| header.text_at("BizSvc")).unwrap_or_default();
                let leg = if header.ends_with(".adv") { ".adv" } else { "" };
                Ok(format!("{}/{}{leg}", uetr(text)?, self.message.kind))
            }
            (None, Some(text)) => Ok(text.to_owned()),
            (None, None) => Err(fault(
                "UETR",
                "the transaction has neither a UETR nor a TxId",
                "choose a --key that every message has",
            )),
        }
    }

    fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.message.kind.as_bytes());
        let group = self.message.body.child("GrpHdr");
        let fixed = |child: &&Element| !NOT_BODY.contains(&child.name.as_str());
        group
            .into_iter()
            .flat_map(|group| &group.children)
            .filter(fixed)
            .for_each(|child| read::digest(&mut hasher, child));
        read::digest(&mut hasher, self.element);
        hasher.finalize().to_hex()[..32].to_owned()
    }
}

fn is_repeated(header: Option<&Element>) -> bool {
    let text = |name| header.and_then(|header| header.text_at(name)).unwrap_or_default();
    matches!(text("PssblDplct"), "true" | "1") || matches!(text("CpyDplct"), "DUPL" | "CODU")
}

impl Iso20022 {
    pub(super) fn payments(
        &self,
        memory: &mut Memory,
        piece: &Piece<'_>,
        message: &Message<'_>,
        layout: Layout,
        told: &mut Told,
    ) {
        let elements: Vec<&Element> = message.body.all(layout.transaction).collect();
        if elements.is_empty() && message.told {
            let reason = format!("the {} has none", message.kind);
            told.push(Err(fault(layout.transaction, reason, "look whether the document is whole")));
        }
        if self.key == Key::MsgId && elements.len() > 1 {
            let reason = format!("{} transactions share it", elements.len());
            return told.push(Err(fault("MsgId", reason, "choose another --key")));
        }
        let mut messages = Vec::new();
        for element in elements {
            let transaction = Transaction { message, layout, element };
            match self.payment(piece, &transaction) {
                Ok((identity, seen)) => {
                    messages.push(identity);
                    if message.told {
                        told.push(Ok(seen));
                    }
                }
                Err(fault) if message.told => told.push(Err(fault)),
                Err(_) => {}
            }
        }
        memory.messages.remember(names(message), messages, message.told);
    }

    fn payment(&self, piece: &Piece<'_>, transaction: &Transaction<'_>) -> Result<(Identity, Seen), Fault> {
        let id = transaction.id(self.key)?;
        let lane = self.imad.and_then(|key| Some(imad(key.name(), transaction.text(key)?))).transpose()?;
        let identity = Identity { id, lane };
        let mut seen = identity.seen(self.instant(piece, transaction.message, "GrpHdr/CreDtTm")?);
        seen.insert("digest".to_owned(), Value::from(transaction.digest()));
        if let Some(amount) = transaction.element.child(transaction.layout.amount) {
            seen.insert("amount".to_owned(), Value::from(decimal(amount.text.trim())));
            let currency = amount.attribute("Ccy").ok_or_else(|| {
                let reason = format!("the amount `{}` has none", excerpt(amount.text.trim()));
                fault("Ccy", reason, "look who writes this: ISO 20022 asks for it")
            })?;
            seen.insert("currency".to_owned(), Value::from(currency));
        }
        if is_repeated(transaction.message.header) {
            seen.insert("possdup".to_owned(), Value::from(true));
        }
        Ok((identity, seen))
    }
}
