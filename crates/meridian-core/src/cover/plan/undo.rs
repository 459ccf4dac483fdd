//! Undoing a change: exactly what it made goes, from now on, unless a later change rests on it.

use super::{Context, Plan, Planned, conflict, plan_leave_remove, plan_well, plan_withdraw};
use crate::{
    Fact, Refusal,
    cover::{Changed, CoverFact, RequestState, SwapState, WithdrawnBecause},
    id::{ChangeId, Name},
    roster::{self, RosterFact},
};

/// `by` is the person who does it: a taker who gives a watch back has it asked for again.
pub fn plan_undo(context: &Context<'_>, id: ChangeId, by: Option<&Name>) -> Planned {
    let change = context.covers.get(id).ok_or_else(|| Refusal::NotFound(format!("change {id}")))?;
    if change.undone.is_some() {
        return Ok(Plan::about(id));
    }
    match &change.what {
        Changed::Leave { .. } => plan_leave_remove(context, id),
        Changed::Sick { person, ended: None, .. } => plan_well(context, person),
        Changed::Sick { .. } => conflict(format!("sickness {id} is over")),
        Changed::Cover(request) => match &request.state {
            RequestState::Taken { by: taker, over, .. } => {
                let asked_again = by == Some(taker) && request.part.until > context.now;
                context.undone(id, by, &[*over], asked_again)
            }
            _ => plan_withdraw(context, id),
        },
        Changed::Shift { over, .. } | Changed::Override { over, .. } => context.undone(id, by, &[*over], false),
        Changed::Swap(swap) => match &swap.state {
            SwapState::Made { overrides, .. } => {
                let begins = swap.one.from.min(swap.other.from);
                if begins <= context.now {
                    return conflict(format!(
                        "half of swap {id} began at {begins}: it is undone as a whole or not at all"
                    ));
                }
                context.undone(id, by, overrides, false)
            }
            SwapState::Proposed | SwapState::Accepted { .. } => {
                let withdrawn = CoverFact::SwapWithdrawn { change: id, because: WithdrawnBecause::ByHand };
                Ok(Plan { facts: vec![withdrawn.into()], ..Plan::about(id) })
            }
            SwapState::Refused { .. } | SwapState::Withdrawn { .. } => Ok(Plan::about(id)),
        },
    }
}

impl Context<'_> {
    fn undone(&self, id: ChangeId, by: Option<&Name>, overrides: &[u64], asked_again: bool) -> Planned {
        let mut facts: Vec<Fact> = vec![CoverFact::Undone { change: id, by: by.cloned(), asked_again }.into()];
        for over in overrides {
            facts.push(self.take_back(*over, overrides)?.into());
        }
        Ok(Plan { facts, ..Plan::about(id) })
    }

    /// What ends this override, if no later one but `together` rests on it.
    fn take_back(&self, over: u64, together: &[u64]) -> Result<RosterFact, Refusal> {
        let Some((name, _)) = self.overrides.get(over) else {
            return conflict(format!("its override {over} is gone already"));
        };
        let fact = roster::plan_remove(self.overrides, name, over, self.now)?;
        let rota = self.estate.rotas.get(name);
        let later =
            rota.map_or(Vec::new(), |rota| roster::resting_on(rota, self.overrides.numbered(name), over, self.now));
        match later.into_iter().find(|later| !together.contains(later)) {
            None => Ok(fact),
            Some(later) => {
                let what = match self.covers.made(later) {
                    Some(change) => format!("change {change}"),
                    None => format!("override {later}"),
                };
                conflict(format!("{what} rests on it: undo that first"))
            }
        }
    }
}
