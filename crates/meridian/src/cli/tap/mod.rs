//! `meridian tap`: checkpoints out of what applications write anyway.
//!
//! One turn: read whole frames (lines, documents, messages), make reports of them, write the reports with their numbers and the new position into one
//! file, hand the reports over, go on. A crash between any two of these repeats the hand-over of the very same reports
//! and nothing else. What it does *not* do: it judges no report; the server does, or `chain audit`.

mod asked;
mod files;
mod position;
mod sink;

use std::process::ExitCode;

use jiff::SignedDuration;
use meridian_core::{
    chain::wire::json,
    tap::{
        Piece, Tap,
        frame::{FRAME_BYTES_MAX, Framing, What},
    },
};

pub use self::asked::Asked;
use self::{
    files::{Got, Look, Source},
    position::{Batch, Kept},
    sink::Sink,
};
use super::client::{self, failure::Failure, server::Server};
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

/// What became of frames since the start.
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
        Ok::<_, Failure>((run.counts, run.tap.format.framing()))
    });
    match told {
        Ok((counts, framing)) => {
            let Counts { reported, passed_over, refused, refused_there } = counts;
            if !quiet {
                let there = if refused_there == 0 { String::new() } else { format!(", {refused_there} by the server") };
                super::print(&format!(
                    "{reported} reported, {refused} refused{there}, {passed_over} {} that tell of no message",
                    word(framing, "lines", "documents", "messages")
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
        let format = asked.format().map_err(wrong)?;
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
        let source = Source::new(&asked.path, &asked.files, format.framing(), kept.position.begun).map_err(wrong)?;
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
            if self.read(looked)? {
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
    fn read(&mut self, now: meridian_core::Instant) -> Result<bool, Failure> {
        let wrong = |why: String| Failure::new("read on", why);
        let before = self.kept.position.clone();
        let (mut lines, mut bytes) = (Vec::new(), 0);
        let look = Look { now, whole: self.once };
        while lines.len() < BATCH_LINES && bytes < BATCH_BYTES {
            let say = &mut |what: String| eprintln!("{what}");
            let portions = self.source.next(&mut self.kept.position.files, look, say).map_err(wrong)?;
            if portions.is_empty() {
                break;
            }
            for portion in &portions {
                for frame in &portion.frames {
                    let first = lines.len();
                    self.report(&portion.name, frame, &mut lines);
                    bytes += lines[first..].iter().map(|report| report.len() + 1).sum::<usize>();
                }
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

    /// The sealed reports of a frame go to `reports`. All of them stand in one batch with the position behind the frame.
    fn report(&mut self, name: &str, frame: &Got, reports: &mut Vec<String>) {
        if let Some(why) = unreadable(self.tap.format.framing(), frame.what) {
            return self.refuse(name, frame.at, &why);
        }
        let piece = Piece { text: &frame.text, before: &frame.before, written: frame.written };
        let told = self.tap.see(&mut self.kept.position.memory, &piece);
        if told.is_empty() {
            self.counts.passed_over += 1;
        }
        for seen in told {
            let position = &mut self.kept.position;
            match seen.and_then(|seen| self.tap.seal(seen, position.epoch, position.n + 1)) {
                Ok(report) => {
                    position.n += 1;
                    let seen_at = json::read_line(report.as_bytes()).map(|record| record.at()).ok();
                    position.latest = position.latest.max(seen_at);
                    self.counts.reported += 1;
                    reports.push(report);
                }
                Err(fault) => {
                    let field = fault.field.map_or(String::new(), |field| format!("{field}: "));
                    self.refuse(name, frame.at, &format!("{field}{}; {}", fault.reason, fault.hint));
                }
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

/// The word for what a frame is.
fn word(framing: Framing, line: &'static str, document: &'static str, message: &'static str) -> &'static str {
    match framing {
        Framing::Lines => line,
        Framing::Xml => document,
        Framing::Mt => message,
    }
}

/// Why nothing can be read in a frame.
fn unreadable(framing: Framing, what: What) -> Option<String> {
    let frame = word(framing, "line", "document", "message");
    Some(match what {
        What::Whole => return None,
        What::Cut => format!("the {frame} ends in its middle; look who writes it, its rest is nowhere here"),
        What::Headless => format!("the {frame} has no beginning; it may stand in a file that was rotated before"),
        What::TooLong => {
            format!("the {frame} is longer than any that is read ({FRAME_BYTES_MAX} bytes); it is passed over")
        }
        What::Wide => format!(
            "the {frame} is written in UTF-16, and only UTF-8 is read; have it written so, or convert it (iconv -t UTF-8)"
        ),
    })
}
