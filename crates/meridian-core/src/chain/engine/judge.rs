//! What holds of a message, given how far each hop has reported: a pure function, asked anew whenever either changes.
//!
//! What this does *not* do: it does not judge order, which is a property of a lane ([`super::order`]).

use super::message::Message;
use super::shape::Shape;
use super::verdict::{Duplicate, Rule, Unexpected};
use crate::chain::plan::{HopId, HopSet};

/// How far each hop has reported, and what is being waited for.
pub struct Water<'a> {
    /// Of each hop the instant until which all that it saw is known.
    pub through: &'a [Option<i64>],
    /// Of each hop the earliest instant that something waits for it to pass.
    pub due: &'a mut [i64],
}

impl Water<'_> {
    /// Whether the hop has reported everything until `instant`; if not, it is waited for.
    pub fn passed(&mut self, hop: HopId, instant: i64) -> bool {
        let hop = usize::from(hop.0);
        let passed = self.through[hop].is_some_and(|through| through >= instant);
        if !passed {
            self.due[hop] = self.due[hop].min(instant);
        }
        passed
    }

    /// Whether all these hops have reported everything until `instant`; if not, the slowest of them is waited for, the
    /// last one of several: hops mostly report one after the other.
    #[inline]
    pub fn all_passed(&mut self, hops: HopSet, instant: i64) -> bool {
        let through = |hop: HopId| self.through[usize::from(hop.0)];
        let slower = |a: HopId, b: HopId| if through(b) <= through(a) { b } else { a };
        hops.iter().reduce(slower).is_none_or(|slowest| self.passed(slowest, instant))
    }
}

pub type Finding = Option<(HopId, Rule)>;

/// All that is found about one message, by line.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Findings {
    pub lost: Finding,
    pub duplicate: Finding,
    pub late: Finding,
    pub altered: Finding,
    pub unexpected: Finding,
    /// Settled, and nobody can send it again: it may be forgotten.
    pub over: bool,
}

impl Findings {
    pub fn is_clean(&self) -> bool {
        self.lost.is_none()
            && self.duplicate.is_none()
            && self.late.is_none()
            && self.altered.is_none()
            && self.unexpected.is_none()
    }
}

pub fn judge(message: &Message, shape: &Shape, water: &mut Water<'_>) -> Findings {
    let seen = message.seen();
    let Some(last) = seen.last() else { return Findings::default() };
    let end = message.end(shape.confirming);
    let at = message.at(last).unwrap_or(i64::MAX);
    Findings {
        lost: if end.is_none() { lost(seen, Some(last), at, shape, water) } else { None },
        duplicate: duplicate(message, seen, shape),
        late: late(message, seen, shape),
        altered: altered(message, shape),
        unexpected: skipped(message, seen, shape, water),
        over: end.is_some() && over(message, seen, shape, water),
    }
}

/// Lost: on every route that it may be on, the next hop that must see it has passed the instant when it was due there.
pub fn lost(seen: HopSet, last: Option<HopId>, at: i64, shape: &Shape, water: &mut Water<'_>) -> Finding {
    if let Some(required) = shape.one_way() {
        let next = last.map_or(required, |last| required.after(last)).first()?;
        let passed = water.passed(next, at.saturating_add(shape.transit(next)));
        return passed.then_some((next, Rule::Lost { last_seen: last, first_missing: next }));
    }
    let mut first_missing: Option<HopId> = None;
    for required in shape.required(seen) {
        let ahead = last.map_or(required, |last| required.after(last));
        let next = ahead.first()?;
        if !water.passed(next, at.saturating_add(shape.transit(next))) {
            return None;
        }
        first_missing = Some(first_missing.map_or(next, |first| first.min(next)));
    }
    first_missing.map(|hop| (hop, Rule::Lost { last_seen: last, first_missing: hop }))
}

fn duplicate(message: &Message, seen: HopSet, shape: &Shape) -> Finding {
    if message.sightings.len() == seen.0.count_ones() as usize {
        return None;
    }
    let found = |hop, kind| Some((hop, Rule::Duplicate(kind)));
    if message.effects(shape.confirming) > 1 {
        return found(shape.confirming, Duplicate::True);
    }
    let mut benign = None;
    for hop in seen.iter() {
        let transmissions = message.passings(hop);
        if transmissions.iter().filter(|one| !one.flagged).count() > 1 {
            return found(hop, Duplicate::Unflagged);
        }
        if transmissions.len() > 1 && benign.is_none() {
            benign = found(hop, Duplicate::Benign);
        }
    }
    benign
}

/// Late at the first hop where it is, from the sighting before; else from end to end.
fn late(message: &Message, seen: HopSet, shape: &Shape) -> Finding {
    let mut before: Option<i64> = None;
    for hop in seen.iter() {
        let at = message.at(hop)?;
        if let (Some(before), Some(limit)) = (before, shape.limit(hop)) {
            let took = at.saturating_sub(before);
            if took > limit {
                return Some((hop, Rule::Late { by: took.saturating_sub(limit) }));
            }
        }
        before = Some(at);
    }
    let took = message.at(shape.confirming)?.saturating_sub(message.at(seen.first()?)?);
    let over = took.saturating_sub(shape.end_to_end?);
    (over > 0).then_some((shape.confirming, Rule::Late { by: over }))
}

/// Altered at the first hop, in the order of the plan, that says something else than an earlier one of its segment.
fn altered(message: &Message, shape: &Shape) -> Finding {
    let first = message.sightings.first()?;
    let same = |a: &super::message::Sighting| {
        (a.id, a.digest, a.amount, a.currency) == (first.id, first.digest, first.amount, first.currency)
    };
    if message.sightings.iter().all(same) {
        return None;
    }
    let mut ordered: Vec<_> = message.sightings.iter().collect();
    ordered.sort_by_key(|sighting| sighting.hop);
    for (place, here) in ordered.iter().enumerate() {
        let segment = shape.segment(here.hop);
        for there in ordered[..place].iter().filter(|there| shape.segment(there.hop) == segment) {
            let differ = here.id != there.id
                || (here.digest != there.digest && here.digest != 0 && there.digest != 0)
                || matches!((here.amount, there.amount), (Some(a), Some(b)) if a != b)
                || (here.currency != there.currency && here.currency != 0 && there.currency != 0);
            if differ {
                return Some((here.hop, Rule::Altered { against: there.hop }));
            }
        }
    }
    None
}

/// Skipped: a hop that must see it on each of its routes has passed the instant when a later hop saw it.
fn skipped(message: &Message, seen: HopSet, shape: &Shape, water: &mut Water<'_>) -> Finding {
    let last = seen.last()?;
    let owed = shape.required_surely(seen).before(last).without(seen);
    for hop in owed.iter() {
        let later = seen.after(hop).first().and_then(|later| message.at(later))?;
        if water.passed(hop, later) {
            return Some((hop, Rule::Unexpected(Unexpected::Skipped)));
        }
    }
    None
}

/// Every hop that it had to pass has reported all until the retry horizon after its last sighting.
fn over(message: &Message, seen: HopSet, shape: &Shape, water: &mut Water<'_>) -> bool {
    let until = message.at_last().unwrap_or(i64::MAX).saturating_add(shape.horizon);
    water.all_passed(shape.required_surely(seen), until)
}
