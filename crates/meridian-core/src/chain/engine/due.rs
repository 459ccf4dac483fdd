//! When the passing of time alone leads to something: what the house's clock waits for, so that nothing polls.
//!
//! | what waits | until |
//! | --- | --- |
//! | a hop that owes a word | it is dark |
//! | a reporter that sends heartbeats | its hops are dark |
//! | what is judged when a hop without heartbeats has reported all | the bounded lateness after that instant |
//! | what is judged when a hop has reported all, and its reporters have said so ahead of the house's time | that instant |
//!
//! A tick at that instant may find that nothing changed; no tick before it can change anything.

use super::hop::Hop;
use super::reporter::{Reporters, UNTIMED};
use super::shape::Shape;
use super::{Chain, Engine};

impl Hop {
    /// When it will have reported all until `instant`, by the time of the house, if nobody says a word until then.
    fn passes_at(&self, instant: i64, shape: &Shape, reporters: &Reporters, waiting: Option<i64>) -> Option<i64> {
        let mut latest = None;
        for number in &self.reporters {
            let passes = match reporters.get(*number).filter(|reporter| reporter.beats) {
                Some(reporter) => reporter.complete_to.filter(|to| *to >= instant).map(|_| instant)?,
                None => {
                    let told = instant.saturating_add(shape.lateness);
                    (waiting.is_none_or(|waiting| waiting >= told)).then_some(told)?
                }
            };
            latest = latest.max(Some(passes));
        }
        latest
    }

    fn dark_at(&self, shape: &Shape, reporters: &Reporters, waiting: Option<i64>) -> Option<i64> {
        if self.dark.is_live() {
            return None;
        }
        let beating = |number: &u32| reporters.get(*number).filter(|it| it.beats).map(|it| it.heard_at);
        let since = self.reporters.iter().filter_map(beating).chain(waiting);
        since.filter(|since| *since != UNTIMED).map(|since| since.saturating_add(shape.dark_after)).min()
    }
}

impl Chain {
    fn next_due(&self, shape: &Shape, reporters: &Reporters) -> impl Iterator<Item = i64> {
        self.hops.iter().enumerate().flat_map(move |(place, hop)| {
            let waiting = self.waits_since(place);
            let judged = self.lanes.iter().map(|lane| lane.earliest(place)).filter(|due| *due != i64::MAX);
            let ordered = hop.unordered.first().map(|(at, ..)| *at);
            let passed = judged.chain(ordered).min().and_then(|due| hop.passes_at(due, shape, reporters, waiting));
            passed.into_iter().chain(hop.dark_at(shape, reporters, waiting))
        })
    }
}

impl Engine {
    /// The earliest time of the house at which a tick can change something, if nothing is said until then.
    pub fn next_due(&self) -> Option<i64> {
        let now = self.state.now?;
        let chains = self.shapes.iter().zip(&self.state.chains);
        let due = chains.flat_map(|(shape, chain)| chain.next_due(shape, &self.state.reporters));
        due.filter(|due| *due > now).min()
    }

    /// The time of the house as it was logged last.
    pub fn now(&self) -> Option<i64> {
        self.state.now
    }
}
