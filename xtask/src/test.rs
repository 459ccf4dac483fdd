//! `cargo xtask test`: install what the tests need, then run them all, or those whose name contains a filter.

use crate::{run, tools};

pub fn run(args: &[String]) -> Result<(), String> {
    let (ours, theirs) = match args.iter().position(|arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => (args, &[][..]),
    };
    let mut install = true;
    let (mut filters, mut seed) = (Vec::new(), None);
    let mut ours = ours.iter();
    while let Some(arg) = ours.next() {
        match arg.as_str() {
            "--no-install" => install = false,
            "--seed" => {
                let number = ours.next().and_then(|seed| seed.parse::<u64>().ok());
                seed = Some(number.ok_or("`--seed` is followed by a whole number, such as `--seed 1`")?);
            }
            flag if flag.starts_with('-') => {
                return Err(format!("unknown flag `{flag}`; flags of the test binaries stand after `--`"));
            }
            filter => filters.push(filter),
        }
    }
    let tools = if install { tools::install()? } else { tools::Tools::located() };

    let mut cargo = run::cargo();
    cargo
        .args(["test", "--workspace", "--no-fail-fast"])
        .args(filters.iter().take(1))
        .arg("--")
        .args(filters.iter().skip(1))
        .args(theirs);
    cargo.envs(tools.environment());
    if install {
        // Without their servers some tests are skipped; here, where all is installed, a missing one is a failure.
        cargo.env("MERIDIAN_REQUIRE_SERVERS", "1");
    }
    if let Some(seed) = seed {
        cargo.env("PROPTEST_RNG_SEED", seed.to_string());
    }
    run::shown(&mut cargo)?;
    if filters.is_empty() { simulate() } else { Ok(()) }
}

/// One test, which tells its story as it goes.
pub fn fire() -> Result<(), String> {
    let tools = tools::install()?;
    let mut cargo = run::cargo();
    cargo.args(["test", "-p", "meridian", "--test", "it", "fire::", "--", "--nocapture"]).envs(tools.environment());
    run::shown(cargo.env("MERIDIAN_REQUIRE_SERVERS", "1"))
}

/// Thousands of seeds need optimised code; the workspace's own run plays only a few.
fn simulate() -> Result<(), String> {
    let simulation = ["test", "--release", "-p", "meridian-testkit", "--test", "simulation"];
    run::shown(run::cargo().args(simulation))
}
