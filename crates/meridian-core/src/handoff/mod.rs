//! Handoffs: how the watch passes along an edge of the ring, with all that the next team must know.
//!
//! A while before the outgoing's end the brief opens. Its items are composed from the world whenever somebody looks;
//! people add what the system cannot know; the incoming read it, ask, and read back what is unstable. Until the incoming accept, the
//! outgoing stay responsible.
//!
//! What this noun does *not* do: it does not say where the edges are ([`crate::roster::edges`]) nor who is responsible
//! ([`crate::World::responsible`], which needs both), and it pages nobody: a handoff that is late opens an incident.

mod brief;
mod fact;
mod figures;
mod item;
mod plan;
mod reading;
mod search;
mod state;
mod words;

pub use brief::*;
pub use fact::*;
pub use figures::*;
pub use item::*;
pub use plan::*;
pub use reading::*;
pub use search::*;
pub use state::*;

#[cfg(test)]
mod tests;
