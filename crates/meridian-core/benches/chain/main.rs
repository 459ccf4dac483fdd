//! How fast the engine of chains folds checkpoints: read from lines of JSON, from blocks, and as they are; and whether
//! it finds exactly what the generator did to them. Prints a JSON object per line:
//! `cargo bench -p meridian-core --bench chain`.
//!
//! How many messages, of five hops each: `MERIDIAN_BENCH_MESSAGES` (2,000,000). They are made a second at a time, and
//! only reading and folding count, by the time on a processor.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark measures time and may fail")]

mod traffic;

use std::{collections::BTreeMap, hint::black_box, time::Duration};

use meridian_core::chain::{
    Record,
    engine::{Change, Engine},
    wire::{
        block::{RECORDS_MAX, Records, encode_block},
        json,
    },
};
use rustix::time::{ClockId, clock_gettime};
use traffic::{Traffic, ndjson, plans};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long this thread has been on a processor.
fn worked() -> Duration {
    let clock = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(clock.tv_sec as u64, clock.tv_nsec as u32)
}

#[derive(Default)]
struct Found {
    verdicts: BTreeMap<&'static str, i64>,
    changes: Vec<Change>,
}

impl Found {
    fn fold(&mut self, engine: &mut Engine, record: &Record<'_>) {
        engine.apply(record, &mut self.changes);
        for change in self.changes.drain(..) {
            match change {
                Change::Raised(verdict) => *self.verdicts.entry(verdict.rule.name()).or_default() += 1,
                Change::Withdrawn { now, .. } => *self.verdicts.entry(now.rule.name()).or_default() -= 1,
                Change::Revised { .. } => {}
            }
        }
    }
}

/// The resident memory of this process, in MiB.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4 / 1024
}

enum Form {
    Records,
    Json,
    Blocks,
}

/// Times one run; tells how many bytes the input had.
fn run(messages: u64, form: &Form) -> (Duration, usize, Traffic, Found, Engine) {
    let mut traffic = Traffic::new(messages);
    let (mut engine, mut found) = (Engine::new(plans()).unwrap(), Found::default());
    let (mut took, mut bytes, mut records) = (Duration::ZERO, 0, Vec::new());
    while traffic.second(&mut records) {
        let tick = Record::Tick { now: records.last().unwrap().at() };
        match form {
            Form::Records => {
                let begun = worked();
                records.iter().for_each(|record| found.fold(&mut engine, record));
                took += worked() - begun;
            }
            Form::Json => {
                let text = ndjson(&records);
                bytes += text.len();
                let begun = worked();
                for line in text.as_bytes().split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
                    found.fold(&mut engine, &json::read_line(line).unwrap());
                }
                took += worked() - begun;
            }
            Form::Blocks => {
                for some in records.chunks(RECORDS_MAX) {
                    let block = encode_block(some).unwrap();
                    bytes += block.len();
                    let begun = worked();
                    for record in Records::new(&block).unwrap() {
                        found.fold(&mut engine, &record.unwrap());
                    }
                    took += worked() - begun;
                }
            }
        }
        let begun = worked();
        found.fold(&mut engine, &tick);
        took += worked() - begun;
        records.clear();
    }
    (took, bytes, traffic, found, engine)
}

fn main() {
    let setting = std::env::var("MERIDIAN_BENCH_MESSAGES").ok().and_then(|text| text.parse().ok());
    let messages = setting.unwrap_or(2_000_000);
    let before = resident();
    for (name, form) in
        [("records as they are", Form::Records), ("blocks", Form::Blocks), ("lines of JSON", Form::Json)]
    {
        let (took, bytes, traffic, found, engine) = run(messages, &form);
        let truth: BTreeMap<&str, i64> = traffic.truth.iter().map(|(rule, count)| (*rule, *count as i64)).collect();
        let exact = truth == found.verdicts;
        println!(
            "{}",
            serde_json::json!({
                "name": format!("audit, {name}"), "n": traffic.checkpoints, "unit": "checkpoints/s",
                "value": (traffic.checkpoints as f64 / took.as_secs_f64()).round(),
                "bytes_each": (bytes as f64 / traffic.checkpoints as f64 * 10.0).round() / 10.0,
                "resident_more_mib": resident().saturating_sub(before), "truth": truth, "exact": exact,
            })
        );
        assert!(exact, "found {:?}", found.verdicts);
        black_box(engine);
    }
}
