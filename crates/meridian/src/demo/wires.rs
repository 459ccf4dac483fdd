//! Messages on their way: what the test points of the bank's chains would report, by the demonstration's clock.
//!
//! A payment leaves every five seconds and passes the hops of route A. Every four hours, for twelve minutes, the firewall
//! holds what comes to it; then all of it goes on, in order and late. Instructions to the depository flow all day.

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Instant,
    chain::{Amount, Checkpoint, Heartbeat, Record, wire::block::encode_block},
};

use crate::serve::{House, chains::Block};

/// What was sent before the demonstration begins.
const BEFORE: SignedDuration = SignedDuration::from_hours(6);
/// Test points report so often.
const EVERY: SignedDuration = SignedDuration::from_secs(10);
/// A message is at its end by then, but for those that are held.
const PASSES_WITHIN: i64 = 15 * 60 * S;
const S: i64 = 1_000_000_000;
const MS: i64 = 1_000_000;
/// So many records go into one block.
const TOGETHER: usize = 20_000;

/// When the firewall holds: minutes of a stretch of four hours, and for how long.
const HOLDS_AT: i64 = 125 * 60 * S;
const HOLDS_FOR: i64 = 12 * 60 * S;
const HOLDS_EVERY: i64 = 4 * 3600 * S;

/// One chain's traffic.
struct Way {
    chain: &'static str,
    /// A message leaves so often.
    every: i64,
    lanes: &'static [&'static str],
    id: &'static str,
    currency: &'static str,
    /// Each hop with the usual time from the one before it, in milliseconds.
    hops: &'static [(&'static str, i64)],
    /// The hop that holds at times.
    holds: Option<&'static str>,
}

const WAYS: [Way; 2] = [
    Way {
        chain: "usd-fedwire",
        every: 5 * S,
        lanes: &["cust-1", "cust-2", "bank-1", "bank-2"],
        id: "MMQFMP31",
        currency: "USD",
        hops: &[("back-office", 0), ("mq-gateway", 12), ("fw-2", 3), ("fedline", 8), ("fed", 310)],
        holds: Some("fw-2"),
    },
    Way {
        chain: "securities-settlement",
        every: 24 * S,
        lanes: &["dtc"],
        id: "SETT",
        currency: "USD",
        hops: &[("booking", 0), ("matching", 2_100), ("swift-gateway", 640), ("answers", 15_000)],
        holds: None,
    },
];

/// Of each test point how many reports it has sent.
type Counters = std::collections::BTreeMap<(&'static str, &'static str), u64>;

/// Runs for ever.
pub async fn flow(house: House) {
    let begun = house.clock.now();
    let begin = nanos(begun.saturating_sub(BEFORE).unwrap_or(begun));
    let mut told = begin;
    let mut counters = Counters::new();
    loop {
        let now = house.clock.now();
        let blocks = blocks(begin, (told, nanos(now)), &mut counters);
        if let Err(refused) = house.chains.submit(blocks).await {
            tracing::debug!("the wires go on without: {}", refused.why);
        }
        told = nanos(now);
        house.clock.sleep_until(now.saturating_add(EVERY).unwrap_or(now)).await;
    }
}

fn nanos(at: Instant) -> i64 {
    i64::try_from(at.as_nanosecond()).unwrap_or(i64::MAX)
}

/// What all test points saw from one instant until another, of messages that began at `begin` or later.
fn blocks(begin: i64, (from, until): (i64, i64), counters: &mut Counters) -> Vec<Block> {
    let mut records = Vec::new();
    if counters.is_empty() {
        // Whoever never sent a heartbeat counts as having told all until a moment ago; what is told of the hours before
        // the demonstration comes later than that.
        records.extend(WAYS.iter().flat_map(|way| way.heartbeats(from, counters)));
    }
    for way in &WAYS {
        let first = (from - PASSES_WITHIN).max(begin + way.every).div_euclid(way.every);
        let mut seen: Vec<(i64, &'static str, i64)> =
            (first..=until.div_euclid(way.every)).flat_map(|number| way.seen(number)).collect();
        seen.retain(|(at, ..)| (from..until).contains(at));
        seen.sort_unstable();
        records.extend(seen.into_iter().map(|(at, hop, number)| way.record(at, hop, number, counters)));
        records.extend(way.heartbeats(until, counters));
    }
    let block = |records: &[Record<'_>]| {
        let bytes = encode_block(records).ok()?;
        Some(Block { bytes, records: records.len() as u32, at: records.first().map_or(0, Record::at) })
    };
    records.chunks(TOGETHER).filter_map(block).collect()
}

/// A number that looks drawn, from 0 until `below`, and is the same each time.
fn drawn(number: i64, salt: i64, below: i64) -> i64 {
    let mut value = (number.wrapping_mul(0x5851_F42D_4C95_7F2D) ^ salt.wrapping_mul(0x2545_F491_4F6C_DD1D)) as u64;
    value ^= value >> 29;
    value = value.wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value ^= value >> 32;
    (value % below.max(1) as u64) as i64
}

impl Way {
    /// All test points have told all that they saw until then.
    fn heartbeats(&self, at: i64, counters: &Counters) -> Vec<Record<'static>> {
        let beat = |(hop, _): &(&'static str, i64)| {
            let through = counters.get(&(self.chain, *hop)).copied().unwrap_or(0);
            Record::Heartbeat(Heartbeat { reporter: format!("{}/{hop}", self.chain).into(), epoch: 1, through, at })
        };
        self.hops.iter().map(beat).collect()
    }

    /// When the message of this number is seen where.
    fn seen(&self, number: i64) -> impl Iterator<Item = (i64, &'static str, i64)> {
        let mut at = number * self.every + drawn(number, 1, self.every / 2);
        self.hops.iter().enumerate().map(move |(place, (hop, usual))| {
            // Mostly near the usual time, at times a few times as long.
            let slow = if *usual < 1_000 && drawn(number, 20 + place as i64, 60) == 0 { 4 } else { 1 };
            at += usual * MS * slow * (80 + drawn(number, place as i64, 60)) / 100;
            if self.holds == Some(*hop) {
                at = released(at, number);
            }
            (at, *hop, number)
        })
    }

    fn record(&self, at: i64, hop: &'static str, number: i64, counters: &mut Counters) -> Record<'static> {
        let lanes = self.lanes.len() as i64;
        let lane = self.lanes[(number.rem_euclid(lanes)) as usize];
        let seq = number.div_euclid(lanes) as u64 % 1_000_000_000;
        let n = counters.entry((self.chain, hop)).or_default();
        *n += 1;
        let day = Instant::from_nanosecond((number * self.every).into()).unwrap_or_default();
        let day = day.to_zoned(TimeZone::UTC).strftime("%Y%m%d").to_string();
        let cents = 1_000_000 + drawn(number, 9, 2_500_000) * drawn(number, 10, 1_000);
        Record::Checkpoint(Checkpoint {
            chain: self.chain.into(),
            lane: Some(lane.into()),
            seq: Some(seq),
            id: format!("{day}{}{:06}", self.id, number.rem_euclid(1_000_000)).into(),
            hop: hop.into(),
            at,
            amount: Some(Amount(i128::from(cents) * 10_000_000)),
            currency: Some(self.currency.into()),
            reporter: Some(format!("{}/{hop}", self.chain).into()),
            epoch: Some(1),
            n: Some(*n),
            ..Checkpoint::default()
        })
    }
}

/// When what comes to the firewall goes on.
fn released(at: i64, number: i64) -> i64 {
    let within = (at - HOLDS_AT).rem_euclid(HOLDS_EVERY);
    // Two a second, in the order in which they came; what comes meanwhile waits behind them.
    let turn = HOLDS_FOR + within / (5 * S) * 500 * MS + drawn(number, 11, 20) * MS;
    if turn <= within { at } else { at - within + turn }
}

#[cfg(test)]
mod tests {
    use meridian_core::chain::engine::{Engine, Rule};

    use super::*;

    /// The demonstration's chains do what its words say: all is confirmed but what the firewall holds for a while.
    #[test]
    fn nothing_is_wrong_but_what_the_firewall_holds() {
        let bank = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bank");
        let crate::serve::estate::Read::Good { files, .. } = crate::serve::estate::read(&bank) else { panic!() };
        let estate = meridian_core::estate::load(&files).unwrap().estate;
        let mut engine = Engine::new(estate.chains.values().map(|chain| chain.plan.clone()).collect()).unwrap();
        let begin = nanos("2026-03-17T13:40:00Z".parse().unwrap());
        let (mut counters, mut rules) = (Counters::new(), std::collections::BTreeMap::<&str, u32>::new());
        let mut told = begin - 3600 * S;
        let (mut held_at_most, mut now) = (0, begin);
        while now < begin + 3600 * S {
            let mut changes = Vec::new();
            engine.apply(&Record::Tick { now }, &mut changes);
            for block in blocks(begin - 3600 * S, (told, now), &mut counters) {
                for record in meridian_core::chain::wire::block::decode_block(&block.bytes).unwrap() {
                    engine.apply(&record, &mut changes);
                }
            }
            for change in changes {
                if let meridian_core::chain::engine::Change::Raised(verdict) = change {
                    *rules.entry(verdict.rule.name()).or_default() += 1;
                    if let Rule::Lost { last_seen, first_missing } = verdict.rule {
                        assert_eq!((last_seen.unwrap().0, first_missing.0), (1, 2), "{verdict:?}");
                    }
                }
            }
            let flow = engine.flow("usd-fedwire", 0, now).unwrap();
            held_at_most = held_at_most.max(flow.hops[1].held);
            (told, now) = (now, now + 10 * S);
        }
        assert_eq!(rules.keys().copied().collect::<Vec<_>>(), ["late", "lost"], "{rules:?}");
        assert!((130..165).contains(&held_at_most), "{held_at_most}");
        assert!(rules["lost"] <= rules["late"], "what was held was late: {rules:?}");
    }
}
