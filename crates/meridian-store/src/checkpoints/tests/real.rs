//! The log on the file system that it is made for.

use std::os::unix::fs::PermissionsExt as _;

use super::*;
use crate::checkpoints::{frames, verify};

const MEGABYTE: Options = Options { segment_bytes: 1 << 20 };

#[test]
fn a_log_on_a_disk_is_held_by_one_and_read_by_all() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("checkpoints");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("00000000000000000007.seg.new"), b"half").unwrap();
    let mut opened = Log::open(&path, "the first", MEGABYTE).unwrap();
    assert_eq!(opened.recovered.leftovers, ["00000000000000000007.seg.new"]);
    let Err(LogError::Held { by }) = Log::open(&path, "the second", MEGABYTE) else { panic!("two write") };
    assert!(by.ends_with("(the first)"), "{by}");

    let group = |number: u64| vec![number as u8; 300_000];
    for number in 0..10 {
        opened.log.append(&group(number), 1_000, number as i64).unwrap();
        opened.log.sync().unwrap();
        let read: Vec<_> = frames(&path, Position::START).unwrap().map(|frame| frame.unwrap().blob).collect();
        assert_eq!(read, (0..=number).map(group).collect::<Vec<_>>(), "a reader sees what is durable");
    }
    opened.log.snapshots().write(&State { position: opened.log.durable(), version: 1, bytes: group(3) }).unwrap();
    let report = verify(&path).unwrap();
    assert!(report.is_whole(), "{report:?}");
    assert_eq!((report.segments, report.frames, report.events), (4, 10, 10_000));
    assert_eq!((report.blob_bytes, report.instants), (3_000_000, Some((0, 9))));
    assert_eq!(report.snapshots, [Position { frame: 10, event: 10_000 }]);
    for file in std::fs::read_dir(&path).unwrap() {
        let file = file.unwrap();
        assert_eq!(
            file.metadata().unwrap().permissions().mode() & 0o077,
            0,
            "{:?} is for its owner alone",
            file.path()
        );
    }

    drop(opened);
    let torn = path.join("00000000000000000009.seg");
    let mut bytes = std::fs::read(&torn).unwrap();
    assert_eq!(bytes.len(), 1 << 20, "the space is reserved");
    bytes[300_200..300_300].fill(9);
    std::fs::write(&torn, bytes).unwrap();
    assert!(verify(&path).unwrap().torn.is_some());
    let opened = Log::open(&path, "the third", MEGABYTE).unwrap();
    assert_eq!(opened.recovered.end, Position { frame: 10, event: 10_000 });
    let torn = opened.recovered.torn.unwrap();
    assert_eq!((torn.segment.as_str(), torn.offset), ("00000000000000000009.seg", 300_104));
    assert_eq!(verify(&path).unwrap().torn, None);
    assert_eq!(opened.log.snapshots().latest(1..=1).unwrap().state.unwrap().bytes, group(3));
}

/// A frame that is half written when it is read, and whole when the reader looks behind it, is no damage.
#[test]
fn a_log_that_is_being_written_is_read_without_a_fault() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("checkpoints");
    let mut log = Log::open(&path, "the writer", Options { segment_bytes: 4 << 20 }).unwrap().log;
    let writer = std::thread::spawn(move || {
        for number in 0..30_000 {
            log.append(&blob(number).repeat(9), 1, number as i64).unwrap();
        }
        log.sync().unwrap();
    });
    let mut most = 0;
    while !writer.is_finished() {
        let read: Result<Vec<_>, _> = frames(&path, Position::START).unwrap().collect();
        most = most.max(read.unwrap().len());
        assert!(verify(&path).unwrap().is_whole());
    }
    writer.join().unwrap();
    assert!(most > 0, "it was read while it was written");
    assert_eq!(frames(&path, Position::START).unwrap().count(), 30_000);
}

#[test]
fn a_directory_that_is_none_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("a file");
    std::fs::write(&file, b"").unwrap();
    let Err(error) = Log::open(&file, "anybody", MEGABYTE) else { panic!("a file was opened as a log") };
    assert!(error.to_string().contains("a file cannot be used"), "{error}");
    assert!(matches!(verify(&dir.path().join("none")), Err(LogError::Io { .. })));
}
