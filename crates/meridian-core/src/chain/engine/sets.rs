//! What became of every message at a cut: confirmed, rejected, cancelled, never left, or in doubt.
//!
//! | set | what is proven |
//! | --- | --- |
//! | confirmed, rejected, cancelled | it ended so; an end that is heard of after the cut counts, for draining is waiting for it |
//! | never left | nobody saw it at a border or beyond, and the border of every way that it may have gone has reported all until the route was fenced |
//! | in doubt | nothing: neither send it again as new, nor count on it |
//!
//! A border is the hop of a route at which a message leaves the house. Silence is no proof: a border that is dark, that has
//! not reported far enough, or that a route may go round, leaves everything before it in doubt.
//!
//! What this does *not* do: it names no message that is settled and over, of which only its worth is kept
//! ([`Engine::days`]); it knows nothing of what an authority answered.

use serde::{Deserialize, Serialize};

use super::lane::Lane;
use super::message::{End, Message};
use super::shape::Shape;
use super::verdict::Key;
use super::{Chain, Engine};
use crate::chain::amount::Amount;
use crate::chain::plan::{HopId, HopSet};

/// Where a route was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// What was first seen later is not told of.
    pub at: i64,
    /// The hops at which a message leaves the house, one of each route.
    pub borders: HopSet,
    /// These, and what lies behind them on their routes.
    pub beyond: HopSet,
    /// From when on nothing could pass the old route's border any more. Before that is known nothing is proven not to have left.
    pub fenced: Option<i64>,
}

/// Which of the sets a message is in. Cancelled stands beside rejected: both are ended and neither was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Set {
    Confirmed,
    Rejected,
    Cancelled,
    NeverLeft,
    InDoubt,
}

/// A message at the cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member<'a> {
    pub lane: &'a str,
    pub key: Key,
    pub set: Set,
    /// Where and when it was seen furthest on.
    pub last: Option<(HopId, i64)>,
    /// All hops at which it was seen.
    pub seen: HopSet,
    /// How often it took effect: more than once is a true duplicate.
    pub effects: usize,
    pub attempts: u32,
    pub amount: Option<Amount>,
    pub currency: Option<&'a str>,
}

/// Numbers of a lane that are in use and that nobody saw: they are in doubt, with unknown worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unseen<'a> {
    pub lane: &'a str,
    pub from: u64,
    pub to: u64,
}

/// All that the engine still holds of a chain at a cut: by lane, in each what has a sequence in its order, then the rest
/// by key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sets<'a> {
    pub members: Vec<Member<'a>>,
    pub unseen: Vec<Unseen<'a>>,
}

impl Engine {
    /// The sets of that chain at that cut; none if there is no such chain or no such border.
    pub fn sets(&self, chain: &str, cut: Cut) -> Option<Sets<'_>> {
        let number = *self.names.get(chain)? as usize;
        let (shape, chain) = (self.shapes.get(number)?, self.state.chains.get(number)?);
        let unknown = |hop: HopId| usize::from(hop.0) >= shape.hops();
        if cut.borders.is_empty() || cut.borders.last().is_some_and(unknown) {
            return None;
        }
        let mut sets = Sets::default();
        let mut lanes: Vec<&Lane> = chain.lanes.iter().collect();
        lanes.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for lane in lanes {
            let by_seq = lane.messages.iter().map(|(seq, message)| (Key::Seq(seq), message));
            let by_id = lane.by_id.iter().map(|(id, message)| (Key::Id(id.clone()), message.clone()));
            let of_cut = by_seq.chain(by_id).filter(|(_, message)| began(message).is_some_and(|at| at <= cut.at));
            let member = |(key, message)| self.member(&lane.name, key, &message, (shape, chain, cut));
            sets.members.extend(of_cut.map(member));
            let open = lane.gaps.iter().filter(|(_, gap)| gap.at <= cut.at);
            sets.unseen.extend(open.map(|(from, gap)| Unseen { lane: &lane.name, from: *from, to: gap.to }));
        }
        Some(sets)
    }

    fn member<'a>(
        &'a self,
        lane: &'a str,
        key: Key,
        message: &Message,
        (shape, chain, cut): (&Shape, &Chain, Cut),
    ) -> Member<'a> {
        let set = match message.end(shape.confirming) {
            Some(End::Confirmed) => Set::Confirmed,
            Some(End::Rejected) => Set::Rejected,
            Some(End::Cancelled) => Set::Cancelled,
            None if never_left(message, shape, chain, cut) => Set::NeverLeft,
            None => Set::InDoubt,
        };
        let seen = message.seen();
        let last = seen.last();
        let (amount, currency) = message.amount().unzip();
        let name = |number: u32| self.state.currencies.get((number as usize).checked_sub(1)?);
        Member {
            lane,
            key,
            set,
            last: last.and_then(|hop| Some((hop, message.at(hop)?))),
            seen,
            effects: message.effects(shape.confirming),
            attempts: message.sightings.iter().map(|sighting| sighting.attempt).max().unwrap_or(1),
            amount,
            currency: currency.and_then(name).map(AsRef::as_ref),
        }
    }
}

/// Reports come in any order, so the first one told need not be the first one seen.
fn began(message: &Message) -> Option<i64> {
    message.sightings.iter().map(|sighting| sighting.at).min()
}

fn never_left(message: &Message, shape: &Shape, chain: &Chain, cut: Cut) -> bool {
    let Some(fenced) = cut.fenced else { return false };
    let seen = message.seen();
    let told = |border: HopId| {
        let border = usize::from(border.0);
        let through = chain.through[border].is_some_and(|through| through >= fenced.max(cut.at));
        through && !chain.hops[border].dark.is_live()
    };
    // A way on which the border need not report could have taken it out unseen; one that stands by could not.
    let mut ways = shape.required(seen).map(|required| required.and(cut.borders));
    seen.and(cut.beyond).is_empty() && ways.all(|borders| !borders.is_empty() && borders.iter().all(told))
}
