//! How fast the SQLite journal appends, reads and verifies. One JSON line per figure.
//!
//! `cargo bench -p meridian-store` · the number of entries to read and verify: `MERIDIAN_BENCH_ENTRIES` (1,000,000).

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a benchmark measures time and may fail")]

use std::time::{Duration, Instant};

use meridian_core::{
    alert::{AlertFact, FiredAlert, Labels},
    id::Actor,
    journal::{Entry, open, seal_all},
};
use meridian_store::{Head, Journal, Lease, Sealed, SqliteJournal, export, stats, verify};

/// One alert of eight labels per entry: 500 bytes, as most entries of a busy day are.
fn entries(head: Head, count: u64) -> Vec<Sealed> {
    let entry = |seq: u64| {
        let (instance, service) = (format!("node-{seq}"), format!("service-{}", seq % 1000));
        let labels: Labels = [
            ("alertname", "QueueStuck"),
            ("service", &service),
            ("instance", &instance),
            ("severity", "critical"),
            ("site", "new-york"),
            ("team", "payments"),
            ("cluster", "prod-1"),
            ("job", "mq-exporter"),
        ]
        .into_iter()
        .collect();
        let starts_at = jiff::Timestamp::from_second(1_770_000_000 + seq as i64 / 10).unwrap();
        let annotations = [("summary", "messages wait for longer than 60 s")].into_iter().collect();
        let ends_at = starts_at + jiff::SignedDuration::from_mins(5);
        let alert = FiredAlert {
            fingerprint: labels.fingerprint(),
            labels,
            annotations,
            starts_at,
            ends_at,
            generator_url: "http://prometheus:9090/graph".into(),
        };
        let fact = AlertFact::Fired { alerts: vec![alert] }.into();
        Entry { seq, at: starts_at, actor: Actor::source("prometheus"), cause: None, fact }
    };
    let entries: Vec<Entry> = (head.seq + 1..=head.seq + count).map(entry).collect();
    seal_all(head.hash, &entries)
}

fn say(name: &str, entries: u64, took: Duration) {
    let value = (entries as f64 / took.as_secs_f64()).round();
    println!(
        r#"{{"name":"journal: {name}","value":{value},"unit":"entries/s","entries":{entries},"seconds":{:.3}}}"#,
        took.as_secs_f64()
    );
}

async fn append(journal: &SqliteJournal, lease: Lease, size: u64, rounds: u64) -> u64 {
    let mut head = journal.head().await.unwrap();
    let mut groups = Vec::new();
    let mut last = head;
    for _ in 0..rounds {
        groups.push(entries(last, size));
        last = groups.last().and_then(|group| group.last()).map_or(last, Sealed::head);
    }
    let begun = Instant::now();
    for group in &groups {
        head = journal.append(lease, head, group).await.unwrap();
    }
    say(&format!("append durable in groups of {size}"), size * rounds, begun.elapsed());
    head.seq
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let total: u64 = std::env::var("MERIDIAN_BENCH_ENTRIES").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path).await.unwrap();
    let lease = journal.acquire("bench").await.unwrap();
    append(&journal, lease, 1, 300).await;
    append(&journal, lease, 64, 200).await;
    let mut have = append(&journal, lease, 1024, 100).await;
    while have < total {
        let head = journal.head().await.unwrap();
        have = journal.append(lease, head, &entries(head, 16_384.min(total - have))).await.unwrap().seq;
    }

    let begun = Instant::now();
    let (mut next, mut read) = (1, 0);
    loop {
        let part = journal.read(next, 4096).await.unwrap();
        let Some(last) = part.last() else { break };
        next = last.seq + 1;
        part.iter().for_each(|sealed| drop(std::hint::black_box(open(sealed).unwrap())));
        read += part.len() as u64;
    }
    say("read and decode", read, begun.elapsed());

    let begun = Instant::now();
    let report = verify(&journal, |_| {}).await.unwrap();
    say("verify", report.entries, begun.elapsed());
    let begun = Instant::now();
    let counted = stats(&journal).await.unwrap();
    say("stats", counted.entries, begun.elapsed());
    let begun = Instant::now();
    let exported = export(&journal, 1, None, &mut std::io::sink()).await.unwrap();
    say("export", exported, begun.elapsed());

    journal.close().await;
    let begun = Instant::now();
    let journal = SqliteJournal::open(&path).await.unwrap();
    say("open without a snapshot", journal.head().await.unwrap().seq, begun.elapsed());
}
