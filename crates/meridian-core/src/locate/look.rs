//! Where to look next: the test point that is expected to tell most about the fault, per cost.

use super::{
    explanation::Explanation,
    network::{Fault, PathId},
    segment::entropy,
};

/// A test point that somebody could look at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Probe {
    pub path: PathId,
    pub point: u8,
    /// What looking costs: minutes, for example; any unit that is the same for all.
    pub cost: f64,
}

/// A look that is worth it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NextLook {
    pub probe: Probe,
    /// How much the answer is expected to tell, in bits.
    pub bits: f64,
    /// How likely the missing traffic is seen there.
    pub seen: f64,
}

/// So many hypotheses share in the expectation; the rest weighs nothing.
const HYPOTHESES_MAX: usize = 256;
/// What tells less than this is not worth a walk.
const BITS_MIN: f64 = 0.01;

impl Explanation {
    /// The probes that are worth it, best first. A look is for the traffic that goes missing, so paths that lose nothing
    /// are no place for it; nor is a point that was looked at already.
    ///
    /// The expectation is the mutual information between the answer and the hypotheses, each at its likeliest losses.
    pub fn next_looks(&self, probes: &[Probe]) -> Result<Vec<NextLook>, Fault> {
        let mut worth = vec![];
        for probe in probes {
            let model = self.models.get(usize::from(probe.path.0)).ok_or(Fault::UnknownPath { path: probe.path })?;
            if usize::from(probe.point) > model.length() {
                return Err(Fault::UnknownPoint { path: probe.path, point: probe.point, last: model.length() });
            }
            if !model.loses() || model.looked_at(probe.point) {
                continue;
            }
            let (mut all, mut seen, mut within) = (0.0, 0.0, 0.0);
            for (set, posterior) in self.hypotheses.iter().take(HYPOTHESES_MAX) {
                let here = model.seen(&set.faults, probe.point);
                all += posterior;
                seen += posterior * here;
                within += posterior * entropy(here);
            }
            let bits = (entropy(seen / all) - within / all) / std::f64::consts::LN_2;
            if bits >= BITS_MIN {
                worth.push(NextLook { probe: *probe, bits, seen: seen / all });
            }
        }
        let value = |look: &NextLook| look.bits / look.probe.cost.max(f64::MIN_POSITIVE);
        let place = |look: &NextLook| (look.probe.path, look.probe.point);
        worth.sort_by(|a, b| value(b).total_cmp(&value(a)).then_with(|| place(a).cmp(&place(b))));
        Ok(worth)
    }
}
