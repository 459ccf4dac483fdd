//! What is doubtful about an estate that is in order: people who can't be reached, watches that nobody keeps,
//! routes that fail together.
//!
//! Warnings, all of them: an estate may be so on purpose, and somebody should know.

use std::collections::BTreeMap;

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    Escalation, Estate, Holidays, Override, Person, Problem, Reachable, Role, Rota, Target, apart, doubt,
    duration::show_duration, problem::Fault, reachable,
};
use crate::{
    Instant, calendar,
    id::Name,
    roster::{self, Stretch},
};

/// How far ahead rotas are looked at.
const AHEAD: SignedDuration = SignedDuration::from_hours(90 * 24);

/// All that is doubtful, in the order of the kinds. The same estate at the same instant always says the same.
pub fn check(estate: &Estate, now: Instant) -> Vec<Problem> {
    let until = now.saturating_add(AHEAD).unwrap_or(Instant::MAX);
    let mut warnings = Vec::new();
    for (name, wanted) in paged(estate, now) {
        if let Some(person) = estate.persons.get(name) {
            reach(estate, person, &wanted, &mut warnings);
        }
    }
    for person in estate.persons.values() {
        leave(estate, person, now, until, &mut warnings);
    }
    for rota in estate.rotas.values() {
        holes(estate, rota, now, until, &mut warnings);
        holidays(estate, rota, until, &mut warnings);
        overrides(estate, rota, now, &mut warnings);
        for layer in &rota.layers {
            let path = format!("rota/{}/{}/members", rota.name, layer.name);
            warnings.extend(doubt::members(rota, layer, now).into_iter().map(|fault| estate.places.warn(&path, fault)));
        }
    }
    for escalation in estate.escalations.values() {
        ends(estate, escalation, now, until, &mut warnings);
    }
    for chain in estate.chains.values() {
        apart::chain(chain, &estate.places, &mut warnings);
    }
    warnings
}

/// Everybody who can be paged, and one reason for which.
fn paged(estate: &Estate, now: Instant) -> BTreeMap<&Name, String> {
    let mut people = BTreeMap::new();
    for rota in estate.rotas.values() {
        let layers = rota.layers.iter().filter(|layer| layer.role != Role::Shadow);
        let turns = layers.flat_map(|layer| roster::members_from(layer, now));
        for person in turns.chain(rota.overrides.iter().map(|change| &change.with)) {
            people.entry(person).or_insert_with(|| format!("is on watch in the rota `{}`", rota.name));
        }
    }
    for escalation in estate.escalations.values() {
        for target in escalation.steps.iter().flat_map(|step| &step.page) {
            let because = || format!("is paged by the escalation `{}`", escalation.name);
            match target {
                Target::Person(person) => drop(people.entry(person).or_insert_with(because)),
                Target::Team(team) => {
                    for person in estate.teams.get(team).into_iter().flat_map(|team| &team.members) {
                        people.entry(person).or_insert_with(because);
                    }
                }
                Target::Rota(..) => {}
            }
        }
    }
    people
}

fn reach(estate: &Estate, person: &Person, wanted: &str, warnings: &mut Vec<Problem>) {
    let name = &person.name;
    let fault = match reachable(person) {
        Reachable::NoContact => Fault::new(format!("`{name}` {wanted} but can't be reached: no contact is known"))
            .expected("at least two contacts that rest on different technologies"),
        Reachable::NoUrgentWay => Fault::new(format!("`{name}` {wanted} but an urgent page has no way to get through"))
            .expected("contacts under `reach.high`"),
        Reachable::OneWay { technology } => {
            Fault::new(format!("there is only one way to reach `{name}` urgently, by {}", technology.word()))
                .expected("a second one that rests on another technology")
        }
        Reachable::OneTechnology { technology, ways } => Fault::new(format!(
            "all {ways} ways to reach `{name}` urgently rest on {} and fail together",
            technology.word()
        ))
        .expected("one that rests on another technology"),
        Reachable::Safe => return,
    };
    warnings.push(estate.places.warn(&format!("person/{name}/contacts"), fault));
}

/// Whether an urgent page to them can get through at all.
fn gets_through(estate: &Estate, name: &Name) -> bool {
    let reach = estate.persons.get(name).map(reachable);
    !matches!(reach, None | Some(Reachable::NoContact | Reachable::NoUrgentWay))
}

/// Somebody on leave who is scheduled nevertheless stays on watch; so it is said.
fn leave(estate: &Estate, person: &Person, now: Instant, until: Instant, warnings: &mut Vec<Problem>) {
    let name = &person.name;
    for (number, leave) in person.leave.iter().enumerate() {
        let (from, until) = (leave.from.max(now), leave.until.min(until));
        for rota in estate.rotas.values().filter(|_| from < until) {
            let shifts = roster::shifts(rota, &[], from, until).into_iter();
            let own: Vec<_> = shifts.filter(|s| s.person == *name && s.role != Role::Shadow).collect();
            let Some(first) = own.first() else { continue };
            let zone = rota.layers.iter().find(|layer| *layer.name == *first.layer).map(|l| (&l.zone, &l.site));
            let more = if own.len() > 1 { format!("; and {} more times", own.len() - 1) } else { String::new() };
            let (rota, stretch) = (&rota.name, stretch((first.from, first.until), zone));
            let fault =
                Fault::new(format!("`{name}` is on watch in the rota `{rota}` during this leave: {stretch}{more}"))
                    .expected("an override that puts somebody in their place");
            warnings.push(estate.places.warn(&format!("person/{name}/leave-{number}"), fault));
        }
    }
}

fn holes(estate: &Estate, rota: &Rota, now: Instant, until: Instant, warnings: &mut Vec<Problem>) {
    let holes = roster::holes(rota, &[], Role::Primary, now, until);
    if holes.is_empty() {
        return;
    }
    let total =
        holes.iter().fold(SignedDuration::ZERO, |total, (from, to)| total.saturating_add(to.duration_since(*from)));
    let layer = rota.layers.first();
    let shown: Vec<String> =
        holes.iter().take(3).map(|hole| stretch(*hole, layer.map(|layer| (&layer.zone, &layer.site)))).collect();
    let rest = if holes.len() > 3 { format!("; and {} more", holes.len() - 3) } else { String::new() };
    let (name, total) = (&rota.name, show_duration(SignedDuration::from_secs(total.as_secs())));
    let fault = Fault::new(format!(
        "nobody is on watch in the rota `{name}` for {total} of the next 90 days: {}{rest}",
        shown.join("; ")
    ));
    warnings.push(estate.places.warn(&format!("rota/{name}"), fault));
}

/// In UTC, and by the wall clock of a site.
fn stretch((from, to): Stretch, site: Option<(&TimeZone, &Name)>) -> String {
    let utc = |at: Instant| at.strftime("%Y-%m-%dT%H:%MZ").to_string();
    let local = |at: Instant, zone: &TimeZone| at.to_zoned(zone.clone()).strftime("%a %H:%M").to_string();
    let local = site.map(|(zone, name)| format!(" ({} to {} in {name})", local(from, zone), local(to, zone)));
    format!("{} to {}{}", utc(from), utc(to), local.unwrap_or_default())
}

fn holidays(estate: &Estate, rota: &Rota, until: Instant, warnings: &mut Vec<Problem>) {
    for layer in rota.layers.iter().filter(|layer| layer.holidays == Holidays::Closed) {
        let (site, path) = (&layer.site, format!("rota/{}/{}/holidays", rota.name, layer.name));
        let year = until.to_zoned(layer.zone.clone()).year();
        let fault = match layer.calendar.name() {
            _ if layer.calendar.knows(year) => continue,
            None if !layer.calendar.days().is_empty() => {
                Fault::new(format!("the site `{site}` names no holiday of {year}"))
            }
            None => Fault::new(format!("`holidays: closed` means nothing here: the site `{site}` has no calendar"))
                .expected(format!(
                    "`calendar:` at the site: one of {}",
                    super::nearest::listed(calendar::calendars().iter().copied())
                )),
            Some(name) => match calendar::covered_years(name) {
                Some(years) => Fault::new(format!("the calendar `{name}` knows no holidays after {}", years.end())),
                None => Fault::new(format!("the calendar `{name}` is not known")),
            },
        };
        warnings.push(estate.places.warn(&path, fault));
    }
}

fn overrides(estate: &Estate, rota: &Rota, now: Instant, warnings: &mut Vec<Problem>) {
    let idle = roster::idle_overrides(rota, &[]);
    for (number, change) in rota.overrides.iter().enumerate().filter(|(_, change)| change.until > now) {
        let mut warn =
            |fault| warnings.push(estate.places.warn(&format!("rota/{}/override-{number}", rota.name), fault));
        let later = rota.overrides[number + 1..].iter().any(|other| collide(change, other));
        if later {
            let from = change.from.strftime("%Y-%m-%dT%H:%MZ");
            warn(Fault::new(format!(
                "a later override covers a part of this one (from {from}); where both hold, the later one counts"
            )));
        } else if idle.iter().any(|found| std::ptr::eq(*found, change)) {
            let who = change.replace.as_ref().map_or_else(|| "somebody".into(), |name| format!("`{name}`"));
            warn(Fault::new(format!("this override changes nothing: {who} is not on watch then")));
        }
    }
}

/// Whether two overrides are about the same person, layer and time.
fn collide(one: &Override, other: &Override) -> bool {
    let same_layer = one.layer.is_none() || other.layer.is_none() || one.layer == other.layer;
    one.replace.is_some()
        && one.replace == other.replace
        && same_layer
        && one.from < other.until
        && other.from < one.until
}

/// Whether an escalation can be walked to its end without anybody being paged.
fn ends(estate: &Estate, escalation: &Escalation, now: Instant, until: Instant, warnings: &mut Vec<Problem>) {
    let mut alone = vec![(now, until)];
    for target in escalation.steps.iter().flat_map(|step| &step.page) {
        alone = match target {
            Target::Person(person) if gets_through(estate, person) => Vec::new(),
            Target::Team(team)
                if estate
                    .teams
                    .get(team)
                    .is_some_and(|team| team.members.iter().any(|name| gets_through(estate, name))) =>
            {
                Vec::new()
            }
            Target::Person(_) | Target::Team(_) => alone,
            Target::Rota(name, role) => match estate.rotas.get(name) {
                Some(rota) => roster::both(&alone, &roster::holes(rota, &[], *role, now, until)),
                None => alone,
            },
        };
        if alone.is_empty() {
            return;
        }
    }
    let name = &escalation.name;
    let fault = match alone.first() {
        Some(whole) if *whole == (now, until) => {
            Fault::new(format!("the escalation `{name}` reaches nobody in the next 90 days"))
        }
        Some(first) => Fault::new(format!(
            "the escalation `{name}` can end with nobody: from {} none of its steps finds anybody",
            stretch(*first, None)
        )),
        None => return,
    };
    let fault = fault.expected("a last step that always finds somebody, such as a person or a team");
    warnings.push(estate.places.warn(&format!("escalation/{name}"), fault));
}
