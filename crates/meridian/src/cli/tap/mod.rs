//! `meridian tap`: checkpoints out of what applications write anyway.
//!
//! One turn: read whole lines, make reports of them, write the reports with their numbers and the new position into one
//! file, hand the reports over, go on. A crash between any two of these repeats the hand-over of the very same reports
//! and nothing else. What it does *not* do: it judges no report; the server does, or `chain audit`.

mod files;
mod position;
mod sink;

use std::{collections::BTreeSet, path::PathBuf, process::ExitCode};

use clap::ValueHint;
use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    chain::wire::json,
    tap::{Format, Pattern, Tap, fix},
};

use self::{
    files::Source,
    position::{Batch, Kept},
    sink::Sink,
};
use super::client::{self, args::Flags, failure::Failure, server::Server};
use crate::clock::Clock;

/// A batch is handed over when it has so many reports, or so many bytes.
const BATCH_LINES: usize = 5_000;
const BATCH_BYTES: usize = 1 << 20;
/// How long is waited before the next look.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_millis(300);
/// So often a tap says that it has told all, while nothing new comes.
const HEARTBEAT_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// So many refusals are told one by one before they are only counted, until others come.
const TOLD: u64 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    /// One JSON object a line, with the fields that `POST /checkpoints` takes.
    Ndjson,
    /// Any log, by --pattern.
    Regex,
    /// FIX messages, one a line, apart by SOH, | or ^A.
    Fix,
}

#[derive(Debug, clap::Args)]
pub struct Asked {
    /// The file that is written, or a directory of such files.
    #[arg(value_hint = ValueHint::AnyPath)]
    pub path: PathBuf,
    /// The chain, as the estate calls it; lines of NDJSON may name another.
    #[arg(long)]
    pub chain: String,
    /// The test point of the chain that this is.
    #[arg(long)]
    pub hop: String,
    /// The sequence domain, if lines do not name it.
    #[arg(long)]
    pub lane: Option<String>,
    /// Whose counter the reports carry; tap-HOP, if absent.
    #[arg(long)]
    pub reporter: Option<String>,
    /// How lines are read.
    #[arg(long, value_enum, default_value_t = Kind::Ndjson)]
    pub format: Kind,
    /// Of regex: named groups id and at, and seq, lane, digest, amount, currency, outcome.
    #[arg(long, value_name = "REGEX", required_if_eq("format", "regex"))]
    pub pattern: Option<String>,
    /// Of regex: how times are written, as strptime has it; RFC 3339 or nanoseconds, if absent.
    #[arg(long, value_name = "FORMAT")]
    pub time_format: Option<String>,
    /// Of times without an offset, such as Europe/London.
    #[arg(long)]
    pub zone: Option<String>,
    /// Of fix: the tag of the business key.
    #[arg(long, value_name = "TAG", default_value_t = fix::ID_TAG)]
    pub id_tag: u32,
    /// Of fix: only these MsgTypes, such as D,8.
    #[arg(long, value_name = "TYPES", value_delimiter = ',')]
    pub types: Vec<String>,
    /// Of fix: tell MsgSeqNum as well, with a lane for each direction of a session.
    #[arg(long)]
    pub sequences: bool,
    /// Of a directory: the files that are named so; * and ? stand for what they do in a shell.
    #[arg(long, value_name = "NAMES", default_value = "*")]
    pub files: String,
    /// The file with the position, which outlives the tap; REPORTER.position, if absent.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub position: Option<PathBuf>,
    /// Write the reports into this file for `chain audit`, and ask no server.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub to: Option<PathBuf>,
    /// Read what is there to its end, also a last line without an end, and stop.
    #[arg(long)]
    pub once: bool,
    /// So long after it was seen a message may still be written: a tap says that it has told all only of before.
    #[arg(long, value_name = "DURATION", default_value = "5s", value_parser = client::duration)]
    pub lag: SignedDuration,
    #[command(flatten)]
    pub flags: Flags,
}

/// What became of lines since the start.
#[derive(Default)]
struct Counts {
    reported: u64,
    passed_over: u64,
    refused: u64,
    /// By the server.
    refused_there: u64,
}

struct Run {
    tap: Tap,
    source: Source,
    kept: Kept,
    sink: Sink,
    clock: Clock,
    counts: Counts,
    once: bool,
    lag: SignedDuration,
}

/// Runs until it is stopped; with `--once` until all is told.
pub fn run(asked: Asked) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return super::fail(&format!("no task can be started: {error}")),
    };
    let (json, quiet) = (asked.flags.json, asked.flags.quiet);
    let told = runtime.block_on(async {
        let mut run = Run::new(asked)?;
        run.all().await?;
        Ok::<_, Failure>(run.counts)
    });
    match told {
        Ok(counts) => {
            let Counts { reported, passed_over, refused, refused_there } = counts;
            if !quiet {
                let there = if refused_there == 0 { String::new() } else { format!(", {refused_there} by the server") };
                super::print(&format!(
                    "{reported} reported, {refused} refused{there}, {passed_over} lines that tell of no message"
                ));
            }
            if refused + refused_there == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => failure.tell(json),
    }
}

impl Run {
    fn new(asked: Asked) -> Result<Run, Failure> {
        let wrong = |why: String| Failure::new("begin", why);
        let clock = Clock::system();
        let format = format(&asked).map_err(wrong)?;
        let reporter = asked.reporter.unwrap_or_else(|| format!("tap-{}", asked.hop));
        let position = asked.position.unwrap_or_else(|| format!("{reporter}.position").into());
        let of = format!("{reporter}, {} at {} of {}", asked.path.display(), asked.hop, asked.chain);
        let kept = Kept::open(&position, &of, clock.now()).map_err(wrong)?;
        let sink = match asked.to {
            Some(path) => Sink::File(path),
            None => {
                client::install_tls().map_err(wrong)?;
                Sink::Server(Box::new(Server::new(&asked.flags, clock.clone())?), clock.clone())
            }
        };
        let source = Source::new(&asked.path, &asked.files, kept.position.begun).map_err(wrong)?;
        let tap = Tap { chain: asked.chain, hop: asked.hop, lane: asked.lane, reporter, format };
        Ok(Run { tap, source, kept, sink, clock, counts: Counts::default(), once: asked.once, lag: asked.lag })
    }

    async fn all(&mut self) -> Result<(), Failure> {
        let mut beaten = None;
        loop {
            if let Some(batch) = self.kept.position.batch.take() {
                self.counts.refused_there += self.sink.deliver(&batch.lines, batch.behind).await?;
            }
            let looked = self.clock.now();
            if self.read()? {
                continue;
            }
            let told_all = match self.once {
                // Nothing is known of what was written after the last line.
                true => self.kept.position.latest,
                false => looked.checked_sub(self.lag).ok().and_then(|at| i64::try_from(at.as_nanosecond()).ok()),
            };
            let due = beaten.is_none_or(|at: meridian_core::Instant| looked.duration_since(at) >= HEARTBEAT_EVERY);
            if let (Some(at), true) = (told_all.filter(|_| self.kept.position.n > 0), due) {
                let line = self.tap.heartbeat(self.kept.position.epoch, self.kept.position.n, at);
                self.sink.deliver(&[line], None).await?;
                beaten = Some(looked);
            }
            if self.once {
                return Ok(());
            }
            self.clock.sleep(LOOK_AGAIN).await;
        }
    }

    /// Reads a batch and makes it durable beside the position. False: there was nothing to read.
    fn read(&mut self) -> Result<bool, Failure> {
        let wrong = |why: String| Failure::new("read on", why);
        let before = self.kept.position.clone();
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < BATCH_LINES && bytes < BATCH_BYTES {
            let say = &mut |what: String| eprintln!("{what}");
            let portion = self.source.next(&mut self.kept.position.files, self.once, say).map_err(wrong)?;
            let Some(portion) = portion else { break };
            for (at, line) in &portion.lines {
                if let Some(report) = self.report(&portion.name, *at, line) {
                    bytes += report.len() + 1;
                    lines.push(report);
                }
            }
            if let Some(at) = portion.too_long {
                self.refuse(&portion.name, at, "the line is longer than any that is read; it is passed over");
            }
        }
        if self.kept.position == before {
            return Ok(false);
        }
        if !lines.is_empty() {
            let behind = self.sink.behind().map_err(wrong)?;
            self.kept.position.batch = Some(Batch { lines, behind });
        }
        self.kept.save().map_err(wrong)?;
        Ok(true)
    }

    /// The sealed report of a line, if it tells of a message.
    fn report(&mut self, name: &str, at: u64, line: &[u8]) -> Option<String> {
        let position = &mut self.kept.position;
        let sealed = self
            .tap
            .see(&mut position.memory, line)
            .and_then(|seen| seen.map(|seen| self.tap.seal(seen, position.epoch, position.n + 1)).transpose());
        match sealed {
            Ok(Some(report)) => {
                position.n += 1;
                let seen_at = json::read_line(report.as_bytes()).map(|record| record.at()).ok();
                position.latest = position.latest.max(seen_at);
                self.counts.reported += 1;
                Some(report)
            }
            Ok(None) => {
                self.counts.passed_over += 1;
                None
            }
            Err(fault) => {
                let field = fault.field.map_or(String::new(), |field| format!("{field}: "));
                self.refuse(name, at, &format!("{field}{}; {}", fault.reason, fault.hint));
                None
            }
        }
    }

    fn refuse(&mut self, name: &str, at: u64, why: &str) {
        self.counts.refused += 1;
        match self.counts.refused {
            told if told <= TOLD => eprintln!("refused: {name}, byte {at}: {why}"),
            told if told == TOLD + 1 => eprintln!("further refusals are counted, each thousandth is told"),
            told if told % 1_000 == 0 => eprintln!("refused, the {told}th: {name}, byte {at}: {why}"),
            _ => {}
        }
    }
}

fn format(asked: &Asked) -> Result<Format, String> {
    let zone = || {
        let found = asked.zone.as_deref().map(|name| TimeZone::get(name).map_err(|_| name));
        found.transpose().map_err(|name| format!("`{name}` is no time zone; write it as in Europe/London or UTC"))
    };
    Ok(match asked.format {
        Kind::Ndjson => Format::Ndjson,
        Kind::Regex => {
            let pattern = asked.pattern.as_deref().unwrap_or_default();
            let pattern = Pattern::new(pattern, asked.time_format.clone(), asked.zone.as_deref());
            Format::Regex(Box::new(pattern.map_err(|why| why.to_string())?))
        }
        Kind::Fix => Format::Fix(Box::new(fix::Fix {
            id_tag: asked.id_tag,
            types: asked.types.iter().cloned().collect::<BTreeSet<_>>(),
            sequences: asked.sequences,
            zone: zone()?,
        })),
    })
}
