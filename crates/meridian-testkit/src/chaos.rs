//! Days of bad luck from one seed: crashes, failing contacts, re-sends, silences, overrides, changes of who is on watch, a full disk, a clock that
//! jumps, changes of the estate, and the guarantees that must hold all the same.
//!
//! [`act`] says what can happen, [`witness`] what every entry of the journal must fulfil, [`after`] what must be true of
//! all that was sent.

mod act;
mod after;
mod change;
mod handoff;
mod told;
mod witness;

use std::collections::BTreeSet;

use meridian_core::Instant;

use self::{after::Seen, witness::Witness};
use crate::{seeds::Seeds, sim::Sim};

/// What broke a guarantee, in words.
pub type Broken = String;

/// So many things happen in one play.
pub const STEPS: u32 = 60;

/// Three sites, a rota with a hole at night, escalations that can find nobody.
pub const ESTATE: &str = include_str!("chaos.yaml");

/// Plays the seed and checks every guarantee on the way and at the end.
pub fn play(seed: u64, steps: u32) -> Result<(), Broken> {
    let mut chaos = Chaos::begin(seed);
    for step in 0..steps {
        let what = chaos.step();
        chaos.check().map_err(|why| format!("step {step} ({what}): {why}"))?;
    }
    chaos.recover();
    let at_the_end = |why: Broken| format!("after everything works again: {why}");
    chaos.check().and_then(|()| chaos.check_end()).map_err(at_the_end)
}

/// Plays the seed with fewer steps until it holds; tells the smallest number with which it fails, and why.
pub fn shrink(seed: u64, steps: u32) -> Option<(u32, Broken)> {
    (0..=steps).find_map(|steps| play(seed, steps).err().map(|why| (steps, why)))
}

struct Chaos {
    seeds: Seeds,
    sim: Sim,
    witness: Witness,
    seen: Seen,
    /// What sources believe to fire.
    firing: BTreeSet<(usize, u64)>,
    silences: u64,
    /// The watch passes by acceptance, in the estate that is loaded.
    hands_over: bool,
    /// The latest instant that the machine's clock showed.
    latest: Instant,
}
