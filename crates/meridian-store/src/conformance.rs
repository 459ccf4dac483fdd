//! One suite that every engine passes.

use std::{future::Future, sync::Arc, time::Duration};

use meridian_core::{
    Instant,
    fact::HouseFact,
    id::Actor,
    journal::{Entry, Head, Sealed, seal_all},
};

use crate::{AppendError, Broken, Journal, Snapshot, seek, verify};

/// `count` small entries that follow `head`.
pub fn entries(head: Head, count: u64) -> Vec<Sealed> {
    let entries: Vec<Entry> = (head.seq + 1..=head.seq + count)
        .map(|seq| Entry {
            seq,
            at: Instant::from_second(1_770_000_000 + i64::try_from(seq).unwrap_or(0)).unwrap_or(Instant::UNIX_EPOCH),
            actor: Actor::System,
            cause: (seq > 1).then_some(seq - 1),
            fact: HouseFact::Started { version: format!("0.1.{seq}") }.into(),
        })
        .collect();
    seal_all(head.hash, &entries)
}

/// Runs everything. `open` opens the same storage again each time it is called, after the value before was dropped;
/// `name` chooses the storage.
pub async fn conformance<F, O>(open: F)
where
    F: Fn(&'static str) -> O,
    O: Future<Output = Arc<dyn Journal>>,
{
    appends_are_whole(open("whole").await).await;
    stale_leases_are_refused(open("lease").await).await;
    ranges_are_read(open("ranges").await).await;
    followers_wake(open("changed").await).await;
    snapshots_are_kept(open("snapshots").await).await;
    instants_are_found(open("instants").await).await;
    ten_thousand_come_back(&open).await;
}

async fn appends_are_whole(journal: Arc<dyn Journal>) {
    let lease = journal.acquire("conformance").await.expect("a lease");
    assert_eq!(journal.head().await.expect("a head"), Head::GENESIS);
    let first = entries(Head::GENESIS, 3);
    let head = journal.append(lease, Head::GENESIS, &first).await.expect("an append");
    assert_eq!(head, first[2].head());
    assert_eq!(journal.append(lease, head, &[]).await.expect("an append of nothing"), head);

    let moved = journal.append(lease, Head::GENESIS, &first).await;
    assert!(matches!(moved, Err(AppendError::HeadMoved { found, .. }) if found == head), "{moved:?}");
    let mut other = head;
    other.hash.0[0] ^= 1;
    let moved = journal.append(lease, other, &entries(other, 1)).await;
    assert!(matches!(moved, Err(AppendError::HeadMoved { found, .. }) if found == head), "{moved:?}");

    let mut unchained = entries(head, 4);
    unchained[3].hash.0[31] ^= 1;
    let refused = journal.append(lease, head, &unchained).await;
    assert!(matches!(refused, Err(AppendError::Chain(Broken::Altered { seq: 7, .. }))), "{refused:?}");
    unchained.remove(1);
    let refused = journal.append(lease, head, &unchained).await;
    assert!(matches!(refused, Err(AppendError::Chain(Broken::Missing { seq: 5, found: 6 }))), "{refused:?}");

    assert_eq!(journal.head().await.expect("a head"), head, "what was refused left nothing behind");
    assert_eq!(journal.read(1, 100).await.expect("a read"), first);
    let next = entries(head, 2);
    assert_eq!(journal.append(lease, head, &next).await.expect("an append after refusals"), next[1].head());
}

async fn stale_leases_are_refused(journal: Arc<dyn Journal>) {
    let old = journal.acquire("the first").await.expect("a lease");
    let new = journal.acquire("the second").await.expect("a lease");
    assert!(new > old);
    let batch = entries(Head::GENESIS, 1);
    let refused = journal.append(old, Head::GENESIS, &batch).await;
    assert!(matches!(refused, Err(AppendError::StaleLease { current, .. }) if current == new), "{refused:?}");
    assert_eq!(journal.head().await.expect("a head"), Head::GENESIS);
    journal.append(new, Head::GENESIS, &batch).await.expect("the new lease holds");
}

async fn ranges_are_read(journal: Arc<dyn Journal>) {
    let lease = journal.acquire("conformance").await.expect("a lease");
    let all = entries(Head::GENESIS, 150);
    journal.append(lease, Head::GENESIS, &all).await.expect("an append");
    let cases: [(u64, usize, std::ops::Range<usize>); 9] = [
        (1, 150, 0..150),
        (0, 2, 0..2),
        (1, 0, 0..0),
        (1, 1, 0..1),
        (64, 3, 63..66),
        (150, 10, 149..150),
        (151, 10, 150..150),
        (u64::MAX, 10, 150..150),
        (100, 1_000_000, 99..150),
    ];
    for (from, limit, expected) in cases {
        assert_eq!(journal.read(from, limit).await.expect("a read"), all[expected], "from {from} limit {limit}");
    }
}

async fn followers_wake(journal: Arc<dyn Journal>) {
    let lease = journal.acquire("conformance").await.expect("a lease");
    let mut changed = journal.changed();
    assert!(!changed.has_changed().expect("the journal lives"));
    let follower = tokio::spawn(async move {
        changed.changed().await.expect("the journal lives");
        *changed.borrow_and_update()
    });
    let batch = entries(Head::GENESIS, 5);
    let head = journal.append(lease, Head::GENESIS, &batch).await.expect("an append");
    let woken = tokio::time::timeout(Duration::from_secs(30), follower).await.expect("the follower wakes");
    assert_eq!(woken.expect("no panic"), head);

    let quiet = journal.changed();
    let refused = journal.append(lease, Head::GENESIS, &batch).await;
    assert!(refused.is_err() && !quiet.has_changed().expect("the journal lives"), "a refusal wakes nobody");
}

async fn snapshots_are_kept(journal: Arc<dyn Journal>) {
    let lease = journal.acquire("conformance").await.expect("a lease");
    let all = entries(Head::GENESIS, 9);
    journal.append(lease, Head::GENESIS, &all).await.expect("an append");
    let take =
        |seq: usize, version, bytes: &[u8]| Snapshot { head: all[seq - 1].head(), version, bytes: bytes.to_vec() };
    let found = async |version| journal.latest_snapshot(version).await.expect("a look").snapshot;
    assert_eq!(found(1).await, None);
    for snapshot in [take(3, 1, b"three"), take(5, 1, b"\n{}\0five"), take(5, 1, b"five again")] {
        journal.snapshot(snapshot.clone()).await.expect("a snapshot");
        assert_eq!(found(1).await, Some(snapshot));
    }
    assert_eq!(found(2).await, None, "another version folds otherwise");
    journal.snapshot(take(7, 2, b"")).await.expect("a snapshot");
    assert_eq!(found(2).await, Some(take(7, 2, b"")));
    assert_eq!(found(1).await, Some(take(5, 1, b"five again")), "two are kept");
    journal.snapshot(take(9, 2, &[7; 100_000])).await.expect("a snapshot");
    assert_eq!(found(2).await, Some(take(9, 2, &[7; 100_000])));
    assert_eq!(found(1).await, None, "only two are kept of other versions");
    let until = async |seq| journal.snapshot_until(2, seq).await.expect("a look").snapshot;
    journal.snapshot(take(8, 2, b"eight")).await.expect("a snapshot");
    journal.snapshot(take(6, 2, &[6; 50_000])).await.expect("a snapshot");
    let kept = [(5, None), (6, Some(6)), (7, Some(7)), (8, Some(8)), (9, Some(9)), (u64::MAX, Some(9))];
    for (seq, expected) in kept {
        assert_eq!(until(seq).await.map(|found| found.head.seq), expected, "until entry {seq}");
    }
    assert_eq!(until(6).await, Some(take(6, 2, &[6; 50_000])), "what is packed is read back");
}

async fn instants_are_found(journal: Arc<dyn Journal>) {
    let first = Instant::from_second(1_770_000_001).unwrap_or(Instant::UNIX_EPOCH);
    assert_eq!(seek(&*journal, first).await.expect("a search"), 0, "nothing is in an empty journal");
    let lease = journal.acquire("conformance").await.expect("a lease");
    journal.append(lease, Head::GENESIS, &entries(Head::GENESIS, 100)).await.expect("an append");
    for (after_ms, expected) in [(-1, 0), (0, 1), (999, 1), (1_000, 2), (41_500, 42), (99_000, 100), (9_000_000, 100)] {
        let at = Instant::from_millisecond(first.as_millisecond() + after_ms).expect("an instant");
        assert_eq!(seek(&*journal, at).await.expect("a search"), expected, "{after_ms} ms after the first");
    }
}

async fn ten_thousand_come_back<F, O>(open: &F)
where
    F: Fn(&'static str) -> O,
    O: Future<Output = Arc<dyn Journal>>,
{
    let mut written: Vec<Sealed> = Vec::new();
    for (round, size) in [1, 63, 64, 65, 1000, 4096, 4711].into_iter().enumerate() {
        let journal = open("many").await;
        let head = journal.head().await.expect("a head");
        assert_eq!(head, written.last().map_or(Head::GENESIS, Sealed::head), "reopened for round {round}");
        assert_eq!(*journal.changed().borrow(), head);
        let lease = journal.acquire("conformance").await.expect("a lease after the one before is gone");
        assert_eq!(lease.epoch, round as u64 + 1);
        let batch = entries(head, size);
        journal.append(lease, head, &batch).await.expect("an append");
        written.extend(batch);
    }
    let journal = open("many").await;
    assert_eq!(journal.read(1, usize::MAX >> 1).await.expect("a read"), written);
    let report = verify(&*journal, |_| {}).await.expect("a sound journal");
    assert_eq!((report.entries, report.head), (10_000, written[9_999].head()));
}
