//! How often the fault is found, and how long the answer takes: the localisation table of `docs/PERFORMANCE.md`.

mod simulate;

use simulate::{Acquits, Dice, Kind, covered, located, trial};

const TRIALS: usize = 200;

fn report(name: &str, value: f64, unit: &str) {
    println!("{}", serde_json::json!({ "bench": "locate", "name": name, "value": value, "unit": unit }));
}

fn main() {
    let rows =
        [("all is lost", Kind::Hard), ("half of the messages", Kind::Half), ("half of the sessions", Kind::Sessions)];
    for (row, (name, kind)) in rows.into_iter().enumerate() {
        for faults in [1, 2] {
            let mut dice = Dice(2026 + row as u64 * 10 + faults as u64);
            let (mut alone, mut first, mut classic, mut kinder) = (0, 0, 0, 0);
            let mut seconds = vec![];
            for _ in 0..TRIALS {
                let trial = trial(kind, faults, &mut dice);
                #[expect(clippy::disallowed_methods, reason = "a benchmark measures the real time that passes")]
                let begun = std::time::Instant::now();
                let found = located(&trial);
                seconds.push(begun.elapsed().as_secs_f64());
                alone += usize::from(found.alone);
                first += usize::from(found.first);
                classic += usize::from(covered(&trial, Acquits::Anything));
                kinder += usize::from(covered(&trial, Acquits::CleanSegments));
            }
            let share = |count: usize| (count * 1000 / TRIALS) as f64 / 10.0;
            let name = format!("{name}, {faults} faulty");
            report(&format!("{name}: found, alone first"), share(alone), "%");
            report(&format!("{name}: found, first or tied"), share(first), "%");
            report(&format!("{name}: set cover, acquits whatever let something through"), share(classic), "%");
            report(&format!("{name}: set cover, acquits clean segments only"), share(kinder), "%");
            seconds.sort_by(f64::total_cmp);
            report(&format!("{name}: time, median"), (seconds[TRIALS / 2] * 1e5).round() / 100.0, "ms");
            report(&format!("{name}: time, longest"), (seconds[TRIALS - 1] * 1e5).round() / 100.0, "ms");
        }
    }
}
