//! Where is the fault? From what each chain's test points saw, and from what people saw by hand, to the elements that
//! explain it best, how sure that is, and where to look next.
//!
//! It does *not* collect the observations, judge single messages or decide anything: it is a pure question. Elements are
//! whatever chains share (a gateway, a firewall, a queue); paths run through them in order.
//!
//! # One chain
//! The fault lies between the last test point that saw and the first that did not ([`segment()`]). Where looking costs
//! effort, [`halve`] proposes the test point with the most information per cost. One look answers yes or no, so it tells
//! `H(q) = -q ln q - (1-q) ln(1-q)`, where `q` is the probability that the fault lies behind the point: the most where it
//! halves what remains. That is the half-split rule of fault finding, with the entropy of Shannon (1948) as its measure.
//!
//! # Many chains with shared elements
//! A hypothesis is a set `S` of up to three faulty elements, each of which loses a message with its own probability `f`;
//! every other element loses one with [`Settings::background`], which is nearly never. On a path `e1 … en` with the test
//! points `t0 … tn` (`ti` stands after `ei`) a message gets as far as `tk` with
//!
//! ```text
//! P(k) = prod(j <= k) (1 - f_j) * f_(k+1)      P(n) = prod(j <= n) (1 - f_j)
//! ```
//!
//! so that one that was lost between `ta` and `tb` was lost with `sum(a <= k < b) P(k)`: the sum of `f_i prod(j < i) (1 - f_j)`
//! over the segment. Reports get lost, too, each with the probability `m`: of a message that was last seen at `ta` we know
//!
//! ```text
//! P(last seen at a) = sum(k >= a) P(k) * m ^ (reporting test points in (a, k])
//! ```
//!
//! in which a *dark* test point (one that did not report at all) does not count, neither for nor against. The likelihood of all
//! observations is their product, and the evidence of a set is its mean over a grid of `f` for each element, times the prior:
//!
//! ```text
//! ln E(S) = ln mean(f) prod(paths) P(observed | S, f)  +  sum(i in S) ln(p_i / (1 - p_i))
//! ```
//!
//! This is Bayesian model comparison (MacKay, *Information Theory, Inference, and Learning Algorithms*, ch. 28) over the
//! hypotheses of de Kleer and Williams, *Diagnosing multiple faults* (1987), from whom the next look by expected
//! information is, too. A set cover that exonerates whatever let something through finds hard faults only: a rule that hits half
//! of the sessions lets something through everywhere. The bench `locate` measures both.
//!
//! Messages of one path and window share sessions, so that they are no independent witnesses: `n` losses weigh
//! `n / (1 + (n - 1) r)`, Kish's design effect with `r = 0.1`, thus never more than ten. Passes keep their
//! ratio to them, up to fifty where there are more losses than missing reports would make.
//!
//! # Evidence by hand
//! A [`Look`] says of the traffic of a path which goes missing: at this test point it was seen, or not. With `c` for what
//! was observed of the losses of that path, it multiplies the likelihood by `P(c, looks) / P(c)`; a look is wrong with
//! [`Settings::look_error`], so it sharpens and never proves.
//! [`Explanation::next_looks`] puts those
//! first that are expected to tell most per cost.
//!
//! # What it can't tell
//! Elements between the same two test points of the same paths look the same: they come as [`Candidate::tied`], never as a
//! winner. On a tree, a fault of a node looks like simultaneous faults of all its branches. Only the prior prefers the one;
//! [`Explanation::rivals`] then holds the other sets that explain as well, and who shows the answer must say so.
//!
//! # Bounds
//! Only an element of a losing segment can explain anything; of these [`SUSPECTS_MAX`] at most are weighed, and
//! [`Explanation::left_out`] names the rest. Sets whose best possible likelihood is e^30 below the best found are not weighed, nor
//! are more than 6,000 sets of three, the most promising first ([`Explanation::sets_left_out`]). The result is the same for the same input, in any order of the elements up to rounding.

mod explanation;
mod likelihood;
mod look;
mod network;
mod observed;
mod segment;
mod sets;

pub use explanation::{Candidate, Explanation, explain};
pub use look::{NextLook, Probe};
pub use network::{Element, Fault, Network, POINTS_MAX, PathId};
pub use observed::{Look, Observation, Points};
pub use segment::{Segment, halve, segment};
pub use sets::SUSPECTS_MAX;

/// What is believed before anything is observed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// How likely a report of a test point gets lost; `0.02` where reporters say nothing about completeness.
    pub missing_reports: f64,
    /// How likely a healthy element loses a message.
    pub background: f64,
    /// How likely what a person tells of a look is wrong.
    pub look_error: f64,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { missing_reports: 0.02, background: 1e-4, look_error: 0.01 }
    }
}

impl Settings {
    /// A probability of zero would make one stray report a proof.
    fn kept_sane(self) -> Settings {
        let sane = |value: f64, least: f64| if value.is_nan() { least } else { value.clamp(least, 0.4) };
        Settings {
            missing_reports: sane(self.missing_reports, 1e-6),
            background: sane(self.background, 1e-9),
            look_error: sane(self.look_error, 1e-6),
        }
    }
}

#[cfg(test)]
mod tests;
