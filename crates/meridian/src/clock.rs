//! The only place that knows the time.
//!
//! Everything else gets an [`Instant`] as an argument. A clock can run faster than the world's (the demo plays a day in
//! minutes), so nobody may sleep by himself either: [`Clock::sleep_until`] is the only sleep.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use meridian_core::Instant;

/// A clock: the world's, or a simulated one that runs at a multiple of its speed from a chosen instant.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
    /// The latest instant told, in nanoseconds, so that time never runs backwards when the machine's clock is set back.
    latest: Arc<AtomicI64>,
}

#[derive(Clone, Debug)]
enum Kind {
    System,
    Simulated { origin: Instant, began: std::time::Instant, speed: f64 },
}

impl Clock {
    pub fn system() -> Clock {
        Clock { kind: Kind::System, latest: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    /// Begins at `origin` now and runs `speed` times as fast as the world.
    pub fn simulated(origin: Instant, speed: f64) -> Clock {
        #[expect(clippy::disallowed_methods, reason = "the clock is where time comes from")]
        let began = std::time::Instant::now();
        Clock { kind: Kind::Simulated { origin, began, speed }, latest: Arc::new(AtomicI64::new(i64::MIN)) }
    }

    pub fn is_simulated(&self) -> bool {
        matches!(self.kind, Kind::Simulated { .. })
    }

    /// How many seconds of this clock pass in a second of the world.
    pub fn speed(&self) -> f64 {
        match self.kind {
            Kind::System => 1.0,
            Kind::Simulated { speed, .. } => speed,
        }
    }

    /// The present instant, to the microsecond; never before one that was told earlier.
    pub fn now(&self) -> Instant {
        #[expect(clippy::disallowed_methods, reason = "the clock is where time comes from")]
        let now = match &self.kind {
            Kind::System => Timestamp::now(),
            Kind::Simulated { origin, began, speed } => {
                let passed = SignedDuration::from_secs_f64(began.elapsed().as_secs_f64() * speed);
                origin.saturating_add(passed).unwrap_or(Timestamp::MAX)
            }
        };
        let micros = now.as_microsecond();
        let latest = self.latest.fetch_max(micros, Ordering::Relaxed).max(micros);
        Timestamp::from_microsecond(latest).unwrap_or(now)
    }

    /// Returns when this clock shows `instant`, or at once if it does already.
    pub async fn sleep_until(&self, instant: Instant) {
        let left = instant.duration_since(self.now());
        if left.is_positive() {
            self.sleep(left).await;
        }
    }

    /// Sleeps for a time of this clock.
    pub async fn sleep(&self, duration: SignedDuration) {
        let seconds = (duration.as_secs_f64() / self.speed()).clamp(0.0, 86_400.0);
        #[expect(clippy::disallowed_methods, reason = "the clock is where sleep comes from")]
        tokio::time::sleep(Duration::from_secs_f64(seconds)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_begins_at_its_origin_and_runs_fast() {
        let origin: Instant = "2026-03-17T06:00:00Z".parse().unwrap();
        let clock = Clock::simulated(origin, 3600.0);
        let first = clock.now();
        assert!(first >= origin);
        while clock.now() == first {}
        assert!(clock.now() > first);
    }

    #[test]
    fn time_never_runs_backwards() {
        let clock = Clock::simulated("2026-03-17T06:00:00Z".parse().unwrap(), 1.0);
        clock.latest.store("2026-03-17T07:00:00Z".parse::<Instant>().unwrap().as_microsecond(), Ordering::Relaxed);
        assert_eq!(clock.now().to_string(), "2026-03-17T07:00:00Z");
    }
}
