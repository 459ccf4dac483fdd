//! How messages flow through a chain now: one look over all that it remembers, for those who watch it.
//!
//! What this does *not* do: it proves nothing (verdicts do), and it is not stored. A look takes as long as there are
//! messages, so whoever asks often keeps the answer for a moment.

use super::message::{End, Message};
use super::shape::Shape;
use super::{Chain, Engine};
use crate::chain::plan::HopId;

/// The time before now whose latencies are told, in equal steps.
pub const STEPS: usize = 72;
/// Ten minutes, so that all steps are twelve hours.
pub const STEP: i64 = 600 * 1_000_000_000;

/// A look at one chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// In the order of the plan.
    pub hops: Vec<HopFlow>,
    /// From the first sighting to the confirmation.
    pub end_to_end: Latency,
    pub lanes: Vec<LaneFlow>,
    /// Confirmed within the last step.
    pub confirmed_lately: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HopFlow {
    /// Messages that began since the instant that was asked for, and were seen here.
    pub seen: u64,
    /// Of all that have not ended, those that were seen here last.
    pub here: u64,
    /// Of those, the ones that are proven not to have come further.
    pub held: u64,
    /// When the oldest of those that have not ended came here.
    pub oldest: Option<i64>,
    /// From the sighting before to the one here.
    pub into: Latency,
    /// When anything was seen here last.
    pub last_seen: Option<i64>,
}

/// One sequence domain. The counts are of messages that began since the instant that was asked for, or have not ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LaneFlow {
    pub name: Box<str>,
    pub originated: u64,
    pub confirmed: u64,
    pub rejected: u64,
    pub cancelled: u64,
    pub held: u64,
    /// The lowest number that is held.
    pub first_held: Option<u64>,
    /// When the oldest that has not ended was seen first.
    pub oldest: Option<i64>,
    /// Numbers that nobody has seen.
    pub unseen: u64,
}

impl LaneFlow {
    pub fn outstanding(&self) -> u64 {
        self.originated.saturating_sub(self.confirmed + self.rejected + self.cancelled)
    }
}

/// How long something took, by when it was over: step by step, the latest one last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latency {
    steps: Vec<Histogram>,
}

/// Durations in eight classes an octave, so that a quantile is exact to 9 %.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram {
    classes: Vec<u32>,
    count: u32,
}

impl Default for Latency {
    fn default() -> Latency {
        Latency { steps: vec![Histogram::default(); STEPS] }
    }
}

impl Histogram {
    fn class(nanoseconds: i64) -> usize {
        let value = nanoseconds.max(1) as u64;
        let octave = 63 - value.leading_zeros() as usize;
        let eighth = if octave >= 3 { (value >> (octave - 3)) as usize & 7 } else { 0 };
        octave * 8 + eighth
    }

    /// The middle of a class.
    fn value(class: usize) -> i64 {
        let (octave, eighth) = (class / 8, class % 8);
        let (base, width) = (1_u64 << octave, (1_u64 << octave) / 8);
        i64::try_from(base + width * eighth as u64 + width / 2).unwrap_or(i64::MAX)
    }

    fn add(&mut self, nanoseconds: i64) {
        let class = Histogram::class(nanoseconds);
        if self.classes.len() <= class {
            self.classes.resize(class + 1, 0);
        }
        self.classes[class] += 1;
        self.count += 1;
    }

    pub fn count(&self) -> u32 {
        self.count
    }

    /// In nanoseconds; none: nothing was measured.
    pub fn quantile(&self, q: f64) -> Option<i64> {
        let wanted = (f64::from(self.count) * q).ceil().max(1.0) as u32;
        let mut sum = 0;
        let reached = |count: &u32| {
            sum += count;
            sum >= wanted
        };
        self.classes.iter().position(reached).filter(|_| self.count > 0).map(Histogram::value)
    }
}

impl Latency {
    fn add(&mut self, took: i64, over: i64, now: i64) {
        let ago = now.saturating_sub(over).max(0) / STEP;
        let step = usize::try_from(ago).ok().and_then(|ago| STEPS.checked_sub(ago + 1));
        if let Some(histogram) = step.and_then(|step| self.steps.get_mut(step)) {
            histogram.add(took);
        }
    }

    /// Of each step.
    pub fn steps(&self) -> &[Histogram] {
        &self.steps
    }

    /// Of all steps together.
    pub fn all(&self) -> Histogram {
        let mut all = Histogram::default();
        for step in &self.steps {
            if all.classes.len() < step.classes.len() {
                all.classes.resize(step.classes.len(), 0);
            }
            all.classes.iter_mut().zip(&step.classes).for_each(|(sum, count)| *sum += count);
            all.count += step.count;
        }
        all
    }
}

impl Engine {
    /// A look at this chain; what began at `since` or later counts, and `now` is the end of the latencies' steps.
    pub fn flow(&self, chain: &str, since: i64, now: i64) -> Option<Flow> {
        let (shape, chain) = self.chain(chain)?;
        Some(Look { shape, since, now, flow: Flow::default() }.over(chain))
    }
}

struct Look<'a> {
    shape: &'a Shape,
    since: i64,
    now: i64,
    flow: Flow,
}

impl Look<'_> {
    fn over(mut self, chain: &Chain) -> Flow {
        self.flow.hops = vec![HopFlow::default(); self.shape.hops()];
        for lane in &chain.lanes {
            let mut told = LaneFlow { name: lane.name.clone(), ..LaneFlow::default() };
            for (seq, message) in lane.messages.iter() {
                if self.message(&message, &mut told) {
                    told.first_held.get_or_insert(seq);
                }
            }
            for message in lane.by_id.values() {
                self.message(message, &mut told);
            }
            told.unseen = lane.gaps.iter().map(|(from, gap)| gap.to - from + 1).sum();
            self.flow.lanes.push(told);
        }
        self.flow.lanes.sort_by(|a, b| a.name.cmp(&b.name));
        self.flow
    }

    /// Whether it is held.
    fn message(&mut self, message: &Message, lane: &mut LaneFlow) -> bool {
        let Some(first) = message.at_first() else { return false };
        let (end, seen) = (message.end(self.shape.confirming), message.seen());
        let counts = first >= self.since || end.is_none();
        let mut before: Option<i64> = None;
        for hop in seen.iter() {
            let Some(at) = message.at(hop) else { continue };
            let flow = &mut self.flow.hops[usize::from(hop.0)];
            flow.seen += u64::from(counts);
            flow.last_seen = flow.last_seen.max(Some(at));
            if let Some(before) = before {
                flow.into.add(at.saturating_sub(before), at, self.now);
            }
            before = Some(at);
        }
        if end == Some(End::Confirmed) {
            let over = message.at(self.shape.confirming).unwrap_or(first);
            self.flow.end_to_end.add(over.saturating_sub(first), over, self.now);
            self.flow.confirmed_lately += u64::from(self.now.saturating_sub(over) < STEP);
        }
        if !counts {
            return false;
        }
        lane.originated += 1;
        match end {
            Some(End::Confirmed) => lane.confirmed += 1,
            Some(End::Rejected) => lane.rejected += 1,
            Some(End::Cancelled) => lane.cancelled += 1,
            None => return self.under_way(message, seen.last(), first, lane),
        }
        false
    }

    fn under_way(&mut self, message: &Message, last: Option<HopId>, first: i64, lane: &mut LaneFlow) -> bool {
        let held = message.lines.as_ref().is_some_and(|lines| lines.lost.is_live());
        lane.held += u64::from(held);
        lane.oldest = Some(lane.oldest.map_or(first, |oldest| oldest.min(first)));
        if let Some((hop, at)) = last.and_then(|hop| Some((hop, message.at(hop)?))) {
            let flow = &mut self.flow.hops[usize::from(hop.0)];
            flow.here += 1;
            flow.held += u64::from(held);
            flow.oldest = Some(flow.oldest.map_or(at, |oldest| oldest.min(at)));
        }
        held
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_exact_to_nine_percent() {
        for nanoseconds in [1, 2, 7, 8, 9, 1000, 12_345_678, 310_000_000, i64::MAX / 2] {
            let mut histogram = Histogram::default();
            histogram.add(nanoseconds);
            let told = histogram.quantile(0.5).unwrap();
            let off = (told - nanoseconds).unsigned_abs() as f64 / nanoseconds as f64;
            assert!(off <= 0.09 || nanoseconds < 8 && off <= 0.5, "{nanoseconds}: {told}");
        }
        let mut histogram = Histogram::default();
        assert_eq!(histogram.quantile(0.5), None);
        (1..=100).for_each(|ms| histogram.add(ms * 1_000_000));
        for (q, ms) in [(0.0, 1.0), (0.5, 50.0), (0.99, 99.0), (1.0, 100.0)] {
            let told = histogram.quantile(q).unwrap() as f64 / 1e6;
            assert!((told - ms).abs() <= ms * 0.09, "{q}: {told}");
        }
    }

    #[test]
    fn steps_end_now_and_what_is_older_is_left_out() {
        let mut latency = Latency::default();
        let now = 1_000 * STEP;
        for (over, step) in [(now, 71), (now - STEP + 1, 71), (now - STEP, 70), (now - 71 * STEP, 0), (now + 5, 71)] {
            latency.add(1_000, over, now);
            assert!(latency.steps()[step].count > 0, "{over}");
        }
        latency.add(1_000, now - 72 * STEP, now);
        latency.add(1_000, i64::MIN, now);
        assert_eq!(latency.all().count, 5);
    }
}
