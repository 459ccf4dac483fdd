//! Alerts: symptoms that systems report; how they are routed, grouped, inhibited and silenced.
//!
//! What this noun does *not* do: it pages nobody and opens no incident. It says which groups of alerts deserve
//! attention now, and why the others do not; [`crate::incident`] does the rest.

mod alertmanager;
mod fact;
mod interval;
mod labels;
mod matcher;
mod model;
mod pattern;
mod plan;
mod route;
mod router;
mod state;

pub use alertmanager::{prometheus_duration, routing_as_alertmanager_yaml};
pub use fact::*;
pub use interval::*;
pub use matcher::MatcherError;
pub use model::*;
pub use plan::*;
pub use route::receivers;
pub use state::*;

#[cfg(test)]
mod tests;
