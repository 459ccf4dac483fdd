//! What passed where of late, and what did not: messages of one lane and route that were seen alike, counted.
//!
//! A message counts as missing at a hop only where that hop has reported all until after it was due there. A hop that is dark
//! has not, so it is neither here nor there. What this does *not* do: it concludes nothing ([`crate::chain::fault`] does), and
//! it leaves out what nobody has seen at all, and what was rejected or cancelled, for somebody ended that.
//!
//! | a message was seen at hops of | it is taken to be on |
//! | --- | --- |
//! | one route | that one |
//! | several routes, so far | of these the one that the last unmistakable message of its lane took, else of its chain, else the first |
//! | no route | none: it is left out |

use std::collections::BTreeMap;

use super::message::{End, Message};
use super::shape::Shape;
use super::{Chain, Engine};
use crate::chain::plan::{ChainPlan, HopId, HopSet};

/// Counts go by ten seconds.
pub const STEP: i64 = 10 * 1_000_000_000;

/// Messages that were seen alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Alike {
    pub lane: Box<str>,
    /// Its place among the routes of the plan; 0 if it names none.
    pub route: usize,
    /// Where they were seen; on their route.
    pub seen: HopSet,
    /// Where they are proven not to have been seen, after where they were seen last.
    pub missing: HopSet,
    /// They have arrived.
    pub confirmed: bool,
    /// Of those that are missing somewhere when they were seen last, of others when they were seen first, rounded down to a [`STEP`].
    pub at: i64,
    pub count: u64,
}

impl ChainPlan {
    /// The hops of a route with the one that confirms; all hops if the plan names no routes.
    pub fn route_hops(&self, route: usize) -> HopSet {
        match self.routes.get(route) {
            Some(route) => route.hops.iter().copied().collect::<HopSet>().with(self.confirming()),
            None => self.all(),
        }
    }

    /// How many ways there are; one if the plan names none.
    pub fn ways(&self) -> usize {
        self.routes.len().max(1)
    }
}

impl Engine {
    /// What is missing anywhere, however old, and of the rest what was first seen at `since` or later.
    pub fn traffic(&self, chain: &str, since: i64) -> Option<Vec<Alike>> {
        let (shape, chain) = self.chain(chain)?;
        let plan = &shape.plan;
        let routes: Vec<HopSet> = (0..plan.ways()).map(|route| plan.route_hops(route)).collect();
        let taken = Taken::of(chain, &routes);
        let mut counts = BTreeMap::new();
        for lane in &chain.lanes {
            let mut count = |message: &Message| {
                let alike = taken.route(&lane.name, message.seen(), &routes);
                let alike =
                    alike.and_then(|route| Alike::of(message, &lane.name, (route, routes[route]), shape, chain));
                if let Some(alike) = alike.filter(|alike| !alike.missing.is_empty() || alike.at >= since - STEP) {
                    *counts.entry(alike).or_insert(0) += 1;
                }
            };
            lane.messages.iter().for_each(|(_, message)| count(&message));
            lane.by_id.values().for_each(count);
        }
        Some(counts.into_iter().map(|(alike, count)| Alike { count, ..alike }).collect())
    }
}

/// Which route an unmistakable message took last, by lane and of all.
#[derive(Default)]
struct Taken<'a> {
    lanes: BTreeMap<&'a str, (i64, usize)>,
    chain: Option<(i64, usize)>,
}

fn fits(seen: HopSet, routes: &[HopSet]) -> impl Iterator<Item = usize> + '_ {
    let fits = move |(_, hops): &(usize, &HopSet)| seen.without(**hops).is_empty();
    routes.iter().enumerate().filter(fits).map(|(route, _)| route)
}

impl<'a> Taken<'a> {
    fn of(chain: &'a Chain, routes: &[HopSet]) -> Taken<'a> {
        let mut taken = Taken::default();
        if routes.len() == 1 {
            return taken;
        }
        for lane in &chain.lanes {
            let mut last: Option<(i64, usize)> = None;
            let mut learn = |message: &Message| {
                let mut on = fits(message.seen(), routes);
                if let (Some(route), None, Some(at)) = (on.next(), on.next(), message.at_first()) {
                    last = last.max(Some((at, route)));
                }
            };
            lane.messages.iter().for_each(|(_, message)| learn(&message));
            lane.by_id.values().for_each(learn);
            taken.chain = taken.chain.max(last);
            taken.lanes.extend(last.map(|last| (lane.name.as_ref(), last)));
        }
        taken
    }

    fn route(&self, lane: &str, seen: HopSet, routes: &[HopSet]) -> Option<usize> {
        let on: Vec<usize> = fits(seen, routes).collect();
        let usual = [self.lanes.get(lane).copied(), self.chain].into_iter().flatten();
        usual.map(|(_, route)| route).find(|route| on.contains(route)).or(on.first().copied())
    }
}

impl Alike {
    fn of(
        message: &Message,
        lane: &str,
        (route, hops): (usize, HopSet),
        shape: &Shape,
        chain: &Chain,
    ) -> Option<Alike> {
        let (seen, end) = (message.seen().and(hops), message.end(shape.confirming));
        let last = seen.last()?;
        let confirmed = end == Some(End::Confirmed);
        let missing = match end {
            None => missing(last, message.at(last)?, hops, shape, chain),
            Some(End::Confirmed) => HopSet::default(),
            Some(End::Rejected | End::Cancelled) => return None,
        };
        let at = if missing.is_empty() { message.at_first()? } else { message.at(last)? };
        let at = at.div_euclid(STEP).saturating_mul(STEP);
        Some(Alike { lane: lane.into(), route, seen, missing, confirmed, at, count: 0 })
    }
}

/// The hops that must see it next and have reported all until after it was due there, each after the ones before it.
fn missing(last: HopId, at: i64, hops: HopSet, shape: &Shape, chain: &Chain) -> HopSet {
    let owed = hops.and(shape.plan.required()).after(last);
    let mut due = at;
    let passed = |hop: &HopId| {
        due = due.saturating_add(shape.transit(*hop));
        let place = usize::from(hop.0);
        chain.through[place].is_some_and(|through| through >= due)
    };
    owed.iter().filter(passed).collect()
}
