//! When an incident's alerts are silenced, inhibited or muted, or fire no more, nobody further is paged for it.

use jiff::SignedDuration;

use super::{Turn, World};
use crate::{
    Instant,
    alert::{AlertFact, GroupKey, Quiet},
    id::IncidentId,
    incident::{IncidentResolvedBecause, Status},
    page::{CancelledBecause, PageFact, StepBecause, WalkState},
};

/// An inhibition or a time interval can end at any moment; it is looked at again after this time.
const LOOK_AGAIN: SignedDuration = SignedDuration::from_mins(5);

impl World {
    /// Why nobody should be paged for this incident now, and how long that holds at least. None: somebody should.
    ///
    /// An incident that a person opened has no alerts and is never quiet.
    fn kept_quiet(&self, incident: IncidentId, now: Instant) -> Option<(Quiet, Instant)> {
        let alerts = &self.incidents.get(incident)?.alerts;
        let mut held: Option<(Quiet, Instant)> = None;
        for alert in alerts.iter().filter(|alert| self.alerts.get(**alert).is_some()) {
            let because = self.alerts.quiet(*alert, now)?;
            let until = self.quiet_until(&because, now);
            held = Some(match held {
                Some((first, earliest)) => (first, earliest.min(until)),
                None => (because, until),
            });
        }
        held
    }

    fn quiet_until(&self, because: &Quiet, now: Instant) -> Instant {
        let later = now.saturating_add(LOOK_AGAIN).unwrap_or(Instant::MAX);
        let Quiet::BySilence(ids) = because else { return later };
        ids.iter().filter_map(|id| self.alerts.silence(id)).map(|silence| silence.ends_at).max().unwrap_or(later)
    }

    /// Whether all that the incident was about is over, though its group is not due to be told of yet.
    fn is_over(&self, incident: IncidentId) -> bool {
        let Some(group) = self.incidents.get(incident).and_then(|incident| incident.group.as_ref()) else {
            return false;
        };
        self.alerts.group(group).is_some_and(|group| group.incident == Some(incident) && group.members.is_empty())
    }
}

impl Turn<'_> {
    /// Asked before anybody further is paged: what is over is resolved now and not at the group's next turn, and what
    /// is quiet is held. True: nobody is to be paged.
    pub fn is_not_worth_a_page(&mut self, incident: IncidentId) -> bool {
        if self.world.is_over(incident) {
            self.resolve(incident, IncidentResolvedBecause::AllAlertsResolved);
            return true;
        }
        match self.world.kept_quiet(incident, self.now) {
            Some((because, until)) => {
                self.hold(incident, because, until);
                true
            }
            None => false,
        }
    }

    /// After silences changed: incidents that are quiet now are held, those that are not any more go on.
    pub fn hear_anew(&mut self) {
        let unanswered = self.world.incidents.open().filter(|incident| incident.status() == Status::Open);
        let unanswered: Vec<IncidentId> = unanswered.map(|incident| incident.id).collect();
        for incident in unanswered {
            let held = match self.world.pages.walk(incident).map(|walk| &walk.state) {
                Some(WalkState::Held { until }) => Some(*until),
                _ => None,
            };
            match (self.world.kept_quiet(incident, self.now), held) {
                (Some((because, until)), None) => self.hold(incident, because, until),
                // Another silence may end at another time; what is looked at again sooner anyway need not be said anew.
                (Some((because, until)), Some(before)) => {
                    let by_silence = matches!(because, Quiet::BySilence(_));
                    if until < before || (by_silence && until != before) {
                        self.record(PageFact::Held { incident, because, until });
                    }
                }
                (None, Some(_)) => {
                    self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::QuietEnded));
                }
                (None, None) => {}
            }
        }
    }

    fn hold(&mut self, incident: IncidentId, because: Quiet, until: Instant) {
        self.page(incident, |pages, _| pages.cancel_waiting(incident, CancelledBecause::Quiet));
        self.record(PageFact::Held { incident, because, until });
    }

    /// A group that is due stays quiet: said once, and again only when the reason changes.
    pub fn stay_quiet(&mut self, group: GroupKey, because: Quiet) {
        let known = self.world.alerts.group(&group).and_then(|group| group.quieted.as_ref());
        if known != Some(&because) {
            self.record(AlertFact::Quieted { group, because });
        }
    }
}
