//! How fast the checkpoint log takes groups, each durable before the next, and gives them back. One JSON line a figure.
//!
//! `cargo bench -p meridian-store --bench checkpoints` · the number of events: `MERIDIAN_BENCH_EVENTS` (20,000,000).

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a benchmark measures time and may fail")]

use std::time::{Duration, Instant};

use meridian_store::checkpoints::{Log, Options, Position, verify};

/// What an event takes in a group.
const EVENT_BYTES: usize = 24;

fn say(name: &str, group: usize, events: u64, took: Duration) {
    let value = (events as f64 / took.as_secs_f64()).round();
    println!(
        r#"{{"name":"checkpoints: {name}, groups of {group}","value":{value},"unit":"events/s","events":{events},"seconds":{:.3}}}"#,
        took.as_secs_f64()
    );
}

/// Bytes that no disk makes smaller.
fn noise(bytes: usize, mut seed: u64) -> Vec<u8> {
    let mut next = || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    (0..bytes.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(bytes).collect()
}

fn run(group: usize, total: u64) {
    let directory = tempfile::tempdir().unwrap();
    let groups: Vec<Vec<u8>> = (1..=16).map(|seed| noise(group * EVENT_BYTES, seed)).collect();
    let count = (total / group as u64).max(1);
    let mut log = Log::open(directory.path(), "bench", Options::default()).unwrap().log;
    let mut waits = Vec::with_capacity(count as usize);
    let begun = Instant::now();
    for (at, blob) in (0..count).zip(groups.iter().cycle()) {
        let group_begun = Instant::now();
        log.append(blob, group as u32, at as i64).unwrap();
        log.sync().unwrap();
        waits.push(group_begun.elapsed());
    }
    let (took, events) = (begun.elapsed(), log.durable().event);
    say("append, each group durable", group, events, took);
    waits.sort();
    let wait = |part: usize| waits[(waits.len() * part / 100).min(waits.len() - 1)].as_secs_f64() * 1000.0;
    println!(
        r#"{{"name":"checkpoints: a group durable, groups of {group}","p50_ms":{:.3},"p99_ms":{:.3}}}"#,
        wait(50),
        wait(99)
    );

    let begun = Instant::now();
    let read: u64 = log.read(Position::START).unwrap().map(|frame| u64::from(frame.unwrap().events)).sum();
    say("read", group, read, begun.elapsed());
    drop(log);
    let begun = Instant::now();
    let report = verify(directory.path()).unwrap();
    assert!(report.is_whole() && report.events == events, "{report:?}");
    say("verify", group, report.events, begun.elapsed());
    let begun = Instant::now();
    let opened = Log::open(directory.path(), "bench", Options::default()).unwrap();
    say("open", group, opened.recovered.end.event, begun.elapsed());
}

fn main() {
    let total: u64 = std::env::var("MERIDIAN_BENCH_EVENTS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000_000);
    for group in [10_000, 50_000] {
        run(group, total);
    }
}
