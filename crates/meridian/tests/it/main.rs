//! Meridian from the outside: the binary, with the real servers and clients that people run beside it.
//!
//! Only the wiring is tested here; what is decided, and why, is tested where it is decided, without a process.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "tests of other processes take real time")]

mod accounts;
mod acknowledge;
mod amtool;
mod begin;
mod calendar;
mod chain_audit;
mod chain_intake;
mod chain_trace;
mod chain_where;
mod changes;
mod client;
mod coverage;
mod crash;
mod estate;
mod estate_dir;
mod fire;
mod full_disk;
mod ground;
mod handoff;
mod hostile;
mod leave_import;
mod oncall;
mod once;
mod oracle;
mod pagerduty;
mod pages;
mod prometheus;
mod rota_plan;
mod stop;
mod tap;
mod tap_payments;
