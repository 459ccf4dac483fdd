//! How fast the engine of chains folds checkpoints: read from lines of JSON, from blocks, and as they are; and whether
//! it finds exactly what the generator did to them. Prints a JSON object per line:
//! `cargo bench -p meridian-core --bench chain`.
//!
//! `-- write DIR` writes the traffic as `checkpoints.ndjson` and what the generator did to it as `truth.json`;
//! `-- read DIR` reads such a file, as `meridian chain audit` would: so `compare.py` gives other tools the same.
//!
//! `-- blocks` measures that form alone; so do `"lines of JSON"` and `"records as they are"`.
//!
//! How many messages, of five hops each: `MERIDIAN_BENCH_MESSAGES` (2,000,000). They are made a second at a time, and
//! only reading and folding count, by the time on a processor.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark measures time and may fail")]

mod traffic;

use std::{
    collections::BTreeMap,
    fs::File,
    hint::black_box,
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::Path,
    time::Duration,
};

use meridian_core::chain::{
    Record,
    engine::{Change, Engine},
    pace::Pace,
    wire::{
        block::{RECORDS_MAX, Records, encode_block},
        json,
    },
};
use rustix::time::{ClockId, clock_gettime};
use traffic::{Traffic, ndjson, plans};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How long this thread has been on a processor.
fn worked() -> Duration {
    let clock = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(clock.tv_sec as u64, clock.tv_nsec as u32)
}

#[derive(Default)]
struct Found {
    verdicts: BTreeMap<&'static str, i64>,
    changes: Vec<Change>,
}

impl Found {
    fn fold(&mut self, engine: &mut Engine, record: &Record<'_>) {
        engine.apply(record, &mut self.changes);
        for change in self.changes.drain(..) {
            match change {
                Change::Raised(verdict) => *self.verdicts.entry(verdict.rule.name()).or_default() += 1,
                Change::Withdrawn { now, .. } => *self.verdicts.entry(now.rule.name()).or_default() -= 1,
                Change::Revised { .. } => {}
            }
        }
    }
}

/// The resident memory of this process, in MiB.
fn resident() -> u64 {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<u64>().unwrap() * 4 / 1024
}

enum Form {
    Records,
    Json,
    Blocks,
}

/// Times one run; tells how many bytes the input had.
fn run(messages: u64, form: &Form) -> (Duration, usize, Traffic, Found, Engine) {
    let mut traffic = Traffic::new(messages);
    let (mut engine, mut found) = (Engine::new(plans()).unwrap(), Found::default());
    let (mut took, mut bytes, mut records) = (Duration::ZERO, 0, Vec::new());
    while traffic.second(&mut records) {
        let tick = Record::Tick { now: records.last().unwrap().at() };
        match form {
            Form::Records => {
                let begun = worked();
                records.iter().for_each(|record| found.fold(&mut engine, record));
                took += worked() - begun;
            }
            Form::Json => {
                let text = ndjson(&records);
                bytes += text.len();
                let begun = worked();
                // As `meridian chain audit` reads a file.
                let (mut rest, mut line) = (text.as_bytes(), Vec::new());
                while rest.read_until(b'\n', &mut line).unwrap() > 0 {
                    found.fold(&mut engine, &json::read_line(line.trim_ascii()).unwrap());
                    line.clear();
                }
                took += worked() - begun;
            }
            Form::Blocks => {
                for some in records.chunks(RECORDS_MAX) {
                    let block = encode_block(some).unwrap();
                    bytes += block.len();
                    let begun = worked();
                    let mut records = Records::new(&block).unwrap();
                    while let Some(record) = records.lend() {
                        found.fold(&mut engine, &record.unwrap());
                    }
                    took += worked() - begun;
                }
            }
        }
        let begun = worked();
        found.fold(&mut engine, &tick);
        took += worked() - begun;
        records.clear();
    }
    (took, bytes, traffic, found, engine)
}

/// Writes the traffic, and the truth about it.
fn write(messages: u64, dir: &Path) {
    let mut file = BufWriter::new(File::create(dir.join("checkpoints.ndjson")).unwrap());
    let (mut traffic, mut records) = (Traffic::new(messages), Vec::new());
    while traffic.second(&mut records) {
        file.write_all(ndjson(&records).as_bytes()).unwrap();
        records.clear();
    }
    file.flush().unwrap();
    let truth = serde_json::json!({ "checkpoints": traffic.checkpoints, "truth": traffic.truth });
    std::fs::write(dir.join("truth.json"), truth.to_string()).unwrap();
}

/// Reads a file with the time taken from its records, and prints what was found.
fn read(dir: &Path) {
    let mut reader = BufReader::with_capacity(256 * 1024, File::open(dir.join("checkpoints.ndjson")).unwrap());
    let (mut engine, mut found) = (Engine::new(plans()).unwrap(), Found::default());
    let (mut pace, mut line) = (Pace::default(), Vec::new());
    while reader.read_until(b'\n', &mut line).unwrap() > 0 {
        let record = json::read_line(line.trim_ascii()).unwrap();
        if let Some(now) = pace.tick(record.at()) {
            found.fold(&mut engine, &Record::Tick { now });
        }
        found.fold(&mut engine, &record);
        line.clear();
    }
    println!("{}", serde_json::to_string(&found.verdicts).unwrap());
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    match &args.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["write", dir] => write(messages(), Path::new(dir)),
        ["read", dir] => read(Path::new(dir)),
        forms => measure(messages(), forms),
    }
}

fn messages() -> u64 {
    std::env::var("MERIDIAN_BENCH_MESSAGES").ok().and_then(|text| text.parse().ok()).unwrap_or(2_000_000)
}

fn measure(messages: u64, forms: &[&str]) {
    let before = resident();
    let all = [("records as they are", Form::Records), ("blocks", Form::Blocks), ("lines of JSON", Form::Json)];
    for (name, form) in all.into_iter().filter(|(name, _)| forms.is_empty() || forms.contains(name)) {
        let (took, bytes, traffic, found, engine) = run(messages, &form);
        let truth: BTreeMap<&str, i64> = traffic.truth.iter().map(|(rule, count)| (*rule, *count as i64)).collect();
        let exact = truth == found.verdicts;
        println!(
            "{}",
            serde_json::json!({
                "name": format!("audit, {name}"), "n": traffic.checkpoints, "unit": "checkpoints/s",
                "value": (traffic.checkpoints as f64 / took.as_secs_f64()).round(),
                "bytes_each": (bytes as f64 / traffic.checkpoints as f64 * 10.0).round() / 10.0,
                "resident_more_mib": resident().saturating_sub(before), "truth": truth, "exact": exact,
            })
        );
        assert!(exact, "found {:?}", found.verdicts);
        black_box(engine);
    }
}
