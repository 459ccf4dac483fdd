//! The clock of records that are read afterwards: what time it was in the house when each of them came.
//!
//! Live, the house logs its ticks. A file has none, so the time is taken from the records themselves:
//!
//! | a record is | then the time is |
//! | --- | --- |
//! | the first | its instant |
//! | a step or more after the time so far, and less than [`LEAP`] | its instant |
//! | earlier, or less than a step later | what it was: late records don't turn it back |
//! | [`LEAP`] or more after it | what it was, until [`BELIEVED`] records in a row say so: a night, not one wrong clock |
//!
//! What this does *not* do: it orders no records, and it does not say when the last one is over ([`endings`] does).

use super::plan::ChainPlan;

/// The time goes on by steps of a second, so that the engine does not look at all chains for every record.
const STEP: i64 = 1_000_000_000;
/// One hour. So far ahead a single record is rather wrong than right.
pub const LEAP: i64 = 3600 * STEP;
/// So many records in a row are believed.
pub const BELIEVED: u32 = 100;

/// See the module.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    now: Option<i64>,
    /// Of the records in a row that are far ahead: how many, and the earliest.
    ahead: (u32, i64),
}

impl Pace {
    /// The time that a record of this instant brings, if it brings one.
    pub fn tick(&mut self, at: i64) -> Option<i64> {
        let now = self.now.unwrap_or(at.saturating_sub(STEP));
        if at.saturating_sub(now) >= LEAP {
            let (count, earliest) = self.ahead;
            let earliest = if count == 0 { at } else { earliest.min(at) };
            self.ahead = (count + 1, earliest);
            if self.ahead.0 < BELIEVED {
                return None;
            }
            return self.set(earliest);
        }
        self.ahead.0 = 0;
        if at.saturating_sub(now) < STEP {
            return None;
        }
        self.set(at)
    }

    fn set(&mut self, now: i64) -> Option<i64> {
        self.ahead.0 = 0;
        self.now = Some(now);
        self.now
    }

    /// The time that the last record brought.
    pub fn now(&self) -> Option<i64> {
        self.now
    }
}

/// When the last record came at `last`: the instants at which hops without heartbeats have told all that came until
/// then, the earliest first. No hop is dark because the file ends, so what goes dark at these instants means nothing.
pub fn endings<'a>(plans: impl Iterator<Item = &'a ChainPlan>, last: i64) -> Vec<i64> {
    let nanos = |plan: &ChainPlan| i64::try_from(plan.lateness.as_nanos()).unwrap_or(i64::MAX);
    let mut ends: Vec<i64> = plans.map(|plan| last.saturating_add(nanos(plan))).collect();
    ends.sort_unstable();
    ends.dedup();
    ends
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_follows_the_records_and_no_single_clock() {
        let s = |seconds: i64| seconds * STEP;
        let day = 86_400;
        for (what, seconds, expected) in [
            ("one after the other", vec![10, 11, 15], vec![10, 11, 15]),
            ("late ones", vec![10, 9, 3, 12], vec![10, 12]),
            ("a clock that is a day ahead", vec![10, 11, 11 + day, 12, 12 + day, 13], vec![10, 11, 12, 13]),
            ("just below an hour", vec![10, 3609], vec![10, 3609]),
        ] {
            let mut pace = Pace::default();
            let ticks: Vec<i64> = seconds.iter().filter_map(|at| pace.tick(s(*at))).collect();
            assert_eq!(ticks, expected.iter().map(|at| s(*at)).collect::<Vec<_>>(), "{what}");
        }
    }

    #[test]
    fn a_night_is_believed_once_enough_records_say_so() {
        let mut pace = Pace::default();
        assert_eq!(pace.tick(0), Some(0));
        let night = 9 * LEAP;
        let ticks: Vec<Option<i64>> = (0..i64::from(BELIEVED)).map(|n| pace.tick(night + n)).collect();
        assert!(ticks[..ticks.len() - 1].iter().all(Option::is_none));
        assert_eq!(ticks.last(), Some(&Some(night)));
        assert_eq!(pace.tick(night + STEP), Some(night + STEP));
    }

    #[test]
    fn less_than_a_step_is_no_tick() {
        let mut pace = Pace::default();
        assert_eq!([0, 1, STEP - 1, STEP].map(|at| pace.tick(at)), [Some(0), None, None, Some(STEP)]);
        assert_eq!(Pace::default().tick(i64::MIN), None, "there is no second before the first instant");
    }
}
