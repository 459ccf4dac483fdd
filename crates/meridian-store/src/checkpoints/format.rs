//! How segments and frames look on the disk. All numbers are little endian; a frame begins at a multiple of 8 bytes.
//!
//! | segment header | bytes | | frame | bytes |
//! | --- | --- | --- | --- | --- |
//! | `meridckp` | 8 | | `mfrm` | 4 |
//! | version | 4 | | checksum of all that follows, fill included | 4 |
//! | checksum of the last frame before it, 0 if none | 4 | | bytes of the blob | 4 |
//! | number of the segment, from 0 | 8 | | events | 4 |
//! | first frame | 8 | | number of the frame | 8 |
//! | first event | 8 | | number of its first event | 8 |
//! | latest instant in all frames before it | 8 | | instant of its first event | 8 |
//! | zeros | 12 | | the blob | … |
//! | checksum of all before | 4 | | zeros up to a multiple of 8 | 0–7 |
//!
//! Checksums are CRC-32: they find what a disk does, not what a person does.

use super::{BLOB_BYTES_MAX, Frame, Position};

pub(super) const VERSION: u32 = 1;
pub(super) const SEGMENT_HEADER_BYTES: usize = 64;
pub(super) const FRAME_HEADER_BYTES: usize = 40;
pub(super) const FRAME_MAGIC: [u8; 4] = *b"mfrm";
const SEGMENT_MAGIC: [u8; 8] = *b"meridckp";

/// What a segment says about itself and about what came before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SegmentHeader {
    pub previous_checksum: u32,
    pub number: u64,
    pub first: Position,
    /// `i64::MIN`: there is no frame before it.
    pub latest_before: i64,
}

/// Why bytes are no header.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NoHeader {
    Newer(u32),
    Bad { offset: u64, expected: String, found: String },
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|part| part.try_into().ok()).map_or(0, u32::from_le_bytes)
}

pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|part| part.try_into().ok()).map_or(0, u64::from_le_bytes)
}

impl SegmentHeader {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(SEGMENT_HEADER_BYTES);
        bytes.extend(SEGMENT_MAGIC);
        bytes.extend(VERSION.to_le_bytes());
        bytes.extend(self.previous_checksum.to_le_bytes());
        bytes.extend(self.number.to_le_bytes());
        bytes.extend(self.first.frame.to_le_bytes());
        bytes.extend(self.first.event.to_le_bytes());
        bytes.extend(self.latest_before.to_le_bytes());
        bytes.resize(SEGMENT_HEADER_BYTES - 4, 0);
        let checksum = crc32fast::hash(&bytes);
        bytes.extend(checksum.to_le_bytes());
        bytes
    }

    pub fn decode(bytes: &[u8]) -> Result<SegmentHeader, NoHeader> {
        let bad = |offset, expected: String, found| Err(NoHeader::Bad { offset, expected, found });
        let Some(bytes) = bytes.get(..SEGMENT_HEADER_BYTES) else {
            return bad(0, format!("a header of {SEGMENT_HEADER_BYTES} bytes"), format!("{} bytes", bytes.len()));
        };
        let (body, said) = (&bytes[..SEGMENT_HEADER_BYTES - 4], u32_at(bytes, SEGMENT_HEADER_BYTES - 4));
        let checksum = crc32fast::hash(body);
        if !bytes.starts_with(&SEGMENT_MAGIC) {
            return bad(0, "the mark of a segment".into(), "other bytes".into());
        }
        if checksum != said {
            return bad(60, format!("checksum {checksum:08x}"), format!("{said:08x}"));
        }
        if u32_at(bytes, 8) > VERSION {
            return Err(NoHeader::Newer(u32_at(bytes, 8)));
        }
        Ok(SegmentHeader {
            previous_checksum: u32_at(bytes, 12),
            number: u64_at(bytes, 16),
            first: Position { frame: u64_at(bytes, 24), event: u64_at(bytes, 32) },
            latest_before: u64_at(bytes, 40) as i64,
        })
    }
}

/// How many bytes a frame with a blob of this length takes.
pub(super) fn frame_bytes(blob: usize) -> usize {
    FRAME_HEADER_BYTES + blob.next_multiple_of(8)
}

/// Writes the frame into `into`, which is emptied before, and returns its checksum.
pub(super) fn encode_frame(position: Position, events: u32, at: i64, blob: &[u8], into: &mut Vec<u8>) -> u32 {
    into.clear();
    into.reserve(frame_bytes(blob.len()));
    into.extend(FRAME_MAGIC);
    into.extend([0; 4]);
    into.extend((blob.len() as u32).to_le_bytes());
    into.extend(events.to_le_bytes());
    into.extend(position.frame.to_le_bytes());
    into.extend(position.event.to_le_bytes());
    into.extend(at.to_le_bytes());
    into.extend(blob);
    into.resize(frame_bytes(blob.len()), 0);
    let checksum = into.get(8..).map_or(0, crc32fast::hash);
    if let Some(place) = into.get_mut(4..8) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
    checksum
}

/// The first part of a frame. It proves nothing until the checksum was compared.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameHeader {
    pub checksum: u32,
    pub blob_bytes: usize,
    pub events: u32,
    pub position: Position,
    pub at: i64,
}

impl FrameHeader {
    /// None: these bytes do not begin like a frame, or claim a length that no frame has.
    pub fn decode(bytes: &[u8]) -> Option<FrameHeader> {
        let bytes = bytes.get(..FRAME_HEADER_BYTES)?;
        let blob_bytes = u32_at(bytes, 8) as usize;
        (bytes.starts_with(&FRAME_MAGIC) && blob_bytes <= BLOB_BYTES_MAX).then(|| FrameHeader {
            checksum: u32_at(bytes, 4),
            blob_bytes,
            events: u32_at(bytes, 12),
            position: Position { frame: u64_at(bytes, 16), event: u64_at(bytes, 24) },
            at: u64_at(bytes, 32) as i64,
        })
    }

    /// The bytes of the whole frame, fill included.
    pub fn bytes(&self) -> usize {
        frame_bytes(self.blob_bytes)
    }

    /// The frame, if `bytes` (the whole of it) has the checksum that it says; else the one that it has.
    pub fn open(&self, bytes: &[u8]) -> Result<Frame, u32> {
        let checksum = bytes.get(8..).map_or(0, crc32fast::hash);
        let blob = bytes.get(FRAME_HEADER_BYTES..FRAME_HEADER_BYTES + self.blob_bytes);
        match blob {
            Some(blob) if checksum == self.checksum => {
                Ok(Frame { position: self.position, events: self.events, at: self.at, blob: blob.to_vec() })
            }
            _ => Err(checksum),
        }
    }
}
