//! Chains: the path of messages through test points, and the proof of what became of each message.
//!
//! Reporters say what they saw ([`record`]), the estate says what should have been seen ([`plan`]), the engine folds
//! the one by the other. Three identities are kept apart:
//!
//! | identity | is | said twice, it means |
//! | --- | --- | --- |
//! | report | reporter, epoch, counter | the reporter tried again: absorbed; with other content: the reporter is at fault |
//! | message | chain, lane, sequence; without a sequence: chain, lane, business key | a second tap, or a second transmission |
//! | transmission | message, hop, attempt | a duplicate, of a kind that the effects decide |
//!
//! What this noun does *not* do: it reads no file and keeps no log, it does not know the time except as a record, and
//! it does not say *why* a message did not arrive. It never drops a suspect message: it says what it saw.

pub mod amount;
pub mod breach;
pub mod engine;
pub mod fault;
pub mod pace;
pub mod plan;
pub mod record;
pub mod wire;
mod words;

pub use amount::{Amount, AmountError};
pub use plan::{ChainPlan, Confirmation, HOPS_MAX, HopId, HopPlan, HopSet, Organisation, RoutePlan};
pub use record::{Checkpoint, Digest, Heartbeat, Outcome, Record, Text};
pub use words::{grouped, thousands};
