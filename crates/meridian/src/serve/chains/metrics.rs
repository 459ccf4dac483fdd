//! What Prometheus is told of chains: what was reported, what passes where, what is wrong.
//!
//! Messages are those that began since midnight UTC or have not ended, as the chain's own page counts them; latencies are
//! of the last ten minutes.

use std::sync::{Arc, atomic::AtomicU64};

use meridian_core::{Instant, chain::breach::OpenBreach, id::Name};
use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::{Registry, Unit},
};

use super::{Look, State};
use crate::serve::House;

type Seconds = Gauge<f64, AtomicU64>;

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfMessages {
    chain: String,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfHop {
    chain: String,
    hop: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfLatency {
    chain: String,
    hop: String,
    quantile: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfBreach {
    chain: String,
    hop: String,
    breach: &'static str,
}

/// The families of all chains.
#[derive(Default)]
struct Families {
    messages: Family<OfMessages, Gauge>,
    waiting: Family<OfHop, Gauge>,
    held: Family<OfHop, Gauge>,
    last_seen: Family<OfHop, Seconds>,
    latency: Family<OfLatency, Seconds>,
    breaches: Family<OfBreach, Gauge>,
}

/// Nothing, in a house without chains.
pub fn register(house: &House, registry: &mut Registry) {
    let now = house.clock.now();
    let (names, breaches): (Vec<(Name, Vec<Name>)>, Vec<OpenBreach>) = {
        let world = house.keeper.world();
        let chains = world.estate().chains.values();
        let hops = |chain: &meridian_core::estate::Chain| chain.plan.hops.iter().map(|hop| hop.name.clone()).collect();
        (chains.map(|chain| (chain.plan.name.clone(), hops(chain))).collect(), world.breaches.open().cloned().collect())
    };
    if names.is_empty() {
        return;
    }
    reported(house, registry);
    let families = Families::default();
    for (chain, hops) in &names {
        if let Some(look) = house.chains.look(chain, now) {
            families.chain(chain, hops, &look);
        }
    }
    families.breaches(&breaches);
    families.register(registry);
}

/// What became of the checkpoints that were folded since the start, or since another estate.
fn reported(house: &House, registry: &mut Registry) {
    let taken = house.chains.room().taken;
    let family = Family::<OfOutcome, Counter>::default();
    let counts = [
        ("new", taken.new),
        ("absorbed", taken.absorbed),
        ("contradicted", taken.contradicted),
        ("set_aside", taken.aside),
    ];
    for (outcome, count) in counts {
        family.get_or_create(&OfOutcome { outcome }).inc_by(count);
    }
    registry.register("checkpoints", "Checkpoints and heartbeats, by what became of them", family);
    let ready = Gauge::<i64>::default();
    ready.set(i64::from(house.chains.state() == State::Ready));
    registry.register("checkpoints_ready", "1: checkpoints are taken", ready);
}

impl Families {
    fn chain(&self, chain: &Name, hops: &[Name], look: &Arc<Look>) {
        let mut sums =
            [("originated", 0), ("confirmed", 0), ("rejected", 0), ("cancelled", 0), ("outstanding", 0), ("held", 0)];
        for lane in &look.flow.lanes {
            let of_lane =
                [lane.originated, lane.confirmed, lane.rejected, lane.cancelled, lane.outstanding(), lane.held];
            for (sum, count) in sums.iter_mut().zip(of_lane) {
                sum.1 += count;
            }
        }
        for (state, count) in sums {
            let labels = OfMessages { chain: chain.to_string(), state };
            self.messages.get_or_create(&labels).set(gauge(count));
        }
        for (hop, flow) in hops.iter().zip(&look.flow.hops) {
            let labels = OfHop { chain: chain.to_string(), hop: hop.to_string() };
            self.waiting.get_or_create(&labels).set(gauge(flow.here));
            self.held.get_or_create(&labels).set(gauge(flow.held));
            if let Some(last) = flow.last_seen.and_then(|last| Instant::from_nanosecond(last.into()).ok()) {
                self.last_seen.get_or_create(&labels).set(last.as_millisecond() as f64 / 1000.0);
            }
            let lately = flow.into.steps().last();
            for (quantile, q) in [("0.5", 0.5), ("0.99", 0.99)] {
                let Some(took) = lately.and_then(|lately| lately.quantile(q)) else { continue };
                let labels = OfLatency { chain: chain.to_string(), hop: hop.to_string(), quantile };
                self.latency.get_or_create(&labels).set(took as f64 / 1e9);
            }
        }
    }

    fn breaches(&self, open: &[OpenBreach]) {
        for breach in open.iter().map(|open| &open.breach) {
            let (chain, hop) = (breach.key.chain.to_string(), breach.key.hop.to_string());
            let labels = OfBreach { chain, hop, breach: breach.key.trouble.word() };
            // Lost messages of one hop may be told by where they were seen last.
            self.breaches.get_or_create(&labels).inc_by(gauge(breach.count));
        }
    }

    fn register(self, registry: &mut Registry) {
        registry.register("chain_messages", "Messages of today, and those that have not ended", self.messages);
        registry.register("chain_hop_waiting", "Messages that were seen here last and have not ended", self.waiting);
        registry.register("chain_hop_held", "Of those, the ones that are proven not to have come further", self.held);
        let last = "When anything was seen here last, since 1970";
        registry.register_with_unit("chain_hop_last_seen_timestamp", last, Unit::Seconds, self.last_seen);
        let latency = "From the test point before to here, of the last ten minutes";
        registry.register_with_unit("chain_hop_latency", latency, Unit::Seconds, self.latency);
        registry.register("chain_breach_messages", "Messages that a breach is about now", self.breaches);
    }
}

fn gauge(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
