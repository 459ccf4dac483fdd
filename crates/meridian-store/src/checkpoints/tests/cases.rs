//! What each question to the log is answered.

use std::io::ErrorKind;

use super::*;
use crate::checkpoints::{BLOB_BYTES_MAX, Frame, Retained, segment::segments, verify::verify_on};
use fake::{Fault, Op};

fn fill(log: &mut Log, numbers: std::ops::Range<u64>) {
    for number in numbers {
        Do::Append(number).to(log).unwrap();
    }
    log.sync().unwrap();
}

#[test]
fn what_was_appended_is_read_back() {
    let cases: Vec<(&str, Vec<u8>, u32, i64)> = vec![
        ("nothing in it", vec![], 0, 0),
        ("zeros", vec![0; 100], 1, -1),
        ("larger than a segment", vec![7; 5_000], 10_000, i64::MAX),
        ("after a large one", vec![1], u32::MAX, i64::MIN),
        ("what looks like a frame", b"mfrmmfrmmfrmmfrmmfrmmfrm".to_vec(), 3, 1_770_000_000_000_000_000),
        ("a multiple of eight", vec![9; 64], 2, 5),
    ];
    let disk = Fake::default();
    let mut log = open(&disk).unwrap().log;
    let mut wanted = Vec::new();
    for (what, blob, events, at) in cases {
        let position = log.append(&blob, events, at).unwrap();
        let frame = Frame { position, events, at, blob };
        assert_eq!(log.end(), frame.next(), "{what}");
        assert_eq!(log.durable(), position, "{what}: only what came before it is durable");
        wanted.push(frame);
    }
    log.sync().unwrap();
    assert_eq!(log.durable(), log.end());
    let read = |log: &Log, from| log.read(from).unwrap().collect::<Result<Vec<_>, _>>().unwrap();
    assert_eq!(read(&log, Position::START), wanted);
    drop(log);
    let opened = open(&disk).unwrap();
    assert_eq!((opened.recovered.torn, opened.recovered.end), (None, wanted.last().unwrap().next()));
    for (at, frame) in wanted.iter().enumerate() {
        assert_eq!(read(&opened.log, frame.position), wanted[at..], "from {}", frame.position);
    }
    assert_eq!(read(&opened.log, opened.log.end()), []);
}

#[test]
fn a_place_that_is_not_there_is_refused() {
    let disk = Fake::default();
    let mut log = open(&disk).unwrap().log;
    fill(&mut log, 0..10);
    Do::Snapshot.to(&mut log).unwrap();
    fill(&mut log, 10..12);
    Do::Snapshot.to(&mut log).unwrap();
    Do::Retain(0).to(&mut log).unwrap();
    let first = segments(&disk).unwrap()[0];
    assert!(first > 0, "something was let go of");
    let asked = |frame, event| log.read(Position { frame, event }).err().map(|error| error.to_string());
    let events = |until: u64| (0..until).map(|number| number % 5).sum::<u64>();
    let cases = [
        (asked(12, events(12)), None),
        (asked(13, events(12)), Some("the checkpoint log has no frame 13 (event 21)")),
        (asked(11, 3), Some("the checkpoint log has no frame 11 (event 3); the nearest is frame 11 (event 20)")),
        (asked(0, 0), Some("frame 0 (event 0) is no longer kept; the log begins at frame")),
    ];
    for (found, wanted) in cases {
        assert_eq!(found.is_some(), wanted.is_some(), "{found:?}");
        assert!(found.unwrap_or_default().starts_with(wanted.unwrap_or_default()));
    }
}

#[test]
fn what_a_full_or_failing_disk_refuses_can_be_tried_again() {
    let cases = [
        (Op::Write, ErrorKind::StorageFull, "no space left: "),
        (Op::Write, ErrorKind::Other, "frame 1"),
        (Op::Create, ErrorKind::StorageFull, "no space left: no new segment"),
        (Op::Reserve, ErrorKind::StorageFull, "no space left: "),
        (Op::Reserve, ErrorKind::QuotaExceeded, "no space left: "),
        (Op::Cut, ErrorKind::Other, ""),
    ];
    for (on, error, says) in cases {
        // Some of them land on a group that begins a segment, some on a group that does not.
        let mut said = false;
        for filled in 10..14 {
            let disk = Fake::default();
            let mut log = open(&disk).unwrap().log;
            fill(&mut log, 0..filled);
            disk.writes_at_most(10);
            disk.fault(Fault { on, after: if on == Op::Write { 5 } else { 0 }, error });
            let Err(failed) = Do::Append(filled).to(&mut log) else { continue };
            said |= failed.to_string().starts_with(says);
            disk.well_again();
            // As short as can be, so that what a longer one left behind would be seen.
            log.append(b"", 0, 0).and_then(|_| log.sync()).unwrap();
            drop(log);
            let blobs: Vec<_> = reading(&disk).unwrap().map(|frame| frame.unwrap().blob).collect();
            assert_eq!(blobs, (0..filled).map(blob).chain([vec![]]).collect::<Vec<_>>(), "{on:?} {error:?}");
            let mut opened = open(&disk).unwrap();
            assert_eq!(opened.recovered.torn, None, "{on:?} {error:?}");
            fill(&mut opened.log, filled..filled + 3);
        }
        assert!(said, "{on:?} {error:?}");
    }
}

#[test]
fn after_a_failed_sync_the_log_takes_nothing_more() {
    let disk = Fake::default();
    let mut log = open(&disk).unwrap().log;
    fill(&mut log, 0..1);
    let before = log.durable();
    disk.fault(Fault { on: Op::Sync, after: 0, error: ErrorKind::Other });
    Do::Append(1).to(&mut log).unwrap();
    for _ in 0..2 {
        let why = log.sync().unwrap_err();
        assert!(why.to_string().starts_with("the checkpoint log takes nothing more: 0"), "{why}");
        assert!(matches!(Do::Append(3).to(&mut log), Err(LogError::Failed { .. })));
    }
    assert_eq!(log.durable(), before, "nobody is told that it is durable");
    assert_eq!(log.read(Position::START).unwrap().count(), 1, "and nobody reads it");
}

#[test]
fn a_group_that_is_too_large_is_refused() {
    let mut log = open(&Fake::default()).unwrap().log;
    let refused = log.append(&vec![0; BLOB_BYTES_MAX + 1], 1, 0).unwrap_err();
    assert_eq!(refused.to_string(), "a group of 67108865 bytes is larger than 67108864 bytes");
    assert_eq!(log.end(), Position::START);
}

#[test]
fn a_log_of_a_newer_release_or_of_another_log_is_not_read() {
    let disk = Fake::default();
    let mut log = open(&disk).unwrap().log;
    fill(&mut log, 0..8);
    let other = Fake::default();
    let mut second = open(&other).unwrap().log;
    for number in 0..8 {
        second.append(&blob(number), number as u32 % 5, 77).unwrap();
    }
    second.sync().unwrap();
    let name = disk.names().unwrap().into_iter().filter(|name| name.ends_with(".seg")).nth(1).unwrap();

    let mixed = disk.copy();
    mixed.edit(&name, |bytes| *bytes = other.bytes(&name));
    let read: Result<Vec<_>, _> = reading(&mixed).unwrap().collect();
    let Err(LogError::Damaged(damage)) = read else { panic!("{read:?}") };
    assert_eq!((damage.file, damage.offset), (name.clone(), 12), "the checksum of the frame before it");

    disk.edit(&name, |bytes| {
        bytes[8] = 2;
        let checksum = crc32fast::hash(&bytes[..60]);
        bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
    });
    let Err(newer) = open(&disk) else { panic!("it was opened") };
    assert_eq!(newer.to_string(), format!("{name} has format 2; this release knows formats up to 1"));
}

#[test]
fn the_newest_sound_snapshot_is_found() {
    let disk = Fake::default();
    let mut log = open(&disk).unwrap().log;
    for until in [2, 4, 6] {
        fill(&mut log, until - 2..until);
        Do::Snapshot.to(&mut log).unwrap();
    }
    let ahead = State { position: Position { frame: 7, event: 0 }, version: 1, bytes: vec![] };
    assert!(matches!(log.snapshots().write(&ahead), Err(LogError::NoSuchPosition { .. })));
    let kept: Vec<_> = disk.names().unwrap().into_iter().filter(|name| name.ends_with(".snap")).collect();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let latest = |versions| log.snapshots().latest(versions).unwrap();
    assert_eq!(latest(0..=1).state.unwrap().bytes, blob(6));
    assert_eq!(latest(2..=3).state, None);
    disk.edit(&kept[1], |bytes| bytes[45] ^= 1);
    let found = latest(1..=1);
    assert_eq!(found.state.as_ref().unwrap().position.frame, 4);
    assert!(found.passed_over[0].starts_with(&format!("{} is damaged: its checksum should be ", kept[1])), "{found:?}");

    // One that could not be written leaves nothing behind, and the log goes on.
    disk.fault(Fault { on: Op::Write, after: 0, error: ErrorKind::StorageFull });
    fill_after_fault(&mut log, &disk);
}

fn fill_after_fault(log: &mut Log, disk: &Fake) {
    assert!(matches!(Do::Snapshot.to(log), Err(LogError::DiskFull { .. })));
    assert!(!disk.names().unwrap().iter().any(|name| name.ends_with(".new")));
    fill(log, 6..7);
}

#[test]
fn only_what_snapshots_cover_is_let_go_of() {
    let everything = Keep { since: Some(i64::MAX), bytes: Some(0) };
    // Snapshots at, what is kept; the first frame that is left.
    let cases: [(&[u64], Keep, &str); 7] = [
        (&[], everything, "held"),
        (&[12], everything, "held"),
        (&[6, 20], everything, "some"),
        (&[20, 20], everything, "held"),
        (&[19, 20], everything, "newest only"),
        (&[19, 20], Keep::default(), "all"),
        (&[19, 20], Keep { since: Some(10), bytes: None }, "since 10"),
    ];
    for (snapshots, keep, wanted) in cases {
        let disk = Fake::default();
        let mut log = open(&disk).unwrap().log;
        for number in 0..20 {
            fill(&mut log, number..number + 1);
            if snapshots.contains(&(number + 1)) {
                Do::Snapshot.to(&mut log).unwrap();
            }
        }
        let before = segments(&disk).unwrap();
        let retained = log.retain(keep).unwrap();
        let left = segments(&disk).unwrap();
        assert_eq!(retained.removed as usize, before.len() - left.len());
        let case = format!("{snapshots:?} {keep:?}: {before:?} became {left:?}, {retained:?}");
        match wanted {
            "held" => assert!(left == before && retained.held > 0, "{case}"),
            "all" => assert_eq!((left, retained), (before, Retained::default()), "{case}"),
            "some" => assert!(left[0] <= 6 && left[0] > 0 && retained.held > 0, "{case}"),
            "newest only" => assert_eq!((left.len(), retained.held), (1, 0), "{case}"),
            // Group 10 has instant 10; the segment with it stays, whole.
            _ => assert!(left[0] <= 10 && left[1] > 10, "{case}"),
        }
        let report = verify_on(&(Arc::new(disk.clone()) as Arc<dyn Disk>)).unwrap();
        assert!(report.is_whole(), "{report:?}");
        assert_eq!(report.end.frame, 20);
        drop(log);
        assert_eq!(open(&disk).unwrap().recovered.end.frame, 20);
    }
}

#[test]
fn an_error_says_what_to_do() {
    let io = || std::io::Error::other("the cable is out");
    let damage = |file: &str| {
        let (expected, found) = ("frame 3".into(), "no frame".into());
        LogError::Damaged(crate::checkpoints::Damage { file: file.into(), offset: 64, expected, found })
    };
    let (asked, first) = (Position::START, Position { frame: 9, event: 90 });
    let cases = [
        (LogError::Held { by: "process 7".into() }, "written by process 7", "stop the other"),
        (damage("0.seg"), "0.seg is damaged at byte 64: expected frame 3, found no frame", "restore the latest backup"),
        (damage("end"), "end is damaged at byte 64", "move the file `end` away"),
        (LogError::Gone { asked, first }, "frame 0 (event 0) is no longer kept", "newest snapshot"),
        (
            LogError::Io { what: "0.seg cannot be read".into(), source: io() },
            "0.seg cannot be read: the cable",
            "cause",
        ),
    ];
    for (error, says, hint) in cases {
        assert!(error.to_string().contains(says), "{error}");
        assert!(error.hint().contains(hint), "{}", error.hint());
    }
}
