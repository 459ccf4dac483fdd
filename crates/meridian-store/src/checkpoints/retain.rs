//! Letting go of old segments, by age and by size, and never of what a start may still need.

use super::{
    Log, LogError,
    segment::{Segment, name_of, segments},
};

/// What is kept. Nothing said: everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Keep {
    /// A segment whose events are all older may go; nanoseconds since the epoch.
    pub since: Option<i64>,
    /// The oldest go until the segments take no more than this.
    pub bytes: Option<u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retained {
    /// Segments that are gone, and their bytes.
    pub removed: u64,
    pub bytes: u64,
    /// Segments that are old or too many, and stay because no two sound snapshots stand behind them.
    pub held: u64,
}

impl Log {
    /// Removes whole segments, the oldest first. What the second newest sound snapshot doesn't cover stays, so that one
    /// damaged snapshot loses nothing; the newest segment always stays.
    pub fn retain(&mut self, keep: Keep) -> Result<Retained, LogError> {
        let disk = self.disk.clone();
        let known = segments(disk.as_ref())?;
        let covered = self.snapshots().sound(2)?.get(1).map_or(0, |place| place.frame);
        let mut sizes = Vec::with_capacity(known.len());
        for first in &known {
            let name = name_of(*first);
            let length = disk.open(&name).and_then(|file| file.len());
            sizes.push(length.map_err(|e| LogError::io(format!("the segment {name} cannot be read"), e))?);
        }
        let (mut total, mut retained) = (sizes.iter().sum::<u64>(), Retained::default());
        for ((first, size), next) in known.iter().zip(&sizes).zip(known.iter().skip(1)) {
            if *first == self.newest_segment() {
                break;
            }
            let latest = Segment::open(disk.as_ref(), *next)?.header.latest_before;
            let old = keep.since.is_some_and(|since| latest < since);
            let too_large = keep.bytes.is_some_and(|bytes| total > bytes);
            if !old && !too_large {
                break;
            }
            total -= size;
            if retained.held > 0 || *next > covered {
                retained.held += 1;
                continue;
            }
            // One after the other, so that a crash leaves no hole.
            let name = name_of(*first);
            let removed = disk.remove(&name).and_then(|()| disk.sync_names());
            removed.map_err(|e| LogError::io(format!("the segment {name} cannot be removed"), e))?;
            retained.removed += 1;
            retained.bytes += size;
        }
        Ok(retained)
    }
}
