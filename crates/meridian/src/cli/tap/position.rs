//! Where a tap stands, on the disk: what was read of which file, its counter, and the batch that may not have arrived.
//!
//! The file is replaced whole, so it is always that of one moment. A batch stands in it before it is sent, with its
//! numbers: after a crash the very same lines are sent once more, and whoever takes them knows them by their numbers.

use std::{
    fs::{File, rename},
    io::{Read as _, Write as _},
    path::{Path, PathBuf},
};

use meridian_core::{Instant, tap::Memory};
use serde::{Deserialize, Serialize};

const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    version: u32,
    /// Whose counter it is, and of what: another tap may not go on here.
    of: String,
    /// Of the counter.
    pub epoch: u64,
    /// The number of the newest report.
    pub n: u64,
    /// When it was begun, in milliseconds since 1970.
    pub begun: i64,
    /// The newest instant that was reported, in nanoseconds since 1970.
    pub latest: Option<i64>,
    #[serde(default)]
    pub memory: Memory,
    pub files: Vec<Read>,
    /// What may not have arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<Batch>,
}

/// A file as far as it was read, known by what does not change when it is renamed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Its name when it was seen last, for people.
    pub name: String,
    pub device: u64,
    pub inode: u64,
    /// The hash of its first bytes, and of how many: another file in its place begins otherwise.
    pub head: String,
    pub head_bytes: u64,
    pub at: u64,
    /// In the middle of a frame that is longer than any.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub skipping: bool,
    /// Where it was read to, a frame has begun.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub half: bool,
    /// It begins with all that another file holds: reading both would tell everything twice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<Twin>,
}

/// The other file, and how many bytes both have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Twin {
    pub device: u64,
    pub inode: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    pub lines: Vec<String>,
    /// How long the file was into which they go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<u64>,
}

/// The position on the disk, held by this tap alone.
pub struct Kept {
    path: PathBuf,
    _lock: File,
    pub position: Position,
}

impl Kept {
    /// Reads the position, or begins one now. A lost one begins an epoch above all before.
    pub fn open(path: &Path, of: &str, now: Instant) -> Result<Kept, String> {
        let wrong = |what: &str, why: &dyn std::fmt::Display| format!("the position {} {what}: {why}", path.display());
        let lock = File::options().create(true).truncate(false).write(true).open(beside(path, "lock"));
        let lock = lock.map_err(|why| wrong("can't be locked", &why))?;
        if lock.try_lock().is_err() {
            return Err(wrong("is in use", &"another tap reports with it; give each a --position of its own"));
        }
        let mut text = String::new();
        let position = match File::open(path) {
            Ok(mut file) => {
                file.read_to_string(&mut text).map_err(|why| wrong("can't be read", &why))?;
                let known: Position = serde_json::from_str(&text).map_err(|why| {
                    wrong("is none of ours", &format!("{why}; move it away to begin at the beginning of all files"))
                })?;
                if known.version != VERSION {
                    return Err(wrong("is of another release", &format!("version {}", known.version)));
                }
                if known.of != of {
                    let why =
                        format!("it is that of {}, and this tap is {of}; give it a --position of its own", known.of);
                    return Err(wrong("belongs to another tap", &why));
                }
                known
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let epoch = u64::try_from(now.as_second()).unwrap_or(1);
                Position {
                    version: VERSION,
                    of: of.to_owned(),
                    epoch,
                    begun: now.as_millisecond(),
                    ..Position::default()
                }
            }
            Err(error) => return Err(wrong("can't be read", &error)),
        };
        let kept = Kept { path: path.to_owned(), _lock: lock, position };
        if text.is_empty() {
            // What is rotated from now on is read, also if the tap is killed before it has read anything.
            kept.save()?;
        }
        Ok(kept)
    }

    /// Makes it durable.
    pub fn save(&self) -> Result<(), String> {
        let new = beside(&self.path, "new");
        let write = || {
            let mut file = File::create(&new)?;
            file.write_all(&serde_json::to_vec(&self.position)?)?;
            file.sync_all()?;
            rename(&new, &self.path)?;
            let directory = self.path.parent().filter(|parent| !parent.as_os_str().is_empty());
            File::open(directory.unwrap_or(Path::new(".")))?.sync_all()
        };
        write().map_err(|why: std::io::Error| {
            format!("the position can't be written to {}: {why}; nothing further is read", self.path.display())
        })
    }
}

fn beside(path: &Path, extension: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(extension);
    PathBuf::from(name)
}
