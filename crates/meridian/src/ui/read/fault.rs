//! Where the fault is, for a reader: the answer in words, and the findings of the faults that are open.

use meridian_core::{
    chain::fault::{Answer, Explained},
    finding::{Finding, FindingState, Side, Spot},
    id::Name,
};

use super::Lens;
use crate::ui::view::{
    chains::ChainView,
    fault::{ExplanationView, FaultView, FindingView, LookView, SegmentView, SetView},
};

pub fn fault(lens: &Lens<'_>, answer: &Answer) -> FaultView {
    let segments = answer.segments.iter().map(|one| SegmentView {
        chain: one.chain.to_string(),
        route: one.route.as_ref().map(Name::to_string),
        between: (one.last_seen.to_string(), one.first_missing.to_string()),
        lost: one.lost,
        look: one.look.as_ref().map(Spot::words),
    });
    let next = answer.next.iter().map(|next| LookView {
        place: sent(&next.spot),
        chain: next.spot.chain.to_string(),
        words: next.spot.words(),
        why: next.why(),
    });
    let words = |set: &Vec<_>| set.iter().map(ToString::to_string).collect::<Vec<String>>().join(", and ");
    FaultView {
        failing: answer.failing,
        healthy: answer.healthy,
        since: answer.since,
        explanations: answer.explanations.iter().map(explanation).collect(),
        nothing: answer.nothing,
        rivals: answer.rivals.iter().map(words).collect(),
        segments: segments.collect(),
        next: next.collect(),
        findings: findings(lens),
        dark: answer.dark.iter().map(|(chain, hop)| (chain.to_string(), hop.to_string())).collect(),
        left_out: answer.left_out.clone(),
        places: places(lens),
    }
}

fn explanation(one: &Explained) -> ExplanationView {
    let sets = one.sets.iter().map(|set| {
        let mut chains: Vec<String> = set.suspects.iter().flat_map(|it| &it.chains).map(Name::to_string).collect();
        chains.sort();
        chains.dedup();
        let mut loses: Vec<String> = set.suspects.iter().map(|it| it.loss()).collect();
        loses.dedup();
        let (words, loses) = (set.words(), loses.join(", "));
        SetView { words, loses, explains: set.explains, spares: set.spares, chains }
    });
    ExplanationView { together: one.posterior * one.sets.len() as f64, each: one.posterior, sets: sets.collect() }
}

/// Those whose fault is open, and what was replaced or withdrawn of them.
fn findings(lens: &Lens<'_>) -> Vec<FindingView> {
    let world = lens.world;
    let is_open = |one: &&Finding| match one.withdrawn {
        None => world.finding_state(one) != FindingState::Over,
        // Of what was withdrawn only the incident can tell whether its fault is open.
        Some(_) => one.incident.and_then(|id| world.incidents.get(id)).is_some_and(|incident| !incident.is_resolved()),
    };
    let view = |one: &Finding| FindingView {
        id: one.id.0,
        at: one.made_at,
        by: match &one.found.by {
            Some(by) => lens.person(by),
            None => lens.actor(&one.made_by).unwrap_or_else(|| one.made_by.to_string()),
        },
        chain: one.found.at.chain.to_string(),
        place: one.found.at.words(),
        seen: one.found.seen,
        note: one.found.note.clone(),
        incident: one.incident,
        not_counting: match world.finding_state(one) {
            FindingState::Counts => None,
            state => Some(state.word()),
        },
    };
    world.findings.iter().filter(is_open).map(view).collect()
}

/// Every place of the chains with which something is wrong; of all, where nothing is.
fn places(lens: &Lens<'_>) -> Vec<(String, String)> {
    let wrong: Vec<&Name> = lens.world.breaches.open().map(|open| &open.breach.key.chain).collect();
    let chains = lens.world.estate().chains.values();
    let chains = chains.filter(|chain| wrong.is_empty() || wrong.contains(&&chain.plan.name));
    let spots = chains.flat_map(|chain| {
        let hops = chain.plan.hops.iter();
        hops.flat_map(|hop| Side::ALL.map(|side| Spot { chain: chain.plan.name.clone(), hop: hop.name.clone(), side }))
    });
    spots.map(|spot| (sent(&spot), format!("{}: {}", spot.chain, spot.words()))).collect()
}

/// What a form sends for a place.
fn sent(spot: &Spot) -> String {
    format!("{}/{}/{}", spot.chain, spot.side.word(), spot.hop)
}

/// The place that a form sent.
pub fn place(text: &str) -> Option<Spot> {
    let mut parts = text.split('/');
    let (chain, side, hop) = (parts.next()?, parts.next()?, parts.next()?);
    Some(Spot { chain: chain.parse().ok()?, hop: hop.parse().ok()?, side: side.parse().ok()? })
}

/// Marks the segments of a chain's path with how likely the fault lies there.
pub fn suspect(view: &mut ChainView, answer: &Answer) {
    let name = view.ribbon.name.clone();
    let paths = std::iter::once(&mut view.ribbon.path).chain(&mut view.others);
    for path in paths {
        for at in 1..path.points.len() {
            let (from, to) = (&path.points[at - 1].name, &path.points[at].name);
            let of = |share: &&meridian_core::chain::fault::Share| {
                share.chain.as_str() == name && share.from.as_str() == from && share.to.as_str() == to
            };
            let share = answer.shares.iter().find(of).map(|share| share.share);
            if let Some(after) = path.points[at - 1].after.as_mut() {
                after.suspect = share;
            }
        }
    }
}
