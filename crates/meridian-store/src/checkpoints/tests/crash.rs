//! Whenever the process or the power goes: what is read back is the beginning of what was appended, with all of what
//! was durable in it, and the log goes on from there.

use proptest::prelude::*;

use super::*;
use fake::{Fault, Op, dice};

/// What a log was told, and how much of it was acknowledged.
#[derive(Default, Debug)]
struct Told {
    appended: Vec<Vec<u8>>,
    durable: usize,
}

/// Does it all until something fails.
fn live(disk: &Fake, steps: &[Do]) -> Told {
    let mut told = Told::default();
    let Ok(mut opened) = open(disk) else { return told };
    for step in steps {
        let done = step.to(&mut opened.log);
        if let (Ok(()), Do::Append(number)) = (&done, step) {
            told.appended.push(blob(*number));
        }
        told.durable = opened.log.durable().frame as usize;
        if done.is_err() {
            break;
        }
    }
    told
}

/// Opens what a crash left, and says what it was if anything is wrong with it.
fn check(image: &Fake, told: &Told) -> Result<(), String> {
    let mut opened = open(image).map_err(|e| format!("it doesn't open: {e}"))?;
    let end = opened.recovered.end.frame as usize;
    if end < told.durable || end > told.appended.len() + 1 {
        return Err(format!("it ends at {end}, of {told:?}"));
    }
    let passed_over = opened.log.snapshots().latest(1..=1).map_err(|e| e.to_string())?.passed_over;
    if !passed_over.is_empty() {
        return Err(format!("a snapshot got its name before it was durable: {passed_over:?}"));
    }
    let number = 1_000 + end as u64;
    opened
        .log
        .append(&blob(number), 1, 0)
        .and_then(|_| opened.log.sync())
        .map_err(|e| format!("it stays shut: {e}"))?;
    drop(opened);
    // From here on nothing may depend on what was never synced.
    let image = image.after_power_loss(end as u64);
    open(&image).map_err(|e| format!("it doesn't open again: {e}"))?;
    let frames: Vec<_> = reading(&image).and_then(Iterator::collect).map_err(|e| format!("it can't be read: {e}"))?;
    let Some((last, before)) = frames.split_last() else { return Err("it is empty".into()) };
    if last.blob != blob(number) || last.position.frame as usize != end {
        return Err(format!("its last group is {last:?}"));
    }
    for frame in before {
        // The one under way when the disk died was never said to be appended, and may be there.
        let known = told.appended.get(frame.position.frame as usize).cloned();
        if frame.blob != known.unwrap_or_else(|| blob(frame.position.frame)) {
            return Err(format!("{frame:?} was never appended"));
        }
    }
    Ok(())
}

#[test]
fn a_crash_at_any_byte_leaves_a_beginning_with_all_that_was_durable() {
    for bytes in 0.. {
        let disk = Fake::default();
        disk.dies_after(bytes);
        let told = live(&disk, &life());
        let whole = told.durable == 12;
        check(&disk.copy(), &told).unwrap_or_else(|why| panic!("killed after {bytes} bytes: {why}"));
        for seed in 0..4 {
            let image = disk.after_power_loss(seed * 1_000_003 + bytes);
            check(&image, &told).unwrap_or_else(|why| panic!("no power after {bytes} bytes, seed {seed}: {why}"));
        }
        if whole {
            assert!(bytes > 1_000, "the life of the log was as long as it should be");
            return;
        }
    }
}

#[test]
fn a_crash_while_what_a_crash_left_is_opened_changes_nothing() {
    let disk = Fake::default();
    disk.dies_after(900);
    let told = live(&disk, &life());
    assert!(told.durable > 3, "{told:?}");
    for bytes in 0..300 {
        for seed in 0..8 {
            let image = disk.after_power_loss(seed);
            image.dies_after(bytes);
            let _ = open(&image);
            image.well_again();
            let image = image.after_power_loss(seed + bytes);
            check(&image, &told).unwrap_or_else(|why| panic!("a second crash after {bytes} bytes, seed {seed}: {why}"));
        }
    }
}

#[test]
fn a_group_whose_sync_failed_is_whole_or_gone_after_a_new_start() {
    for after in 0..14 {
        let disk = Fake::default();
        disk.fault(Fault { on: Op::Sync, after, error: std::io::ErrorKind::Other });
        let told = live(&disk, &life());
        // The process starts anew on a system that still shows the bytes, and takes the next group.
        check(&disk, &told).unwrap_or_else(|why| panic!("sync {after}: {why}"));
    }
}

fn op() -> impl Strategy<Value = Op> {
    use Op::*;
    prop::sample::select(vec![Create, Rename, Remove, SyncNames, Write, Reserve, Cut, Sync])
}

fn step() -> impl Strategy<Value = Do> {
    prop_oneof![
        4 => Just(Do::Append(0)),
        4 => Just(Do::Sync),
        1 => Just(Do::Snapshot),
        1 => (0u64..600).prop_map(Do::Retain),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The caller goes on after each failure that lets it, as a server does.
    #[test]
    fn no_failure_of_the_disk_costs_what_was_durable(
        steps in prop::collection::vec(step(), 1..60),
        faults in prop::collection::vec((op(), 0u32..20, any::<bool>()), 0..5),
        short in prop::option::of(1usize..30),
        mut seed in any::<u64>(),
    ) {
        let disk = Fake::default();
        let (mut opened, mut told) = (open(&disk).unwrap(), Told::default());
        for (on, after, full) in faults {
            let error = if full { std::io::ErrorKind::StorageFull } else { std::io::ErrorKind::Other };
            disk.fault(Fault { on, after, error });
        }
        if let Some(short) = short {
            disk.writes_at_most(short);
        }
        for step in steps {
            let number = told.appended.len() as u64;
            let step = if matches!(step, Do::Append(_)) { Do::Append(number) } else { step };
            let done = step.to(&mut opened.log);
            if matches!(step, Do::Append(_)) && done.is_ok() {
                told.appended.push(blob(number));
            }
            let end = opened.log.end().frame as usize;
            prop_assert_eq!(end, told.appended.len(), "{:?} came to {:?}", step, done);
            told.durable = opened.log.durable().frame as usize;
            if matches!(done, Err(LogError::Failed { .. })) {
                disk.well_again();
                let (append, sync) = (opened.log.append(b"", 0, 0).is_err(), opened.log.sync().is_err());
                prop_assert!(append && sync, "after a failed sync it takes nothing");
                break;
            }
        }
        disk.well_again();
        let image = if dice(&mut seed).is_multiple_of(2) { disk.copy() } else { disk.after_power_loss(seed) };
        prop_assert_eq!(check(&image, &told), Ok(()));
    }
}
