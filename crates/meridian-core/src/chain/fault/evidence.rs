//! What is known, counted: the window of each chain, the streams of it, and the looks by hand on the ways that they are about.
//!
//! It does *not* weigh anything.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    ChainEvidence, Evidence, LOOK_BACK, Suspect, WINDOW,
    ways::{self, Way},
};
use crate::{
    Instant,
    chain::{
        engine::traffic::{Alike, STEP},
        plan::{HopId, HopSet},
    },
    finding::Side,
};

/// All that is known, by ways.
pub struct Counted<'a> {
    /// By name.
    pub chains: Vec<&'a ChainEvidence>,
    pub ways: Vec<Way>,
    /// By way and lane.
    pub streams: BTreeMap<(usize, &'a str), Stream>,
    /// Way, how many suspects stand before it, whether it was seen there.
    pub looks: Vec<(usize, usize, bool)>,
    pub since: Option<i64>,
}

/// One lane of one way in the window.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    pub confirmed: u64,
    /// By where they were seen last, and where they are proven missing first.
    pub lost: BTreeMap<(HopId, HopId), u64>,
    /// The same, by the hops that prove nothing of them.
    pub windows: BTreeMap<HopSet, BTreeMap<HopId, u64>>,
    /// Under way: by where they were seen.
    pub under_way: BTreeMap<HopSet, u64>,
    /// All hops that were heard of.
    pub heard: HopSet,
}

fn union(one: HopSet, other: HopSet) -> HopSet {
    HopSet(one.0 | other.0)
}

impl<'a> Counted<'a> {
    pub fn of(evidence: &'a Evidence) -> Counted<'a> {
        let mut chains: Vec<&ChainEvidence> = evidence.chains.iter().collect();
        chains.sort_by(|a, b| a.plan.name.cmp(&b.plan.name));
        let windows: Vec<Option<i64>> = chains.iter().map(|chain| window(chain)).collect();
        let since = windows.iter().flatten().min().copied();
        let now = i64::try_from(evidence.now.as_nanosecond()).unwrap_or(i64::MAX);
        let usual = since.unwrap_or(now.saturating_sub(WINDOW)).max(now.saturating_sub(LOOK_BACK));
        let ways = ways::all(&chains);
        let mut counted = Counted { chains, ways, streams: BTreeMap::new(), looks: Vec::new(), since };
        for number in 0..counted.ways.len() {
            let from = windows.get(counted.ways[number].chain).copied().flatten().unwrap_or(usual);
            counted.count(number, from);
        }
        counted.look(evidence);
        counted
    }

    fn count(&mut self, number: usize, from: i64) {
        let way = &self.ways[number];
        let chain = self.chains[way.chain];
        let hops: HopSet = way.hops.iter().copied().collect();
        let of_way = chain.traffic.iter().filter(|alike| alike.route == way.route && alike.at >= from);
        for alike in of_way {
            let stream = self.streams.entry((number, &alike.lane)).or_default();
            stream.add(alike, hops);
        }
    }

    /// A look is about what goes missing: it counts on the ways that lose something, if there is one.
    fn look(&mut self, evidence: &Evidence) {
        let losing: BTreeSet<usize> =
            self.streams.iter().filter(|(_, stream)| !stream.lost.is_empty()).map(|((way, _), _)| *way).collect();
        let mut looks = BTreeSet::new();
        for (spot, seen) in &evidence.looks {
            let on = self.ways.iter().enumerate().filter_map(|(number, way)| {
                let plan = &self.chains[way.chain].plan;
                let hop = plan.hop(spot.hop.as_str()).filter(|_| plan.name == spot.chain)?;
                Some((number, way.spot(hop, spot.side)?))
            });
            let on: Vec<(usize, usize)> = on.collect();
            let any = on.iter().any(|(number, _)| losing.contains(number));
            looks.extend(
                on.into_iter()
                    .filter(|(number, _)| !any || losing.contains(number))
                    .map(|(number, before)| (number, before, *seen)),
            );
        }
        self.looks = looks.into_iter().collect();
    }

    /// Whatever stands where messages get lost, or before a place where they were not seen.
    pub fn suspects(&self) -> BTreeSet<Suspect> {
        let mut found = BTreeSet::new();
        for ((number, _), stream) in &self.streams {
            let way = &self.ways[*number];
            for (last, missing) in stream.lost.keys() {
                found.extend(way.lost_between(*last, *missing).iter().cloned());
            }
        }
        for (number, before, _) in self.looks.iter().filter(|(_, _, seen)| !seen) {
            found.extend(self.ways[*number].suspects.iter().take(*before).cloned());
        }
        found
    }
}

impl Way {
    /// The suspects between the test points of these two hops.
    pub fn lost_between(&self, last: HopId, missing: HopId) -> &[Suspect] {
        let range = self.spot(last, Side::At).zip(self.spot(missing, Side::At));
        range.and_then(|(from, to)| self.suspects.get(from..to)).unwrap_or_default()
    }
}

/// Since when the messages of a chain count that misses some.
fn window(chain: &ChainEvidence) -> Option<i64> {
    let missing = || chain.traffic.iter().filter(|alike| !alike.missing.is_empty()).map(|alike| alike.at);
    Some(missing().min()?.max(missing().max()?.saturating_sub(WINDOW)))
}

impl Stream {
    fn add(&mut self, alike: &Alike, hops: HopSet) {
        let seen = alike.seen.and(hops);
        let (Some(last), missing) = (seen.last(), alike.missing.and(hops)) else { return };
        self.heard = union(self.heard, union(seen, missing));
        if alike.confirmed {
            self.confirmed += alike.count;
        } else if let Some(first) = missing.first() {
            let unknown = hops.after(last).before(first).without(missing);
            *self.lost.entry((last, first)).or_default() += alike.count;
            *self.windows.entry(unknown).or_default().entry(last).or_default() += alike.count;
        } else {
            *self.under_way.entry(seen).or_default() += alike.count;
        }
    }

    /// The window with most that is lost: what passed is compared with that.
    pub fn main_window(&self) -> HopSet {
        let lost = |window: &BTreeMap<HopId, u64>| window.values().sum::<u64>();
        let most = self.windows.iter().max_by_key(|(unknown, window)| (lost(window), std::cmp::Reverse(**unknown)));
        most.map_or_else(HopSet::default, |(unknown, _)| *unknown)
    }
}

/// An instant of nanoseconds, rounded as counts are.
pub fn instant(nanos: i64) -> Option<Instant> {
    Instant::from_nanosecond(nanos.div_euclid(STEP).saturating_mul(STEP).into()).ok()
}
