//! Where a message is now, and how far each hop has reported: questions, answered from the state and never stored.

use super::judge::{Finding, Water, lost};
use super::ledger::{Day, Ledger};
use super::mark;
use super::message::{End, Message};
use super::shape::Shape;
use super::verdict::Key;
use super::{Chain, Engine};
use crate::chain::plan::{HopId, HopSet};

/// Where a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Its number is in use and nobody has seen it.
    Expected,
    At(HopId),
    Ended(End),
    /// Settled, and everything but its number forgotten.
    Over,
}

/// What is known of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Custody {
    pub place: Place,
    /// The next hop that must see it, if it is the same on each of its routes.
    pub next: Option<HopId>,
    /// It was due at the next hop, by the time of the house.
    pub overdue: bool,
    /// The next hop says nothing.
    pub dark: bool,
    /// It is proven not to have come to the next hop.
    pub missing: bool,
    /// It was sent, and what became of it cannot be told now: neither send it again as new, nor count on it.
    pub in_doubt: bool,
    /// Hop and instant of each sighting, in the order of the hops; without a sequence in the order of their reports.
    pub sightings: Vec<(HopId, i64)>,
}

/// How far a hop has reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    pub hop: HopId,
    pub through: Option<i64>,
    pub dark: bool,
    /// Reporters there whose heartbeats wait for a report that did not come.
    pub stalled: Vec<Box<str>>,
}

impl Engine {
    pub(super) fn chain(&self, name: &str) -> Option<(&Shape, &Chain)> {
        let number = *self.names.get(name)? as usize;
        Some((&self.shapes[number], &self.state.chains[number]))
    }

    /// Where that message is; none if nothing was ever heard of it, or it had no sequence and is over.
    pub fn custody(&self, chain: &str, lane: Option<&str>, key: &Key) -> Option<Custody> {
        let (shape, chain) = self.chain(chain)?;
        let lane = &chain.lanes[*chain.lane_numbers.get(lane.unwrap_or(""))? as usize];
        let message = lane.message(key);
        if let (None, Key::Seq(seq)) = (&message, key) {
            if lane.done.has(*seq) {
                return Some(self.of(shape, chain, Place::Over, HopSet::default(), None));
            }
            let (_, gap) = lane.gaps.range(..=seq).next_back().filter(|(_, gap)| *seq <= gap.to)?;
            return Some(self.of(shape, chain, Place::Expected, HopSet::default(), Some(gap.at)));
        }
        let message = message?;
        let seen = message.seen();
        let last = seen.last()?;
        let place = message.end(shape.confirming).map_or(Place::At(last), Place::Ended);
        let mut custody = self.of(shape, chain, place, seen, message.at(last));
        custody.sightings = message.sightings.iter().map(|sighting| (sighting.hop, sighting.at)).collect();
        Some(custody)
    }

    fn of(&self, shape: &Shape, chain: &Chain, place: Place, seen: HopSet, at: Option<i64>) -> Custody {
        let mut custody = Custody {
            place,
            next: None,
            overdue: false,
            dark: false,
            missing: false,
            in_doubt: false,
            sightings: vec![],
        };
        let (Place::Expected | Place::At(_), Some(at)) = (place, at) else { return custody };
        let last = seen.last();
        let mut nexts: Vec<Option<HopId>> =
            shape.required(seen).map(|required| last.map_or(required, |last| required.after(last)).first()).collect();
        nexts.dedup();
        let due = nexts.iter().flatten().map(|next| at.saturating_add(shape.transit(*next))).max();
        custody.next = if let [one] = nexts[..] { one } else { None };
        custody.overdue = matches!((self.state.now, due), (Some(now), Some(due)) if now > due);
        custody.dark = nexts.iter().flatten().any(|next| chain.hops[usize::from(next.0)].dark.is_live());
        let mut due = vec![i64::MAX; shape.hops()];
        let found: Finding = lost(seen, last, at, shape, &mut Water { through: &chain.through, due: &mut due });
        custody.missing = found.is_some();
        custody.in_doubt = last.is_some() && (custody.missing || custody.dark);
        custody
    }

    /// The messages of that business key, by chain, lane and key. What has a sequence is looked for by fingerprint, one
    /// message after the other.
    pub fn find(&self, id: &str) -> Vec<(&ChainName, &str, Key)> {
        let wanted = mark::id(mark::key(id));
        let is = |message: &Message| message.sightings.iter().any(|sighting| sighting.id == wanted);
        let mut found = Vec::new();
        for (shape, chain) in self.shapes.iter().zip(&self.state.chains) {
            for lane in &chain.lanes {
                let by_seq = lane.messages.iter().filter(|(_, message)| is(message)).map(|(seq, _)| Key::Seq(seq));
                let by_id = lane.by_id.get_key_value(id).map(|(id, _)| Key::Id(id.clone()));
                found.extend(by_seq.chain(by_id).map(|key| (&shape.plan.name, lane.name.as_ref(), key)));
            }
        }
        found
    }

    /// How far each hop of the chain has reported.
    pub fn frontiers(&self, chain: &str) -> Option<Vec<Frontier>> {
        let (_, chain) = self.chain(chain)?;
        let hops = (0..).map(HopId).zip(chain.hops.iter().zip(&chain.through));
        let stalled = |number: &u32| self.state.reporters.get(*number).filter(|reporter| reporter.is_stalled());
        let frontiers = hops.map(|(id, (hop, through))| Frontier {
            hop: id,
            through: *through,
            dark: hop.dark.is_live(),
            stalled: hop.reporters.iter().filter_map(stalled).map(|reporter| reporter.name.clone()).collect(),
        });
        Some(frontiers.collect())
    }

    /// What began on each day, and how it ended: days since 1970 and the currency (empty: no amount was said).
    pub fn days(&self, chain: &str) -> Option<Vec<(i64, &str, Day)>> {
        let (shape, chain) = self.chain(chain)?;
        let mut ledger: Ledger = chain.ledger.clone();
        for lane in &chain.lanes {
            lane.messages.iter().for_each(|(_, message)| ledger.close(&message, shape.confirming));
            lane.by_id.values().for_each(|message| ledger.close(message, shape.confirming));
        }
        let name = |number: u32| {
            let at = (number as usize).checked_sub(1)?;
            self.state.currencies.get(at).map(|currency| currency.as_ref())
        };
        let days = ledger.days().into_iter();
        Some(days.map(|((day, currency), figures)| (day, name(currency).unwrap_or(""), figures)).collect())
    }
}

type ChainName = crate::id::Name;
