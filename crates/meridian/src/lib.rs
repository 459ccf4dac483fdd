//! The program: the edge where the pure domain of [`meridian_core`] meets clocks, sockets and files.
//!
//! `main.rs` is thin; everything is here so that tests and benchmarks can reach it.

pub mod api;
pub mod cli;
pub mod clock;
pub mod demo;
pub mod hooks;
pub mod notify;
pub mod serve;
pub mod ui;
