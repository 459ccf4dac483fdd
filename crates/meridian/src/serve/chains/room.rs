//! What the watch knows: the engine's state and the breaches that follow from it.

use std::path::Path;

use meridian_core::{
    Instant,
    chain::{
        ChainPlan, Record,
        breach::{Breach, Tally},
        engine::{Change, Engine, Taken},
        wire::{block::Records, group},
    },
};
use meridian_store::checkpoints::{LogError, Position, frames};

use super::{NAMED_MAX, Receipt};

/// Of what a snapshot holds.
pub const SNAPSHOT_VERSION: u32 = 1;
/// So many records are folded before readers get their turn.
pub const PORTION: usize = 4096;

/// What is known now.
pub struct Room {
    pub engine: Engine,
    tally: Tally,
    /// Records that were folded since the start, by what became of them: a counter for the metrics.
    pub taken: Counts,
    /// Where in the log the state stands.
    pub position: Position,
    changes: Vec<Change>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub new: u64,
    pub absorbed: u64,
    pub contradicted: u64,
    pub aside: u64,
}

impl Default for Room {
    fn default() -> Room {
        Room::with(Engine::default(), Tally::default(), Position::START)
    }
}

impl Room {
    fn with(engine: Engine, tally: Tally, position: Position) -> Room {
        Room { engine, tally, taken: Counts::default(), position, changes: Vec::new() }
    }

    /// What the log in this directory comes to by these plans, also while a server writes it. No snapshot is used, and
    /// nothing is written.
    pub fn read(directory: &Path, plans: Vec<ChainPlan>) -> Result<Room, String> {
        let mut room = Room::new(plans)?;
        if !directory.is_dir() {
            return Ok(room);
        }
        let found = match frames(directory, Position::START) {
            Err(LogError::Gone { first, .. }) => frames(directory, first),
            found => found,
        };
        for frame in found.map_err(|error| error.to_string())? {
            let frame = frame.map_err(|error| error.to_string())?;
            room.fold(&frame.blob).map_err(|why| format!("{}: {why}", frame.position))?;
            room.position = frame.next();
        }
        Ok(room)
    }

    /// By these plans, and nothing heard yet.
    pub fn new(plans: Vec<ChainPlan>) -> Result<Room, String> {
        Ok(Room::with(Engine::new(plans)?, Tally::default(), Position::START))
    }

    pub fn apply(&mut self, record: &Record<'_>) -> Taken {
        let taken = self.engine.apply(record, &mut self.changes);
        for change in self.changes.drain(..) {
            self.tally.learn(&change, &self.engine);
        }
        let counts = &mut self.taken;
        let count = match (record, taken) {
            (Record::Tick { .. }, _) => return taken,
            (_, Taken::New) => &mut counts.new,
            (_, Taken::Absorbed) => &mut counts.absorbed,
            (_, Taken::Contradicted) => &mut counts.contradicted,
            (_, Taken::Aside(_)) => &mut counts.aside,
        };
        *count += 1;
        taken
    }

    /// Folds a frame of the log.
    pub fn fold(&mut self, frame: &[u8]) -> Result<(), String> {
        for block in group::blocks(frame) {
            let mut records = Records::new(block.map_err(|why| why.to_string())?).map_err(|why| why.to_string())?;
            while let Some(record) = records.lend() {
                self.apply(&record.map_err(|why| why.to_string())?);
            }
        }
        Ok(())
    }

    pub fn breaches(&self) -> Vec<Breach> {
        self.tally.breaches(&self.engine)
    }

    /// When time itself leads to something.
    pub fn next_due(&self) -> Option<Instant> {
        let due = self.engine.next_due().into_iter().chain(self.tally.next_due(&self.engine)).min()?;
        Instant::from_nanosecond(due.into()).ok()
    }

    /// The time of the house that was logged last.
    pub fn now(&self) -> Option<Instant> {
        self.engine.now().and_then(|now| Instant::from_nanosecond(now.into()).ok())
    }

    pub fn to_bytes(&self) -> Result<Vec<u8>, String> {
        let tally = serde_json::to_vec(&self.tally).map_err(|error| error.to_string())?;
        let mut bytes = Vec::new();
        group::push(&mut bytes, &tally);
        bytes.extend(self.engine.to_bytes().map_err(|error| error.to_string())?);
        Ok(bytes)
    }

    pub fn from_bytes(plans: Vec<ChainPlan>, bytes: &[u8], position: Position) -> Result<Room, String> {
        let broken = || "the snapshot cannot be read".to_owned();
        let (length, rest) = bytes.split_first_chunk::<4>().ok_or_else(broken)?;
        let (tally, engine) = rest.split_at_checked(u32::from_le_bytes(*length) as usize).ok_or_else(broken)?;
        let tally = serde_json::from_slice(tally).map_err(|error| error.to_string())?;
        let engine = Engine::from_bytes(plans, engine).map_err(|error| error.to_string())?;
        Ok(Room::with(engine, tally, position))
    }
}

impl Receipt {
    /// Counts what became of the record of this number.
    pub fn count(&mut self, number: u64, taken: Taken) {
        let named = match taken {
            Taken::New => return self.new += 1,
            Taken::Absorbed => return self.absorbed += 1,
            Taken::Contradicted => {
                self.contradicted += 1;
                None
            }
            Taken::Aside(reason) => {
                *self.aside.entry(reason).or_default() += 1;
                Some(reason)
            }
        };
        if self.named.len() < NAMED_MAX {
            self.named.push((number, named));
        }
    }
}
