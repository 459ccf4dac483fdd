//! The model: it keeps every record, forgets nothing and computes everything anew at each step, in the plainest way.

use std::collections::{BTreeMap, BTreeSet};

use crate::chain::engine::{Duplicate, Key, Rule, Subject, Unexpected};
use crate::chain::plan::{ChainPlan, HopId};
use crate::chain::record::{Checkpoint, Heartbeat, Outcome, Record};

pub type Said = BTreeSet<(Subject, HopId, Rule)>;
type Message = (String, Key);

/// A report that was taken, with what was true when it came.
#[derive(Clone)]
struct Report {
    point: Checkpoint<'static>,
    hop: usize,
    message: Message,
    judged: bool,
    /// It came before its hop had reported all until then.
    in_time: bool,
}

#[derive(Default)]
pub struct Naive {
    now: Option<i64>,
    reports: Vec<Report>,
    /// By reporter and epoch: the content of each counter, the first counter, and all heartbeats that count.
    counters: BTreeMap<(String, u64), BTreeMap<u64, Checkpoint<'static>>>,
    /// The counters of an epoch that came before a newer one began.
    before_newer: BTreeMap<(String, u64), BTreeSet<u64>>,
    base: BTreeMap<(String, u64), u64>,
    beats: Vec<Heartbeat<'static>>,
    beating: BTreeSet<String>,
    heard: BTreeMap<String, i64>,
    /// Who ever spoke of a hop; the empty name is nobody.
    stands: BTreeSet<(usize, String)>,
    waiting: BTreeMap<usize, i64>,
    through: BTreeMap<usize, i64>,
    over: BTreeSet<Message>,
    opened: BTreeMap<(String, u64), i64>,
    /// What is said for ever.
    said: Said,
    contradicted: BTreeSet<(String, u64)>,
}

const BEFORE_TIME: i64 = i64::MAX;

impl Naive {
    pub fn step(&mut self, plan: &ChainPlan, record: &Record<'static>) -> Said {
        match record {
            Record::Tick { now } => {
                if self.now.is_none() {
                    self.heard.values_mut().chain(self.waiting.values_mut()).for_each(|at| *at = *now);
                }
                self.now = self.now.max(Some(*now));
            }
            Record::Heartbeat(beat) => {
                let key = (beat.reporter.to_string(), beat.epoch);
                let newest = self.base.keys().filter(|(name, _)| *name == key.0).all(|(_, epoch)| *epoch <= key.1);
                self.base.entry(key).or_insert(beat.through + 1);
                if newest {
                    let until = self.now.map_or(beat.at, |now| now.min(beat.at));
                    self.beats.push(Heartbeat { at: until, ..beat.clone() });
                }
                self.beating.insert(beat.reporter.to_string());
                self.speaks(&beat.reporter, None);
            }
            Record::Checkpoint(point) => self.checkpoint(plan, point),
        }
        for hop in 0..plan.hops.len() {
            let through = self.through_now(plan, hop).max(self.through.get(&hop).copied());
            through.map(|through| self.through.insert(hop, through));
        }
        self.verdicts(plan)
    }

    fn checkpoint(&mut self, plan: &ChainPlan, point: &Checkpoint<'static>) {
        let hop = plan.hops.iter().position(|hop| hop.name.as_str() == point.hop);
        let reporter = point.reporter.as_deref().unwrap_or("").to_owned();
        if let Some(n) = point.n {
            let key = (reporter.clone(), point.epoch.unwrap_or(0));
            self.base.entry(key.clone()).or_insert(n);
            if let Some(before) = self.counters.entry(key.clone()).or_default().get(&n) {
                let said = |point: &Checkpoint<'static>| Checkpoint {
                    reporter: None,
                    epoch: None,
                    n: None,
                    attempt: Some(point.attempt.unwrap_or(1)),
                    ..point.clone()
                };
                if said(before) == said(point) {
                    return self.speaks(&reporter, hop);
                }
                if let (Some(hop), true) = (hop, self.contradicted.insert(key.clone())) {
                    let subject = Subject::Reporter(reporter.as_str().into());
                    self.said.insert((subject, HopId(hop as u8), Rule::Contradiction { epoch: key.1, n }));
                }
                return;
            }
            if self.base.keys().filter(|(name, _)| *name == key.0).all(|(_, epoch)| *epoch <= key.1) {
                self.before_newer.entry(key.clone()).or_default().insert(n);
            }
            self.counters.entry(key).or_default().insert(n, point.clone());
        }
        let Some(hop) = hop else { return self.speaks(&reporter, None) };
        let lane = point.lane.as_deref().unwrap_or("").to_owned();
        let key = point.seq.map_or_else(|| Key::Id(point.id.as_ref().into()), Key::Seq);
        let message = (lane.clone(), key.clone());
        if self.over.contains(&message) {
            let subject = Subject::Message { lane: lane.as_str().into(), key };
            if !self.said.iter().any(|(of, _, rule)| *of == subject && *rule == Rule::Unexpected(Unexpected::AfterEnd))
            {
                self.said.insert((subject, HopId(hop as u8), Rule::Unexpected(Unexpected::AfterEnd)));
            }
            return self.speaks(&reporter, Some(hop));
        }
        let same = |report: &&Report| report.hop == hop && report.message == message;
        let first = !self.reports.iter().any(|report| same(&report));
        let repeated = point.n.is_none()
            && self.reports.iter().filter(same).any(|report| {
                report.point.n.is_none()
                    && Checkpoint {
                        epoch: None,
                        attempt: Some(report.point.attempt.unwrap_or(1)),
                        ..report.point.clone()
                    } == Checkpoint { epoch: None, attempt: Some(point.attempt.unwrap_or(1)), ..point.clone() }
            });
        if repeated {
            return self.speaks(&reporter, Some(hop));
        }
        if let Key::Seq(seq) = key {
            let known: Vec<u64> = self.seqs(&lane);
            if let (Some(low), Some(high)) = (known.first(), known.last()) {
                for between in (high + 1..seq).chain(seq + 1..*low) {
                    self.opened.insert((lane.clone(), between), point.at);
                }
            }
        }
        let judged = plan.ordered && point.seq.is_some() && first && point.attempt.unwrap_or(1) <= 1 && !point.possdup;
        let in_time = self.through.get(&hop).is_none_or(|through| point.at > *through);
        self.reports.push(Report { point: point.clone(), hop, message: message.clone(), judged, in_time });
        for owed in self.owed_surely(plan, &message) {
            self.waiting.entry(owed).or_insert(self.now.unwrap_or(BEFORE_TIME));
        }
        self.speaks(&reporter, Some(hop));
    }

    fn speaks(&mut self, reporter: &str, hop: Option<usize>) {
        if let Some(hop) = hop {
            self.stands.insert((hop, reporter.to_owned()));
            self.waiting.remove(&hop);
        }
        if !reporter.is_empty() {
            self.heard.insert(reporter.to_owned(), self.now.unwrap_or(BEFORE_TIME));
            if self.beating.contains(reporter) {
                let stands = &self.stands;
                self.waiting.retain(|hop, _| !stands.contains(&(*hop, reporter.to_owned())));
            }
        }
    }

    fn through_now(&self, plan: &ChainPlan, hop: usize) -> Option<i64> {
        let mut lowest = None;
        for (_, reporter) in self.stands.iter().filter(|(at, _)| *at == hop) {
            let through = if self.beating.contains(reporter) {
                let held = self.beats.iter().filter(|beat| beat.reporter == *reporter && self.holds(beat));
                held.map(|beat| beat.at).max()?.min(self.now.unwrap_or(i64::MAX))
            } else {
                let since = self.waiting.get(&hop).copied().unwrap_or(i64::MAX);
                self.now?.min(since) - plan.lateness.as_nanos() as i64
            };
            lowest = Some(lowest.unwrap_or(through).min(through));
        }
        lowest
    }

    fn holds(&self, beat: &Heartbeat<'static>) -> bool {
        let key = (beat.reporter.to_string(), beat.epoch);
        let none = BTreeMap::new();
        let came = self.counters.get(&key).unwrap_or(&none);
        (self.base[&key]..=beat.through).all(|n| came.contains_key(&n))
    }

    fn seqs(&self, lane: &str) -> Vec<u64> {
        let of = |report: &Report| match &report.message {
            (name, Key::Seq(seq)) if name == lane => Some(*seq),
            _ => None,
        };
        self.reports.iter().filter_map(of).collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn reports_of(&self, message: &Message) -> Vec<&Report> {
        self.reports.iter().filter(|report| report.message == *message).collect()
    }

    fn passed(&self, hop: usize, instant: i64) -> bool {
        self.through.get(&hop).is_some_and(|through| *through >= instant)
    }

    /// For each route that fits: the hops that must see it.
    fn required(plan: &ChainPlan, seen: &BTreeSet<usize>) -> Vec<BTreeSet<usize>> {
        let last = usize::from(plan.confirming().0);
        let must = |hop: &usize| plan.hops[*hop].required || *hop == last;
        let mut routes: Vec<BTreeSet<usize>> = plan
            .routes
            .iter()
            .map(|route| route.hops.iter().map(|hop| usize::from(hop.0)).chain([last]).collect())
            .collect();
        if routes.is_empty() {
            routes.push((0..plan.hops.len()).collect());
        }
        let stands_by = |place: usize| plan.routes.get(place).is_some_and(|route| route.standby);
        let fits = |standby: bool| {
            let of = routes.iter().enumerate().filter(|(place, _)| stands_by(*place) == standby);
            of.map(|(_, route)| route).filter(|route| seen.is_subset(route)).cloned().collect::<Vec<_>>()
        };
        // One that stands by is taken only by what fits no other.
        let fitting = if fits(false).is_empty() { fits(true) } else { fits(false) };
        if fitting.is_empty() {
            let everywhere = (0..plan.hops.len()).filter(|hop| routes.iter().all(|route| route.contains(hop)));
            return vec![everywhere.filter(must).collect()];
        }
        fitting.into_iter().map(|route| route.into_iter().filter(must).collect()).collect()
    }

    fn surely(plan: &ChainPlan, seen: &BTreeSet<usize>) -> BTreeSet<usize> {
        let routes = Self::required(plan, seen);
        routes[0].iter().filter(|hop| routes.iter().all(|route| route.contains(hop))).copied().collect()
    }

    fn owed_surely(&self, plan: &ChainPlan, message: &Message) -> Vec<usize> {
        let seen: BTreeSet<usize> = self.reports_of(message).iter().map(|report| report.hop).collect();
        Self::surely(plan, &seen).difference(&seen).copied().collect()
    }

    fn lost(&self, plan: &ChainPlan, seen: &BTreeSet<usize>, at: i64) -> Option<(HopId, Rule)> {
        let last = seen.last().copied();
        let mut missing = Vec::new();
        for required in Self::required(plan, seen) {
            let next = *required.iter().find(|hop| last.is_none_or(|last| **hop > last))?;
            let transit = plan.hops[next].limit.or(plan.end_to_end).unwrap_or(plan.retry_horizon).as_nanos() as i64;
            if !self.passed(next, at + transit) {
                return None;
            }
            missing.push(next);
        }
        let first_missing = HopId(*missing.iter().min()? as u8);
        Some((first_missing, Rule::Lost { last_seen: last.map(|hop| HopId(hop as u8)), first_missing }))
    }

    fn verdicts(&mut self, plan: &ChainPlan) -> Said {
        let mut said = Said::new();
        // What has no sequence is forgotten when it is over, and may begin anew; what was said of it stays said.
        let all: BTreeSet<Message> = self.reports.iter().map(|report| report.message.clone()).collect();
        for message in all {
            let mut of_it = Said::new();
            self.message(plan, &message, &mut of_it);
            if matches!(message.1, Key::Id(_)) && self.over.remove(&message) {
                self.said.extend(of_it.iter().cloned());
                self.reports.retain(|report| report.message != message);
            }
            said.extend(of_it);
        }
        for hop in 0..plan.hops.len() {
            let long = |since: &i64| {
                self.now.is_some_and(|now| *since != BEFORE_TIME && now - since >= plan.dark_after.as_nanos() as i64)
            };
            let silent = |name: &String| self.beating.contains(name) && long(&self.heard[name]);
            let there = self.stands.iter().filter(|(at, _)| *at == hop).any(|(_, name)| silent(name));
            if there || self.waiting.get(&hop).is_some_and(long) {
                said.insert((Subject::Hop, HopId(hop as u8), Rule::Dark));
            }
        }
        self.gaps(plan, &mut said);
        self.order(plan, &mut said);
        said.extend(self.said.iter().cloned());
        said
    }

    fn message(&mut self, plan: &ChainPlan, message: &Message, said: &mut Said) {
        let subject = Subject::Message { lane: message.0.as_str().into(), key: message.1.clone() };
        let reports = self.reports_of(message);
        let seen: BTreeSet<usize> = reports.iter().map(|report| report.hop).collect();
        let at = |hop: usize| reports.iter().find(|report| report.hop == hop).unwrap().point.at;
        let confirming = usize::from(plan.confirming().0);
        let (effects, _) = transmissions(&reports, confirming);
        let ended = effects > 0 || reports.iter().any(|report| report.point.outcome.is_some());
        let mut say = |found: Option<(usize, Rule)>| {
            found.map(|(hop, rule)| said.insert((subject.clone(), HopId(hop as u8), rule)));
        };
        // What is over was judged for the last time when it became over.
        let was_over = self.over.contains(message);
        if !ended && !was_over {
            let last = *seen.last().unwrap();
            say(self.lost(plan, &seen, at(last)).map(|(hop, rule)| (usize::from(hop.0), rule)));
        }
        say(duplicate(&reports, &seen, confirming));
        say(late(plan, &seen, &at, confirming));
        say(altered(plan, &reports));
        let owed = Self::surely(plan, &seen);
        let skipped = owed.difference(&seen).filter(|hop| **hop < *seen.last().unwrap()).find(|hop| {
            let later = seen.iter().find(|later| later > hop).unwrap();
            self.passed(**hop, at(*later))
        });
        let frozen =
            self.said.iter().find(|(of, _, rule)| *of == subject && *rule == Rule::Unexpected(Unexpected::Skipped));
        let skipped = match was_over {
            false => skipped.map(|hop| (*hop, Rule::Unexpected(Unexpected::Skipped))),
            true => frozen.map(|(_, hop, rule)| (usize::from(hop.0), rule.clone())),
        };
        say(skipped.clone());
        let until = reports.iter().map(|report| report.point.at).max().unwrap() + plan.retry_horizon.as_nanos() as i64;
        if !was_over && ended && owed.iter().all(|hop| self.passed(*hop, until)) {
            self.said.extend(skipped.map(|(hop, rule)| (subject, HopId(hop as u8), rule)));
            self.over.insert(message.clone());
        }
    }

    fn gaps(&self, plan: &ChainPlan, said: &mut Said) {
        let lanes: BTreeSet<&String> = self.opened.keys().map(|(lane, _)| lane).collect();
        for lane in lanes {
            for pair in self.seqs(lane).windows(2) {
                let (from, to) = (pair[0] + 1, pair[1] - 1);
                if from > to {
                    continue;
                }
                if let Some((hop, rule)) = self.lost(plan, &BTreeSet::new(), self.opened[&(lane.clone(), from)]) {
                    said.insert((Subject::Gap { lane: lane.as_str().into(), from, to }, hop, rule));
                }
            }
        }
    }

    fn order(&self, plan: &ChainPlan, said: &mut Said) {
        for hop in 0..plan.hops.len() {
            let mut streams: Vec<Vec<&Report>> = Vec::new();
            for (key, counters) in &self.before_newer {
                let mut n = self.base[key];
                let mut turn = Vec::new();
                while counters.contains(&n) {
                    let is = |report: &&Report| {
                        report.point.n == Some(n)
                            && report.point.reporter.as_deref() == Some(&key.0)
                            && report.point.epoch.unwrap_or(0) == key.1
                    };
                    turn.extend(self.reports.iter().filter(is));
                    n += 1;
                }
                match streams.iter_mut().find(|stream| {
                    stream.first().is_some_and(|first| first.point.reporter.as_deref() == Some(key.0.as_str()))
                }) {
                    Some(stream) => stream.extend(turn),
                    None => streams.push(turn),
                }
            }
            let mut by_time: Vec<&Report> = self.reports.iter().filter(|report| report.point.n.is_none()).collect();
            by_time.retain(|report| report.in_time && self.passed(report.hop, report.point.at));
            by_time.sort_by_key(|report| (report.point.at, report.point.seq));
            streams.push(by_time);
            for stream in streams {
                let mut highest: BTreeMap<&str, u64> = BTreeMap::new();
                for report in stream.iter().filter(|report| report.judged && report.hop == hop) {
                    let (lane, Key::Seq(seq)) = &report.message else { continue };
                    let high = highest.entry(lane).or_insert(*seq);
                    if seq < high {
                        let subject = Subject::Message { lane: lane.as_str().into(), key: Key::Seq(*seq) };
                        said.insert((subject, HopId(hop as u8), Rule::OutOfOrder { after: *high }));
                    }
                    *high = (*high).max(*seq);
                }
            }
        }
    }
}

/// How many transmissions took effect at the hop, and of each one whether it is flagged. The n-th report of a tap of one
/// attempt is its n-th transmission; of those that tell of an end only the first counts, and only if none tells of none.
fn transmissions(reports: &[&Report], hop: usize) -> (usize, Vec<bool>) {
    let mut table: BTreeMap<(u32, usize), (bool, Option<Outcome>)> = BTreeMap::new();
    let mut counts: BTreeMap<(&str, u32), usize> = BTreeMap::new();
    for report in reports.iter().filter(|report| report.hop == hop) {
        let attempt = report.point.attempt.unwrap_or(1);
        let count = counts.entry((report.point.reporter.as_deref().unwrap_or(""), attempt)).or_default();
        let one = table.entry((attempt, *count)).or_default();
        *count += 1;
        one.0 |= report.point.possdup;
        one.1 = one.1.or(report.point.outcome);
    }
    let effects = table.values().filter(|(_, outcome)| outcome.is_none()).count();
    let mut passings = Vec::new();
    for attempt in table.keys().map(|(attempt, _)| *attempt).collect::<BTreeSet<u32>>() {
        let of: Vec<_> = table.range((attempt, 0)..=(attempt, usize::MAX)).map(|(_, one)| *one).collect();
        let open: Vec<bool> = of.iter().filter(|(_, outcome)| outcome.is_none()).map(|(flagged, _)| *flagged).collect();
        passings.extend(if open.is_empty() { vec![of[0].0] } else { open });
    }
    (effects, passings)
}

fn duplicate(reports: &[&Report], seen: &BTreeSet<usize>, confirming: usize) -> Option<(usize, Rule)> {
    if transmissions(reports, confirming).0 > 1 {
        return Some((confirming, Rule::Duplicate(Duplicate::True)));
    }
    let of = |hop: &&usize| transmissions(reports, **hop).1;
    let unflagged = seen.iter().find(|hop| of(hop).iter().filter(|flagged| !**flagged).count() > 1);
    let twice = seen.iter().find(|hop| of(hop).len() > 1);
    let kind = if unflagged.is_some() { Duplicate::Unflagged } else { Duplicate::Benign };
    unflagged.or(twice).map(|hop| (*hop, Rule::Duplicate(kind)))
}

fn late(
    plan: &ChainPlan,
    seen: &BTreeSet<usize>,
    at: &dyn Fn(usize) -> i64,
    confirming: usize,
) -> Option<(usize, Rule)> {
    let hops: Vec<usize> = seen.iter().copied().collect();
    for pair in hops.windows(2) {
        let Some(limit) = plan.hops[pair[1]].limit else { continue };
        let by = at(pair[1]) - at(pair[0]) - limit.as_nanos() as i64;
        if by > 0 {
            return Some((pair[1], Rule::Late { by }));
        }
    }
    let by = at(*seen.get(&confirming)?) - at(hops[0]) - plan.end_to_end?.as_nanos() as i64;
    (by > 0).then_some((confirming, Rule::Late { by }))
}

fn altered(plan: &ChainPlan, reports: &[&Report]) -> Option<(usize, Rule)> {
    let segment = |hop: usize| plan.hops[..=hop].iter().filter(|hop| hop.transforms).count();
    let mut ordered: Vec<&Report> = reports.to_vec();
    ordered.sort_by_key(|report| report.hop);
    for (place, here) in ordered.iter().enumerate() {
        for there in &ordered[..place] {
            let (a, b) = (&here.point, &there.point);
            let differ = a.id != b.id
                || a.digest.is_some() && b.digest.is_some() && a.digest != b.digest
                || a.amount.is_some() && b.amount.is_some() && a.amount != b.amount
                || a.currency.is_some() && b.currency.is_some() && a.currency != b.currency;
            if segment(here.hop) == segment(there.hop) && differ {
                return Some((here.hop, Rule::Altered { against: HopId(there.hop as u8) }));
            }
        }
    }
    None
}
