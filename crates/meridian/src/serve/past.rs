//! The past: the world as it was at an instant, folded from the nearest earlier snapshot.
//!
//! It has nothing to do with the keeper: what is asked here holds up nobody who pages. Few are folded at a time, and
//! the last few stay at hand, since whoever looks back looks at one moment for a while.

use std::{
    collections::VecDeque,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use meridian_core::{Instant, World};
use meridian_store::{Journal, seek};
use tokio::sync::Semaphore;

use super::{House, fold::fold_until};

/// So many worlds stay at hand; each may take as much memory as the present one.
const KEPT: usize = 3;
/// So many are folded at a time, one of two processors at most.
const AT_A_TIME: usize = 1;
/// So many may wait for that; a further one is asked to come again.
const WAITING: usize = 16;

/// See the [module](self).
pub struct Past {
    journal: Arc<dyn Journal>,
    /// Newest use first, by the last entry that each has seen.
    kept: Mutex<VecDeque<(u64, Arc<World>)>>,
    folding: Semaphore,
    waiting: Semaphore,
}

/// Why the world of an instant cannot be had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PastError {
    /// It is yet to come.
    NotYet,
    /// The journal begins later.
    BeforeTheBeginning,
    /// Too many look back at the same time.
    Busy,
    /// The journal cannot be read, or not be folded.
    Unreadable(String),
}

impl fmt::Display for PastError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PastError::NotYet => f.write_str("this instant is yet to come"),
            PastError::BeforeTheBeginning => f.write_str("the journal begins later"),
            PastError::Busy => f.write_str("too many look back at the same time; ask again in a few seconds"),
            PastError::Unreadable(why) => write!(f, "the journal can't be folded up to this instant: {why}"),
        }
    }
}

impl std::error::Error for PastError {}

impl House {
    /// The control room as it was at `instant`: everything that was journalled until then, and nothing after it.
    pub async fn at(&self, instant: Instant) -> Result<Arc<World>, PastError> {
        if instant > self.clock.now() {
            return Err(PastError::NotYet);
        }
        self.past.at(instant).await
    }
}

impl Past {
    pub fn new(journal: Arc<dyn Journal>) -> Past {
        let (folding, waiting) = (Semaphore::new(AT_A_TIME), Semaphore::new(WAITING));
        Past { journal, kept: Mutex::default(), folding, waiting }
    }

    /// The world after the last entry at or before `instant`.
    pub async fn at(&self, instant: Instant) -> Result<Arc<World>, PastError> {
        let unreadable = |error: &dyn fmt::Display| PastError::Unreadable(error.to_string());
        let seq = seek(&*self.journal, instant).await.map_err(|error| unreadable(&error))?;
        if seq == 0 {
            return Err(PastError::BeforeTheBeginning);
        }
        if let Some(world) = self.find(seq) {
            return Ok(world);
        }
        let _place = self.waiting.try_acquire().map_err(|_| PastError::Busy)?;
        let _turn = self.folding.acquire().await.map_err(|_| PastError::Busy)?;
        // Whoever went before may have wanted the same.
        if let Some(world) = self.find(seq) {
            return Ok(world);
        }
        let (world, _) = fold_until(&*self.journal, seq).await.map_err(|error| unreadable(&error))?;
        let world = Arc::new(world);
        let mut kept = self.kept();
        kept.push_front((seq, world.clone()));
        kept.truncate(KEPT);
        Ok(world)
    }

    fn find(&self, seq: u64) -> Option<Arc<World>> {
        let mut kept = self.kept();
        let place = kept.iter().position(|(of, _)| *of == seq)?;
        let found = kept.remove(place)?;
        let world = found.1.clone();
        kept.push_front(found);
        Some(world)
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<(u64, Arc<World>)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use meridian_core::{fact::samples::every_entry, journal::seal_all, world::SNAPSHOT_VERSION};
    use meridian_store::{Head, MemoryJournal, Snapshot};

    use super::*;

    /// At each instant the world is what the entries until then make of it, with snapshots on the way and without.
    #[tokio::test]
    async fn each_instant_is_as_it_was() {
        let entries = every_entry();
        for snapshots in [false, true] {
            let journal = Arc::new(MemoryJournal::new());
            let lease = journal.acquire("test").await.unwrap();
            journal.append(lease, Head::GENESIS, &seal_all(Head::GENESIS.hash, &entries)).await.unwrap();
            let past = Past::new(journal.clone());
            let mut world = World::default();
            let mut expected = Vec::new();
            let sealed = seal_all(Head::GENESIS.hash, &entries);
            for (entry, sealed) in entries.iter().zip(&sealed) {
                world.fold(entry);
                let bytes = world.to_snapshot().unwrap();
                if snapshots && entry.seq.is_multiple_of(7) {
                    let (head, version) = (sealed.head(), SNAPSHOT_VERSION);
                    journal.snapshot(Snapshot { head, version, bytes: bytes.clone() }).await.unwrap();
                }
                expected.push((entry.at, bytes));
            }
            for (at, bytes) in expected.iter().rev().chain(&expected) {
                assert_eq!(past.at(*at).await.unwrap().to_snapshot().unwrap(), *bytes, "{at}");
            }
            let before = entries[0].at - jiff::SignedDuration::from_nanos(1);
            assert_eq!(past.at(before).await.err(), Some(PastError::BeforeTheBeginning));
            assert_eq!(past.kept().len(), KEPT);
        }
    }
}
