//! Tests of the estate.

mod arbitrary;
mod bad;
pub(crate) mod bank;
mod chain;
mod doubts;
mod schema;
