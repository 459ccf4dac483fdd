//! Taking a checkpoint: whose report it is, which message it belongs to, and what that changes.

use super::aside::AsideReason;
use super::lane::{Court, Lane};
use super::mark;
use super::message::{Message, SIGHTINGS_MAX, Sighting};
use super::order::Passed;
use super::reporter::{Seen, UNTIMED};
use super::stream::Stream;
use super::verdict::{Change, Key, Rule, Scene, Subject, Unexpected};
use super::{Engine, Taken};
use crate::chain::plan::HopId;
use crate::chain::record::Checkpoint;

const REPORTERS_MAX: usize = 100_000;
const LANES_MAX: usize = 100_000;
const CURRENCIES_MAX: usize = 1000;

/// What is known of a report before it is looked at: whether its reporter counts, and its key's fingerprint.
#[derive(Clone, Copy)]
struct Said {
    counted: bool,
    key: u64,
}

fn seen(point: &Checkpoint<'_>, hop: HopId, tap: u32, said: Said, currency: u32) -> Sighting {
    Sighting {
        hop,
        at: point.at,
        tap,
        counted: said.counted,
        attempt: point.attempt.unwrap_or(1),
        possdup: point.possdup,
        outcome: point.outcome,
        id: mark::id(said.key),
        digest: point.digest.map_or(0, mark::digest),
        amount: point.amount,
        currency,
    }
}

impl Engine {
    pub(super) fn checkpoint(&mut self, point: &Checkpoint<'_>, out: &mut Vec<Change>) -> Taken {
        let known = self.streams.find(point);
        let (place, tap, mark) = match known {
            Some(Stream { chain, hop, tap, mark, .. }) => (Ok((chain, hop)), tap, mark),
            None => {
                let Ok(tap) = self.tap(point.reporter.as_deref()) else {
                    return self.set_aside(AsideReason::Reporters);
                };
                (self.place(point), tap, mark::place(point))
            }
        };
        let number = point.n.filter(|_| tap != 0).map(|n| (point.epoch.unwrap_or(0), n));
        let said = Said { counted: number.is_some(), key: mark::key(&point.id) };
        if let Some((epoch, n)) = number
            && let Some(taken) = self.report(tap, (epoch, n, mark::content(point, mark, said.key)), point, place, out)
        {
            return taken;
        }
        let passed = match (known, place) {
            (Some(stream), _) => self.sighting(stream, said, point, out),
            (None, Ok((chain, hop))) => match self.lane(chain, point.lane.as_deref().unwrap_or("")) {
                Ok(lane) => {
                    self.streams.learn(point, chain, hop, lane, tap);
                    self.sighting(Stream { chain, hop, lane, tap, mark }, said, point, out)
                }
                Err(reason) => Err(self.set_aside(reason)),
            },
            (None, Err(reason)) => Err(self.unknown(reason, point)),
        };
        // A report that is set aside had its number all the same: its reporter has no hole there.
        let (taken, passed) = match passed {
            Ok((taken, passed)) => (taken, passed),
            Err(taken) => (taken, None),
        };
        self.in_turn(tap, number, passed, point.at, out);
        match known {
            Some(stream) => self.spoke_again(tap, (stream.chain, stream.hop), point.at, out),
            None => self.spoke(tap, place.ok(), point.at, out),
        }
        taken
    }

    /// The chain and the hop, or which of them is unknown.
    fn place(&self, point: &Checkpoint<'_>) -> Result<(u32, HopId), AsideReason> {
        let chain = self.names.get(point.chain.as_ref()).ok_or(AsideReason::UnknownChain)?;
        let hop = self.shapes[*chain as usize].plan.hop(&point.hop).ok_or(AsideReason::UnknownHop)?;
        Ok((*chain, hop))
    }

    fn unknown(&mut self, reason: AsideReason, point: &Checkpoint<'_>) -> Taken {
        let hop = if reason == AsideReason::UnknownHop { point.hop.as_ref() } else { "" };
        self.state.aside.unknown(&point.chain, hop);
        self.set_aside(reason)
    }

    /// The number of a reporter, who becomes known by it; 0 for nobody.
    pub(super) fn tap(&mut self, name: Option<&str>) -> Result<u32, ()> {
        let Some(name) = name else { return Ok(0) };
        let reporters = &mut self.state.reporters;
        if let Some(number) = reporters.number(name) {
            return Ok(number);
        }
        if reporters.list.len() >= REPORTERS_MAX {
            return Err(());
        }
        Ok(reporters.open(name, self.state.now.unwrap_or(UNTIMED)))
    }

    /// What the number of a report says about it; none: it is new.
    fn report(
        &mut self,
        tap: u32,
        (epoch, n, content): (u64, u64, u32),
        point: &Checkpoint<'_>,
        place: Result<(u32, HopId), AsideReason>,
        out: &mut Vec<Change>,
    ) -> Option<Taken> {
        let reporter = self.state.reporters.get_mut(tap)?;
        match reporter.see(epoch, n, content) {
            Seen::New => None,
            Seen::Repeated => {
                self.spoke(tap, place.ok(), point.at, out);
                Some(Taken::Absorbed)
            }
            Seen::Stale => Some(self.set_aside(AsideReason::StaleEpoch)),
            Seen::Scattered => Some(self.set_aside(AsideReason::Scattered)),
            Seen::Contradicts { first } => {
                if let (true, Ok((chain, hop))) = (first, place) {
                    let subject = || Subject::Reporter(reporter.name.clone());
                    let chain = &self.shapes[chain as usize].plan.name;
                    let scene = Scene { chain, subject: &subject, epoch, at: point.at };
                    out.push(Change::Raised(scene.verdict(hop, Rule::Contradiction { epoch, n }, 1)));
                }
                Some(Taken::Contradicted)
            }
        }
    }

    fn lane(&mut self, chain: u32, name: &str) -> Result<u32, AsideReason> {
        let shape = &self.shapes[chain as usize];
        let hops = shape.hops();
        let chain = &mut self.state.chains[chain as usize];
        if let Some(lane) = chain.lane_numbers.get(name) {
            return Ok(*lane);
        }
        if !shape.plan.lanes.is_empty() && !shape.plan.lanes.iter().any(|known| known.as_ref() == name) {
            return Err(AsideReason::UnknownLane);
        }
        if chain.lanes.len() >= LANES_MAX {
            return Err(AsideReason::Lanes);
        }
        chain.lanes.push(Lane::new(name, hops));
        chain.lane_numbers.insert(name.into(), chain.lanes.len() as u32 - 1);
        Ok(chain.lanes.len() as u32 - 1)
    }

    fn currency(&mut self, name: Option<&str>) -> Option<u32> {
        let Some(name) = name else { return Some(0) };
        let known = &mut self.state.currencies;
        if let Some(at) = known.iter().position(|currency| currency.as_ref() == name) {
            return Some(at as u32 + 1);
        }
        if known.len() >= CURRENCIES_MAX {
            return None;
        }
        known.push(name.into());
        Some(known.len() as u32)
    }

    /// Adds the sighting to its message; answers what is to be judged for order.
    fn sighting(
        &mut self,
        Stream { chain, hop, lane, tap, .. }: Stream,
        said: Said,
        point: &Checkpoint<'_>,
        out: &mut Vec<Change>,
    ) -> Result<(Taken, Option<Passed>), Taken> {
        let Some(currency) = self.currency(point.currency.as_deref()) else {
            return Err(self.set_aside(AsideReason::Currencies));
        };
        let sighting = seen(point, hop, tap, said, currency);
        let shape = &self.shapes[chain as usize];
        let here = &mut self.state.chains[chain as usize];
        let (lane_of, mut court) = here.court(lane, shape, point.at, out);
        if let Some(seq) = point.seq
            && let Some(seen) = lane_of.pass(seq, &sighting, &mut court)
        {
            here.expect(shape.required_surely(seen).without(seen), self.state.now);
            return Ok((Taken::New, shape.plan.ordered.then_some(Passed { chain, lane, hop, seq })));
        }
        let key = point.seq.map_or_else(|| Key::Id(point.id.as_ref().into()), Key::Seq);
        let mut message = match lane_of.take(&key, &mut court) {
            Ok(message) => message,
            Err(Refused::Leap) => return Err(self.set_aside(AsideReason::Leap)),
            Err(Refused::Over { first }) => {
                if first {
                    let lane: Box<str> = point.lane.as_deref().unwrap_or("").into();
                    let subject = || Subject::Message { lane: lane.clone(), key: key.clone() };
                    let scene = Scene { chain: court.chain, subject: &subject, epoch: 0, at: court.at };
                    court.out.push(Change::Raised(scene.verdict(hop, Rule::Unexpected(Unexpected::AfterEnd), 1)));
                }
                return Ok((Taken::New, None));
            }
        };
        if message.has(&sighting) {
            return Ok((Taken::Absorbed, None));
        }
        if message.sightings.len() >= SIGHTINGS_MAX {
            return Err(self.set_aside(AsideReason::Sightings));
        }
        let is_first = !message.seen().has(hop);
        let corroborates = !is_first && {
            let before = message.transmissions(hop).len();
            message.sightings.push(sighting.clone());
            message.transmissions(hop).len() == before
        };
        if is_first {
            message.sightings.push(sighting);
        }
        let seen = message.seen();
        lane_of.judge(&key, message, &mut court);
        here.expect(shape.required_surely(seen).without(seen), self.state.now);
        let judged = shape.plan.ordered && is_first && point.attempt.unwrap_or(1) <= 1 && !point.possdup;
        let passed = point.seq.filter(|_| judged).map(|seq| Passed { chain, lane, hop, seq });
        Ok((if corroborates { Taken::Absorbed } else { Taken::New }, passed))
    }

    /// Judges the order of what has its turn now; what has no counter waits for its hop.
    fn in_turn(
        &mut self,
        tap: u32,
        number: Option<(u64, u64)>,
        passed: Option<Passed>,
        at: i64,
        out: &mut Vec<Change>,
    ) {
        match (number, passed) {
            (Some((epoch, n)), passed) => {
                let Some(reporter) = self.state.reporters.get_mut(tap) else { return };
                if reporter.is_next(epoch, n) {
                    return passed.into_iter().for_each(|passed| self.judge_order(passed, tap, at, out));
                }
                reporter.pass(epoch, n, passed).into_iter().for_each(|passed| self.judge_order(passed, tap, at, out));
            }
            (None, Some(Passed { chain, lane, hop, seq })) => {
                let chain = &mut self.state.chains[chain as usize];
                let hop = usize::from(hop.0);
                if chain.through[hop].is_none_or(|through| at > through) {
                    chain.hops[hop].unordered.insert((at, lane, seq));
                }
            }
            (None, None) => {}
        }
    }

    pub(super) fn judge_order(&mut self, passed: Passed, by: u32, at: i64, out: &mut Vec<Change>) {
        let Passed { chain, lane, hop, seq } = passed;
        let name = &self.shapes[chain as usize].plan.name;
        let lane = &mut self.state.chains[chain as usize].lanes[lane as usize];
        let Some(after) = lane.highest.turn(hop, by, seq) else { return };
        let subject = || Subject::Message { lane: lane.name.clone(), key: Key::Seq(seq) };
        let scene = Scene { chain: name, subject: &subject, epoch: 0, at };
        out.push(Change::Raised(scene.verdict(hop, Rule::OutOfOrder { after }, 1)));
    }
}

/// Why a sighting belongs to no message.
pub(super) enum Refused {
    Leap,
    /// It was settled and is forgotten; whether this is said for the first time.
    Over {
        first: bool,
    },
}

impl Lane {
    /// The message of that key, a new one if it is new. It is kept once it is judged.
    fn take(&mut self, key: &Key, court: &mut Court<'_>) -> Result<Message, Refused> {
        match key {
            Key::Id(_) => Ok(self.message(key).unwrap_or_default()),
            Key::Seq(seq) => {
                if self.done.has(*seq) {
                    return Err(Refused::Over { first: self.again.insert(*seq) });
                }
                if let Some(message) = self.messages.get(*seq) {
                    return Ok(message);
                }
                if self.leaps(*seq) {
                    return Err(Refused::Leap);
                }
                self.arrive(*seq, court);
                Ok(Message::default())
            }
        }
    }
}
