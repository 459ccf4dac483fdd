//! Whatever byte of a log changes, it is named, or it is provably the torn end, or nothing that is read changes.

use super::*;
use crate::checkpoints::verify::verify_on;

fn lived() -> Fake {
    let disk = Fake::default();
    let mut opened = open(&disk).unwrap();
    life().into_iter().for_each(|step| step.to(&mut opened.log).unwrap());
    drop(opened);
    disk
}

/// What became of an altered log.
#[derive(Debug, PartialEq, Eq)]
enum Outcome {
    Same,
    Torn,
    Named,
}

fn outcome(disk: &Fake, whole: &[Vec<u8>]) -> Outcome {
    let report = verify_on(&(Arc::new(disk.clone()) as Arc<dyn Disk>));
    let read = (|| {
        let mut frames = reading(disk)?;
        let blobs: Vec<_> = frames.by_ref().map(|frame| Ok(frame?.blob)).collect::<Result<_, LogError>>()?;
        Ok::<_, LogError>((blobs, frames.torn().is_some()))
    })();
    let opened = open(disk).and_then(|opened| {
        let first = super::super::segment::segments(opened.log.disk.as_ref())?[0];
        let event = super::super::segment::Segment::open(opened.log.disk.as_ref(), first)?.header.first.event;
        let frames = opened.log.read(Position { frame: first, event })?;
        let blobs: Vec<_> = frames.map(|frame| Ok(frame?.blob)).collect::<Result<_, LogError>>()?;
        Ok((blobs, opened.recovered.torn.is_some()))
    });
    let report = report.unwrap();
    match (read, opened) {
        (Ok((read, torn)), Ok((opened, cut))) => {
            assert_eq!(report.damage, [], "verification finds no more than a start does");
            assert_eq!((&read, torn), (&opened, cut), "who reads and who writes see the same");
            assert_eq!(report.torn.is_some(), torn);
            assert!(whole.starts_with(&read), "{read:?} was never appended");
            assert!(torn || read.len() == whole.len(), "something is missing in silence");
            if torn && read.len() < whole.len() { Outcome::Torn } else { Outcome::Same }
        }
        (read, opened) => {
            for error in [read.err(), opened.err()].into_iter().flatten() {
                let named = matches!(error, LogError::Damaged(_) | LogError::Gone { .. });
                assert!(named, "{error:?}");
            }
            assert_ne!(report.damage, [], "verification finds what a start finds");
            Outcome::Named
        }
    }
}

fn blobs(disk: &Fake) -> Vec<Vec<u8>> {
    reading(disk).unwrap().map(|frame| frame.unwrap().blob).collect()
}

#[test]
fn no_flipped_byte_goes_unseen() {
    let (disk, mut torn) = (lived(), 0);
    let whole = blobs(&disk);
    assert!(whole.len() > 5, "{whole:?}");
    for without_end in [false, true] {
        let disk = disk.copy();
        if without_end {
            disk.remove("end").unwrap();
        }
        for name in disk.names().unwrap() {
            for at in 0..disk.bytes(&name).len() {
                for mask in [0x01, 0x80, 0xff] {
                    let altered = disk.copy();
                    altered.edit(&name, |bytes| bytes[at] ^= mask);
                    let outcome = outcome(&altered, &whole);
                    let place = format!("{name}, byte {at}, mask {mask:02x}");
                    torn += u32::from(outcome == Outcome::Torn);
                    // What was durable is a torn end only for one who does not know how far the log reached.
                    assert!(without_end || outcome != Outcome::Torn, "{place}");
                    assert!(name.ends_with(".seg") || outcome == Outcome::Same, "{place}");
                }
            }
        }
    }
    assert!(torn > 10, "the end of a log that nobody remembers is taken for torn, and that is said");
}

#[test]
fn no_lost_end_and_no_lost_file_goes_unseen() {
    let disk = lived();
    let whole = blobs(&disk);
    let oldest = disk.names().unwrap().into_iter().find(|name| name.ends_with(".seg")).unwrap();
    for name in disk.names().unwrap() {
        let altered = disk.copy();
        altered.remove(&name).unwrap();
        let expected = if name.ends_with(".seg") { Outcome::Named } else { Outcome::Same };
        // The oldest is covered by snapshots, as those before it were: that it is gone looks as if it was let go of.
        if name != oldest {
            assert_eq!(outcome(&altered, &whole), expected, "without {name}");
        }
        if !name.ends_with(".seg") {
            continue;
        }
        // Of the newest segment only the reserved space may go.
        let newest = !disk.names().unwrap().iter().any(|other| other.ends_with(".seg") && *other > name);
        let bytes = disk.bytes(&name);
        let used = bytes.iter().rposition(|byte| *byte != 0).unwrap() + 1;
        for length in 0..bytes.len() {
            let altered = disk.copy();
            altered.edit(&name, |bytes| bytes.truncate(length));
            let expected = if newest && length >= used.next_multiple_of(8) { Outcome::Same } else { Outcome::Named };
            assert_eq!(outcome(&altered, &whole), expected, "{name} cut to {length} of {used} bytes");
        }
    }
}

#[test]
fn damage_is_named_with_its_place_and_nothing_is_changed() {
    let disk = lived();
    let name = disk.names().unwrap().into_iter().rfind(|name| name.ends_with(".seg")).unwrap();
    disk.edit(&name, |bytes| bytes[64 + 50] ^= 1);
    let before = disk.bytes(&name);
    let Err(LogError::Damaged(damage)) = open(&disk) else { panic!("a damaged log was opened") };
    assert_eq!((&damage.file, damage.offset), (&name, 64));
    assert!(damage.found.starts_with("checksum "), "{damage}");
    assert_eq!(disk.bytes(&name), before);
}

#[test]
fn what_is_bad_is_no_torn_end_when_something_sound_is_behind_it() {
    let disk = Fake::default();
    let mut log = open(&disk).unwrap().log;
    [Do::Append(0), Do::Append(1), Do::Sync].into_iter().for_each(|step| step.to(&mut log).unwrap());
    // Nobody remembers how far the log reached.
    disk.remove("end").unwrap();
    for (at, what) in [(64, "its mark"), (72, "its length"), (80, "its number"), (104, "its content")] {
        let altered = disk.copy();
        altered.edit("00000000000000000000.seg", |bytes| bytes[at] ^= 0x20);
        let Err(LogError::Damaged(damage)) = open(&altered) else { panic!("{what} was cut off") };
        assert!(
            damage.found.ends_with("it is no torn end: frame 1 (event 0) is sound behind it, at byte 112"),
            "{damage}"
        );
    }
}
