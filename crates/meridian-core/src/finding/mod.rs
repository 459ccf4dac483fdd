//! Findings: what people see by hand while they look for a fault. "At the exit of mq-gateway: seen", with who and when.
//!
//! A finding is about the messages of one chain that go missing, at one place of it: at a hop, where they arrive at it, or
//! where they have left it. It is evidence of the question where the fault is ([`crate::chain::fault`]): looking at the middle of
//! what remains, again and again, and keeping what was seen.
//!
//! | what is asked | what it leads to |
//! | --- | --- |
//! | a finding, and something holds or darkens the chain | it belongs to the incident of that, if there is one |
//! | a finding that names an open incident | it belongs to that one |
//! | a finding of a chain with which nothing is wrong, or of a resolved incident | refused: there is no fault to find |
//! | another one at the same place | the newest counts, for things change while people look |
//! | the same once more | nothing: the one that stands is answered |
//! | a finding is withdrawn | it counts no more, and what it had replaced counts again |
//! | the incident is resolved; without one, the chain's breaches are over | its findings are over, also if the incident opens again |
//!
//! What this noun does *not* do: it weighs nothing, and it ends no incident.

mod fact;
mod plan;
mod state;

#[cfg(test)]
mod tests;

pub use fact::*;
pub use plan::*;
pub use state::*;
