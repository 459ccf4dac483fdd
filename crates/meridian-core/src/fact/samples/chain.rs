//! Of chains.

use super::{instant, name};
use crate::{
    chain::breach::{Breach, BreachKey, ChainFact, Trouble},
    id::IncidentId,
};

pub fn key() -> BreachKey {
    BreachKey {
        chain: name("fedwire-out"),
        trouble: Trouble::Lost,
        hop: name("firewall"),
        after: Some(name("mq-gateway")),
    }
}

fn breach(key: BreachKey, count: u64, examples: &[&str]) -> Breach {
    Breach { key, count, since: instant(), examples: examples.iter().map(|text| (*text).into()).collect() }
}

pub fn every() -> Vec<ChainFact> {
    let incident = Some(IncidentId(7));
    let mut facts = vec![
        ChainFact::Breached { breach: breach(key(), 1, &["lane A, number 7"]), incident },
        ChainFact::Counted { breach: breach(key(), 1204, &["lane A, number 7", "IMAD-\u{9999}"]), incident },
        ChainFact::Cleared { key: key(), incident },
    ];
    facts.extend(Trouble::ALL.map(|trouble| ChainFact::Breached {
        breach: breach(BreachKey { trouble, after: None, ..key() }, u64::MAX, &[]),
        incident: None,
    }));
    facts
}
