//! Changes of who is on watch: leave and who is away, asked of the world.

use super::{Turn, World};
use crate::{
    Instant,
    command::{Refusal, Reply},
    cover::{self, Context, Plan},
    estate::Leave,
    id::{ChangeId, Name},
};

impl World {
    /// All leave of a person: what the estate says first, then what was added at run time, with its number.
    pub fn leave_of(&self, person: &Name) -> Vec<(Option<ChangeId>, &Leave)> {
        cover::leave_of(&self.estate.parsed, &self.covers, person)
    }

    /// The leave that this person is on at `at`.
    pub fn on_leave(&self, person: &Name, at: Instant) -> Option<&Leave> {
        self.leave_of(person).into_iter().map(|(_, leave)| leave).find(|leave| leave.from <= at && at < leave.until)
    }

    pub(super) fn plan_change<T>(&self, now: Instant, plan: impl FnOnce(&Context<'_>) -> T) -> T {
        let (estate, overrides, covers) = (&*self.estate.parsed, &self.overrides, &self.covers);
        plan(&Context { now, estate, overrides, covers, balance: &|_, _| None })
    }
}

impl Turn<'_> {
    pub fn change(&mut self, plan: impl FnOnce(&Context<'_>) -> Result<Plan, Refusal>) -> Result<Reply, Refusal> {
        let Plan { facts, changes, remarks } = self.world.plan_change(self.now, plan)?;
        self.record_all(facts);
        Ok(Reply::Changes { changes, remarks })
    }
}
