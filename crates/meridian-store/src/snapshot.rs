//! Snapshots: a fold of the journal up to an entry, so that a start need not fold everything.
//!
//! Each is a file of its own beside the journal, so that writing a large one never holds up an append. A snapshot is
//! only a shortcut: a damaged one is passed over with a warning, and none at all costs nothing but time.

use std::{
    fs::{self, File},
    io::{self, BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
};

use meridian_core::journal::{Hash, Head};
use serde::{Deserialize, Serialize};

use crate::SnapshotError;

/// A fold of all entries up to and including `head`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    pub head: Head,
    /// The version of the fold; a release that folds otherwise counts it up and never sees older snapshots.
    pub version: u32,
    pub bytes: Vec<u8>,
}

/// What was found when looking for a snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    pub snapshot: Option<Snapshot>,
    /// Damaged snapshots that were passed over, in words.
    pub warnings: Vec<String>,
}

/// The first line of the file; the bytes follow.
#[derive(Serialize, Deserialize)]
struct Header {
    seq: u64,
    hash: Hash,
    version: u32,
    bytes: u64,
    checksum: Hash,
}

impl Header {
    /// Over the header's own fields, too: a snapshot with another number on it is as wrong as one with other bytes.
    fn checksum(head: Head, version: u32, bytes: &[u8]) -> Hash {
        let lead = format!("{} {} {version}\n", head.seq, head.hash);
        Hash::of(&[lead.as_bytes(), &Hash::of(bytes).0].concat())
    }
}

const KEPT: usize = 2;

pub(crate) struct SnapshotFiles {
    directory: PathBuf,
}

impl SnapshotFiles {
    pub fn beside(journal: &Path) -> SnapshotFiles {
        let mut directory = journal.as_os_str().to_owned();
        directory.push(".snapshots");
        SnapshotFiles { directory: directory.into() }
    }

    pub fn keep(&self, snapshot: &Snapshot) -> Result<(), SnapshotError> {
        let write = || -> io::Result<()> {
            fs::create_dir_all(&self.directory)?;
            let name = format!("{:020}-v{}.snapshot", snapshot.head.seq, snapshot.version);
            let unfinished = self.directory.join(format!("{name}.part"));
            self.write(snapshot, &unfinished)?;
            fs::rename(&unfinished, self.directory.join(name))?;
            File::open(&self.directory)?.sync_all()?;
            for (_, _, path) in self.newest_first()?.into_iter().skip(KEPT) {
                fs::remove_file(path)?;
            }
            Ok(())
        };
        write().map_err(|source| self.failed("the snapshot was not kept in", source))
    }

    fn write(&self, snapshot: &Snapshot, path: &Path) -> io::Result<()> {
        let Snapshot { head, version, bytes } = snapshot;
        let checksum = Header::checksum(*head, *version, bytes);
        let header = Header { seq: head.seq, hash: head.hash, version: *version, bytes: bytes.len() as u64, checksum };
        let mut file = crate::witness::private(path)?;
        let mut line = serde_json::to_vec(&header)?;
        line.push(b'\n');
        let written = file.write_all(&line).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
        // Half a snapshot would take the space that the journal needs.
        written.inspect_err(|_| drop(fs::remove_file(path)))
    }

    pub fn latest(&self, version: u32) -> Result<Found, SnapshotError> {
        let mut found = Found::default();
        let files = match self.newest_first() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            listed => listed.map_err(|source| self.failed("no snapshot can be looked for in", source))?,
        };
        for (_, _, path) in files.into_iter().filter(|(_, v, _)| *v == version) {
            match read(&path) {
                Ok(snapshot) => {
                    found.snapshot = Some(snapshot);
                    break;
                }
                Err(why) => found.warnings.push(format!("the snapshot {} is passed over: {why}", path.display())),
            }
        }
        Ok(found)
    }

    /// The last entry that the newest sound snapshot has seen, of whatever version.
    pub fn newest_head(&self) -> Option<Head> {
        let newest = self.newest_first().ok()?;
        newest.iter().find_map(|(_, _, path)| read(path).ok().map(|snapshot| snapshot.head))
    }

    fn newest_first(&self) -> io::Result<Vec<(u64, u32, PathBuf)>> {
        let mut files = Vec::new();
        for file in fs::read_dir(&self.directory)? {
            let path = file?.path();
            let stem = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".snapshot"));
            if let Some((seq, version)) = stem.and_then(|s| s.split_once("-v"))
                && let (Ok(seq), Ok(version)) = (seq.parse(), version.parse())
            {
                files.push((seq, version, path));
            }
        }
        files.sort_by(|a, b| b.cmp(a));
        Ok(files)
    }

    fn failed(&self, what: &str, source: io::Error) -> SnapshotError {
        SnapshotError { what: format!("{what} {}", self.directory.display()), source }
    }
}

fn read(path: &Path) -> Result<Snapshot, String> {
    let mut file = BufReader::new(File::open(path).map_err(|e| e.to_string())?);
    let mut line = Vec::new();
    file.by_ref().take(4096).read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
    let header: Header = serde_json::from_slice(&line).map_err(|e| format!("its first line is damaged: {e}"))?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(|e| e.to_string())?;
    if bytes.len() as u64 != header.bytes {
        return Err(format!("it should have {} bytes and has {}", header.bytes, bytes.len()));
    }
    let head = Head { seq: header.seq, hash: header.hash };
    let checksum = Header::checksum(head, header.version, &bytes);
    if checksum != header.checksum {
        return Err(format!("its checksum should be {} and is {checksum}", header.checksum));
    }
    Ok(Snapshot { head, version: header.version, bytes })
}
