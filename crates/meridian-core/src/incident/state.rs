//! The fold of incident facts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AcknowledgedBecause, IncidentFact, IncidentResolvedBecause, Moment, OpenedBecause, Severity, Timeline};
use crate::{
    Instant,
    alert::{GroupKey, Labels},
    id::{Fingerprint, HandoffId, IncidentId, Name},
    numbered::Numbered,
};

/// So many resolved incidents are kept with their timelines; older ones stand in the journal alone.
pub const RESOLVED_KEPT: usize = 5_000;

/// An incident whose group fires again within this time after it was resolved is reopened, not opened anew.
pub const REOPEN_WITHIN: jiff::SignedDuration = jiff::SignedDuration::from_mins(15);

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Incidents {
    all: Numbered<IncidentId, Incident>,
    open: BTreeSet<IncidentId>,
    /// Resolved ones in the order in which they were resolved, oldest first.
    resolved: BTreeSet<(Instant, IncidentId)>,
    last_of_group: BTreeMap<GroupKey, IncidentId>,
    last: IncidentId,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Incident {
    pub id: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub escalation: Name,
    pub opened_at: Instant,
    pub reopened_at: Option<Instant>,
    /// The group of alerts that it is about; none when a person opened it.
    pub group: Option<GroupKey>,
    /// What the group is grouped by; kept here, because the group is gone when the incident is over.
    pub labels: Labels,
    /// The alerts that fire now.
    pub alerts: BTreeSet<Fingerprint>,
    /// How many alerts it ever had.
    pub alerts_ever: u32,
    pub acknowledged: Option<Acknowledgement>,
    pub resolved: Option<Resolution>,
    /// The handoff that it pages for.
    #[serde(default)]
    pub handoff: Option<HandoffId>,
    /// The next update, promised and not given yet.
    #[serde(default)]
    pub promise: Option<Promise>,
    pub timeline: Timeline,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acknowledgement {
    pub by: Name,
    pub at: Instant,
    pub because: AcknowledgedBecause,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    pub at: Instant,
    pub because: IncidentResolvedBecause,
}

/// An update that somebody promised.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub due: Instant,
    pub what: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody acknowledged it.
    Open,
    Acknowledged,
    Resolved,
}

impl Status {
    pub fn word(self) -> &'static str {
        match self {
            Status::Open => "open",
            Status::Acknowledged => "acknowledged",
            Status::Resolved => "resolved",
        }
    }
}

impl Incident {
    pub fn status(&self) -> Status {
        match (&self.resolved, &self.acknowledged) {
            (Some(_), _) => Status::Resolved,
            (None, Some(_)) => Status::Acknowledged,
            (None, None) => Status::Open,
        }
    }

    pub fn is_resolved(&self) -> bool {
        self.resolved.is_some()
    }
}

impl Incidents {
    pub fn get(&self, id: IncidentId) -> Option<&Incident> {
        self.all.get(id)
    }

    /// Every incident that is kept, oldest number first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.all.values()
    }

    /// Those not resolved, oldest number first.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Incident> {
        self.open.iter().filter_map(|id| self.all.get(*id))
    }

    pub fn open_count(&self) -> usize {
        self.open.len()
    }

    pub fn next_id(&self) -> IncidentId {
        IncidentId(self.last.0 + 1)
    }

    /// The incident to reopen when this group fires again now.
    pub fn reopenable(&self, group: &GroupKey, now: Instant) -> Option<&Incident> {
        let last = self.all.get(*self.last_of_group.get(group)?)?;
        let resolved = last.resolved.as_ref()?;
        (now.duration_since(resolved.at) <= REOPEN_WITHIN).then_some(last)
    }

    /// Applies the fact; returns incidents that are no longer kept.
    pub fn apply(&mut self, at: Instant, fact: &IncidentFact) -> Vec<IncidentId> {
        if let IncidentFact::Opened { incident, title, severity, escalation, because } = fact {
            self.opened(at, *incident, title, *severity, escalation, because);
            return Vec::new();
        }
        let Some(incident) = self.all.get_mut(fact.incident()) else { return Vec::new() };
        match fact {
            IncidentFact::Opened { .. } | IncidentFact::Reminded { .. } => {}
            IncidentFact::Noted { .. } => incident.promise = None,
            IncidentFact::Promised { due, what, .. } => {
                incident.promise = Some(Promise { due: *due, what: what.clone() });
            }
            IncidentFact::HandedOver { to, .. } => {
                let because = AcknowledgedBecause::Handoff;
                incident.acknowledged = Some(Acknowledgement { by: to.clone(), at, because });
            }
            IncidentFact::Reopened { alerts, .. } => {
                if let Some(resolution) = incident.resolved.take() {
                    self.resolved.remove(&(resolution.at, incident.id));
                }
                incident.acknowledged = None;
                incident.reopened_at = Some(at);
                incident.alerts = alerts.iter().copied().collect();
                incident.alerts_ever += alerts.len() as u32;
                self.open.insert(incident.id);
            }
            IncidentFact::AlertsChanged { joined, left, .. } => {
                left.iter().for_each(|alert| {
                    incident.alerts.remove(alert);
                });
                incident.alerts.extend(joined);
                incident.alerts_ever += joined.len() as u32;
            }
            IncidentFact::Acknowledged { by, because, .. } => {
                incident.acknowledged = Some(Acknowledgement { by: by.clone(), at, because: *because });
            }
            IncidentFact::Reassigned { .. } | IncidentFact::Released { .. } => incident.acknowledged = None,
            IncidentFact::SeverityChanged { severity, wakes, .. } => {
                incident.severity = *severity;
                if *wakes {
                    incident.acknowledged = None;
                }
            }
            IncidentFact::Resolved { because, .. } => {
                incident.resolved = Some(Resolution { at, because: because.clone() });
                incident.promise = None;
                incident.alerts.clear();
                self.open.remove(&incident.id);
                self.resolved.insert((at, incident.id));
            }
        }
        self.forget_oldest()
    }

    /// Says what the group of a new incident is grouped by.
    pub(crate) fn label(&mut self, incident: IncidentId, labels: &Labels) {
        if let Some(incident) = self.all.get_mut(incident) {
            incident.labels = labels.clone();
        }
    }

    /// Writes a line into the incident's timeline. False: it is not kept.
    pub(crate) fn remember(&mut self, incident: IncidentId, moment: Moment) -> bool {
        let Some(incident) = self.all.get_mut(incident) else { return false };
        incident.timeline.push(moment);
        true
    }

    fn opened(
        &mut self,
        at: Instant,
        id: IncidentId,
        title: &str,
        severity: Severity,
        escalation: &Name,
        because: &OpenedBecause,
    ) {
        let (group, alerts) = match because {
            OpenedBecause::AlertsFired { group, alerts } => (Some(group.clone()), alerts.iter().copied().collect()),
            OpenedBecause::ByHand | OpenedBecause::HandoffLate { .. } | OpenedBecause::ChainBreached { .. } => {
                (None, BTreeSet::new())
            }
        };
        if let Some(group) = &group {
            self.last_of_group.insert(group.clone(), id);
        }
        self.last = self.last.max(id);
        self.open.insert(id);
        let incident = Incident {
            id,
            title: title.to_owned(),
            severity,
            escalation: escalation.clone(),
            opened_at: at,
            reopened_at: None,
            labels: Labels::default(),
            group,
            alerts_ever: alerts.len() as u32,
            alerts,
            acknowledged: None,
            resolved: None,
            handoff: match because {
                OpenedBecause::HandoffLate { handoff } => Some(*handoff),
                _ => None,
            },
            promise: None,
            timeline: Timeline::default(),
        };
        self.all.insert(id, incident);
    }

    fn forget_oldest(&mut self) -> Vec<IncidentId> {
        let mut forgotten = Vec::new();
        while self.resolved.len() > RESOLVED_KEPT {
            let Some((_, id)) = self.resolved.pop_first() else { break };
            if let Some(group) = self.all.remove(id).and_then(|incident| incident.group)
                && self.last_of_group.get(&group) == Some(&id)
            {
                self.last_of_group.remove(&group);
            }
            forgotten.push(id);
        }
        forgotten
    }
}
