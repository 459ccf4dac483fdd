//! The watch: which rota's ring the day shows, who is responsible for it, and where it passes on.
//!
//! Who is responsible is the world's answer, the one that the pager uses; here it only finds its lane.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    estate::{Role, Rota},
    handoff::{Handoff, Standing},
    id::Name,
    page::PagedBecause,
    roster::{Edge, edges},
    world::{Responsible, Thread},
};

use super::{Lens, cover::absent};
use crate::ui::{
    parts::{lasting, say::listed},
    view::day::{Leg, LegKind, Passing, PassingState},
};

/// A hole over which the watch is still waited for may have begun so long before a window.
const BEFORE: SignedDuration = SignedDuration::from_hours(15 * 24);

/// The rota in the middle: the wanted one; the reader's; else one that is handed over, one with a hole in the window,
/// the one that most sites watch.
pub(super) fn main_rota<'a>(lens: &Lens<'a>, wanted: Option<&str>, from: Instant, until: Instant) -> Option<&'a Rota> {
    let rotas = &lens.world.estate().rotas;
    let named = wanted.and_then(|name| name.parse::<Name>().ok()).and_then(|name| rotas.get(&name));
    let mine = || {
        let me = lens.me?;
        rotas.values().find(|rota| lens.world.shifts(&rota.name, from, until).iter().any(|shift| shift.person == *me))
    };
    let sites = |rota: &Rota| {
        let mut sites: Vec<&Name> =
            rota.layers.iter().filter(|layer| layer.role == Role::Primary).map(|layer| &layer.site).collect();
        sites.sort_unstable();
        sites.dedup();
        sites.len()
    };
    named.or_else(mine).or_else(|| {
        let widest = rotas.values().map(sites).max()?;
        let mut rings = rotas.values().filter(|rota| sites(rota) == widest);
        let handed_over = rings.clone().find(|rota| rota.handoff.is_some());
        let with_hole = || rings.clone().find(|rota| !absent(lens, rota, from, until).holes.is_empty());
        handed_over.or_else(with_hole).or_else(|| rings.next())
    })
}

/// Who is responsible for this rota's watch at the moment that is looked at: the site, and whether nobody is scheduled.
pub(super) fn holds_now(lens: &Lens<'_>, rota: &Rota, known_until: Instant) -> Option<(Name, bool)> {
    // At this very instant the thread begins to be as planned, with every handoff accepted; what is known ends before it.
    let (from, until) = match lens.now <= known_until {
        true => (lens.now.saturating_sub(SignedDuration::from_millis(1)).ok()?, lens.now),
        false => (lens.now, lens.now.saturating_add(SignedDuration::from_secs(1)).ok()?),
    };
    let now = lens.world.thread(&rota.name, from, until, known_until).pop()?;
    Some((now.site?, is_alone(&now.who)))
}

fn is_alone(who: &[Responsible]) -> bool {
    let because = who.first().map(|first| &first.because);
    matches!(because, Some(PagedBecause::NobodyScheduled { .. } | PagedBecause::NobodyElse { .. }))
}

fn named<'a>(lens: &Lens<'_>, persons: impl IntoIterator<Item = &'a Name>) -> String {
    listed(&persons.into_iter().map(|person| lens.person(person)).collect::<Vec<_>>())
}

/// The thread in its lanes. Where nobody is responsible at all, which only a rota that passes by the clock can come to,
/// it is interrupted.
pub(super) fn legs(
    lens: &Lens<'_>,
    rota: &Rota,
    (from, until): (Instant, Instant),
    known_until: Instant,
    places: &BTreeMap<&Name, usize>,
) -> Vec<Leg> {
    let mut legs: Vec<Leg> = Vec::new();
    for Thread { from, until, site, who, .. } in lens.world.thread(&rota.name, from, until, known_until) {
        let lane = site.as_ref().and_then(|site| places.get(site).copied());
        let kind = match lane {
            None => LegKind::Nobody,
            Some(_) if is_alone(&who) => LegKind::Alone,
            Some(_) => LegKind::Held,
        };
        let Some(lane) = lane.or_else(|| legs.last().map(|leg| leg.lane)) else { continue };
        let who = named(lens, who.iter().map(|one| &one.person));
        match legs.last_mut().filter(|last| last.lane == lane && last.kind == kind && last.who == who) {
            Some(last) => last.until = until,
            None => legs.push(Leg { from, until, lane, who, kind }),
        }
    }
    legs
}

/// The edges of the window, each at the instant at which the watch can be taken.
pub(super) fn edges_in(lens: &Lens<'_>, rota: &Rota, from: Instant, until: Instant) -> Vec<Edge> {
    let begin = from.saturating_sub(BEFORE).unwrap_or(from);
    let edges = edges(rota, &lens.world.overrides.of(&rota.name), begin, until);
    edges.into_iter().filter(|edge| from < edge.due() && edge.due() < until).collect()
}

/// Where the watch is handed over, how that went and how it stands. A rota that passes by the clock has none.
pub(super) fn passings(
    lens: &Lens<'_>,
    rota: &Rota,
    (from, until): (Instant, Instant),
    places: &BTreeMap<&Name, usize>,
) -> Vec<Passing> {
    if rota.handoff.is_none() {
        return Vec::new();
    }
    let edges = edges_in(lens, rota, from, until);
    let next = edges.iter().find(|edge| edge.due() > lens.now && edge.is_between_sites());
    let kept: Vec<&Handoff> = lens.world.handoffs.of(&rota.name).collect();
    let passing = |edge: &Edge| {
        let (from_lane, to_lane) = (*places.get(&edge.from.site)?, *places.get(&edge.to.site)?);
        let same = |handoff: &&&Handoff| handoff.edge.at == edge.at && handoff.edge.from.site == edge.from.site;
        let handoff = kept.iter().rev().find(same).copied();
        let is_next = next.is_some_and(|next| std::ptr::eq(next, edge));
        let (at, state, label) = stands(lens, edge, handoff, is_next)?;
        let title = format!("{} to {}", named(lens, &edge.from.persons), named(lens, &edge.to.persons));
        Some(Passing { at, from_lane, to_lane, state, label, title })
    };
    edges.iter().filter_map(passing).collect()
}

/// When, how, and what is said beside it.
fn stands(
    lens: &Lens<'_>,
    edge: &Edge,
    handoff: Option<&Handoff>,
    is_next: bool,
) -> Option<(Instant, PassingState, Option<String>)> {
    let due = edge.due();
    let ago = |since: Instant, until: Instant| lasting(until.duration_since(since));
    if let Some((at, _)) = handoff.and_then(Handoff::accepted) {
        let late = at.duration_since(due).as_mins() >= 1;
        return Some(match late {
            true => (at, PassingState::Late, Some(format!("accepted {} late", ago(due, at)))),
            false => (at, PassingState::Accepted, None),
        });
    }
    match handoff.map(|handoff| handoff.standing(lens.now)) {
        Some(Standing::Void) => return None,
        Some(Standing::Late) => {
            let label = format!("not accepted for {}", ago(due, lens.now));
            return Some((due, PassingState::Nobody, Some(label)));
        }
        _ => {}
    }
    if due <= lens.now {
        return None;
    }
    let stay = if edge.from.persons.len() == 1 { "stays" } else { "stay" };
    Some(match edge.at < due {
        true => (due, PassingState::Nobody, Some(format!("{} {stay} responsible", named(lens, &edge.from.persons)))),
        false => (due, PassingState::Due, is_next.then(|| format!("due in {}", ago(lens.now, due)))),
    })
}
