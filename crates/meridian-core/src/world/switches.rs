//! What the wish to switch a chain's route leads to, and how an incident's timeline tells of it.

use super::{Turn, World};
use crate::{
    Refusal,
    chain::ChainPlan,
    command::Reply,
    id::{Actor, SwitchId},
    incident::Moment,
    journal::Entry,
    switch::{self, Deed, RunOutcome, SwitchFact, SwitchWish},
};

impl World {
    /// The plans of all chains, with their routes as switches have left them.
    pub fn chain_plans(&self) -> Vec<ChainPlan> {
        self.estate().chains.values().map(|chain| self.switches.in_force(&chain.plan)).collect()
    }

    pub(super) fn apply_switch(&mut self, entry: &Entry, fact: &SwitchFact) {
        let person = self.access.person(&entry.actor);
        self.switches.apply((entry.seq, entry.at), &entry.actor, &person, fact);
        let incident = self.switches.get(fact.switch()).and_then(|switch| switch.what.incident);
        if let Some(incident) = incident.filter(|_| is_told(fact)) {
            self.incidents.remember(incident, Moment::of(entry));
        }
    }
}

/// Whether it belongs on a timeline. Long lists of messages and every single try do not.
fn is_told(fact: &SwitchFact) -> bool {
    match fact {
        SwitchFact::Begun { .. } | SwitchFact::Answered { .. } | SwitchFact::Vouched { .. } => false,
        SwitchFact::Ended { outcome, .. } => !matches!(outcome, RunOutcome::Done(_)),
        _ => true,
    }
}

impl Turn<'_> {
    pub fn declare_switch(&mut self, mut wish: SwitchWish) -> Result<Reply, Refusal> {
        self.must_be_somebody()?;
        match wish.incident {
            Some(incident) if self.world.incidents.get(incident).is_none() => {
                return Err(Refusal::NotFound(format!("incident {incident}")));
            }
            Some(_) => {}
            // Whoever switches because of a breach need not look its number up.
            None => {
                let mut open = self.world.breaches.open().filter(|open| open.breach.key.chain == wish.chain);
                wish.incident = open.find_map(|open| open.incident);
            }
        }
        let fact = switch::plan_declare(&self.world.switches, self.world.estate(), wish, self.now)?;
        let id = fact.switch();
        self.record(fact);
        Ok(Reply::Switch(id))
    }

    pub fn switch(&mut self, id: SwitchId, deed: Deed) -> Result<Reply, Refusal> {
        if !matches!(deed, Deed::Ended { .. }) {
            self.must_be_somebody()?;
        }
        let known = self.world.switches.get(id).ok_or_else(|| Refusal::NotFound(format!("switch {id}")))?;
        let person = self.world.access.person(&self.actor);
        let facts = switch::plan_deed(known, &person, deed, self.now)?;
        let reply = if facts.is_empty() { Reply::Already } else { Reply::Done };
        self.record_all(facts);
        Ok(reply)
    }

    /// What two people have to agree on, nobody can do who has no name.
    fn must_be_somebody(&self) -> Result<(), Refusal> {
        match self.actor {
            Actor::System | Actor::Source(_) => Err(Refusal::Conflict("a switch is made by people".to_owned())),
            _ => Ok(()),
        }
    }
}
