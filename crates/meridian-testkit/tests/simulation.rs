//! The deterministic simulation: many seeds, each a day of bad luck, checked against the guarantees.

use meridian_testkit::chaos;

/// `MERIDIAN_SEED=N` replays one seed; `MERIDIAN_SEEDS=N` plays that many.
#[test]
fn the_guarantees_hold_for_every_seed() {
    let given = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().expect("a number"));
    let seeds = match given("MERIDIAN_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..given("MERIDIAN_SEEDS").unwrap_or(2_000),
    };
    for seed in seeds {
        if let Err(why) = chaos::play(seed, 60) {
            panic!("seed {seed}: {why}\nreplay: MERIDIAN_SEED={seed} cargo test -p meridian-testkit --test simulation");
        }
    }
}
