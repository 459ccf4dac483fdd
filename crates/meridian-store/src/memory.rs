//! The journal in memory, with faults to order. Nothing survives the process.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use meridian_core::journal::{Head, Sealed, link};
use tokio::sync::watch;

use crate::{
    AppendError, Found, Future, Journal, Lease, LeaseError, ReadError, Snapshot, SnapshotError, snapshot::superfluous,
};

/// What shall go wrong with the next append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is appended; the one after succeeds.
    DiskFull,
    /// The process dies before anything is durable.
    CrashBefore,
    /// The process dies when all is durable and nobody was told.
    CrashAfter,
}

/// A handle on entries in memory. [`MemoryJournal::reopen`] gives another one on the same entries, as a restart does.
pub struct MemoryJournal {
    kept: Arc<Mutex<Kept>>,
    /// A crashed handle fails for good, as a dead process does.
    crashed: Mutex<bool>,
    changed: watch::Sender<Head>,
}

#[derive(Default)]
struct Kept {
    entries: Vec<Sealed>,
    snapshots: Vec<Snapshot>,
    epoch: u64,
    fault: Option<Fault>,
}

impl Kept {
    fn head(&self) -> Head {
        self.entries.last().map_or(Head::GENESIS, Sealed::head)
    }
}

/// A panic elsewhere leaves whole entries behind: each change is one `extend`.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Default for MemoryJournal {
    fn default() -> MemoryJournal {
        MemoryJournal { kept: Arc::default(), crashed: Mutex::new(false), changed: watch::Sender::new(Head::GENESIS) }
    }
}

impl MemoryJournal {
    pub fn new() -> MemoryJournal {
        MemoryJournal::default()
    }

    /// A new handle on what is durable.
    pub fn reopen(&self) -> MemoryJournal {
        let head = lock(&self.kept).head();
        MemoryJournal { kept: self.kept.clone(), crashed: Mutex::new(false), changed: watch::Sender::new(head) }
    }

    /// Orders a fault for the next append.
    pub fn fail_next(&self, fault: Fault) {
        lock(&self.kept).fault = Some(fault);
    }

    /// Changes what is kept behind the journal's back, as a damaged disk does.
    pub fn tamper(&self, change: impl FnOnce(&mut Vec<Sealed>)) {
        change(&mut lock(&self.kept).entries);
    }

    fn append_now(&self, lease: Lease, expected: Head, entries: &[Sealed]) -> Result<Head, AppendError> {
        let dead = || AppendError::Engine { source: "the process crashed".into() };
        if *lock(&self.crashed) {
            return Err(dead());
        }
        let mut kept = lock(&self.kept);
        let current = Lease { epoch: kept.epoch };
        if lease != current {
            return Err(AppendError::StaleLease { lease, current });
        }
        if kept.head() != expected {
            return Err(AppendError::HeadMoved { expected, found: kept.head() });
        }
        let head = entries.iter().try_fold(expected, link).map_err(AppendError::Chain)?;
        let fault = kept.fault.take();
        match fault {
            Some(Fault::DiskFull) => return Err(AppendError::DiskFull { source: "no space left, as ordered".into() }),
            Some(Fault::CrashBefore) => {
                *lock(&self.crashed) = true;
                return Err(dead());
            }
            Some(Fault::CrashAfter) | None => kept.entries.extend_from_slice(entries),
        }
        if fault.is_some() {
            *lock(&self.crashed) = true;
            return Err(dead());
        }
        if !entries.is_empty() {
            self.changed.send_replace(head);
        }
        Ok(head)
    }
}

impl Journal for MemoryJournal {
    /// Never refused: whoever comes later fences off whoever was before.
    fn acquire<'a>(&'a self, _holder: &'a str) -> Future<'a, Result<Lease, LeaseError>> {
        let mut kept = lock(&self.kept);
        kept.epoch += 1;
        let lease = Lease { epoch: kept.epoch };
        Box::pin(async move { Ok(lease) })
    }

    fn append<'a>(
        &'a self,
        lease: Lease,
        expected: Head,
        entries: &'a [Sealed],
    ) -> Future<'a, Result<Head, AppendError>> {
        Box::pin(async move { self.append_now(lease, expected, entries) })
    }

    fn read(&self, from: u64, limit: usize) -> Future<'_, Result<Vec<Sealed>, ReadError>> {
        let kept = lock(&self.kept);
        let first = kept.entries.partition_point(|sealed| sealed.seq < from);
        let entries = kept.entries.iter().skip(first).take(limit).cloned().collect();
        Box::pin(async move { Ok(entries) })
    }

    fn head(&self) -> Future<'_, Result<Head, ReadError>> {
        let head = lock(&self.kept).head();
        Box::pin(async move { Ok(head) })
    }

    fn changed(&self) -> watch::Receiver<Head> {
        self.changed.subscribe()
    }

    fn snapshot(&self, snapshot: Snapshot) -> Future<'_, Result<(), SnapshotError>> {
        let snapshots = &mut lock(&self.kept).snapshots;
        snapshots.retain(|s| (s.head.seq, s.version) != (snapshot.head.seq, snapshot.version));
        snapshots.push(snapshot);
        snapshots.sort_by_key(|s| std::cmp::Reverse((s.head.seq, s.version)));
        let kept: Vec<(u64, u32)> = snapshots.iter().map(|s| (s.head.seq, s.version)).collect();
        let gone = superfluous(&kept);
        snapshots.retain(|s| !gone.contains(&(s.head.seq, s.version)));
        Box::pin(async { Ok(()) })
    }

    fn snapshot_until(&self, version: u32, seq: u64) -> Future<'_, Result<Found, SnapshotError>> {
        let kept = lock(&self.kept);
        let snapshot = kept.snapshots.iter().find(|s| s.version == version && s.head.seq <= seq).cloned();
        drop(kept);
        Box::pin(async move { Ok(Found { snapshot, warnings: Vec::new() }) })
    }

    fn bytes(&self) -> Future<'_, Result<u64, ReadError>> {
        let bytes = lock(&self.kept).entries.iter().map(|sealed| sealed.body.len() as u64 + 40).sum();
        Box::pin(async move { Ok(bytes) })
    }

    fn witnesses(&self) -> Future<'_, Vec<(&'static str, Head)>> {
        Box::pin(async { Vec::new() })
    }
}
