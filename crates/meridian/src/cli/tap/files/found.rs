//! A file as a listing shows it, and what can be told by its bytes.
//!
//! Whatever is read of it is read from the very file that was listed: another one that has its name by now is none. What this
//! does *not* do: it decides nothing about a file.

use std::{
    fs::File,
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
    time::SystemTime,
};

use super::Read;

/// By so many first bytes a file is known.
pub const HEAD: u64 = 1024;
/// Fewer tell nothing: two logs may begin with the same words.
pub const HEAD_LEAST: u64 = 16;
/// So much of two files is compared, to tell whether one is a copy of the other.
const COMPARED: u64 = 64 << 10;

/// A file that is there.
pub struct Found {
    pub path: PathBuf,
    pub name: String,
    pub device: u64,
    pub inode: u64,
    pub length: u64,
    pub modified: SystemTime,
    /// It was read further than it reaches now, or begins otherwise.
    pub cut: bool,
}

impl Found {
    /// The file itself, not another one that has its name by now.
    pub fn open(&self) -> std::io::Result<File> {
        let open = File::open(&self.path)?;
        let meta = open.metadata()?;
        let is_it = (meta.dev(), meta.ino()) == (self.device, self.inode);
        if is_it { Ok(open) } else { Err(std::io::ErrorKind::NotFound.into()) }
    }

    /// No more than these of its first bytes.
    pub fn first(&self, most: u64) -> std::io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// What two files have in common.
pub enum Common {
    /// So many bytes, as far as they are compared and both have any.
    Bytes(u64),
    Nothing,
    /// One of them is not any more what it was when it was listed.
    Changed,
}

pub fn common(one: &Found, other: &Found) -> Common {
    let most = one.length.min(other.length).min(COMPARED);
    match (one.first(most), other.first(most)) {
        (Ok(a), Ok(b)) if a.len() as u64 == most && b.len() as u64 == most => {
            if a == b {
                Common::Bytes(most)
            } else {
                Common::Nothing
            }
        }
        _ => Common::Changed,
    }
}

pub fn is(one: &Read, file: &Found) -> bool {
    (one.device, one.inode) == (file.device, file.inode)
}

pub fn begins_like(one: &Read, file: &Found) -> Result<bool, String> {
    if file.length < one.head_bytes {
        return Ok(false);
    }
    Ok(one.head_bytes == 0 || head(file, one.head_bytes)?.0 == one.head)
}

/// What stands behind the place as far as which it was read, up to so many bytes; none: it begins otherwise by now, for it was cut
/// and written anew since it was listed. It is known by its beginning as far as that was read, so that no cut is missed.
pub fn read_on(one: &mut Read, file: &Found, most: u64) -> std::io::Result<Option<Vec<u8>>> {
    let begun = one.head_bytes < HEAD;
    let from = if begun { 0 } else { one.at };
    let (mut bytes, mut open) = (Vec::new(), file.open()?);
    open.seek(SeekFrom::Start(from))?;
    open.take(most + one.at - from).read_to_end(&mut bytes)?;
    // The beginning is looked at after what is read: so that was there before it was cut.
    let first = if begun { Vec::new() } else { file.first(HEAD)? };
    let known = |bytes: &[u8]| bytes.get(..one.head_bytes as usize).is_some_and(|known| hash(known) == one.head);
    if one.head_bytes > 0 && !known(if begun { &bytes } else { &first }) {
        return Ok(None);
    }
    if begun {
        let head = &bytes[..bytes.len().min(HEAD as usize)];
        (one.head, one.head_bytes) = (hash(head), head.len() as u64);
        bytes.drain(..bytes.len().min(one.at as usize));
    }
    Ok(Some(bytes))
}

fn hash(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..32].to_owned()
}

/// The hash of the first bytes, and how many there were.
pub fn head(file: &Found, most: u64) -> Result<(String, u64), String> {
    match file.first(most) {
        Ok(bytes) => Ok((hash(&bytes), bytes.len() as u64)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok((String::new(), 0)),
        Err(error) => Err(format!("{} can't be read: {error}", file.path.display())),
    }
}
