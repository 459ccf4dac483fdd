//! From what is known to the answer: the network of [`crate::locate`] by names, and its explanation by names again.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Accused, Answer, COST, Evidence, Explained, Located, Losing, Next, PRIOR, Share, Suspect,
    evidence::{Counted, Stream, instant},
    ways::Way,
};
use crate::{
    chain::plan::{ChainPlan, HopId, HopSet, Organisation},
    finding::{Side, Spot},
    id::Name,
    locate::{
        Candidate, Element, Explanation, Look, Network, Observation, POINTS_MAX, PathId, Points, Probe, Segment,
        Settings, explain, halve,
    },
};

/// So many explanations and looks are told.
const EXPLANATIONS_MAX: usize = 12;
const NEXT_MAX: usize = 6;
/// What is less likely is not told.
const POSTERIOR_MIN: f64 = 0.005;

/// A way as the network has it: some of its suspects, and of each place how many of them stand before it.
struct Lane<'a> {
    way: &'a Way,
    elements: Vec<Element>,
    before: Vec<usize>,
}

struct Net<'a> {
    counted: &'a Counted<'a>,
    /// By number.
    names: Vec<Suspect>,
    /// By the number of the way; none: it says nothing, or it is too long.
    paths: BTreeMap<usize, Lane<'a>>,
    left_out: Vec<String>,
}

pub fn of(evidence: &Evidence, counted: &Counted<'_>) -> Answer {
    let failing = counted.streams.values().filter(|stream| !stream.lost.is_empty()).count();
    let healthy = counted.streams.values().filter(|stream| stream.lost.is_empty() && stream.confirmed > 0).count();
    let dark = evidence.chains.iter().flat_map(|chain| {
        let name = |hop: HopId| chain.plan.hop_plan(hop).map(|hop| hop.name.clone());
        chain.dark.iter().filter_map(move |hop| Some((chain.plan.name.clone(), name(hop)?)))
    });
    let mut dark: Vec<(Name, Name)> = dark.collect();
    dark.sort();
    let since = counted.since.and_then(instant);
    let mut answer = Answer { failing, healthy, since, dark, nothing: 1.0, ..Answer::default() };
    let net = Net::of(counted);
    answer.left_out.clone_from(&net.left_out);
    if net.names.is_empty() {
        return answer;
    }
    answer.segments = net.segments();
    match net.explained() {
        Ok((explanation, places)) => net.tell(&explanation, &places, &mut answer),
        // What `Net` builds is in order; should it not be, the segments stand alone, and it is said.
        Err(fault) => answer.left_out.push(format!("the explanation: {fault}")),
    }
    answer
}

impl<'a> Net<'a> {
    fn of(counted: &'a Counted<'a>) -> Net<'a> {
        let suspects = counted.suspects();
        let mut numbers: BTreeMap<&Suspect, u16> = BTreeMap::new();
        let (mut paths, mut left_out) = (BTreeMap::new(), Vec::new());
        let kept = |way: &Way| -> Vec<bool> {
            let mut kept: Vec<bool> = way.suspects.iter().map(|one| suspects.contains(one)).collect();
            // One element stands for each stretch between two test points, so that each of them counts.
            for (_, _, range) in way.between() {
                if !kept[range.clone()].iter().any(|keep| *keep)
                    && let Some(first) = range.clone().next()
                {
                    kept[first] = true;
                }
            }
            kept
        };
        let mut told: BTreeSet<usize> = counted.streams.keys().map(|(way, _)| *way).collect();
        told.extend(counted.looks.iter().map(|(way, ..)| *way));
        for number in told {
            let way = &counted.ways[number];
            if !way.suspects.iter().any(|one| suspects.contains(one)) {
                continue;
            }
            let (mut elements, mut before) = (Vec::new(), vec![0]);
            for (suspect, keep) in way.suspects.iter().zip(kept(way)) {
                let next = u16::try_from(numbers.len()).unwrap_or(u16::MAX);
                if keep {
                    elements.push(Element(*numbers.entry(suspect).or_insert(next)));
                }
                before.push(elements.len());
            }
            if elements.len() >= POINTS_MAX {
                let chain = &counted.chains[way.chain].plan.name;
                left_out.push(format!("chain {chain}: more than {} suspects on one way", POINTS_MAX - 1));
                continue;
            }
            paths.insert(number, Lane { way, elements, before });
        }
        let mut names: Vec<(u16, Suspect)> = numbers.into_iter().map(|(name, number)| (number, name.clone())).collect();
        names.sort();
        Net { counted, names: names.into_iter().map(|(_, name)| name).collect(), paths, left_out }
    }

    /// The explanation, and which way each path of it is.
    fn explained(&self) -> Result<(Explanation, Vec<usize>), crate::locate::Fault> {
        let places: Vec<usize> = self.paths.keys().copied().collect();
        let elements = self.paths.values().map(|lane| lane.elements.clone()).collect();
        let network = Network::new(vec![PRIOR; self.names.len()], elements)?;
        let (mut observed, mut looks) = (Vec::new(), Vec::new());
        for (path, number) in (0_u16..).map(PathId).zip(&places) {
            let Some(lane) = self.paths.get(number) else { continue };
            let of_way = self.counted.streams.range((*number, "")..).take_while(|((way, _), _)| way == number);
            of_way.for_each(|(_, stream)| observed.extend(lane.observed(path, stream)));
            let by_hand = self.counted.looks.iter().filter(|(way, ..)| way == number);
            looks.extend(
                by_hand.filter_map(|(_, before, seen)| Some(Look { path, point: lane.point(*before)?, seen: *seen })),
            );
        }
        explain(&network, &observed, &looks, Settings::default()).map(|explanation| (explanation, places))
    }

    fn plan(&self, way: &Way) -> &'a ChainPlan {
        &self.counted.chains[way.chain].plan
    }

    fn name(&self, way: &Way, hop: HopId) -> Option<Name> {
        self.plan(way).hop_plan(hop).map(|hop| hop.name.clone())
    }

    /// What each way alone says.
    fn segments(&self) -> Vec<Losing> {
        let mut lost: BTreeMap<(usize, HopId, HopId), u64> = BTreeMap::new();
        for ((way, _), stream) in &self.counted.streams {
            for ((last, missing), count) in &stream.lost {
                *lost.entry((*way, *last, *missing)).or_default() += count;
            }
        }
        let losing = lost.into_iter().filter_map(|((number, last, missing), lost)| {
            let way = self.counted.ways.get(number)?;
            let plan = self.plan(way);
            Some(Losing {
                chain: plan.name.clone(),
                route: plan.routes.get(way.route).map(|route| route.name.clone()),
                last_seen: self.name(way, last)?,
                first_missing: self.name(way, missing)?,
                lost,
                look: self.halved(way, last, missing),
            })
        });
        let mut losing: Vec<Losing> = losing.collect();
        losing.sort_by(|a, b| b.lost.cmp(&a.lost).then_with(|| a.chain.cmp(&b.chain)));
        losing
    }

    /// The place that halves a segment, if one chain were all that is known.
    fn halved(&self, way: &Way, last: HopId, missing: HopId) -> Option<Spot> {
        let point = |hop| way.spot(hop, Side::At).and_then(|spot| u8::try_from(spot).ok());
        let segment = Segment { last_seen: point(last)?, first_missing: point(missing)?, lost: 1 };
        let places = way.places();
        let cost = |before: usize| {
            let here = places.iter().find(|(_, _, spot)| *spot == before);
            here.map_or(COST.1, |(hop, ..)| cost(self.plan(way), *hop))
        };
        let costs: Vec<f64> = (1..=way.suspects.len()).map(cost).collect();
        let best = halve(&segment, &vec![PRIOR; way.suspects.len()], &costs).ok().flatten()?;
        let (hop, side, _) = places.iter().find(|(_, _, spot)| *spot == usize::from(best))?;
        Some(Spot { chain: self.plan(way).name.clone(), hop: self.name(way, *hop)?, side: *side })
    }

    fn tell(&self, explanation: &Explanation, places: &[usize], answer: &mut Answer) {
        answer.nothing = explanation.nothing;
        let names = |elements: &[Element]| elements.iter().filter_map(|one| self.suspect(*one).cloned()).collect();
        answer.rivals = explanation.rivals.iter().map(|set| names(set)).collect();
        for candidate in &explanation.candidates {
            let (rank, posterior) = (candidate.rank, candidate.posterior);
            let told = answer.explanations.len();
            match answer.explanations.last_mut().filter(|same| same.rank == rank) {
                Some(same) => same.sets.push(self.accused(candidate)),
                None if told == EXPLANATIONS_MAX || posterior < POSTERIOR_MIN => break,
                None => answer.explanations.push(Explained { rank, posterior, sets: vec![self.accused(candidate)] }),
            }
        }
        answer.shares = self.shares(explanation);
        answer.next = self.next(explanation, places);
        if !explanation.left_out.is_empty() {
            answer.left_out.push(format!("{} suspects that explain less", explanation.left_out.len()));
        }
        if explanation.sets_left_out > 0 {
            answer.left_out.push(format!("{} sets of three that promise less", explanation.sets_left_out));
        }
    }

    fn suspect(&self, element: Element) -> Option<&Suspect> {
        self.names.get(usize::from(element.0))
    }

    fn accused(&self, candidate: &Candidate) -> Accused {
        let named = candidate.elements.iter().zip(&candidate.loses);
        let suspects: Vec<Located> =
            named.filter_map(|(element, loses)| Some(self.located(self.suspect(*element)?, *loses))).collect();
        let has = |all: &[Suspect]| all.iter().any(|one| suspects.iter().any(|it| it.suspect == *one));
        let explained = |((way, _), stream): &(&(usize, &str), &Stream)| {
            stream.lost.keys().any(|(last, missing)| has(self.counted.ways[*way].lost_between(*last, *missing)))
        };
        let spared = |((way, _), stream): &(&(usize, &str), &Stream)| {
            stream.lost.is_empty() && stream.confirmed > 0 && !has(&self.counted.ways[*way].suspects)
        };
        let streams = || self.counted.streams.iter();
        let (explains, spares) = (streams().filter(explained).count(), streams().filter(spared).count());
        Accused { suspects, explains, spares }
    }

    fn located(&self, suspect: &Suspect, loses: f64) -> Located {
        let through = self.counted.ways.iter().filter(|way| way.suspects.contains(suspect));
        let mut chains: Vec<Name> = through.map(|way| self.plan(way).name.clone()).collect();
        chains.dedup();
        let mut between = self.counted.streams.iter().flat_map(|((way, _), stream)| {
            let way = &self.counted.ways[*way];
            let here = stream.lost.keys().filter(|(last, missing)| way.lost_between(*last, *missing).contains(suspect));
            here.filter_map(|_| self.neighbours(way, suspect)).collect::<Vec<_>>()
        });
        Located { suspect: suspect.clone(), loses, between: between.next(), chains }
    }

    /// The hops before and behind it on this way.
    fn neighbours(&self, way: &Way, suspect: &Suspect) -> Option<(Name, Name, Name)> {
        let place = way.suspects.iter().position(|one| one == suspect)?;
        let spots = |side| way.hops.iter().filter_map(move |hop| Some((*hop, way.spot(*hop, side)?)));
        // Of a part that reports nothing itself, the two beside it.
        let before = spots(Side::Exit).rfind(|(_, spot)| *spot <= place);
        let before = before.or_else(|| spots(Side::At).rfind(|(_, spot)| *spot <= place))?;
        let behind = spots(Side::Entrance).find(|(_, spot)| *spot > place)?;
        let chain = self.plan(way).name.clone();
        Some((chain, self.name(way, before.0)?, self.name(way, behind.0)?))
    }

    /// How likely a fault lies between each two hops.
    fn shares(&self, explanation: &Explanation) -> Vec<Share> {
        let mut shares: BTreeMap<(Name, Name, Name), f64> = BTreeMap::new();
        for lane in self.paths.values() {
            for (from, to, range) in lane.way.between() {
                let here: Vec<&Suspect> = lane.way.suspects[range].iter().collect();
                let has = |candidate: &&Candidate| {
                    candidate.elements.iter().any(|one| self.suspect(*one).is_some_and(|one| here.contains(&one)))
                };
                let share: f64 = explanation.candidates.iter().filter(has).map(|one| one.posterior).sum();
                if let (true, Some(from), Some(to)) =
                    (share >= POSTERIOR_MIN, self.name(lane.way, from), self.name(lane.way, to))
                {
                    let key = (self.plan(lane.way).name.clone(), from, to);
                    let known = shares.entry(key).or_default();
                    *known = known.max(share.min(1.0));
                }
            }
        }
        shares.into_iter().map(|((chain, from, to), share)| Share { chain, from, to, share }).collect()
    }

    fn next(&self, explanation: &Explanation, places: &[usize]) -> Vec<Next> {
        let mut probes: BTreeMap<(u16, u8), (Spot, f64)> = BTreeMap::new();
        for (path, number) in (0_u16..).zip(places) {
            let Some(lane) = self.paths.get(number) else { continue };
            for (hop, side, before) in lane.way.places() {
                // What a hop reports is known; only of its sides and of silent ones a person knows more.
                let reports = side == Side::At && self.hears(*number, hop);
                let Some((point, name)) = lane.point(before).zip(self.name(lane.way, hop)) else { continue };
                if !reports {
                    let spot = Spot { chain: self.plan(lane.way).name.clone(), hop: name, side };
                    probes.entry((path, point)).or_insert((spot, cost(self.plan(lane.way), hop)));
                }
            }
        }
        let asked: Vec<Probe> = probes
            .iter()
            .map(|((path, point), (_, cost))| Probe { path: PathId(*path), point: *point, cost: *cost })
            .collect();
        let found = explanation.next_looks(&asked).unwrap_or_default();
        let next = found.into_iter().take(NEXT_MAX).filter_map(|look| {
            let (spot, cost) = probes.get(&(look.probe.path.0, look.probe.point))?.clone();
            Some(Next { spot, cost, bits: look.bits, seen: look.seen })
        });
        next.collect()
    }

    fn hears(&self, number: usize, hop: HopId) -> bool {
        let of_way = self.counted.streams.range((number, "")..).take_while(|((way, _), _)| *way == number);
        of_way.into_iter().any(|(_, stream)| stream.heard.has(hop))
    }
}

fn cost(plan: &ChainPlan, hop: HopId) -> f64 {
    match plan.hop_plan(hop).map(|hop| &hop.organisation) {
        Some(Organisation::Counterparty(_)) => COST.1,
        _ => COST.0,
    }
}

impl Lane<'_> {
    /// The test point that has so many suspects of the way before it.
    fn point(&self, before: usize) -> Option<u8> {
        self.before.get(before).and_then(|point| u8::try_from(*point).ok())
    }

    fn at(&self, hop: HopId) -> Option<u8> {
        self.way.spot(hop, Side::At).and_then(|spot| self.point(spot))
    }

    fn points(&self, hops: HopSet) -> Points {
        hops.iter().filter_map(|hop| self.at(hop)).collect()
    }

    fn observed(&self, path: PathId, stream: &Stream) -> Vec<Observation> {
        let main = stream.main_window();
        let mut windows = stream.windows.clone();
        let end = u8::try_from(self.elements.len()).unwrap_or(u8::MAX);
        if stream.confirmed > 0 {
            windows.entry(main).or_default();
        }
        let lost = windows.into_iter().map(|(unknown, lost)| {
            let mut reporting = self.points(stream.heard.without(unknown));
            let mut last_seen: BTreeMap<u8, u64> = BTreeMap::new();
            for (last, count) in lost {
                *last_seen.entry(self.at(last).unwrap_or_default()).or_default() += count;
            }
            if unknown == main && stream.confirmed > 0 {
                reporting = reporting.with(end);
                *last_seen.entry(end).or_default() += stream.confirmed;
            }
            Observation { path, reporting, last_seen: last_seen.into_iter().collect() }
        });
        let under_way = stream.under_way.iter().filter_map(|(seen, count)| {
            let last = seen.last().and_then(|hop| self.at(hop)).filter(|point| *point > 0)?;
            Some(Observation { path, reporting: self.points(*seen), last_seen: vec![(last, *count)] })
        });
        lost.chain(under_way).collect()
    }
}
