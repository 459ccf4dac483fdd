//! Leave: who is away when, and what that leaves without them.

use jiff::{civil, tz::TimeZone};

use super::{Context, LASTS_AT_MOST, Plan, Planned, Remark, conflict, invalid, text};
use crate::{
    Instant, Refusal,
    cover::{AskedBecause, Changed, CoverFact, RequestState, WithdrawnBecause},
    estate::Leave,
    id::{ChangeId, Name},
};

/// A leave as somebody wants it.
#[derive(Clone, Debug)]
pub struct LeaveWish {
    pub person: Name,
    pub when: LeaveWhen,
    pub note: String,
    /// What it is made from, if not by hand: the UID of an event in a calendar. A second wish of the same origin
    /// changes the first.
    pub origin: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveWhen {
    /// Whole days, both included, by the clock of the person's site.
    Days {
        first: civil::Date,
        last: civil::Date,
    },
    Instants {
        from: Instant,
        until: Instant,
    },
}

/// The leave, and a request for each watch that lies in it. Without facts: it is known already.
pub fn plan_leave(context: &Context<'_>, wish: &LeaveWish) -> Planned {
    let leave = read(context, wish)?;
    let (mut plan, mut change) = (Plan::default(), context.covers.next_id());
    let mut replaced = None;
    for (id, known, origin) in context.covers.leave_of(&wish.person) {
        // A calendar is followed to the letter; by hand the first note stands.
        let noted = origin.is_none() || known.note == leave.note;
        if (known.from, known.until) == (leave.from, leave.until) && origin == wish.origin.as_deref() && noted {
            plan.changes.push(id);
            return Ok(plan);
        }
        if origin.is_some() && origin == wish.origin.as_deref() {
            replaced = Some(id);
        } else if known.touches(leave.from, leave.until) {
            plan.remarks.push(Remark::LeaveOverlaps { from: known.from, until: known.until });
        }
    }
    if let Some(id) = replaced {
        plan.facts.push(CoverFact::LeaveRemoved { change: id }.into());
        // What was asked for is asked for again only where the new leave does not reach.
        let until = (leave.from, leave.until);
        withdraw(context, &mut plan, |because| is_for(context, because, id), Some(until));
    }
    let (person, origin) = (wish.person.clone(), wish.origin.clone());
    plan.changes.push(change);
    plan.facts.push(CoverFact::LeaveAdded { change, person, leave: leave.clone(), origin }.into());
    let because = AskedBecause::OnLeave { leave: change };
    let parts = context.watches_in(&wish.person, leave.from, leave.until);
    change.0 += 1;
    context.ask_for(&mut plan, change, parts, &because, &leave.note);
    Ok(plan)
}

/// The leave that is wished for, if it can be one.
pub(super) fn read(context: &Context<'_>, wish: &LeaveWish) -> Result<Leave, Refusal> {
    let leave = stretch_of(context, wish)?;
    if leave.until <= leave.from {
        return invalid("until", "the leave ends before it begins");
    }
    if leave.until <= context.now {
        return invalid("until", format!("{} is past: what was stays as it was", leave.until));
    }
    if leave.from.duration_until(leave.until) > LASTS_AT_MOST {
        return invalid("until", "a leave lasts at most 366 days: who is away for longer leaves the rota's members");
    }
    Ok(leave)
}

/// Whether it was over before it was wished for.
pub(super) fn is_over(context: &Context<'_>, wish: &LeaveWish) -> bool {
    stretch_of(context, wish).is_ok_and(|leave| leave.from < leave.until && leave.until <= context.now)
}

fn stretch_of(context: &Context<'_>, wish: &LeaveWish) -> Result<Leave, Refusal> {
    let person = context.person("person", &wish.person)?;
    let note = text("note", &wish.note)?;
    let leave = match wish.when {
        LeaveWhen::Instants { from, until } => Leave { from, until, days: None, note },
        LeaveWhen::Days { first, last } => {
            let zone = context.estate.sites.get(&person.site).map_or(TimeZone::UTC, |site| site.zone.clone());
            let days = Leave::days(first, last, &zone, &note);
            days.ok_or_else(|| Refusal::Invalid { field: "from", why: format!("{first} is beyond all calendars") })?
        }
    };
    Ok(leave)
}

/// Requests that nobody took are withdrawn with the leave; what was taken stays, and is said.
pub fn plan_leave_remove(context: &Context<'_>, id: ChangeId) -> Planned {
    match context.covers.get(id).map(|change| &change.what) {
        Some(Changed::Leave { removed: Some(_), .. }) => Ok(Plan::about(id)),
        Some(Changed::Leave { leave, .. }) if leave.until <= context.now => {
            conflict(format!("leave {id} was over at {}: what was stays as it was", leave.until))
        }
        Some(Changed::Leave { .. }) => {
            let mut plan = Plan::about(id);
            plan.facts.push(CoverFact::LeaveRemoved { change: id }.into());
            withdraw(context, &mut plan, |because| is_for(context, because, id), None);
            Ok(plan)
        }
        _ => Err(Refusal::NotFound(format!("leave {id}"))),
    }
}

/// Whether it was asked because of this leave, or of an earlier form of it: what still lies in a leave that changed is not
/// asked for again.
fn is_for(context: &Context<'_>, because: &AskedBecause, id: ChangeId) -> bool {
    let AskedBecause::OnLeave { leave } = because else { return false };
    let of = |id: ChangeId| match context.covers.get(id).map(|change| &change.what) {
        Some(Changed::Leave { person, origin: Some(origin), .. }) => Some((person, origin)),
        _ => None,
    };
    *leave == id || (of(*leave).is_some() && of(*leave) == of(id))
}

/// Withdraws what was asked for only because somebody would be away, but for what lies in `except`.
pub(super) fn withdraw(
    context: &Context<'_>,
    plan: &mut Plan,
    because: impl Fn(&AskedBecause) -> bool,
    except: Option<(Instant, Instant)>,
) {
    for (change, request) in context.covers.requests(context.now) {
        let part = &request.part;
        let stays = except.is_some_and(|(from, until)| from <= part.from && part.until <= until);
        if stays || !because(&request.because) {
            continue;
        }
        match &request.state {
            RequestState::Open | RequestState::Lapsed { .. } => {
                let because = WithdrawnBecause::NoLongerAway;
                plan.facts.push(CoverFact::Withdrawn { change: change.id, because }.into());
            }
            RequestState::Taken { by, .. } => {
                plan.remarks.push(Remark::StaysTaken { change: change.id, by: by.clone() });
            }
            RequestState::Withdrawn { .. } => {}
        }
    }
}
