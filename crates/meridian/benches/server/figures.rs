//! Figures of several runs: the median to quote, the least and the most to see how noisy the machine was.

use std::{str::FromStr, time::Duration};

/// How often everything is measured.
pub fn runs() -> usize {
    from_environment("MERIDIAN_BENCH_RUNS", 3)
}

pub fn from_environment<T: FromStr>(name: &str, otherwise: T) -> T {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

/// The values of one figure, a run each.
pub struct Figure {
    name: String,
    unit: &'static str,
    values: Vec<f64>,
}

/// Figures in the order in which they were first seen.
#[derive(Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    pub fn add(&mut self, name: String, unit: &'static str, value: f64) {
        match self.0.iter_mut().find(|figure| figure.name == name) {
            Some(figure) => figure.values.push(value),
            None => self.0.push(Figure { name, unit, values: vec![value] }),
        }
    }

    /// The 50th and the 99th percentile of one run.
    pub fn add_percentiles(&mut self, name: &str, durations: &mut [Duration]) {
        durations.sort_unstable();
        for (label, percent) in [("p50", 50), ("p99", 99)] {
            let index = (durations.len() * percent).div_ceil(100).saturating_sub(1);
            let value = durations.get(index).copied().unwrap_or_default();
            self.add(format!("{name}, {label}"), "ms", value.as_secs_f64() * 1e3);
        }
    }

    /// One JSON line each.
    pub fn print(self) {
        for Figure { name, unit, mut values } in self.0 {
            values.sort_unstable_by(f64::total_cmp);
            let median = values[values.len() / 2];
            let (min, max) = (values[0], values[values.len() - 1]);
            let line = serde_json::json!({
                "name": name, "value": rounded(median), "unit": unit,
                "min": rounded(min), "max": rounded(max), "runs": values.len(),
            });
            println!("{line}");
        }
    }
}

/// Three decimals below a hundred, none above.
fn rounded(value: f64) -> f64 {
    if value.abs() < 100.0 { (value * 1e3).round() / 1e3 } else { value.round() }
}
