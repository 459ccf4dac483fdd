//! The entry that was the newest at an instant.

use meridian_core::{Instant, journal::Broken};
use serde::Deserialize;

use crate::{Journal, ReadError};

/// The number of the last entry at or before `at`; 0 if the journal began later.
///
/// The time of a journal never runs backwards, so halving finds it: twenty reads among a million entries, and no index
/// that every append would have to keep.
pub async fn seek(journal: &dyn Journal, at: Instant) -> Result<u64, ReadError> {
    let (mut before, mut after) = (0, journal.head().await?.seq.saturating_add(1));
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if written_at(journal, middle).await? <= at { before = middle } else { after = middle }
    }
    Ok(before)
}

async fn written_at(journal: &dyn Journal, seq: u64) -> Result<Instant, ReadError> {
    #[derive(Deserialize)]
    struct Written {
        at: Instant,
    }
    let found = journal.read(seq, 1).await?.into_iter().next();
    let entry = found.ok_or(ReadError::Broken(Broken::Missing { seq, found: seq }))?;
    let written: Result<Written, _> = serde_json::from_slice(&entry.body);
    Ok(written.map_err(|error| ReadError::Broken(Broken::Unparsable { seq, why: error.to_string() }))?.at)
}
