//! Which promised updates fall due soon or are overdue, and for whom each of them waits.
//!
//! What it does *not* do: keep a promise. A note does, or the next promise, or the end of the incident.

use jiff::SignedDuration;

use super::World;
use crate::{
    Instant,
    estate::{Role, Rota, Target},
    id::Name,
    incident::{Incident, Promise},
};

/// So long before it is due, a promised update waits for whoever gives it.
pub const PROMISE_SOON: SignedDuration = SignedDuration::from_mins(60);

impl World {
    /// Promised updates of open incidents that fall due within the hour or are overdue, and wait for this person: whoever
    /// has the incident, else whoever is responsible, and the leads. Nobody of the estate: all. The first due comes first.
    pub fn promises_due(&self, person: Option<&Name>, now: Instant) -> Vec<(&Incident, &Promise)> {
        let soon = now.saturating_add(PROMISE_SOON).unwrap_or(now);
        let promised = self.incidents.open().filter_map(|incident| Some((incident, incident.promise.as_ref()?)));
        let near = promised.filter(|(_, promise)| promise.due <= soon);
        let mine = near.filter(|(incident, _)| person.is_none_or(|person| self.gives_update(incident, person, now)));
        let mut due: Vec<_> = mine.collect();
        due.sort_by_key(|(incident, promise)| (promise.due, incident.id));
        due
    }

    fn gives_update(&self, incident: &Incident, person: &Name, now: Instant) -> bool {
        let has_it = incident.acknowledged.as_ref().map(|has| has.by == *person);
        has_it == Some(true)
            || self.rotas_of(incident).any(|rota| {
                let responsible = || self.responsible(&rota.name, Role::Primary, now, now);
                self.leads(rota).contains(person)
                    || has_it.is_none() && responsible().iter().any(|found| found.person == *person)
            })
    }

    /// The rotas that the incident's escalation pages.
    fn rotas_of(&self, incident: &Incident) -> impl Iterator<Item = &Rota> {
        let escalation = self.estate.parsed.escalations.get(&incident.escalation);
        let targets = escalation.into_iter().flat_map(|escalation| &escalation.steps).flat_map(|step| &step.page);
        targets.filter_map(|target| match target {
            Target::Rota(rota, _) => self.estate.parsed.rotas.get(rota),
            Target::Person(_) | Target::Team(_) => None,
        })
    }
}
