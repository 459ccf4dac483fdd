//! What the network says about messages: acknowledgements and system messages.

use super::{
    Key, Mt, Told, fault,
    read::{Message, Way, is_mir},
};
use crate::{
    chain::wire::Fault,
    tap::{
        Memory, Piece,
        answer::{Identity, unknown},
    },
};

/// What answers may call a message: its terminal and numbers, and with its terminal its user reference (108).
pub fn names(message: &Message) -> Vec<String> {
    let reference = message.header("108").map(|reference| format!("{}:{reference}", message.sender()));
    message.numbers().ok().into_iter().chain(reference).collect()
}

impl Mt {
    pub(super) fn acknowledgement(&self, memory: &mut Memory, piece: &Piece<'_>, message: &Message) -> Told {
        let word = match message.tag("451") {
            Some("0") => "ACK",
            Some("1") => "NAK",
            _ => {
                return vec![Err(fault(
                    "451",
                    "the acknowledgement has no 0 and no 1 in it",
                    "look whether it is whole",
                ))];
            }
        };
        if !self.answers.tells(word) {
            return Told::new();
        }
        let about = match &message.copy {
            Some(copy) if copy.is_of_user() => self.acknowledged(message, copy),
            Some(_) => return Told::new(),
            None => self.about(memory, message.numbers().ok(), message),
        };
        self.answer(memory, piece, message, word, about)
    }

    /// By its copy. It may have been made before the message had its numbers: the acknowledgement has them.
    fn acknowledged(&self, message: &Message, copy: &Message) -> Result<Identity, Fault> {
        let mut copy = copy.clone();
        copy.number_as(message);
        self.identity(&copy)
    }

    pub(super) fn system(&self, memory: &mut Memory, piece: &Piece<'_>, message: &Message) -> Told {
        let word = message.kind.as_str();
        let answers = message.way == Way::Received && matches!(word, "011" | "012" | "015" | "019");
        if !answers || !self.answers.tells(word) {
            return self.number(piece, message);
        }
        let numbers = message.tag("106").filter(|mir| is_mir(mir)).map(|mir| mir[6..].to_owned());
        let about = self.about(memory, numbers, message);
        self.answer(memory, piece, message, word, about)
    }

    /// The message of these numbers, or else of the user reference that the answer carries.
    fn about(&self, memory: &Memory, numbers: Option<String>, message: &Message) -> Result<Identity, Fault> {
        let reference = message.tag("108").or_else(|| message.header("108"));
        let reference =
            reference.map(|reference| format!("{}:{reference}", message.terminal.get(..8).unwrap_or_default()));
        let name =
            |name: &Option<String>| name.as_deref().and_then(|name| memory.messages.named(name)?.first().cloned());
        if let Some(known) = name(&numbers).or_else(|| name(&reference)) {
            return Ok(known);
        }
        match (self.key, numbers, reference) {
            (Key::Fin, Some(numbers), _) => {
                let lane = || Some((format!("{}/{}", &numbers[..12], &numbers[12..16]), numbers[16..].parse().ok()?));
                Ok(Identity { lane: if self.sequences { lane() } else { None }, id: numbers })
            }
            (_, Some(name), _) | (_, None, Some(name)) => Err(unknown("1", &name)),
            (_, None, None) => Err(fault("106", "the answer names no message", "look whether it is whole")),
        }
    }

    fn answer(
        &self,
        memory: &Memory,
        piece: &Piece<'_>,
        message: &Message,
        word: &str,
        about: Result<Identity, Fault>,
    ) -> Told {
        let seen = about.and_then(|about| {
            let at = self.instant(piece, message)?;
            Ok(self.answers.seen(&memory.messages, word, &about, at))
        });
        seen.transpose().into_iter().collect()
    }
}
