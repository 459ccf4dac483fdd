//! What there is to read: a file that grows and is rotated, or the files of a directory.
//!
//! A file is known by its device and inode, and by its first bytes. So a renamed file is read to its end under its new name, and
//! a file that was copied and cut (`copytruncate`) goes on in its copy and then from its beginning.
//!
//! | what happened to a file | what is done |
//! | --- | --- |
//! | it grew | the whole frames are read; the beginning of one waits for its rest |
//! | it was renamed, and a new one stands in its place | both are read, the older one first |
//! | it was copied and cut | the rest is read from the copy; then it begins anew |
//! | it was cut, and there is no copy | said aloud: what was written since the last look is lost; it begins anew |
//! | it is gone | said aloud if it was not read to its end |
//! | it is being copied | the copy waits until enough of it is there to know whose copy it is |
//! | a frame is longer than any | refused once, and passed over to its end |
//! | it has ended for good, in the middle of a document or a message | that is told as cut, with its place; so it is of a file that is rotated or one of a directory, when it was not written to for ten minutes |
//!
//! A rotation may happen while it is looked: what a listing shows as cut or gone is believed once a second listing, made after
//! that, shows the same; for what was cut was copied before, and its copy is whole by then.
//!
//! Of one file those are read as well that it became while the tap was away: named like it with something behind it or before
//! its ending (`wires.log.1`, `wires-20261123.log`), and written to since the tap was begun. What was rotated before that is not read.
//!
//! Lines are those of logs. Of documents and messages a directory may hold one a file, and then two that are alike are two: in a
//! directory of such, each file stands for itself, none is taken for the copy of another, and none is missed when it goes.
//!
//! What this does *not* do: it unpacks nothing. A rotation that compresses has to leave the newest file as it is.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use meridian_core::{
    Instant,
    tap::frame::{Ahead, Framing, Next, What},
};

use super::position::{Read, Twin};
use found::{Common, Found, HEAD, HEAD_LEAST, begins_like, common, head, is};

mod found;

/// So many listings are made until two of them agree; more than that nobody rotates at once.
const LISTINGS: usize = 16;
/// So much of a file is read at once.
const PORTION: u64 = 4 << 20;
/// A writer that has paused so long has written its message whole, if it can be one.
const PAUSE: Duration = Duration::from_secs(1);
/// A file of the past that was not written to for so long has ended.
const ENDED: Duration = Duration::from_secs(600);

/// Where to look.
pub struct Source {
    directory: PathBuf,
    wanted: Wanted,
    framing: Framing,
    /// When the tap was begun first.
    begun: SystemTime,
}

enum Wanted {
    /// The file of this name, and what it was before it was rotated.
    Name(String),
    /// All that are named so; `*` stands for anything, `?` for one letter.
    Like(String),
}

/// Frames of one file.
pub struct Portion {
    pub name: String,
    pub frames: Vec<Got>,
    /// How much was read for them.
    bytes: u64,
}

/// One frame.
pub struct Got {
    /// The place in the file where it begins.
    pub at: u64,
    pub what: What,
    pub before: Vec<u8>,
    pub text: Vec<u8>,
    /// When the file was written last, in nanoseconds since 1970.
    pub written: Option<i64>,
}

/// When it is looked, and whether nothing is written any more.
#[derive(Clone, Copy)]
pub struct Look {
    pub now: Instant,
    pub whole: bool,
}

impl Source {
    /// `begun`: in milliseconds since 1970.
    pub fn new(path: &Path, like: &str, framing: Framing, begun: i64) -> Result<Source, String> {
        let begun = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(begun).unwrap_or_default());
        if path.is_dir() {
            return Ok(Source { directory: path.to_owned(), wanted: Wanted::Like(like.to_owned()), framing, begun });
        }
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        let name = name.ok_or_else(|| format!("{} names no file", path.display()))?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = directory.unwrap_or(Path::new(".")).to_owned();
        if !directory.is_dir() {
            return Err(format!("{} is no directory, so nothing can be read in it", directory.display()));
        }
        Ok(Source { directory, wanted: Wanted::Name(name), framing, begun })
    }

    /// Whether each file stands for itself.
    fn apart(&self) -> bool {
        matches!(self.wanted, Wanted::Like(_)) && self.framing != Framing::Lines
    }

    /// What may come behind the end of a file.
    fn ahead(&self, file: &Found, look: Look) -> Ahead {
        let active = matches!(&self.wanted, Wanted::Name(wanted) if file.name == *wanted);
        let rests = SystemTime::from(look.now).duration_since(file.modified).unwrap_or_default();
        match look.whole {
            true => Ahead::Nothing,
            false if rests >= ENDED && !active && self.framing != Framing::Lines => Ahead::Nothing,
            false if rests >= PAUSE => Ahead::Pause,
            false => Ahead::More,
        }
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
                    cut: false,
                });
            }
        }
        found.sort_by(|a, b| (a.modified, &a.name).cmp(&(b.modified, &b.name)));
        Ok(found)
    }

    /// What is there, with what was cut and what is gone beyond doubt.
    fn listing(&self, read: &[Read]) -> Result<Vec<Found>, String> {
        let look = || -> Result<_, String> {
            let mut found = self.found()?;
            let mut strange = Vec::new();
            for one in read {
                let file = found.iter_mut().find(|file| is(one, file));
                if let Some(file) = file {
                    file.cut = one.twin.is_none() && (file.length < one.at || !begins_like(one, file)?);
                    strange.extend(file.cut.then_some((one.device, one.inode)));
                } else {
                    strange.push((one.device, one.inode));
                }
            }
            Ok((found, strange))
        };
        let (mut found, mut strange) = look()?;
        for _ in 0..LISTINGS {
            if strange.is_empty() {
                break;
            }
            let before = std::mem::take(&mut strange);
            (found, strange) = look()?;
            if strange == before {
                break;
            }
        }
        Ok(found)
    }

    /// Brings what was read up to date with what is there, and reads on: the frames of the first files that have some. What
    /// has to be said aloud goes to `say`.
    pub fn next(&self, read: &mut Vec<Read>, look: Look, say: &mut dyn FnMut(String)) -> Result<Vec<Portion>, String> {
        let mut found = self.listing(read)?;
        for _ in 0..LISTINGS {
            if self.follow(read, &found, look, say)? {
                break;
            }
            found = self.listing(read)?;
        }
        let (mut portions, mut bytes) = (Vec::new(), 0);
        for one in read.iter_mut().filter(|one| one.twin.is_none()) {
            let Some(file) = found.iter().find(|file| is(one, file)) else { continue };
            one.name.clone_from(&file.name);
            if let Some(portion) = portion(self.framing, one, file, self.ahead(file, look))? {
                bytes += portion.bytes;
                portions.push(portion);
            }
            if bytes >= PORTION {
                break;
            }
        }
        Ok(portions)
    }

    /// False: something changed while it was looked at, and has to be looked at again.
    fn follow(
        &self,
        read: &mut Vec<Read>,
        found: &[Found],
        look: Look,
        say: &mut dyn FnMut(String),
    ) -> Result<bool, String> {
        let mut settled = true;
        for file in found.iter().filter(|file| self.wants(file)) {
            if !read.iter().any(|one| is(one, file)) {
                settled &= meet(read, file, if self.apart() { &[] } else { found }, self.is_begun(file, look))?;
            }
        }
        for place in 0..read.len() {
            settled &= settle(self.framing, read, place, found);
        }
        let mut place = 0;
        while place < read.len() {
            let one = read[place].clone();
            let Some(file) = found.iter().find(|file| is(&one, file)) else {
                if one.twin.is_none() && (one.half || !self.apart()) {
                    let half = if one.half { ", where something had begun that was not whole" } else { "" };
                    say(format!("{} is gone; it was read as far as byte {}{half}", one.name, one.at));
                }
                read.remove(place);
                continue;
            };
            if one.twin.is_some() {
                // Its beginning is the other one's.
            } else if self.apart() && file.cut {
                // Another one in its place, or written anew.
                read.remove(place);
                meet(read, file, &[], false)?;
            } else if file.cut {
                place += cut(read, place, found, say)?;
            }
            place += 1;
        }
        self.sort(read, found);
        Ok(settled)
    }

    /// Whether so little of a new file is there yet that more of it may tell what it is.
    fn is_begun(&self, file: &Found, look: Look) -> bool {
        let active = matches!(&self.wanted, Wanted::Name(wanted) if file.name == *wanted);
        let rests = SystemTime::from(look.now).duration_since(file.modified).unwrap_or_default();
        file.length < HEAD_LEAST && rests < PAUSE && !active && !look.whole
    }
}

/// A file that is new. One that begins with all that another one of `found` holds is kept as its twin, and not read; one that
/// has just begun so may be a copy in the making, and is met later. False: it can't be told now what it is.
fn meet(read: &mut Vec<Read>, file: &Found, found: &[Found], is_begun: bool) -> Result<bool, String> {
    let (head, head_bytes) = head(file, HEAD)?;
    let (name, device, inode) = (file.name.clone(), file.device, file.inode);
    let mut new = Read { name, device, inode, head, head_bytes, ..Read::default() };
    let compared = if found.is_empty() { &[] } else { read.as_slice() };
    let originals = compared.iter().enumerate().filter(|(_, one)| one.twin.is_none() && one.head_bytes >= HEAD_LEAST);
    let mut place = read.len();
    for (at, one) in originals {
        match whole(one, found).map(|original| common(original, file)) {
            Some(Common::Bytes(bytes)) if bytes >= HEAD_LEAST => {
                new.twin = Some(Twin { device: one.device, inode: one.inode, bytes });
            }
            Some(Common::Bytes(_)) if is_begun => return Ok(true),
            Some(Common::Changed) => return Ok(false),
            // The copy of one that was cut or removed goes on where that one stood.
            None if begins_like(one, file)? => new.at = one.at.min(file.length),
            _ => continue,
        }
        place = at;
        break;
    }
    read.insert(place, new);
    Ok(true)
}

/// What becomes of a twin: it is read on where the other one stood once that is cut or gone, or once it is this one that goes on; and
/// as a file of its own from where it differs. False: it can't be told now.
fn settle(framing: Framing, read: &mut [Read], place: usize, found: &[Found]) -> bool {
    let Some(twin) = read[place].twin else { return true };
    let Some(file) = found.iter().find(|file| is(&read[place], file)) else { return true };
    let other = read.iter().find(|one| (one.device, one.inode) == (twin.device, twin.inode) && one.twin.is_none());
    let at = match other.map(|one| (one.at, whole(one, found))) {
        None => frame_start(framing, file, twin.bytes),
        Some((at, None)) => at.min(file.length),
        Some((at, Some(original))) => match common(original, file) {
            Common::Changed => return false,
            Common::Nothing => frame_start(framing, file, twin.bytes),
            Common::Bytes(_) if file.length > original.length && at == original.length => at,
            Common::Bytes(bytes) => {
                read[place].twin = Some(Twin { bytes, ..twin });
                return true;
            }
        },
    };
    (read[place].at, read[place].twin) = (at, None);
    true
}

/// The file as it is there, if it was not cut.
fn whole<'a>(one: &Read, found: &'a [Found]) -> Option<&'a Found> {
    found.iter().find(|file| is(one, file)).filter(|file| !file.cut)
}

/// Where the frame begins in which this byte stands.
fn frame_start(framing: Framing, file: &Found, byte: u64) -> u64 {
    let (mut at, mut skipping) = (0, false);
    let Ok(bytes) = file.first(byte) else { return 0 };
    loop {
        match framing.next(&bytes[at..], skipping, Ahead::More) {
            Next::Frame(frame) => (at, skipping) = (at + frame.next, frame.skipping),
            Next::Wait { from, .. } => return (at + from) as u64,
        }
    }
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
    (read[place].head, read[place].head_bytes) = file.map_or(Ok((String::new(), 0)), |file| head(file, HEAD))?;
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

/// The frames behind what was read; none: nothing could be read on.
fn portion(framing: Framing, one: &mut Read, file: &Found, ahead: Ahead) -> Result<Option<Portion>, String> {
    if file.length <= one.at {
        return Ok(None);
    }
    let bytes = match found::read_on(one, file, PORTION) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Ok(None),
        // Renamed between two looks; it is found under its new name.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("{} can't be read: {error}", file.path.display())),
    };
    // What grew since it was looked at is not at its end.
    let ahead = if one.at + bytes.len() as u64 == file.length { ahead } else { Ahead::More };
    let written = file.modified.duration_since(SystemTime::UNIX_EPOCH).ok();
    let written = written.and_then(|since| i64::try_from(since.as_nanos()).ok());
    let (mut frames, mut from) = (Vec::new(), 0);
    loop {
        match framing.next(&bytes[from..], one.skipping, ahead) {
            Next::Frame(frame) => {
                let part = |begin: usize, end: usize| match frame.what {
                    What::Whole => bytes[from + begin..from + end].to_vec(),
                    _ => Vec::new(),
                };
                let (before, text) = (part(frame.from, frame.begin), part(frame.begin, frame.end));
                let at = one.at + (from + frame.begin) as u64;
                frames.push(Got { at, what: frame.what, before, text, written });
                (from, one.skipping) = (from + frame.next, frame.skipping);
            }
            Next::Wait { from: useless, skipping, half } => {
                (one.skipping, one.half) = (skipping, half);
                from += useless;
                break;
            }
        }
    }
    one.at += from as u64;
    Ok((from > 0).then(|| Portion { name: one.name.clone(), frames, bytes: bytes.len() as u64 }))
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
