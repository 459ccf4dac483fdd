//! Notices: whom a change of who is on watch concerns is told, and what became of that.

use super::{Turn, World};
use crate::{
    Instant,
    command::{Outcome, Reply},
    fact::Fact,
    id::{Actor, DeliveryId, Name},
    notice::{self, Context},
    page::DeliveryState,
};

impl World {
    /// What is to be sent now: pages and what follows them, then notices.
    pub fn outbox(&self) -> Vec<DeliveryId> {
        let notices = self.notices.outbox().map(|delivery| delivery.id);
        self.pages.outbox().map(|delivery| delivery.id).chain(notices).collect()
    }

    /// The attempt that is under way, or was when a crash came; none: nothing of it is to be sent.
    pub fn sending(&self, delivery: DeliveryId) -> Option<u32> {
        let of_page = self.pages.delivery(delivery).map(|delivery| &delivery.state);
        match of_page.or_else(|| self.notices.delivery(delivery).map(|delivery| &delivery.state)) {
            Some(DeliveryState::Sending { attempt, .. }) => Some(*attempt),
            _ => None,
        }
    }

    /// The person of the estate who acts, where it is one.
    fn person_of(&self, actor: &Actor) -> Option<Name> {
        match actor {
            Actor::Link(person) => Some(person.clone()),
            Actor::Account(account) => self.access.account(account).and_then(|account| account.person.clone()),
            Actor::System | Actor::Token(_) | Actor::Source(_) => None,
        }
    }

    fn plan_notices<T>(&self, now: Instant, by: Option<&Name>, plan: impl FnOnce(&Context<'_>) -> T) -> T {
        let watches = |person: &Name, at: Instant| {
            let just_after = at.saturating_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(at);
            self.plan_change(now, |context| !context.watches(person, None, at, just_after).is_empty())
        };
        plan(&Context {
            now,
            estate: &self.estate.parsed,
            covers: &self.covers,
            notices: &self.notices,
            last_delivery: self.pages.last_delivery(),
            by,
            watches: &watches,
        })
    }
}

impl Turn<'_> {
    /// Whomever the changes concern that were recorded since there were `before` entries is told.
    pub fn tell_of_changes(&mut self, before: usize) {
        let recorded = self.out.get(before..).unwrap_or_default();
        let changes: Vec<&Fact> = recorded
            .iter()
            .map(|entry| &*entry.fact)
            .filter(|fact| matches!(fact, Fact::Cover(_) | Fact::Roster(_)))
            .collect();
        if changes.is_empty() {
            return;
        }
        let by = self.world.person_of(&self.actor);
        let facts = self.world.plan_notices(self.now, by.as_ref(), |context| notice::plan(context, &changes));
        self.record_all(facts);
    }

    pub fn notices_due(&mut self) {
        while let Some(delivery) = self.world.notices.due(self.now) {
            let fact = self.world.plan_notices(self.now, None, |context| notice::plan_due(context, delivery));
            self.record(fact);
        }
    }

    pub fn notice_outcome(&mut self, delivery: DeliveryId, attempt: u32, outcome: &Outcome) -> Reply {
        let plan = |context: &Context<'_>| notice::plan_outcome(context, delivery, attempt, outcome);
        let facts = self.world.plan_notices(self.now, None, plan);
        let reply = if facts.is_empty() { Reply::Already } else { Reply::Done };
        self.record_all(facts);
        reply
    }
}
