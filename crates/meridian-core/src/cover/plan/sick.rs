//! Sickness: who can't be paged from this moment on, and what that leaves without them.

use super::{Context, LASTS_AT_MOST, Plan, Planned, invalid, leave::withdraw, text};
use crate::{
    Instant, Refusal,
    cover::{AskedBecause, Changed, CoverFact, SickEndedBecause},
    id::{ChangeId, Name},
};

/// From now until `until`; a second report names another end. A request for each watch in that time follows.
pub fn plan_sick(context: &Context<'_>, person: &Name, until: Instant, note: &str) -> Planned {
    context.person("person", person)?;
    let note = text("note", note)?;
    if until <= context.now {
        return invalid("until", format!("{until} is past"));
    }
    if context.now.duration_until(until) > LASTS_AT_MOST {
        return invalid("until", "nobody knows that for more than 366 days: take them out of the rota instead");
    }
    let change = context.covers.next_id();
    let mut plan = Plan::default();
    if let Some((known, ends)) = context.covers.sick(person, context.now) {
        if ends == until {
            return Ok(Plan::about(known));
        }
        plan.facts.push(CoverFact::SickEnded { change: known, because: SickEndedBecause::Changed }.into());
        withdraw(context, &mut plan, of_sickness(context, person), Some((Instant::MIN, until)));
    }
    plan.changes.push(change);
    plan.facts.push(CoverFact::SickReported { change, person: person.clone(), until, note: note.clone() }.into());
    let parts = context.watches_in(person, context.now, until);
    let because = AskedBecause::Sick { sick: change };
    context.ask_for(&mut plan, ChangeId(change.0 + 1), parts, &because, "");
    Ok(plan)
}

/// They are back. What nobody took is theirs again; what was taken stays taken, and is said.
pub fn plan_well(context: &Context<'_>, person: &Name) -> Planned {
    match context.covers.sick(person, context.now) {
        Some((change, _)) => {
            let mut plan = Plan::about(change);
            plan.facts.push(CoverFact::SickEnded { change, because: SickEndedBecause::SaidSo }.into());
            withdraw(context, &mut plan, of_sickness(context, person), None);
            Ok(plan)
        }
        None if context.estate.persons.contains_key(person) => Ok(Plan::default()),
        None => Err(Refusal::NotFound(format!("person {person}"))),
    }
}

/// Whether a request was made because this person is sick, by whichever of their reports.
fn of_sickness<'a>(context: &'a Context<'_>, person: &'a Name) -> impl Fn(&AskedBecause) -> bool + 'a {
    move |because| match because {
        AskedBecause::Sick { sick } => match context.covers.get(*sick).map(|change| &change.what) {
            Some(Changed::Sick { person: of, .. }) => of == person,
            _ => false,
        },
        _ => false,
    }
}
