//! A full disk refuses appends, damages nothing, and is no longer in the way once there is space.

use std::{fs, path::Path, process::Command};

use meridian_store::{AppendError, Head, Journal, OpenError, Snapshot, SqliteJournal, conformance::entries, verify};

/// A file system of one megabyte; gone when dropped.
struct Small(tempfile::TempDir);

impl Small {
    fn mount() -> Option<Small> {
        let directory = tempfile::tempdir().unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(directory.path());
        match mount.output() {
            Ok(done) if done.status.success() => Some(Small(directory)),
            _ => {
                println!("skipped: a small file system can only be mounted by root");
                None
            }
        }
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_recovers() {
    let Some(small) = Small::mount() else { return };
    let ballast = small.path().join("ballast");
    fs::write(&ballast, vec![0; 400_000]).unwrap();
    let path = small.path().join("journal.db");
    let journal = SqliteJournal::open(&path).await.unwrap();
    let lease = journal.acquire("a test").await.unwrap();
    let mut head = Head::GENESIS;
    for size in [100, 10, 1] {
        let refused = loop {
            match journal.append(lease, head, &entries(head, size)).await {
                Ok(next) => head = next,
                Err(refused) => break refused,
            }
        };
        assert!(matches!(refused, AppendError::DiskFull { .. }), "{refused:?}");
    }
    assert_eq!(journal.head().await.unwrap(), head, "what was refused left nothing behind");
    assert_eq!(verify(&journal, |_| {}).await.unwrap().head, head);
    let large = Snapshot { head, version: 1, bytes: vec![1; 2_000_000] };
    let error = journal.snapshot(large).await.unwrap_err();
    assert_eq!(error.source.kind(), std::io::ErrorKind::StorageFull, "{error}");

    fs::remove_file(&ballast).unwrap();
    let full = head;
    for _ in 0..20 {
        head = journal.append(lease, head, &entries(head, 20)).await.expect("there is space again");
    }
    journal.close().await;
    let journal = SqliteJournal::open(&path).await.unwrap();
    assert_eq!(verify(&journal, |_| {}).await.unwrap().head, head);
    assert!(head.seq == full.seq + 400 && journal.read(1, 100_000).await.unwrap() == entries(Head::GENESIS, head.seq));
}

#[tokio::test]
async fn a_journal_that_finds_no_space_says_so() {
    let Some(small) = Small::mount() else { return };
    fs::write(small.path().join("ballast"), vec![0; (1 << 20) - 4096]).unwrap();
    let error = SqliteJournal::open(small.path().join("journal.db")).await.err().unwrap();
    assert!(matches!(error, OpenError::DiskFull { .. }), "{error:?}");
}
