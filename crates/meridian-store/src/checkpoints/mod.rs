//! The checkpoint log: a segmented write-ahead log of groups of checkpoints, beside the journal.
//!
//! Checkpoints come by the million and would drown the journal; only the verdicts about them go there. What is in a
//! group is core's matter: to this log it is a blob of bytes. One group is one *frame*: one checksum, one write, one
//! `fdatasync`. A directory holds
//!
//! | file | what it is |
//! | --- | --- |
//! | `00000000000000000042.seg` | a segment: a header, then frames; its name is the number of its first frame |
//! | `00000000000000000042.seg.new` | a segment that was being made; it holds nothing |
//! | `00000000000000000040.snap` | a snapshot: what all frames before frame 40 came to |
//! | `end` | the end of what was made durable, as last seen; it is never ahead of that |
//! | `log.lock` | held by the one process that writes |
//!
//! What each state of the files means, when the log is opened or read:
//!
//! | what is found | what it is | what is done |
//! | --- | --- | --- |
//! | a bad frame, last of the newest segment, at or behind `end` | a torn tail: it was never acknowledged | cut off, and said |
//! | a bad frame with a sound one behind it, or before `end` | damage | named, and nothing is opened |
//! | a bad frame in an older segment | damage | named when it is read |
//! | a segment that is missing, or continues another one | damage | named, and nothing is opened |
//! | a snapshot with a wrong checksum | damage | named; the one before is used |
//!
//! Only the last frame can be torn, because a frame is not written before the one before it is durable. After an
//! `fsync` that failed nobody knows what is on the disk, so the log takes nothing more until it is opened again.
//!
//! What this does *not* do: it repairs no damage, reads no clock (instants are arguments), starts no thread and knows no
//! runtime: its caller calls it from a thread that may block. It doesn't know what a checkpoint is.
//!
//! ```
//! use meridian_store::checkpoints::{Log, Options, Position};
//! let dir = tempfile::tempdir()?;
//! let mut opened = Log::open(dir.path(), "an example", Options::default())?;
//! opened.log.append(b"a group of three", 3, 1_770_000_000_000_000_000)?;
//! opened.log.sync()?;
//! assert_eq!(opened.log.end(), Position { frame: 1, event: 3 });
//! let frames: Vec<_> = opened.log.read(Position::START)?.collect::<Result<_, _>>()?;
//! assert_eq!(frames[0].blob, b"a group of three");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::fmt;

mod disk;
mod error;
mod format;
mod frames;
mod log;
mod mark;
mod retain;
mod segment;
mod snapshots;
mod verify;

pub use error::{Damage, LogError};
pub use frames::{Frames, frames};
pub use log::{Log, Opened, Recovered, Torn};
pub use retain::{Keep, Retained};
pub use snapshots::{FoundState, Snapshots, State};
pub use verify::{LogReport, verify};

#[cfg(test)]
mod tests;

/// No frame's blob is larger; a length beyond it is damage, and is not believed.
pub const BLOB_BYTES_MAX: usize = 64 << 20;

/// A place between frames: the number of the frame that follows, and of its first event. Both count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position {
    pub frame: u64,
    pub event: u64,
}

impl Position {
    pub const START: Position = Position { frame: 0, event: 0 };
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "frame {} (event {})", self.frame, self.event)
    }
}

/// A group of checkpoints as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Where it begins.
    pub position: Position,
    pub events: u32,
    /// The instant of its first event, in nanoseconds since the epoch, as the caller said it.
    pub at: i64,
    pub blob: Vec<u8>,
}

impl Frame {
    /// Where the next one begins.
    pub fn next(&self) -> Position {
        let Position { frame, event } = self.position;
        Position { frame: frame.saturating_add(1), event: event.saturating_add(u64::from(self.events)) }
    }
}

/// How a log is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The space that is reserved for a segment. A larger frame gets a segment of its own.
    pub segment_bytes: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: 64 << 20 }
    }
}
