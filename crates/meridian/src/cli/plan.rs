//! `meridian rota plan`: a fair rota for the coming weeks, as a change of the estate that a person accepts.
//!
//! What it does *not* do: it asks no server. Leave and overrides that were made at run time are not known to it.

mod edit;
mod solve;

use std::path::Path;

use jiff::{SignedDuration, Span, civil::Date, tz::TimeZone};
use meridian_core::{
    Instant,
    estate::{self, Override},
    roster::fair_plan::{Cost, Rules, Unmet, Wish, changes, unmet, wish},
};
use serde::Serialize;

use super::{coverage::find, estate::read_dir};

/// So long a plan may be worked at, unless another time is asked for.
pub const SECONDS: f64 = 20.0;

/// What is asked for.
#[derive(Debug, clap::Args)]
pub struct Asked {
    /// The directory with the estate's YAML files.
    #[arg(long, value_name = "DIR", value_hint = clap::ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
    pub estate: std::path::PathBuf,
    /// The name of the rota.
    #[arg(long)]
    pub rota: String,
    /// The first day of the plan; turns that begin before it stay as they are.
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
    #[arg(long, value_name = "SECONDS", default_value_t = SECONDS)]
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

#[derive(Serialize)]
struct Answer {
    rota: String,
    turns: usize,
    objective: f64,
    /// No plan costs less.
    at_least: f64,
    /// What the rota as it is costs.
    as_it_is: f64,
    unmet: Vec<UnmetRow>,
    people: Vec<Row>,
    overrides: Vec<Override>,
}

#[derive(Serialize)]
struct UnmetRow {
    from: Instant,
    layer: String,
    why: String,
}

/// Hours of a person as the rota is, as planned, and their fair share.
#[derive(Serialize)]
struct Row {
    person: String,
    hours: [f64; 3],
    nights: [f64; 3],
    weekends: [f64; 3],
    holidays: [f64; 3],
}

pub fn plan(asked: &Asked) -> Result<String, String> {
    let files = read_dir(&asked.estate).map_err(|problems| broken(&asked.estate, &problems))?;
    let estate = estate::load(&files).map_err(|problems| broken(&asked.estate, &problems))?.estate;
    let rota = find(&estate, &asked.rota)?;
    let last = asked.from.checked_add(Span::new().weeks(asked.weeks)).map_err(|error| error.to_string())?;
    let begin = |date: Date| date.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp()).map_err(|e| e.to_string());
    let window = (begin(asked.from)?, begin(last)?);
    let rules =
        Rules { rest: SignedDuration::from_hours(i64::from(asked.rest)), stretch_days: usize::from(asked.stretch) };
    let wish = wish(&estate, &[], rota, window, rules);
    if wish.tasks.iter().all(|task| task.fixed) {
        return Err(format!("the rota {} has no turn that begins in these {} weeks", rota.name, asked.weeks));
    }
    let seconds = asked.seconds.clamp(0.5, 600.0);
    let found = solve::solve(&wish, seconds, |said| eprintln!("planning {}: {said}", asked.rota));
    let overrides = changes(rota, &[], &wish, &found.given);
    let owed = unmet(&wish, &found.given);
    let now: Vec<Vec<usize>> = wish.tasks.iter().map(|task| task.now.clone()).collect();
    let (planned, as_it_is) = (wish.cost(&found.given), wish.cost(&now));
    let people = rows(&wish, &now, &found.given);
    if asked.json {
        let unmet = owed.into_iter().map(|o| UnmetRow { from: o.from, layer: o.layer, why: o.why }).collect();
        let turns = wish.tasks.iter().filter(|task| !task.fixed).count();
        let (objective, at_least) = (planned.total, found.bound);
        let rota = asked.rota.clone();
        let answer = Answer { rota, turns, objective, at_least, as_it_is: as_it_is.total, unmet, people, overrides };
        return serde_json::to_string_pretty(&answer).map_err(|error| error.to_string());
    }
    let change =
        if overrides.is_empty() { Ok(None) } else { edit::edit(&files, &estate, &rota.name, &overrides).map(Some) };
    if asked.diff {
        return Ok(change?.map_or(String::new(), |edit| edit.diff()));
    }
    let mut text = told(asked, &wish, &planned, &as_it_is, found.bound);
    text += &table(&people);
    text += &owes(&owed);
    text += &match (change, asked.write) {
        (Ok(None), _) => "The rota is as fair as the plan: nothing to change.\n".to_owned(),
        (Ok(Some(edit)), true) => write(&asked.estate, &edit)?,
        (Ok(Some(edit)), false) => format!("{}\nIt is written into the file with --write.\n", edit.diff()),
        (Err(why), _) => by_hand(&why, &overrides),
    };
    Ok(text)
}

fn broken(dir: &Path, problems: &[estate::Problem]) -> String {
    let shown: String = problems.iter().map(|problem| format!("\n{problem}\n")).collect();
    format!("the estate in {} is broken\n{shown}", dir.display())
}

fn write(dir: &Path, edit: &edit::Edit) -> Result<String, String> {
    let path = dir.join(&edit.path);
    std::fs::write(&path, &edit.after).map_err(|error| format!("{} can't be written: {error}", path.display()))?;
    Ok(format!("Written into {}.\n", path.display()))
}

fn by_hand(why: &str, overrides: &[Override]) -> String {
    let lines: String = overrides.iter().map(|change| format!("    {}\n", edit::yaml(change))).collect();
    format!("{why}\n\n  overrides:\n{lines}")
}

fn told(asked: &Asked, wish: &Wish, planned: &Cost, as_it_is: &Cost, bound: f64) -> String {
    let turns = wish.tasks.iter().filter(|task| !task.fixed).count();
    let gap = (planned.total - bound) / planned.total.abs().max(1.0) * 100.0;
    let farthest = |cost: &Cost| {
        let [hours, nights, weekends, holidays] = cost.farthest;
        format!("{hours:.1} h, {nights:.1} h at night, {weekends:.1} h on weekends, {holidays:.1} h on holidays")
    };
    format!(
        "{}, {} weeks from {}: {turns} turns for {} people\n\
         objective {:.1}, no plan is below {bound:.1} (gap {gap:.1} %); the rota as it is: {:.1}\n\
         farthest from the fair share: {}\n\
         \x20               as it is now: {}\n\n",
        asked.rota,
        asked.weeks,
        asked.from,
        wish.persons.len(),
        planned.total,
        as_it_is.total,
        farthest(planned),
        farthest(as_it_is),
    )
}

fn rows(wish: &Wish, now: &[Vec<usize>], planned: &[Vec<usize>]) -> Vec<Row> {
    let load = |given: &[Vec<usize>], person: usize, kind: usize| -> f64 {
        let own = wish.tasks.iter().zip(given).filter(|(task, given)| !task.fixed && given.contains(&person));
        own.filter_map(|(task, _)| task.burden.get(&person)).map(|burden| burden[kind]).sum()
    };
    let row = |(person, who): (usize, &meridian_core::roster::fair_plan::Who)| {
        let of = |kind: usize| [load(now, person, kind), load(planned, person, kind), wish.fair[person][kind]];
        Row { person: who.name.to_string(), hours: of(0), nights: of(1), weekends: of(2), holidays: of(3) }
    };
    wish.persons.iter().enumerate().map(row).collect()
}

/// Hours now, planned and fair, in a column each.
fn table(people: &[Row]) -> String {
    let cell = |of: &[f64; 3]| format!("{:>6.1} > {:>6.1} of {:>6.1}", of[0], of[1], of[2]);
    let mut text = format!("{:<16}{:<27}{:<27}{:<27}{}\n", "PERSON", "HOURS", "AT NIGHT", "ON WEEKENDS", "ON HOLIDAYS");
    for row in people {
        let cells = [&row.hours, &row.nights, &row.weekends, &row.holidays].map(cell);
        text += format!("{:<16}{:<27}{:<27}{:<27}{}", row.person, cells[0], cells[1], cells[2], cells[3]).trim_end();
        text += "\n";
    }
    text + "now > planned of the fair share, in hours\n\n"
}

fn owes(unmet: &[Unmet]) -> String {
    if unmet.is_empty() {
        return "Every turn is taken.\n\n".to_owned();
    }
    let lines: String =
        unmet.iter().map(|one| format!("  {} {}: {}\n", one.from.strftime("%Y-%m-%d"), one.layer, one.why)).collect();
    format!("Not met:\n{lines}\n")
}
