//! The contract that every engine fulfils.

use std::pin::Pin;

use meridian_core::journal::{Head, Sealed};
use tokio::sync::watch;

use crate::{AppendError, Found, LeaseError, ReadError, Snapshot, SnapshotError};

/// What the methods of [`Journal`] return: boxed, so that a caller holds `Arc<dyn Journal>` and need not be generic.
pub type Future<'a, T> = Pin<Box<dyn std::future::Future<Output = T> + Send + 'a>>;

/// The right to append. A later lease fences off all earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lease {
    pub epoch: u64,
}

/// An append-only sequence of sealed entries, numbered from 1.
pub trait Journal: Send + Sync {
    /// Becomes the one that may append. `holder` says who in words, for the message that a second one gets.
    /// It is held until the journal is dropped; a killed process holds nothing.
    fn acquire<'a>(&'a self, holder: &'a str) -> Future<'a, Result<Lease, LeaseError>>;

    /// Appends all entries or none. When it returns `Ok`, they are durable. Refused if the lease is stale, if the head
    /// is not `expected`, or if the entries do not continue the chain from there.
    ///
    /// After [`AppendError::Engine`], and when the future is dropped before it is done, the entries may or may not be
    /// there: ask [`Journal::head`] before going on.
    fn append<'a>(
        &'a self,
        lease: Lease,
        expected: Head,
        entries: &'a [Sealed],
    ) -> Future<'a, Result<Head, AppendError>>;

    /// Up to `limit` entries, beginning with number `from`. Only an empty answer means that there are no more: fewer
    /// than `limit` may also mean that what follows is damaged, which the next read then says.
    fn read(&self, from: u64, limit: usize) -> Future<'_, Result<Vec<Sealed>, ReadError>>;

    fn head(&self) -> Future<'_, Result<Head, ReadError>>;

    /// Wakes whoever follows, after each append through this value; what it holds is the newest head.
    fn changed(&self) -> watch::Receiver<Head>;

    /// Keeps a snapshot. The two newest stay, and of the same version a number of older ones, spread over the journal:
    /// from them the world of an earlier day is folded.
    fn snapshot(&self, snapshot: Snapshot) -> Future<'_, Result<(), SnapshotError>>;

    /// The newest sound snapshot of this version, and what was wrong with newer ones.
    fn latest_snapshot(&self, version: u32) -> Future<'_, Result<Found, SnapshotError>> {
        self.snapshot_until(version, u64::MAX)
    }

    /// As [`Journal::latest_snapshot`], of those that have seen no entry after number `seq`.
    fn snapshot_until(&self, version: u32, seq: u64) -> Future<'_, Result<Found, SnapshotError>>;

    /// The size of what is stored, in bytes.
    fn bytes(&self) -> Future<'_, Result<u64, ReadError>>;

    /// What else has seen this journal's entries, each named: a chain alone cannot tell that its end was cut off.
    fn witnesses(&self) -> Future<'_, Vec<(&'static str, Head)>>;
}
