//! The state as bytes and back: a fold may stop at any record and go on from there.
//!
//! What this does *not* do: it keeps no checksum and no position in the log; the log's snapshot does.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Engine, State};
use crate::chain::plan::ChainPlan;

const VERSION: u32 = 3;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    plans: Vec<&'a ChainPlan>,
    state: &'a State,
}

#[derive(Deserialize)]
struct Head {
    version: u32,
}

#[derive(Deserialize)]
struct Read {
    plans: Vec<ChainPlan>,
    state: State,
}

/// Why a snapshot cannot be gone on from. The way out is the same: fold the log from its beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SnapshotError {
    /// It was written by another version of the engine.
    Version(u32),
    /// The plan of a chain is another one now, so that what was concluded by it may be wrong.
    Plan(String),
    Broken(String),
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SnapshotError::Version(version) => write!(f, "the snapshot has version {version}, not {VERSION}")?,
            SnapshotError::Plan(name) => write!(f, "chain `{name}` is another one than in the snapshot")?,
            SnapshotError::Broken(reason) => write!(f, "the snapshot cannot be read: {reason}")?,
        }
        f.write_str("; fold the log from its beginning")
    }
}

impl std::error::Error for SnapshotError {}

impl Engine {
    pub fn to_bytes(&self) -> Result<Vec<u8>, SnapshotError> {
        let written = Written { version: VERSION, plans: self.plans().collect(), state: &self.state };
        serde_json::to_vec(&written).map_err(|error| SnapshotError::Broken(error.to_string()))
    }

    /// The engine as it was. The plans must be the same, in the same order.
    pub fn from_bytes(plans: Vec<ChainPlan>, bytes: &[u8]) -> Result<Engine, SnapshotError> {
        let broken = |error: serde_json::Error| SnapshotError::Broken(error.to_string());
        let head: Head = serde_json::from_slice(bytes).map_err(broken)?;
        if head.version != VERSION {
            return Err(SnapshotError::Version(head.version));
        }
        let read: Read = serde_json::from_slice(bytes).map_err(broken)?;
        let other = plans.iter().zip(&read.plans).find(|(now, then)| now != then).map(|(now, _)| now.name.to_string());
        if other.is_some() || plans.len() != read.plans.len() {
            return Err(SnapshotError::Plan(other.unwrap_or_default()));
        }
        let mut engine = Engine::new(plans).map_err(SnapshotError::Broken)?;
        if read.state.chains.len() != engine.state.chains.len() {
            return Err(SnapshotError::Broken("it has another number of chains than plans".into()));
        }
        engine.state = read.state;
        Ok(engine)
    }
}
