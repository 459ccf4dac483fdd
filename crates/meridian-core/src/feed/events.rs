//! A feed's shifts as events.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::{SignedDuration, ToSpan as _, civil::Date, tz::TimeZone};

use super::{FeedOf, Revision, Revisions};
use crate::{
    Instant,
    estate::{Estate, Role, Rota},
    ics::{Calendar, Event},
    id::Name,
    roster::{self, Overrides, Shift, WatchBecause},
};

/// How far a feed reaches, from today.
const BACK: SignedDuration = SignedDuration::from_hours(30 * 24);
const AHEAD: SignedDuration = SignedDuration::from_hours(366 * 24);
/// A shift that lasts longer is told month by month.
const AROUND: SignedDuration = SignedDuration::from_hours(40 * 24);
/// Beyond an end of the feed's window shifts are looked at for so long, so that an event is told whole: two months, in the
/// first of which it may begin, and the length of a shift.
const LOOKED_AT: SignedDuration = SignedDuration::from_hours(104 * 24);
const OTHERS_SHOWN: usize = 12;

type Stretch = (Instant, Instant);

/// What a feed reaches over: at least 30 days back and a year ahead, from and until the first of a month in UTC, so that a
/// feed changes when somebody changes something and not with every read.
pub fn window(now: Instant) -> (Instant, Instant) {
    let month = |at: Result<Instant, jiff::Error>, months: i64| {
        let first = at.ok()?.to_zoned(TimeZone::UTC).date().first_of_month();
        let date = first.checked_add(months.months()).ok()?;
        Some(date.to_zoned(TimeZone::UTC).ok()?.timestamp())
    };
    let from = month(now.checked_sub(BACK), 0).unwrap_or(Instant::MIN);
    (from, month(now.checked_add(AHEAD), 1).unwrap_or(Instant::MAX))
}

/// All that a feed is made from: taken from the world at one instant, so that nobody waits while feeds are made.
pub struct Source {
    pub(crate) estate: Arc<Estate>,
    pub(crate) overrides: Overrides,
    pub(crate) revisions: Revisions,
}

/// How people call a feed.
pub fn title(estate: &Estate, of: &FeedOf) -> String {
    match of {
        FeedOf::Person(name) => {
            let who = estate.persons.get(name).map_or(name.as_str(), |person| &person.display_name);
            format!("On watch: {who}")
        }
        FeedOf::Rota(name) => {
            format!("Watch: {}", estate.rotas.get(name).map_or(name.as_str(), |rota| &rota.display_name))
        }
        FeedOf::Team(name) => {
            format!("Watch of the team {}", estate.teams.get(name).map_or(name.as_str(), |team| &team.display_name))
        }
    }
}

/// The feed as it is now. What it is about may have left the estate: then it is empty, so that its shifts vanish.
/// `url` is where people's browsers reach Meridian, without a slash at the end.
pub fn calendar(source: &Source, of: &FeedOf, now: Instant, url: &str) -> Calendar {
    let (from, until) = window(now);
    let concerns = |rota: &&Rota| match of {
        FeedOf::Person(_) => true,
        FeedOf::Rota(name) => rota.name == *name,
        FeedOf::Team(name) => rota.team.as_ref() == Some(name),
    };
    let rotas = source.estate.rotas.values().filter(concerns);
    let mut events: Vec<Event> = rotas
        .flat_map(|rota| {
            let told = Told { source, rota, of, url };
            told.events(from, until)
        })
        .collect();
    events.sort_by(|a, b| (a.from, &a.uid).cmp(&(b.from, &b.uid)));
    Calendar { name: title(&source.estate, of), events }
}

/// The stretches of rotas in which another estate changes what a feed says: where an event came, went, or reads otherwise.
/// What lies beyond every window has been told to nobody yet.
pub(crate) fn changed(before: &Source, after: &Source, at: Instant) -> Vec<(Name, Stretch)> {
    let mut found = Vec::new();
    let rotas: BTreeSet<&Name> = before.estate.rotas.keys().chain(after.estate.rotas.keys()).collect();
    for name in rotas {
        if said_of(&before.estate, name) == said_of(&after.estate, name) {
            continue;
        }
        let (old, new) = (told(before, name, at), told(after, name, at));
        let differs = |event: &&Event, others: &BTreeMap<String, Event>| others.get(&event.uid) != Some(*event);
        let went = old.values().filter(|event| differs(event, &new));
        let came = new.values().filter(|event| differs(event, &old));
        found.extend(went.chain(came).map(|event| (name.clone(), (event.from, event.until))));
    }
    found
}

/// All in an estate that a feed of this rota is made from.
fn said_of(estate: &Estate, rota: &Name) -> Option<String> {
    let rota = estate.rotas.get(rota)?;
    let mut said = format!("{rota:?}");
    for layer in &rota.layers {
        said.extend(estate.sites.get(&layer.site).map(|site| format!("{}, {:?};", site.display_name, site.zone)));
        let persons = layer.rotation.persons().filter_map(|name| estate.persons.get(name));
        said.extend(persons.map(|person| format!("{};", person.display_name)));
    }
    Some(said)
}

/// What a feed of this rota says, by event, without when it was said.
fn told(source: &Source, rota: &Name, at: Instant) -> BTreeMap<String, Event> {
    let (from, until) = window(at);
    let of = FeedOf::Rota(rota.clone());
    let Some(rota) = source.estate.rotas.get(rota) else { return BTreeMap::new() };
    let events = Told { source, rota, of: &of, url: "" }.events(from, until);
    events.into_iter().map(|event| (event.uid.clone(), Event { sequence: 0, modified: at, ..event })).collect()
}

struct Told<'a> {
    source: &'a Source,
    rota: &'a Rota,
    of: &'a FeedOf,
    url: &'a str,
}

/// What makes a shift the same one after a change.
type Identity<'a> = (&'a str, Date, &'a Name);

impl Told<'_> {
    fn events(&self, from: Instant, until: Instant) -> Vec<Event> {
        let around = (from.saturating_sub(LOOKED_AT).unwrap_or(from), until.saturating_add(LOOKED_AT).unwrap_or(until));
        let shifts = roster::shifts(self.rota, &self.source.overrides.of(&self.rota.name), around.0, around.1);
        let wanted = |shift: &&Shift| match self.of {
            FeedOf::Person(person) => shift.person == *person,
            FeedOf::Rota(_) | FeedOf::Team(_) => true,
        };
        if !shifts.iter().any(|shift| wanted(&shift)) {
            return Vec::new();
        }
        let planned = Planned::new(self.rota, around);
        let mut shifts: Vec<Shift> = shifts.into_iter().flat_map(|shift| planned.pieces(shift)).collect();
        shifts.sort_by_key(|shift| shift.from);
        let mut groups: BTreeMap<Identity<'_>, (Stretch, Vec<&Shift>)> = BTreeMap::new();
        for shift in shifts.iter().filter(wanted) {
            let (day, stretch) = planned.anchor(shift);
            let (whole, of_day) =
                groups.entry((&shift.layer, day, &shift.person)).or_insert_with(|| (stretch, Vec::new()));
            *whole = (whole.0.min(stretch.0), whole.1.max(stretch.1));
            of_day.push(shift);
        }
        let mut parts = Vec::new();
        for (identity, ((begin, end), of_day)) in groups {
            let revision = self.source.revisions.of(&self.rota.name, begin, end);
            let numbered = of_day.into_iter().enumerate();
            parts.extend(numbered.map(|(number, shift)| Part { identity, number, shift, revision }));
        }
        let runs = runs(parts).into_iter().filter(|run| run[0].shift.from < until && from < end_of(run));
        runs.map(|run| self.event(&run, &shifts)).collect()
    }

    /// One event of parts that follow each other: named by the first, changed when any of them was.
    fn event(&self, run: &[Part<'_>], all: &[Shift]) -> Event {
        let Part { identity: (layer, day, person), number, shift, .. } = run[0];
        let revision = run.iter().map(|part| part.revision).max().unwrap_or_default();
        let until = end_of(run);
        let (rota, role) = (&self.rota.display_name, shift.role.word());
        let part = if number == 0 { String::new() } else { format!(".{}", number + 1) };
        let summary = match self.of {
            FeedOf::Person(_) => format!("On watch: {rota} ({role})"),
            FeedOf::Rota(_) | FeedOf::Team(_) => format!("{rota}: {role}, {}", self.person(&shift.person)),
        };
        let mut sites: Vec<&str> = run.iter().map(|part| self.site(&part.shift.site)).collect();
        sites.dedup();
        Event {
            uid: format!("{}.{layer}.{day}.{person}{part}@meridian", self.rota.name),
            sequence: revision.seq,
            modified: revision.at,
            from: shift.from,
            until,
            summary,
            description: self.description(run, all),
            location: sites.join(", "),
            url: format!("{}/rotas/{}", self.url, self.rota.name),
        }
    }

    fn description(&self, run: &[Part<'_>], all: &[Shift]) -> String {
        let (shift, end) = (run[0].shift, end_of(run));
        let mut lines =
            vec![format!("{}: {}, {}", self.rota.display_name, shift.role.word(), self.person(&shift.person))];
        if let Some(site) = self.source.estate.sites.get(&shift.site) {
            let wall = |at: Instant| at.to_zoned(site.zone.clone()).strftime("%a %Y-%m-%d %H:%M %Z").to_string();
            lines.push(format!("{} to {} in {}", wall(shift.from), wall(end), site.display_name));
        }
        for part in run {
            let line = match &part.shift.because {
                WatchBecause::Rotation { .. } => continue,
                WatchBecause::Override { replaces: Some(other) } => format!("In the place of {}", self.person(other)),
                WatchBecause::Override { replaces: None } => "In addition to the rotation".to_owned(),
            };
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
        let others = touching(all, shift.from, end).map(|other| (other.role, self.person(&other.person)));
        let mut others: BTreeSet<(Role, &str)> = others.collect();
        others.remove(&(shift.role, self.person(&shift.person)));
        if !others.is_empty() {
            let more = others.len().saturating_sub(OTHERS_SHOWN);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let shown = others.iter().take(OTHERS_SHOWN).map(|(role, who)| format!("{who} ({})", role.word()));
            lines.push(format!("Also on watch for a part of it: {}{more}", shown.collect::<Vec<_>>().join(", ")));
        }
        lines.push(format!("{}/rotas/{}", self.url, self.rota.name));
        lines.join("\n")
    }

    fn site<'b>(&'b self, name: &'b Name) -> &'b str {
        self.source.estate.sites.get(name).map_or(name.as_str(), |site| &site.display_name)
    }

    fn person(&self, name: &Name) -> &str {
        let person = self.source.estate.persons.get(name);
        person.map_or_else(|| "somebody who left", |person| &person.display_name)
    }
}

/// A shift, or a month of one, and what it is called.
struct Part<'a> {
    identity: Identity<'a>,
    /// Among those of the same identity.
    number: usize,
    shift: &'a Shift,
    revision: Revision,
}

fn end_of(run: &[Part<'_>]) -> Instant {
    run.iter().map(|part| part.shift.until).max().unwrap_or(Instant::MIN)
}

/// Parts of the same person and role of which each begins where the one before it ends, from one layer to another: whoever
/// reads a calendar sees one watch. A run holds what begins within one month in UTC, so that what changes in one month can't
/// move the events of another. Months of the same layer were parted on purpose.
fn runs(mut parts: Vec<Part<'_>>) -> Vec<Vec<Part<'_>>> {
    parts.sort_by(|a, b| {
        let key = |part: &Part<'_>| (part.shift.from, part.shift.until);
        key(a).cmp(&key(b)).then_with(|| (a.identity, a.number).cmp(&(b.identity, b.number)))
    });
    let month = |at: Instant| at.to_zoned(TimeZone::UTC).date().first_of_month();
    let mut runs: Vec<Vec<Part<'_>>> = Vec::new();
    // Where each person's runs end; what begins later than all of them can follow none.
    let mut open: BTreeMap<(&Name, Role, Instant), Vec<usize>> = BTreeMap::new();
    for part in parts {
        let shift = part.shift;
        let ending = open.get_mut(&(&shift.person, shift.role, shift.from));
        let follows = |run: &usize| {
            let run = &runs[*run];
            run.last().is_some_and(|last| last.shift.layer != shift.layer)
                && month(run[0].shift.from) == month(shift.from)
        };
        let found = ending.and_then(|ending| Some(ending.swap_remove(ending.iter().position(follows)?)));
        let run = found.unwrap_or(runs.len());
        if run == runs.len() {
            runs.push(Vec::new());
        }
        open.entry((&shift.person, shift.role, shift.until)).or_default().push(run);
        runs[run].push(part);
    }
    runs
}

/// The rota as the rotation alone has it.
struct Planned<'a> {
    rota: &'a Rota,
    shifts: Vec<Shift>,
}

impl<'a> Planned<'a> {
    fn new(rota: &'a Rota, (from, until): Stretch) -> Planned<'a> {
        let bare = Rota { overrides: Vec::new(), ..rota.clone() };
        let shifts = roster::shifts(&bare, &[], from, until);
        let none = Planned { rota, shifts: Vec::new() };
        let mut shifts: Vec<Shift> = shifts.into_iter().flat_map(|shift| none.pieces(shift)).collect();
        shifts.sort_by_key(|shift| shift.from);
        Planned { rota, shifts }
    }

    fn zone(&self, shift: &Shift) -> TimeZone {
        let layer = self.rota.layers.iter().find(|layer| *layer.name == *shift.layer);
        layer.map_or(TimeZone::UTC, |layer| layer.zone.clone())
    }

    /// Whose stretch of the layer it would be until the end of the first instant of `shift`, at the latest until `end`.
    fn under(&self, shift: &Shift, end: Instant) -> Option<&Shift> {
        let end = end.max(shift.from.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(shift.from));
        let of_layer = || touching(&self.shifts, shift.from, end).filter(|planned| planned.layer == shift.layer);
        of_layer().find(|planned| planned.person == shift.person).or_else(|| of_layer().next())
    }

    /// Who is on watch for ever has an event for each month: one whose end moved with every month would be a change
    /// that nobody made.
    fn pieces(&self, shift: Shift) -> Vec<Shift> {
        let within_endless = |shift: &Shift| {
            let zone = self.zone(shift);
            let planned = self.under(shift, shift.from);
            planned.is_some_and(|planned| month_after(planned.from, &zone).is_some_and(|end| end == planned.until))
        };
        let endless = shift.from.duration_until(shift.until) >= AROUND;
        if !endless && !within_endless(&shift) {
            return vec![shift];
        }
        let (zone, mut pieces, mut rest) = (self.zone(&shift), Vec::new(), shift);
        while let Some(end) = month_after(rest.from, &zone).filter(|end| *end < rest.until) {
            pieces.push(Shift { until: end, ..rest.clone() });
            // Why it began is told where it began.
            (rest.from, rest.because) = (end, WatchBecause::Rotation { turn: 0 });
        }
        pieces.push(rest);
        pieces
    }

    /// The day that names the shift, and the stretch in which a change may have changed it.
    fn anchor(&self, shift: &Shift) -> (Date, Stretch) {
        let planned = self.under(shift, shift.from).or_else(|| self.under(shift, shift.until));
        let begin = planned.map_or(shift.from, |planned| planned.from);
        let zone = self.zone(shift);
        let day = begin.to_zoned(zone.clone()).date();
        let midnight = |day: Date| day.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
        let (dawn, dusk) = (midnight(day), day.tomorrow().ok().and_then(midnight));
        let from = [Some(begin), Some(shift.from), dawn].into_iter().flatten().min().unwrap_or(begin);
        let until = [planned.map(|planned| planned.until), Some(shift.until), dusk].into_iter().flatten().max();
        (day, (from, until.unwrap_or(shift.until)))
    }
}

/// Those of `shifts`, which are in the order of their starts, that have a part of `[from, until)`.
fn touching(shifts: &[Shift], from: Instant, until: Instant) -> impl Iterator<Item = &Shift> {
    // None of them is longer, for those that were are cut.
    let earliest = from.saturating_sub(AROUND).unwrap_or(Instant::MIN);
    let first = shifts.partition_point(|shift| shift.from < earliest);
    shifts[first..].iter().take_while(move |shift| shift.from < until).filter(move |shift| from < shift.until)
}

/// When the next month begins on the wall.
fn month_after(at: Instant, zone: &TimeZone) -> Option<Instant> {
    let first = at.to_zoned(zone.clone()).date().first_of_month().checked_add(1.months()).ok()?;
    Some(first.to_zoned(zone.clone()).ok()?.timestamp())
}
