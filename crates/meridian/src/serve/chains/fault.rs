//! Where the fault is, as of now: the evidence of the engine and of what was found by hand, answered once for all who ask.
//!
//! It is answered when somebody asks, and anew when a breach came or went, something was found, or a second later something
//! was folded; not for each record. Nothing of it holds a lock while it is weighed. Where nothing is held or dark and nobody found anything, there is nothing to weigh.

use std::sync::Arc;

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    chain::{
        breach::{BreachKey, Trouble},
        fault::{Answer, ChainEvidence, Evidence, answer, looks},
    },
    finding::Spot,
    id::Name,
};
use meridian_store::checkpoints::Position;

use super::{Chains, LOOK_AGAIN, LOOK_ANEW, task::blocking};
use crate::serve::House;

/// The answer of an instant.
pub struct Fault {
    pub at: Instant,
    pub answer: Answer,
    took: SignedDuration,
    of: Of,
}

/// What it was made of.
#[derive(Clone, PartialEq, Eq)]
struct Of {
    position: Position,
    estate: String,
    breaches: Vec<BreachKey>,
    looks: Vec<(Spot, bool)>,
}

impl Fault {
    fn is_fresh(&self, of: &Of, now: Instant) -> bool {
        let age = now.duration_since(self.at).abs();
        let as_asked = self.of == Of { position: self.of.position, ..of.clone() };
        // While messages come without end, a fifth of a processor at most goes into this.
        let again = LOOK_AGAIN.max(self.took.saturating_mul(5));
        as_asked && (age < again || (self.of.position == of.position && age < LOOK_ANEW))
    }
}

/// Where the fault is now. Whoever asks within a second gets the same answer, unless a breach came or went or something was
/// found meanwhile.
pub async fn fault(house: &House) -> Arc<Fault> {
    let chains = &house.chains;
    // One at a time: the second one finds what the first one made.
    let mut kept = chains.shared.fault.lock().await;
    let now = house.clock.now();
    let of = {
        let world = house.keeper.world();
        let estate = world.estate_in_force().digest.clone();
        let breaches = world.breaches.open().map(|open| open.breach.key.clone()).collect();
        Of { position: chains.room().position, estate, breaches, looks: looks(&world.findings_that_count()) }
    };
    if let Some(known) = kept.as_ref().filter(|known| known.is_fresh(&of, now)) {
        return known.clone();
    }
    let (chains, looks) = (chains.clone(), of.looks.clone());
    let answer = blocking(move || answer(&chains.evidence(now, looks))).await;
    let took = house.clock.now().duration_since(now);
    let made = Arc::new(Fault { at: now, answer, took, of });
    *kept = Some(made.clone());
    made
}

impl Chains {
    /// Chain by chain, so that what comes in meanwhile waits for one look at most.
    fn evidence(&self, now: Instant, looks: Vec<(Spot, bool)>) -> Evidence {
        let names: Vec<Name> = {
            let room = self.room();
            let holds = |trouble| matches!(trouble, Trouble::Lost | Trouble::Dark);
            let nothing = looks.is_empty() && !room.breaches().iter().any(|breach| holds(breach.key.trouble));
            if nothing { Vec::new() } else { room.engine.plans().map(|plan| plan.name.clone()).collect() }
        };
        let chains = names.iter().filter_map(|name| ChainEvidence::of(&self.room().engine, name.as_str(), now));
        Evidence { now, chains: chains.collect(), looks }
    }
}
