//! What the engine says: verdicts, each with an identity, and how they change.
//!
//! A verdict belongs to a line: one rule about one subject. A line is raised, revised and withdrawn as evidence comes;
//! each step has the next revision, and the identity is a hash of line and revision. So whoever was told something can
//! be told that it changed, and the same log gives the same identities. What this does *not* do: it groups nothing;
//! a thousand messages held at one hop are a thousand verdicts, and one incident elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::chain::plan::HopId;
use crate::id::Name;

/// What is wrong.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The next hop has reported everything that it saw until after the message was due there, and this was not in it.
    Lost { last_seen: Option<HopId>, first_missing: HopId },
    /// It passed a hop more than once.
    Duplicate(Duplicate),
    /// It passed the hop after this later number of its lane.
    OutOfOrder { after: u64 },
    /// It came to the hop later than the limit, by so many nanoseconds.
    Late { by: i64 },
    /// It has other content than at this hop, and nothing between them may change it.
    Altered { against: HopId },
    /// See [`Unexpected`].
    Unexpected(Unexpected),
    /// The hop says nothing, so that nothing is known about it: neither that it works nor that it loses messages.
    Dark,
    /// The reporter sent two reports with one number. The second one was not taken.
    Contradiction { epoch: u64, n: u64 },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duplicate {
    /// Sent again, marked as a possible duplicate, and it had one effect.
    Benign,
    /// Sent again without the mark: a fault of protocol. It had one effect.
    Unflagged,
    /// It arrived twice, whatever the marks say.
    True,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unexpected {
    /// It was seen further on, and the hop named by the verdict has reported all and not seen it.
    Skipped,
    /// It was settled and its retry horizon has passed, and here it is again.
    AfterEnd,
}

impl Rule {
    pub fn name(&self) -> &'static str {
        match self {
            Rule::Lost { .. } => "lost",
            Rule::Duplicate(_) => "duplicate",
            Rule::OutOfOrder { .. } => "out_of_order",
            Rule::Late { .. } => "late",
            Rule::Altered { .. } => "altered",
            Rule::Unexpected(Unexpected::Skipped) => "unexpected",
            Rule::Unexpected(Unexpected::AfterEnd) => "unexpected_after_end",
            Rule::Dark => "dark",
            Rule::Contradiction { .. } => "contradiction",
        }
    }
}

/// What names a message in its lane.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Key {
    Seq(u64),
    /// The business key, where there is no sequence.
    Id(Box<str>),
}

/// What a verdict is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// An absent lane is the empty text.
    Message {
        lane: Box<str>,
        key: Key,
    },
    /// Numbers of a lane, both included, that nobody has seen.
    Gap {
        lane: Box<str>,
        from: u64,
        to: u64,
    },
    Hop,
    Reporter(Box<str>),
}

/// The first 16 bytes of BLAKE3 over rule, chain, subject, hop, epoch and revision.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct VerdictId(pub [u8; 16]);

impl fmt::Display for VerdictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for VerdictId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Verdict {
    pub id: VerdictId,
    pub rule: Rule,
    pub chain: Name,
    pub subject: Subject,
    /// Where: of a lost message the first hop that misses it.
    pub hop: HopId,
    /// Counted from 1 in each line.
    pub revision: u32,
    /// The instant of the record that proved it.
    pub at: i64,
}

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Raised(Verdict),
    /// Late evidence says something else of the same rule and subject, and of another kind or place than `before`.
    Revised {
        was: VerdictId,
        before: (HopId, Rule),
        now: Verdict,
    },
    /// Late evidence cleared it. The verdict is what was said last, with its next revision.
    Withdrawn {
        was: VerdictId,
        now: Verdict,
    },
}

/// One rule about one subject, through time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    revision: u32,
    live: Option<(HopId, Rule, VerdictId)>,
}

impl Line {
    pub fn is_live(&self) -> bool {
        self.live.is_some()
    }

    /// Sets what holds now, and says what changed by it.
    pub fn set(&mut self, found: Option<(HopId, Rule)>, of: &Scene<'_>, out: &mut Vec<Change>) {
        let was = self.live.take();
        if was.as_ref().map(|(hop, rule, _)| (*hop, rule)) == found.as_ref().map(|(hop, rule)| (*hop, rule)) {
            self.live = was;
            return;
        }
        self.revision += 1;
        match (was, found) {
            (None, None) => {}
            (None, Some((hop, rule))) => out.push(Change::Raised(self.say(hop, rule, of))),
            (Some((before, ruled, was)), Some((hop, rule))) => {
                let now = self.say(hop, rule, of);
                out.push(Change::Revised { was, before: (before, ruled), now });
            }
            (Some((hop, rule, was)), None) => {
                let now = of.verdict(hop, rule, self.revision);
                out.push(Change::Withdrawn { was, now });
            }
        }
    }

    fn say(&mut self, hop: HopId, rule: Rule, of: &Scene<'_>) -> Verdict {
        let verdict = of.verdict(hop, rule.clone(), self.revision);
        self.live = Some((hop, rule, verdict.id));
        verdict
    }
}

/// What is common to all verdicts of one subject at one record.
pub(super) struct Scene<'a> {
    pub chain: &'a Name,
    pub subject: &'a dyn Fn() -> Subject,
    /// What tells apart two subjects of one name: of a message without a sequence its first sighting, of a reporter its
    /// epoch, else 0.
    pub epoch: u64,
    pub at: i64,
}

impl Scene<'_> {
    pub fn verdict(&self, hop: HopId, rule: Rule, revision: u32) -> Verdict {
        let subject = (self.subject)();
        let mut hash = blake3::Hasher::new();
        let mut eat = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        eat(rule.name().as_bytes());
        eat(self.chain.as_str().as_bytes());
        let (kind, name, numbers) = match &subject {
            Subject::Message { lane, key: Key::Seq(seq) } => (0, [lane.as_ref(), ""], [*seq, 0]),
            Subject::Message { lane, key: Key::Id(id) } => (1, [lane.as_ref(), id.as_ref()], [0, 0]),
            Subject::Gap { lane, from, to } => (2, [lane.as_ref(), ""], [*from, *to]),
            Subject::Hop => (3, ["", ""], [0, 0]),
            Subject::Reporter(name) => (4, [name.as_ref(), ""], [0, 0]),
        };
        eat(&[kind, hop.0]);
        name.iter().for_each(|text| eat(text.as_bytes()));
        numbers.iter().for_each(|number| eat(&number.to_le_bytes()));
        eat(&self.epoch.to_le_bytes());
        eat(&revision.to_le_bytes());
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        Verdict { id: VerdictId(id), rule, chain: self.chain.clone(), subject, hop, revision, at: self.at }
    }
}
