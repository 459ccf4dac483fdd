//! Faults in a random network, what its test points report of them, and whether the fault is found: by
//! [`meridian_core::locate`], and by the classic set cover that it is measured against.
//!
//! 60 elements, 40 chains of 5 to 9 of them, a test point at both ends and after every other element by chance, 20
//! messages a chain, every fiftieth report missing. The faulty elements are such as at least two chains share.

use std::collections::BTreeSet;

use meridian_core::locate::{Element, Network, Observation, PathId, Points, Settings, explain};

pub const ELEMENTS: u16 = 60;
const CHAINS: usize = 40;
const MESSAGES: usize = 20;
const MISSING: f64 = 0.02;

/// How a fault loses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Everything.
    Hard,
    /// Half of the messages.
    Half,
    /// Half of the sessions, of four messages each.
    Sessions,
}

/// SplitMix64: the same numbers for the same seed, everywhere.
pub struct Dice(pub u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn one_in(&mut self, share: f64) -> bool {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64 <= share
    }
}

/// A network with faults, and what was reported.
pub struct Trial {
    pub network: Network,
    pub observed: Vec<Observation>,
    pub faulty: BTreeSet<Element>,
}

pub fn trial(kind: Kind, faults: usize, dice: &mut Dice) -> Trial {
    let paths: Vec<Vec<Element>> = (0..CHAINS).map(|_| path(dice)).collect();
    let shared: Vec<Element> = (0..ELEMENTS)
        .map(Element)
        .filter(|element| paths.iter().filter(|path| path.contains(element)).count() > 1)
        .collect();
    let mut faulty = BTreeSet::new();
    while faulty.len() < faults {
        faulty.insert(shared[dice.below(shared.len() as u64) as usize]);
    }
    let observed = paths.iter().enumerate().map(|(at, path)| window(at as u16, path, &faulty, kind, dice)).collect();
    let network = Network::new(vec![0.01; usize::from(ELEMENTS)], paths).expect("a network");
    Trial { network, observed, faulty }
}

fn path(dice: &mut Dice) -> Vec<Element> {
    let length = 5 + dice.below(5) as usize;
    let mut path: Vec<Element> = vec![];
    while path.len() < length {
        let element = Element(dice.below(u64::from(ELEMENTS)) as u16);
        if !path.contains(&element) {
            path.push(element);
        }
    }
    path
}

fn window(at: u16, path: &[Element], faulty: &BTreeSet<Element>, kind: Kind, dice: &mut Dice) -> Observation {
    let end = path.len() as u8;
    let reporting: Points = (0..=end).filter(|point| [0, end].contains(point) || dice.one_in(0.5)).collect();
    let mut counts = vec![0u64; path.len() + 1];
    let mut hit = vec![false; path.len()];
    for message in 0..MESSAGES {
        for place in (0..path.len()).filter(|place| faulty.contains(&path[*place])) {
            match kind {
                Kind::Hard => hit[place] = true,
                Kind::Half => hit[place] = dice.one_in(0.5),
                Kind::Sessions if message % 4 == 0 => hit[place] = dice.one_in(0.5),
                Kind::Sessions => {}
            }
        }
        let reached = hit.iter().position(|hit| *hit).unwrap_or(path.len());
        let reports = (1..=reached as u8).filter(|point| reporting.contains(*point) && !dice.one_in(MISSING));
        counts[usize::from(reports.last().unwrap_or(0))] += 1;
    }
    let last_seen = counts.into_iter().enumerate().filter(|(_, count)| *count > 0);
    Observation { path: PathId(at), reporting, last_seen: last_seen.map(|(at, n)| (at as u8, n)).collect() }
}

/// How an answer compares with the truth.
#[derive(Clone, Copy, Debug, Default)]
pub struct Found {
    /// It is the first answer, and nothing ties with it.
    pub alone: bool,
    /// It is the first answer, or one of those that tie for it.
    pub first: bool,
}

pub fn located(trial: &Trial) -> Found {
    let explained = explain(&trial.network, &trial.observed, &[], Settings::default()).expect("an explanation");
    let right = |elements: &[Element]| elements.iter().copied().collect::<BTreeSet<_>>() == trial.faulty;
    let first = explained.candidates.iter().filter(|candidate| candidate.rank == 1);
    let found = first.clone().find(|candidate| right(&candidate.elements));
    Found { alone: found.is_some_and(|candidate| !candidate.tied), first: found.is_some() }
}

/// Whom the classic acquits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acquits {
    /// Whoever let any message through, as it is usually told.
    Anything,
    /// Whoever stands in a segment that loses no more than reports go missing; kinder to it.
    CleanSegments,
}

/// Greedy set cover with exoneration: of those not acquitted, always the one that explains most of the segments that
/// still want an explanation. Where several explain as many, it is given the right one.
pub fn covered(trial: &Trial, acquits: Acquits) -> bool {
    let mut failing: Vec<BTreeSet<Element>> = vec![];
    let mut acquitted: BTreeSet<Element> = BTreeSet::new();
    for seen in &trial.observed {
        let path = trial.network.path(seen.path);
        let points: Vec<u8> = (0..=path.len() as u8).filter(|point| seen.reporting.contains(*point)).collect();
        for pair in points.windows(2) {
            let elements = &path[usize::from(pair[0])..usize::from(pair[1])];
            let count = |from: u8| seen.last_seen.iter().filter(|(at, _)| *at >= from).map(|(_, n)| *n).sum::<u64>();
            let (came, went) = (count(pair[0]), count(pair[1]));
            // Five times the share of reports that go missing is a loss.
            let fails = (came - went) as f64 > 5.0 * MISSING * came as f64;
            if fails {
                failing.push(elements.iter().copied().collect());
            }
            let clean = came > 0 && !fails;
            if if acquits == Acquits::Anything { went > 0 } else { clean } {
                acquitted.extend(elements);
            }
        }
    }
    let mut accused = BTreeSet::new();
    loop {
        failing.retain(|segment| segment.is_disjoint(&accused));
        let explains = |element: &Element| failing.iter().filter(|segment| segment.contains(element)).count();
        let open = failing.iter().flatten().filter(|element| !acquitted.contains(element));
        let most = open.max_by_key(|element| (explains(element), trial.faulty.contains(element)));
        match most.copied() {
            Some(most) => accused.insert(most),
            None => return accused == trial.faulty,
        };
    }
}
