//! Real servers and real clients, each started by the test that needs it, on a free port and in a directory of its own.
//!
//! Nothing here imitates a product: Prometheus is Prometheus. What they print is kept and shown when the test fails,
//! and none of them outlives its test, not even when the test is killed.
//!
//! A test that needs them begins with [`installed`], because a plain `cargo test` on a machine without them skips such
//! tests, while `cargo xtask test` installs them and makes their absence a failure.

mod alertmanager;
mod browser;
mod clients;
pub mod http;
mod meridian;
mod process;
mod prometheus;
mod receiver;
mod smtp;
mod tools;

#[cfg(test)]
mod tests;

pub use alertmanager::Alertmanager;
pub use browser::{Browser, Ran};
pub use clients::{amtool, python};
pub use meridian::Meridian;
pub use process::{free_port, wait_until};
pub use prometheus::Prometheus;
pub use receiver::{Answer, Receiver, Request};
pub use smtp::{Mail, Mood, Smtp};
pub use tools::installed;
