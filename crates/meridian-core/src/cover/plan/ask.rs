//! Requests for cover: one for each watch that nobody is asked for yet.

use super::{Context, Plan, Planned, Remark, conflict, invalid, stand_in, stretch, text};
use crate::{
    Instant, Refusal,
    cover::{AskedBecause, CoverFact, Part, Request, RequestState, WithdrawnBecause},
    id::{ChangeId, Name},
    roster::{RosterFact, Shift},
};

/// A part of somebody's watch, as somebody names it.
#[derive(Clone, Debug)]
pub struct PartWish {
    pub rota: Name,
    /// Absent: whatever layers they are on watch in.
    pub layer: Option<String>,
    pub person: Name,
    pub from: Instant,
    pub until: Instant,
}

/// So many requests are made at once at most; more than that is not cover but another rota.
pub(super) const ASKED_AT_ONCE: usize = 100;

/// A request for each watch of the person in that time that nobody is asked for yet.
pub fn plan_ask(context: &Context<'_>, wish: &PartWish, reason: &str) -> Planned {
    let (mut plan, reason) = (Plan::default(), text("reason", reason)?);
    let watches = context.wished(wish)?;
    let parts = context.unasked(watches, Request::is_wanted);
    if parts.is_empty() {
        let known = context.covers.wanted(context.now).filter(|(_, request)| {
            let part = &request.part;
            part.person == wish.person && part.rota == wish.rota && part.from < wish.until && wish.from < part.until
        });
        plan.changes.extend(known.map(|(change, _)| change.id));
    }
    if parts.len() > ASKED_AT_ONCE {
        return invalid(
            "until",
            format!("{} watches lie in that time; at most 100 are asked for at once", parts.len()),
        );
    }
    context.ask_for(&mut plan, context.covers.next_id(), parts, &AskedBecause::Asked, &reason);
    Ok(plan)
}

/// What is left of the watch is theirs from now on.
pub fn plan_take(context: &Context<'_>, id: ChangeId, by: &Name) -> Planned {
    let request = context.request(id)?;
    match &request.state {
        RequestState::Taken { by: taker, .. } if taker == by => return Ok(Plan::about(id)),
        RequestState::Taken { by: taker, at, .. } => return conflict(format!("{taker} took it at {at}")),
        RequestState::Withdrawn { at, .. } => return conflict(format!("change {id} was withdrawn at {at}")),
        RequestState::Open | RequestState::Lapsed { .. } => {}
    }
    if request.part.until <= context.now {
        return conflict(format!("its watch was over at {}", request.part.until));
    }
    let part = Part { from: request.part.from.max(context.now), ..request.part.clone() };
    let mut plan = Plan { remarks: context.fits(&part, by, None)?, ..Plan::about(id) };
    let (over, from) = (context.overrides.next_id(), part.from);
    plan.facts.push(CoverFact::Taken { change: id, by: by.clone(), from, over }.into());
    let change = stand_in(&part, by);
    plan.facts.push(RosterFact::OverrideAdded { id: over, rota: part.rota, change }.into());
    Ok(plan)
}

pub fn plan_decline(context: &Context<'_>, id: ChangeId, by: &Name) -> Planned {
    let request = context.request(id)?;
    if !request.offers.iter().any(|offer| offer.person == *by) {
        return invalid("by", format!("{by} was not asked"));
    }
    let mut plan = Plan::about(id);
    if request.is_wanted() && !request.declined.contains(by) {
        plan.facts.push(CoverFact::Declined { change: id, by: by.clone() }.into());
    }
    Ok(plan)
}

pub fn plan_withdraw(context: &Context<'_>, id: ChangeId) -> Planned {
    let request = context.request(id)?;
    let mut plan = Plan::about(id);
    match &request.state {
        RequestState::Taken { by, at, .. } => return conflict(format!("{by} took it at {at}; undo that instead")),
        RequestState::Withdrawn { .. } => {}
        _ if request.part.until <= context.now => {
            return conflict(format!("its watch was over at {}", request.part.until));
        }
        _ => plan.facts.push(CoverFact::Withdrawn { change: id, because: WithdrawnBecause::ByHand }.into()),
    }
    Ok(plan)
}

/// Takes each watch of the person in that time without being asked, if the team's notice allows it.
pub fn plan_take_shift(context: &Context<'_>, wish: &PartWish, by: &Name, reason: &str) -> Planned {
    let (mut plan, reason) = (Plan::default(), text("reason", reason)?);
    let (mut id, mut over) = (context.covers.next_id(), context.overrides.next_id());
    let watches = context.wished(wish)?;
    if watches.len() > ASKED_AT_ONCE {
        return invalid("until", format!("{} watches lie in that time; at most 100 are taken at once", watches.len()));
    }
    for watch in watches {
        let part = part_of(&watch, watch.from, watch.until);
        let asked = |request: &Request| request.part == part && request.is_wanted();
        let request = context.covers.wanted(context.now).find(|(_, request)| asked(request)).map(|(found, _)| found.id);
        if request.is_none() {
            context.notice(&part)?;
        }
        plan.remarks.extend(context.fits(&part, by, None)?);
        let change = request.unwrap_or(id);
        plan.changes.push(change);
        let (by, reason, added) = (by.clone(), reason.clone(), stand_in(&part, by));
        let (rota, from) = (part.rota.clone(), part.from);
        plan.facts.push(match request {
            Some(change) => CoverFact::Taken { change, by, from, over }.into(),
            None => CoverFact::ShiftTaken { change, part, by, reason, over }.into(),
        });
        plan.facts.push(RosterFact::OverrideAdded { id: over, rota, change: added }.into());
        id.0 += u64::from(request.is_none());
        over += 1;
    }
    Ok(plan)
}

fn part_of(watch: &Shift, from: Instant, until: Instant) -> Part {
    let (rota, layer, person) = (watch.rota.clone(), watch.layer.to_string(), watch.person.clone());
    Part { rota, layer, person, from, until }
}

impl Context<'_> {
    fn request(&self, id: ChangeId) -> Result<&Request, Refusal> {
        let found = self.covers.request(id).map(|(_, request)| request);
        found.ok_or_else(|| Refusal::NotFound(format!("cover request {id}")))
    }

    /// The watches that a wish names, from now on. None is a refusal that names the next one.
    fn wished(&self, wish: &PartWish) -> Result<Vec<Shift>, Refusal> {
        self.person("person", &wish.person)?;
        let rota = self.rota(&wish.rota)?;
        if let Some(layer) = wish.layer.as_ref().filter(|layer| !rota.layers.iter().any(|known| known.name == **layer))
        {
            let known: Vec<&str> = rota.layers.iter().map(|layer| layer.name.as_str()).collect();
            return invalid("layer", format!("rota {} has no layer `{layer}`, only {}", rota.name, known.join(", ")));
        }
        let (from, until) = stretch(self.now, wish.from, wish.until)?;
        let in_layer = |shift: &Shift| wish.layer.as_ref().is_none_or(|layer| **layer == *shift.layer);
        let watches = |from, until| {
            self.watches(&wish.person, Some(&wish.rota), from, until).into_iter().filter(|shift| in_layer(shift))
        };
        let found: Vec<Shift> = watches(from, until).collect();
        if !found.is_empty() {
            return Ok(found);
        }
        let ahead = self.now.saturating_add(jiff::SignedDuration::from_hours(90 * 24)).unwrap_or(self.now);
        let next = watches(self.now, ahead).next();
        let next =
            next.map_or(String::new(), |next| format!("; the next time is from {} to {}", next.from, next.until));
        invalid("from", format!("{} is not on watch in {} in that time{next}", wish.person, wish.rota))
    }

    /// Whether `by` can stand in for this part, and what is remarkable about it. `instead` is what they give for it.
    pub(super) fn fits(&self, part: &Part, by: &Name, instead: Option<&Part>) -> Result<Vec<Remark>, Refusal> {
        let person = self.person("by", by)?;
        if *by == part.person {
            return invalid("by", format!("{by} has this watch already"));
        }
        if self.held(part).is_empty() {
            return conflict(format!("{} is not on watch in {} in that time any more", part.person, part.rota));
        }
        if person.reach.high.is_empty() {
            return conflict(format!("{by} has no contact for urgent pages"));
        }
        if let Some(why) = self.away(by, part.from, part.until) {
            return conflict(why);
        }
        let mut remarks = Vec::new();
        for watch in self.watches(by, None, part.from, part.until) {
            let here = watch.rota == part.rota && *watch.layer == *part.layer;
            let given = instead.is_some_and(|given| watch.rota == given.rota && *watch.layer == *given.layer);
            if here {
                return conflict(format!("{by} is on watch in {}, {} in that time already", part.rota, part.layer));
            }
            if !given {
                let (person, rota) = (by.clone(), watch.rota);
                remarks.push(Remark::AlsoOnWatch { person, rota, from: watch.from, until: watch.until });
            }
        }
        Ok(remarks)
    }

    /// Who was not asked takes a watch only so long before it begins as the team wants.
    fn notice(&self, part: &Part) -> Result<(), Refusal> {
        let team = self.estate.rotas.get(&part.rota).and_then(|rota| rota.team.as_ref());
        let team = team.and_then(|team| self.estate.teams.get(team));
        let Some((team, notice)) = team.and_then(|team| Some((team, team.take_notice?))) else { return Ok(()) };
        if self.now.duration_until(part.from) >= notice {
            return Ok(());
        }
        let (person, notice) = (&part.person, crate::estate::show_duration(notice));
        conflict(format!(
            "the team {} wants {notice} of notice; {person} can ask for cover, and then you can take it",
            team.name
        ))
    }

    /// What of these watches is in no request that counts.
    pub(super) fn unasked(&self, watches: Vec<Shift>, counts: impl Fn(&Request) -> bool) -> Vec<Part> {
        let requests = self.covers.requests(self.now).map(|(_, request)| request);
        let asked: Vec<&Part> = requests.filter(|request| counts(request)).map(|request| &request.part).collect();
        let mut parts = Vec::new();
        for watch in watches {
            let asked = asked
                .iter()
                .filter(|part| part.rota == watch.rota && *part.layer == *watch.layer && part.person == watch.person);
            let mut left = vec![(watch.from, watch.until)];
            for part in asked {
                left = left.into_iter().flat_map(|piece| beside(piece, (part.from, part.until))).collect();
            }
            parts.extend(left.into_iter().map(|(from, until)| part_of(&watch, from, until)));
        }
        parts.sort_by(|a, b| (a.from, &a.rota, &a.layer).cmp(&(b.from, &b.rota, &b.layer)));
        parts
    }

    /// Asks for all of these parts, up to the limit.
    pub(super) fn ask_for(
        &self,
        plan: &mut Plan,
        first: ChangeId,
        mut parts: Vec<Part>,
        because: &AskedBecause,
        reason: &str,
    ) {
        if parts.len() > ASKED_AT_ONCE {
            let rest = parts.split_off(ASKED_AT_ONCE);
            plan.remarks.push(Remark::NotAskedFor { watches: rest.len(), from: rest[0].from });
        }
        for (change, part) in (first.0..).map(ChangeId).zip(parts) {
            let offers = self.offers(&part);
            if offers.is_empty() {
                plan.remarks.push(Remark::NobodyCan { change });
            }
            plan.changes.push(change);
            let (reason, because) = (reason.to_owned(), because.clone());
            plan.facts.push(CoverFact::Asked { change, part, reason, because, offers }.into());
        }
    }

    /// The watches of somebody who is away, for which nobody is asked and nobody said that none need be.
    pub(super) fn watches_in(&self, person: &Name, from: Instant, until: Instant) -> Vec<Part> {
        let from = from.max(self.now);
        if from >= until {
            return Vec::new();
        }
        let by_hand = |request: &Request| {
            matches!(request.state, RequestState::Withdrawn { because: WithdrawnBecause::ByHand, .. })
                && request.because != AskedBecause::Asked
        };
        self.unasked(self.watches(person, None, from, until), |request| request.is_wanted() || by_hand(request))
    }
}

/// What is left of one stretch beside another.
fn beside(one: (Instant, Instant), other: (Instant, Instant)) -> impl Iterator<Item = (Instant, Instant)> {
    let parts = [(one.0, one.1.min(other.0)), (one.0.max(other.1), one.1)];
    parts.into_iter().filter(|(from, until)| from < until)
}
