//! Where the journal is kept: the contract that every engine fulfils, and the engines.
//!
//! - [`Journal`]: the contract. [`SqliteJournal`] is the default; [`MemoryJournal`] is for tests, demo and simulation.
//! - [`verify`], [`export`], [`stats`]: what is asked of a whole journal, streaming.
//! - [`checkpoints`]: the log of checkpoints, which are too many for the journal.
//! - [`conformance`]: one suite that every engine passes.
//!
//! What this crate does *not* do: it decides nothing, folds nothing and reads no clock. It repairs nothing either: a
//! journal that is torn or altered is named, entry by entry, and left as it is.

#![allow(clippy::result_large_err, reason = "opening happens once, and its error names everything that was expected")]

pub mod checkpoints;
pub mod conformance;
mod contract;
mod error;
mod memory;
mod seek;
mod snapshot;
mod sqlite;
mod whole;
mod witness;

pub use contract::{Future, Journal, Lease};
pub use error::{AppendError, LeaseError, OpenError, ReadError, SnapshotError};
pub use memory::{Fault, MemoryJournal};
pub use meridian_core::journal::{Broken, Hash, Head, Sealed};
pub use seek::seek;
pub use snapshot::{Found, Snapshot};
pub use sqlite::SqliteJournal;
pub use whole::{Report, Stats, WholeError, export, stats, verify};
