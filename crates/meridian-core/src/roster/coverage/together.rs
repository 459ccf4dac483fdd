//! Where people of several layers are on watch at once: overlaps, along which the watch passes on, and double cover.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    hole::{Ring, clip, edge_of},
    model::{Because, Finding, What},
    phase::{Edge, Group, Occurrence, groups},
    seen::Peeled,
    set::{Stretch, joined},
};
use crate::{
    estate::Rota,
    roster::{Shift, WatchBecause, edges},
};

/// Pairs of primaries at once.
#[derive(Default)]
pub(super) struct Together {
    /// Whenever two layers are there at once.
    pub stretches: Vec<Stretch>,
    pub findings: Vec<Finding>,
}

/// In the one rota of a ring.
pub(super) fn together(ring: &Ring<'_>, rota: &Rota) -> Together {
    let real = ring.seen(Peeled::real);
    let primaries = real.first().map_or(&[][..], |seen| seen.primaries());
    let mut doubles = Vec::new();
    let mut stretches = Vec::new();
    for (i, one) in primaries.iter().enumerate() {
        for other in primaries[i + 1..].iter().take_while(|other| other.from < one.until) {
            let whole = (other.from, one.until.min(other.until));
            if one.layer != other.layer {
                stretches.push(whole);
            }
            let (Some(ends), Some(begins)) = (edge_of(&real, one), edge_of(&real, other)) else { continue };
            let shown = clip(&[whole], ring.window);
            let occurrence = Occurrence { shown, whole, begins: Some(begins), ends: Some(ends) };
            if one.person != other.person && one.site == other.site && !intended(one, other) {
                doubles.push(occurrence);
            }
        }
    }
    let finding = |group: Group<'_>, what: fn(super::Side, super::Side) -> What| {
        let first = &group.occurrences[0];
        let leaving = first.ends.map(|edge| edge.side(first.whole.1))?;
        let arriving = first.begins.map(|edge| edge.side(first.whole.0))?;
        let changes = group.phases.iter().flat_map(|phase| phase.begun_by.iter().chain(&phase.ended_by));
        let mut because: Vec<Because> = changes.cloned().map(Because::ClockChange).collect();
        because.dedup();
        let what = what(leaving, arriving);
        Some(Finding { of: ring.of.clone(), what, phases: group.phases, because, proposals: Vec::new() })
    };
    let mut findings: Vec<Finding> = Vec::new();
    for (occurrences, what) in [
        (doubles, (|leaving, arriving| What::DoubleCover { leaving, arriving }) as fn(_, _) -> _),
        (overlaps(ring, rota), |leaving, arriving| What::Overlap { leaving, arriving }),
    ] {
        findings.extend(groups(once(occurrences)).into_iter().filter_map(|group| finding(group, what)));
    }
    Together { stretches: joined(stretches), findings }
}

/// Where the watch passes from one site to the next while both are there.
fn overlaps<'a>(ring: &Ring<'_>, rota: &'a Rota) -> Vec<Occurrence<'a>> {
    let passed = edges(rota, &ring.added.of(&rota.name), ring.wide.0, ring.wide.1).into_iter();
    let overlap = passed.filter(|edge| edge.is_between_sites() && edge.overlap() > SignedDuration::ZERO);
    let occurrence = |edge: crate::roster::Edge| {
        let whole = (edge.incoming_from, edge.at);
        let layer = |layers: &[Arc<str>]| {
            let layer = rota.layers.iter().find(|layer| layers.first().is_some_and(|name| **name == *layer.name))?;
            Some(Edge { rota, layer })
        };
        let (begins, ends) = (layer(&edge.to.layers), layer(&edge.from.layers));
        Occurrence { shown: clip(&[whole], ring.window), whole, begins, ends }
    };
    overlap.map(occurrence).collect()
}

/// Several persons of a layer overlap as one.
fn once(mut occurrences: Vec<Occurrence<'_>>) -> Vec<Occurrence<'_>> {
    fn layers<'o>(o: &'o Occurrence<'_>) -> [Option<&'o str>; 2] {
        [o.ends, o.begins].map(|edge| edge.map(|edge| edge.layer.name.as_str()))
    }
    occurrences.sort_by(|a, b| (a.whole, layers(a)).cmp(&(b.whole, layers(b))));
    occurrences.dedup_by(|a, b| a.whole == b.whole && layers(a) == layers(b));
    occurrences
}

/// People of one turn are on watch together because the estate says so, and an addition because somebody did.
fn intended(one: &Shift, other: &Shift) -> bool {
    let added = |shift: &Shift| matches!(shift.because, WatchBecause::Override { replaces: None });
    let turn = |shift: &Shift| match shift.because {
        WatchBecause::Rotation { turn } => Some(turn),
        WatchBecause::Override { .. } => None,
    };
    let same_turn = one.layer == other.layer && one.from == other.from && one.until == other.until;
    added(one)
        || added(other)
        || same_turn
        || (one.layer == other.layer && turn(one).is_some() && turn(one) == turn(other))
}
