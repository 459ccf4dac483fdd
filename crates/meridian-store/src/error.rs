//! What can go wrong, each with what to do about it.

use std::{error::Error, fmt, path::PathBuf};

use meridian_core::journal::{Broken, Head};

use crate::Lease;

type Source = Box<dyn Error + Send + Sync>;

/// Why a journal could not be opened.
#[derive(Debug)]
pub enum OpenError {
    /// The file is something else.
    NotAJournal {
        path: PathBuf,
        what: String,
    },
    /// A newer release wrote it.
    Newer {
        path: PathBuf,
        found: i64,
        known: i64,
    },
    /// It does not exist, and opening it to read does not create it.
    NotFound {
        path: PathBuf,
    },
    Permission {
        path: PathBuf,
        source: Source,
    },
    DiskFull {
        path: PathBuf,
        source: Source,
    },
    /// A page of the database file is damaged, in a way that keeps it from being opened at all.
    Corrupt {
        path: PathBuf,
        source: Source,
    },
    /// An entry is wrong.
    Broken {
        path: PathBuf,
        broken: Broken,
    },
    Engine {
        path: PathBuf,
        source: Source,
    },
}

impl OpenError {
    /// What to do.
    pub fn hint(&self) -> &'static str {
        match self {
            OpenError::NotAJournal { .. } => {
                "point to the journal itself, or move this file away to begin a new journal"
            }
            OpenError::Newer { .. } => "run the release that wrote it, or a later one",
            OpenError::NotFound { .. } => "check the path; `meridian serve` makes a journal on its first start",
            OpenError::Permission { .. } => "let the user that runs Meridian read and write this directory and file",
            OpenError::DiskFull { .. } => "free some space; nothing is lost",
            OpenError::Corrupt { .. } => "keep the file for examination and restore the latest backup",
            OpenError::Broken { broken: Broken::EndsEarly { .. } | Broken::Replaced { .. }, .. } => {
                "if you restored a backup on purpose, move the `.head` file and the `.snapshots` directory beside it away; \
                 else keep all files for examination"
            }
            OpenError::Broken { .. } => {
                "keep the file for examination, restore the latest backup, and compare `meridian journal export` of both"
            }
            OpenError::Engine { .. } => "see the cause",
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NotAJournal { path, what } => write!(f, "{} is no journal: {what}", path.display()),
            OpenError::Newer { path, found, known } => {
                write!(f, "{} has format {found}; this release knows formats up to {known}", path.display())
            }
            OpenError::NotFound { path } => write!(f, "there is no journal at {}", path.display()),
            OpenError::Permission { path, source } => write!(f, "{} may not be used: {source}", path.display()),
            OpenError::DiskFull { path, source } => write!(f, "no space left for {}: {source}", path.display()),
            OpenError::Corrupt { path, source } => write!(f, "{} is damaged: {source}", path.display()),
            OpenError::Broken { path, broken } => write!(f, "{}: {broken}", path.display()),
            OpenError::Engine { path, source } => write!(f, "{} cannot be opened: {source}", path.display()),
        }
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            OpenError::Permission { source, .. }
            | OpenError::DiskFull { source, .. }
            | OpenError::Corrupt { source, .. }
            | OpenError::Engine { source, .. } => Some(source.as_ref()),
            OpenError::Broken { broken, .. } => Some(broken),
            OpenError::NotAJournal { .. } | OpenError::Newer { .. } | OpenError::NotFound { .. } => None,
        }
    }
}

/// Why the right to append was not given.
#[derive(Debug)]
pub enum LeaseError {
    /// Another process has it; `by` is how that one describes itself.
    Held {
        by: String,
    },
    /// The journal was opened to read.
    ReadOnly,
    Engine {
        source: Source,
    },
}

impl fmt::Display for LeaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LeaseError::Held { by } => write!(f, "the journal is written by {by}; stop that one first"),
            LeaseError::ReadOnly => f.write_str("the journal was opened to read only"),
            LeaseError::Engine { source } => write!(f, "the lease cannot be taken: {source}"),
        }
    }
}

impl Error for LeaseError {}

/// Why nothing was appended.
#[derive(Debug)]
pub enum AppendError {
    /// Somebody acquired a newer lease.
    StaleLease {
        lease: Lease,
        current: Lease,
    },
    HeadMoved {
        expected: Head,
        found: Head,
    },
    /// The entries do not continue the chain.
    Chain(Broken),
    /// Nothing was appended; the same append can succeed as soon as there is space.
    DiskFull {
        source: Source,
    },
    /// Whether the entries are there is unknown: ask for the head.
    Engine {
        source: Source,
    },
}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AppendError::StaleLease { lease, current } => {
                write!(f, "the lease of epoch {} is over: epoch {} holds the journal", lease.epoch, current.epoch)
            }
            AppendError::HeadMoved { expected, found } => {
                write!(
                    f,
                    "the journal is at entry {} ({}), not at {} ({})",
                    found.seq, found.hash, expected.seq, expected.hash
                )
            }
            AppendError::Chain(broken) => write!(f, "the entries do not continue the journal: {broken}"),
            AppendError::DiskFull { source } => write!(f, "no space left for the journal: {source}"),
            AppendError::Engine { source } => write!(f, "the journal failed: {source}"),
        }
    }
}

impl Error for AppendError {}

/// Why entries could not be read.
#[derive(Debug)]
pub enum ReadError {
    /// This very entry cannot be read.
    Broken(Broken),
    Engine {
        source: Source,
    },
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Broken(broken) => broken.fmt(f),
            ReadError::Engine { source } => write!(f, "the journal cannot be read: {source}"),
        }
    }
}

impl Error for ReadError {}

/// Why a snapshot was not kept or not looked for. Never fatal: the journal holds everything.
#[derive(Debug)]
pub struct SnapshotError {
    pub what: String,
    pub source: std::io::Error,
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.source)
    }
}

impl Error for SnapshotError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
