//! The engine: the fold of records into what is known of every message, and the verdicts that follow from it.
//!
//! | what is said | what it means |
//! | --- | --- |
//! | a report that came before (reporter, epoch, counter; without a counter: all of its content) | absorbed |
//! | the same report with other content | `contradiction`, once an epoch; the second one is not taken |
//! | a message at a hop where another reporter saw that transmission | corroboration: absorbed |
//! | it passes a hop again, marked as a possible duplicate, one effect | `duplicate` benign |
//! | the same, not marked | `duplicate` unflagged |
//! | it arrives twice at the confirming hop, neither rejected nor cancelled | `duplicate` true, whatever the marks |
//! | other id, digest, amount or currency, and no hop between transforms | `altered` |
//! | the next hop reported all until after it was due there, and this was not in it | `lost`, between these two hops |
//! | numbers of a lane that nobody saw, and the first hop has reported all | `lost` before the first hop, as one gap |
//! | seen further on, and a hop before has reported all without it | `unexpected` |
//! | it comes after its end and its retry horizon | `unexpected`, after its end |
//! | a later number of the lane passed the hop before it | `out_of_order`, if the chain is ordered |
//! | longer than the limit to a hop, or from end to end | `late` |
//! | a hop says nothing though it should | `dark`: nothing else is concluded from its silence |
//!
//! A message is due at a hop after the hop's limit, else the chain's, else the retry horizon. Each change of mind is a
//! [`Change`]; a message that turns up after all withdraws its loss. A message is kept until it is settled and every
//! hop that it had to pass has reported all until its retry horizon; then its number and its worth remain. Whatever is
//! not taken is counted by its reason ([`Aside`]). Instead of a timer for each message, some dozens in a row share one
//! for each hop: the earliest instant that one of them waits for; they are looked at when the hop passes it. A message on
//! its usual way is a row of its lane's ring ([`pass`]), and is judged whole only where something may be wrong.
//!
//! What this does *not* do: it has no clock (ticks are records), it groups no verdicts and opens no incident, and it
//! does not suspect two messages of different keys with one content.

pub(crate) mod aside;
mod custody;
mod due;
pub mod flow;
mod hop;
mod intervals;
mod judge;
mod lane;
mod ledger;
mod mark;
mod message;
mod order;
mod pass;
mod reporter;
mod ring;
mod sets;
mod shape;
mod snapshot;
mod store;
mod stream;
mod take;
pub mod traffic;
mod verdict;
mod waits;
mod watch;

#[cfg(test)]
mod tests;

pub use aside::{Aside, AsideReason};
pub use custody::{Custody, Frontier, Place};
pub use ledger::{Day, Sum};
pub use message::End;
pub use sets::{Cut, Member, Set, Sets, Unseen};
pub use snapshot::SnapshotError;
pub use verdict::{Change, Duplicate, Key, Rule, Subject, Unexpected, Verdict, VerdictId};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::plan::{ChainPlan, HopSet};
use super::record::Record;
use crate::id::Name;
use hop::Hop;
use lane::{Court, Lane};
use ledger::Ledger;
use reporter::Reporters;
use shape::Shape;
use stream::Streams;

/// What was done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    New,
    /// It was known: a repetition, a corroboration, a tick that is not later than the last.
    Absorbed,
    Contradicted,
    Aside(AsideReason),
}

/// The state of all chains.
///
/// ```
/// use meridian_core::chain::engine::{Engine, Taken};
/// use meridian_core::chain::Record;
/// let mut engine = Engine::new(Vec::new()).unwrap();
/// assert_eq!(engine.apply(&Record::Tick { now: 1 }, &mut Vec::new()), Taken::New);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Engine {
    shapes: Vec<Shape>,
    names: BTreeMap<Name, u32>,
    state: State,
    /// Who was looked up before.
    streams: Streams,
}

/// All that the records made; all that a snapshot holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    chains: Vec<Chain>,
    reporters: Reporters,
    /// Currencies; the number of one is its place + 1.
    currencies: Vec<Box<str>>,
    now: Option<i64>,
    aside: Aside,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Chain {
    lanes: Vec<Lane>,
    lane_numbers: BTreeMap<Box<str>, u32>,
    hops: Vec<Hop>,
    /// The hops from which a word is due.
    awaited: HopSet,
    /// Of each hop since when, by the time of the house, a word is due or was due last.
    waiting: Vec<i64>,
    /// The hops where one reporter stands and no other.
    sole: HopSet,
    /// The hops that are dark, as each of them knows it too.
    dark: HopSet,
    /// Of each hop the instant until which all that it saw is known. It never goes back.
    through: Vec<Option<i64>>,
    ledger: Ledger,
}

impl Engine {
    /// An engine that has heard nothing yet. Refused: a plan that cannot be worked by, or two of one name.
    pub fn new(plans: Vec<ChainPlan>) -> Result<Engine, String> {
        let mut names = BTreeMap::new();
        let mut chains = Vec::new();
        for (number, plan) in (0..).zip(&plans) {
            if let Some(fault) = plan.fault() {
                return Err(fault);
            }
            if names.insert(plan.name.clone(), number).is_some() {
                return Err(format!("there are two chains of the name `{}`", plan.name));
            }
            let hops = plan.hops.len();
            chains.push(Chain {
                hops: vec![Hop::default(); hops],
                waiting: vec![reporter::UNTIMED; hops],
                through: vec![None; hops],
                ..Chain::default()
            });
        }
        let shapes = plans.into_iter().map(Shape::new).collect();
        Ok(Engine { shapes, names, state: State { chains, ..State::default() }, streams: Streams::default() })
    }

    /// Folds one record, and adds to `out` what changed by it.
    pub fn apply(&mut self, record: &Record<'_>, out: &mut Vec<Change>) -> Taken {
        match record {
            Record::Checkpoint(point) => self.checkpoint(point, out),
            Record::Heartbeat(beat) => self.heartbeat(beat, out),
            Record::Tick { now } => self.tick(*now, out),
        }
    }

    /// What was not taken, and why.
    pub fn aside(&self) -> &Aside {
        &self.state.aside
    }

    pub fn plans(&self) -> impl Iterator<Item = &ChainPlan> {
        self.shapes.iter().map(|shape| &shape.plan)
    }

    fn set_aside(&mut self, reason: AsideReason) -> Taken {
        self.state.aside.count(reason);
        Taken::Aside(reason)
    }
}

impl Chain {
    /// A lane, and what it is judged with.
    fn court<'a>(
        &'a mut self,
        lane: u32,
        shape: &'a Shape,
        at: i64,
        out: &'a mut Vec<Change>,
    ) -> (&'a mut Lane, Court<'a>) {
        let Chain { lanes, through, ledger, .. } = self;
        let court = Court { chain: &shape.plan.name, shape, through, at, ledger, out };
        (&mut lanes[lane as usize], court)
    }
}
