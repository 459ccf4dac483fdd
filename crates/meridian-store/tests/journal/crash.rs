//! A process that is killed in the middle of appends loses nothing that it was told is durable.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use meridian_store::{Fault, Head, Journal, LeaseError, MemoryJournal, SqliteJournal, conformance::entries, verify};

const PATH: &str = "MERIDIAN_STORE_TEST_JOURNAL";

/// The process to be killed: appends without end and says after each append how far it came.
#[tokio::test]
async fn child() {
    let Ok(path) = std::env::var(PATH) else { return };
    let journal = SqliteJournal::open(path).await.unwrap();
    let lease = journal.acquire("the child").await.unwrap();
    let mut head = journal.head().await.unwrap();
    loop {
        head = journal.append(lease, head, &entries(head, head.seq % 7 + 1)).await.unwrap();
        println!("durable up to {}", head.seq);
    }
}

fn spawn(path: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crash::child", "--nocapture"])
        .env(PATH, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Lets it append `appends` times, kills it, and tells the last entry that it said is durable.
fn kill_after(mut child: Child, appends: usize) -> u64 {
    let said = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut numbers =
        said.filter_map(|line| line.split_once("durable up to ").and_then(|(_, seq)| seq.parse::<u64>().ok()));
    let mut last = numbers.by_ref().take(appends).last().unwrap();
    child.kill().unwrap();
    // What it said between the last line read and its death counts, too.
    if let Some(later) = numbers.last() {
        last = later;
    }
    child.wait().unwrap();
    last
}

#[tokio::test]
async fn killed_in_the_middle_of_appends() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    for round in 0..8 {
        let acknowledged = kill_after(spawn(&path), 5 + round * 9);
        let journal = SqliteJournal::open(&path).await.unwrap();
        journal.acquire("the restart").await.expect("a killed process holds nothing");
        let report = verify(&journal, |_| {}).await.unwrap();
        assert!(report.entries >= acknowledged, "{} of {acknowledged}", report.entries);
        let all = journal.read(1, usize::MAX >> 1).await.unwrap();
        assert!(all == entries(Head::GENESIS, report.entries), "no entry of an append came without the others");
        journal.close().await;
    }
}

#[tokio::test]
async fn a_second_process_is_told_who_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let mut child = spawn(&path);
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    said.by_ref().find(|line| line.as_ref().is_ok_and(|line| line.contains("durable"))).unwrap().unwrap();
    let journal = SqliteJournal::open(&path).await.unwrap();
    match journal.acquire("the parent").await {
        Err(LeaseError::Held { by }) => assert_eq!(by, format!("process {} (the child)", child.id())),
        other => panic!("{other:?}"),
    }
    child.kill().unwrap();
    child.wait().unwrap();
    journal.acquire("the parent").await.expect("it is free now");
}

#[tokio::test]
async fn faults_that_were_ordered() {
    let first = MemoryJournal::new();
    let lease = first.acquire("a test").await.unwrap();
    let batch = entries(Head::GENESIS, 3);
    for (fault, durable) in [(Fault::DiskFull, 0), (Fault::CrashBefore, 0), (Fault::CrashAfter, 3)] {
        let journal = first.reopen();
        journal.fail_next(fault);
        let failed = journal.append(lease, Head::GENESIS, &batch).await;
        assert!(failed.is_err(), "{fault:?}");
        assert_eq!(journal.reopen().head().await.unwrap().seq, durable, "{fault:?}");
        let again = journal.append(lease, Head::GENESIS, &[]).await;
        assert_eq!(again.is_ok(), fault == Fault::DiskFull, "{fault:?}: a dead process appends no more");
    }
}
