//! `meridian chain log verify | dump`: what is asked of a checkpoint log on its own, also while a server writes it.
//!
//! It opens files to read and repairs nothing. Dumped lines are the form that the intake and `chain audit` read; only
//! the digests are other ones, for the log keeps 16 bytes of each.

use std::{
    fmt::Write as _,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use meridian_core::chain::{
    Checkpoint, Record,
    wire::{block::Records, group},
};
use meridian_store::checkpoints::{Frame, LogReport, Position, frames, verify};
use serde_json::{Map, Value, json};

use crate::ui::shell::thousands;

#[derive(Debug, clap::Subcommand)]
pub enum LogCommand {
    /// Prove that the checkpoint log is whole: every group, every record, every snapshot.
    ///
    /// Exit code 1 if something is damaged or missing, with the file and the byte.
    #[command(
        after_help = "Examples:\n  meridian chain log verify --data data\n  meridian chain log verify --json | jq .end"
    )]
    Verify {
        /// The directory with the server's data.
        #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        /// Print JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print the records as NDJSON, in the order in which they became durable.
    #[command(
        after_help = "Examples:\n  meridian chain log dump --data data > wires.ndjson\n  meridian chain log dump --data data --blocks > wires.blocks\n  meridian chain log dump | meridian chain audit --estate estate -"
    )]
    Dump {
        /// The directory with the server's data.
        #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, env = "MERIDIAN_DATA", default_value = "data")]
        data: PathBuf,
        /// Begin with this group; the first is 0.
        #[arg(long, value_name = "GROUP", default_value_t = 0)]
        from: u64,
        /// Print blocks, each with its length before it, and not lines: a tenth of the bytes, and read faster.
        #[arg(long, conflicts_with = "ticks")]
        blocks: bool,
        /// Print the ticks of the house's clock, too: `{"tick":"2026-11-23T18:30:00Z"}`.
        #[arg(long)]
        ticks: bool,
    },
}

pub fn run(command: &LogCommand) -> Result<String, String> {
    match command {
        LogCommand::Verify { data, json } => verified(&directory(data)?, *json),
        LogCommand::Dump { data, from, ticks, blocks } => {
            let mut out = BufWriter::with_capacity(1 << 16, io::stdout());
            let dumped = dump(
                &directory(data)?,
                *from,
                if *blocks { Form::Blocks } else { Form::Lines { ticks: *ticks } },
                &mut out,
            )
            .and_then(|()| flushed(&mut out));
            dumped.map(|()| String::new())
        }
    }
}

fn directory(data: &Path) -> Result<PathBuf, String> {
    let directory = data.join("checkpoints");
    match directory.is_dir() {
        true => Ok(directory),
        false => Err(format!(
            "{} does not exist: no checkpoint was ever sent to this server, or --data names another directory",
            directory.display()
        )),
    }
}

/// What the log's own checks can't know: whether each group holds records.
fn unreadable(directory: &Path, from: Position) -> Result<Vec<String>, String> {
    let mut wrong = Vec::new();
    for frame in frames(directory, from).map_err(|error| error.to_string())? {
        // What the frames themselves have wrong stands in the report already.
        let Ok(frame) = frame else { break };
        if let Err(why) = each(&frame, &mut |_| Ok(())) {
            wrong.push(format!("{}: {why}", frame.position));
        }
    }
    Ok(wrong)
}

fn verified(directory: &Path, json: bool) -> Result<String, String> {
    let report = verify(directory).map_err(|error| format!("{error}; {}", error.hint()))?;
    let mut wrong: Vec<String> = report.damage.iter().map(ToString::to_string).collect();
    wrong.extend(report.bad_snapshots.iter().cloned());
    if report.damage.is_empty() {
        wrong.extend(unreadable(directory, report.first)?);
    }
    let text = if json { as_json(&report, &wrong) } else { told(directory, &report, &wrong) };
    if wrong.is_empty() { Ok(text) } else { Err(text) }
}

fn instant(nanos: i64) -> String {
    Timestamp::from_nanosecond(nanos.into()).map_or_else(|_| nanos.to_string(), |at| at.to_string())
}

fn as_json(report: &LogReport, wrong: &[String]) -> String {
    let place = |at: &Position| json!({ "group": at.frame, "record": at.event });
    json!({
        "sound": wrong.is_empty(),
        "segments": report.segments,
        "groups": report.frames,
        "records": report.events,
        "bytes": report.blob_bytes,
        "first": place(&report.first),
        "end": place(&report.end),
        "from": report.instants.map(|(from, _)| instant(from)),
        "until": report.instants.map(|(_, until)| instant(until)),
        "torn": report.torn.as_ref().map(|torn| json!({ "segment": torn.segment, "offset": torn.offset })),
        "snapshots": report.snapshots.iter().map(place).collect::<Vec<Value>>(),
        "wrong": wrong,
    })
    .to_string()
}

fn told(directory: &Path, report: &LogReport, wrong: &[String]) -> String {
    let n = |count: u64| thousands(usize::try_from(count).unwrap_or(usize::MAX));
    let state = if wrong.is_empty() { "is sound" } else { "is damaged" };
    let mut text = format!(
        "{} {state}: {} records in {} groups, {} segments, {} snapshots.\n",
        directory.display(),
        n(report.events),
        n(report.frames),
        n(report.segments),
        report.snapshots.len()
    );
    if let Some((from, until)) = report.instants {
        let each = report.blob_bytes.checked_div(report.events).unwrap_or(0);
        let _ = writeln!(text, "groups begin from {} to {}; {each} bytes a record", instant(from), instant(until));
    }
    if let Some(torn) = &report.torn {
        let (segment, offset) = (&torn.segment, torn.offset);
        let _ = writeln!(
            text,
            "{segment} ends at byte {offset} in a group that nobody was told of: the next start cuts it off"
        );
    }
    for why in wrong {
        let _ = writeln!(text, "{why}");
    }
    text
}

fn flushed(out: &mut impl io::Write) -> Result<(), String> {
    seen_enough(out.flush()).map(drop)
}

/// Whoever reads may have seen enough, e.g. `head`: then there is nothing more to do.
fn seen_enough(written: io::Result<()>) -> Result<bool, String> {
    match written {
        Ok(()) => Ok(false),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        Err(error) => Err(format!("the records can't be written: {error}")),
    }
}

/// What is printed.
#[derive(Clone, Copy)]
enum Form {
    Lines { ticks: bool },
    Blocks,
}

fn dump(directory: &Path, from: u64, form: Form, out: &mut impl io::Write) -> Result<(), String> {
    let report = verify(directory).map_err(|error| format!("{error}; {}", error.hint()))?;
    let begin = Position { frame: from.max(report.first.frame), ..report.first };
    // The number of the first record of a group is known only by reading up to it.
    for frame in frames(directory, report.first).map_err(|error| format!("{error}; {}", error.hint()))? {
        let frame = frame.map_err(|error| format!("{error}; {}", error.hint()))?;
        if frame.position.frame < begin.frame {
            continue;
        }
        let Form::Lines { ticks } = form else {
            // A frame of the log is such blocks.
            match seen_enough(out.write_all(&frame.blob))? {
                true => break,
                false => continue,
            }
        };
        let mut enough = false;
        each(&frame, &mut |record| {
            if let Some(line) = line(record, ticks).filter(|_| !enough) {
                enough = seen_enough(writeln!(out, "{line}"))?;
            }
            Ok(())
        })
        .map_err(|why| format!("{}: {why}", frame.position))?;
        if enough {
            break;
        }
    }
    Ok(())
}

fn each(frame: &Frame, take: &mut dyn FnMut(&Record<'_>) -> Result<(), String>) -> Result<(), String> {
    for block in group::blocks(&frame.blob) {
        for record in Records::new(block.map_err(|why| why.to_string())?).map_err(|why| why.to_string())? {
            take(&record.map_err(|why| why.to_string())?)?;
        }
    }
    Ok(())
}

/// None: it is a tick, and these are not wanted.
fn line(record: &Record<'_>, ticks: bool) -> Option<Value> {
    match record {
        Record::Checkpoint(point) => Some(Value::Object(checkpoint(point))),
        Record::Heartbeat(beat) => Some(json!({
            "reporter": beat.reporter, "epoch": beat.epoch, "through": beat.through, "at": instant(beat.at),
        })),
        Record::Tick { now } => ticks.then(|| json!({ "tick": instant(*now) })),
    }
}

fn checkpoint(point: &Checkpoint<'_>) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.to_owned(), value);
        }
    };
    let hex = |digest: &[u8]| digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    put("chain", Some(json!(point.chain)));
    put("lane", point.lane.as_ref().map(|lane| json!(lane)));
    put("seq", point.seq.map(|seq| json!(seq)));
    put("id", Some(json!(point.id)));
    put("hop", Some(json!(point.hop)));
    put("at", Some(json!(instant(point.at))));
    put("digest", point.digest.map(|digest| json!(hex(&digest.0))));
    put("amount", point.amount.map(|amount| json!(amount.to_string())));
    put("currency", point.currency.as_ref().map(|currency| json!(currency)));
    put("attempt", point.attempt.map(|attempt| json!(attempt)));
    put("possdup", point.possdup.then_some(json!(true)));
    put("outcome", point.outcome.map(|outcome| json!(outcome)));
    put("reporter", point.reporter.as_ref().map(|reporter| json!(reporter)));
    put("epoch", point.epoch.map(|epoch| json!(epoch)));
    put("n", point.n.map(|n| json!(n)));
    fields
}

#[cfg(test)]
mod tests {
    use meridian_core::chain::{
        Amount, Digest, Heartbeat, Outcome,
        wire::{block::encode_block, json},
    };
    use meridian_store::checkpoints::{Log, Options};

    use super::*;

    fn records() -> Vec<Record<'static>> {
        let plain = Checkpoint { chain: "out".into(), id: "M\"1\\".into(), hop: "app".into(), ..Checkpoint::default() };
        let whole = Checkpoint {
            lane: Some("A".into()),
            seq: Some(u64::MAX),
            at: 1_795_402_681_123_456_789,
            digest: Some(Digest::of("body")),
            amount: "-1250000.000000001".parse::<Amount>().ok(),
            currency: Some("USD".into()),
            attempt: Some(2),
            possdup: true,
            outcome: Some(Outcome::Rejected),
            reporter: Some("tap".into()),
            epoch: Some(7),
            n: Some(1),
            ..plain.clone()
        };
        let beat = Heartbeat { reporter: "tap".into(), epoch: 7, through: 1, at: -1 };
        vec![Record::Checkpoint(plain), Record::Checkpoint(whole), Record::Heartbeat(beat)]
    }

    fn written(directory: &Path) {
        let mut log = Log::open(directory, "test", Options { segment_bytes: 1 << 16 }).unwrap().log;
        for records in [vec![Record::Tick { now: 5 }], records()] {
            let mut frame = Vec::new();
            group::push(&mut frame, &encode_block(&records).unwrap());
            log.append(&frame, records.len() as u32, 5).unwrap();
        }
        log.sync().unwrap();
    }

    #[test]
    fn what_is_dumped_is_read_again_as_it_was() {
        let data = tempfile::tempdir().unwrap();
        let directory = data.path().join("checkpoints");
        written(&directory);
        let dumped = |from: u64, ticks: bool| {
            let mut out = Vec::new();
            dump(&directory, from, Form::Lines { ticks }, &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let all = dumped(0, false);
        let read = json::read(all.as_bytes());
        assert_eq!(read.refused, []);
        let digest = |record: &Record<'static>| match record {
            // The log keeps no text of a digest.
            Record::Checkpoint(point) => Record::Checkpoint(Checkpoint {
                digest: point
                    .digest
                    .map(|digest| Digest::of(&digest.0.iter().map(|byte| format!("{byte:02x}")).collect::<String>())),
                ..point.clone()
            }),
            other => other.clone(),
        };
        let found: Vec<Record<'_>> = read.records.into_iter().map(|(_, record)| record).collect();
        assert_eq!(found, records().iter().map(digest).collect::<Vec<_>>());
        assert_eq!(dumped(1, false), all);
        assert_eq!(dumped(0, true), format!("{{\"tick\":\"1970-01-01T00:00:00.000000005Z\"}}\n{all}"));
        assert_eq!(dumped(9, true), "");
        assert!(
            run(&LogCommand::Dump { data: directory.clone(), from: 0, ticks: false, blocks: false })
                .unwrap_err()
                .contains("was ever sent")
        );
        let mut blocks = Vec::new();
        dump(&directory, 1, Form::Blocks, &mut blocks).unwrap();
        let blocks: Vec<_> = group::blocks(&blocks).collect::<Result<_, _>>().unwrap();
        assert_eq!(blocks, [encode_block(&records()).unwrap()]);
    }

    #[test]
    fn a_sound_log_and_a_damaged_one() {
        let data = tempfile::tempdir().unwrap();
        let directory = data.path().join("checkpoints");
        written(&directory);
        let verify = |json| run(&LogCommand::Verify { data: data.path().to_owned(), json });
        let text = verify(false).unwrap();
        assert!(text.contains("is sound: 4 records in 2 groups, 1 segments, 0 snapshots."), "{text}");
        let report: Value = serde_json::from_str(&verify(true).unwrap()).unwrap();
        assert_eq!((&report["sound"], &report["end"]["record"]), (&json!(true), &json!(4)));
        let segment = directory.join("00000000000000000000.seg");
        let mut bytes = std::fs::read(&segment).unwrap();
        bytes[150] ^= 1;
        std::fs::write(&segment, bytes).unwrap();
        let why = verify(false).unwrap_err();
        assert!(why.contains("is damaged") && why.contains("00000000000000000000.seg is damaged at byte"), "{why}");
        assert_eq!(serde_json::from_str::<Value>(&verify(true).unwrap_err()).unwrap()["sound"], json!(false));
    }

    #[test]
    fn a_group_that_holds_no_records_is_named() {
        let data = tempfile::tempdir().unwrap();
        let directory = data.path().join("checkpoints");
        let mut log = Log::open(&directory, "test", Options { segment_bytes: 1 << 16 }).unwrap().log;
        log.append(b"no group", 1, 5).unwrap();
        log.sync().unwrap();
        drop(log);
        let why = verified(&directory, false).unwrap_err();
        assert!(why.contains("frame 0 (event 0): a block of the group ends before its length"), "{why}");
    }
}
