//! One chain: the segment that holds the fault, and the test point that halves it.

use super::{network::Fault, observed::Observation};

/// Where one path loses: after a test point that saw, up to the first reporting one that did not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    pub last_seen: u8,
    pub first_missing: u8,
    /// How many messages went missing there.
    pub lost: u64,
}

impl Segment {
    /// The places of the suspects on the path: 0 is its first element.
    pub fn suspects(&self) -> std::ops::Range<usize> {
        usize::from(self.last_seen)..usize::from(self.first_missing)
    }
}

/// Where most messages of the observation went missing; of two like segments the earlier one. None if all passed.
pub fn segment(observed: &Observation) -> Option<Segment> {
    let lost = observed.last_seen.iter().filter(|(_, lost)| *lost > 0);
    let segments = lost.filter_map(|(last_seen, lost)| {
        let first_missing = observed.reporting.after(*last_seen)?;
        Some(Segment { last_seen: *last_seen, first_missing, lost: *lost })
    });
    segments.max_by_key(|segment| (segment.lost, std::cmp::Reverse(segment.last_seen)))
}

/// The test point inside a segment that tells most about one fault per cost.
///
/// `priors` and `costs` are those of the path: the prior of each element, and what a look after it costs. `None` if the
/// segment is a single element: then there is nothing left to halve.
///
/// ```
/// use meridian_core::locate::{Segment, halve};
/// let segment = Segment { last_seen: 0, first_missing: 4, lost: 12 };
/// // Four elements alike: the middle one, unless it costs far more to get there.
/// assert_eq!(halve(&segment, &[0.01; 4], &[1.0; 4]), Ok(Some(2)));
/// assert_eq!(halve(&segment, &[0.01; 4], &[1.0, 9.0, 1.0, 1.0]), Ok(Some(1)));
/// ```
pub fn halve(segment: &Segment, priors: &[f64], costs: &[f64]) -> Result<Option<u8>, Fault> {
    let suspects = segment.suspects();
    if suspects.end > priors.len().min(costs.len()) || suspects.is_empty() {
        return Err(Fault::Length { path: 0, length: priors.len().min(costs.len()) });
    }
    if let Some(element) = suspects.clone().find(|at| !(priors[*at] > 0.0 && priors[*at] < 1.0)) {
        return Err(Fault::Prior { element, prior: priors[element] });
    }
    let odds: Vec<f64> = priors[suspects.clone()].iter().map(|prior| prior / (1.0 - prior)).collect();
    let all: f64 = odds.iter().sum();
    let mut before = 0.0;
    let mut best: Option<(f64, u8)> = None;
    for (at, odds) in suspects.zip(&odds) {
        before += odds;
        let point = at + 1;
        if point == usize::from(segment.first_missing) {
            break;
        }
        let worth = entropy(before / all) / costs[at].max(f64::MIN_POSITIVE);
        // A hair more is rounding: then the earlier point stands.
        if best.is_none_or(|(most, _)| worth > most * (1.0 + 1e-9)) {
            best = Some((worth, u8::try_from(point).unwrap_or(u8::MAX)));
        }
    }
    Ok(best.map(|(_, point)| point))
}

/// What the answer to a yes-or-no question tells, in nats.
pub(super) fn entropy(q: f64) -> f64 {
    let part = |p: f64| if p > 0.0 { -p * p.ln() } else { 0.0 };
    part(q) + part(1.0 - q)
}
