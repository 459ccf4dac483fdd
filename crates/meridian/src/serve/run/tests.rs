//! What becomes of the process when one of its tasks dies.

use std::sync::atomic::{AtomicBool, Ordering};

use meridian_core::journal::{Head, Sealed};
use meridian_store::{
    AppendError, Found, Future, Lease, LeaseError, MemoryJournal, ReadError, Snapshot, SnapshotError,
};

use super::*;
use crate::serve::Intake;

/// A journal in which the keeper falls when told so.
struct Trap {
    journal: MemoryJournal,
    is_set: AtomicBool,
}

impl Journal for Trap {
    fn append<'a>(&'a self, lease: Lease, head: Head, entries: &'a [Sealed]) -> Future<'a, Result<Head, AppendError>> {
        assert!(!self.is_set.load(Ordering::Relaxed), "the trap snapped");
        self.journal.append(lease, head, entries)
    }

    fn acquire<'a>(&'a self, holder: &'a str) -> Future<'a, Result<Lease, LeaseError>> {
        self.journal.acquire(holder)
    }

    fn read(&self, from: u64, limit: usize) -> Future<'_, Result<Vec<Sealed>, ReadError>> {
        self.journal.read(from, limit)
    }

    fn head(&self) -> Future<'_, Result<Head, ReadError>> {
        self.journal.head()
    }

    fn changed(&self) -> watch::Receiver<Head> {
        self.journal.changed()
    }

    fn snapshot(&self, snapshot: Snapshot) -> Future<'_, Result<(), SnapshotError>> {
        self.journal.snapshot(snapshot)
    }

    fn snapshot_until(&self, version: u32, _: u64) -> Future<'_, Result<Found, SnapshotError>> {
        self.journal.latest_snapshot(version)
    }

    fn bytes(&self) -> Future<'_, Result<u64, ReadError>> {
        self.journal.bytes()
    }

    fn witnesses(&self) -> Future<'_, Vec<(&'static str, Head)>> {
        self.journal.witnesses()
    }
}

async fn begun(directory: &Path) -> (Running, Arc<Trap>) {
    let estate = directory.join("estate");
    fs::create_dir(&estate).unwrap();
    let escalation =
        "kind: Escalation\nmetadata: { name: nobody }\nspec: { steps: [{ page: [team/all], within: 5m }] }";
    let team = "kind: Team\nmetadata: { name: all }\nspec: { members: [] }";
    let routing = "kind: Routing\nmetadata: { name: all }\nspec: { route: { receiver: nobody } }";
    let documents = [escalation, team, routing].map(|document| format!("apiVersion: meridian/v1\n{document}\n---\n"));
    fs::write(estate.join("estate.yaml"), documents.concat()).unwrap();
    let settings = Settings {
        listen: "127.0.0.1:0".parse().unwrap(),
        data: directory.join("data"),
        estate,
        name: "test".into(),
        external_url: "http://localhost".into(),
        intake: Intake::Open,
        tls: None,
        public_targets_only: false,
        checkpoints: Default::default(),
        trusted_proxies: Vec::new(),
        demo: false,
    };
    let trap = Arc::new(Trap { journal: MemoryJournal::new(), is_set: AtomicBool::new(false) });
    let running = begin(settings, trap.clone(), Clock::system(), Sending::Pretend).await;
    (running.unwrap_or_else(|error| panic!("{error:?}")), trap)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_keeper_that_falls_ends_the_process() {
    let directory = tempfile::tempdir().unwrap();
    let (running, trap) = begun(directory.path()).await;
    trap.is_set.store(true, Ordering::Relaxed);
    let keeper = running.house.keeper.clone();
    let asked = tokio::spawn(async move { keeper.ask(Actor::System, Command::Stop).await });
    let ended = running.until_signal().await.unwrap_err().to_string();
    assert!(
        ended.contains("the keeper ended although nobody stopped it") && ended.contains("the trap snapped"),
        "{ended}"
    );
    let answer = asked.await.unwrap().unwrap_err();
    assert!(matches!(answer, crate::serve::AskError::Unavailable { .. }), "whoever asked is told: {answer}");
}
