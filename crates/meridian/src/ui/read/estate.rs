//! The estate, its people, and the tokens of programs.

use std::sync::{Mutex, PoisonError};

use meridian_core::{
    estate::{Person, Reach, ReachStep, check},
    roster,
};

use super::Lens;
use crate::ui::{
    parts::lasting,
    view::{
        access::{TokenRow, TokensView},
        estate::{EstateView, PeopleView, PersonRow, Refused, Warning},
    },
};

pub fn estate(lens: &Lens<'_>, name: &str) -> EstateView {
    let force = lens.world.estate_in_force();
    let estate = lens.world.estate();
    EstateView {
        name: name.to_owned(),
        digest: force.digest.clone(),
        since: force.since,
        counts: vec![
            ("sites", estate.sites.len()),
            ("people", estate.persons.len()),
            ("teams", estate.teams.len()),
            ("rotas", estate.rotas.len()),
            ("escalations", estate.escalations.len()),
            ("channels", estate.channels.len()),
            ("chains", estate.chains.len()),
        ],
        refused: force.refused.as_ref().map(|r| Refused {
            at: r.at,
            digest: r.digest.clone(),
            problems: r.problems.clone(),
        }),
        warnings: warnings(lens),
        files: force.files.iter().map(|file| (file.path.clone(), file.text.lines().count())).collect(),
    }
}

/// The check looks three months ahead: once a day for an estate is enough, not once a look.
fn warnings(lens: &Lens<'_>) -> Vec<Warning> {
    type Known = (String, jiff::civil::Date, Vec<Warning>);
    static KNOWN: Mutex<Option<Known>> = Mutex::new(None);
    let (digest, day) = (&lens.world.estate_in_force().digest, lens.now.to_zoned(jiff::tz::TimeZone::UTC).date());
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    match &*known {
        Some((of, on, warnings)) if of == digest && *on == day => warnings.clone(),
        _ => {
            let fresh = check_now(lens);
            *known = Some((digest.clone(), day, fresh.clone()));
            fresh
        }
    }
}

fn check_now(lens: &Lens<'_>) -> Vec<Warning> {
    let told = check(lens.world.estate(), lens.now).into_iter();
    told.map(|problem| {
        let place =
            if problem.line > 0 { format!("{}, line {}", problem.file, problem.line) } else { problem.file.clone() };
        // Marks of code are for a terminal.
        Warning { what: problem.message.replace('`', ""), file: Some(place) }
    })
    .collect()
}

pub fn people(lens: &Lens<'_>) -> PeopleView {
    let estate = lens.world.estate();
    let on_watch: Vec<_> =
        estate.rotas.keys().flat_map(|rota| lens.world.on_watch(rota, lens.now)).map(|s| s.person).collect();
    let row = |person: &Person| {
        let (site, zone) = lens.site(&person.site);
        let stands = |rota: &&meridian_core::estate::Rota| {
            rota.layers.iter().any(|layer| roster::members_from(layer, lens.now).any(|m| *m == person.name))
        };
        PersonRow {
            name: person.name.to_string(),
            display_name: person.display_name.clone(),
            site,
            zone,
            high: ways(person, &person.reach.high),
            low: ways(person, &person.reach.low),
            rotas: estate.rotas.values().filter(stands).map(|rota| rota.display_name.clone()).collect(),
            on_watch: on_watch.contains(&person.name),
            warnings: doubts(person, &person.reach),
        }
    };
    let mut rows: Vec<PersonRow> = estate.persons.values().map(row).collect();
    rows.sort_by(|a, b| (&a.site, &a.display_name).cmp(&(&b.site, &b.display_name)));
    PeopleView { rows }
}

fn ways(person: &Person, steps: &[ReachStep]) -> Vec<String> {
    let way = |step: &ReachStep| {
        let contact = person.contacts.iter().find(|contact| contact.name == step.contact);
        let word = contact.map_or("unknown", |contact| contact.way.word());
        let when = if step.after.is_zero() { "at once".to_owned() } else { format!("after {}", lasting(step.after)) };
        format!("{} ({word}) {when}", step.contact)
    };
    steps.iter().map(way).collect()
}

fn doubts(person: &Person, reach: &Reach) -> Vec<String> {
    let mut technologies: Vec<_> = reach
        .high
        .iter()
        .filter_map(|step| person.contacts.iter().find(|contact| contact.name == step.contact))
        .map(|contact| contact.way.technology())
        .collect();
    technologies.dedup();
    match (reach.high.len(), technologies.len()) {
        (0, _) => vec!["Cannot be woken".into()],
        (1, _) => vec!["Only one way".into()],
        (_, 1) => vec!["All ways share one technology".into()],
        _ => Vec::new(),
    }
}

pub fn tokens(lens: &Lens<'_>) -> TokensView {
    let row = |token: &&meridian_core::access::ApiToken| TokenRow {
        name: token.name.to_string(),
        prefix: token.prefix.clone(),
        scopes: token.scopes.clone(),
        created_by: token.created_by.clone(),
        expires: token.expires,
        expired: token.is_expired(lens.now),
        dormant: lens.world.access.is_dormant(token),
    };
    TokensView { rows: lens.world.access.tokens().iter().map(row).collect(), ..TokensView::default() }
}
