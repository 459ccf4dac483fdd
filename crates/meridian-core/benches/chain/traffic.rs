//! Checkpoints of chains, in the order in which they happen, and the truth about them.
//!
//! A message starts each millisecond, on the chains in turn, and takes a fifth of a second to each hop, give or take.
//! Of ten thousand messages of a chain
//!
//! | so many | are | which the engine has to find as |
//! | --- | --- | --- |
//! | 10 | not seen from some hop on | lost |
//! | 5 | seen twice at the last hop, the second time as another attempt | a duplicate |
//! | 5 | overtaken by the next two or three of their lane before the last hop | out of order |
//! | 5 | five seconds late at the last hop | late, and out of order |
//!
//! Each hop's reporter counts, and says each second that it has told all. The last messages are whole, so that each
//! loss is proven.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt::Write as _,
    time::Duration,
};

use meridian_core::chain::{ChainPlan, Checkpoint, Confirmation, Heartbeat, HopId, HopPlan, Organisation, Record};

pub const CHAINS: u64 = 100;
pub const HOPS: u64 = 5;
const MS: i64 = 1_000_000;
const BEGIN: i64 = 1_795_392_000_000_000_000;
/// So many messages at the end of each chain have nothing wrong with them.
const CLEAN: u64 = 500;

pub fn plans() -> Vec<ChainPlan> {
    let hop = |hop: u64| HopPlan {
        name: format!("h{hop}").parse().unwrap(),
        component: None,
        team: None,
        technology: None,
        organisation: Organisation::Ours,
        limit: Some(Duration::from_secs(2)),
        required: true,
        transforms: false,
    };
    let plan = |chain: u64| ChainPlan {
        name: format!("c{chain:02}").parse().unwrap(),
        hops: (0..HOPS).map(hop).collect(),
        ordered: true,
        end_to_end: None,
        retry_horizon: Duration::from_secs(30),
        final_hop: HopId(HOPS as u8 - 1),
        confirmation: Confirmation::SeenAtFinal,
        routes: Vec::new(),
        lateness: Duration::from_secs(2),
        dark_after: Duration::from_secs(60),
        breach_pages: None,
        lanes: Vec::new(),
    };
    (0..CHAINS).map(plan).collect()
}

/// One sighting. Ordered by its instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Sighting {
    at: i64,
    chain: u64,
    seq: u64,
    hop: u64,
    attempt: u32,
}

/// Makes the traffic second by second.
pub struct Traffic {
    messages: u64,
    next: u64,
    second: i64,
    waiting: BinaryHeap<Reverse<Sighting>>,
    /// Of the reporter of each hop of each chain.
    counters: Vec<u64>,
    pub truth: BTreeMap<&'static str, u64>,
    pub checkpoints: u64,
}

/// A number that looks random, the same for the same message in every run.
fn dice(chain: u64, seq: u64, salt: u64) -> u64 {
    let mut x = (chain << 40) ^ (seq << 8) ^ salt;
    for _ in 0..2 {
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    }
    x ^ (x >> 31)
}

impl Traffic {
    pub fn new(messages: u64) -> Traffic {
        Traffic {
            messages,
            next: 0,
            second: 0,
            waiting: BinaryHeap::new(),
            counters: vec![0; (CHAINS * HOPS) as usize],
            truth: BTreeMap::new(),
            checkpoints: 0,
        }
    }

    fn find(&mut self, rule: &'static str) {
        *self.truth.entry(rule).or_default() += 1;
    }

    fn start(&mut self, message: u64) {
        let (chain, seq) = (message % CHAINS, message / CHAINS + 1);
        let clean = seq + CLEAN > self.messages / CHAINS;
        let kind = if clean { u64::MAX } else { dice(chain, seq, 1) % 10_000 };
        let mut at = BEGIN + message as i64 * MS;
        let lost_from = if kind < 10 { 1 + dice(chain, seq, 2) % (HOPS - 1) } else { HOPS };
        for hop in 0..lost_from {
            if hop > 0 {
                at += (200 + (dice(chain, seq, 10 + hop) % 20) as i64) * MS;
            }
            let mut seen_at = at;
            if hop == HOPS - 1 {
                seen_at += match kind {
                    15..20 => 300 * MS,
                    20..25 => 5_000 * MS,
                    _ => 0,
                };
            }
            let sighting = Sighting { at: seen_at, chain, seq, hop, attempt: 1 };
            self.waiting.push(Reverse(sighting));
            if hop == HOPS - 1 && (10..15).contains(&kind) {
                self.waiting.push(Reverse(Sighting { at: seen_at + 30 * MS, attempt: 2, ..sighting }));
            }
        }
        match kind {
            0..10 => self.find("lost"),
            10..15 => self.find("duplicate"),
            15..20 => self.find("out_of_order"),
            20..25 => {
                self.find("late");
                self.find("out_of_order");
            }
            _ => {}
        }
    }

    /// Adds the records of the next second; false: there are no more.
    pub fn second(&mut self, out: &mut Vec<Record<'static>>) -> bool {
        if self.next >= self.messages && self.waiting.is_empty() {
            return false;
        }
        self.second += 1;
        let end = BEGIN + self.second * 1_000 * MS;
        while self.next < self.messages && BEGIN + (self.next as i64) * MS < end {
            self.start(self.next);
            self.next += 1;
        }
        while let Some(Reverse(seen)) = self.waiting.peek().copied().filter(|Reverse(seen)| seen.at < end) {
            self.waiting.pop();
            out.push(Record::Checkpoint(self.report(seen)));
        }
        for (number, counter) in (0_u64..).zip(&self.counters) {
            let (chain, hop) = (number / HOPS, number % HOPS);
            let reporter = format!("r{chain:02}-{hop}").into();
            out.push(Record::Heartbeat(Heartbeat { reporter, epoch: 1, through: *counter, at: end - 1 }));
        }
        true
    }

    fn report(&mut self, seen: Sighting) -> Checkpoint<'static> {
        let Sighting { at, chain, seq, hop, attempt } = seen;
        let counter = &mut self.counters[(chain * HOPS + hop) as usize];
        *counter += 1;
        self.checkpoints += 1;
        Checkpoint {
            chain: format!("c{chain:02}").into(),
            lane: Some("A".into()),
            seq: Some(seq),
            id: format!("M{chain:02}-{seq:08}").into(),
            hop: format!("h{hop}").into(),
            at,
            attempt: (attempt > 1).then_some(attempt),
            possdup: attempt > 1,
            reporter: Some(format!("r{chain:02}-{hop}").into()),
            epoch: Some(1),
            n: Some(*counter),
            ..Checkpoint::default()
        }
    }
}

/// The records as lines of JSON.
pub fn ndjson(records: &[Record<'_>]) -> String {
    let mut text = String::with_capacity(records.len() * 150);
    for record in records {
        let _ = match record {
            Record::Checkpoint(point) => {
                let Checkpoint { chain, lane, seq, id, hop, at, reporter, n, .. } = point;
                let again = if point.possdup { ",\"attempt\":2,\"possdup\":true" } else { "" };
                let (lane, reporter) = (lane.as_deref().unwrap(), reporter.as_deref().unwrap());
                let (seq, n) = (seq.unwrap(), n.unwrap());
                writeln!(
                    text,
                    "{{\"chain\":\"{chain}\",\"lane\":\"{lane}\",\"seq\":{seq},\"id\":\"{id}\",\"hop\":\"{hop}\",\"at\":{at},\
                     \"reporter\":\"{reporter}\",\"epoch\":1,\"n\":{n}{again}}}"
                )
            }
            Record::Heartbeat(Heartbeat { reporter, through, at, .. }) => {
                writeln!(text, "{{\"reporter\":\"{reporter}\",\"epoch\":1,\"through\":{through},\"at\":{at}}}")
            }
            Record::Tick { .. } => Ok(()),
        };
    }
    text
}
