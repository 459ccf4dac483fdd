//! Tests of the estate.

mod arbitrary;
mod bad;
mod bank;
mod doubts;
mod schema;
