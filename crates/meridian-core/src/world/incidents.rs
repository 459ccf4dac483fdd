//! What a command about an incident leads to: its own facts, and those of its pages.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Turn, World};
use crate::{
    Instant,
    alert::{AlertFact, GroupKey, ResolvedBecause},
    command::{Command, Refusal, Reply},
    id::{Fingerprint, IncidentId, Name, PageId},
    incident::{AcknowledgedBecause, Incident, IncidentFact, IncidentResolvedBecause, OpenedBecause, Severity},
    page::{CancelledBecause, Context, NextPaged, Notice, PageFact, Pages, StepBecause, WalkState},
};

/// The longest note, title or reason, in bytes.
const TEXT_MAX: usize = 16 * 1024;

/// An alert that ends within this time unless it is sent again has a source that sends it again.
const EXPIRES_SOON: SignedDuration = SignedDuration::from_hours(1);

impl World {
    /// Plans pages of one incident with all that the plan may know.
    pub(super) fn plan_pages(
        &self,
        now: Instant,
        incident: IncidentId,
        plan: impl FnOnce(&Pages, &Context<'_>) -> Vec<PageFact>,
    ) -> Vec<PageFact> {
        let Some(subject) = self.incidents.get(incident) else { return Vec::new() };
        let context = Context {
            now,
            estate: &self.estate.parsed,
            on_watch: &|rota, role| self.watchers(rota, role, now),
            sick: &|person| self.is_sick(person, now),
            incident,
            escalation: &subject.escalation,
            urgency: subject.severity.urgency(),
            answered: subject.is_resolved() || subject.acknowledged.is_some(),
            resolved: subject.is_resolved(),
            own: subject.handoff.and_then(|handoff| self.handoff_escalation(handoff)),
        };
        plan(&self.pages, &context)
    }

    /// Who is paged next if nobody acknowledges: what the escalation would do at the end of the present step.
    pub fn next_paged(&self, incident: IncidentId) -> Option<NextPaged> {
        let WalkState::Waiting { until: at } = self.pages.walk(incident)?.state else { return None };
        let facts = self.plan_pages(at, incident, |pages, context| pages.plan_next(context, StepBecause::StepTimedOut));
        let persons = facts.into_iter().filter_map(|fact| match fact {
            PageFact::Opened { person, .. } => Some(person),
            _ => None,
        });
        Some(NextPaged { incident, persons: persons.collect(), at })
    }

    fn open_incident(&self, id: IncidentId) -> Result<&Incident, Refusal> {
        let incident = self.incidents.get(id).ok_or_else(|| Refusal::NotFound(format!("incident {id}")))?;
        match &incident.resolved {
            None => Ok(incident),
            Some(resolution) => Err(Refusal::Conflict(format!("incident {id} was resolved at {}", resolution.at))),
        }
    }
}

impl Turn<'_> {
    pub fn incident(&mut self, command: Command) -> Result<Reply, Refusal> {
        match command {
            Command::OpenIncident { title, severity, escalation } => self.open_by_hand(title, severity, escalation),
            Command::Acknowledge { incident, by, because } => self.acknowledge(incident, by, because),
            Command::AcknowledgeAlerts { alerts, by, because } => Ok(self.acknowledge_alerts(&alerts, &by, because)),
            Command::Note { incident, text } => {
                self.world.incidents.get(incident).ok_or_else(|| Refusal::NotFound(format!("incident {incident}")))?;
                check_text("text", &text)?;
                Ok(self.done(IncidentFact::Noted { incident, text }))
            }
            Command::Handoff { handoff, by, wish } => self.handoff(handoff, &by, wish),
            Command::Promise { incident, due, what } => self.promise(incident, due, what),
            Command::Reassign { incident, to, reason } => {
                check_reason(&reason)?;
                self.reassign(incident, to, reason)
            }
            Command::ChangeSeverity { incident, severity, reason } => {
                check_reason(&reason)?;
                if self.world.open_incident(incident)?.severity == severity {
                    return Ok(Reply::Already);
                }
                self.change_severity(incident, severity, reason, false);
                Ok(Reply::Done)
            }
            Command::Resolve { incident, reason } => {
                check_reason(&reason)?;
                self.resolve_by_hand(incident, reason)
            }
            Command::PassOn { page, by } => self.pass_on(page, by),
            // Every other command was handled before.
            _ => Ok(Reply::Already),
        }
    }

    fn promise(&mut self, incident: IncidentId, due: Instant, what: String) -> Result<Reply, Refusal> {
        check_text("what", &what)?;
        self.world.open_incident(incident)?;
        if due <= self.now {
            return Err(Refusal::Invalid { field: "due", why: format!("{due} is past") });
        }
        Ok(self.done(IncidentFact::Promised { incident, due, what }))
    }

    pub fn page(&mut self, incident: IncidentId, plan: impl FnOnce(&Pages, &Context<'_>) -> Vec<PageFact>) {
        let facts = self.world.plan_pages(self.now, incident, plan);
        self.record_all(facts);
    }

    fn open_by_hand(&mut self, title: String, severity: Severity, escalation: Name) -> Result<Reply, Refusal> {
        check_text("title", &title)?;
        if !self.world.estate().escalations.contains_key(&escalation) {
            return Err(Refusal::NotFound(format!("escalation {escalation}")));
        }
        let incident = self.world.incidents.next_id();
        self.record(IncidentFact::Opened { incident, title, severity, escalation, because: OpenedBecause::ByHand });
        self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::IncidentOpened));
        Ok(Reply::Incident(incident))
    }

    fn acknowledge(&mut self, id: IncidentId, by: Name, because: AcknowledgedBecause) -> Result<Reply, Refusal> {
        if self.world.open_incident(id)?.acknowledged.is_some() {
            return Ok(Reply::Already);
        }
        self.record(IncidentFact::Acknowledged { incident: id, by, because });
        self.page(id, |pages, _| pages.cancel_waiting(id, CancelledBecause::Acknowledged));
        Ok(Reply::Done)
    }

    /// Acknowledges the incidents of these alerts, opening those that wait for their group's first telling.
    fn acknowledge_alerts(&mut self, alerts: &[Fingerprint], by: &Name, because: AcknowledgedBecause) -> Reply {
        let groups = |alert: &Fingerprint| self.world.alerts.get(*alert).into_iter().flat_map(|alert| alert.groups());
        let groups: BTreeSet<GroupKey> = alerts.iter().flat_map(groups).cloned().collect();
        let mut reply = Reply::Already;
        for group in groups {
            let Some(incident) = self.incident_to_acknowledge(group) else { continue };
            if self.acknowledge(incident, by.clone(), because) == Ok(Reply::Done) {
                reply = Reply::Done;
            }
        }
        reply
    }

    fn reassign(&mut self, incident: IncidentId, to: Name, reason: String) -> Result<Reply, Refusal> {
        self.world.open_incident(incident)?;
        if !self.world.estate().persons.contains_key(&to) {
            return Err(Refusal::NotFound(format!("person {to}")));
        }
        self.record(IncidentFact::Reassigned { incident, to: to.clone(), reason });
        self.page(incident, |pages, context| pages.plan_assigned(context, &to));
        Ok(Reply::Done)
    }

    /// Records the severity. True: whoever was not to be woken before is paged now, from the first step. A person who
    /// acknowledged and raises it by hand has it already; an alert that joins and is worse calls that person again.
    pub fn change_severity(&mut self, id: IncidentId, severity: Severity, reason: String, by_alert: bool) -> bool {
        let wakes = self.world.incidents.get(id).is_some_and(|incident| {
            (by_alert || incident.acknowledged.is_none()) && incident.severity.urgency() > severity.urgency()
        });
        self.record(IncidentFact::SeverityChanged { incident: id, severity, reason, wakes });
        if wakes {
            self.page(id, |pages, context| pages.plan_begin(context, StepBecause::SeverityRaised));
        }
        wakes
    }

    fn resolve_by_hand(&mut self, id: IncidentId, reason: String) -> Result<Reply, Refusal> {
        let incident = self.world.open_incident(id)?;
        // An alert that its source keeps sending counts as known until `repeat_interval`, and expires by itself. Closing
        // it here would only make the next re-send open the incident again a minute later.
        let stays = |alert: &&Fingerprint| {
            let alert = self.world.alerts.get(**alert);
            alert.is_some_and(|alert| alert.ends_at().duration_since(self.now) <= EXPIRES_SOON)
        };
        let alerts: Vec<_> = incident.alerts.iter().filter(|alert| !stays(alert)).copied().collect();
        self.resolve(id, IncidentResolvedBecause::ByHand { reason });
        if !alerts.is_empty() {
            self.record(AlertFact::Resolved { alerts, because: ResolvedBecause::ClosedByHand });
        }
        Ok(Reply::Done)
    }

    /// Ends the incident: nothing more is paged, and everybody who was told is told that it is over.
    pub fn resolve(&mut self, id: IncidentId, because: IncidentResolvedBecause) {
        self.record(IncidentFact::Resolved { incident: id, because });
        self.page(id, |pages, _| pages.cancel_waiting(id, CancelledBecause::Resolved));
        self.page(id, |pages, context| pages.plan_notices(context, &Notice::Resolved));
    }

    fn pass_on(&mut self, page: PageId, by: Name) -> Result<Reply, Refusal> {
        let paged = self.world.pages.page(page).ok_or_else(|| Refusal::NotFound(format!("page {page}")))?;
        let incident = paged.incident;
        if self.world.open_incident(incident)?.acknowledged.is_some() {
            return Err(Refusal::Conflict(format!("incident {incident} is acknowledged; reassign it instead")));
        }
        // Passing on a page of an earlier step again would skip people who were not asked yet.
        let present = self.world.pages.walk(incident).filter(|walk| walk.pages.contains(&page));
        // And when everybody was tried, there is nobody to pass it on to before the rest is over.
        if !present.is_some_and(|walk| matches!(walk.state, WalkState::Waiting { .. })) {
            return Ok(Reply::Already);
        }
        self.page(incident, |pages, context| pages.plan_next(context, StepBecause::PassedOn { by }));
        Ok(Reply::Done)
    }
}

/// A reason may be left out in a hurry; the timeline then has none.
fn check_reason(reason: &str) -> Result<(), Refusal> {
    if reason.is_empty() { Ok(()) } else { check_text("reason", reason) }
}

fn check_text(field: &'static str, text: &str) -> Result<(), Refusal> {
    let why = if text.trim().is_empty() {
        "is empty"
    } else if text.len() > TEXT_MAX {
        "is longer than 16 KiB"
    } else {
        return Ok(());
    };
    Err(Refusal::Invalid { field, why: why.to_owned() })
}
