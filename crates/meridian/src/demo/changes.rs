//! What the people of the day want changed: a few hours for which nobody was found, some for which others are asked, a swap
//! that waits for its answer. What is settled is wished for again on another day, so that there is always something to do.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, Reply, World,
    cover::PartWish,
    estate::Role,
    id::{Actor, ChangeId, Name},
    roster::Shift,
};

use crate::serve::House;

const ROTA: &str = "payments";
const DAY: SignedDuration = SignedDuration::from_hours(24);
const AHEAD: SignedDuration = SignedDuration::from_hours(28 * 24);

/// Wishes for what nobody waits for at present.
pub async fn wish(house: &House, now: Instant) {
    let (asked, proposed) = {
        let world = house.keeper.world();
        (world.covers.wanted(now).count(), world.covers.pending().count())
    };
    if asked == 0 {
        ask_for_cover(house, now).await;
    }
    if proposed == 0 {
        let swap = swap(&house.keeper.world(), now);
        if let Some((by, command)) = swap {
            act(house, by, command).await;
        }
    }
}

/// Two: one for which everybody said no, which somebody has to look at, and one that was only just asked for.
async fn ask_for_cover(house: &House, now: Instant) {
    let wishes = {
        let shifts = coming(&house.keeper.world(), now);
        let one = |after: i64, reason: &'static str| {
            let earliest = now.saturating_add(DAY * after as i32).ok()?;
            let shift = shifts.iter().find(|shift| shift.from > earliest)?;
            Some((shift.person.clone(), part(shift, 2, 5)?, reason))
        };
        [one(1, "School play"), one(3, "Dentist, and the way there")]
    };
    for (number, (by, part, reason)) in wishes.into_iter().flatten().enumerate() {
        let command = Command::AskCover { part, reason: reason.into() };
        let made = act(house, by, command).await;
        if let (0, Some(Reply::Changes { changes, .. })) = (number, made) {
            for change in changes {
                decline(house, change).await;
            }
        }
    }
}

async fn decline(house: &House, change: ChangeId) {
    let asked: Vec<Name> = {
        let world = house.keeper.world();
        let request = world.covers.request(change);
        request.into_iter().flat_map(|(_, request)| &request.offers).map(|offer| offer.person.clone()).collect()
    };
    for by in asked {
        act(house, by.clone(), Command::DeclineCover { change, by }).await;
    }
}

/// Two watches of different people in one layer, next week's and that of a later one.
fn swap(world: &World, now: Instant) -> Option<(Name, Command)> {
    let shifts = coming(world, now);
    let next_week = now.saturating_add(DAY * 7).ok()?;
    let one = shifts.iter().find(|shift| shift.from > next_week)?;
    let other =
        shifts.iter().find(|shift| shift.layer == one.layer && shift.person != one.person && shift.from > one.until)?;
    let whole = |shift: &Shift| PartWish {
        rota: shift.rota.clone(),
        layer: Some(shift.layer.to_string()),
        person: shift.person.clone(),
        from: shift.from,
        until: shift.until,
    };
    let reason = "My sister is in town that day".into();
    Some((one.person.clone(), Command::ProposeSwap { one: whole(one), other: whole(other), reason }))
}

fn coming(world: &World, now: Instant) -> Vec<Shift> {
    let (Ok(rota), Ok(until)) = (ROTA.parse(), now.saturating_add(AHEAD)) else { return Vec::new() };
    let mut shifts = world.shifts(&rota, now, until);
    shifts.retain(|shift| shift.role == Role::Primary && now < shift.from);
    shifts
}

/// From so many hours after the beginning of a watch to so many.
fn part(shift: &Shift, from: i64, until: i64) -> Option<PartWish> {
    let hour = |hours: i64| shift.from.saturating_add(SignedDuration::from_hours(hours)).ok();
    let (rota, layer) = (shift.rota.clone(), Some(shift.layer.to_string()));
    Some(PartWish { rota, layer, person: shift.person.clone(), from: hour(from)?, until: hour(until)? })
}

/// A refusal is part of a day: somebody else was quicker.
async fn act(house: &House, by: Name, command: Command) -> Option<Reply> {
    let done = house.keeper.ask(Actor::Link(by), command).await;
    done.inspect_err(|why| tracing::debug!("the day goes on without: {why}")).ok()
}
