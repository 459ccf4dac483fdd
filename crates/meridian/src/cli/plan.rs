//! `meridian rota plan`: a fair rota for the coming weeks, as a change of the estate that a person accepts.
//!
//! What it does *not* do: it changes nothing at run time. What was changed there, it keeps to if it is told whom to ask;
//! the plan itself becomes lines of the estate's file.

mod edit;
mod known;
mod program;
mod shown;
mod solve;

use std::path::Path;

use jiff::{SignedDuration, Span, civil::Date, tz::TimeZone};
use meridian_core::{
    Instant,
    estate::{self, Override},
    roster::fair_plan::{Rules, Wish, changes, unmet, wish},
};

use super::{calendar::edit::replace, coverage::find, estate::read_dir, roster::Unanswered};
use crate::clock::Clock;
use shown::Plan;

/// So long a plan may be worked at, unless another time is asked for.
pub const SECONDS: f64 = 20.0;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// The directory with the estate's YAML files.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
    pub estate: std::path::PathBuf,
    #[command(flatten)]
    pub known: known::RunTime,
    /// The name of the rota.
    #[arg(long)]
    pub rota: String,
    /// The first day of the plan; turns that begin before it, or have begun, stay as they are.
    #[arg(long, value_name = "DATE")]
    pub from: Date,
    /// How many weeks are planned.
    #[arg(long, default_value_t = 13, value_parser = clap::value_parser!(u8).range(1..=53))]
    pub weeks: u8,
    /// Hours of rest between two watches of one person.
    #[arg(long, value_name = "HOURS", default_value_t = 11, value_parser = clap::value_parser!(u8).range(0..=48))]
    pub rest: u8,
    /// Days in a row at most; a turn that is longer counts as one.
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u8).range(1..=31))]
    pub stretch: u8,
    /// How long to look for a better plan, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = SECONDS, value_parser = seconds)]
    pub seconds: f64,
    /// Print JSON.
    #[arg(long, conflicts_with = "write")]
    pub json: bool,
    /// Print only the diff, for `git apply`.
    #[arg(long, conflicts_with_all = ["json", "write"])]
    pub diff: bool,
    /// Write the change into the estate's file.
    #[arg(long)]
    pub write: bool,
}

/// A time that somebody waits: nothing that is no number.
fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds| (1.0..=3600.0).contains(seconds));
    seconds.ok_or_else(|| "a number of seconds from 1 to 3600".to_owned())
}

pub fn plan(asked: &Asked) -> Result<String, Unanswered> {
    let files = read_dir(&asked.estate).map_err(|problems| broken(&asked.estate, &problems))?;
    let estate = estate::load(&files).map_err(|problems| broken(&asked.estate, &problems))?.estate;
    let rota = find(&estate, &asked.rota)?;
    let window = window(asked, Clock::system().now())?;
    let known = asked.known.known(&estate, &rota.name)?;
    let added = known.added.get(&rota.name).map_or(&[][..], Vec::as_slice);
    let wish = wish(&estate, &known.added, &known.away, rota, window, rules(asked));
    worth(asked, &wish)?;
    let found = solve::solve(&wish, asked.seconds, |said| eprintln!("planning {}: {said}", asked.rota));
    let overrides = changes(rota, added, &wish, &found.given);
    let owed = unmet(&wish, &found.given);
    let plan = Plan::new(asked, window, &wish, found, owed, overrides);
    if asked.json {
        return serde_json::to_string_pretty(&plan).map_err(|error| error.to_string().into());
    }
    let change = match plan.overrides.as_slice() {
        [] => Ok(None),
        overrides => edit::edit(&files, &estate, &rota.name, overrides).map(Some),
    };
    if asked.diff {
        return Ok(change?.map_or(String::new(), |edit| edit.diff()));
    }
    let mut text = plan.told();
    text += &match (change, asked.write) {
        (Ok(None), _) => "The rota is as fair as the plan: nothing to change.\n".to_owned(),
        (Ok(Some(edit)), true) => write(&asked.estate, &files, &edit)?,
        (Ok(Some(edit)), false) => format!("{}\nIt is written into the file with --write.\n", edit.diff()),
        (Err(why), true) => return Err(format!("nothing was written: {}", by_hand(&why, &plan.overrides)).into()),
        (Err(why), false) => by_hand(&why, &plan.overrides),
    };
    Ok(text)
}

/// What has begun stays as it is.
fn window(asked: &Asked, now: Instant) -> Result<(Instant, Instant), String> {
    let begin = |date: Date| date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    let last = asked.from.checked_add(Span::new().weeks(asked.weeks)).and_then(begin);
    let beyond = |_| {
        let (weeks, from) = (asked.weeks, asked.from);
        format!("the {weeks} weeks from {from} reach beyond what a calendar can say: begin earlier")
    };
    let (from, until) = (begin(asked.from).map_err(beyond)?, last.map_err(beyond)?);
    if until <= now {
        let (weeks, from) = (asked.weeks, asked.from);
        return Err(format!(
            "the {weeks} weeks from {from} lie in the past: a plan is for turns that are still to come"
        ));
    }
    Ok((from.max(now), until))
}

fn rules(asked: &Asked) -> Rules {
    Rules { rest: SignedDuration::from_hours(i64::from(asked.rest)), stretch_days: usize::from(asked.stretch) }
}

/// Whether there is anything to share out, and anybody to share it.
fn worth(asked: &Asked, wish: &Wish) -> Result<(), String> {
    let (rota, weeks, from) = (&asked.rota, asked.weeks, asked.from);
    let mut open = wish.tasks.iter().filter(|task| !task.fixed).peekable();
    if open.peek().is_none() {
        let fixed = wish.tasks.iter().filter(|task| !task.before).count();
        let why = match fixed {
            0 => "has no turn that begins".to_owned(),
            _ => format!("has no turn that was not changed by hand already ({fixed} were)"),
        };
        return Err(format!("the rota {rota} {why} in the {weeks} weeks from {from}: nothing can be planned there"));
    }
    if open.all(|task| task.members.is_empty()) {
        return Err(format!(
            "nobody is a member of the rota {rota} in the {weeks} weeks from {from}: add members, or see from when \
             until when they take turns"
        ));
    }
    Ok(())
}

fn broken(dir: &Path, problems: &[estate::Problem]) -> String {
    let shown: String = problems.iter().map(|problem| format!("\n{problem}\n")).collect();
    format!("the estate in {} is broken\n{shown}", dir.display())
}

/// A plan of an estate that changed meanwhile is no plan of what is there now.
fn write(dir: &Path, files: &[estate::SourceFile], edit: &edit::Edit) -> Result<String, String> {
    let path = dir.join(&edit.path);
    let now = read_dir(dir).map_err(|problems| broken(dir, &problems))?;
    if estate::digest(&now) != estate::digest(files) {
        return Err(format!(
            "the estate in {} was changed while it was planned: nothing was written; plan again",
            dir.display()
        ));
    }
    replace(&path, &edit.after)
        .map_err(|error| format!("{} can't be written, and stands as it was: {error}", path.display()))?;
    Ok(format!("Written into {}.\n", path.display()))
}

fn by_hand(why: &str, overrides: &[Override]) -> String {
    let lines: String = overrides.iter().map(|change| format!("    {}\n", edit::yaml(change))).collect();
    format!("{why}\n\n  overrides:\n{lines}")
}

#[cfg(test)]
mod tests;
