//! The domain of Meridian: pure functions `(state, command, now) -> facts`, and the fold of facts into a [`World`].
//!
//! What this crate does *not* do: it opens no file, socket or database, starts no task, draws no random number and
//! reads no clock. Time is an argument everywhere; randomness (ids, tokens) comes in with the command. So the same
//! code runs in production, in a drill, in a replay and in a simulation.
//!
//! One folder per noun, each with the same rooms: `mod.rs` (what it is and is not), `fact.rs` (what can happen to
//! it), `state.rs` (the fold), `plan.rs` (what to do, with reasons), `tests/`.

pub mod access;
pub mod alert;
pub mod announcement;
pub mod calendar;
pub mod chain;
pub mod command;
pub mod cover;
pub mod estate;
pub mod fact;
pub mod feed;
pub mod finding;
pub mod handoff;
pub mod ics;
pub mod id;
pub mod incident;
pub mod journal;
pub mod locate;
pub mod notice;
mod numbered;
pub mod page;
pub mod request;
pub mod roster;
pub mod switch;
pub mod tap;
pub mod trace;
pub mod world;

pub use command::{Command, Refusal, Reply};
pub use fact::Fact;
pub use world::World;

/// An instant in UTC. All instants of Meridian are this one type; local time exists only in [`calendar`].
pub type Instant = jiff::Timestamp;
