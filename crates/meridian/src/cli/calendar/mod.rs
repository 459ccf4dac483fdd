//! `meridian calendar`: the shipped calendars of holidays, and what is imported from the calendars of others.
//!
//! An import becomes lines of the estate, for a person to read: holidays of a site, or leave of a person. With `--write`
//! they are put into the estate's file, which is checked as a whole before it is replaced. What can't be read keeps the
//! import from happening at all, unless `--lenient` says that the rest is wanted.

pub(super) mod edit;

use std::{
    collections::BTreeSet,
    fs::File,
    io::Read as _,
    path::{Path, PathBuf},
};

use clap::{Args, Subcommand, ValueHint};
use jiff::civil::{Date, date};
use meridian_core::{
    calendar::{calendars, covered_years, holiday},
    estate::{self, Estate, Leave, nearest},
    ics::{self, Read, Span},
    id::Name,
};

use super::estate::read_dir;

#[derive(Debug, Subcommand)]
pub enum CalendarCommand {
    /// List the shipped calendars of public holidays, or the days of one.
    #[command(after_help = "Examples:\n  meridian calendar list\n  meridian calendar list hk-public")]
    List {
        /// Only this one, with its days.
        name: Option<String>,
    },
    /// Read the holidays of a site, or the leave of a person, from an iCalendar file.
    ///
    /// Prints the lines for the estate. Exit code 1, and nothing is written, if an event can't be read; zones may have
    /// the names of IANA or of Windows.
    #[command(after_help = "Examples:\n  meridian calendar import holidays.ics --site hong-kong --estate estate\n  \
                            meridian calendar import leave.ics --person wen --estate estate --write")]
    Import(Import),
}

#[derive(Debug, Args)]
pub struct Import {
    /// The iCalendar file; `-` reads the standard input.
    #[arg(value_hint = ValueHint::FilePath)]
    pub file: PathBuf,
    /// The directory with the estate's YAML files.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, env = "MERIDIAN_ESTATE")]
    pub estate: PathBuf,
    /// Whole days become holidays of this site.
    #[arg(long, value_name = "SITE", required_unless_present = "person", conflicts_with = "person")]
    pub site: Option<Name>,
    /// Days and hours become leave of this person.
    #[arg(long, value_name = "PERSON")]
    pub person: Option<Name>,
    /// The first day that is read; the first of this year, if absent.
    #[arg(long, value_name = "DATE")]
    pub from: Option<Date>,
    /// The end, which is not read any more; three years after the beginning, if absent.
    #[arg(long, value_name = "DATE")]
    pub to: Option<Date>,
    /// Import what can be read, and only name what can't.
    #[arg(long)]
    pub lenient: bool,
    /// Put the lines into the estate's file.
    #[arg(long)]
    pub write: bool,
}

/// What to print, and what to say beside it.
pub struct Done {
    pub text: String,
    pub said: Vec<String>,
}

pub fn list(name: Option<&str>) -> Result<String, String> {
    let Some(name) = name else {
        let line = |name: &&str| {
            let years =
                covered_years(name).map_or_else(String::new, |years| format!("{} to {}", years.start(), years.end()));
            format!("{name:24}{years}\n")
        };
        return Ok(calendars().iter().map(line).collect());
    };
    let Some(years) = covered_years(name) else {
        let meant = nearest(name, calendars().iter().copied()).map(|known| format!("; did you mean `{known}`?"));
        let shown: String = name.chars().take(80).collect();
        return Err(format!("there is no calendar `{}`{}", shown.escape_debug(), meant.unwrap_or_default()));
    };
    let days =
        date(*years.start(), 1, 1).series(jiff::Span::new().days(1)).take_while(|day| day.year() <= *years.end());
    Ok(days.filter_map(|day| Some(format!("{day} {} {}\n", day.strftime("%a"), holiday(name, day)?))).collect())
}

/// Whose calendar it becomes.
enum Whose<'a> {
    Site(&'a estate::Site),
    Person(&'a estate::Person, &'a estate::Site),
}

/// What is new, as lines of the estate.
struct Found {
    key: &'static str,
    items: Vec<String>,
    said: Vec<String>,
}

pub fn import(wish: &Import, today: Date) -> Result<Done, String> {
    let files = read_dir(&wish.estate).map_err(|problems| listed(&wish.estate, &problems))?;
    let estate = estate::load(&files).map_err(|problems| listed(&wish.estate, &problems))?.estate;
    let whose = whose(&estate, wish)?;
    let from = wish.from.unwrap_or_else(|| today.first_of_year());
    let to = wish.to.unwrap_or_else(|| from.saturating_add(jiff::Span::new().years(3)));
    if from >= to {
        return Err(format!("--to {to} is not after --from {from}"));
    }
    let shown = wish.file.display().to_string();
    let zone = match &whose {
        Whose::Site(site) | Whose::Person(_, site) => &site.zone,
    };
    let read = ics::read(&bytes(&wish.file)?, zone, from, to).map_err(|why| format!("{shown}: {why}"))?;
    let mut said = unreadable(&read, &shown, wish.lenient)?;
    let found = match &whose {
        Whose::Site(site) => holidays(&read, site, from, to, &shown),
        Whose::Person(person, _) => leave(&read, person),
    };
    said.extend(found.said);
    if found.items.is_empty() {
        said.push(format!("{shown}: of its {} events nothing is new", read.events));
        return Ok(Done { text: String::new(), said });
    }
    let (kind, name) = match &whose {
        Whose::Site(site) => ("site", &site.name),
        Whose::Person(person, _) => ("person", &person.name),
    };
    if wish.write {
        let path = format!("{kind}/{name}");
        let place = estate.places.of(&path).map(|(file, line)| (file.to_owned(), line));
        let (file, line) = place.ok_or_else(|| format!("where {path} stands is not known"))?;
        edit::write(&wish.estate, &files, (&file, line), (found.key, &found.items))?;
        said.push(format!("{file}: {} lines written under `{}` of {path}", found.items.len(), found.key));
        return Ok(Done { text: String::new(), said });
    }
    let lines: String = found.items.iter().map(|item| format!("  - {item}\n")).collect();
    Ok(Done { text: format!("# under `spec` of {kind} {name}\n{}:\n{lines}", found.key), said })
}

fn listed(dir: &Path, problems: &[estate::Problem]) -> String {
    let shown: String = problems.iter().map(|problem| format!("\n{problem}\n")).collect();
    format!("the estate in {} is broken\n{shown}", dir.display())
}

fn whose<'a>(estate: &'a Estate, wish: &Import) -> Result<Whose<'a>, String> {
    let unknown = |kind: &str, name: &Name, known: Vec<&str>| {
        let meant = nearest(name.as_str(), known).map_or(String::new(), |name| format!("; did you mean `{name}`?"));
        format!("the estate has no {kind} `{name}`{meant}")
    };
    if let Some(name) = &wish.person {
        let names = || estate.persons.keys().map(Name::as_str).collect();
        let person = estate.persons.get(name).ok_or_else(|| unknown("person", name, names()))?;
        let site = estate.sites.get(&person.site).ok_or_else(|| format!("the site of `{name}` is not known"))?;
        return Ok(Whose::Person(person, site));
    }
    let name = wish.site.as_ref().ok_or("name a site or a person")?;
    let names = || estate.sites.keys().map(Name::as_str).collect();
    estate.sites.get(name).map(Whose::Site).ok_or_else(|| unknown("site", name, names()))
}

/// A file, or the standard input; not more of it than is read anyway.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    // One byte more than is read shows that there is more.
    let limit = ics::BYTES_MAX as u64 + 1;
    let read = match path == Path::new("-") {
        true => std::io::stdin().take(limit).read_to_end(&mut bytes),
        false => File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes)),
    };
    read.map(|_| bytes).map_err(|error| format!("{} can't be read: {error}", path.display()))
}

/// The first of them in words, and how many more there are.
fn first_of(problems: &[ics::Problem], count: usize, shown: &str) -> Vec<String> {
    const SHOWN: usize = 20;
    let mut said: Vec<String> = problems.iter().take(SHOWN).map(|problem| format!("{shown}: {problem}")).collect();
    if count > said.len() {
        said.push(format!("{shown}: and {} more", count - said.len()));
    }
    said
}

/// Problems are errors, unless the rest is wanted all the same.
fn unreadable(read: &Read, shown: &str, lenient: bool) -> Result<Vec<String>, String> {
    let said = first_of(&read.problems, read.broken, shown);
    if read.broken == 0 || lenient {
        return Ok(said);
    }
    let count = format!("{} of {} events can't be read", read.broken, read.events);
    Err(format!("{count}; --lenient imports the others\n{}", said.join("\n")))
}

fn holidays(read: &Read, site: &estate::Site, from: Date, to: Date, shown: &str) -> Found {
    let (days, hours) = ics::holidays(read, &site.zone, from, to);
    let known = days.keys().filter(|day| site.calendar.holiday(**day).is_some()).count();
    let items = days.iter().filter(|(day, _)| site.calendar.holiday(**day).is_none());
    let items = items.map(|(day, name)| format!("{{ date: {day}, name: {} }}", scalar(name))).collect();
    let mut said = first_of(&hours, hours.len(), shown);
    if known > 0 {
        said.push(format!("{shown}: {known} of its days are holidays of {} already", site.name));
    }
    Found { key: "holidays", items, said }
}

fn leave(read: &Read, person: &estate::Person) -> Found {
    let known: BTreeSet<(meridian_core::Instant, meridian_core::Instant)> =
        person.leave.iter().filter(|leave| leave.days.is_none()).map(|leave| (leave.from, leave.until)).collect();
    let known_days: BTreeSet<(Date, Date)> = person.leave.iter().filter_map(|leave: &Leave| leave.days).collect();
    let is_new = |away: &ics::Away| match away.when {
        Span::Days { first, last } => !known_days.contains(&(first, last)),
        Span::Time { from, until } => !known.contains(&(from, until)),
    };
    let item = |away: ics::Away| {
        let note = if away.note.is_empty() { String::new() } else { format!(", note: {}", scalar(&away.note)) };
        match away.when {
            Span::Days { first, last } => format!("{{ from: {first}, until: {last}{note} }}"),
            Span::Time { from, until } => format!("{{ from: \"{from}\", until: \"{until}\"{note} }}"),
        }
    };
    Found { key: "leave", items: ics::leave(read).into_iter().filter(is_new).map(item).collect(), said: Vec::new() }
}

/// A text within a flow map.
fn scalar(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.ends_with(|c: char| c.is_ascii_alphanumeric() || c == ')')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || " .'()-".contains(c));
    let word = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(&text.to_lowercase().as_str());
    if plain && !word { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

#[cfg(test)]
mod tests;
