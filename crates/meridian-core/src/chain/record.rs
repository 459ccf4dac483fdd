//! What reporters say about a chain, and the clock: the records whose fold the engine is.
//!
//! A record borrows its texts from the line or the block that it was read from. Whatever the engine decides by is a
//! record, the time ([`Record::Tick`]) too: so the log of records alone gives the same verdicts again. What this does
//! *not* do: it reads no bytes (`wire` does), and it knows no plan.

use std::borrow::Cow;

use super::amount::Amount;

/// A text of a record, where it stands in the input if it can.
pub type Text<'a> = Cow<'a, str>;

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record<'a> {
    Checkpoint(Checkpoint<'a>),
    Heartbeat(Heartbeat<'a>),
    /// The clock of the house, as it was logged: nanoseconds since 1970 in UTC.
    Tick {
        now: i64,
    },
}

impl Record<'_> {
    /// With texts of its own.
    pub fn into_owned(self) -> Record<'static> {
        let own = |text: Text<'_>| Text::Owned(text.into_owned());
        match self {
            Record::Tick { now } => Record::Tick { now },
            Record::Heartbeat(Heartbeat { reporter, epoch, through, at }) => {
                Record::Heartbeat(Heartbeat { reporter: own(reporter), epoch, through, at })
            }
            Record::Checkpoint(point) => Record::Checkpoint(Checkpoint {
                chain: own(point.chain),
                lane: point.lane.map(own),
                id: own(point.id),
                hop: own(point.hop),
                currency: point.currency.map(own),
                reporter: point.reporter.map(own),
                ..point
            }),
        }
    }
}

/// A message was seen at a hop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint<'a> {
    pub chain: Text<'a>,
    /// The sequence domain. A new epoch of a lane is a lane of another name.
    pub lane: Option<Text<'a>>,
    /// The message's number in its lane.
    pub seq: Option<u64>,
    /// The business key: UETR, IMAD, ClOrdID.
    pub id: Text<'a>,
    pub hop: Text<'a>,
    /// When it was seen, by the hop's clock: nanoseconds since 1970 in UTC.
    pub at: i64,
    /// Of the immutable body.
    pub digest: Option<Digest>,
    pub amount: Option<Amount>,
    pub currency: Option<Text<'a>>,
    /// Which transmission this is; absent is the same as 1.
    pub attempt: Option<u32>,
    /// Marked by the sender as a possible duplicate.
    pub possdup: bool,
    pub outcome: Option<Outcome>,
    pub reporter: Option<Text<'a>>,
    /// Of the reporter's counter: it starts anew at 1 in a new epoch.
    pub epoch: Option<u64>,
    /// The reporter's own counter of reports.
    pub n: Option<u64>,
}

/// "I have reported everything through my counter `through`, and that is all that I saw until `at`."
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heartbeat<'a> {
    pub reporter: Text<'a>,
    pub epoch: u64,
    pub through: u64,
    pub at: i64,
}

/// How a message ended, where it is not by arriving.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    Rejected,
    Cancelled,
}

/// The digest of a body: the first 16 bytes of BLAKE3 over the text that the reporter sent as its digest, so that any
/// kind of digest takes the same room and none has to be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Digest(pub [u8; 16]);

impl Digest {
    pub fn of(text: &str) -> Digest {
        let mut short = [0; 16];
        short.copy_from_slice(&blake3::hash(text.as_bytes()).as_bytes()[..16]);
        Digest(short)
    }
}

impl Record<'_> {
    /// The instant that the record itself names.
    pub fn at(&self) -> i64 {
        match self {
            Record::Checkpoint(checkpoint) => checkpoint.at,
            Record::Heartbeat(heartbeat) => heartbeat.at,
            Record::Tick { now } => *now,
        }
    }
}
