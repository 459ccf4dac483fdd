//! What of all changes waits for somebody, and who is on watch although they can't be.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Context, Request, RequestState, SwapState};
use crate::{
    Instant,
    id::{ChangeId, Name},
    roster::Shift,
};

/// How far ahead a conflict that nobody is asked to resolve needs somebody.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Something that waits for one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// They are asked to take it; `place` counts from 1.
    Cover { change: ChangeId, place: usize, balance_minutes: Option<i64> },
    /// Their answer to a swap is awaited.
    Answer { change: ChangeId },
    /// Their approval of a swap is awaited.
    Approve { change: ChangeId },
    /// Nobody takes it: nobody can, all declined, or the watch began.
    Untaken { change: ChangeId },
    /// Somebody is on watch who can't be, and nobody is asked to take it.
    Conflict(Conflict),
}

/// Somebody who is on watch and can't be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Clipped to the time in which they can't.
    pub shift: Shift,
    pub because: ConflictBecause,
    /// The request by which somebody is asked to take it.
    pub asked: Option<ChangeId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictBecause {
    OnLeave,
    Sick,
    NotInEstate,
}

impl ConflictBecause {
    /// Completes "is on watch and …".
    pub fn words(self) -> &'static str {
        match self {
            ConflictBecause::OnLeave => "is on leave",
            ConflictBecause::Sick => "is sick",
            ConflictBecause::NotInEstate => "is not in the estate any more",
        }
    }
}

/// In the order of their beginnings.
pub(crate) fn conflicts(context: &Context<'_>, from: Instant, until: Instant) -> Vec<Conflict> {
    let mut found = Vec::new();
    let mut add = |shifts: Vec<Shift>, because| {
        found.extend(shifts.into_iter().map(|shift| Conflict { asked: asked_for(context, &shift), shift, because }));
    };
    for name in context.estate.persons.keys() {
        for (_, leave) in context.leave_of(name) {
            let (from, until) = (leave.from.max(from), leave.until.min(until));
            if from < until {
                add(context.watches(name, None, from, until), ConflictBecause::OnLeave);
            }
        }
        if let Some((_, ends)) = context.covers.sick(name, from) {
            add(context.watches(name, None, from, until.min(ends)), ConflictBecause::Sick);
        }
    }
    let lost: BTreeSet<&Name> = context.unknown(from).collect();
    for name in lost {
        add(context.watches(name, None, from, until), ConflictBecause::NotInEstate);
    }
    found.sort_by(|a, b| {
        let key = |c: &Conflict| (c.shift.from, c.shift.rota.clone(), c.shift.layer.clone(), c.because);
        key(a).cmp(&key(b)).then_with(|| a.shift.person.cmp(&b.shift.person))
    });
    found.dedup();
    found
}

/// What waits for this person, or for whoever looks after all of it.
pub(crate) fn needs(context: &Context<'_>, person: Option<&Name>) -> Vec<Need> {
    let mut needs = Vec::new();
    for (change, request) in context.covers.wanted(context.now) {
        if let Some(offer) = person.and_then(|person| request.asks(person, context.now)) {
            let place = request.offers.iter().position(|other| other == offer).unwrap_or_default() + 1;
            needs.push(Need::Cover { change: change.id, place, balance_minutes: offer.balance_minutes });
        }
        let own = person.is_none_or(|person| *person == request.part.person);
        if is_untaken(request) && (own || context.leads(person, &request.part.rota)) {
            needs.push(Need::Untaken { change: change.id });
        }
    }
    for (change, swap) in context.covers.pending() {
        let lead = swap.approval.as_ref().and_then(|team| context.estate.teams.get(team)?.lead.as_ref());
        match swap.state {
            SwapState::Proposed if person == Some(&swap.other.person) => needs.push(Need::Answer { change: change.id }),
            SwapState::Accepted { .. } if person.is_none() || person == lead => {
                needs.push(Need::Approve { change: change.id });
            }
            _ => {}
        }
    }
    let soon = context.now.saturating_add(SOON).unwrap_or(context.now);
    let open = conflicts(context, context.now, soon).into_iter().filter(|conflict| conflict.asked.is_none());
    let mine = |conflict: &Conflict| {
        person.is_none_or(|person| *person == conflict.shift.person) || context.leads(person, &conflict.shift.rota)
    };
    needs.extend(open.filter(mine).map(Need::Conflict));
    needs
}

/// Whether nobody will take it unless somebody does something.
fn is_untaken(request: &Request) -> bool {
    let declined = request.offers.iter().all(|offer| request.declined.contains(&offer.person));
    matches!(request.state, RequestState::Lapsed { .. }) || declined
}

fn asked_for(context: &Context<'_>, shift: &Shift) -> Option<ChangeId> {
    let mut wanted = context.covers.wanted(context.now);
    let found = wanted.find(|(_, request)| {
        let part = &request.part;
        part.rota == shift.rota
            && *part.layer == *shift.layer
            && part.person == shift.person
            && part.from < shift.until
            && shift.from < part.until
    });
    found.map(|(change, _)| change.id)
}

impl<'a> Context<'a> {
    /// People whom an override puts on watch and the estate does not have.
    pub(super) fn unknown(&self, from: Instant) -> impl Iterator<Item = &'a Name> + use<'a> {
        let (estate, overrides) = (self.estate, self.overrides);
        let added = estate.rotas.keys().flat_map(move |rota| overrides.numbered(rota)).map(|(_, change)| change);
        let coming = added.filter(move |change| change.until > from);
        coming.map(|change| &change.with).filter(move |name| !estate.persons.contains_key(*name))
    }

    /// Whether this person leads the team of the rota.
    fn leads(&self, person: Option<&Name>, rota: &Name) -> bool {
        let team = self.estate.rotas.get(rota).and_then(|rota| rota.team.as_ref());
        let lead = team.and_then(|team| self.estate.teams.get(team)?.lead.as_ref());
        person.is_some() && lead == person
    }
}
