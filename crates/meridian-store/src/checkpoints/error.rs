//! What can go wrong with the log, each with what to do about it.

use std::{error::Error, fmt, io};

use super::Position;

/// What is wrong, and exactly where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The name of the file in the log's directory.
    pub file: String,
    pub offset: u64,
    pub expected: String,
    pub found: String,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged at byte {}: expected {}, found {}", self.file, self.offset, self.expected, self.found)
    }
}

#[derive(Debug)]
pub enum LogError {
    /// Another process writes this log; `by` is how that one describes itself.
    Held {
        by: String,
    },
    /// A newer release wrote it.
    Newer {
        file: String,
        found: u32,
        known: u32,
    },
    Damaged(Damage),
    /// What was asked for was removed, because it was old and a snapshot covers it.
    Gone {
        asked: Position,
        first: Position,
    },
    /// What was asked for, or what a snapshot stands for, is not a place in this log.
    NoSuchPosition {
        asked: Position,
        nearest: Position,
    },
    TooLarge {
        bytes: usize,
    },
    /// Nothing was appended; the same append can succeed as soon as there is space.
    DiskFull {
        what: String,
        source: io::Error,
    },
    /// Nothing was appended.
    Io {
        what: String,
        source: io::Error,
    },
    /// The disk failed earlier, in a way after which nobody knows what it holds.
    Failed {
        why: String,
    },
}

impl LogError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            LogError::Held { .. } => "stop the other process first; a log has one writer",
            LogError::Newer { .. } => "run the release that wrote it, or a later one",
            LogError::Damaged(damage) if damage.file == super::mark::NAME => {
                "if you restored a backup on purpose, move the file `end` away; else keep the directory for examination"
            }
            LogError::Damaged(_) => {
                "keep the directory for examination and restore the latest backup; nothing was changed in it"
            }
            LogError::Gone { .. } => "begin at the newest snapshot, or at the first frame that is left",
            LogError::NoSuchPosition { .. } => "keep the directory for examination: its files are not of one log",
            LogError::TooLarge { .. } => "append smaller groups",
            LogError::DiskFull { .. } => "free some space, or keep less; nothing is lost",
            LogError::Io { .. } => "see the cause",
            LogError::Failed { .. } => {
                "look at the disk, then start again: what was acknowledged is read back and checked"
            }
        }
    }

    pub(super) fn io(what: impl Into<String>, source: io::Error) -> LogError {
        match source.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                LogError::DiskFull { what: what.into(), source }
            }
            _ => LogError::Io { what: what.into(), source },
        }
    }
}

impl From<Damage> for LogError {
    fn from(damage: Damage) -> LogError {
        LogError::Damaged(damage)
    }
}

impl fmt::Display for LogError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogError::Held { by } => write!(f, "the checkpoint log is written by {by}"),
            LogError::Newer { file, found, known } => {
                write!(f, "{file} has format {found}; this release knows formats up to {known}")
            }
            LogError::Damaged(damage) => damage.fmt(f),
            LogError::Gone { asked, first } => write!(f, "{asked} is no longer kept; the log begins at {first}"),
            LogError::NoSuchPosition { asked, nearest } => {
                write!(f, "the checkpoint log has no {asked}; the nearest is {nearest}")
            }
            LogError::TooLarge { bytes } => {
                write!(f, "a group of {bytes} bytes is larger than {} bytes", super::BLOB_BYTES_MAX)
            }
            LogError::DiskFull { what, source } => write!(f, "no space left: {what}: {source}"),
            LogError::Io { what, source } => write!(f, "{what}: {source}"),
            LogError::Failed { why } => write!(f, "the checkpoint log takes nothing more: {why}"),
        }
    }
}

impl Error for LogError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            LogError::DiskFull { source, .. } | LogError::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
