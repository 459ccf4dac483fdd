//! `meridian chain audit`: what became of every message, by the checkpoints in files.
//!
//! The engine that would watch the chains folds the records of the files, and the time is taken from the records. It
//! does *not* ask a server and writes nothing.

mod blocks;
mod source;
mod told;

use std::path::PathBuf;

use meridian_core::{
    chain::{
        ChainPlan, Record,
        engine::{Change, Engine, Rule, Taken, Verdict, VerdictId},
        pace::{Pace, endings},
    },
    id::Name,
};
use source::{Refused, Source};
use std::collections::BTreeMap;

/// So many refused lines are shown each by itself; the others are counted.
const REFUSED_MAX: usize = 1000;
/// After so many records it is said how far it has come.
const PROGRESS: u64 = 1_000_000;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// The directory of the estate whose chains these are.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath)]
    pub estate: PathBuf,
    /// Checkpoints and heartbeats, one JSON object a line or in blocks (`chain log dump --blocks`), gzip or not; `-` is the
    /// standard input.
    #[arg(required = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// Only this chain; may be repeated.
    #[arg(long, value_name = "NAME")]
    pub chain: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What was found.
#[derive(Default)]
struct Found {
    read: u64,
    absorbed: u64,
    contradicted: u64,
    refused: u64,
    /// The first of them.
    refused_lines: Vec<Refused>,
    /// What holds at the end, in the order in which it was first said.
    verdicts: BTreeMap<VerdictId, (u64, Verdict)>,
    said: u64,
    /// What was said and taken back since.
    withdrawn: u64,
}

pub fn run(asked: &Asked) -> Result<String, String> {
    let estate = super::super::estate::load(&asked.estate)?;
    let plans: Vec<ChainPlan> = estate.chains.values().map(|chain| chain.plan.clone()).collect();
    if plans.is_empty() {
        let dir = asked.estate.display();
        return Err(format!("the estate in {dir} has no Chain: `meridian schema Chain` shows how one is written"));
    }
    let only = asked.chain.iter().map(|name| known(name, &plans)).collect::<Result<Vec<Name>, String>>()?;
    if asked.files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
        return Err("`-`, the standard input, can be read only once".to_owned());
    }
    let sources = asked.files.iter().map(|file| Source::open(file)).collect::<Result<Vec<Source>, String>>()?;
    let (engine, found) = audit(plans, sources)?;
    let shown = |name: &Name| only.is_empty() || only.contains(name);
    let audit = told::Audit::of(&engine, found, &shown);
    if asked.json {
        return serde_json::to_string_pretty(&audit).map_err(|error| error.to_string());
    }
    Ok(audit.text())
}

fn known(name: &str, plans: &[ChainPlan]) -> Result<Name, String> {
    let found = plans.iter().find(|plan| plan.name.as_str() == name);
    found.map(|plan| plan.name.clone()).ok_or_else(|| {
        let names: Vec<&str> = plans.iter().map(|plan| plan.name.as_str()).collect();
        format!("the estate has no chain `{}`; it has {}", name.escape_debug(), names.join(", "))
    })
}

fn audit(plans: Vec<ChainPlan>, sources: Vec<Source>) -> Result<(Engine, Found), String> {
    let mut engine = Engine::new(plans)?;
    let (mut found, mut pace, mut changes) = (Found::default(), Pace::default(), Vec::new());
    let mut refused = Vec::new();
    let mut count_refused = 0;
    let taken = &mut |record: &Record<'_>| {
        if let Some(now) = pace.tick(record.at()) {
            engine.apply(&Record::Tick { now }, &mut changes);
        }
        found.read += 1;
        match engine.apply(record, &mut changes) {
            Taken::Absorbed => found.absorbed += 1,
            Taken::Contradicted => found.contradicted += 1,
            Taken::New | Taken::Aside(_) => {}
        }
        found.learn(changes.drain(..));
        if found.read.is_multiple_of(PROGRESS) {
            eprintln!("{} million records read, {} verdicts so far", found.read / PROGRESS, found.verdicts.len());
        }
    };
    source::each(sources, taken, &mut |why| {
        count_refused += 1;
        if refused.len() < REFUSED_MAX {
            refused.push(why);
        }
    })?;
    let ends = pace.now().map(|last| endings(engine.plans(), last)).unwrap_or_default();
    for now in ends {
        engine.apply(&Record::Tick { now }, &mut changes);
        // The files end, which makes nobody silent.
        let raised_dark = |change: &Change| matches!(change, Change::Raised(verdict) if verdict.rule == Rule::Dark);
        changes.retain(|change| !raised_dark(change));
        found.learn(changes.drain(..));
    }
    (found.refused, found.refused_lines) = (count_refused, refused);
    Ok((engine, found))
}

impl Found {
    fn learn(&mut self, changes: impl Iterator<Item = Change>) {
        for change in changes {
            self.said += 1;
            match change {
                Change::Raised(now) => drop(self.verdicts.insert(now.id, (self.said, now))),
                Change::Revised { was, now, .. } => {
                    let order = self.verdicts.remove(&was).map_or(self.said, |(order, _)| order);
                    self.verdicts.insert(now.id, (order, now));
                }
                Change::Withdrawn { was, .. } => {
                    self.withdrawn += u64::from(self.verdicts.remove(&was).is_some());
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
