//! The ways of messages through what can be faulty: each route of a chain, up to where a message is confirmed.
//!
//! It does *not* know what was observed, except which parts report at all.

use std::collections::BTreeSet;

use super::{ChainEvidence, Part, Suspect};
use crate::{
    chain::plan::{ChainPlan, HopId, HopSet, Organisation},
    finding::Side,
};

impl Part {
    pub(super) fn of(plan: &ChainPlan, hop: HopId) -> Option<Part> {
        let found = plan.hop_plan(hop)?;
        Some(match (&found.component, &found.organisation) {
            (Some(component), _) => Part::Component(component.clone()),
            (None, Organisation::Counterparty(name)) => Part::Counterparty(name.clone()),
            (None, Organisation::Ours) => Part::Hop { chain: plan.name.clone(), hop: found.name.clone() },
        })
    }
}

/// One way: what a message passes, in order, and where its hops stand in that.
#[derive(Clone, Debug)]
pub struct Way {
    /// The place of the chain in the evidence.
    pub chain: usize,
    pub route: usize,
    pub hops: Vec<HopId>,
    pub suspects: Vec<Suspect>,
    /// Of each hop how many suspects stand before its entrance, before its test point, and before its exit.
    spots: Vec<[usize; 3]>,
}

/// All ways of these chains, in their order.
pub fn all(chains: &[&ChainEvidence]) -> Vec<Way> {
    let reporting = reporting(chains);
    let ways = chains.iter().enumerate().flat_map(|(at, chain)| {
        let routes = 0..chain.plan.ways();
        let reporting = &reporting;
        routes.map(move |route| Way::new(at, &chain.plan, route, reporting))
    });
    ways.filter(|way| way.hops.len() > 1).collect()
}

/// The parts of which anything was heard.
fn reporting(chains: &[&ChainEvidence]) -> BTreeSet<Part> {
    let of = |chain: &&ChainEvidence| -> Vec<Part> {
        let union = |hops: HopSet, other: HopSet| HopSet(hops.0 | other.0);
        let heard =
            chain.traffic.iter().fold(HopSet::default(), |all, alike| union(all, union(alike.seen, alike.missing)));
        heard.iter().filter_map(|hop| Part::of(&chain.plan, hop)).collect()
    };
    chains.iter().flat_map(of).collect()
}

impl Way {
    fn new(chain: usize, plan: &ChainPlan, route: usize, reporting: &BTreeSet<Part>) -> Way {
        let confirming = plan.confirming();
        let hops: Vec<HopId> = plan.route_hops(route).iter().filter(|hop| *hop <= confirming).collect();
        let mut way = Way { chain, route, hops: hops.clone(), suspects: Vec::new(), spots: Vec::new() };
        let parts: Vec<Part> = hops.iter().filter_map(|hop| Part::of(plan, *hop)).collect();
        for (place, part) in parts.iter().enumerate() {
            let (first, last) = (place == 0, place + 1 == parts.len());
            if let Some(before) = place.checked_sub(1).and_then(|before| parts.get(before)) {
                way.suspects.push(Suspect::Connection(before.clone(), part.clone()));
            }
            let entrance = way.suspects.len();
            let silent = !reporting.contains(part);
            if !first && !silent {
                way.suspects.push(Suspect::Into(part.clone()));
            }
            let at = way.suspects.len();
            match silent {
                true => way.suspects.push(Suspect::Whole(part.clone())),
                false if last => {}
                false => way.suspects.push(Suspect::OutOf(part.clone())),
            }
            way.spots.push([entrance, at, way.suspects.len()]);
        }
        way
    }

    fn place(&self, hop: HopId) -> Option<usize> {
        self.hops.iter().position(|known| *known == hop)
    }

    /// How many suspects stand before this place; the end, if it lies behind where messages are confirmed.
    pub fn spot(&self, hop: HopId, side: Side) -> Option<usize> {
        let spots = self.place(hop).and_then(|place| self.spots.get(place))?;
        Some(match side {
            Side::Entrance => spots[0],
            Side::At => spots[1],
            Side::Exit => spots[2],
        })
    }

    /// Every place of the way where somebody could look, with what stands before it. Of places that are the same only one.
    pub fn places(&self) -> Vec<(HopId, Side, usize)> {
        let mut known = BTreeSet::new();
        let all = self.hops.iter().zip(&self.spots);
        let all = all.flat_map(|(hop, spots)| Side::ALL.into_iter().zip(spots).map(|(side, spot)| (*hop, side, *spot)));
        all.filter(|(_, _, spot)| known.insert(*spot)).collect()
    }

    /// Each two hops that follow each other, with the suspects between them.
    pub fn between(&self) -> impl Iterator<Item = (HopId, HopId, std::ops::Range<usize>)> + '_ {
        let pairs = self.hops.windows(2).zip(self.spots.windows(2));
        pairs.filter_map(|(hops, spots)| match (hops, spots) {
            ([from, to], [before, behind]) => Some((*from, *to, before[1]..behind[1])),
            _ => None,
        })
    }
}
