//! From the journal to the world: at a start, and for an instant of the past.
//!
//! Three things go on at once: a portion of entries is read, the one before it is decoded, the one before that folded.

use meridian_core::{
    World,
    journal::{Entry, open},
    world::{Replay, SNAPSHOT_VERSION},
};
use meridian_store::{Journal, Sealed};
use tokio::task::spawn_blocking;

/// So many entries in a portion.
const PORTION: u64 = 4_096;

/// Why the journal could not be folded.
#[derive(Debug)]
pub struct FoldError(pub String);

impl std::fmt::Display for FoldError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FoldError {}

fn failed(error: impl std::fmt::Display) -> FoldError {
    FoldError(error.to_string())
}

/// Folds the whole journal from its newest sound snapshot. Also tells the entry at which that snapshot stands.
pub async fn fold(journal: &dyn Journal) -> Result<(World, u64), FoldError> {
    fold_until(journal, u64::MAX).await
}

/// Folds the journal up to and including entry `until`, from the newest sound snapshot that has seen nothing after it.
pub async fn fold_until(journal: &dyn Journal, until: u64) -> Result<(World, u64), FoldError> {
    let found = journal.snapshot_until(SNAPSHOT_VERSION, until).await.map_err(failed)?;
    for warning in &found.warnings {
        tracing::warn!("{warning}");
    }
    let from_snapshot = spawn_blocking(move || {
        found.snapshot.and_then(|snapshot| match World::from_snapshot(&snapshot.bytes) {
            Ok(world) => Some(world),
            Err(error) => {
                tracing::warn!("the snapshot at entry {} is passed over: {error}", snapshot.head.seq);
                None
            }
        })
    });
    let world = from_snapshot.await.map_err(failed)?.unwrap_or_default();
    let snapshot_at = world.seq();
    let world = fold_on(journal, world, until).await?;
    Ok((world, snapshot_at))
}

async fn fold_on(journal: &dyn Journal, world: World, until: u64) -> Result<World, FoldError> {
    let mut next = world.seq() + 1;
    let mut replay = Replay::from(world);
    let (mut sealed, mut entries): (Vec<Sealed>, Vec<Entry>) = (Vec::new(), Vec::new());
    loop {
        let count = until.saturating_add(1).saturating_sub(next).min(PORTION) as usize;
        let folding = spawn_blocking(move || {
            entries.iter().for_each(|entry| replay.fold(entry));
            replay
        });
        let decoding = spawn_blocking(move || sealed.iter().map(open).collect::<Result<Vec<Entry>, _>>());
        let (read, decoded, folded) = tokio::join!(journal.read(next, count), decoding, folding);
        replay = folded.map_err(failed)?;
        entries = decoded.map_err(failed)?.map_err(failed)?;
        sealed = read.map_err(failed)?;
        match sealed.last() {
            Some(last) => next = last.seq + 1,
            None if entries.is_empty() => break,
            None => {}
        }
    }
    spawn_blocking(move || replay.world()).await.map_err(failed)
}
