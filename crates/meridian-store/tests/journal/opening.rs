//! What is no journal, or may not be used, is refused with its own words.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use meridian_store::{Head, Journal, LeaseError, OpenError, SqliteJournal, conformance::entries};

use crate::{make, opened, sql};

async fn check(prepare: impl AsyncFnOnce(&Path), expected: impl Fn(&OpenError) -> bool, words: &str) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    prepare(&path).await;
    let before = fs::read(&path).ok();
    let error = opened(&path).await.unwrap_err();
    assert!(expected(&error), "{error:?}");
    assert!(error.to_string().contains(words), "{error}");
    assert!(error.to_string().contains("journal.db") && !error.hint().is_empty(), "{error}");
    assert_eq!(fs::read(&path).ok(), before, "what is refused is not touched");
}

#[tokio::test]
async fn what_is_no_journal_is_refused() {
    let no_journal = |error: &OpenError| matches!(error, OpenError::NotAJournal { .. });
    check(async |path| fs::write(path, "hello\n".repeat(2000)).unwrap(), no_journal, "it is no SQLite database").await;
    let foreign = async |path: &Path| {
        fs::write(path, "").unwrap();
        sql(path, "CREATE TABLE t (a)").await;
    };
    check(foreign, no_journal, "of another program").await;
    let newer = async |path: &Path| {
        make(path, 2).await;
        sql(path, "PRAGMA user_version = 99").await;
    };
    let expected = |error: &OpenError| matches!(error, OpenError::Newer { found: 99, known: 1, .. });
    check(newer, expected, "has format 99; this release knows formats up to 1").await;
    let directory = async |path: &Path| fs::create_dir(path).unwrap();
    check(directory, |error| !matches!(error, OpenError::Corrupt { .. }), "").await;
}

#[tokio::test]
async fn opening_to_read_makes_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let error = SqliteJournal::open_read_only(&path).await.err().unwrap();
    assert!(matches!(error, OpenError::NotFound { .. }), "{error:?}");
    fs::write(&path, "").unwrap();
    let error = SqliteJournal::open_read_only(&path).await.err().unwrap();
    assert!(error.to_string().contains("it is empty"), "{error}");
    assert_eq!(fs::read_dir(&directory).unwrap().count(), 1);
}

#[tokio::test]
async fn readers_follow_while_another_writes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a/b/journal.db");
    let writer = SqliteJournal::open(&path).await.unwrap();
    let lease = writer.acquire("the writer").await.unwrap();
    let reader = SqliteJournal::open_read_only(&path).await.unwrap();
    let mut head = Head::GENESIS;
    for size in [1, 10, 100] {
        head = writer.append(lease, head, &entries(head, size)).await.unwrap();
        assert_eq!(reader.head().await.unwrap(), head);
    }
    assert!(matches!(reader.acquire("a reader").await, Err(LeaseError::ReadOnly)));
    assert!(reader.append(lease, head, &entries(head, 1)).await.is_err());

    let second = SqliteJournal::open(&path).await.unwrap();
    let held = second.acquire("the second").await.unwrap_err().to_string();
    assert!(held.contains("the writer") && held.contains(&std::process::id().to_string()), "{held}");
    assert!(second.append(lease, head, &entries(head, 1)).await.is_err(), "a lease counts only where it was acquired");
    writer.close().await;
    let next = second.acquire("the second").await.unwrap();
    assert!(next > lease);
    second.append(next, head, &entries(head, 1)).await.unwrap();
}

#[tokio::test]
async fn only_the_owner_may_read_the_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path).await.unwrap();
    let lease = journal.acquire("a test").await.unwrap();
    journal.append(lease, Head::GENESIS, &entries(Head::GENESIS, 1)).await.unwrap();
    let mut names = Vec::new();
    for file in fs::read_dir(&directory).unwrap().map(Result::unwrap) {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{:?}", file.path());
        names.push(file.file_name());
    }
    assert!(names.len() >= 5, "{names:?}");
}
