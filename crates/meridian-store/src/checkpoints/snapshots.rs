//! Snapshots: what all frames before a place came to, so that a start reads only what follows.
//!
//! Each is written beside its name, made durable, and then named; its checksum covers all of it. The two newest sound
//! ones stay, so that one that is damaged costs time and no data.

use std::{io, ops::RangeInclusive, sync::Arc};

use super::{
    LogError, Position,
    disk::Disk,
    format::{u32_at, u64_at},
};

const ENDING: &str = ".snap";
pub(super) const UNFINISHED: &str = ".snap.new";
const MAGIC: [u8; 8] = *b"meridsnp";
const HEADER_BYTES: usize = 40;

/// A state, and the place whose frames before it made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    pub position: Position,
    /// Of what the bytes mean; the caller's.
    pub version: u32,
    pub bytes: Vec<u8>,
}

/// What was found: the newest that is sound, and why newer ones were passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundState {
    pub state: Option<State>,
    pub passed_over: Vec<String>,
}

/// The snapshots of a log.
#[derive(Clone)]
pub struct Snapshots {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) durable: Position,
}

pub(super) fn name_of(frame: u64) -> String {
    format!("{frame:020}{ENDING}")
}

/// The frames for which there are snapshots, the newest last.
pub(super) fn names(disk: &dyn Disk) -> Result<Vec<u64>, LogError> {
    let names = disk.names().map_err(|e| LogError::io("the checkpoint log's directory cannot be read", e))?;
    let number = |name: &String| name.strip_suffix(ENDING).filter(|n| n.len() == 20)?.parse().ok();
    Ok(names.iter().filter_map(number).collect())
}

impl Snapshots {
    /// Keeps a state. The place must be durable, else a crash could leave a state that is ahead of its log.
    pub fn write(&self, state: &State) -> Result<(), LogError> {
        if state.position > self.durable || state.position.event > self.durable.event {
            return Err(LogError::NoSuchPosition { asked: state.position, nearest: self.durable });
        }
        let (name, unfinished) = (name_of(state.position.frame), format!("{:020}{UNFINISHED}", state.position.frame));
        let written = || -> io::Result<()> {
            let file = self.disk.create(&unfinished)?;
            file.write_all_at(&encode(state), 0)?;
            file.sync()?;
            self.disk.rename(&unfinished, &name)?;
            self.disk.sync_names()
        };
        written().map_err(|e| {
            let _ = self.disk.remove(&unfinished);
            LogError::io(format!("the snapshot {name} was not kept"), e)
        })?;
        self.thin()
    }

    /// The newest sound one whose version the caller can read.
    pub fn latest(&self, versions: RangeInclusive<u32>) -> Result<FoundState, LogError> {
        let mut found = FoundState::default();
        for frame in names(self.disk.as_ref())?.into_iter().rev() {
            match read(self.disk.as_ref(), frame) {
                Ok(state) if versions.contains(&state.version) => {
                    found.state = Some(state);
                    break;
                }
                Ok(state) => found.passed_over.push(format!(
                    "{} has version {}; this release reads {} to {}",
                    name_of(frame),
                    state.version,
                    versions.start(),
                    versions.end()
                )),
                Err(why) => found.passed_over.push(format!("{} is damaged: {why}", name_of(frame))),
            }
        }
        Ok(found)
    }

    /// The places of the sound ones, the newest first, up to `limit` of them.
    pub(super) fn sound(&self, limit: usize) -> Result<Vec<Position>, LogError> {
        let newest_first = names(self.disk.as_ref())?.into_iter().rev();
        Ok(newest_first
            .filter_map(|frame| read(self.disk.as_ref(), frame).ok())
            .map(|s| s.position)
            .take(limit)
            .collect())
    }

    /// Removes what is older than the two newest sound ones.
    fn thin(&self) -> Result<(), LogError> {
        let [_, second] = self.sound(2)?[..] else { return Ok(()) };
        for frame in names(self.disk.as_ref())?.into_iter().filter(|frame| *frame < second.frame) {
            let name = name_of(frame);
            self.disk.remove(&name).map_err(|e| LogError::io(format!("{name} cannot be removed"), e))?;
        }
        Ok(())
    }
}

fn encode(state: &State) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES + state.bytes.len());
    bytes.extend(MAGIC);
    bytes.extend([0; 4]);
    bytes.extend(state.version.to_le_bytes());
    bytes.extend(state.position.frame.to_le_bytes());
    bytes.extend(state.position.event.to_le_bytes());
    bytes.extend((state.bytes.len() as u64).to_le_bytes());
    bytes.extend(&state.bytes);
    let checksum = crc32fast::hash(bytes.get(12..).unwrap_or_default());
    if let Some(place) = bytes.get_mut(8..12) {
        place.copy_from_slice(&checksum.to_le_bytes());
    }
    bytes
}

pub(super) fn read(disk: &dyn Disk, frame: u64) -> Result<State, String> {
    let file = disk.open(&name_of(frame)).map_err(|e| e.to_string())?;
    let mut bytes = file.rest(0).map_err(|e| e.to_string())?;
    if bytes.len() < HEADER_BYTES || !bytes.starts_with(&MAGIC) {
        return Err("it does not begin like a snapshot".into());
    }
    let (said, found) = (u32_at(&bytes, 8), crc32fast::hash(bytes.get(12..).unwrap_or_default()));
    if said != found {
        return Err(format!("its checksum should be {said:08x} and is {found:08x}"));
    }
    let position = Position { frame: u64_at(&bytes, 16), event: u64_at(&bytes, 24) };
    if position.frame != frame {
        return Err(format!("it stands for {position}, not for frame {frame}"));
    }
    let (version, length) = (u32_at(&bytes, 12), u64_at(&bytes, 32));
    bytes.drain(..HEADER_BYTES);
    match bytes.len() as u64 == length {
        true => Ok(State { position, version, bytes }),
        false => Err(format!("it should have {length} bytes and has {}", bytes.len())),
    }
}
