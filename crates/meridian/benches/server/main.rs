//! The whole program from outside, beside Debian's Alertmanager: `cargo bench -p meridian --bench server [PART …]`.
//!
//! Both servers are started on free ports with empty directories and get the same requests from the same client, one
//! server at a time, in turn, so that what else the machine does meets both. One JSON line per figure: the median of
//! all runs as `value`, beside `min` and `max`. What this does *not* do: say what is fast enough.
//!
//! `MERIDIAN_BENCH_RUNS` (3), `MERIDIAN_BENCH_ALERTS` (100,000) and `MERIDIAN_BENCH_ENTRIES` (1,000,000) set the size.

#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a benchmark measures time and may fail")]

mod alerts;
mod client;
mod day;
mod figures;
mod intake;
mod latency;
mod pages;
mod past;
mod rivals;
mod start;
mod storm;

/// The program's own: parts of it are measured in this process.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Every part by its name.
const PARTS: [(&str, fn()); 11] = [
    ("intake", || intake::run(50)),
    ("intake-1", || intake::run(1)),
    ("intake-500", || intake::run(500)),
    ("flowing", intake::run_flowing),
    ("storm", storm::run),
    ("latency", latency::run),
    ("pages", pages::run),
    ("day", day::run),
    ("brief", day::brief),
    ("start", start::run),
    ("past", past::run),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = wanted.iter().find(|name| PARTS.iter().all(|(part, _)| part != name)) {
        let names: Vec<&str> = PARTS.iter().map(|(name, _)| *name).collect();
        eprintln!("there is no part `{unknown}`; there are {}", names.join(", "));
        std::process::exit(2);
    }
    for (name, part) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            part();
        }
    }
}
