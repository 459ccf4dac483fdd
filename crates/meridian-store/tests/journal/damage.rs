//! Every kind of damage is named, with the first entry that is wrong.

use std::{
    fs,
    path::{Path, PathBuf},
};

use meridian_core::{
    fact::HouseFact,
    journal::{open, seal_all},
};
use meridian_store::{
    Head, Journal, OpenError, Sealed, Snapshot, SqliteJournal, WholeError, conformance::entries, verify,
};

use crate::{make, opened, sql, verified};

#[tokio::test]
async fn a_change_of_any_row_is_named() {
    let check = async |statements: &str, expected: &str| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        make(&path, 20).await;
        sql(&path, statements).await;
        let whole = verified(&path).await.unwrap_err().to_string();
        assert!(whole.starts_with(expected), "{statements}\nexpected {expected}\nfound    {whole}");
        let at_open = opened(&path).await.unwrap_err();
        assert!(matches!(at_open, OpenError::Broken { .. }), "{at_open:?}");
        let again = verified(&path).await.unwrap_err().to_string();
        assert_eq!(again, whole, "opening repaired nothing");
    };
    check("DELETE FROM entry WHERE seq = 7", "entry 7 is missing: after entry 6 comes 8").await;
    check("DELETE FROM entry WHERE seq BETWEEN 7 AND 9", "entry 7 is missing: after entry 6 comes 10").await;
    check("DELETE FROM entry WHERE seq = 1", "entry 1 is missing: after entry 0 comes 2").await;
    check("DELETE FROM entry WHERE seq = 20", "entry 20 is missing: the journal ends at entry 19").await;
    check("DELETE FROM entry", "entry 1 is missing: the journal ends at entry 0").await;
    let swap = "UPDATE entry SET seq = -1 WHERE seq = 5; UPDATE entry SET seq = 5 WHERE seq = 11; UPDATE entry SET seq = 11 WHERE seq = -1";
    check(swap, "entry 5 is not where it belongs: in its place stands entry 11").await;
    check("UPDATE entry SET seq = 21 WHERE seq = 20", "entry 20 is missing: after entry 19 comes 21").await;
    check("UPDATE entry SET body = x'' WHERE seq = 3", "entry 3 was altered").await;
    check(
        "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), '0.1.3', '0.1.4') AS BLOB) WHERE seq = 3",
        "entry 3 was altered",
    )
    .await;
    check("UPDATE entry SET hash = x'00' WHERE seq = 4", "entry 4 cannot be read from storage: its hash has 1 bytes")
        .await;
    check("UPDATE entry SET hash = x'00' WHERE seq = 20", "entry 20 cannot be read from storage").await;
    check("UPDATE entry SET hash = (SELECT hash FROM entry WHERE seq = 8) WHERE seq = 9", "entry 9 was altered").await;
    check(
        "INSERT INTO entry SELECT 21, body, hash FROM entry WHERE seq = 20",
        "entry 21 is not where it belongs: in its place stands entry 20",
    )
    .await;
    check(
        "INSERT INTO entry SELECT 0, body, hash FROM entry WHERE seq = 20; DELETE FROM entry WHERE seq = 20",
        "entry 20 is missing",
    )
    .await;
}

#[tokio::test]
async fn a_change_of_any_byte_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let written = make(&path, 3).await;
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for Sealed { seq, body, hash } in &written {
        for (column, bytes) in [("body", &**body), ("hash", &hash.0[..])] {
            for at in 0..bytes.len() {
                let mut altered = bytes.to_vec();
                altered[at] ^= 1 << (at % 8);
                sql(&path, &format!("UPDATE entry SET {column} = x'{}' WHERE seq = {seq}", hex(&altered))).await;
                match verified(&path).await {
                    Err(WholeError::Broken(broken)) => assert_eq!(broken.seq(), *seq, "{column} byte {at}: {broken}"),
                    other => panic!("{column} byte {at} of entry {seq}: {other:?}"),
                }
            }
            sql(&path, &format!("UPDATE entry SET {column} = x'{}' WHERE seq = {seq}", hex(bytes))).await;
        }
    }
    assert_eq!(verified(&path).await.unwrap().head, written[2].head());
}

#[tokio::test]
async fn a_journal_written_anew_is_not_the_one_that_was_seen() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let written = make(&path, 9).await;
    let mut forged: Vec<_> = written.iter().map(|sealed| open(sealed).unwrap()).collect();
    forged[4].fact = HouseFact::Stopped {}.into();
    for Sealed { seq, body, hash } in seal_all(Head::GENESIS.hash, &forged) {
        let (body, hash) = (String::from_utf8(body.into()).unwrap(), hash.to_string());
        sql(&path, &format!("UPDATE entry SET body = CAST('{body}' AS BLOB), hash = x'{hash}' WHERE seq = {seq}"))
            .await;
    }
    for error in [verified(&path).await.unwrap_err().to_string(), opened(&path).await.unwrap_err().to_string()] {
        assert!(error.contains("entry 9 is another one than the witness file saw"), "{error}");
    }
    fs::remove_file(directory.path().join("journal.db.head")).unwrap();
    assert!(!verified(&path).await.unwrap().witnessed, "without a witness, it says that it has none");
}

/// Copies what a machine that lost its power would have, then cuts the log.
#[tokio::test]
async fn a_cut_log_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let journal = SqliteJournal::open(&path).await.unwrap();
    let lease = journal.acquire("a test").await.unwrap();
    let mut head = Head::GENESIS;
    for _ in 0..30 {
        head = journal.append(lease, head, &entries(head, 3)).await.unwrap();
    }
    let log = fs::read(directory.path().join("journal.db-wal")).unwrap();
    let copy = |length: usize| -> (tempfile::TempDir, PathBuf) {
        let to = tempfile::tempdir().unwrap();
        for name in ["journal.db", "journal.db.head"] {
            fs::copy(directory.path().join(name), to.path().join(name)).unwrap();
        }
        fs::write(to.path().join("journal.db-wal"), &log[..length]).unwrap();
        let path = to.path().join("journal.db");
        (to, path)
    };
    let (_kept, whole) = copy(log.len());
    assert_eq!(opened(&whole).await.unwrap(), head, "the copy is sound before it is cut");
    for length in (0..log.len()).step_by(log.len() / 40).chain([log.len() - 1]) {
        let (_kept, cut) = copy(length);
        match opened(&cut).await {
            Err(OpenError::Broken { broken, .. }) => {
                assert!(
                    broken.seq() <= 90 && broken.to_string().contains("the witness file saw it reach entry 90"),
                    "{broken}"
                );
            }
            other => panic!("cut to {length} of {}: {other:?}", log.len()),
        }
    }
}

#[tokio::test]
async fn a_damaged_page_is_never_taken_for_a_sound_one() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    let written = make(&path, 400).await;
    let sound = fs::read(&path).unwrap();
    let check = async |file: &[u8], what: String| {
        fs::write(&path, file).unwrap();
        let named = match SqliteJournal::open_unverified(&path).await {
            Err(error) => Err(error.to_string()),
            Ok(journal) => {
                let all = match verify(&journal, |_| {}).await {
                    Err(error) => Err(error.to_string()),
                    Ok(_) => Ok(journal.read(1, 1000).await.unwrap()),
                };
                journal.close().await;
                all
            }
        };
        match named {
            Ok(read) => assert!(read == written, "{what}: entries changed unseen"),
            Err(named) => assert!(!named.is_empty()),
        }
    };
    for length in (0..sound.len()).step_by(2048) {
        check(&sound[..length], format!("cut to {length}")).await;
    }
    for at in (0..sound.len()).step_by(509) {
        let mut file = sound.clone();
        file[at] ^= 0x41;
        check(&file, format!("byte {at} changed")).await;
        file[at & !0xfff..].iter_mut().take(4096).for_each(|byte| *byte = 0xaa);
        check(&file, format!("page of byte {at} overwritten")).await;
    }
}

#[tokio::test]
async fn a_damaged_page_names_its_entry() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    make(&path, 400).await;
    let mut file = fs::read(&path).unwrap();
    let victim = file.windows(7).position(|bytes| bytes == b"0.1.200").unwrap() & !0xfff;
    file[victim..victim + 4096].fill(0xaa);
    fs::write(&path, &file).unwrap();
    match verified(&path).await {
        Err(WholeError::Broken(broken)) => {
            assert!((150..=200).contains(&broken.seq()), "{broken}");
            assert!(broken.to_string().contains("cannot be read from storage"), "{broken}");
        }
        other => panic!("{other:?}"),
    }
}

async fn with_snapshots(path: &Path) -> Vec<Sealed> {
    let journal = SqliteJournal::open(path).await.unwrap();
    let lease = journal.acquire("a test").await.unwrap();
    let written = entries(Head::GENESIS, 30);
    journal.append(lease, Head::GENESIS, &written).await.unwrap();
    for seq in [5, 10, 20] {
        let bytes = format!("the world at {seq}").into_bytes();
        journal.snapshot(Snapshot { head: written[seq - 1].head(), version: 1, bytes }).await.unwrap();
    }
    journal.close().await;
    written
}

#[tokio::test]
async fn a_damaged_snapshot_is_passed_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("journal.db");
    with_snapshots(&path).await;
    let newest = directory.path().join("journal.db.snapshots/00000000000000000020-v1.snapshot");
    let sound = fs::read(&newest).unwrap();
    let check = async |damaged: &[u8]| {
        fs::write(&newest, damaged).unwrap();
        let journal = SqliteJournal::open(&path).await.unwrap();
        let found = journal.latest_snapshot(1).await.unwrap();
        assert_eq!(found.snapshot.unwrap().bytes, b"the world at 10");
        assert!(
            found.warnings.len() == 1 && found.warnings[0].contains("-v1.snapshot is passed over: "),
            "{:?}",
            found.warnings
        );
        journal.close().await;
    };
    for length in (0..sound.len()).step_by(11) {
        check(&sound[..length]).await;
    }
    for at in 0..sound.len() {
        let mut damaged = sound.clone();
        damaged[at] ^= 2;
        check(&damaged).await;
    }
    check(&[sound.as_slice(), b"x"].concat()).await;
}

#[tokio::test]
async fn a_snapshot_is_a_witness_and_the_tail_after_it_is_verified() {
    let check = async |statements: &str, at_open: &str, whole: &str| {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("journal.db");
        let written = with_snapshots(&path).await;
        fs::remove_file(directory.path().join("journal.db.head")).unwrap();
        assert_eq!(opened(&path).await.unwrap(), written[29].head());
        sql(&path, statements).await;
        let found = opened(&path).await.map_or_else(|error| error.to_string(), |_| "sound".to_owned());
        assert!(found.contains(at_open), "{statements}\nexpected {at_open}\nfound    {found}");
        let found = verified(&path).await.map_or_else(|error| error.to_string(), |_| "sound".to_owned());
        assert!(found.contains(whole), "{statements}\nexpected {whole}\nfound    {found}");
    };
    check("UPDATE entry SET body = x'00' WHERE seq = 25", "entry 25 was altered", "entry 25 was altered").await;
    check("UPDATE entry SET body = x'00' WHERE seq = 15", "sound", "entry 15 was altered").await;
    check(
        "UPDATE entry SET hash = zeroblob(32) WHERE seq = 20",
        "entry 20 is another one than a snapshot saw",
        "entry 20 was altered",
    )
    .await;
    check("DELETE FROM entry WHERE seq = 20", "entry 20 is missing", "entry 20 is missing: after entry 19 comes 21")
        .await;
    check(
        "DELETE FROM entry WHERE seq >= 19",
        "the journal ends at entry 18, but a snapshot saw it reach entry 20",
        "",
    )
    .await;
}
