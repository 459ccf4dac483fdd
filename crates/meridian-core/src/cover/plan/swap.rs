//! Swaps: two parts change hands at once, or none does.

use super::{Context, PartWish, Plan, Planned, Remark, conflict, invalid, stand_in, text};
use crate::{
    Fact, Refusal,
    cover::{CoverFact, Part, Swap, SwapState},
    estate::Team,
    id::{ChangeId, Name},
    roster::RosterFact,
};

/// Proposes to the other person that each takes the other's part.
pub fn plan_swap(context: &Context<'_>, one: &PartWish, other: &PartWish, reason: &str) -> Planned {
    let (one, other, reason) = (context.whole("one", one)?, context.whole("other", other)?, text("reason", reason)?);
    if one.person == other.person {
        return invalid("other", format!("both parts are {}'s", one.person));
    }
    if one.rota == other.rota && one.layer == other.layer && one.from < other.until && other.from < one.until {
        return invalid("other", "they are on watch together in that time: a swap would change nothing");
    }
    let same = |swap: &Swap| swap.one == one && swap.other == other;
    if let Some((change, _)) = context.covers.pending().find(|(_, swap)| same(swap)) {
        return Ok(Plan::about(change.id));
    }
    let (change, approval) = (context.covers.next_id(), context.approval(&one, &other));
    let remarks = context.both_fit(&one, &other)?;
    let proposed = CoverFact::SwapProposed { change, one, other, reason, approval };
    Ok(Plan { facts: vec![proposed.into()], changes: vec![change], remarks })
}

/// The other person agrees. Without an approval to wait for, both overrides follow at once.
pub fn plan_swap_accept(context: &Context<'_>, id: ChangeId, by: &Name) -> Planned {
    let swap = context.pending_swap(id)?;
    if swap.other.person != *by {
        return conflict(format!("only {} can accept it", swap.other.person));
    }
    if let SwapState::Accepted { .. } = swap.state {
        return Ok(Plan::about(id));
    }
    let mut plan = Plan { remarks: context.still_fit(swap)?, ..Plan::about(id) };
    let (overrides, added) = if swap.approval.is_some() { (Vec::new(), Vec::new()) } else { context.exchange(swap) };
    plan.facts.push(CoverFact::SwapAccepted { change: id, by: by.clone(), overrides }.into());
    plan.facts.extend(added);
    Ok(plan)
}

/// The lead agrees, after both have.
pub fn plan_swap_approve(context: &Context<'_>, id: ChangeId, by: &Name) -> Planned {
    let swap = context.pending_swap(id)?;
    let lead = context.lead(swap)?;
    if lead != Some(by) {
        return conflict(lead.map_or("it needs no approval".into(), |lead| format!("only {lead} can approve it")));
    }
    if swap.state == SwapState::Proposed {
        return conflict(format!("{} has not accepted it yet", swap.other.person));
    }
    let mut plan = Plan { remarks: context.still_fit(swap)?, ..Plan::about(id) };
    let (overrides, added) = context.exchange(swap);
    plan.facts.push(CoverFact::SwapApproved { change: id, by: by.clone(), overrides }.into());
    plan.facts.extend(added);
    Ok(plan)
}

/// The other person, or the lead, does not agree.
pub fn plan_swap_refuse(context: &Context<'_>, id: ChangeId, by: &Name, reason: &str) -> Planned {
    let (swap, reason) = (context.pending_swap(id)?, text("reason", reason)?);
    if swap.other.person != *by && context.lead(swap).ok().flatten() != Some(by) {
        return conflict(format!("{by} is not asked; {} is", swap.other.person));
    }
    let refused = CoverFact::SwapRefused { change: id, by: by.clone(), reason };
    Ok(Plan { facts: vec![refused.into()], ..Plan::about(id) })
}

impl<'a> Context<'a> {
    /// A part that is still to come and wholly its person's watch.
    fn whole(&self, field: &'static str, wish: &PartWish) -> Result<Part, Refusal> {
        self.person(field, &wish.person)?;
        self.rota(&wish.rota)?;
        if wish.until <= wish.from {
            return invalid(field, format!("{} is not after {}, where it begins", wish.until, wish.from));
        }
        if wish.from < self.now {
            return invalid(field, format!("it began at {}: what was stays as it was", wish.from));
        }
        let (person, rota) = (&wish.person, &wish.rota);
        let watches = self.watches(person, Some(rota), wish.from, wish.until);
        let found = watches.into_iter().find(|watch| {
            let in_layer = wish.layer.as_ref().is_none_or(|layer| **layer == *watch.layer);
            in_layer && watch.from <= wish.from && wish.until <= watch.until
        });
        let Some(watch) = found else {
            return invalid(
                field,
                format!("{person} is not on watch in {rota} all from {} to {}", wish.from, wish.until),
            );
        };
        let layer = watch.layer.to_string();
        Ok(Part { rota: rota.clone(), layer, person: person.clone(), from: wish.from, until: wish.until })
    }

    fn pending_swap(&self, id: ChangeId) -> Result<&'a Swap, Refusal> {
        let covers: &'a crate::cover::Covers = self.covers;
        let (_, swap) = covers.swap(id).ok_or_else(|| Refusal::NotFound(format!("swap {id}")))?;
        match &swap.state {
            SwapState::Proposed | SwapState::Accepted { .. } => Ok(swap),
            SwapState::Made { at, .. } => conflict(format!("swap {id} was made at {at}")),
            SwapState::Refused { at, by, .. } => conflict(format!("{by} refused swap {id} at {at}")),
            SwapState::Withdrawn { at, .. } => conflict(format!("swap {id} was withdrawn at {at}")),
        }
    }

    /// The team whose lead has to approve. A lead who is a party agrees as one.
    fn approval(&self, one: &Part, other: &Part) -> Option<Name> {
        let teams = [one, other].into_iter().filter_map(|part| {
            let team = self.estate.rotas.get(&part.rota)?.team.as_ref()?;
            self.estate.teams.get(team).filter(|team| team.approve_swaps)
        });
        let party = |team: &&Team| team.lead.as_ref().is_some_and(|lead| [&one.person, &other.person].contains(&lead));
        teams.into_iter().find(|team| !party(team)).map(|team| team.name.clone())
    }

    fn lead(&self, swap: &Swap) -> Result<Option<&'a Name>, Refusal> {
        let Some(team) = &swap.approval else { return Ok(None) };
        match self.estate.teams.get(team).and_then(|team| team.lead.as_ref()) {
            Some(lead) => Ok(Some(lead)),
            None => conflict(format!("the team {team} has no lead any more: withdraw the swap and propose it again")),
        }
    }

    fn both_fit(&self, one: &Part, other: &Part) -> Result<Vec<Remark>, Refusal> {
        let mut remarks = self.fits(one, &other.person, Some(other))?;
        remarks.extend(self.fits(other, &one.person, Some(one))?);
        Ok(remarks)
    }

    /// Whether both still have all of what they give.
    fn still_fit(&self, swap: &Swap) -> Result<Vec<Remark>, Refusal> {
        for part in [&swap.one, &swap.other] {
            if part.from < self.now {
                return conflict(format!("the watch of {} began at {}: it is too late", part.person, part.from));
            }
            if self.held(part) != [(part.from, part.until)] {
                return conflict(format!("{} does not have all of that watch any more", part.person));
            }
        }
        self.both_fit(&swap.one, &swap.other)
    }

    fn exchange(&self, swap: &Swap) -> (Vec<u64>, Vec<Fact>) {
        let first = self.overrides.next_id();
        let added = [(first, &swap.one, &swap.other.person), (first + 1, &swap.other, &swap.one.person)];
        let facts = added.map(|(id, part, by)| {
            let (rota, change) = (part.rota.clone(), stand_in(part, by));
            RosterFact::OverrideAdded { id, rota, change }.into()
        });
        (vec![first, first + 1], facts.into())
    }
}
