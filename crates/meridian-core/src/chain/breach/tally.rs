//! The fold of verdicts into breaches.
//!
//! Lost and dark last until evidence clears them. Everything else has happened: a message that was late stays late. Such
//! a breach is over when nothing was added to it for [`QUIET`], and counts anew when it comes again.
//!
//! What this does *not* do: it keeps no verdict. Each change says what it takes back, and the engine that made it is
//! asked when a lost message was seen last.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Breach, BreachKey, Trouble};
use crate::{
    Instant,
    chain::{
        engine::{Change, Engine, Rule, Subject, Verdict},
        plan::{ChainPlan, HopId},
    },
    id::Name,
};

/// Fifteen minutes, in nanoseconds of the house's time.
pub const QUIET: i64 = 900 * 1_000_000_000;
/// So many messages are named.
pub const EXAMPLES: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    chain: Name,
    trouble: Trouble,
    hop: HopId,
    after: Option<HopId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Sum {
    count: u64,
    /// Nanoseconds since 1970.
    since: i64,
    /// The house's time when something was added last.
    added: i64,
    examples: Vec<Box<str>>,
}

/// What holds now, of all chains; kept beside the engine's state, whose changes made it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<(Key, Sum)>", into = "Vec<(Key, Sum)>")]
pub struct Tally {
    sums: BTreeMap<Key, Sum>,
}

impl From<Vec<(Key, Sum)>> for Tally {
    fn from(sums: Vec<(Key, Sum)>) -> Tally {
        Tally { sums: sums.into_iter().collect() }
    }
}

impl From<Tally> for Vec<(Key, Sum)> {
    fn from(tally: Tally) -> Vec<(Key, Sum)> {
        tally.sums.into_iter().collect()
    }
}

/// How many messages a verdict is about.
fn messages(subject: &Subject) -> u64 {
    match subject {
        Subject::Gap { from, to, .. } => to.saturating_sub(*from).saturating_add(1),
        Subject::Message { .. } | Subject::Hop | Subject::Reporter(_) => 1,
    }
}

fn key(chain: &Name, hop: HopId, rule: &Rule) -> Option<Key> {
    let after = match rule {
        Rule::Lost { last_seen, .. } => *last_seen,
        _ => None,
    };
    Some(Key { chain: chain.clone(), trouble: Trouble::of(rule)?, hop, after })
}

impl Tally {
    /// Takes in a change that this engine has just made.
    pub fn learn(&mut self, change: &Change, engine: &Engine) {
        match change {
            Change::Raised(now) => self.add(now, engine),
            Change::Revised { before: (hop, rule), now, .. } => {
                self.subtract(key(&now.chain, *hop, rule), &now.subject);
                self.add(now, engine);
            }
            Change::Withdrawn { now, .. } => self.subtract(key(&now.chain, now.hop, &now.rule), &now.subject),
        }
    }

    fn add(&mut self, verdict: &Verdict, engine: &Engine) {
        let Some(key) = key(&verdict.chain, verdict.hop, &verdict.rule) else { return };
        let since = seen_last(verdict, engine).unwrap_or(verdict.at);
        let added = engine.now().unwrap_or(verdict.at);
        let happens = !key.trouble.lasts();
        let sum = self.sums.entry(key).or_insert_with(|| Sum { count: 0, since, added, examples: Vec::new() });
        if happens && added.saturating_sub(sum.added) >= QUIET {
            *sum = Sum { count: 0, since, added, examples: Vec::new() };
        }
        sum.added = added;
        sum.count = sum.count.saturating_add(messages(&verdict.subject));
        sum.since = sum.since.min(since);
        if sum.examples.len() < EXAMPLES {
            sum.examples.extend(Some(verdict.subject.words()).filter(|words| !words.is_empty()).map(Box::from));
        }
    }

    fn subtract(&mut self, key: Option<Key>, subject: &Subject) {
        let Some((key, sum)) = key.and_then(|key| self.sums.get_mut(&key).map(|sum| (key, sum))) else { return };
        sum.count = sum.count.saturating_sub(messages(subject));
        let words = subject.words();
        sum.examples.retain(|example| **example != *words);
        if sum.count == 0 {
            self.sums.remove(&key);
        }
    }

    /// When a breach is over because nothing was added to it, by the house's time.
    pub fn next_due(&self, engine: &Engine) -> Option<i64> {
        let now = engine.now()?;
        let happened = self.sums.iter().filter(|(key, _)| !key.trouble.lasts());
        happened.map(|(_, sum)| sum.added.saturating_add(QUIET)).filter(|due| *due > now).min()
    }

    /// The breaches of now, by the names of the plans.
    pub fn breaches(&self, engine: &Engine) -> Vec<Breach> {
        let now = engine.now().unwrap_or(i64::MIN);
        let plans: BTreeMap<&Name, &ChainPlan> = engine.plans().map(|plan| (&plan.name, plan)).collect();
        let holds = |(key, sum): &(&Key, &Sum)| key.trouble.lasts() || now.saturating_sub(sum.added) < QUIET;
        let breach = |(key, sum): (&Key, &Sum)| {
            let plan = plans.get(&key.chain)?;
            let name = |hop: HopId| plan.hop_plan(hop).map(|hop| hop.name.clone());
            let after = key.after.and_then(name);
            let key = BreachKey { chain: key.chain.clone(), trouble: key.trouble, hop: name(key.hop)?, after };
            let since = Instant::from_nanosecond(sum.since.into()).unwrap_or_default();
            Some(Breach { key, count: sum.count, since, examples: sum.examples.clone() })
        };
        let mut found: Vec<Breach> = self.sums.iter().filter(holds).filter_map(breach).collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found
    }
}

/// When a lost message was seen last.
fn seen_last(verdict: &Verdict, engine: &Engine) -> Option<i64> {
    let (Rule::Lost { .. }, Subject::Message { lane, key }) = (&verdict.rule, &verdict.subject) else { return None };
    let lane = Some(lane.as_ref()).filter(|lane| !lane.is_empty());
    engine.custody(verdict.chain.as_str(), lane, key)?.sightings.iter().map(|(_, at)| *at).max()
}
