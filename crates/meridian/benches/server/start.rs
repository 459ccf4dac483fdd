//! How long a start takes with a long journal, with a snapshot as a real run leaves it and without one.
//!
//! The journal is made by the program's own planning on a simulated clock: alerts fire, are paged, delivered, resolved.

use std::{path::Path, process::Command as Process, time::Instant as Stopwatch};

use meridian_core::{
    Command, Instant, World,
    alert::Incoming,
    command::Outcome,
    estate::{SourceFile, digest},
    id::Actor,
    journal::{Entry, Head, Sealed, seal_all},
    page::DeliveryState,
    world::{Replay, SNAPSHOT_VERSION},
};
use meridian_store::{Journal, Lease, Snapshot, SqliteJournal};
use meridian_testkit::servers::{Meridian, Receiver};

use crate::{
    figures::{Figures, from_environment, runs},
    rivals::{Timing, estate},
};

/// A commit of the journal while it is made.
const PORTION: usize = 16_384;
/// What the program does: a snapshot after so many entries.
const SNAPSHOT_EVERY: u64 = 50_000;
/// So many entries are folded from memory.
const FOLDED: usize = 200_000;
/// An alert fires this often and stays until so many others have fired.
const STEP: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);
const ACTIVE: usize = 500;
const TIMING: Timing = Timing { group_wait: "0s", group_interval: "1m" };

pub fn run() {
    let entries: u64 = from_environment("MERIDIAN_BENCH_ENTRIES", 1_000_000);
    let receiver = Receiver::start();
    let text = estate(TIMING, &receiver.url("/hook"));
    let mut figures = Figures::default();
    let mut meridian = Meridian::start(env!("CARGO_BIN_EXE_meridian"), &[("estate.yaml", &text)], &[]);
    meridian.stop();
    let data = meridian.data().to_owned();
    remove_journal(&data);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (first, _) = runtime.block_on(make(&data, &text, entries));
    for _ in 0..runs() {
        let begun = Stopwatch::now();
        let mut replay = Replay::from(World::default());
        first.iter().for_each(|entry| replay.fold(entry));
        let world = replay.world();
        figures.add("fold".to_owned(), "facts/s", first.len() as f64 / begun.elapsed().as_secs_f64());
        drop(world);
    }
    drop(first);
    let kept = keep_aside(&data);

    let size = std::fs::metadata(data.join("journal.db")).unwrap().len();
    figures.add(format!("start with {entries} entries: journal"), "MiB", size as f64 / 1024.0 / 1024.0);
    for _ in 0..runs() {
        let begun = Stopwatch::now();
        let status =
            Process::new(env!("CARGO_BIN_EXE_meridian")).args(["journal", "verify", "--data"]).arg(&data).output();
        assert!(status.as_ref().unwrap().status.success(), "{status:?}");
        figures.add(format!("journal verify, {entries} entries"), "s", begun.elapsed().as_secs_f64());
        for (what, snapshots) in [("the usual snapshot", true), ("no snapshot", false)] {
            put_back(&kept, &data, snapshots);
            let begun = Stopwatch::now();
            meridian.restart();
            figures.add(format!("start with {entries} entries, {what}"), "s", begun.elapsed().as_secs_f64());
            // A graceful stop would leave a newer snapshot than the run wants.
            meridian.kill9();
        }
    }
    let _ = std::fs::remove_dir_all(kept);
    figures.print();
}

/// Entries that wait to be written, and where the journal stands.
struct Writing {
    journal: SqliteJournal,
    lease: Lease,
    head: Head,
    waiting: Vec<Entry>,
    snapshot_at: u64,
    /// The first entries, to be folded from memory.
    first: Vec<Entry>,
}

impl Writing {
    async fn write(&mut self, world: &World) {
        let sealed: Vec<Sealed> = seal_all(self.head.hash, &self.waiting);
        self.head = self.journal.append(self.lease, self.head, &sealed).await.unwrap();
        let room = FOLDED.saturating_sub(self.first.len()).min(self.waiting.len());
        self.first.extend(self.waiting.drain(..room));
        self.waiting.clear();
        if self.head.seq >= self.snapshot_at + SNAPSHOT_EVERY {
            let bytes = world.to_snapshot().unwrap();
            self.journal.snapshot(Snapshot { head: self.head, version: SNAPSHOT_VERSION, bytes }).await.unwrap();
            self.snapshot_at = self.head.seq;
        }
    }
}

/// Writes so many entries; the first of them, to be folded from memory, and the instants of the first and the last.
pub async fn make(data: &Path, estate: &str, entries: u64) -> (Vec<Entry>, [Instant; 2]) {
    let journal = SqliteJournal::open(&data.join("journal.db")).await.unwrap();
    let lease = journal.acquire("bench").await.unwrap();
    let head = journal.head().await.unwrap();
    let mut writing = Writing { journal, lease, head, waiting: Vec::new(), snapshot_at: 0, first: Vec::new() };
    let mut world = World::default();
    let begun: Instant = "2026-01-05T08:00:00Z".parse().unwrap();
    let mut now = begun;
    let files = vec![SourceFile { path: "estate.yaml".into(), text: estate.to_owned() }];
    let digest = digest(&files);
    world.handle(now, Actor::System, Command::LoadEstate { files, digest }, &mut writing.waiting).unwrap();
    let mut fired = 0;
    while world.seq() < entries {
        now += STEP;
        let mut alerts = vec![incoming(fired, now, false)];
        alerts.extend(fired.checked_sub(ACTIVE).map(|old| incoming(old, now, true)));
        fired += 1;
        let source = Actor::source("prometheus");
        world.handle(now, source, Command::Alerts(alerts), &mut writing.waiting).unwrap();
        world.tick(now, &mut writing.waiting);
        deliver(&mut world, now, &mut writing.waiting);
        if writing.waiting.len() >= PORTION || world.seq() >= entries {
            writing.write(&world).await;
        }
    }
    writing.journal.close().await;
    (writing.first, [begun, now])
}

fn incoming(number: usize, now: Instant, over: bool) -> Incoming {
    let (instance, group) = (format!("node-{number}:9100"), format!("g{:04}", number % 1_000));
    let labels = [
        ("alertname", "QueueStuck"),
        ("cluster", "prod-1"),
        ("group", &group),
        ("instance", &instance),
        ("job", "mq-exporter"),
        ("service", "gateway"),
        ("severity", "critical"),
        ("team", "payments"),
    ];
    Incoming {
        labels: labels.into_iter().collect(),
        annotations: [("summary", "messages wait for longer than 60 s")].into_iter().collect(),
        starts_at: Some(now),
        ends_at: Some(if over { now } else { now + jiff::SignedDuration::from_hours(24) }),
        generator_url: "http://prometheus.example:9090/graph".into(),
    }
}

/// Every message arrives at once.
fn deliver(world: &mut World, now: Instant, out: &mut Vec<Entry>) {
    let sending = world.pages.outbox().filter_map(|delivery| match delivery.state {
        DeliveryState::Sending { attempt, .. } => Some((delivery.id, attempt)),
        _ => None,
    });
    for (delivery, attempt) in sending.collect::<Vec<_>>() {
        let outcome = Outcome::Sent { receipt: "200 OK from http://127.0.0.1:9".into() };
        world.handle(now, Actor::System, Command::DeliveryOutcome { delivery, attempt, outcome }, out).unwrap();
    }
}

pub fn remove_journal(data: &Path) {
    for entry in std::fs::read_dir(data).unwrap().map(Result::unwrap) {
        if entry.file_name().to_string_lossy().starts_with("journal.db") {
            let path = entry.path();
            if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
        }
    }
}

/// A copy of the journal as it was made.
fn keep_aside(data: &Path) -> std::path::PathBuf {
    let kept = tempfile::tempdir().unwrap().keep();
    copy(data, &kept);
    kept
}

fn put_back(kept: &Path, data: &Path, snapshots: bool) {
    remove_journal(data);
    copy(kept, data);
    if !snapshots {
        std::fs::remove_dir_all(data.join("journal.db.snapshots")).unwrap();
    }
}

/// The journal's files and its snapshots.
fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        if !entry.file_name().to_string_lossy().starts_with("journal.db") {
            continue;
        }
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            for inner in std::fs::read_dir(entry.path()).unwrap().map(Result::unwrap) {
                std::fs::copy(inner.path(), target.join(inner.file_name())).unwrap();
            }
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}
