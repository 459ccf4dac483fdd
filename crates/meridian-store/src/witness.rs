//! Who else remembers the journal's head, and who holds it: two small files beside the journal.
//!
//! `.head` is written after each append, without a sync: it is never ahead of the journal, so a journal that ends
//! before it has lost entries. SQLite by itself takes a damaged write-ahead log for an unfinished one and drops its
//! end in silence; with the witness this is seen. `.lock` is held by the one process that writes, through the
//! operating system, so that it is free again however that process ends.

use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use meridian_core::journal::Head;

/// Opens a file that only its owner may read; it is created or emptied.
pub(crate) fn private(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)
}

fn beside(journal: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(journal);
    path.push(ending);
    path.into()
}

/// The last head that was made durable.
pub(crate) struct Witness {
    path: PathBuf,
    file: Option<File>,
}

impl Witness {
    pub fn beside(journal: &Path) -> Witness {
        Witness { path: beside(journal, ".head"), file: None }
    }

    /// Nothing if there is none, or none that can be understood: a power cut may leave it so.
    pub fn read(&self) -> Option<Head> {
        let text = std::fs::read_to_string(&self.path).ok()?;
        let (seq, hash) = text.trim_end().split_once(' ')?;
        Some(Head { seq: seq.parse().ok()?, hash: hash.parse().ok()? })
    }

    /// A failure here is no failure of the append: an older witness is still a true one.
    pub fn remember(&mut self, head: Head) {
        if self.file.is_none() {
            self.file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&self.path).ok();
        }
        if let Some(file) = &self.file {
            // One write of one length, so that no reader ever sees a mixture of two lengths.
            let _ = file.write_all_at(format!("{:020} {}\n", head.seq, head.hash).as_bytes(), 0);
        }
    }
}

/// The exclusive hold of one process on the journal; it ends with the value, or with the process.
pub(crate) struct Hold(#[allow(dead_code, reason = "the lock lives as long as the file is open")] File);

impl Hold {
    /// `Err(Ok(who))`: held by that one.
    pub fn take(journal: &Path, holder: &str) -> Result<Hold, Result<String, io::Error>> {
        let path = beside(journal, ".lock");
        let open = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
        let mut file = open.map_err(Err)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut who = String::new();
                let read = file.take(500).read_to_string(&mut who);
                let known = read.is_ok() && !who.trim().is_empty();
                return Err(Ok(if known { who.trim().to_owned() } else { "another process".to_owned() }));
            }
            Err(TryLockError::Error(error)) => return Err(Err(error)),
        }
        let write = file.set_len(0).and_then(|()| writeln!(file, "process {} ({holder})", std::process::id()));
        write.map_err(Err)?;
        Ok(Hold(file))
    }
}
