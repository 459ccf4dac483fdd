//! What a breach of a chain leads to: an incident for each cause, not for each message.
//!
//! | what is found | what is done |
//! | --- | --- |
//! | a breach, none beside it has an open incident | an incident is opened and pages the chain's `breachPages` |
//! | the same, and the last one beside it was resolved a short while ago | that incident is opened again |
//! | a breach beside one that has an open incident | it joins; if it is worse, the severity is raised |
//! | any breach, while the chain is switched to another route because of an open incident, or was a short while ago | it joins that one, for a switch makes messages late, and may make them disorderly |
//! | more messages than before, and a person has resolved the incident | an incident is opened |
//! | fewer or more messages than before | it stands on the timeline: twice as many at once, else once a minute |
//! | no message any more | the breach is over; with the last one of an incident the incident, if all were held, dark or late, and no switch is under way for it |
//! | `breachPages` is not set | the breach is journalled and shown, and pages nobody |
//!
//! Whoever watches the checkpoints sends all breaches that hold, each time, so that nothing has to be remembered
//! between two of its reports: what is missing is over.

use std::collections::BTreeSet;

use super::{Turn, World};
use crate::{
    Instant,
    chain::breach::{Breach, BreachKey, ChainFact},
    command::Reply,
    id::{IncidentId, Name},
    incident::{IncidentFact, IncidentResolvedBecause, OpenedBecause, REOPEN_WITHIN},
    page::StepBecause,
};

impl World {
    fn breach_pages(&self, chain: &Name) -> Option<Name> {
        self.estate().chains.get(chain)?.plan.breach_pages.clone()
    }

    fn is_open(&self, incident: IncidentId) -> bool {
        self.incidents.get(incident).is_some_and(|incident| !incident.is_resolved())
    }

    /// The open incident of a breach beside this one, else that for which the chain is switched.
    fn incident_beside(&self, key: &BreachKey, now: Instant) -> Option<IncidentId> {
        let beside = self.breaches.open().filter(|open| open.breach.key.is_beside(key));
        let mut beside = beside.filter_map(|open| open.incident).filter(|incident| self.is_open(*incident));
        beside.next().or_else(|| {
            let switch = self.switches.iter().rev().find(|switch| switch.what.chain == key.chain)?;
            let made = switch.reconciled.as_ref().map(|(done, ..)| done.at);
            let counts = switch.is_open() || made.is_some_and(|at| now.duration_since(at) <= REOPEN_WITHIN);
            switch.what.incident.filter(|incident| counts && self.is_open(*incident))
        })
    }

    /// Whether a chain is being switched because of it.
    fn is_switched_for(&self, incident: IncidentId) -> bool {
        self.switches.iter().any(|switch| switch.is_open() && switch.what.incident == Some(incident))
    }

    /// The incidents whose switch is over, so that they may end as well.
    fn switched(&self) -> impl Iterator<Item = IncidentId> + '_ {
        let over = self.switches.iter().filter(|switch| !switch.is_open()).filter_map(|switch| switch.what.incident);
        over.filter(|incident| self.is_open(*incident))
    }

    /// Whether all that an incident was about is over, and of a kind that ends by itself.
    fn has_cleared(&self, incident: IncidentId) -> bool {
        let mut over = self.breaches.over().filter(|over| over.incident == Some(incident)).peekable();
        let some = over.peek().is_some();
        some && over.all(|over| over.breach.key.trouble.ends_by_itself())
            && self.breaches.of(incident).next().is_none()
            && !self.is_switched_for(incident)
    }

    /// The incident of a breach beside this one that was over a short while ago.
    fn incident_before(&self, key: &BreachKey, now: Instant) -> Option<IncidentId> {
        let over = self.breaches.over().filter(|over| over.breach.key.is_beside(key));
        let resolved = |incident: &IncidentId| {
            let resolution = self.incidents.get(*incident)?.resolved.as_ref()?;
            let by_itself = resolution.because == IncidentResolvedBecause::BreachesCleared;
            (by_itself && now.duration_since(resolution.at) <= REOPEN_WITHIN).then_some(())
        };
        over.filter_map(|over| over.incident).find(|incident| resolved(incident).is_some())
    }
}

impl Turn<'_> {
    pub fn breaches(&mut self, found: &[Breach]) -> Reply {
        let before = self.out.len();
        let gone = self.world.breaches.open().filter(|open| !found.iter().any(|it| it.key == open.breach.key));
        let gone: Vec<_> = gone.map(|open| (open.breach.key.clone(), open.incident)).collect();
        let mut worth: Vec<&Breach> = found.iter().collect();
        worth.sort_by_key(|breach| (breach.key.trouble.severity(), &breach.key));
        for breach in worth {
            if self.world.breaches.due_of(breach, self.now).is_some_and(|due| due <= self.now) {
                self.breach(breach);
            }
        }
        // Last, so that what takes the place of a breach joins its incident.
        let mut touched: BTreeSet<IncidentId> = self.world.switched().collect();
        for (key, incident) in gone {
            self.record(ChainFact::Cleared { key, incident });
            touched.extend(incident);
        }
        for incident in touched {
            if self.world.is_open(incident) && self.world.has_cleared(incident) {
                self.resolve(incident, IncidentResolvedBecause::BreachesCleared);
            }
        }
        if self.out.len() == before { Reply::Already } else { Reply::Done }
    }

    fn breach(&mut self, found: &Breach) {
        let breach = found.clone();
        let Some(known) = self.world.breaches.get(&found.key).cloned() else {
            let joins = self.world.incident_beside(&found.key, self.now);
            let again = joins.or_else(|| self.world.incident_before(&found.key, self.now));
            let incident = self.incident_of(found, again);
            self.record(ChainFact::Breached { breach, incident });
            self.work_on(found, incident, joins);
            return;
        };
        let open = known.incident.filter(|incident| self.world.is_open(*incident));
        let grew = found.count > known.breach.count;
        let (incident, joins) = match open {
            Some(incident) => (Some(incident), Some(incident)),
            None if grew => (self.incident_of(found, None), None),
            None => (known.incident, known.incident),
        };
        self.record(ChainFact::Counted { breach, incident });
        if joins.is_none() {
            self.work_on(found, incident, None);
        }
    }

    /// The incident that a breach belongs to: one that is there, or the next; none if nobody is to be paged.
    fn incident_of(&self, found: &Breach, known: Option<IncidentId>) -> Option<IncidentId> {
        self.world.breach_pages(&found.key.chain)?;
        Some(known.unwrap_or_else(|| self.world.incidents.next_id()))
    }

    /// Opens the incident, opens it again, or makes it as severe as what joins it.
    fn work_on(&mut self, found: &Breach, incident: Option<IncidentId>, joins: Option<IncidentId>) {
        let (Some(incident), severity) = (incident, found.key.trouble.severity()) else { return };
        let Some(known) = self.world.incidents.get(incident).map(|incident| incident.severity) else {
            let Some(escalation) = self.world.breach_pages(&found.key.chain) else { return };
            let title = format!("{}: {}", found.key.chain, found.words());
            let because = OpenedBecause::ChainBreached { breach: found.key.clone() };
            self.record(IncidentFact::Opened { incident, title, severity, escalation, because });
            self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::IncidentOpened));
            return;
        };
        let worse = severity < known;
        let reason = found.words();
        if joins.is_some() {
            if worse {
                self.change_severity(incident, severity, reason, true);
            }
            return;
        }
        self.record(IncidentFact::Reopened { incident, alerts: Vec::new() });
        if worse {
            self.record(IncidentFact::SeverityChanged { incident, severity, reason, wakes: false });
        }
        self.page(incident, |pages, _| pages.take_back_end(incident));
        self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::IncidentReopened));
    }
}
