//! The deterministic simulation: many seeds, each a day of bad luck, checked against the guarantees.

use std::sync::{
    Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use meridian_testkit::chaos;

/// So many seeds are played when nothing else is said; optimised code plays a seed in a hundredth of the time.
const SEEDS: u64 = if cfg!(debug_assertions) { 25 } else { 3_000 };

fn given(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name}={text} is no number")))
}

/// `MERIDIAN_SEED=N` replays one seed, with `MERIDIAN_STEPS=N` of its steps; `MERIDIAN_SEEDS=N` plays that many.
#[test]
fn the_guarantees_hold_for_every_seed() {
    let steps = given("MERIDIAN_STEPS").map_or(chaos::STEPS, |steps| steps as u32);
    let (first, count) = match given("MERIDIAN_SEED") {
        Some(seed) => (seed, 1),
        None => (0, given("MERIDIAN_SEEDS").unwrap_or(SEEDS)),
    };
    let (next, broken, stop) = (AtomicU64::new(first), Mutex::new(Vec::new()), AtomicBool::new(false));
    let play_some = || {
        while !stop.load(Ordering::Relaxed) {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= first + count {
                return;
            }
            // A panic is a broken promise, too, and must not hide its seed.
            let played = std::panic::catch_unwind(|| chaos::play(seed, steps));
            if !matches!(played, Ok(Ok(()))) {
                stop.store(true, Ordering::Relaxed);
                broken.lock().expect("no thread panics while it holds this").push((seed, played));
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, |count| count.get()) {
            scope.spawn(play_some);
        }
    });
    let mut broken = broken.into_inner().expect("no thread panics while it holds this");
    broken.sort_by_key(|(seed, _)| *seed);
    let Some((seed, played)) = broken.pop() else { return };
    let (steps, why) = match played {
        Ok(Err(why)) => chaos::shrink(seed, steps).unwrap_or((steps, why)),
        _ => (steps, "it panicked; see above".into()),
    };
    panic!(
        "seed {seed} fails with {steps} steps: {why}\n\
         replay: MERIDIAN_SEED={seed} MERIDIAN_STEPS={steps} cargo test --release -p meridian-testkit --test simulation"
    );
}
