//! What the tests share: the scenario language, the deterministic simulation, and real servers on free ports.
//!
//! It is never part of the program. It panics freely, as a test does, and says what it waited for.

pub mod chaos;
pub mod scenario;
pub mod seeds;
pub mod servers;
pub mod sim;
