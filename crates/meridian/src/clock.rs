//! The only place that knows the time.
//!
//! Everything else gets an [`Instant`] as an argument. A clock can run faster than the world's (the demo plays a day in
//! minutes), so nobody may sleep by himself either: [`Clock::sleep_until`] is the only sleep.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use meridian_core::Instant;

/// A clock: the world's, or a simulated one that runs at a multiple of its speed from a chosen instant.
///
/// It never stands still and never runs backwards. When the machine's clock is set back, this one goes on from where
/// it was, at the speed of the machine's steady clock, until the machine's has caught up: an escalation that is due in
/// five minutes is due in five minutes, whatever a time server corrects.
#[derive(Clone, Debug)]
pub struct Clock {
    kind: Kind,
    told: Arc<Mutex<Told>>,
}

#[derive(Clone, Debug)]
enum Kind {
    System,
    Simulated { origin: Instant, began: std::time::Instant, speed: f64 },
}

/// What was told last, and when by the steady clock.
#[derive(Clone, Copy, Debug)]
struct Told {
    micros: i64,
    at: std::time::Instant,
}

impl Told {
    /// The next instant to tell: what the wall shows, or what was told plus the time that passed since, if that is later.
    fn advance(&mut self, wall: Instant, steady: std::time::Instant) -> i64 {
        let passed = steady.saturating_duration_since(self.at).as_micros() as i64;
        let least = self.micros.saturating_add(passed);
        *self = Told { micros: wall.as_microsecond().max(least), at: steady };
        self.micros
    }
}

#[expect(clippy::disallowed_methods, reason = "the clock is where time comes from")]
fn wall() -> Instant {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "the clock is where time comes from")]
fn steady() -> std::time::Instant {
    std::time::Instant::now()
}

impl Clock {
    pub fn system() -> Clock {
        Clock::of(Kind::System)
    }

    fn of(kind: Kind) -> Clock {
        Clock { kind, told: Arc::new(Mutex::new(Told { micros: i64::MIN, at: steady() })) }
    }

    /// Begins at `origin` now and runs `speed` times as fast as the world.
    pub fn simulated(origin: Instant, speed: f64) -> Clock {
        Clock::of(Kind::Simulated { origin, began: steady(), speed })
    }

    /// Goes on from `instant` if that is later than now: the journal may end in a time that the machine's clock, since
    /// set back, has not reached again.
    pub fn raise(&self, instant: Instant) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.micros < instant.as_microsecond() {
            *told = Told { micros: instant.as_microsecond(), at: steady() };
        }
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
        let steady = steady();
        let wall = match &self.kind {
            Kind::System => wall(),
            Kind::Simulated { origin, began, speed } => {
                let passed = steady.saturating_duration_since(*began).as_secs_f64() * speed;
                origin.saturating_add(SignedDuration::from_secs_f64(passed)).unwrap_or(Timestamp::MAX)
            }
        };
        let micros = self.told.lock().unwrap_or_else(PoisonError::into_inner).advance(wall, steady);
        Timestamp::from_microsecond(micros).unwrap_or(wall)
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
    fn a_wall_clock_that_is_set_back_does_not_stop_time() {
        let at = steady();
        let later = |seconds| at + Duration::from_secs(seconds);
        let wall = |text: &str| text.parse::<Instant>().unwrap();
        let mut told = Told { micros: i64::MIN, at };
        let mut tell =
            |wall: Instant, steady| Timestamp::from_microsecond(told.advance(wall, steady)).unwrap().to_string();
        assert_eq!(tell(wall("2026-03-17T07:00:00Z"), at), "2026-03-17T07:00:00Z");
        // Set back by an hour, ten seconds later: ten seconds passed.
        assert_eq!(tell(wall("2026-03-17T06:00:10Z"), later(10)), "2026-03-17T07:00:10Z");
        // Set forward by a day and back again: it stays ahead, and goes on.
        assert_eq!(tell(wall("2026-03-18T07:00:20Z"), later(20)), "2026-03-18T07:00:20Z");
        assert_eq!(tell(wall("2026-03-17T07:00:50Z"), later(50)), "2026-03-18T07:00:50Z");
        // The wall caught up: it is believed again.
        assert_eq!(tell(wall("2026-03-19T00:00:00Z"), later(60)), "2026-03-19T00:00:00Z");
    }

    #[test]
    fn a_journal_that_ends_in_the_future_raises_the_clock() {
        let clock = Clock::system();
        let ahead = clock.now().checked_add(SignedDuration::from_hours(24)).unwrap();
        clock.raise(ahead);
        let first = clock.now();
        assert!(first >= ahead);
        while clock.now() == first {}
    }
}
