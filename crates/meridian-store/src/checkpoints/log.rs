//! The one who writes: opening, appending, syncing, and beginning a new segment.

use std::{io, path::Path, sync::Arc};

use super::{
    Damage, Frames, LogError, Options, Position, Snapshots,
    disk::{Bytes, Directory, Disk},
    format::{SEGMENT_HEADER_BYTES, SegmentHeader, encode_frame, frame_bytes},
    mark::{self, Mark},
    segment::{Segment, Step, UNFINISHED, fits, name_of, segments},
    snapshots,
};
use crate::witness::Hold;

/// The log, held by its one writer.
pub struct Log {
    pub(super) disk: Arc<dyn Disk>,
    options: Options,
    tail: Segment,
    durable: Position,
    mark: Mark,
    failed: Option<String>,
    buffer: Vec<u8>,
    #[allow(dead_code, reason = "the lock lives as long as the value")]
    hold: Option<Hold>,
}

/// A log that was opened, and what was found.
pub struct Opened {
    pub log: Log,
    pub recovered: Recovered,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// Where the next frame goes.
    pub end: Position,
    pub torn: Option<Torn>,
    /// Files that somebody was still making; they held nothing and are gone.
    pub leftovers: Vec<String>,
}

/// A last frame that was never finished. Nobody was told that it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Torn {
    pub segment: String,
    pub offset: u64,
    /// What a sound frame would have begun with, and what stands there.
    pub expected: String,
    pub found: String,
}

impl From<Damage> for Torn {
    fn from(bad: Damage) -> Torn {
        Torn { segment: bad.file, offset: bad.offset, expected: bad.expected, found: bad.found }
    }
}

impl Log {
    /// Opens the log in this directory, or begins one there. `holder` says who writes, for the message that a second
    /// one gets.
    pub fn open(directory: &Path, holder: &str, options: Options) -> Result<Opened, LogError> {
        let io = |e| LogError::io(format!("{} cannot be used", directory.display()), e);
        let disk = Directory::make(directory).map_err(io)?;
        let hold = Hold::take(&directory.join("log"), holder).map_err(|why| match why {
            Ok(by) => LogError::Held { by },
            Err(error) => LogError::io(format!("{} cannot be locked", directory.display()), error),
        })?;
        let mut opened = Log::start(Arc::new(disk), options)?;
        opened.log.hold = Some(hold);
        Ok(opened)
    }

    pub(super) fn start(disk: Arc<dyn Disk>, options: Options) -> Result<Opened, LogError> {
        let leftovers = sweep(disk.as_ref())?;
        let reaches = reaches(disk.as_ref())?;
        let known = segments(disk.as_ref())?;
        for pair in known.windows(2) {
            if let [one, other] = pair {
                follows(&Segment::open(disk.as_ref(), *one)?, &Segment::open(disk.as_ref(), *other)?)?;
            }
        }
        let (tail, torn) = match known.last() {
            Some(newest) => recover(disk.as_ref(), Segment::open(disk.as_ref(), *newest)?, reaches)?,
            None => {
                if let Some(damage) = ends_early(Position::START, reaches) {
                    return Err(damage.into());
                }
                let header =
                    SegmentHeader { previous_checksum: 0, number: 0, first: Position::START, latest_before: i64::MIN };
                let made = make(disk.as_ref(), header, options.segment_bytes);
                (made.map_err(|(e, _)| LogError::io("no segment can be made", e))?, None)
            }
        };
        let end = tail.next;
        let mut mark = Mark::default();
        mark.put(disk.as_ref(), end);
        let log = Log { disk, options, tail, durable: end, mark, failed: None, buffer: Vec::new(), hold: None };
        Ok(Opened { log, recovered: Recovered { end, torn, leftovers } })
    }

    /// Where the next frame goes.
    pub fn end(&self) -> Position {
        self.tail.next
    }

    /// Everything before this place is durable.
    pub fn durable(&self) -> Position {
        self.durable
    }

    /// Writes a group of `events` as one frame and says where it begins. `at` is the instant of its first event. It is
    /// durable only after [`Log::sync`]; one that was appended before and not synced is synced now.
    pub fn append(&mut self, blob: &[u8], events: u32, at: i64) -> Result<Position, LogError> {
        fits(blob)?;
        // Of two frames that are under way the second could reach the disk and the first not: that is how damage looks.
        self.sync()?;
        self.room(frame_bytes(blob.len()) as u64)?;
        let position = self.tail.next;
        let checksum = encode_frame(position, events, at, blob, &mut self.buffer);
        if let Err(error) = self.tail.file.write_all_at(&self.buffer, self.tail.offset) {
            self.take_back();
            return Err(LogError::io(format!("{position} cannot be written to {}", self.tail.name), error));
        }
        self.tail.wrote(self.buffer.len() as u64, events, at, checksum);
        Ok(position)
    }

    /// Makes durable what was appended. If that fails, the log takes nothing more.
    pub fn sync(&mut self) -> Result<(), LogError> {
        if let Some(why) = &self.failed {
            return Err(LogError::Failed { why: why.clone() });
        }
        if self.durable == self.tail.next {
            return Ok(());
        }
        self.tail.file.sync().map_err(|error| self.fatal(&error))?;
        self.durable = self.tail.next;
        self.mark.put(self.disk.as_ref(), self.durable);
        Ok(())
    }

    /// What is durable, from this place on.
    pub fn read(&self, from: Position) -> Result<Frames, LogError> {
        Frames::begin(self.disk.clone(), from, self.durable.frame, Some(self.durable.frame))
    }

    /// The snapshots beside the log. They can be written from another thread; each stands for a place that is durable
    /// now.
    pub fn snapshots(&self) -> Snapshots {
        Snapshots { disk: self.disk.clone(), durable: self.durable }
    }

    pub(super) fn newest_segment(&self) -> u64 {
        self.tail.header.first.frame
    }

    fn fatal(&mut self, error: &io::Error) -> LogError {
        let why = format!("{} could not be made durable: {error}", self.tail.name);
        self.failed = Some(why.clone());
        LogError::Failed { why }
    }

    /// Blanks what a failed write left behind, so that it is not taken for anything.
    fn take_back(&mut self) {
        let blank = self.tail.file.cut(self.tail.offset).and_then(|()| self.tail.file.reserve(self.tail.length));
        if let Err(error) = blank {
            self.failed = Some(format!("a frame half written to {} cannot be taken back: {error}", self.tail.name));
        }
    }

    /// Sees to it that a frame of this length has its place.
    fn room(&mut self, bytes: u64) -> Result<(), LogError> {
        let needed = self.tail.offset + bytes;
        if needed <= self.tail.length {
            return Ok(());
        }
        if self.tail.next == self.tail.header.first {
            let grown = self.tail.file.reserve(needed);
            grown.map_err(|e| LogError::io(format!("{} cannot grow", self.tail.name), e))?;
            self.tail.length = needed;
            return Ok(());
        }
        // Its unused space goes first: behind the last frame of an older segment there is nothing, not even zeros.
        let trimmed = self.tail.file.cut(self.tail.offset);
        trimmed.map_err(|e| LogError::io(format!("{} cannot be closed", self.tail.name), e))?;
        self.tail.length = self.tail.offset;
        self.tail.file.sync().map_err(|error| self.fatal(&error))?;
        let length = self.options.segment_bytes.max(SEGMENT_HEADER_BYTES as u64 + bytes);
        match make(self.disk.as_ref(), self.tail.successor(), length) {
            Ok(next) => self.tail = next,
            Err((error, Then::Halt)) => return Err(self.fatal(&error)),
            Err((error, Then::TryAgain)) => return Err(LogError::io("no new segment can be made", error)),
        }
        Ok(())
    }
}

/// What may come after a segment that could not be made.
enum Then {
    /// It left nothing behind.
    TryAgain,
    /// Nobody knows what the disk holds.
    Halt,
}

/// Makes a segment: it gets its name only when its header is durable.
fn make(disk: &dyn Disk, header: SegmentHeader, length: u64) -> Result<Segment, (io::Error, Then)> {
    let name = name_of(header.first.frame);
    let unfinished = format!("{:020}{UNFINISHED}", header.first.frame);
    let filled = || -> io::Result<Box<dyn Bytes>> {
        let file = disk.create(&unfinished)?;
        file.reserve(length)?;
        file.write_all_at(&header.encode(), 0)?;
        Ok(file)
    };
    let file = filled().map_err(|e| {
        let _ = disk.remove(&unfinished);
        (e, Then::TryAgain)
    })?;
    let named = file.sync().and_then(|()| disk.rename(&unfinished, &name)).and_then(|()| disk.sync_names());
    named.map_err(|e| (e, Then::Halt))?;
    Segment::open(disk, header.first.frame).map_err(|e| (io::Error::other(e), Then::Halt))
}

/// Removes what somebody was still making.
fn sweep(disk: &dyn Disk) -> Result<Vec<String>, LogError> {
    let io = |e| LogError::io("the checkpoint log's directory cannot be read", e);
    let unfinished = |name: &String| name.ends_with(UNFINISHED) || name.ends_with(snapshots::UNFINISHED);
    let leftovers: Vec<String> = disk.names().map_err(io)?.into_iter().filter(unfinished).collect();
    for name in &leftovers {
        disk.remove(name).map_err(|e| LogError::io(format!("{name} cannot be removed"), e))?;
    }
    Ok(leftovers)
}

/// How far the log was durable once, and which file says so.
pub(super) fn reaches(disk: &dyn Disk) -> Result<(Position, String), LogError> {
    let mark = Mark::read(disk).map(|end| (end, mark::NAME.to_owned()));
    let newest = snapshots::names(disk)?.pop().map(|frame| (Position { frame, event: 0 }, snapshots::name_of(frame)));
    Ok(mark.into_iter().chain(newest).max_by_key(|(end, _)| end.frame).unwrap_or_default())
}

pub(super) fn ends_early(end: Position, (reached, witness): (Position, String)) -> Option<Damage> {
    (end.frame < reached.frame).then(|| Damage {
        file: witness,
        offset: 0,
        expected: format!("a log that reaches frame {}, as this file says", reached.frame),
        found: format!("one that ends at {end}"),
    })
}

/// Whether one can follow the other, by their headers alone.
fn follows(one: &Segment, other: &Segment) -> Result<(), Damage> {
    if other.header.number == one.header.number.saturating_add(1) {
        return Ok(());
    }
    Err(Damage {
        file: other.name.clone(),
        offset: 16,
        expected: format!("segment {}, after {}", one.header.number.saturating_add(1), one.name),
        found: format!("segment {}", other.header.number),
    })
}

/// Reads the newest segment to its end, cuts a torn tail off, and makes durable what is there.
fn recover(
    disk: &dyn Disk,
    mut tail: Segment,
    reaches: (Position, String),
) -> Result<(Segment, Option<Torn>), LogError> {
    let (mut last, reached) = (tail.offset, reaches.0);
    let bad = loop {
        let begins = tail.offset;
        match tail.read()? {
            Step::Frame(_) => last = begins,
            Step::End => break None,
            Step::Bad(bad) => break Some(tail.torn(bad, reached)?),
        }
    };
    if let Some(damage) = ends_early(tail.next, reaches) {
        return Err(damage.into());
    }
    if bad.is_some() {
        let blank = tail.file.cut(tail.offset).and_then(|()| tail.file.reserve(tail.length));
        blank.map_err(|e| LogError::io(format!("the torn end of {} cannot be cut off", tail.name), e))?;
    }
    // What a killed process wrote may be in the memory of the operating system only. After a sync that failed, another
    // sync would not write it either: it counts as written. So it is written anew.
    let anew = || -> io::Result<()> {
        if tail.next.frame > reached.frame {
            let mut frame = vec![0; usize::try_from(tail.offset - last).map_err(io::Error::other)?];
            tail.file.read_at(&mut frame, last)?;
            tail.file.write_all_at(&frame, last)?;
        }
        tail.file.sync()?;
        disk.sync_names()
    };
    anew().map_err(|e| LogError::io(format!("the segment {} cannot be made durable", tail.name), e))?;
    Ok((tail, bad))
}
