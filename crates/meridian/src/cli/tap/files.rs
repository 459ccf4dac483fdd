//! What there is to read: a file that grows and is rotated, or the files of a directory.
//!
//! A file is known by its device and inode, and by its first bytes. So a renamed file is read to its end under its new name, and
//! a file that was copied and cut (`copytruncate`) goes on in its copy and then from its beginning.
//!
//! | what happened to a file | what is done |
//! | --- | --- |
//! | it grew | the whole lines are read; what stands behind the last line's end waits |
//! | it was renamed, and a new one stands in its place | both are read, the older one first |
//! | it was copied and cut | the rest is read from the copy; then it begins anew |
//! | it was cut, and there is no copy | said aloud: what was written since the last look is lost; it begins anew |
//! | it is gone | said aloud if it was not read to its end |
//! | a line is longer than any | refused once, and passed over to its end |
//!
//! Of one file those are read as well that it became while the tap was away: named like it with something behind it or before
//! its ending (`wires.log.1`, `wires-20261123.log`), and written to since the tap was begun. What was rotated before that is not read.
//!
//! What this does *not* do: it unpacks nothing. A rotation that compresses has to leave the newest file as it is.

use std::{
    fs::{self, File},
    io::{Read as _, Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use meridian_core::tap::LINE_BYTES_MAX;

use super::position::{Read, Twin};

/// By so many first bytes a file is known.
const HEAD: u64 = 1024;
/// Fewer tell nothing: two logs may begin with the same words.
const HEAD_LEAST: u64 = 16;
/// So much of two files is compared, to tell whether one is a copy of the other.
const COMPARED: u64 = 64 << 10;
/// So much of a file is read at once.
const PORTION: u64 = 4 << 20;

/// Where to look.
pub struct Source {
    directory: PathBuf,
    wanted: Wanted,
    /// When the tap was begun first.
    begun: SystemTime,
}

enum Wanted {
    /// The file of this name, and what it was before it was rotated.
    Name(String),
    /// All that are named so; `*` stands for anything, `?` for one letter.
    Like(String),
}

/// A file that is there.
struct Found {
    path: PathBuf,
    name: String,
    device: u64,
    inode: u64,
    length: u64,
    modified: SystemTime,
}

/// Whole lines of one file.
pub struct Portion {
    pub name: String,
    /// Each with the place in the file where it begins.
    pub lines: Vec<(u64, Vec<u8>)>,
    /// A line that is too long began here.
    pub too_long: Option<u64>,
}

impl Source {
    /// `begun`: in milliseconds since 1970.
    pub fn new(path: &Path, like: &str, begun: i64) -> Result<Source, String> {
        let begun = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(begun).unwrap_or_default());
        if path.is_dir() {
            return Ok(Source { directory: path.to_owned(), wanted: Wanted::Like(like.to_owned()), begun });
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| format!("{} names no file", path.display()))?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        if !directory.is_dir() {
            return Err(format!("{} is no directory, so nothing can be read in it", directory.display()));
        }
        Ok(Source { directory, wanted: Wanted::Name(name), begun })
    }

    fn wants(&self, file: &Found) -> bool {
        match &self.wanted {
            Wanted::Name(wanted) => {
                file.name == *wanted || (file.modified > self.begun && is_rotated(wanted, &file.name))
            }
            Wanted::Like(pattern) => like(pattern.as_bytes(), file.name.as_bytes()),
        }
    }

    /// The oldest first; the file that is written to is the newest.
    fn sort(&self, read: &mut [Read], found: &[Found]) {
        read.sort_by_key(|one| {
            let file = found.iter().find(|file| is(one, file));
            let active = matches!(&self.wanted, Wanted::Name(wanted) if file.is_some_and(|file| file.name == *wanted));
            (active, file.map(|file| file.modified))
        });
    }

    fn found(&self) -> Result<Vec<Found>, String> {
        let wrong = |why: std::io::Error| format!("{} can't be read: {why}", self.directory.display());
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(wrong)? {
            let entry = entry.map_err(wrong)?;
            // One that is gone meanwhile is not there.
            let Ok(meta) = fs::metadata(entry.path()) else { continue };
            if meta.is_file() {
                found.push(Found {
                    path: entry.path(),
                    name: entry.file_name().to_string_lossy().into_owned(),
                    device: meta.dev(),
                    inode: meta.ino(),
                    length: meta.len(),
                    modified: meta.modified().unwrap_or(SystemTime::UNIX_EPOCH),
                });
            }
        }
        found.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
        Ok(found)
    }

    /// Brings what was read up to date with what is there, and reads on: the whole lines of the first file that has some.
    /// `whole`: nothing is written any more, so the last line needs no end. What has to be said aloud goes to `say`.
    pub fn next(
        &self,
        read: &mut Vec<Read>,
        whole: bool,
        say: &mut dyn FnMut(String),
    ) -> Result<Option<Portion>, String> {
        let found = self.found()?;
        self.follow(read, &found, say)?;
        for one in read.iter_mut().filter(|one| one.twin.is_none()) {
            let Some(file) = found.iter().find(|file| is(one, file)) else { continue };
            one.name.clone_from(&file.name);
            if let Some(portion) = portion(one, file, whole)? {
                return Ok(Some(portion));
            }
        }
        Ok(None)
    }

    fn follow(&self, read: &mut Vec<Read>, found: &[Found], say: &mut dyn FnMut(String)) -> Result<(), String> {
        for file in found.iter().filter(|file| self.wants(file)) {
            if !read.iter().any(|one| is(one, file)) {
                meet(read, file, found)?;
            }
        }
        for place in 0..read.len() {
            settle(read, place, found);
        }
        let mut place = 0;
        while place < read.len() {
            let one = read[place].clone();
            let Some(file) = found.iter().find(|file| is(&one, file)) else {
                if one.twin.is_none() {
                    say(format!("{} is gone; it was read as far as byte {}", one.name, one.at));
                }
                read.remove(place);
                continue;
            };
            if one.twin.is_some() {
                // Its beginning is the other one's.
            } else if file.length < one.at || !begins_like(&one, file)? {
                place += cut(read, place, found, say)?;
            } else if one.head_bytes < HEAD.min(file.length) {
                (read[place].head, read[place].head_bytes) = head(&file.path, HEAD)?;
            }
            place += 1;
        }
        self.sort(read, found);
        Ok(())
    }
}

/// A file that is new. One that begins with all that another one holds is kept as its twin, and not read.
fn meet(read: &mut Vec<Read>, file: &Found, found: &[Found]) -> Result<(), String> {
    let (head, head_bytes) = head(&file.path, HEAD)?;
    let (name, device, inode) = (file.name.clone(), file.device, file.inode);
    let mut new = Read { name, device, inode, head, head_bytes, ..Read::default() };
    let originals = read.iter().enumerate().filter(|(_, one)| one.twin.is_none() && one.head_bytes >= HEAD_LEAST);
    let mut place = read.len();
    for (at, one) in originals {
        match whole(one, found) {
            Some(original) if common(original, file).is_some_and(|bytes| bytes >= HEAD_LEAST) => {
                let bytes = common(original, file).unwrap_or_default();
                new.twin = Some(Twin { device: one.device, inode: one.inode, bytes });
            }
            // The copy of one that was cut or removed goes on where that one stood.
            None if begins_like(one, file)? => new.at = one.at.min(file.length),
            _ => continue,
        }
        place = at;
        break;
    }
    read.insert(place, new);
    Ok(())
}

/// What becomes of a twin: it is read on where the other one stood once that is cut or gone, or once it is this one that goes on; and
/// as a file of its own from where it differs.
fn settle(read: &mut [Read], place: usize, found: &[Found]) {
    let Some(twin) = read[place].twin else { return };
    let Some(file) = found.iter().find(|file| is(&read[place], file)) else { return };
    let other = read.iter().find(|one| (one.device, one.inode) == (twin.device, twin.inode) && one.twin.is_none());
    let at = match other.map(|one| (one.at, whole(one, found))) {
        None => line_start(&file.path, twin.bytes),
        Some((at, None)) => at.min(file.length),
        Some((at, Some(original))) => match common(original, file) {
            None => line_start(&file.path, twin.bytes),
            Some(_) if file.length > original.length && at == original.length => at,
            Some(bytes) => {
                read[place].twin = Some(Twin { bytes, ..twin });
                return;
            }
        },
    };
    (read[place].at, read[place].twin) = (at, None);
}

/// The file as it is there, if it was not cut.
fn whole<'a>(one: &Read, found: &'a [Found]) -> Option<&'a Found> {
    let file = found.iter().find(|file| is(one, file))?;
    (file.length >= one.at && begins_like(one, file).unwrap_or(false)).then_some(file)
}

/// How many bytes two files have in common, as far as they are compared and both have any; none: they differ in them.
fn common(one: &Found, other: &Found) -> Option<u64> {
    let most = one.length.min(other.length).min(COMPARED);
    let bytes = |file: &Found| {
        let mut bytes = Vec::new();
        File::open(&file.path).and_then(|open| open.take(most).read_to_end(&mut bytes)).ok().map(|_| bytes)
    };
    (bytes(one)? == bytes(other)?).then_some(most)
}

/// Where the line begins in which this byte stands.
fn line_start(path: &Path, byte: u64) -> u64 {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|open| open.take(byte).read_to_end(&mut bytes));
    let end = read.ok().and_then(|_| bytes.iter().rposition(|byte| *byte == b'\n'));
    end.map_or(0, |end| end as u64 + 1)
}

/// Whether a file is named as one is after it was rotated, and not packed.
fn is_rotated(wanted: &str, name: &str) -> bool {
    let packed = [".gz", ".bz2", ".xz", ".zst", ".zip"].iter().any(|end| name.ends_with(end));
    let apart = |rest: &str| rest.starts_with(['.', '-', '_']);
    let behind = name.strip_prefix(wanted).is_some_and(apart);
    let before = wanted.rsplit_once('.').is_some_and(|(stem, ending)| {
        let rest = name.strip_prefix(stem).and_then(|rest| rest.strip_suffix(ending)?.strip_suffix('.'));
        rest.is_some_and(apart)
    });
    !packed && (behind || before)
}

/// The file at this place begins anew. How many were put before it: its copy, if there is one that is not known yet.
fn cut(read: &mut Vec<Read>, place: usize, found: &[Found], say: &mut dyn FnMut(String)) -> Result<usize, String> {
    let one = read[place].clone();
    let known = |file: &&Found| !read.iter().any(|other| is(other, file));
    let is_copy = |file: &&Found| file.length >= one.at && begins_like(&one, file).unwrap_or(false);
    let copy = found.iter().filter(known).find(is_copy);
    let followed = |file: &Found| !is(&one, file) && read.iter().any(|other| is(other, file));
    let holds = |file: &Found| file.length >= one.at && begins_like(&one, file).unwrap_or(false);
    let was_followed = found.iter().any(|file| followed(file) && holds(file));
    let file = found.iter().find(|file| is(&one, file));
    (read[place].head, read[place].head_bytes) = file.map_or(Ok((String::new(), 0)), |file| head(&file.path, HEAD))?;
    (read[place].at, read[place].skipping) = (0, false);
    match copy {
        Some(copy) => {
            let (name, device, inode) = (copy.name.clone(), copy.device, copy.inode);
            read.insert(place, Read { name, device, inode, ..one });
            Ok(1)
        }
        None => {
            if !was_followed && one.at > 0 {
                say(format!(
                    "{} was cut; it was read as far as byte {}, and what was written behind that before it was cut is lost",
                    one.name, one.at
                ));
            }
            Ok(0)
        }
    }
}

fn is(one: &Read, file: &Found) -> bool {
    (one.device, one.inode) == (file.device, file.inode)
}

fn begins_like(one: &Read, file: &Found) -> Result<bool, String> {
    if file.length < one.head_bytes {
        return Ok(false);
    }
    Ok(one.head_bytes == 0 || head(&file.path, one.head_bytes)?.0 == one.head)
}

/// The hash of the first bytes, and how many there were.
fn head(path: &Path, most: u64) -> Result<(String, u64), String> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes));
    match read {
        Ok(_) => Ok((blake3::hash(&bytes).to_hex()[..32].to_owned(), bytes.len() as u64)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok((String::new(), 0)),
        Err(error) => Err(format!("{} can't be read: {error}", path.display())),
    }
}

/// The lines behind what was read; none: there is no whole line.
fn portion(one: &mut Read, file: &Found, whole: bool) -> Result<Option<Portion>, String> {
    if file.length <= one.at {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let read = File::open(&file.path).and_then(|mut open| {
        open.seek(SeekFrom::Start(one.at))?;
        open.take(PORTION).read_to_end(&mut bytes)
    });
    match read {
        Ok(_) => {}
        // Renamed between two looks; it is found under its new name.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} can't be read: {error}", file.path.display())),
    }
    let mut portion = Portion { name: one.name.clone(), lines: Vec::new(), too_long: None };
    let mut rest = bytes.as_slice();
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, after) = rest.split_at(end + 1);
        if !std::mem::take(&mut one.skipping) {
            portion.lines.push((one.at, line[..end].to_vec()));
        }
        (one.at, rest) = (one.at + line.len() as u64, after);
    }
    if one.skipping || rest.len() > LINE_BYTES_MAX {
        portion.too_long = (!one.skipping).then_some(one.at);
        one.skipping = true;
        one.at += rest.len() as u64;
    } else if whole && !rest.is_empty() && one.at + rest.len() as u64 == file.length {
        portion.lines.push((one.at, rest.to_vec()));
        one.at += rest.len() as u64;
    }
    let some = !portion.lines.is_empty() || portion.too_long.is_some();
    Ok(some.then_some(portion))
}

/// Whether a name is like a pattern with `*` and `?`.
fn like(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => (0..=name.len()).any(|skip| like(rest, &name[skip..])),
        (Some((b'?', rest)), Some((_, name))) => like(rest, name),
        (Some((one, rest)), Some((other, name))) if one == other => like(rest, name),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
