//! Where is the fault? The question of [`crate::locate`], asked by the names of the estate and by what is known now.
//!
//! # What can be faulty
//! A hop stands for what its messages pass there: its `component`; without one, the counterparty whose it is; without that
//! either, the hop itself. Whatever has the same name in two chains is one thing, so chains that share a firewall accuse it
//! together. Of each there are two sides, for its test point stands in the middle, and between any two there is a connection:
//!
//! ```text
//!  seen at mq-gateway                                                      seen at fw-2
//!        |                                                                       |
//!   mq-gateway, where it      the connection from        fw-2, where it takes
//!   passes messages on   ---  mq-gateway to fw-2   ---   messages in
//!        |               |                            |                          |
//!       at             exit                        entrance                      at
//! ```
//!
//! Connections of the same two, in this order, are one, too. What reports in no chain has no test point in its middle: it is one
//! element. A firewall that nothing reports from is a hop with `required: false`: it can be accused, and looked at by hand.
//! Each is believed faulty with [`PRIOR`] before anything is seen.
//!
//! # What is known
//! Per chain, route and lane: how many messages were confirmed, and how many are proven missing ([`crate::chain::engine::traffic`]),
//! with the hops between where they were seen last and where they are proven missing that prove nothing left out: a dark
//! hop is unknown. What is under way tells how far it came. The window begins with the oldest message that is missing, a quarter of an hour before the
//! newest one at most, for each chain; chains that miss nothing are looked at from the earliest of these windows on, an hour back at most.
//! What was passed before a fault began says nothing about it.
//!
//! Findings by hand ([`crate::finding`]) are looks at `entrance`, `at` or `exit`. A look is about the messages that go missing, so it counts
//! for the ways of its chain through that hop which lose some; if none does, for all of them.
//!
//! # The answer
//! Sets of up to three elements, best first, those that nothing tells apart as ties; where to look next, by bits per cost (a look costs 1, at a counterparty's 3:
//! somebody there has to be reached); for each losing segment what one chain alone would say.
//!
//! What it does *not* do: it stores nothing, looks at no log, and ends no incident. Only elements of losing segments explain anything, so
//! all others are left out of the paths but for one between any two test points.

mod answer;
mod evidence;
mod ways;
mod words;

#[cfg(test)]
mod tests;

use crate::{
    Instant,
    chain::{
        engine::{
            Engine,
            traffic::{Alike, STEP},
        },
        plan::{ChainPlan, HopSet},
    },
    finding::{Finding, Spot},
    id::Name,
};

/// How likely anything is faulty before anything is seen.
pub const PRIOR: f64 = 0.01;
/// What a look costs at what is ours, and at a counterparty's.
pub const COST: (f64, f64) = (1.0, 3.0);
/// How long before the newest missing message of a chain counts.
const WINDOW: i64 = 90 * STEP;
/// How far back messages that passed are counted.
pub const LOOK_BACK: i64 = 360 * STEP;

/// What is known, as the world and the engine have it.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub now: Instant,
    pub chains: Vec<ChainEvidence>,
    /// By hand: where, and whether the messages were seen there.
    pub looks: Vec<(Spot, bool)>,
}

#[derive(Clone, Debug)]
pub struct ChainEvidence {
    pub plan: ChainPlan,
    /// [`crate::chain::engine::Engine::traffic`] of the last hour ([`LOOK_BACK`]).
    pub traffic: Vec<Alike>,
    pub dark: HopSet,
}

impl Evidence {
    /// All that this engine knows at `now`, with these findings.
    pub fn of(engine: &Engine, findings: &[&Finding], now: Instant) -> Evidence {
        let chains = engine.plans().filter_map(|plan| ChainEvidence::of(engine, plan.name.as_str(), now)).collect();
        Evidence { now, chains, looks: looks(findings) }
    }
}

/// What these findings say.
pub fn looks(findings: &[&Finding]) -> Vec<(Spot, bool)> {
    findings.iter().map(|finding| (finding.found.at.clone(), finding.found.seen)).collect()
}

impl ChainEvidence {
    /// None: the engine has no such chain. A look takes as long as there are messages.
    pub fn of(engine: &Engine, chain: &str, now: Instant) -> Option<ChainEvidence> {
        let plan = engine.plans().find(|plan| plan.name.as_str() == chain)?.clone();
        let now = i64::try_from(now.as_nanosecond()).unwrap_or(i64::MAX);
        let traffic = engine.traffic(chain, now.saturating_sub(LOOK_BACK))?;
        let frontiers = engine.frontiers(chain)?;
        let dark = frontiers.iter().filter(|frontier| frontier.dark).map(|frontier| frontier.hop).collect();
        Some(ChainEvidence { plan, traffic, dark })
    }
}

/// A thing of the estate, shared by all chains that name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Component(Name),
    Counterparty(Box<str>),
    Hop { chain: Name, hop: Name },
}

/// What can be faulty.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suspect {
    /// It takes no messages in.
    Into(Part),
    /// It passes none on.
    OutOf(Part),
    /// Nothing reports from it, so that it can't be said which.
    Whole(Part),
    Connection(Part, Part),
}

/// Where the fault is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// Lanes of routes of chains that miss messages, and that miss none, in the window.
    pub failing: usize,
    pub healthy: usize,
    /// Since when what passed is counted; none: nothing is missing.
    pub since: Option<Instant>,
    /// Best first.
    pub explanations: Vec<Explained>,
    /// How likely nothing is faulty and only reports are missing.
    pub nothing: f64,
    /// Sets of another size that explain as well: only that one fault is likelier than several prefers the first ones.
    pub rivals: Vec<Vec<Suspect>>,
    pub segments: Vec<Losing>,
    /// How likely a fault lies between these two hops of a chain.
    pub shares: Vec<Share>,
    /// The best first.
    pub next: Vec<Next>,
    /// Chain and hop: what passes there is unknown.
    pub dark: Vec<(Name, Name)>,
    /// What was too much to be weighed.
    pub left_out: Vec<String>,
}

/// Sets that nothing tells apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Explained {
    pub rank: usize,
    /// Of each of them.
    pub posterior: f64,
    pub sets: Vec<Accused>,
}

/// A set of elements that would explain what was observed.
#[derive(Clone, Debug, PartialEq)]
pub struct Accused {
    pub suspects: Vec<Located>,
    /// Of the lanes that miss messages, how many have one of them where they lose.
    pub explains: usize,
    /// Of the lanes that miss none, how many pass none of them.
    pub spares: usize,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Located {
    pub suspect: Suspect,
    /// About what share of its messages it loses.
    pub loses: f64,
    /// The test points around it on a way that loses there: chain, before, behind.
    pub between: Option<(Name, Name, Name)>,
    /// The chains that run through it.
    pub chains: Vec<Name>,
}

/// Where one way of a chain loses messages.
#[derive(Clone, Debug, PartialEq)]
pub struct Losing {
    pub chain: Name,
    pub route: Option<Name>,
    pub last_seen: Name,
    pub first_missing: Name,
    pub lost: u64,
    /// What halves it, if this chain were all that is known.
    pub look: Option<Spot>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Share {
    pub chain: Name,
    pub from: Name,
    pub to: Name,
    pub share: f64,
}

/// A place where a look is worth it.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    pub spot: Spot,
    pub cost: f64,
    /// What the answer is expected to tell.
    pub bits: f64,
    /// How likely the messages that go missing are seen there.
    pub seen: f64,
}

/// The answer to all that is known. The same whatever order the chains, their traffic and the looks come in.
pub fn answer(evidence: &Evidence) -> Answer {
    let counted = evidence::Counted::of(evidence);
    answer::of(evidence, &counted)
}
