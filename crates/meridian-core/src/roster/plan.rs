//! What becomes of the wish for an override.

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::{Overrides, RosterFact};
use crate::{
    Instant, Refusal,
    estate::{Estate, Override, nearest},
    id::Name,
};

/// A year and a day. What lasts longer belongs into the rota.
const LASTS_AT_MOST: SignedDuration = SignedDuration::from_hours(366 * 24);

/// Checks a wish and numbers it.
pub fn plan_add(
    estate: &Estate,
    overrides: &Overrides,
    rota: &Name,
    change: Override,
    now: Instant,
) -> Result<RosterFact, Refusal> {
    let invalid = |field, why: String| Err(Refusal::Invalid { field, why });
    let Some(known) = estate.rotas.get(rota) else {
        return Err(Refusal::NotFound(format!("rota {rota}")));
    };
    if change.from >= change.until {
        return invalid("until", format!("{} is not after {}, where the override starts", change.until, change.from));
    }
    if change.until <= now {
        return invalid("until", format!("{} is past: what was stays as it was", change.until));
    }
    if change.from.duration_until(change.until) > LASTS_AT_MOST {
        return invalid("until", "an override lasts at most 366 days: change the rota instead".into());
    }
    for (field, person) in [("with", Some(&change.with)), ("replace", change.replace.as_ref())] {
        if let Some(person) = person.filter(|person| !estate.persons.contains_key(*person)) {
            return invalid(
                field,
                format!("no person of the estate is called `{person}`{}", meant(person, &estate.persons)),
            );
        }
    }
    if change.replace.as_ref() == Some(&change.with) {
        return invalid("with", format!("{} can't stand in for themselves", change.with));
    }
    if let Some(layer) = &change.layer
        && !known.layers.iter().any(|known| known.name == *layer)
    {
        let names: Vec<&str> = known.layers.iter().map(|layer| layer.name.as_str()).collect();
        return invalid(
            "layer",
            format!("rota {rota} has no layer `{}`, only {}", layer.escape_debug(), names.join(", ")),
        );
    }
    Ok(RosterFact::OverrideAdded { id: overrides.next_id(), rota: rota.clone(), change })
}

/// An override that is over stays: it tells who was on watch then. One that is in force ends now, for the same reason.
pub fn plan_remove(overrides: &Overrides, rota: &Name, id: u64, now: Instant) -> Result<RosterFact, Refusal> {
    match overrides.numbered(rota).iter().find(|(known, _)| *known == id) {
        None => Err(Refusal::NotFound(format!("override {id} of rota {rota}"))),
        Some((_, change)) if change.until <= now => {
            Err(Refusal::Conflict(format!("override {id} was over at {}: what was stays as it was", change.until)))
        }
        Some((_, change)) if change.from < now => Ok(RosterFact::OverrideEnded { id, rota: rota.clone(), until: now }),
        Some(_) => Ok(RosterFact::OverrideRemoved { id, rota: rota.clone() }),
    }
}

fn meant<T>(wanted: &Name, known: &BTreeMap<Name, T>) -> String {
    let found = nearest(wanted.as_str(), known.keys().map(Name::as_str));
    found.map_or(String::new(), |name| format!("; did you mean `{name}`?"))
}
