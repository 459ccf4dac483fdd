//! Breaches: what is wrong with a chain, as people see it. All messages that one thing holds up are one breach.
//!
//! | what the engine finds | breach | severity | its incident |
//! | --- | --- | --- | --- |
//! | lost | one for each segment: last seen, first missing | SEV2 | that of the passage to the hop |
//! | dark | one for each hop | SEV3 | that of the passage to the hop, or of another hop that is dark |
//! | late | one for each hop | SEV3 | that of the passage to the hop |
//! | altered, a true duplicate | one for each hop | SEV2 | its own |
//! | out of order, unexpected | one for each hop | SEV3 | its own |
//! | an unflagged duplicate, a contradiction | one for each hop | SEV4 | its own |
//! | a benign duplicate | none | | |
//!
//! [`Tally`] folds the engine's changes into breaches; [`Breaches`] is what the journal knows of them. What this does
//! *not* do: it pages nobody (the world does), and it keeps no list of messages (the engine has them).

mod fact;
mod state;
mod tally;

#[cfg(test)]
mod tests;

pub use fact::ChainFact;
pub use state::{Breaches, OpenBreach};
pub use tally::Tally;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::engine::{Duplicate, Rule};
use super::words::thousands;
use crate::{Instant, id::Name, incident::Severity};

/// What is wrong, without where. The worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    Lost,
    Altered,
    /// Arrived twice.
    Doubled,
    Dark,
    Late,
    OutOfOrder,
    Unexpected,
    /// Sent again without the mark of a possible duplicate, with one effect.
    Unflagged,
    /// A reporter sent two reports of one number.
    Contradiction,
}

impl Trouble {
    pub const ALL: [Trouble; 9] = [
        Trouble::Lost,
        Trouble::Altered,
        Trouble::Doubled,
        Trouble::Dark,
        Trouble::Late,
        Trouble::OutOfOrder,
        Trouble::Unexpected,
        Trouble::Unflagged,
        Trouble::Contradiction,
    ];

    /// None: it is no breach.
    pub fn of(rule: &Rule) -> Option<Trouble> {
        Some(match rule {
            Rule::Lost { .. } => Trouble::Lost,
            Rule::Duplicate(Duplicate::Benign) => return None,
            Rule::Duplicate(Duplicate::Unflagged) => Trouble::Unflagged,
            Rule::Duplicate(Duplicate::True) => Trouble::Doubled,
            Rule::OutOfOrder { .. } => Trouble::OutOfOrder,
            Rule::Late { .. } => Trouble::Late,
            Rule::Altered { .. } => Trouble::Altered,
            Rule::Unexpected(_) => Trouble::Unexpected,
            Rule::Dark => Trouble::Dark,
            Rule::Contradiction { .. } => Trouble::Contradiction,
        })
    }

    pub fn word(self) -> &'static str {
        match self {
            Trouble::Lost => "lost",
            Trouble::Altered => "altered",
            Trouble::Doubled => "doubled",
            Trouble::Dark => "dark",
            Trouble::Late => "late",
            Trouble::OutOfOrder => "out_of_order",
            Trouble::Unexpected => "unexpected",
            Trouble::Unflagged => "unflagged",
            Trouble::Contradiction => "contradiction",
        }
    }

    /// For a narrow place.
    pub fn short(self) -> &'static str {
        match self {
            Trouble::Lost => "held",
            Trouble::OutOfOrder => "order",
            Trouble::Unflagged | Trouble::Contradiction => "fault",
            other => other.word(),
        }
    }

    pub fn is_grave(self) -> bool {
        self.severity() <= Severity::Sev2
    }

    /// Whether it is a condition that evidence ends, and not something that has happened.
    pub fn lasts(self) -> bool {
        matches!(self, Trouble::Lost | Trouble::Dark)
    }

    /// Whether an incident about it ends by itself. Whether money was sent twice or changed on its way, a person says.
    pub fn ends_by_itself(self) -> bool {
        self.is_of_passage()
    }

    pub fn severity(self) -> Severity {
        match self {
            Trouble::Lost | Trouble::Altered | Trouble::Doubled => Severity::Sev2,
            Trouble::Dark | Trouble::Late | Trouble::OutOfOrder | Trouble::Unexpected => Severity::Sev3,
            Trouble::Unflagged | Trouble::Contradiction => Severity::Sev4,
        }
    }

    /// Whether it is about the way of messages to the hop, and so most likely has one cause with the others that are.
    pub fn is_of_passage(self) -> bool {
        matches!(self, Trouble::Lost | Trouble::Dark | Trouble::Late)
    }
}

/// What names a breach. It has names and not places, so that an old entry of the journal can be read when the estate
/// is another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct BreachKey {
    pub chain: Name,
    pub trouble: Trouble,
    /// Of lost messages the first hop that misses them.
    pub hop: Name,
    /// Of lost messages the hop that saw them last; none: nobody saw them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Name>,
}

impl BreachKey {
    /// Whether both belong to one incident: two of a passage, or two test points that fell silent, for what carries their
    /// reports is most likely one thing.
    pub fn is_beside(&self, other: &BreachKey) -> bool {
        let alike = self.trouble == other.trouble;
        let of_passage = self.trouble.is_of_passage() && other.trouble.is_of_passage();
        self.chain == other.chain
            && ((self.hop == other.hop && (alike || of_passage)) || (alike && self.trouble == Trouble::Dark))
    }

    /// That it is over: `no message is held between mq-gateway and firewall any more`.
    pub fn cleared(&self) -> String {
        let BreachKey { trouble, hop, after, .. } = self;
        let no_more = match (trouble, after) {
            (Trouble::Lost, Some(after)) => return format!("no message is held between {after} and {hop} any more"),
            (Trouble::Lost, None) => return format!("no number before {hop} is missing any more"),
            (Trouble::Dark, _) => return format!("{hop} says something again"),
            (Trouble::Late, _) => format!("late at {hop}"),
            (Trouble::Altered, _) => format!("with other content at {hop} than before it"),
            (Trouble::Doubled, _) => format!("arrived more than once at {hop}"),
            (Trouble::OutOfOrder, _) => format!("passed {hop} out of order"),
            (Trouble::Unexpected, _) => format!("unexpected at {hop}"),
            (Trouble::Unflagged, _) => format!("sent again through {hop} without its mark"),
            (Trouble::Contradiction, _) => format!("reported at {hop} with two contents"),
        };
        format!("no further message {no_more} for 15 minutes")
    }
}

/// `fedwire-out/lost/mq-gateway/firewall`.
impl fmt::Display for BreachKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/", self.chain, self.trouble.word())?;
        if let Some(after) = &self.after {
            write!(f, "{after}/")?;
        }
        write!(f, "{}", self.hop)
    }
}

/// A breach as it is now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    pub key: BreachKey,
    /// How many messages (numbers, where nobody has seen them) it is about now.
    pub count: u64,
    /// Of lost messages when the first of them was seen last; else when it was found.
    pub since: Instant,
    /// Some of the messages.
    pub examples: Vec<Box<str>>,
}

impl Breach {
    /// `1,204 messages held between mq-gateway and firewall since 18:29:58 UTC`.
    pub fn words(&self) -> String {
        let BreachKey { trouble, hop, after, .. } = &self.key;
        let n =
            |one: &str, many: &str| format!("{} {}", thousands(self.count), if self.count == 1 { one } else { many });
        let messages = n("message", "messages");
        let what = match (trouble, after) {
            (Trouble::Lost, Some(after)) => format!("{messages} held between {after} and {hop}"),
            (Trouble::Lost, None) => {
                format!("{} before {hop} that nobody has seen,", n("number", "numbers"))
            }
            (Trouble::Dark, _) => format!("{hop} says nothing, so that what passes there is unknown,"),
            (Trouble::Late, _) => format!("{messages} late at {hop}"),
            (Trouble::Altered, _) => format!("{messages} with other content at {hop} than before it"),
            (Trouble::Doubled, _) => format!("{messages} arrived more than once at {hop}"),
            (Trouble::OutOfOrder, _) => format!("{messages} passed {hop} out of order"),
            (Trouble::Unexpected, _) => format!("{messages} unexpected at {hop}"),
            (Trouble::Unflagged, _) => {
                format!("{messages} sent again through {hop} without the mark of a possible duplicate")
            }
            (Trouble::Contradiction, _) => {
                format!("{} at {hop} with two contents,", n("report", "reports"))
            }
        };
        format!("{what} since {} UTC", self.since.strftime("%H:%M:%S"))
    }
}
