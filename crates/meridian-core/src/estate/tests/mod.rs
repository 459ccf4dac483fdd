//! Tests of the estate.

mod bank;
