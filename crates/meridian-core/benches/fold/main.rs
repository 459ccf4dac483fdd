//! How fast the journal is folded, of alerts alone, of ordinary weeks, and of a storm of pages; and how fast its
//! entries are read and verified. Prints a JSON object per line: `cargo bench -p meridian-core --bench fold`.
//!
//! The entries are made by the program's own planning on a simulated clock. How many: `MERIDIAN_BENCH_ENTRIES`
//! (300,000). As in a start, they come in portions, each read just before it is folded; only the folding counts.
//! What counts is the time on a processor, not the time that passes, so that waiting for a busy machine is not taken
//! for work. All is done `MERIDIAN_BENCH_RUNS` (7) times, and of each portion the fastest run counts, since whatever
//! else shares the caches can only make one slower; what whole runs took, the best and the worst, is told beside it.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "a benchmark measures time and may fail")]

mod mixes;

use std::{hint::black_box, time::Duration};

use meridian_core::{
    World,
    journal::{Entry, Head, Sealed, open, seal_all, verify_next},
    world::Replay,
};
use rustix::time::{ClockId, clock_gettime};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn setting(name: &str, otherwise: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// How long this thread has been on a processor.
fn worked() -> Duration {
    let clock = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(clock.tv_sec as u64, clock.tv_nsec as u32)
}

/// How long `work` takes for each portion, the fastest of all runs, and how long whole runs took.
struct Measured {
    portions: Vec<Duration>,
    runs: Vec<Duration>,
}

impl Measured {
    /// `run` is one run, which is told how to take the time of a portion.
    fn of(mut run: impl FnMut(&mut dyn FnMut(&mut dyn FnMut()))) -> Measured {
        let mut measured = Measured { portions: Vec::new(), runs: Vec::new() };
        for _ in 0..setting("MERIDIAN_BENCH_RUNS", 7) {
            let (mut place, mut whole) = (0, Duration::ZERO);
            run(&mut |work| {
                let begun = worked();
                work();
                let took = worked() - begun;
                whole += took;
                match measured.portions.get_mut(place) {
                    Some(best) => *best = took.min(*best),
                    None => measured.portions.push(took),
                }
                place += 1;
            });
            measured.runs.push(whole);
        }
        measured
    }

    fn report(&self, name: &str, unit: &str, count: usize) {
        let rate = |time: Duration| (count as f64 / time.as_secs_f64()).round();
        let whole = |time: Option<&Duration>| time.map(|time| rate(*time));
        let (best, least, most) = (self.portions.iter().sum(), self.runs.iter().max(), self.runs.iter().min());
        println!(
            "{}",
            serde_json::json!({
                "name": name, "value": rate(best), "unit": unit, "whole_run_least": whole(least),
                "whole_run_most": whole(most), "runs": self.runs.len(), "n": count,
            })
        );
    }
}

/// Entries in a portion: what a start has at hand at any time.
const PORTION: usize = 1_024;

fn measure(mix: &str, entries: Vec<Entry>, is_wanted: impl Fn(&str) -> bool) {
    let sealed: Vec<Sealed> = seal_all(Head::GENESIS.hash, &entries);
    drop(entries);
    let count = sealed.len();
    let read = |portion: &[Sealed]| portion.iter().map(|sealed| open(sealed).unwrap()).collect::<Vec<Entry>>();
    if is_wanted("fold") {
        let measured = Measured::of(|take| {
            let mut replay = Replay::from(World::default());
            for portion in sealed.chunks(PORTION) {
                let mut portion = read(portion);
                take(&mut || portion.drain(..).for_each(|entry| replay.fold(&entry)));
            }
            let (mut replay, mut world) = (Some(replay), None);
            take(&mut || world = replay.take().map(Replay::world));
            drop(black_box(world));
        });
        measured.report(&format!("fold, {mix}"), "facts/s", count);
    }
    if is_wanted("read") {
        let measured = Measured::of(|take| {
            for portion in sealed.chunks(PORTION) {
                let mut entries = Vec::new();
                take(&mut || entries = black_box(read(portion)));
            }
        });
        measured.report(&format!("read, {mix}"), "entries/s", count);
    }
    if is_wanted("verify") {
        let measured = Measured::of(|take| {
            let mut head = Head::GENESIS;
            for portion in sealed.chunks(PORTION) {
                take(&mut || head = portion.iter().fold(head, |head, sealed| verify_next(head, sealed).unwrap()));
            }
        });
        measured.report(&format!("verify, {mix}"), "entries/s", count);
    }
}

/// `-- fold storm` takes one figure, `-- fold` that of every mix, `-- storm` every figure of that mix.
fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let is_wanted = |all: &[&str], name: &str| {
        let mut of_kind = wanted.iter().filter(|wanted| all.contains(&wanted.as_str())).peekable();
        of_kind.peek().is_none() || of_kind.any(|wanted| wanted == name)
    };
    let mixes = mixes::MIXES.map(|(name, _)| name);
    for (mix, make) in mixes::MIXES.into_iter().filter(|(name, _)| is_wanted(&mixes, name)) {
        let entries = make(setting("MERIDIAN_BENCH_ENTRIES", 300_000));
        measure(mix, entries, |figure| is_wanted(&["fold", "read", "verify"], figure));
    }
}
