//! What of all changes waits for the reader, for the list of the control room.

use meridian_core::{
    Instant,
    cover::{Conflict, Need as CoverNeed, Part, Request, Swap},
    id::ChangeId,
};

use super::{Lens, during, hours};
use crate::ui::{
    parts::{Glyph, Say},
    view::control::Need,
};

pub fn needs(lens: &Lens<'_>) -> Vec<Need> {
    let found = lens.world.change_needs(lens.me, lens.now);
    found.iter().filter_map(|need| said(lens, need)).collect()
}

fn said(lens: &Lens<'_>, need: &CoverNeed) -> Option<Need> {
    let covers = &lens.world.covers;
    let request = |id: &ChangeId| covers.request(*id).map(|(_, request)| request);
    let swap = |id: &ChangeId| covers.swap(*id).map(|(_, swap)| swap);
    Some(match need {
        CoverNeed::Cover { change, place, balance_minutes } => {
            let request = request(change)?;
            let known = request.offers.iter().filter_map(|offer| offer.balance_minutes);
            let lowest = *place == 1 && known.min() == *balance_minutes;
            offered(lens, *change, &request.part, lowest, *balance_minutes)
        }
        CoverNeed::Answer { change } => proposed(lens, *change, swap(change)?),
        CoverNeed::Approve { change } => accepted(lens, *change, swap(change)?),
        CoverNeed::Untaken { change } => untaken(lens, request(change)?),
        CoverNeed::Conflict(conflict) => conflicting(lens, conflict),
    })
}

/// A need that leads to the page of changes.
fn need(shape: Glyph, what: String, until: Instant, urgent: bool, more: Say) -> Need {
    Need {
        shape,
        what,
        until: Some(until),
        urgent,
        more: more.text("."),
        act: None,
        refuse: None,
        open: "/changes".into(),
    }
}

/// The part, after whose it is or which rota's.
fn of(lens: &Lens<'_>, part: &Part) -> Say {
    during(Say::new().text(lens.rota_title(&part.rota)), part)
}

fn offered(lens: &Lens<'_>, change: ChangeId, part: &Part, lowest: bool, balance_minutes: Option<i64>) -> Need {
    let more = of(lens, part);
    let more = match (lowest, balance_minutes) {
        (true, Some(minutes)) => more.text(format!(". Your balance is lowest, {}", hours(minutes))),
        (_, Some(minutes)) => more.text(format!(". Your balance is {}", hours(minutes))),
        (_, None) => more,
    };
    let what = format!("Cover asked by {}", lens.person(&part.person));
    let need = need(Glyph::Cover, what, part.from.max(lens.now), part.from <= lens.now, more);
    let act = lens.me.map(|_| (format!("/changes/{change}/take"), "Take it"));
    let refuse = lens.me.map(|_| (format!("/changes/{change}/decline"), "Decline"));
    Need { act, refuse, ..need }
}

fn proposed(lens: &Lens<'_>, change: ChangeId, swap: &Swap) -> Need {
    let more = during(Say::new().text("They take yours"), &swap.other).text("; you take theirs");
    let what = format!("{} proposes a swap", lens.person(&swap.one.person));
    let need = need(Glyph::Due, what, swap.one.from.min(swap.other.from), false, during(more, &swap.one));
    let refuse = Some((format!("/changes/{change}/refuse"), "Refuse"));
    Need { act: Some((format!("/changes/{change}/accept"), "Accept")), refuse, ..need }
}

fn accepted(lens: &Lens<'_>, change: ChangeId, swap: &Swap) -> Need {
    let more = during(Say::new().strong(lens.person(&swap.one.person)).text(" gives"), &swap.one);
    let more = during(more.text("; ").strong(lens.person(&swap.other.person)).text(" gives"), &swap.other);
    let begins = swap.one.from.min(swap.other.from);
    let need = need(Glyph::Due, "A swap waits for approval".into(), begins, false, more);
    Need { act: lens.me.map(|_| (format!("/changes/{change}/approve"), "Approve")), ..need }
}

fn untaken(lens: &Lens<'_>, request: &Request) -> Need {
    let part = &request.part;
    let stays = if lens.world.is_sick(&part.person, lens.now) { "who is sick" } else { "who stays on watch" };
    let what = format!("Nobody takes the watch of {}, {stays}", lens.person(&part.person));
    let began = part.from <= lens.now;
    need(Glyph::Nobody, what, if began { part.until } else { part.from }, began, of(lens, part))
}

fn conflicting(lens: &Lens<'_>, conflict: &Conflict) -> Need {
    let shift = &conflict.shift;
    let what = format!("{} {} and on watch", lens.person(&shift.person), conflict.because.words());
    let more = Say::new().text(lens.rota_title(&shift.rota)).text(", ").at(shift.from).text(" to ").at(shift.until);
    let (until, urgent) = (shift.from.max(lens.now), shift.from <= lens.now);
    need(Glyph::Nobody, what, until, urgent, more.text(". Nobody is asked for it"))
}
