//! Reading one segment: frame by frame, and what it means where they end.

use super::{
    BLOB_BYTES_MAX, Damage, Frame, LogError, Position, Torn,
    disk::{Bytes, Disk},
    format::{FRAME_HEADER_BYTES, FRAME_MAGIC, FrameHeader, NoHeader, SEGMENT_HEADER_BYTES, SegmentHeader, VERSION},
};

const ENDING: &str = ".seg";
pub(super) const UNFINISHED: &str = ".seg.new";

/// The name of the segment whose first frame this is.
pub(super) fn name_of(first_frame: u64) -> String {
    format!("{first_frame:020}{ENDING}")
}

/// The segments of a log, in order, by their first frames.
pub(super) fn segments(disk: &dyn Disk) -> Result<Vec<u64>, LogError> {
    let names = disk.names().map_err(|e| LogError::io("the checkpoint log's directory cannot be read", e))?;
    let number = |name: &String| name.strip_suffix(ENDING).filter(|n| n.len() == 20)?.parse().ok();
    Ok(names.iter().filter_map(number).collect())
}

/// What the next place of a segment holds.
pub(super) enum Step {
    Frame(Frame),
    /// Nothing but zeros from here on, or the end of the file.
    End,
    /// No frame. Whether it is a torn tail or damage, [`Segment::torn`] says.
    Bad(Damage),
}

/// What stands where the newest segment has no sound frame.
pub(super) enum Tail {
    Torn(Torn),
    /// Somebody had not finished it yet when it was read first.
    Frame(Frame),
}

/// A segment that is being read.
pub(super) struct Segment {
    pub file: Box<dyn Bytes>,
    pub name: String,
    pub header: SegmentHeader,
    /// How many bytes it may hold without growing: its space is reserved.
    pub length: u64,
    /// Where the next frame is, and what it must be.
    pub offset: u64,
    pub next: Position,
    /// Of the last frame that was read, or what the header says of the one before it.
    pub checksum: u32,
    pub latest: i64,
    /// Read again and again, so that small frames cost no allocation.
    buffer: Vec<u8>,
}

impl Segment {
    pub fn open(disk: &dyn Disk, first_frame: u64) -> Result<Segment, LogError> {
        let name = name_of(first_frame);
        let io = |e| LogError::io(format!("the segment {name} cannot be read"), e);
        let file = disk.open(&name).map_err(io)?;
        let mut bytes = [0; SEGMENT_HEADER_BYTES];
        let read = file.read_at(&mut bytes, 0).map_err(io)?;
        let damage =
            |offset, expected, found| LogError::Damaged(Damage { file: name.clone(), offset, expected, found });
        let header = match SegmentHeader::decode(bytes.get(..read).unwrap_or_default()) {
            Ok(header) => header,
            Err(NoHeader::Newer(found)) => return Err(LogError::Newer { file: name, found, known: VERSION }),
            Err(NoHeader::Bad { offset, expected, found }) => return Err(damage(offset, expected, found)),
        };
        if header.first.frame != first_frame {
            return Err(damage(24, format!("frame {first_frame}, as its name says"), header.first.to_string()));
        }
        let length = file.len().map_err(io)?;
        Ok(Segment {
            length,
            offset: SEGMENT_HEADER_BYTES as u64,
            next: header.first,
            checksum: header.previous_checksum,
            latest: header.latest_before,
            buffer: Vec::new(),
            file,
            name,
            header,
        })
    }

    pub fn damage(&self, expected: impl Into<String>, found: impl Into<String>) -> Damage {
        Damage { file: self.name.clone(), offset: self.offset, expected: expected.into(), found: found.into() }
    }

    pub fn read(&mut self) -> Result<Step, LogError> {
        let io = |name: &str, e| LogError::io(format!("the segment {name} cannot be read"), e);
        let left = self.length.saturating_sub(self.offset);
        self.buffer.resize(FRAME_HEADER_BYTES, 0);
        let read = self.file.read_at(&mut self.buffer, self.offset).map_err(|e| io(&self.name, e))?;
        self.buffer.truncate(read);
        if self.buffer.iter().take(FRAME_MAGIC.len()).all(|byte| *byte == 0) {
            let rest = self.file.rest(self.offset).map_err(|e| io(&self.name, e))?;
            let stray = rest.iter().position(|byte| *byte != 0);
            return Ok(stray.map_or(Step::End, |_| Step::Bad(self.damage(self.wanted(), "stray bytes"))));
        }
        let Some(header) = FrameHeader::decode(&self.buffer) else {
            return Ok(Step::Bad(self.damage(self.wanted(), "no frame")));
        };
        if header.bytes() as u64 > left {
            let found = format!("a frame of {} bytes, of which {left} are there", header.bytes());
            return Ok(Step::Bad(self.damage(self.wanted(), found)));
        }
        self.buffer.resize(header.bytes(), 0);
        let body = self.buffer.get_mut(FRAME_HEADER_BYTES..).unwrap_or_default();
        let read = self.file.read_at(body, self.offset + FRAME_HEADER_BYTES as u64).map_err(|e| io(&self.name, e))?;
        self.buffer.truncate(FRAME_HEADER_BYTES + read);
        Ok(match header.open(&self.buffer) {
            Err(checksum) => {
                let found = format!("checksum {checksum:08x} where it says {:08x}", header.checksum);
                Step::Bad(self.damage(self.wanted(), found))
            }
            Ok(frame) if frame.position != self.next => {
                Step::Bad(self.damage(self.wanted(), frame.position.to_string()))
            }
            Ok(frame) => {
                self.wrote(header.bytes() as u64, frame.events, frame.at, header.checksum);
                Step::Frame(frame)
            }
        })
    }

    fn wanted(&self) -> String {
        self.next.to_string()
    }

    /// What is bad in the newest segment of a log that somebody may be writing. A frame is whole before the next one is
    /// begun, so one that has a sound one behind it is read once more before it counts as damage.
    pub fn tail(&mut self, bad: Damage, durable: Position) -> Result<Tail, LogError> {
        match self.torn(bad, durable) {
            Ok(torn) => Ok(Tail::Torn(torn)),
            Err(damaged) => match self.read()? {
                Step::Frame(frame) => Ok(Tail::Frame(frame)),
                Step::End | Step::Bad(_) => Err(damaged),
            },
        }
    }

    /// What is bad in the newest segment: a torn tail, unless it was durable once.
    pub fn torn(&self, mut bad: Damage, durable: Position) -> Result<Torn, LogError> {
        let proof = match self.next.frame < durable.frame {
            true => Some(format!("the log was durable up to frame {}", durable.frame)),
            false => self.sound_behind()?,
        };
        match proof {
            None => Ok(bad.into()),
            Some(proof) => {
                bad.found = format!("{}; it is no torn end: {proof}", bad.found);
                Err(bad.into())
            }
        }
    }

    /// Only the last frame of the newest segment can be torn, so a sound later frame behind it proves that it was
    /// whole once.
    fn sound_behind(&self) -> Result<Option<String>, LogError> {
        let io = |e| LogError::io(format!("the segment {} cannot be read", self.name), e);
        let rest = self.file.rest(self.offset).map_err(io)?;
        for at in (8..rest.len()).step_by(8) {
            let Some(part) = rest.get(at..).filter(|part| part.starts_with(&FRAME_MAGIC)) else { continue };
            let Some(header) = FrameHeader::decode(part) else { continue };
            // A frame that follows has a number just above: what a blob holds by chance does not.
            let ahead = header.position.frame.checked_sub(self.next.frame);
            let plausible = ahead.is_some_and(|ahead| ahead > 0 && ahead <= rest.len() as u64 / 8);
            if plausible && part.get(..header.bytes()).is_some_and(|whole| header.open(whole).is_ok()) {
                return Ok(Some(format!(
                    "{} is sound behind it, at byte {}",
                    header.position,
                    self.offset + at as u64
                )));
            }
        }
        Ok(None)
    }

    /// A frame was written at the end.
    pub fn wrote(&mut self, bytes: u64, events: u32, at: i64, checksum: u32) {
        self.offset += bytes;
        self.next.frame = self.next.frame.saturating_add(1);
        self.next.event = self.next.event.saturating_add(u64::from(events));
        self.latest = self.latest.max(at);
        self.checksum = checksum;
    }

    /// Whether the segment that follows continues this one, which was read to its end.
    pub fn continued_by(&self, next: &Segment) -> Result<(), Damage> {
        let (wanted, found) = (self.successor(), next.header);
        let wrong =
            |offset, expected: String, found: String| Err(Damage { file: next.name.clone(), offset, expected, found });
        if found.number != wanted.number {
            return wrong(16, format!("segment {}", wanted.number), format!("segment {}", found.number));
        }
        if found.first != wanted.first {
            return wrong(24, format!("{}, where {} ends", wanted.first, self.name), found.first.to_string());
        }
        if found.previous_checksum != wanted.previous_checksum {
            let (wanted, found) = (wanted.previous_checksum, found.previous_checksum);
            return wrong(12, format!("{wanted:08x}, the last checksum of {}", self.name), format!("{found:08x}"));
        }
        Ok(())
    }

    /// The header of the segment that comes after what was read.
    pub fn successor(&self) -> SegmentHeader {
        SegmentHeader {
            previous_checksum: self.checksum,
            number: self.header.number.saturating_add(1),
            first: self.next,
            latest_before: self.latest,
        }
    }
}

/// A blob of this length may be appended.
pub(super) fn fits(blob: &[u8]) -> Result<(), LogError> {
    if blob.len() > BLOB_BYTES_MAX { Err(LogError::TooLarge { bytes: blob.len() }) } else { Ok(()) }
}
