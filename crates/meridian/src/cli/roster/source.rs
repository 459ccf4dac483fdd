//! Where the answer comes from: the estate's files, a journal, or a running server.
//!
//! Files and journal become a world, and are asked what the server asks its own; the server is asked over its API.

use std::{
    env,
    ffi::OsString,
    fmt::Display,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, ValueHint};
use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Fact, Instant, World,
    estate::{self, EstateFact},
    id::{Actor, Name},
    journal::Entry,
    roster::Shift,
};
use meridian_store::{SqliteJournal, seek};
use serde::{Deserialize, de::DeserializeOwned};
use tokio::runtime::Runtime;

use super::{Found, Row, Unwatched, no_rota};
use crate::{
    api::{
        coverage::{self, CoverageView},
        remarks,
    },
    cli::{
        client::{args::Flags, failure::Failure, server::Server},
        estate::sound_files,
        fail,
        journal::file_of,
    },
    clock::Clock,
    serve::{fold::fold_until, past::PastError},
};

/// Which source; one of the three.
#[derive(Clone, Debug, Args)]
pub struct Asked {
    /// Ask the directory with the estate's YAML files: what they say alone, without overrides made at run time.
    /// Without any source, MERIDIAN_ESTATE, MERIDIAN_SERVER and MERIDIAN_DATA are looked at, in this order.
    #[arg(long, group = "source", value_name = "DIR", value_hint = ValueHint::DirPath)]
    estate: Option<PathBuf>,
    /// Ask a running server.
    #[arg(long, group = "source", value_name = "URL", value_hint = ValueHint::Url)]
    server: Option<String>,
    /// Ask the directory with a journal; the server may run meanwhile, or not at all.
    #[arg(long, group = "source", value_name = "DIR", value_hint = ValueHint::DirPath)]
    data: Option<PathBuf>,
    /// A file with the API token, `-` for standard input; else MERIDIAN_TOKEN or ~/.config/meridian/token.
    #[arg(long, value_name = "PATH", value_hint = ValueHint::FilePath)]
    token_file: Option<PathBuf>,
    /// A PEM file with certificate authorities to trust beside the public ones.
    #[arg(long, env = "MERIDIAN_CA", value_name = "FILE", value_hint = ValueHint::FilePath)]
    ca: Option<PathBuf>,
}

/// Why there is no answer: found here, or told by a server.
#[derive(Debug)]
pub enum Unanswered {
    Here(String),
    There(Failure),
    /// No source was named: wrong usage.
    NoSource,
}

impl From<String> for Unanswered {
    fn from(why: String) -> Unanswered {
        Unanswered::Here(why)
    }
}

impl From<Failure> for Unanswered {
    fn from(failure: Failure) -> Unanswered {
        Unanswered::There(failure)
    }
}

impl Unanswered {
    pub fn tell(&self, json: bool) -> ExitCode {
        match self {
            Unanswered::Here(why) => fail(why),
            Unanswered::There(failure) => failure.tell(json),
            Unanswered::NoSource => {
                let _ = fail("nothing says whom to ask: name one of --estate DIR, --server URL and --data DIR");
                ExitCode::from(2)
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Which {
    Estate(PathBuf),
    Server(String),
    Data(PathBuf),
}

impl Asked {
    /// Where what was changed at run time is known.
    pub fn run_time(
        server: Option<String>,
        data: Option<PathBuf>,
        token_file: Option<PathBuf>,
        ca: Option<PathBuf>,
    ) -> Asked {
        Asked { estate: None, server, data, token_file, ca }
    }

    pub fn open(&self) -> Result<Source, Unanswered> {
        self.open_at(None)
    }

    /// What a journal said at an instant that is over; files say the same at any time.
    pub fn open_at(&self, at: Option<Instant>) -> Result<Source, Unanswered> {
        match self.which(|name| env::var_os(name)) {
            None => Err(Unanswered::NoSource),
            Some(Which::Estate(dir)) => Source::estate(&dir),
            Some(Which::Data(dir)) => Source::journal(&dir, at.filter(|at| *at < now())),
            Some(Which::Server(url)) => self.server(url),
        }
    }

    /// A flag, else the first variable that is set.
    fn which(&self, set: impl Fn(&str) -> Option<OsString>) -> Option<Which> {
        let set = |name| set(name).filter(|value| !value.is_empty());
        let named = self.estate.clone().map(Which::Estate);
        let named = named.or_else(|| self.server.clone().map(Which::Server));
        named
            .or_else(|| self.data.clone().map(Which::Data))
            .or_else(|| set("MERIDIAN_ESTATE").map(|dir| Which::Estate(dir.into())))
            .or_else(|| set("MERIDIAN_SERVER").map(|url| Which::Server(url.to_string_lossy().into_owned())))
            .or_else(|| set("MERIDIAN_DATA").map(|dir| Which::Data(dir.into())))
    }

    fn server(&self, server: String) -> Result<Source, Unanswered> {
        if rustls::crypto::ring::default_provider().install_default().is_err() {
            return Err("the TLS provider was installed twice".to_owned().into());
        }
        let (token_file, ca) = (self.token_file.clone(), self.ca.clone());
        let flags = Flags { server, token_file, ca, json: false, plain: false, quiet: false };
        Ok(Source::Server(Box::new(Server::new(&flags, Clock::system())?), runtime()?))
    }
}

fn runtime() -> Result<Runtime, Unanswered> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|error| format!("no task can be started: {error}").into())
}

/// Something that knows who is on watch.
pub enum Source {
    World(Box<World>),
    Server(Box<Server>, Runtime),
}

#[derive(Deserialize)]
struct Page<T> {
    items: Vec<T>,
}

#[derive(Deserialize)]
struct Rota {
    rota: String,
}

#[derive(Deserialize)]
struct Next {
    after: Instant,
    at: Option<Instant>,
}

impl Source {
    /// The estate of a directory, as a server would have it that just started.
    pub fn estate(dir: &Path) -> Result<Source, Unanswered> {
        let files = sound_files(dir)?;
        let digest = estate::digest(&files);
        let fact = Fact::from(EstateFact::Loaded { digest, files });
        let mut world = World::default();
        world.fold(&Entry { seq: 1, at: Instant::UNIX_EPOCH, actor: Actor::System, cause: None, fact: fact.into() });
        Ok(Source::World(Box::new(world)))
    }

    /// What a journal says up to its end, or up to an instant. Nothing is written, and nothing is verified: `meridian journal verify` does.
    pub fn journal(data: &Path, at: Option<Instant>) -> Result<Source, Unanswered> {
        Ok(Source::World(Box::new(runtime()?.block_on(world_of(data, at))?)))
    }

    /// Where the cover of a window has holes, and what else to look at.
    pub fn coverage(&self, rota: Option<&str>, from: Instant, to: Instant) -> Result<CoverageView, Unanswered> {
        match self {
            Source::World(world) => {
                let only = rota.map(|rota| named(world, Some(rota))).transpose()?.unwrap_or_default();
                Ok(coverage::view(&world.coverage(only.first().copied(), from, to), world.estate()))
            }
            Source::Server(server, runtime) => {
                let rota = rota.map(|rota| ("rota", rota.to_owned()));
                let window = [("from", from.to_string()), ("until", to.to_string())];
                let asked: Vec<_> = rota.into_iter().chain(window).collect();
                get(server, runtime, "ask for the coverage", &["coverage"], &asked)
            }
        }
    }

    /// All items of a list of the server, which a world has no need of.
    pub fn list<T: DeserializeOwned>(&self, wish: &str, path: &[&str]) -> Result<Vec<T>, Unanswered> {
        match self {
            Source::World(_) => Ok(Vec::new()),
            Source::Server(server, runtime) => {
                let found: Page<T> = get(server, runtime, wish, path, &[])?;
                Ok(found.items)
            }
        }
    }

    /// In one rota or in all, each shift whole.
    pub(super) fn on_watch(&self, rota: Option<&str>, at: Option<Instant>) -> Result<Found, Unanswered> {
        match self {
            Source::World(world) => {
                let at = at.unwrap_or_else(now);
                let after = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
                let rotas = named(world, rota)?;
                let rows = rotas.iter().flat_map(|rota| world.on_watch(rota, at)).map(|shift| row(world, shift));
                let remarks = rotas.iter().flat_map(|rota| remarks(world, rota, at, after)).collect();
                Ok(Found { items: rows.collect(), remarks })
            }
            Source::Server(server, runtime) => {
                let asked = [("rota", rota.map(str::to_owned)), ("at", at.map(|at| at.to_string()))];
                let asked: Vec<_> = asked.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
                get(server, runtime, "ask who is on watch", &["oncall"], &asked)
            }
        }
    }

    pub(super) fn shifts(&self, rota: &str, from: Instant, to: Instant) -> Result<Found, Unanswered> {
        match self {
            Source::World(world) => {
                let rotas = named(world, Some(rota))?;
                let shifts = rotas.iter().flat_map(|rota| world.shifts(rota, from, to));
                let remarks = rotas.iter().flat_map(|rota| remarks(world, rota, from, to)).collect();
                Ok(Found { items: shifts.map(|shift| row(world, shift)).collect(), remarks })
            }
            Source::Server(server, runtime) => {
                let asked = [("rota", rota.to_owned()), ("from", from.to_string()), ("until", to.to_string())];
                let wish = format!("ask for the shifts of {rota}");
                get(server, runtime, &wish, &["shifts"], &asked)
            }
        }
    }

    /// The rotas that were asked for, by name.
    pub(super) fn rotas(&self, rota: Option<&str>) -> Result<Vec<String>, Unanswered> {
        match (self, rota) {
            (Source::World(world), rota) => Ok(named(world, rota)?.into_iter().map(ToString::to_string).collect()),
            (Source::Server(..), Some(rota)) => Ok(vec![rota.to_owned()]),
            (Source::Server(server, runtime), None) => {
                let found: Page<Rota> = get(server, runtime, "list the rotas", &["rotas"], &[])?;
                Ok(found.items.into_iter().map(|found| found.rota).collect())
            }
        }
    }

    /// Of a rota that nobody watches: when that changes.
    pub(super) fn unwatched(&self, rota: &str, at: Option<Instant>) -> Result<Unwatched, Unanswered> {
        let (at, next) = match self {
            Source::World(world) => {
                let at = at.unwrap_or_else(now);
                (at, rota.parse().ok().and_then(|rota: Name| world.next_change(&rota, at)))
            }
            Source::Server(server, runtime) => {
                let asked: Vec<_> = at.map(|at| ("after", at.to_string())).into_iter().collect();
                let wish = format!("ask when the watch of {rota} changes");
                let found: Next = get(server, runtime, &wish, &["rotas", rota, "next"], &asked)?;
                (found.after, found.at)
            }
        };
        Ok(Unwatched { rota: rota.to_owned(), at, next })
    }
}

/// What a journal says up to its end, or up to an instant.
pub async fn world_of(data: &Path, at: Option<Instant>) -> Result<World, String> {
    let path = file_of(data);
    let journal = SqliteJournal::open_unverified(&path).await;
    let journal = journal.map_err(|error| format!("{error}\nhint: {}", error.hint()))?;
    let broken = |error: &dyn Display| format!("{}: {error}\nhint: see `meridian journal verify`", path.display());
    let until = match at {
        None => u64::MAX,
        Some(at) => seek(&journal, at).await.map_err(|error| broken(&error))?,
    };
    if let (0, Some(at)) = (until, at) {
        return Err(format!("at {at}: {}", PastError::BeforeTheBeginning));
    }
    let (world, _) = fold_until(&journal, until).await.map_err(|error| broken(&error))?;
    match world.estate_in_force().since {
        Some(_) => Ok(world),
        None => Err(format!("{} has no estate yet, so nobody is on watch in it", path.display())),
    }
}

fn now() -> Instant {
    Clock::system().now()
}

fn named<'a>(world: &'a World, rota: Option<&str>) -> Result<Vec<&'a Name>, Unanswered> {
    let rotas = &world.estate().rotas;
    match rota {
        None => Ok(rotas.keys().collect()),
        Some(name) => match rotas.get_key_value(name) {
            Some((name, _)) => Ok(vec![name]),
            None => Err(no_rota(name, rotas.keys().map(Name::as_str)).into()),
        },
    }
}

fn row(world: &World, shift: Shift) -> Row {
    let zone: Option<&TimeZone> = world.estate().sites.get(&shift.site).map(|site| &site.zone);
    Row::new(shift, zone)
}

fn get<T: DeserializeOwned>(
    server: &Server,
    runtime: &Runtime,
    wish: &str,
    path: &[&str],
    query: &[(&str, String)],
) -> Result<T, Unanswered> {
    Ok(runtime.block_on(server.get(wish, path, query))?.read()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flag_goes_before_a_variable() {
        let asked = |estate: &str, server: &str, data: &str| Asked {
            estate: Some(estate).filter(|text| !text.is_empty()).map(PathBuf::from),
            server: Some(server).filter(|text| !text.is_empty()).map(str::to_owned),
            data: Some(data).filter(|text| !text.is_empty()).map(PathBuf::from),
            token_file: None,
            ca: None,
        };
        let (e, s, d) = (Which::Estate("E".into()), Which::Server("S".into()), Which::Data("D".into()));
        for (flags, variables, expected) in [
            (["e", "", ""], &["S", "D"][..], Some(Which::Estate("e".into()))),
            (["", "s", ""], &["E", "D"], Some(Which::Server("s".into()))),
            (["", "", "d"], &["E", "S"], Some(Which::Data("d".into()))),
            (["", "", ""], &["E", "S", "D"], Some(e)),
            (["", "", ""], &["S", "D"], Some(s)),
            (["", "", ""], &["D"], Some(d)),
            (["", "", ""], &[], None),
        ] {
            let set = |name: &str| {
                let letter = name.trim_start_matches("MERIDIAN_").get(..1).unwrap_or_default();
                Some(OsString::from(if variables.contains(&letter) { letter } else { "" }))
            };
            assert_eq!(asked(flags[0], flags[1], flags[2]).which(set), expected, "{flags:?} {variables:?}");
        }
    }
}
