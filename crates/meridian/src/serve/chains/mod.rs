//! The watch over chains: checkpoints come in, become durable in the checkpoint log, and are folded by the engine.
//!
//! One task writes. It takes all blocks that wait, puts them behind a tick of the house's clock into one frame of the
//! log, makes that durable, folds it, and only then answers: who is told that a checkpoint was taken finds it after any
//! crash. What the fold finds becomes breaches, and the keeper hears of those that came, went or grew.
//!
//! | what happens | what is done |
//! | --- | --- |
//! | no chain in the estate, and nothing was ever sent | no log is made |
//! | more waits than is good | refused with 503 before memory grows |
//! | the disk takes no frame | refused with 503; nothing of the group was taken, and the next one is tried |
//! | the log is damaged, or an fsync failed | refused with 503 until somebody has looked at it; all else goes on |
//! | another plan of a chain | the whole log is folded anew by it; meanwhile blocks wait |
//! | a start after a while | for a grace no breach is told, so that reporters can say what they could not |
//!
//! What this does *not* do: it decides nothing about a message ([`meridian_core::chain::engine`] does), and it opens no
//! incident (the keeper does).

mod fault;
pub mod metrics;
mod room;
mod task;

#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{Arc, Mutex, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    chain::engine::{AsideReason, Day, flow::Flow},
    id::Name,
};
use meridian_store::checkpoints::Position;
use tokio::sync::{mpsc, oneshot, watch};

pub use fault::{Fault, fault};
pub use room::Room;
pub use task::Task;

use super::Keeper;
use crate::clock::Clock;

/// So many requests may wait; what their bodies hold in memory is bounded elsewhere.
const QUEUE: usize = 1024;
/// When whoever was refused may ask again.
const RETRY_AFTER_S: u64 = 2;
/// A look at a chain is good for so long, and for so long if nothing came meanwhile.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_secs(1);
const LOOK_ANEW: SignedDuration = SignedDuration::from_secs(20);
const DAY: i64 = 86_400_000_000_000;
/// So many records of one request that were set aside are named.
pub const NAMED_MAX: usize = 1000;

/// The way to the watch; cheap to clone.
#[derive(Clone)]
pub struct Chains {
    submits: mpsc::Sender<Submit>,
    shared: Arc<Shared>,
}

struct Shared {
    room: RwLock<Room>,
    state: RwLock<State>,
    looks: Mutex<BTreeMap<Name, Arc<Look>>>,
    /// Where the fault is, as it was answered last.
    fault: tokio::sync::Mutex<Option<Arc<Fault>>>,
    /// Counted up whenever something was folded.
    changed: watch::Sender<u64>,
}

/// A look at one chain, as of an instant.
pub struct Look {
    pub at: Instant,
    position: Position,
    pub flow: Flow,
    /// What began on this day in UTC and how it ended, by currency (empty: no amount was said).
    pub today: Vec<(String, Day)>,
}

/// How much of the log stays. Nothing said: everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    pub time: Option<SignedDuration>,
    pub bytes: Option<u64>,
}

/// Whether checkpoints can be taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Nothing was ever sent, or all is well.
    Ready,
    /// What is in the log is being folded.
    Folding,
    /// They can't, and why. Where the log could not be opened it is tried again; else somebody has to look at it.
    Broken(String),
}

/// Records in the form of the log.
pub struct Block {
    pub bytes: Vec<u8>,
    pub records: u32,
    /// The instant of the first.
    pub at: i64,
}

struct Submit {
    blocks: Vec<Block>,
    answer: oneshot::Sender<Result<Receipt, Refused>>,
}

/// What became of the records of one request. Each is counted from 0 through all blocks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    pub new: u64,
    /// Repetitions and corroborations.
    pub absorbed: u64,
    /// The second report of a number with other content.
    pub contradicted: u64,
    pub aside: BTreeMap<AsideReason, u64>,
    /// The first of those that were contradicted (no reason) or set aside.
    pub named: Vec<(u64, Option<AsideReason>)>,
}

/// Why nothing of a request was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub why: String,
    pub retry_after_s: u64,
}

impl Refused {
    fn now(why: impl Into<String>) -> Refused {
        Refused { why: why.into(), retry_after_s: RETRY_AFTER_S }
    }
}

impl Chains {
    /// Both sides. The log is in this directory; it is made when it is needed first.
    pub fn begin(directory: PathBuf, kept: Kept, keeper: Keeper, clock: Clock) -> (Chains, Task) {
        let (submits, waiting) = mpsc::channel(QUEUE);
        let shared = Arc::new(Shared {
            room: RwLock::new(Room::default()),
            state: RwLock::new(State::Ready),
            looks: Mutex::default(),
            fault: tokio::sync::Mutex::default(),
            changed: watch::Sender::new(0),
        });
        let task = Task::new(directory, kept, keeper, clock, waiting, shared.clone());
        (Chains { submits, shared }, task)
    }

    /// Hands blocks over and waits until they are durable and folded.
    pub async fn submit(&self, blocks: Vec<Block>) -> Result<Receipt, Refused> {
        if let State::Broken(why) = self.state() {
            return Err(Refused { why, retry_after_s: 10 });
        }
        let (answer, answered) = oneshot::channel();
        self.submits.try_send(Submit { blocks, answer }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Refused::now("too much is waiting; nothing was taken"),
            mpsc::error::TrySendError::Closed(_) => Refused::now("Meridian is stopping; nothing was taken"),
        })?;
        answered.await.unwrap_or_else(|_| Err(Refused::now("Meridian is stopping; send it again to be sure")))
    }

    /// What is known now. Never hold this across an `await`.
    pub fn room(&self) -> RwLockReadGuard<'_, Room> {
        self.shared.room.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// How messages flow through this chain. Whoever asks within a second gets the same answer: to look takes as long
    /// as there are messages.
    pub fn look(&self, chain: &Name, now: Instant) -> Option<Arc<Look>> {
        self.look_within(chain, now, LOOK_AGAIN)
    }

    /// One that may be some seconds old, for a picture of many hours.
    pub fn look_lately(&self, chain: &Name, now: Instant) -> Option<Arc<Look>> {
        self.look_within(chain, now, LOOK_ANEW)
    }

    fn look_within(&self, chain: &Name, now: Instant, again: SignedDuration) -> Option<Arc<Look>> {
        let mut looks = self.shared.looks.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let room = self.room();
        let fresh = |look: &Arc<Look>| {
            let age = now.duration_since(look.at).abs();
            age < again || (look.position == room.position && age < LOOK_ANEW)
        };
        if let Some(look) = looks.get(chain).filter(|look| fresh(look)) {
            return Some(look.clone());
        }
        let nanos = |at: Instant| i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX);
        let midnight = nanos(now).div_euclid(DAY);
        let flow = room.engine.flow(chain.as_str(), midnight.saturating_mul(DAY), nanos(now))?;
        let days = room.engine.days(chain.as_str()).unwrap_or_default();
        let today = days.into_iter().filter(|(day, ..)| *day == midnight);
        let today = today.map(|(_, currency, day)| (currency.to_owned(), day)).collect();
        let look = Arc::new(Look { at: now, position: room.position, flow, today });
        looks.insert(chain.clone(), look.clone());
        Some(look)
    }

    /// Wakes whoever waits for something to be folded.
    pub fn changed(&self) -> watch::Receiver<u64> {
        self.shared.changed.subscribe()
    }

    pub fn state(&self) -> State {
        self.shared.state.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }
}

impl Shared {
    fn room_mut(&self) -> RwLockWriteGuard<'_, Room> {
        self.room.write().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// Something was folded.
    fn went_on(&self) {
        self.changed.send_modify(|count| *count += 1);
    }

    fn set(&self, state: State) {
        *self.state.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = state;
    }
}
