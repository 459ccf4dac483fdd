//! From a step's targets to persons, and the reason for each target that yields nobody.

use jiff::SignedDuration;

use super::Context;
use crate::{
    estate::{Contact, Person, Step, Target},
    id::Name,
    page::{NobodyBecause, PagedBecause, Urgency},
};

/// The persons of a step in the order of its targets, each once, and the targets that yielded nobody.
pub(super) fn resolve<'a>(
    context: &'a Context<'_>,
    step: &Step,
) -> (Vec<(&'a Person, PagedBecause)>, Vec<(Target, NobodyBecause)>) {
    let mut persons: Vec<(&Person, PagedBecause)> = Vec::new();
    let mut nobody = Vec::new();
    for target in &step.page {
        let found = match candidates(context, target) {
            Ok(found) => found,
            Err(why) => {
                nobody.push((target.clone(), why));
                continue;
            }
        };
        let mut why_nobody = NobodyBecause::NotInEstate;
        let mut any = false;
        for (name, why) in found {
            let Some(person) = context.estate.persons.get(&name) else { continue };
            if persons.iter().any(|(paged, _)| paged.name == name) {
                why_nobody = NobodyBecause::AlreadyPaged;
            } else if (context.sick)(&name) {
                why_nobody = NobodyBecause::Sick;
            } else if reach(person, context.urgency).is_empty() {
                why_nobody = NobodyBecause::NoContact;
            } else {
                persons.push((person, why));
                any = true;
            }
        }
        if !any {
            nobody.push((target.clone(), why_nobody));
        }
    }
    (persons, nobody)
}

fn candidates(context: &Context<'_>, target: &Target) -> Result<Vec<(Name, PagedBecause)>, NobodyBecause> {
    match target {
        Target::Person(name) => Ok(vec![(name.clone(), PagedBecause::Named)]),
        Target::Team(name) => {
            let team = context.estate.teams.get(name).ok_or(NobodyBecause::NotInEstate)?;
            if team.members.is_empty() {
                return Err(NobodyBecause::TeamEmpty);
            }
            let why = PagedBecause::MemberOf { team: name.clone() };
            Ok(team.members.iter().map(|member| (member.clone(), why.clone())).collect())
        }
        Target::Rota(name, role) => {
            if !context.estate.rotas.contains_key(name) {
                return Err(NobodyBecause::NotInEstate);
            }
            let watch = (context.on_watch)(name, *role);
            if watch.is_empty() {
                return Err(NobodyBecause::NobodyOnWatch);
            }
            Ok(watch.into_iter().map(|watcher| (watcher.person, watcher.because)).collect())
        }
    }
}

/// The person's contacts for this urgency, each with its delay.
pub(super) fn reach(person: &Person, urgency: Urgency) -> Vec<(&Contact, SignedDuration)> {
    let steps = match urgency {
        Urgency::High => &person.reach.high,
        Urgency::Low => &person.reach.low,
    };
    let contact = |name: &str| person.contacts.iter().find(|contact| contact.name == name);
    steps.iter().filter_map(|step| Some((contact(&step.contact)?, step.after))).collect()
}
