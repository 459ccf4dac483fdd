//! What an open handoff needs so that it fits the plan: another estate or an override may move it, rename a site,
//! or take its people away. The watch and what is to be handed over stay with somebody all the same.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    estate::{Between, Estate, HandoffRule, Override, Rota},
    handoff::{Handoff, VoidBecause},
    id::Name,
    roster::{Edge, Side, edges, holder},
};

/// What the estate or an override demands of an open handoff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mend {
    Change(Edge),
    Void(VoidBecause),
}

/// Whether this edge of the ring is handed over, or passes by the clock.
pub fn is_handed_over(rule: &HandoffRule, edge: &Edge) -> bool {
    edge.is_between_sites() || rule.between == Between::Persons
}

/// Who is paged when a handoff is late for long: the leads of the rule, else of the team, else the whole team.
pub fn leads(estate: &Estate, rota: &Rota) -> BTreeSet<Name> {
    let team = rota.team.as_ref().and_then(|team| estate.teams.get(team));
    let named = rota.handoff.iter().flat_map(|rule| &rule.leads);
    let leads: BTreeSet<Name> = named.filter(|name| estate.persons.contains_key(*name)).cloned().collect();
    match (leads.is_empty(), team) {
        (false, _) | (true, None) => leads,
        (true, Some(team)) => match &team.lead {
            Some(lead) => BTreeSet::from([lead.clone()]),
            None => team.members.iter().cloned().collect(),
        },
    }
}

/// How far an edge may move and still be the same handoff.
const MOVES_AT_MOST: SignedDuration = SignedDuration::from_hours(12);

/// `taken` are the ends of the rota's other handoffs.
pub fn mend(
    handoff: &Handoff,
    taken: &BTreeSet<Instant>,
    estate: &Estate,
    added: &[Override],
    now: Instant,
) -> Option<Mend> {
    let void = |because| Some(Mend::Void(because));
    let edge = &handoff.edge;
    let Some(rota) = estate.rotas.get(&edge.rota) else { return void(VoidBecause::RotaGone) };
    let Some(rule) = &rota.handoff else { return void(VoidBecause::PassesByTheClock) };
    if edge.at <= now {
        return passed(edge, rota, estate, added, now);
    }
    let around = |by| edge.at.saturating_add(by).unwrap_or(edge.at);
    let fits = |found: &Edge| {
        let same = same_side(&edge.from, &found.from, estate) && same_side(&edge.to, &found.to, estate);
        same && is_handed_over(rule, found) && !taken.contains(&found.at)
    };
    let found = edges(rota, added, around(-MOVES_AT_MOST), around(MOVES_AT_MOST)).into_iter().filter(fits);
    match found.min_by_key(|found| (found.at.duration_since(edge.at).abs(), found.at)) {
        None => void(VoidBecause::EdgeGone),
        Some(found) => (found != *edge).then_some(Mend::Change(found)),
    }
}

/// The same site, or another name for it: the estate has the old one no more, and its layers or people watch there.
fn same_side(was: &Side, is: &Side, estate: &Estate) -> bool {
    let renamed = || {
        let layers = was.layers.iter().any(|layer| is.layers.contains(layer));
        !estate.sites.contains_key(&was.site) && (layers || !was.persons.is_disjoint(&is.persons))
    };
    was.site == is.site || renamed()
}

/// Who had the watch when it ended stays responsible; only those who left the estate can't, and for them all the leads
/// stand in.
fn passed(edge: &Edge, rota: &Rota, estate: &Estate, added: &[Override], now: Instant) -> Option<Mend> {
    let mut kept = edge.clone();
    for side in [&mut kept.from, &mut kept.to] {
        side.persons.retain(|person| estate.persons.contains_key(person));
        if !estate.sites.contains_key(&side.site)
            && let Some(layer) = rota.layers.iter().find(|layer| side.layers.iter().any(|known| **known == *layer.name))
        {
            side.site = layer.site.clone();
        }
    }
    if kept.from.persons.is_empty() {
        kept.from.persons = leads(estate, rota);
    }
    if kept.from.persons.is_empty() {
        return Some(Mend::Void(VoidBecause::OutgoingLeft));
    }
    if kept.to.persons.is_empty()
        && let Some(held) = holder(rota, added, now.max(edge.due()))
    {
        kept.to = held.side;
    }
    (kept != *edge).then_some(Mend::Change(kept))
}
