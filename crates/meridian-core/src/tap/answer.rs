//! Answers: messages that tell what became of another one, such as a status, a rejection, an acknowledgement.
//!
//! | the answer | is told as |
//! | --- | --- |
//! | a word of rejection (`RJCT`, `NAK`, and those given) | the message that it is about, rejected |
//! | `CANC` | that message, cancelled |
//! | a word of acceptance (`ACSC`, `ACCC`, `ACK`, or those given) | that message, seen at the test point of answers |
//! | an acceptance, where this tap told the message itself at the same test point | nothing: it was seen there already |
//! | any other word | nothing: it is on its way |
//!
//! Some answers name a message only by what it was sent as (its BizMsgIdr, its MsgId, its terminal and numbers). So a tap remembers the
//! newest [`MESSAGES_MAX`] messages that it has seen, with their identity, beside its position. What this does *not* do: it
//! holds no answer back until its message comes.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Seen, excerpt};
use crate::chain::wire::Fault;

/// So many messages are remembered.
pub const MESSAGES_MAX: usize = 2_000;
/// Of ISO 20022 and of SWIFT MT: the message went all its way, or was taken.
pub const ACCEPTED: [&str; 3] = ["ACSC", "ACCC", "ACK"];
/// Of ISO 20022 and of SWIFT MT, where 015 is a late NAK and 019 the abort of a message.
pub const REJECTED: [&str; 5] = ["RJCT", "NAK", "015", "019", "admi.002"];
const CANCELLED: &str = "CANC";

/// Which answers are told, and where.
#[derive(Clone, Debug)]
pub struct Answers {
    /// Each with a test point of its own, if it has one.
    pub accepted: BTreeMap<String, Option<String>>,
    /// Beside [`REJECTED`].
    pub rejected: BTreeSet<String>,
    /// Where answers are told; none: where the tap is.
    pub hop: Option<String>,
}

impl Default for Answers {
    fn default() -> Answers {
        let accepted = ACCEPTED.iter().map(|word| ((*word).to_owned(), None)).collect();
        Answers { accepted, rejected: BTreeSet::new(), hop: None }
    }
}

/// Which message it is, as it is reported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Identity {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<(String, u64)>,
}

impl Identity {
    pub fn seen(&self, at: i64) -> Seen {
        let mut seen =
            Seen::from([("at".to_owned(), Value::from(at)), ("id".to_owned(), Value::from(self.id.as_str()))]);
        if let Some((lane, seq)) = &self.lane {
            seen.insert("lane".to_owned(), Value::from(lane.as_str()));
            seen.insert("seq".to_owned(), Value::from(*seq));
        }
        seen
    }
}

/// What was sent as one: its messages, and what answers may call it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    names: Vec<String>,
    messages: Vec<Identity>,
    /// Whether they were told where the tap is.
    told: bool,
}

/// The newest messages that were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Ledger(VecDeque<Known>);

impl Ledger {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The oldest give way. What was sent as one is remembered whole, or, if it is more than all, not at all.
    pub fn remember(&mut self, names: Vec<String>, messages: Vec<Identity>, told: bool) {
        if names.is_empty() || messages.is_empty() || messages.len() > MESSAGES_MAX {
            return;
        }
        self.0.push_back(Known { names, messages, told });
        let mut count: usize = self.0.iter().map(|known| known.messages.len()).sum();
        while count > MESSAGES_MAX {
            count -= self.0.pop_front().map_or(count, |known| known.messages.len());
        }
    }

    /// The messages of the newest that was called so.
    pub fn named(&self, name: &str) -> Option<&[Identity]> {
        let known = self.0.iter().rev().find(|known| known.names.iter().any(|one| one == name))?;
        Some(&known.messages)
    }

    /// The newest whose identity is so.
    pub fn find(&self, is: impl Fn(&Identity) -> bool) -> Option<&Identity> {
        self.0.iter().rev().find_map(|known| known.messages.iter().find(|message| is(message)))
    }

    fn told(&self, id: &str) -> bool {
        self.0.iter().any(|known| known.told && known.messages.iter().any(|message| message.id == id))
    }
}

impl Answers {
    /// Whether a word says anything that is told.
    pub(super) fn tells(&self, word: &str) -> bool {
        word == CANCELLED || self.rejects(word) || self.accepted.contains_key(word)
    }

    fn rejects(&self, word: &str) -> bool {
        REJECTED.contains(&word) || self.rejected.contains(word)
    }

    /// What an answer tells about a message.
    pub(super) fn seen(&self, ledger: &Ledger, word: &str, message: &Identity, at: i64) -> Option<Seen> {
        let outcome = match word {
            word if self.rejects(word) => Some("rejected"),
            CANCELLED => Some("cancelled"),
            _ => None,
        };
        let hop = match outcome {
            Some(_) => self.hop.as_ref(),
            None => self.accepted.get(word)?.as_ref().or(self.hop.as_ref()),
        };
        if outcome.is_none() && hop.is_none() && ledger.told(&message.id) {
            return None;
        }
        let mut seen = message.seen(at);
        seen.extend(outcome.map(|outcome| ("outcome".to_owned(), Value::from(outcome))));
        seen.extend(hop.map(|hop| ("hop".to_owned(), Value::from(hop.as_str()))));
        Some(seen)
    }
}

/// An answer about a message that is not known.
pub(super) fn unknown(field: &str, name: &str) -> Fault {
    let reason = format!("the answer is about `{}`, which is none of the newest messages seen here", excerpt(name));
    let hint = "follow what was sent and its answers by one tap, or choose a --key that answers carry";
    Fault { field: Some(field.into()), reason, hint }
}

/// `WORD` or `WORD=HOP`, as they are given on the command line.
pub fn word(text: &str) -> Option<(String, Option<String>)> {
    let (word, hop) = text.split_once('=').map_or((text, None), |(word, hop)| (word, Some(hop)));
    (!word.is_empty() && hop != Some("")).then(|| (word.to_owned(), hop.map(str::to_owned)))
}
