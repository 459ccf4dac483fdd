//! What can happen to a switch.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::SwitchAction;
use crate::{
    Instant,
    chain::{
        Amount,
        engine::{Key, Set},
    },
    id::{IncidentId, Name, SwitchId},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SwitchFact {
    #[serde(rename = "switch.declared")]
    Declared { switch: SwitchId, what: Box<Declared> },
    /// Somebody wants this step to be done; a second person has to want it, too.
    #[serde(rename = "switch.asked")]
    Asked { switch: SwitchId, step: Step },
    /// The action is to be run. It is written before it runs.
    #[serde(rename = "switch.action_begun")]
    Begun { switch: SwitchId, run: u32, phase: Phase, action: Name, dry: bool },
    #[serde(rename = "switch.action_ended")]
    Ended { switch: SwitchId, run: u32, outcome: RunOutcome },
    /// Nothing can pass the old route any more. Empty: its actions did it.
    #[serde(rename = "switch.fenced")]
    Fenced { switch: SwitchId, note: String },
    /// The last number that the sender gave, by lane.
    #[serde(rename = "switch.counted")]
    Counted { switch: SwitchId, counters: BTreeMap<String, u64> },
    /// Late confirmations are not waited for any more.
    #[serde(rename = "switch.drained")]
    Drained { switch: SwitchId, early: bool },
    #[serde(rename = "switch.partitioned")]
    Partitioned { switch: SwitchId, partition: Partition },
    /// The authority was asked what it has received.
    #[serde(rename = "switch.inquired")]
    Inquired { switch: SwitchId, whom: String, promised: Option<Instant>, note: String },
    #[serde(rename = "switch.answered")]
    Answered { switch: SwitchId, answers: Vec<Answer>, note: String },
    /// One person takes it upon themselves that these are sent over another rail although nobody knows whether they
    /// arrived.
    #[serde(rename = "switch.vouched")]
    Vouched { switch: SwitchId, messages: Vec<MessageRef>, note: String },
    #[serde(rename = "switch.replay_fixed")]
    ReplayFixed { switch: SwitchId, replay: Replay },
    /// The replay list was sent. Empty: its actions did it.
    #[serde(rename = "switch.replayed")]
    Replayed { switch: SwitchId, note: String },
    #[serde(rename = "switch.numbered")]
    Numbered { switch: SwitchId, lanes: Vec<LaneEpoch>, note: String },
    /// The account closes; the switch is over.
    #[serde(rename = "switch.reconciled")]
    Reconciled { switch: SwitchId, account: Account },
    #[serde(rename = "switch.called_off")]
    CalledOff { switch: SwitchId, reason: String },
}

impl SwitchFact {
    pub fn switch(&self) -> SwitchId {
        match self {
            SwitchFact::Declared { switch, .. }
            | SwitchFact::Asked { switch, .. }
            | SwitchFact::Begun { switch, .. }
            | SwitchFact::Ended { switch, .. }
            | SwitchFact::Fenced { switch, .. }
            | SwitchFact::Counted { switch, .. }
            | SwitchFact::Drained { switch, .. }
            | SwitchFact::Partitioned { switch, .. }
            | SwitchFact::Inquired { switch, .. }
            | SwitchFact::Answered { switch, .. }
            | SwitchFact::Vouched { switch, .. }
            | SwitchFact::ReplayFixed { switch, .. }
            | SwitchFact::Replayed { switch, .. }
            | SwitchFact::Numbered { switch, .. }
            | SwitchFact::Reconciled { switch, .. }
            | SwitchFact::CalledOff { switch, .. } => *switch,
        }
    }
}

/// What a switch goes by. The estate may change while it is under way; this does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    pub chain: Name,
    pub from: Name,
    pub to: Name,
    /// What was first seen before it is of this switch, and what comes in until the fence.
    pub cut: Instant,
    /// The hop of the old route at which a message leaves the house.
    pub border: Name,
    pub same_rail: bool,
    pub drain_s: u64,
    pub four_eyes: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authority: Option<String>,
    pub fence: Vec<SwitchAction>,
    pub open: Vec<SwitchAction>,
    pub replay: Vec<SwitchAction>,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<IncidentId>,
}

/// The eight steps, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Cut,
    Fence,
    Drain,
    Partition,
    Ask,
    Replay,
    Epoch,
    Reconcile,
}

impl Step {
    pub const ALL: [Step; 8] =
        [Step::Cut, Step::Fence, Step::Drain, Step::Partition, Step::Ask, Step::Replay, Step::Epoch, Step::Reconcile];

    pub fn number(self) -> usize {
        self as usize + 1
    }

    pub fn word(self) -> &'static str {
        match self {
            Step::Cut => "cut",
            Step::Fence => "fence",
            Step::Drain => "drain",
            Step::Partition => "partition",
            Step::Ask => "ask",
            Step::Replay => "replay",
            Step::Epoch => "epoch",
            Step::Reconcile => "reconcile",
        }
    }
}

/// To which part of a switch an action belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Closes the old route.
    Fence,
    /// Opens the new one.
    Open,
    /// Sends the replay list.
    Replay,
}

impl Phase {
    pub fn word(self) -> &'static str {
        match self {
            Phase::Fence => "fence",
            Phase::Open => "open",
            Phase::Replay => "replay",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunOutcome {
    /// What it said, shortened.
    Done(String),
    Failed(String),
    /// Meridian stopped while it ran: nobody knows whether it was done.
    Unknown,
}

/// Names a message within its chain.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MessageRef {
    pub lane: String,
    pub key: Key,
}

/// `#4102771 cust-1`, or `=IMAD-7`; it is a key of maps, so it is one text.
impl fmt::Display for MessageRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.key {
            Key::Seq(seq) => write!(f, "#{seq} {}", self.lane),
            Key::Id(id) => write!(f, "={} {id}{}", id.len(), self.lane),
        }
    }
}

impl FromStr for MessageRef {
    type Err = String;
    fn from_str(text: &str) -> Result<MessageRef, String> {
        let wrong = || format!("`{}` names no message", text.chars().take(60).collect::<String>().escape_debug());
        let (head, rest) = text.split_once(' ').ok_or_else(wrong)?;
        if let Some(seq) = head.strip_prefix('#') {
            let seq = seq.parse().map_err(|_| wrong())?;
            return Ok(MessageRef { lane: rest.to_owned(), key: Key::Seq(seq) });
        }
        let length: usize = head.strip_prefix('=').and_then(|length| length.parse().ok()).ok_or_else(wrong)?;
        let (id, lane) = rest.split_at_checked(length).ok_or_else(wrong)?;
        Ok(MessageRef { lane: lane.to_owned(), key: Key::Id(id.into()) })
    }
}

impl Serialize for MessageRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MessageRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MessageRef, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What an authority says of a message in doubt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// It was received and is final there.
    Received,
    Rejected,
    /// It did not come, and would be refused if it came now over the old route.
    NotReceived,
}

impl Fate {
    pub const ALL: [Fate; 3] = [Fate::Received, Fate::Rejected, Fate::NotReceived];

    pub fn word(self) -> &'static str {
        match self {
            Fate::Received => "received",
            Fate::Rejected => "rejected",
            Fate::NotReceived => "not_received",
        }
    }
}

impl FromStr for Fate {
    type Err = String;
    fn from_str(text: &str) -> Result<Fate, String> {
        let found = Fate::ALL.into_iter().find(|known| known.word() == text);
        found.ok_or_else(|| {
            let shown: String = text.chars().take(40).collect();
            format!("`{}` is none of received, rejected, not_received", shown.escape_debug())
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub message: MessageRef,
    pub fate: Fate,
}

/// So many messages of one kind and currency, and their worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share<T> {
    pub of: T,
    /// Empty: no amount was said.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub currency: String,
    pub count: u64,
    #[serde(with = "as_text")]
    pub amount: Amount,
}

/// An amount as people write it: a number in JSON would lose digits in many readers.
mod as_text {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::chain::Amount;

    pub fn serialize<S: Serializer>(amount: &Amount, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(amount)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Amount, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What the messages of the cut are, at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Partition {
    pub shares: Vec<Share<Set>>,
    /// Numbers of lanes that are in use and that nobody has seen.
    pub unseen: u64,
    /// Until when the border had reported all that it saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub border_through: Option<Instant>,
    /// BLAKE3 of the paper that lists them.
    pub paper: String,
}

impl Partition {
    pub fn count(&self, set: Set) -> u64 {
        self.shares.iter().filter(|share| share.of == set).map(|share| share.count).sum()
    }

    pub fn total(&self) -> u64 {
        self.shares.iter().map(|share| share.count).sum()
    }
}

/// What is to be done with a message that is neither confirmed nor ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It is proven not to have arrived.
    Original,
    /// It may have arrived: the same business key, marked as a possible duplicate.
    PossibleDuplicate,
    /// It may have arrived, and the other rail would not know.
    Held,
}

/// What is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replay {
    pub shares: Vec<Share<Way>>,
    /// Of the cut, but ended meanwhile.
    pub ended: u64,
    /// Seen on another route meanwhile.
    pub elsewhere: u64,
    /// BLAKE3 of the list.
    pub paper: String,
}

impl Replay {
    pub fn count(&self, way: Way) -> u64 {
        self.shares.iter().filter(|share| share.of == way).map(|share| share.count).sum()
    }
}

/// How a lane is numbered after the switch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneEpoch {
    pub lane: String,
    /// The last number of the old epoch.
    pub last: u64,
    /// The name of the lane from now on; a new epoch of a lane is a lane of another name.
    pub to: String,
    /// Its first number. What lies between is filled, never reset.
    pub first: u64,
}

/// The parts of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    Originated,
    Confirmed,
    Rejected,
    Cancelled,
    Outstanding,
}

impl Part {
    pub const ALL: [Part; 5] = [Part::Originated, Part::Confirmed, Part::Rejected, Part::Cancelled, Part::Outstanding];

    pub fn word(self) -> &'static str {
        match self {
            Part::Originated => "originated",
            Part::Confirmed => "confirmed",
            Part::Rejected => "rejected",
            Part::Cancelled => "cancelled",
            Part::Outstanding => "outstanding",
        }
    }
}

/// What became of every message of the cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub shares: Vec<Share<Part>>,
    /// Of the confirmed, those that only the authority's word confirms.
    pub by_authority: u64,
    /// Numbers that nobody has seen and that the sender's last counter says were given.
    pub unseen: u64,
    /// Messages that arrived more than once.
    pub doubled: u64,
    /// Messages of the partition of which nothing is known any more.
    pub forgotten: u64,
    /// BLAKE3 of the paper that lists them.
    pub paper: String,
}
