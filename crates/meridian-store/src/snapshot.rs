//! Snapshots: a fold of the journal up to an entry, so that a start need not fold everything.
//!
//! Each is a file of its own beside the journal, so that writing a large one never holds up an append. A snapshot is
//! only a shortcut: a damaged one is passed over with a warning, and none at all costs nothing but time.
//!
//! The two newest lie there as they are, for a quick start. Older ones are packed and thinned out, so that the world of
//! an earlier day is never far from one of them.

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
    /// The bytes follow packed, by gzip; length and checksum are those of the bytes themselves.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    packed: bool,
}

impl Header {
    /// Over the header's own fields, too: a snapshot with another number on it is as wrong as one with other bytes.
    fn checksum(head: Head, version: u32, bytes: &[u8]) -> Hash {
        let lead = format!("{} {} {version}\n", head.seq, head.hash);
        Hash::of(&[lead.as_bytes(), &Hash::of(bytes).0].concat())
    }
}

const KEPT: usize = 2;
/// So many older ones, at most, for going back.
const PAST_KEPT: usize = 40;

/// Which of these (newest first, number and version) are not kept: other versions than the newest's, and where there
/// are too many, those that leave the smallest gap.
pub(crate) fn superfluous(newest_first: &[(u64, u32)]) -> Vec<(u64, u32)> {
    let Some((_, version)) = newest_first.first() else { return Vec::new() };
    let (mut past, mut gone): (Vec<_>, Vec<_>) =
        newest_first.iter().skip(KEPT).copied().partition(|(_, other)| other == version);
    while past.len() > PAST_KEPT {
        let after = |place: usize| past.get(place + 1).map_or(0, |(seq, _)| *seq);
        let before = |place: usize| place.checked_sub(1).map_or(u64::MAX, |place| past[place].0);
        let narrow = (0..past.len()).min_by_key(|place| before(*place) - after(*place)).unwrap_or(0);
        gone.push(past.remove(narrow));
    }
    gone
}

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
            self.write(snapshot, &unfinished, false)?;
            fs::rename(&unfinished, self.directory.join(name))?;
            File::open(&self.directory)?.sync_all()?;
            self.thin_out()
        };
        write().map_err(|source| self.failed("the snapshot was not kept in", source))
    }

    /// Removes what is superfluous and packs what is left of the past.
    fn thin_out(&self) -> io::Result<()> {
        let files = self.newest_first()?;
        let gone = superfluous(&files.iter().map(|(seq, version, _)| (*seq, *version)).collect::<Vec<_>>());
        for (place, (seq, version, path)) in files.iter().enumerate() {
            if gone.contains(&(*seq, *version)) {
                fs::remove_file(path)?;
            } else if place >= KEPT && !is_packed(path) {
                // A damaged one is of no use to anybody.
                let Ok(snapshot) = read(path) else {
                    fs::remove_file(path)?;
                    continue;
                };
                let unfinished = path.with_extension("part");
                self.write(&snapshot, &unfinished, true)?;
                fs::rename(&unfinished, path)?;
            }
        }
        Ok(())
    }

    fn write(&self, snapshot: &Snapshot, path: &Path, packed: bool) -> io::Result<()> {
        let Snapshot { head, version, bytes } = snapshot;
        let checksum = Header::checksum(*head, *version, bytes);
        let (seq, hash, version) = (head.seq, head.hash, *version);
        let header = Header { seq, hash, version, bytes: bytes.len() as u64, checksum, packed };
        let packed = packed.then(|| pack(bytes)).transpose()?;
        let bytes = packed.as_ref().unwrap_or(bytes);
        let mut file = crate::witness::private(path)?;
        let mut line = serde_json::to_vec(&header)?;
        line.push(b'\n');
        let written = file.write_all(&line).and_then(|()| file.write_all(bytes)).and_then(|()| file.sync_all());
        // Half a snapshot would take the space that the journal needs.
        written.inspect_err(|_| drop(fs::remove_file(path)))
    }

    /// The newest sound one of this version that has seen no entry after number `until`.
    pub fn latest(&self, version: u32, until: u64) -> Result<Found, SnapshotError> {
        let mut found = Found::default();
        let files = match self.newest_first() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(found),
            listed => listed.map_err(|source| self.failed("no snapshot can be looked for in", source))?,
        };
        for (_, _, path) in files.into_iter().filter(|(seq, v, _)| *v == version && *seq <= until) {
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

fn pack(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes)?;
    packer.finish()
}

fn begin(path: &Path) -> Result<(Header, BufReader<File>), String> {
    let mut file = BufReader::new(File::open(path).map_err(|e| e.to_string())?);
    let mut line = Vec::new();
    file.by_ref().take(4096).read_until(b'\n', &mut line).map_err(|e| e.to_string())?;
    let header = serde_json::from_slice(&line).map_err(|e| format!("its first line is damaged: {e}"))?;
    Ok((header, file))
}

fn is_packed(path: &Path) -> bool {
    begin(path).is_ok_and(|(header, _)| header.packed)
}

fn read(path: &Path) -> Result<Snapshot, String> {
    let (header, mut file) = begin(path)?;
    let mut bytes = Vec::new();
    // One byte more than it should have: what is damaged must not fill the memory.
    let most = header.bytes.saturating_add(1);
    let all = match header.packed {
        true => flate2::bufread::GzDecoder::new(file).take(most).read_to_end(&mut bytes),
        false => file.read_to_end(&mut bytes),
    };
    all.map_err(|e| format!("its bytes are damaged: {e}"))?;
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
