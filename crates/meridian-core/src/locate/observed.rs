//! What was observed: by the test points of a path in a window, and by people who looked.
//!
//! It does *not* judge: a count stands here as it was reported, and gets its weight when it is used.

use super::network::{Fault, Network, PathId};

/// A set of test points of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Points(u64);

impl Points {
    /// All test points of a path with so many elements.
    pub fn all(elements: usize) -> Points {
        Points(if elements >= 63 { u64::MAX } else { (1 << (elements + 1)) - 1 })
    }

    pub fn contains(self, point: u8) -> bool {
        point < 64 && self.0 >> point & 1 == 1
    }

    #[must_use]
    pub fn with(self, point: u8) -> Points {
        Points(if point < 64 { self.0 | 1 << point } else { self.0 })
    }

    #[must_use]
    pub fn without(self, point: u8) -> Points {
        Points(if point < 64 { self.0 & !(1 << point) } else { self.0 })
    }

    /// How many lie after `from`, up to `until` and with it.
    pub(super) fn between(self, from: usize, until: usize) -> i32 {
        (from + 1..=until).filter(|point| u8::try_from(*point).is_ok_and(|point| self.contains(point))).count() as i32
    }

    /// The first one after `point`.
    pub(super) fn after(self, point: u8) -> Option<u8> {
        (point.saturating_add(1)..64).find(|next| self.contains(*next))
    }
}

impl FromIterator<u8> for Points {
    fn from_iter<T: IntoIterator<Item = u8>>(points: T) -> Points {
        points.into_iter().fold(Points::default(), Points::with)
    }
}

/// One path in one window: which test points reported completely, and how many messages were last seen where.
#[derive(Clone, Debug, PartialEq)]
pub struct Observation {
    pub path: PathId,
    /// Those that reported; every other one is dark and says nothing.
    pub reporting: Points,
    /// Test point and how many messages got no further, as far as was reported. What was seen at the last reporting
    /// point has passed.
    pub last_seen: Vec<(u8, u64)>,
}

impl Observation {
    pub(super) fn check(&self, network: &Network) -> Result<(), Fault> {
        self.last_seen.iter().try_for_each(|(point, _)| {
            network.point(self.path, *point)?;
            // The origin knows what it sent, whether or not it is a test point.
            let reports = *point == 0 || self.reporting.contains(*point);
            if reports { Ok(()) } else { Err(Fault::NotReporting { path: self.path, point: *point }) }
        })
    }

    /// Whether messages that were last seen here should have been seen by somebody further on.
    pub(super) fn lost_after(&self, point: u8) -> bool {
        self.reporting.after(point).is_some()
    }

    /// What each count weighs, as the module's doc says.
    pub(super) fn weights(&self, missing_reports: f64) -> Vec<(u8, f64)> {
        const ALIKE: f64 = 0.1;
        const PASSES_MAX: f64 = 50.0;
        let sum = |lost: bool| -> f64 {
            self.last_seen.iter().filter(|(point, _)| self.lost_after(*point) == lost).map(|(_, n)| *n as f64).sum()
        };
        let (lost, passed) = (sum(true), sum(false));
        let one_lost = 1.0 / (1.0 + (lost - 1.0).max(0.0) * ALIKE);
        // Losses that could all be missing reports must not look like a larger share than they are.
        let could_be_reports = lost > 0.0 && lost <= 5.0 * missing_reports * (lost + passed);
        let most = if could_be_reports { f64::INFINITY } else { PASSES_MAX };
        let one_passed = one_lost.min(most / passed.max(1.0));
        let weight = |point: u8| if self.lost_after(point) { one_lost } else { one_passed };
        self.last_seen.iter().filter(|(_, n)| *n > 0).map(|(point, n)| (*point, *n as f64 * weight(*point))).collect()
    }
}

/// Somebody looked at a test point for the traffic of a path that goes missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub path: PathId,
    pub point: u8,
    pub seen: bool,
}
