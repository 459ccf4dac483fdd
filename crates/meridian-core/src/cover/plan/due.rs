//! What time, another change, or a new estate leads to.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Context, Plan};
use crate::{
    cover::{AskedBecause, Changed, CoverFact, Part, Request, RequestState, SickEndedBecause, WithdrawnBecause},
    id::{ChangeId, Name},
};

/// How far ahead a watch of somebody whom the estate lost is asked cover for.
const AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);

/// The timer of this change is due. Never empty, so that time moves on.
pub(crate) fn plan_due(context: &Context<'_>, change: ChangeId) -> CoverFact {
    match context.covers.get(change).map(|change| &change.what) {
        Some(Changed::Cover(request)) if request.state == RequestState::Open => {
            if context.held(&request.part).is_empty() {
                CoverFact::Withdrawn { change, because: WithdrawnBecause::NotOnWatchAnyMore }
            } else {
                CoverFact::Lapsed { change, person: request.part.person.clone() }
            }
        }
        Some(Changed::Swap(_)) => CoverFact::SwapWithdrawn { change, because: WithdrawnBecause::TooLate },
        Some(Changed::Sick { .. }) => CoverFact::SickEnded { change, because: SickEndedBecause::Over },
        _ => CoverFact::Withdrawn { change, because: WithdrawnBecause::TooLate },
    }
}

/// After who is on watch has changed: what waits for somebody about a watch that its person has no more is withdrawn.
pub(crate) fn plan_settle(context: &Context<'_>) -> Vec<CoverFact> {
    let because = WithdrawnBecause::NotOnWatchAnyMore;
    let left = |part: &Part| Part { from: part.from.max(context.now), ..part.clone() };
    let moot = |request: &Request| context.held(&left(&request.part)).is_empty();
    let requests = context.covers.wanted(context.now).filter(|(_, request)| moot(request));
    let requests = requests.map(|(change, _)| CoverFact::Withdrawn { change: change.id, because });
    let swaps = context.covers.pending().filter_map(|(change, swap)| {
        let parts = [&swap.one, &swap.other];
        let gone = parts.iter().any(|part| !context.estate.persons.contains_key(&part.person));
        let because = match gone {
            true => WithdrawnBecause::NotInEstate,
            false if parts.iter().any(|part| context.held(part).is_empty()) => because,
            false => return None,
        };
        Some(CoverFact::SwapWithdrawn { change: change.id, because })
    });
    requests.chain(swaps).collect()
}

/// Who is not in the estate but holds a watch by an override leaves it without anybody: cover is asked for.
pub(crate) fn plan_lost(context: &Context<'_>) -> Plan {
    let mut plan = Plan::default();
    let parts = context.lost();
    context.ask_for(&mut plan, context.covers.next_id(), parts, &AskedBecause::NotInEstate, "");
    plan
}

/// After another estate came into force: cover for the watches of whoever is away in it. What is said of those who
/// came back is withdrawn.
pub(crate) fn plan_estate(context: &Context<'_>) -> Plan {
    let mut plan = Plan::default();
    for (change, request) in context.covers.wanted(context.now) {
        let part = &request.part;
        let person = context.estate.persons.get(&part.person);
        let back = match request.because {
            AskedBecause::NotInEstate => person.is_some(),
            AskedBecause::LeaveInEstate => {
                person.is_some_and(|person| !person.leave.iter().any(|leave| leave.touches(part.from, part.until)))
            }
            _ => false,
        };
        if back {
            let because = WithdrawnBecause::NoLongerAway;
            plan.facts.push(CoverFact::Withdrawn { change: change.id, because }.into());
        }
    }
    let mut asks: Vec<(Vec<Part>, AskedBecause)> = Vec::new();
    for (name, person) in &context.estate.persons {
        for leave in &person.leave {
            asks.push((context.watches_in(name, leave.from, leave.until), AskedBecause::LeaveInEstate));
        }
        for (id, leave, _) in context.covers.leave_of(name) {
            asks.push((context.watches_in(name, leave.from, leave.until), AskedBecause::OnLeave { leave: id }));
        }
        if let Some((sick, until)) = context.covers.sick(name, context.now) {
            asks.push((context.watches_in(name, context.now, until), AskedBecause::Sick { sick }));
        }
    }
    // Two leaves of one person may overlap.
    let mut known: BTreeSet<(Name, String, Name, crate::Instant)> = BTreeSet::new();
    for (mut parts, because) in asks {
        parts.retain(|part| known.insert((part.rota.clone(), part.layer.clone(), part.person.clone(), part.from)));
        let next = ChangeId(context.covers.next_id().0 + plan.changes.len() as u64);
        context.ask_for(&mut plan, next, parts, &because, "");
    }
    plan
}

impl Context<'_> {
    /// The watches of people whom the estate does not have, and nobody is asked for yet.
    fn lost(&self) -> Vec<Part> {
        let until = self.now.saturating_add(AHEAD).unwrap_or(self.now);
        let lost: BTreeSet<&Name> = self.unknown(self.now).collect();
        lost.into_iter().flat_map(|name| self.watches_in(name, self.now, until)).collect()
    }
}
