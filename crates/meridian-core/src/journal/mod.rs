//! The journal's entry, its one canonical form, and the hash chain.
//!
//! An [`Entry`] is written once, as compact JSON; those bytes are its body forever. Each body is sealed with
//! `blake3(hash before ‖ body)`, so that nobody can change, drop, add or swap an entry unseen. Verification hashes
//! the stored bytes and never writes an entry anew: what is proven is what was written.
//!
//! What this does *not* do: it keeps nothing (`meridian-store` does), and a chain alone cannot tell that its newest
//! entries were cut off. For that, something outside must remember the head ([`Broken::EndsEarly`]).
//!
//! ```
//! use meridian_core::{fact::HouseFact, id::Actor, journal::{Entry, Head, open, seal, verify_next}};
//! let entry = Entry {
//!     seq: 1,
//!     at: "2026-03-08T06:55:00Z".parse().unwrap(),
//!     actor: Actor::System,
//!     cause: None,
//!     fact: HouseFact::Started { version: "0.1.0".into() }.into(),
//! };
//! let sealed = seal(Head::GENESIS.hash, &entry);
//! assert_eq!(verify_next(Head::GENESIS, &sealed), Ok(Head { seq: 1, hash: sealed.hash }));
//! assert_eq!(open(&sealed), Ok(entry));
//! ```

mod broken;
mod chain;
#[cfg(test)]
mod tests;

pub use broken::Broken;
pub use chain::{Sealed, link, open, seal, seal_all, verify_next};

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use crate::{Instant, fact::Fact, id::Actor};

/// One fact, with when, by whom and because of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Counted from 1, without holes.
    pub seq: u64,
    pub at: Instant,
    pub actor: Actor,
    /// The entry that led to this one.
    pub cause: Option<u64>,
    /// Shared: the timeline of an incident and the newest facts hold the same one.
    pub fact: Arc<Fact>,
}

/// A blake3 hash. Written as 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

/// The end of a journal: its last entry's number and hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    pub seq: u64,
    pub hash: Hash,
}

impl Head {
    /// The head of an empty journal. The chain begins with 32 zero bytes.
    pub const GENESIS: Head = Head { seq: 0, hash: Hash([0; 32]) };
}

impl Hash {
    /// The hash of bytes that stand alone, e.g. of a snapshot.
    pub fn of(bytes: &[u8]) -> Hash {
        Hash(blake3::hash(bytes).into())
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Hash {
    type Err = String;
    fn from_str(text: &str) -> Result<Hash, String> {
        let hash = blake3::Hash::from_hex(text).map_err(|_| "a hash is 64 hexadecimal digits".to_owned())?;
        Ok(Hash(hash.into()))
    }
}

impl TryFrom<String> for Hash {
    type Error = String;
    fn try_from(text: String) -> Result<Hash, String> {
        text.parse()
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> String {
        hash.to_string()
    }
}
