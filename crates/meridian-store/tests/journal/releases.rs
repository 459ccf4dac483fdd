//! The journals of every release are read forever.

use std::{fs, path::PathBuf};

use meridian_core::{
    fact::samples::every_entry,
    journal::{Entry, Hash, Head, Sealed, open, seal_all, verify_next},
};
use meridian_store::{Journal, MemoryJournal, export};

fn journals() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/journals")
}

/// Takes the hash off an exported line again, so that the very bytes that were sealed are left.
fn read_line(line: &str) -> (Entry, Sealed) {
    let (body, hash) = line.rsplit_once(",\"hash\":\"").unwrap();
    let hash: Hash = hash.strip_suffix("\"}").unwrap().parse().unwrap();
    let body = format!("{body}}}").into_bytes().into_boxed_slice();
    let entry: Entry = serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{line}: {error}"));
    let sealed = Sealed { seq: entry.seq, body, hash };
    (entry, sealed)
}

#[test]
fn every_release_can_be_read() {
    let mut releases = 0;
    for file in fs::read_dir(journals()).unwrap().map(Result::unwrap) {
        let text = fs::read_to_string(file.path()).unwrap();
        let mut head = Head::GENESIS;
        for line in text.lines() {
            let (entry, sealed) = read_line(line);
            head = verify_next(head, &sealed).unwrap_or_else(|broken| panic!("{:?}: {broken}", file.path()));
            assert_eq!(open(&sealed).unwrap(), entry);
            assert_eq!(
                serde_json::to_vec(&entry).unwrap(),
                *sealed.body,
                "{:?}: it is still written as it was",
                file.path()
            );
        }
        assert!(head.seq > 0);
        releases += 1;
    }
    assert!(releases >= 1);
}

/// As long as this release is being made, its own journal must hold every fact. To write it anew after adding a fact:
/// `MERIDIAN_WRITE_JOURNAL=1 cargo test -p meridian-store --test journal releases`.
#[tokio::test]
async fn this_release_has_its_journal() {
    let journal = MemoryJournal::new();
    let lease = journal.acquire("a test").await.unwrap();
    journal.append(lease, Head::GENESIS, &seal_all(Head::GENESIS.hash, &every_entry())).await.unwrap();
    let mut exported = Vec::new();
    export(&journal, 1, None, &mut exported).await.unwrap();
    let path = journals().join(concat!(env!("CARGO_PKG_VERSION"), ".ndjson"));
    if std::env::var_os("MERIDIAN_WRITE_JOURNAL").is_some() {
        fs::create_dir_all(journals()).unwrap();
        fs::write(&path, &exported).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap();
    for (i, (kept, now)) in kept.lines().zip(String::from_utf8(exported.clone()).unwrap().lines()).enumerate() {
        assert_eq!(kept, now, "line {} of {}", i + 1, path.display());
    }
    assert_eq!(kept.len(), exported.len());
}
