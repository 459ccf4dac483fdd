//! The log on a disk that can fail in every way, and on a real one.

#![allow(clippy::unwrap_used)]

mod cases;
mod crash;
mod fake;
mod flip;
mod real;

use std::sync::Arc;

use fake::Fake;

use super::{Frames, Keep, Log, LogError, Opened, Options, Position, State, disk::Disk, frames::Frames as Reading};

/// Segments so small that a few groups fill one.
const SMALL: Options = Options { segment_bytes: 200 };

fn open(disk: &Fake) -> Result<Opened, LogError> {
    Log::start(Arc::new(disk.clone()), SMALL)
}

/// The groups from the first that is left, without holding the log.
fn reading(disk: &Fake) -> Result<Frames, LogError> {
    let disk: Arc<dyn Disk> = Arc::new(disk.clone());
    let (reached, _) = super::log::reaches(disk.as_ref())?;
    let first = super::segment::segments(disk.as_ref())?.first().copied().unwrap_or_default();
    let event = match first {
        0 => 0,
        _ => super::segment::Segment::open(disk.as_ref(), first)?.header.first.event,
    };
    Reading::begin(disk, Position { frame: first, event }, reached.frame, None)
}

/// What a group of this number looks like: no two are alike, and their lengths differ.
fn blob(number: u64) -> Vec<u8> {
    let length = (number * 7 % 23) as usize;
    format!("group {number} ").into_bytes().into_iter().cycle().take(8 + length).collect()
}

/// What is done to a log in a test.
#[derive(Clone, Copy, Debug)]
enum Do {
    Append(u64),
    Sync,
    Snapshot,
    Retain(u64),
}

impl Do {
    /// Without a sync of its own: `Append` makes durable only what came before it.
    fn to(self, log: &mut Log) -> Result<(), LogError> {
        match self {
            Do::Append(number) => log.append(&blob(number), number as u32 % 5, number as i64).map(|_| ()),
            Do::Sync => log.sync(),
            Do::Snapshot => {
                let state = State { position: log.durable(), version: 1, bytes: blob(log.durable().frame) };
                log.snapshots().write(&state)
            }
            Do::Retain(bytes) => log.retain(Keep { since: None, bytes: Some(bytes) }).map(|_| ()),
        }
    }
}

/// A life of a log with everything in it: several segments, a group larger than one, snapshots, letting go.
fn life() -> Vec<Do> {
    let mut steps = Vec::new();
    for number in 0..12 {
        steps.extend([Do::Append(number), Do::Sync]);
        match number {
            3 | 6 | 8 => steps.push(Do::Snapshot),
            9 => steps.push(Do::Retain(500)),
            _ => {}
        }
    }
    steps
}
