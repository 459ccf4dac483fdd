//! Answers: a payment status report, the rejection of a message, the receipt of one.

use super::{Iso20022, Key, Message, Told, fault, identity, imad, read::Element, uetr};
use crate::{
    chain::wire::Fault,
    tap::{
        Memory, Piece,
        answer::{Identity, unknown},
    },
};

/// What a report says about the message that it answers.
#[derive(Clone, Copy, Default)]
struct Original<'a> {
    group: Option<&'a Element>,
    transaction: Option<&'a Element>,
}

impl<'a> Original<'a> {
    fn of_group(self, name: &str) -> Option<&'a str> {
        let own = self.transaction.and_then(|transaction| transaction.child("OrgnlGrpInf"));
        own.and_then(|own| own.text_at(name)).or_else(|| self.group?.text_at(name))
    }

    fn text(self, key: Key) -> Option<&'a str> {
        let path = match key {
            Key::MsgId => return self.of_group("OrgnlMsgId"),
            Key::Uetr => "OrgnlUETR",
            Key::TxId => "OrgnlTxId",
            Key::EndToEndId => "OrgnlEndToEndId",
            Key::InstrId => "OrgnlInstrId",
            Key::ClrSysRef => "ClrSysRef",
        };
        self.transaction?.text_at(path)
    }

    fn status(self) -> Option<&'a str> {
        let own = self.transaction.and_then(|transaction| transaction.text_at("TxSts"));
        own.or_else(|| self.group?.text_at("GrpSts"))
    }

    /// The original's type: `pacs.008` of pacs.008.001.08, and of MT103 what it is called here.
    fn kind(self) -> Option<String> {
        let name = self.of_group("OrgnlMsgNmId")?;
        let number = name.trim_start_matches("MT").trim_start_matches('.').trim_start();
        Some(match number.get(..3) {
            Some("103") => "pacs.008".to_owned(),
            Some("202" | "205") => "pacs.009".to_owned(),
            _ => name.splitn(3, '.').take(2).collect::<Vec<_>>().join("."),
        })
    }
}

impl Iso20022 {
    pub(super) fn statuses(&self, memory: &Memory, piece: &Piece<'_>, message: &Message<'_>, told: &mut Told) {
        let groups: Vec<&Element> = message.body.all("OrgnlGrpInfAndSts").collect();
        let group = groups.first().copied();
        let originals: Vec<Original<'_>> =
            message.body.all("TxInfAndSts").map(|one| Original { group, transaction: Some(one) }).collect();
        for original in &originals {
            let Some(word) = original.status().filter(|word| self.answers.tells(word)) else { continue };
            let one = self.original(memory, *original).map(|one| vec![one]);
            self.answer(memory, piece, message, (word, one), told);
        }
        if !originals.is_empty() {
            return;
        }
        for group in groups {
            let original = Original { group: Some(group), transaction: None };
            let Some(word) = original.status().filter(|word| self.answers.tells(word)) else { continue };
            let reference = original.of_group("OrgnlMsgId").unwrap_or_default();
            let all = self.sent_as(memory, "OrgnlMsgId", reference);
            self.answer(memory, piece, message, (word, all), told);
        }
    }

    pub(super) fn rejection(&self, memory: &Memory, piece: &Piece<'_>, message: &Message<'_>, told: &mut Told) {
        let reference = message.body.text_at("RltdRef/Ref").unwrap_or_default();
        let all = self.sent_as(memory, "RltdRef", reference);
        self.answer(memory, piece, message, ("admi.002", all), told);
    }

    pub(super) fn receipts(&self, memory: &Memory, piece: &Piece<'_>, message: &Message<'_>, told: &mut Told) {
        for report in message.body.all("Rpt") {
            let word = report.text_at("ReqHdlg/StsCd").filter(|word| self.answers.tells(word));
            let Some(word) = word else { continue };
            let all = self.sent_as(memory, "RltdRef", report.text_at("RltdRef/Ref").unwrap_or_default());
            self.answer(memory, piece, message, (word, all), told);
        }
    }

    fn answer(
        &self,
        memory: &Memory,
        piece: &Piece<'_>,
        message: &Message<'_>,
        (word, about): (&str, Result<Vec<Identity>, Fault>),
        told: &mut Told,
    ) {
        let path = match message.kind.as_str() {
            "admi.002" => "Rsn/RjctnDtTm",
            "admi.007" => "MsgId/CreDtTm",
            _ => "GrpHdr/CreDtTm",
        };
        match about.and_then(|about| Ok((about, self.instant(piece, message, path)?))) {
            Ok((about, at)) => {
                told.extend(about.iter().filter_map(|one| self.answers.seen(&memory.messages, word, one, at)).map(Ok));
            }
            Err(fault) => told.push(Err(fault)),
        }
    }

    /// All that were sent in one message.
    fn sent_as(&self, memory: &Memory, field: &str, reference: &str) -> Result<Vec<Identity>, Fault> {
        if reference.is_empty() {
            return Err(fault(
                field,
                "the answer names no message",
                "look who writes this: it can't be told of whom it is",
            ));
        }
        if let Some(messages) = memory.messages.named(reference) {
            return Ok(messages.to_vec());
        }
        if self.key != Key::MsgId {
            return Err(unknown(field, reference));
        }
        let lane = || (self.imad == Some(Key::MsgId)).then(|| imad(field, reference)).transpose();
        Ok(vec![Identity { id: reference.to_owned(), lane: lane()? }])
    }

    /// The one that a transaction's status is about.
    fn original(&self, memory: &Memory, original: Original<'_>) -> Result<Identity, Fault> {
        let lane = || self.imad.and_then(|key| Some(imad(key.name(), original.text(key)?))).transpose();
        let wanted = original.text(self.key).filter(|text| *text != "NOTPROVIDED");
        match (self.key, wanted) {
            (Key::Uetr, Some(text)) => {
                let uetr = uetr(text)?;
                match original.kind() {
                    Some(kind) => identity(memory, format!("{uetr}/{kind}"), lane),
                    None => memory.messages.find(|known| known.id.starts_with(&uetr)).cloned().ok_or_else(|| {
                        fault("OrgnlMsgNmId", "the status does not say which type of message it answers", NO_TYPE)
                    }),
                }
            }
            (_, Some(text)) => identity(memory, text.to_owned(), lane),
            (_, None) => self.by_message(memory, original),
        }
    }

    /// Without its key: the only one that was sent as this message, or, as of those without a UETR, its TxId.
    fn by_message(&self, memory: &Memory, original: Original<'_>) -> Result<Identity, Fault> {
        let name = original.of_group("OrgnlMsgId");
        let id = original.text(Key::TxId).filter(|_| self.key == Key::Uetr);
        match (name.and_then(|name| memory.messages.named(name)), id, name) {
            (Some([only]), ..) => Ok(only.clone()),
            (_, Some(id), _) => Ok(Identity { id: id.to_owned(), lane: None }),
            (_, None, Some(name)) => Err(unknown(self.key.name(), name)),
            (_, None, None) => {
                let hint = "choose a --key that answers carry";
                Err(fault(self.key.name(), "the status does not say of which message it is", hint))
            }
        }
    }
}

const NO_TYPE: &str = "a cover has the UETR of its customer payment: follow what was sent by the same tap";
