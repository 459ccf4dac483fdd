//! The chores of the project, as `cargo xtask CHORE`.
//!
//! A chore only starts what already exists (cargo, apt, pip, npm) and reads files; it holds no logic of the product.
//! It depends on nothing but `serde_json`, so that it is built in seconds on a machine that has nothing yet.

mod bench;
mod ci;
mod run;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask CHORE

  test [--no-install] [--seed N] [FILTER] [-- ARGS]
                   install what the tests need, then run them all, or those whose name contains FILTER;
                   with a seed, property tests make the same inputs every time
  fire             burn a firewall between two banks in networks of their own, and tell how Meridian leads around it
  tidy             check the house style: sizes, banned calls, links, dependencies
  bench [NAME]     build and run the benchmarks; their JSON lines go to target/bench/
  tools            install what the tests need, and nothing else
  ci               fmt, clippy, tidy and test with a seed, with the time that each took";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    let done = match args.first().map(String::as_str) {
        Some("test") => test::run(rest),
        Some("fire") => test::fire(),
        Some("tidy") => tidy::run(),
        Some("bench") => bench::run(rest),
        Some("tools") => tools::install().map(drop),
        Some("ci") => ci::run(),
        Some("help" | "--help" | "-h") | None => {
            println!("{USAGE}");
            Ok(())
        }
        Some(other) => Err(format!("there is no chore named `{other}`\n\n{USAGE}")),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}
