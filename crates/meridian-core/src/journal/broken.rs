//! What is wrong with a journal, and at which entry.

use std::fmt;

use super::{Hash, Head};

/// A torn or altered journal. Each value names the first entry that is wrong and what was expected there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Entry `seq` is not there; the next one that is there has the number `found`.
    Missing { seq: u64, found: u64 },
    /// The stored bytes of `seq` or its stored hash were changed, or an entry before it was exchanged.
    Altered { seq: u64, expected: Hash, found: Hash },
    /// Where entry `seq` belongs stands the entry that calls itself `body`.
    Misplaced { seq: u64, body: u64 },
    /// The bytes of entry `seq` are no entry that this release can read.
    Unparsable { seq: u64, why: String },
    /// The storage cannot give entry `seq` back.
    Unreadable { seq: u64, why: String },
    /// The journal ends at `last`, but `witness` has seen it up to `expected`: what came after `last` was cut off.
    EndsEarly { last: Head, expected: Head, witness: &'static str },
    /// The chain is sound in itself, but `witness` has seen another hash at `seq`: it is another journal.
    Replaced { seq: u64, expected: Hash, found: Hash, witness: &'static str },
}

impl Broken {
    /// The first entry that is wrong.
    pub fn seq(&self) -> u64 {
        match self {
            Broken::Missing { seq, .. }
            | Broken::Altered { seq, .. }
            | Broken::Misplaced { seq, .. }
            | Broken::Unparsable { seq, .. }
            | Broken::Unreadable { seq, .. }
            | Broken::Replaced { seq, .. } => *seq,
            Broken::EndsEarly { last, .. } => last.seq + 1,
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Broken::Missing { seq, found } => {
                write!(f, "entry {seq} is missing: after entry {} comes {found}", seq - 1)
            }
            Broken::Altered { seq, expected, found } => {
                write!(
                    f,
                    "entry {seq} was altered: its bytes and the chain before it hash to {expected}, but {found} is stored"
                )
            }
            Broken::Misplaced { seq, body } => {
                write!(f, "entry {seq} is not where it belongs: in its place stands entry {body}")
            }
            Broken::Unparsable { seq, why } => write!(f, "entry {seq} cannot be understood: {why}"),
            Broken::Unreadable { seq, why } => write!(f, "entry {seq} cannot be read from storage: {why}"),
            Broken::EndsEarly { last, expected, witness } => write!(
                f,
                "entry {} is missing: the journal ends at entry {}, but {witness} saw it reach entry {} with hash {}",
                last.seq + 1,
                last.seq,
                expected.seq,
                expected.hash
            ),
            Broken::Replaced { seq, expected, found, witness } => {
                write!(f, "entry {seq} is another one than {witness} saw: expected hash {expected}, found {found}")
            }
        }
    }
}

impl std::error::Error for Broken {}
