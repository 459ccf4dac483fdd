//! A message on its usual way: what holds of a row of the ring, without making a message of it.
//!
//! | a row | then |
//! | --- | --- |
//! | waits for hops that have not reported so far | its timers are noted, nothing else |
//! | is settled, and all hops have reported until its retry horizon | it is counted, and only its number stays |
//! | is late, has passed by a hop, or does not come to the next | it is made whole and judged ([`super::judge`]) |
//!
//! What this does *not* do: it says nothing. Whatever is wrong with a message is found by the one judge, so that there
//! are not two opinions; the laws hold both to one model.

use super::judge::{Water, lost};
use super::lane::{Court, Lane};
use super::ledger::Ledger;
use super::message::{End, Sighting};
use super::ring::{GROUP, Layout, fits, is_passed, note};
use super::shape::Shape;
use super::store::{Store, Usual, is_plain};
use super::verdict::Key;
use crate::chain::amount::Amount;
use crate::chain::plan::HopSet;

/// What holds of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rest {
    Waits,
    Over,
    /// Something may be wrong with it.
    Judge,
}

fn rest(layout: &Layout, row: &[u8], shape: &Shape, water: &mut Water<'_>) -> Rest {
    let seen = layout.seen(row);
    let Some(last) = seen.last() else { return Rest::Judge };
    let required = shape.required_surely(seen);
    for owed in required.before(last).without(seen).iter() {
        let later = seen.after(owed).first().map_or(i64::MIN, |later| layout.at(row, later));
        if water.passed(owed, later) {
            return Rest::Judge;
        }
    }
    if !seen.has(shape.confirming) {
        return match lost(seen, Some(last), layout.at(row, last), shape, water) {
            Some(_) => Rest::Judge,
            None => Rest::Waits,
        };
    }
    let until = layout.span(row).1.saturating_add(shape.horizon);
    if water.all_passed(required, until) { Rest::Over } else { Rest::Waits }
}

/// Whether the limits allow that it came to this hop, its last one so far, at this instant.
fn is_late(layout: &Layout, row: &[u8], before: HopSet, sighting: &Sighting, shape: &Shape) -> bool {
    let over = |since: i64, limit: Option<i64>| limit.is_some_and(|limit| sighting.at.saturating_sub(since) > limit);
    before.last().is_some_and(|last| over(layout.at(row, last), shape.limit(sighting.hop)))
        || sighting.hop == shape.confirming && over(layout.t0(row), shape.end_to_end)
}

/// Writes the sighting to the row of its message; false: it is not as usual, and nothing was written.
fn go_on(store: &mut Store, seq: u64, sighting: &Sighting) -> Option<HopSet> {
    let (layout, says) = (store.ring.layout, store.says);
    let (group, at) = store.ring.find(seq)?;
    let (row, _) = group.row_and_due(at, layout.width());
    let before = layout.seen(row);
    let in_turn = before.last().is_some_and(|last| last < sighting.hop);
    if !in_turn || layout.id(row) != sighting.id || !fits(layout.t0(row), sighting.at) {
        return None;
    }
    if sighting.digest == 0 && sighting.amount.is_none() && sighting.currency == 0 {
        layout.go_on(row, sighting.hop, sighting.at);
        return Some(before);
    }
    let said = |hops: HopSet| !hops.and(before).is_empty();
    let (digest, (amount, currency)) = (layout.digest(row), layout.worth(row));
    let (wide, narrow) = content(sighting)?;
    let same = (sighting.digest == 0 || !said(says.digest) || sighting.digest == digest)
        && (sighting.amount.is_none() || !said(says.amount) || wide == amount)
        && (sighting.currency == 0 || !said(says.currency) || narrow == currency);
    let room = (sighting.digest == 0 || layout.digests) && (wide == 0 && narrow == 0 || layout.amounts);
    if !same || !room {
        return None;
    }
    if sighting.digest != 0 {
        layout.set_digest(row, sighting.digest);
    }
    let amount = if sighting.amount.is_some() { wide } else { amount };
    layout.set_worth(row, amount, if sighting.currency != 0 { narrow } else { currency });
    layout.go_on(row, sighting.hop, sighting.at);
    Some(before)
}

/// Amount and currency as a row keeps them; none: they don't fit.
fn content(sighting: &Sighting) -> Option<(i64, u16)> {
    let amount = sighting.amount.map_or(Ok(0), |Amount(amount)| i64::try_from(amount)).ok()?;
    Some((amount, u16::try_from(sighting.currency).ok()?))
}

/// Opens a row for a message that is new; false: its lane has no room for it there.
fn begin(store: &mut Store, seq: u64, sighting: &Sighting) -> bool {
    let layout = store.ring.layout;
    let Some((amount, currency)) = content(sighting) else { return false };
    if sighting.digest != 0 && !layout.digests || (amount != 0 || currency != 0) && !layout.amounts {
        return false;
    }
    let Some((group, at)) = store.ring.open(seq) else { return false };
    let (row, _) = group.row_and_due(at, layout.width());
    layout.begin(row, sighting.id, sighting.hop, sighting.at);
    layout.set_digest(row, sighting.digest);
    layout.set_worth(row, amount, currency);
    true
}

impl Lane {
    /// Takes a sighting on the usual way of its message, and answers at which hops it is seen now. None: it must be
    /// taken the long way, and nothing was changed.
    pub fn pass(&mut self, seq: u64, sighting: &Sighting, court: &mut Court<'_>) -> Option<HopSet> {
        let store = &mut self.messages;
        let usual = store.usual.get(usize::from(sighting.hop.0)).copied().flatten();
        if usual != Some(Usual::of(sighting)) || !is_plain(sighting) {
            return None;
        }
        let before = match self.range {
            // The next number of its lane leaves no gap, and nothing is known of it.
            Some((low, high)) if high.checked_add(1) == Some(seq) => {
                if !begin(store, seq, sighting) {
                    return None;
                }
                self.range = Some((low, seq));
                HopSet::default()
            }
            _ => go_on(store, seq, sighting)?,
        };
        let layout = store.ring.layout;
        let (group, at, earliest) = store.ring.find_timed(seq)?;
        let (row, due) = group.row_and_due(at, layout.width());
        let late = is_late(&layout, row, before, sighting, court.shape);
        let rests = rest(&layout, row, court.shape, &mut Water { through: court.through, due });
        note(earliest, &group.due);
        if late || rests != Rest::Waits {
            self.judge_again(&Key::Seq(seq), court);
        }
        Some(before.with(sighting.hop))
    }
}

/// What wakes in the ring: adds the numbers that must be judged, and settles those that are over.
pub fn wake(lane: &mut Lane, through: &[Option<i64>], shape: &Shape, ledger: &mut Ledger, found: &mut Vec<u64>) {
    if !is_passed(through, &lane.messages.ring.earliest) {
        return;
    }
    let mut emptied = false;
    let says = lane.messages.says;
    let (groups, layout, earliest) = lane.messages.ring.parts();
    earliest.fill(i64::MAX);
    for (number, group) in groups {
        if is_passed(through, &group.due) {
            group.due.fill(i64::MAX);
            for at in group.places() {
                let (row, due) = group.row_and_due(at, layout.width());
                let seq = number * GROUP + at as u64;
                match rest(&layout, row, shape, &mut Water { through, due }) {
                    Rest::Waits => {}
                    Rest::Judge => found.push(seq),
                    Rest::Over => {
                        let seen = layout.seen(row);
                        let (amount, currency) = layout.worth(row);
                        let said = !says.amount.and(seen).is_empty();
                        // The currency of the first report that says an amount.
                        let first = says.amount.and(seen).first();
                        let currency = if first.is_some_and(|hop| says.currency.has(hop)) { currency } else { 0 };
                        let amount = if said { Amount(i128::from(amount)) } else { Amount::default() };
                        ledger.count(layout.span(row).0, amount, u32::from(currency), Some(End::Confirmed));
                        group.free(at);
                        lane.done.insert(seq);
                    }
                }
            }
            emptied |= group.is_empty();
        }
        note(earliest, &group.due);
    }
    if emptied {
        lane.messages.ring.tidy();
    }
}
