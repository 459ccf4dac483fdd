//! What was changed at run time, beside the estate's files: overrides of all rotas, leave and sickness, as a journal or a
//! running server has them.

use std::{collections::BTreeSet, path::PathBuf};

use clap::{Args, ValueHint};
use meridian_core::{
    estate::{Estate, Override},
    id::Name,
    roster::{Absences, Away, AwayBecause, fair_plan::Changed, on_leave},
};
use serde::Deserialize;

use crate::cli::roster::{self, Source, Unanswered};

/// Whom to ask; nobody: the files alone count.
#[derive(Debug, Default, Args)]
pub struct RunTime {
    /// Ask this running server for overrides, leave and sickness of run time.
    #[arg(long, group = "run-time", value_name = "URL", value_hint = ValueHint::Url)]
    server: Option<String>,
    /// Ask the directory with a journal for them; the server may run meanwhile, or not at all.
    #[arg(long, group = "run-time", value_name = "DIR", value_hint = ValueHint::DirPath)]
    data: Option<PathBuf>,
    /// A file with the API token, `-` for standard input; else MERIDIAN_TOKEN or ~/.config/meridian/token.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    token_file: Option<PathBuf>,
    /// A PEM file with certificate authorities to trust beside the public ones.
    #[arg(long, env = "MERIDIAN_CA", value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca: Option<PathBuf>,
}

/// What a plan has to keep to.
#[derive(Debug, Default)]
pub struct Known {
    /// Of each rota: people of the plan may stand in elsewhere, too.
    pub added: Changed,
    pub away: Absences,
}

#[derive(Deserialize)]
struct Added {
    id: Option<u64>,
    #[serde(flatten)]
    change: Override,
}

#[derive(Deserialize)]
struct Listed {
    rota: Name,
}

#[derive(Deserialize)]
struct Leave {
    change: Option<u64>,
    #[serde(flatten)]
    away: Gone,
}

#[derive(Deserialize)]
struct Gone {
    person: Name,
    from: meridian_core::Instant,
    until: meridian_core::Instant,
}

impl RunTime {
    pub fn known(&self, estate: &Estate, rota: &Name) -> Result<Known, Unanswered> {
        let mut known = Known { added: Changed::new(), away: on_leave(estate) };
        if self.server.is_none() && self.data.is_none() {
            return Ok(known);
        }
        let source =
            roster::Asked::run_time(self.server.clone(), self.data.clone(), self.token_file.clone(), self.ca.clone());
        match source.open()? {
            Source::World(world) => {
                let of_rota = |name: &Name| (name.clone(), world.overrides.of(name));
                known.added = world.estate().rotas.keys().map(of_rota).collect();
                // The files at hand say what they say; only what came later is taken from elsewhere.
                let written = on_leave(world.estate());
                for (person, away) in world.absences() {
                    let written = written.get(&person).map_or(0, Vec::len);
                    known.away.entry(person).or_default().extend(&away[written..]);
                }
            }
            source @ Source::Server(..) => ask(&source, rota, &mut known)?,
        }
        Ok(known)
    }
}

fn ask(source: &Source, rota: &Name, known: &mut Known) -> Result<(), Unanswered> {
    let rotas: Vec<Listed> = source.list("ask which rotas there are", &["rotas"])?;
    // The planned one is asked for in any case: a server that does not know it says so.
    let names: BTreeSet<Name> = rotas.into_iter().map(|listed| listed.rota).chain([rota.clone()]).collect();
    for name in names {
        let path = ["rotas", name.as_str(), "overrides"];
        let added: Vec<Added> = source.list(&format!("ask for the overrides of {name}"), &path)?;
        let at_run_time = added.into_iter().filter(|added| added.id.is_some()).map(|added| added.change);
        known.added.insert(name, at_run_time.collect());
    }
    let leave: Vec<Leave> = source.list("ask who is on leave", &["leave"])?;
    let sick: Vec<Gone> = source.list("ask who is sick", &["sick"])?;
    let leave = leave.into_iter().filter(|leave| leave.change.is_some()).map(|leave| (leave.away, AwayBecause::Leave));
    for (gone, because) in leave.chain(sick.into_iter().map(|gone| (gone, AwayBecause::Sick))) {
        let away = Away { from: gone.from, until: gone.until, because };
        known.away.entry(gone.person).or_default().push(away);
    }
    Ok(())
}
