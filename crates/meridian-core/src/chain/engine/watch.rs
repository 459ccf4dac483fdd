//! Watching the hops: ticks and heartbeats, and what becomes provable as hops report.

use super::aside::AsideReason;
use super::order::Passed;
use super::reporter::UNTIMED;
use super::verdict::{Change, Rule, Scene, Subject};
use super::{Chain, Engine, Taken};
use crate::chain::plan::{HopId, HopSet};
use crate::chain::record::Heartbeat;

impl Chain {
    /// From now on a word is due from these hops.
    #[inline]
    pub(super) fn expect(&mut self, hops: HopSet, now: Option<i64>) {
        for hop in hops.without(self.awaited).iter() {
            if let Some(waiting) = self.waiting.get_mut(usize::from(hop.0)) {
                *waiting = now.unwrap_or(UNTIMED);
                self.awaited = self.awaited.with(hop);
            }
        }
    }

    /// A word came from this hop; whether it was due.
    #[inline]
    fn hear(&mut self, hop: HopId) -> bool {
        let was_due = self.awaited.has(hop);
        self.awaited = self.awaited.without(HopSet::default().with(hop));
        was_due
    }

    /// Since when a word is due from the hop at this place.
    pub(super) fn waits_since(&self, place: usize) -> Option<i64> {
        let hop = HopId(u8::try_from(place).ok()?);
        self.waiting.get(place).copied().filter(|_| self.awaited.has(hop))
    }

    fn stands(&mut self, hop: HopId, tap: u32) {
        let is_sole = self.hops[usize::from(hop.0)].stands(tap);
        self.sole = if is_sole { self.sole.with(hop) } else { self.sole.without(HopSet::default().with(hop)) };
    }
}

impl Engine {
    pub(super) fn tick(&mut self, now: i64, out: &mut Vec<Change>) -> Taken {
        if self.state.now.is_some_and(|before| before >= now) {
            return Taken::Absorbed;
        }
        if self.state.now.replace(now).is_none() {
            self.begin(now);
        }
        for chain in 0..self.state.chains.len() as u32 {
            let hops = self.shapes[chain as usize].plan.all();
            self.look(chain, hops, now, out);
        }
        Taken::New
    }

    /// The first tick: whatever was said or is due before it, is so since then.
    fn begin(&mut self, now: i64) {
        for reporter in &mut self.state.reporters.list {
            reporter.heard_at = now;
        }
        for waiting in self.state.chains.iter_mut().flat_map(|chain| &mut chain.waiting) {
            *waiting = now;
        }
    }

    pub(super) fn heartbeat(&mut self, beat: &Heartbeat<'_>, out: &mut Vec<Change>) -> Taken {
        let Ok(tap) = self.tap(Some(&beat.reporter)) else { return self.set_aside(AsideReason::Reporters) };
        // Nobody can have told all until an instant that is still to come.
        let until = beat.at.min(self.state.now.unwrap_or(i64::MAX));
        let Some(reporter) = self.state.reporters.get_mut(tap) else { return Taken::Absorbed };
        let counts = reporter.beat(beat.epoch, beat.through, until);
        self.spoke(tap, None, beat.at, out);
        if counts { Taken::New } else { self.set_aside(AsideReason::StaleEpoch) }
    }

    /// A reporter that is known to stand at a hop reported a checkpoint of it.
    #[inline]
    pub(super) fn spoke_again(&mut self, tap: u32, place: (u32, HopId), at: i64, out: &mut Vec<Change>) {
        let now = self.state.now.unwrap_or(UNTIMED);
        let (number, hop) = place;
        let chain = &mut self.state.chains[number as usize];
        // Where only this one stands, its heartbeats alone say how far the hop has reported.
        let alone = |beats: bool| !chain.awaited.has(hop) || beats && chain.sole.has(hop);
        let reporter = self.state.reporters.get_mut(tap).filter(|_| !chain.dark.has(hop));
        match reporter.filter(|it| it.hops.len() == 1 && it.looked_to == it.complete_to && alone(it.beats)) {
            // As the long way would find it.
            Some(reporter) => {
                reporter.heard_at = now;
                chain.hear(hop);
            }
            None => self.spoke(tap, Some(place), at, out),
        }
    }

    /// A reporter said something, of a hop if it was a checkpoint: looks again at the hops where it stands.
    pub(super) fn spoke(&mut self, tap: u32, place: Option<(u32, HopId)>, at: i64, out: &mut Vec<Change>) {
        let now = self.state.now.unwrap_or(UNTIMED);
        if let Some((chain, hop)) = place {
            let chain = &mut self.state.chains[chain as usize];
            chain.stands(hop, tap);
            if tap == 0 {
                chain.hear(hop);
            }
        }
        let Some(reporter) = self.state.reporters.get_mut(tap) else {
            if let Some((chain, hop)) = place {
                self.look(chain, HopSet::default().with(hop), at, out);
            }
            return;
        };
        reporter.heard_at = now;
        let came = place.is_some_and(|place| reporter.stands(place));
        // A checkpoint that completes no heartbeat leaves all as it was, but for what waited for this word.
        let news = place.is_none() || came || reporter.looked_to != reporter.complete_to;
        reporter.looked_to = reporter.complete_to;
        let (speaks_for_all, count) = (reporter.beats, reporter.hops.len());
        for number in 0..count {
            let reporter = self.state.reporters.get(tap);
            let Some((chain, hop)) = reporter.and_then(|reporter| reporter.hops.get(number)).copied() else { return };
            let of = &mut self.state.chains[chain as usize];
            // Who sends heartbeats speaks for all its hops: nothing more is due from them.
            let was_due = (speaks_for_all || place == Some((chain, hop))) && of.hear(hop);
            // Where only this one stands, its heartbeats alone say how far the hop has reported.
            let matters = was_due && !(speaks_for_all && of.sole.has(hop));
            if news || matters || of.dark.has(hop) {
                self.look(chain, HopSet::default().with(hop), at, out);
            }
        }
    }

    /// Looks how far these hops have reported, whether they are dark, and judges what became provable.
    fn look(&mut self, number: u32, hops: HopSet, at: i64, out: &mut Vec<Change>) {
        let shape = &self.shapes[number as usize];
        let (reporters, now) = (&self.state.reporters, self.state.now);
        let chain = &mut self.state.chains[number as usize];
        let mut moved = HopSet::default();
        for id in hops.iter() {
            let waiting = chain.waits_since(usize::from(id.0));
            let hop = &mut chain.hops[usize::from(id.0)];
            let scene = Scene { chain: &shape.plan.name, subject: &|| Subject::Hop, epoch: 0, at };
            let dark = hop.is_dark(shape, reporters, now, waiting);
            hop.dark.set(dark.then_some((id, Rule::Dark)), &scene, out);
            chain.dark = if dark { chain.dark.with(id) } else { chain.dark.without(HopSet::default().with(id)) };
            let through = hop.through(shape, reporters, now, waiting);
            if through > chain.through[usize::from(id.0)] {
                chain.through[usize::from(id.0)] = through;
                moved = moved.with(id);
            }
        }
        if moved.is_empty() {
            return;
        }
        for lane in 0..chain.lanes.len() as u32 {
            let (lane, mut court) = chain.court(lane, shape, at, out);
            if moved.iter().any(|hop| lane.waits_for(hop, court.through)) {
                lane.settle(&mut court);
            }
        }
        for hop in moved.iter() {
            self.turn_by_time(number, hop, at, out);
        }
    }

    /// What has no counter has its turn once its hop has reported all until then.
    fn turn_by_time(&mut self, number: u32, hop: HopId, at: i64, out: &mut Vec<Change>) {
        let chain = &mut self.state.chains[number as usize];
        let through = chain.through[usize::from(hop.0)].unwrap_or(i64::MIN);
        let waiting = &mut chain.hops[usize::from(hop.0)].unordered;
        if waiting.first().is_none_or(|(first, ..)| *first > through) {
            return;
        }
        let turn = match through.checked_add(1) {
            Some(after) => {
                let later = waiting.split_off(&(after, 0, 0));
                std::mem::replace(waiting, later)
            }
            None => std::mem::take(waiting),
        };
        for (_, lane, seq) in turn {
            self.judge_order(Passed { chain: number, lane, hop, seq }, 0, at, out);
        }
    }
}
