//! The log on a disk that can fail in every way, and on a real one.

#![allow(clippy::unwrap_used)]
