//! The edges of the ring: where the primary watch passes from one site, or one person, to the next.
//!
//! The watch is held by one site at a time. A site holds it until its stretch ends; then it passes to the site that is
//! on watch and can hold it longest, else, over a hole, to the one that comes on first. Sites that overlap do not share
//! it: the one that came first holds it, so that nobody has to ask who it is.
//!
//! What is *not* here: whether anybody accepted. That is the handoff's matter; this is only what the rota plans.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Shift, shifts};
use crate::{
    Instant,
    estate::{Override, Role, Rota},
    id::Name,
};

/// Who holds the watch on one side of an edge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    pub site: Name,
    /// The layers of the persons, in their order.
    pub layers: Vec<Arc<str>>,
    pub persons: BTreeSet<Name>,
}

/// The primary watch passes on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edge {
    pub rota: Name,
    /// When the outgoing's stretch ends.
    pub at: Instant,
    pub from: Side,
    pub to: Side,
    /// When the incoming come on watch: before `at` with an overlap, after it with a hole.
    pub incoming_from: Instant,
}

impl Edge {
    /// When the watch can be taken and should be: at the end of the outgoing, over a hole when the incoming come on.
    pub fn due(&self) -> Instant {
        self.at.max(self.incoming_from)
    }

    /// How long both are on watch; negative: how long nobody is.
    pub fn overlap(&self) -> SignedDuration {
        self.incoming_from.duration_until(self.at)
    }

    pub fn is_between_sites(&self) -> bool {
        self.from.site != self.to.site
    }
}

/// Who holds the primary watch by the plan, and since when. Over a hole the last watch holds it still.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    pub side: Side,
    /// When this side took the watch by the plan.
    pub since: Instant,
    /// Present: nobody is on watch, and these were the last, until then.
    pub ended: Option<Instant>,
}

/// A site whose persons do not change.
struct Stint {
    side: Side,
    from: Instant,
    until: Instant,
    /// When the site's unbroken stretch, whoever is in it, begins and ends.
    span: (Instant, Instant),
}

/// All of them by start, and those of each site in their order. A site has one stint at a time.
#[derive(Default)]
struct Stints {
    all: Vec<Stint>,
    by_site: Vec<Vec<usize>>,
}

/// How many days before a window the watch is looked at, near first: to where only one site has it, so that the answer
/// does not depend on the window.
const LOOK_BACK: [i64; 4] = [3, 15, 62, 800];

/// How many days ahead the next edge is looked for, near first.
const LOOK_NEXT: [i64; 3] = [3, 15, 62];

/// The longest hole over which the watch passes. After a longer one it begins anew.
const LOOK_AHEAD: i64 = 15;

/// Whoever stays longer than these days stays long enough.
const LONG: i64 = 3;

/// The edges of `[from, until)` by their end, in order.
pub fn edges(rota: &Rota, added: &[Override], from: Instant, until: Instant) -> Vec<Edge> {
    let mut edges = Vec::new();
    walk(rota, added, from, until, |edge| {
        if from <= edge.at && edge.at < until {
            edges.push(edge);
        }
    });
    edges
}

/// The first edge whose end is at or after `from`, within two months.
pub fn next_edge(rota: &Rota, added: &[Override], from: Instant, wanted: impl Fn(&Edge) -> bool) -> Option<Edge> {
    let mut start = from;
    for days in LOOK_NEXT {
        let until = later(from, days);
        if let Some(edge) = edges(rota, added, start, until).into_iter().find(&wanted) {
            return Some(edge);
        }
        start = until;
    }
    None
}

/// Who holds the primary watch at `at` by the plan. None: nobody ever was on watch in the two months before.
pub fn holder(rota: &Rota, added: &[Override], at: Instant) -> Option<Holder> {
    let just_after = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
    walk(rota, added, at, just_after, |_| {})
}

/// Walks the watch from where one site alone has it to `until`; returns who holds it just before `until`.
fn walk(rota: &Rota, added: &[Override], from: Instant, until: Instant, mut found: impl FnMut(Edge)) -> Option<Holder> {
    let ahead = later(until, LOOK_AHEAD);
    let mut stints = Stints::default();
    let mut begin = None;
    for days in LOOK_BACK {
        stints = stints_of(&shifts(rota, added, later(from, -days), ahead));
        begin = beginning(&stints.all, from);
        if begin.is_some() {
            break;
        }
    }
    // Nobody before `from`: the first to come on holds it. Never alone: the one that came first.
    let first = || stints.first_after(None).map(|first| (first, stints.all[first].from));
    let (mut at, mut since) = begin.or_else(first)?;
    if stints.all[at].from >= until {
        return None;
    }
    loop {
        let stint = &stints.all[at];
        if stint.until >= until {
            return Some(Holder { side: stint.side.clone(), since, ended: None });
        }
        let last = |since| Some(Holder { side: stint.side.clone(), since, ended: Some(stint.until) });
        let Some(next) = stints.successor(at) else { return last(since) };
        let to = &stints.all[next];
        let edge = Edge {
            rota: rota.name.clone(),
            at: stint.until,
            from: stint.side.clone(),
            to: to.side.clone(),
            incoming_from: if to.side.site == stint.side.site { to.from } else { to.span.0 },
        };
        let taken = edge.due();
        // Somebody who joins those who stay takes nothing over.
        let passes = !edge.from.persons.is_subset(&edge.to.persons) || edge.is_between_sites();
        if passes {
            found(edge);
        }
        if taken >= until {
            return last(since);
        }
        if passes {
            since = taken;
        }
        at = next;
    }
}

fn later(at: Instant, days: i64) -> Instant {
    at.saturating_add(SignedDuration::from_hours(24 * days)).unwrap_or(at)
}

/// Each site's primary shifts, cut wherever its persons change.
fn stints_of(shifts: &[Shift]) -> Stints {
    let mut of_site: BTreeMap<&Name, Vec<&Shift>> = BTreeMap::new();
    for shift in shifts.iter().filter(|shift| shift.role == Role::Primary) {
        of_site.entry(&shift.site).or_default().push(shift);
    }
    let mut all: Vec<Stint> = of_site.iter().flat_map(|(site, shifts)| stints_at(site, shifts)).collect();
    all.sort_by(|a, b| (a.from, &a.side.site).cmp(&(b.from, &b.side.site)));
    let mut by_site: BTreeMap<&Name, Vec<usize>> = BTreeMap::new();
    for (number, stint) in all.iter().enumerate() {
        by_site.entry(&stint.side.site).or_default().push(number);
    }
    let by_site = by_site.into_values().collect();
    Stints { all, by_site }
}

fn stints_at(site: &Name, shifts: &[&Shift]) -> Vec<Stint> {
    let mut cuts: Vec<Instant> = shifts.iter().flat_map(|shift| [shift.from, shift.until]).collect();
    cuts.sort_unstable();
    cuts.dedup();
    let mut stints: Vec<Stint> = Vec::new();
    // Shifts come by start, so those that ended before a cut can be left behind for good.
    let mut open: Vec<&Shift> = Vec::new();
    let mut coming = shifts.iter().copied().peekable();
    for pair in cuts.windows(2) {
        let (from, until) = (pair[0], pair[1]);
        while let Some(shift) = coming.next_if(|shift| shift.from <= from) {
            open.push(shift);
        }
        open.retain(|shift| shift.until > from);
        if open.is_empty() {
            continue;
        }
        let persons: BTreeSet<Name> = open.iter().map(|shift| shift.person.clone()).collect();
        let layers: BTreeSet<Arc<str>> = open.iter().map(|shift| shift.layer.clone()).collect();
        let side = Side { site: site.clone(), layers: layers.into_iter().collect(), persons };
        match stints.last_mut() {
            Some(last) if last.until == from && last.side.persons == side.persons => last.until = until,
            _ => stints.push(Stint { side, from, until, span: (from, until) }),
        }
    }
    let mut first = 0;
    for next in 1..=stints.len() {
        if next == stints.len() || stints[next].from > stints[next - 1].until {
            let span = (stints[first].from, stints[next - 1].until);
            stints[first..next].iter_mut().for_each(|stint| stint.span = span);
            first = next;
        }
    }
    stints
}

/// The newest stint that had the watch alone before `at`, and since when: from there on it is plain who holds it.
///
/// The sites that come and go are walked once in the order of time: where the watch is never left to one site, hundreds
/// of days are looked at.
fn beginning(stints: &[Stint], at: Instant) -> Option<(usize, Instant)> {
    let comes = stints.iter().enumerate().map(|(number, stint)| (stint.from, true, number));
    let goes = stints.iter().enumerate().map(|(number, stint)| (stint.until, false, number));
    let mut changes: Vec<(Instant, bool, usize)> = comes.chain(goes).filter(|(when, ..)| *when < at).collect();
    changes.sort_unstable();
    let mut there: Vec<usize> = Vec::new();
    let mut begin: Option<(usize, Instant)> = None;
    for (place, (when, comes, number)) in changes.iter().enumerate() {
        if *comes {
            there.push(*number);
        } else {
            there.retain(|other| other != number);
        }
        // What happens at one instant happens at once. A site has one stint at a time.
        if changes.get(place + 1).is_some_and(|next| next.0 == *when) {
            continue;
        }
        if let [alone] = there.as_slice()
            && begin.is_none_or(|(newest, _)| newest < *alone)
        {
            begin = Some((*alone, *when));
        }
    }
    begin
}

impl Stints {
    /// Who has the watch after this stint: the same site if it stays, else who is on and stays longest, else who comes
    /// next.
    fn successor(&self, of: usize) -> Option<usize> {
        let (ended, site) = (self.all[of].until, &self.all[of].side.site);
        let on = || self.by_site.iter().filter_map(|numbers| self.on(numbers, ended));
        let same = on().find(|number| self.all[*number].side.site == *site);
        let stays = |stint: &Stint| Reverse(stint.span.1.min(later(ended, LONG)));
        let longest = || on().min_by_key(|number| (stays(&self.all[*number]), &self.all[*number].side.site));
        same.or_else(longest).or_else(|| self.first_after(Some(ended)))
    }

    /// Which of a site's stints is on at an instant.
    fn on(&self, numbers: &[usize], at: Instant) -> Option<usize> {
        let begun = numbers.partition_point(|number| self.all[*number].from <= at);
        let number = *numbers.get(begun.checked_sub(1)?)?;
        (at < self.all[number].until).then_some(number)
    }

    /// Of those that come on first after an instant, or at all, the one that stays longest.
    fn first_after(&self, at: Option<Instant>) -> Option<usize> {
        let next = |numbers: &Vec<usize>| {
            let begun = at.map_or(0, |at| numbers.partition_point(|number| self.all[*number].from <= at));
            numbers.get(begun).copied()
        };
        self.by_site.iter().filter_map(next).min_by_key(|number| {
            let stint = &self.all[*number];
            (stint.from, Reverse(stint.span.1.min(later(stint.from, LONG))), &stint.side.site)
        })
    }
}
