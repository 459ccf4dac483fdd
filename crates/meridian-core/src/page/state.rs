//! The fold of page facts: walks along escalations, pages, deliveries, and the timers that they wait for.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{CancelledBecause, Notice, PageFact, PagedBecause, Planned, StepBecause, Urgency};
use crate::{
    Instant,
    estate::Technology,
    id::{DeliveryId, IncidentId, Name, PageId},
};

/// After an escalation is exhausted, it is walked again after this rest: an alert never ends in silence.
pub const EXHAUSTED_REST: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);

/// All walks, pages and deliveries of the incidents that are still kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pages {
    walks: BTreeMap<IncidentId, Walk>,
    pages: BTreeMap<PageId, Page>,
    deliveries: BTreeMap<DeliveryId, Delivery>,
    /// What waits for a moment in time.
    timers: BTreeSet<(Instant, Timer)>,
    /// Deliveries that are being sent, or were when a crash came.
    outbox: BTreeSet<DeliveryId>,
    by_incident: BTreeMap<IncidentId, BTreeSet<PageId>>,
    pub(super) last_page: PageId,
    pub(super) last_delivery: DeliveryId,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Timer {
    Delivery(DeliveryId),
    Step(IncidentId),
}

/// Where an incident stands on its escalation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Walk {
    /// Counted from 0.
    pub round: u32,
    /// Counted from 0.
    pub step: u32,
    /// The person that it was reassigned to; the escalation follows if that person does not answer.
    pub assigned: Option<Name>,
    pub stepped_at: Instant,
    pub because: StepBecause,
    pub state: WalkState,
    /// The pages of the present step.
    pub pages: Vec<PageId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WalkState {
    /// The next step follows then.
    Waiting { until: Instant },
    /// Everybody was tried. It begins anew then.
    Exhausted { again: Instant },
    /// Somebody acknowledged, or the incident is resolved.
    Ended,
}

/// One attempt to get one person's attention.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub id: PageId,
    pub incident: IncidentId,
    pub person: Name,
    pub urgency: Urgency,
    pub because: PagedBecause,
    pub opened_at: Instant,
    /// Of the page itself and of later notices, in order.
    pub deliveries: Vec<DeliveryId>,
}

/// One message over one contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub id: DeliveryId,
    pub page: PageId,
    pub incident: IncidentId,
    pub person: Name,
    pub contact: String,
    pub technology: Technology,
    /// `None`: the page itself.
    pub notice: Option<Notice>,
    pub state: DeliveryState,
    /// What came of each attempt that has an outcome.
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    Waiting {
        due: Instant,
    },
    Sending {
        attempt: u32,
        since: Instant,
    },
    Delivered {
        at: Instant,
    },
    /// Given up.
    Failed {
        at: Instant,
    },
    Cancelled {
        because: CancelledBecause,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    pub at: Instant,
    /// The receipt, or the error.
    pub outcome: Result<String, String>,
}

impl Delivery {
    /// Neither delivered nor given up nor cancelled.
    pub fn is_open(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting { .. } | DeliveryState::Sending { .. })
    }

    pub fn is_delivered(&self) -> bool {
        matches!(self.state, DeliveryState::Delivered { .. })
    }

    /// Earlier than `other` on the same road: same incident, person and contact. Order holds along it.
    fn precedes(&self, other: &Delivery) -> bool {
        self.id < other.id
            && self.incident == other.incident
            && self.person == other.person
            && self.contact == other.contact
    }
}

impl Pages {
    pub fn walk(&self, incident: IncidentId) -> Option<&Walk> {
        self.walks.get(&incident)
    }

    pub fn page(&self, page: PageId) -> Option<&Page> {
        self.pages.get(&page)
    }

    pub fn delivery(&self, delivery: DeliveryId) -> Option<&Delivery> {
        self.deliveries.get(&delivery)
    }

    /// All pages, oldest first.
    pub fn pages(&self) -> impl DoubleEndedIterator<Item = &Page> {
        self.pages.values()
    }

    pub fn pages_of(&self, incident: IncidentId) -> impl DoubleEndedIterator<Item = &Page> {
        self.by_incident.get(&incident).into_iter().flatten().filter_map(|id| self.pages.get(id))
    }

    pub fn deliveries_of(&self, incident: IncidentId) -> impl Iterator<Item = &Delivery> {
        self.pages_of(incident).flat_map(|page| &page.deliveries).filter_map(|id| self.deliveries.get(id))
    }

    /// What is to be sent now, in order. Sending again what stands here is right: the key is the same.
    pub fn outbox(&self) -> impl Iterator<Item = &Delivery> {
        self.outbox.iter().filter_map(|id| self.deliveries.get(id))
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// The first timer that is due.
    pub(crate) fn due(&self, now: Instant) -> Option<Timer> {
        self.timers.first().filter(|(at, _)| *at <= now).map(|(_, timer)| *timer)
    }

    /// Whether an earlier delivery on the same road is still under way.
    pub(super) fn is_blocked(&self, delivery: &Delivery) -> bool {
        self.pages_of(delivery.incident)
            .filter(|page| page.person == delivery.person)
            .flat_map(|page| &page.deliveries)
            .filter_map(|id| self.deliveries.get(id))
            .any(|earlier| earlier.precedes(delivery) && earlier.is_open())
    }

    pub fn apply(&mut self, at: Instant, fact: &PageFact) {
        match fact {
            PageFact::Stepped { incident, round, step, because, until, nobody: _ } => {
                self.stop_walk(*incident);
                let assigned = match because {
                    StepBecause::Reassigned { to } => Some(to.clone()),
                    _ => None,
                };
                let walk = Walk {
                    round: *round,
                    step: *step,
                    assigned,
                    stepped_at: at,
                    because: because.clone(),
                    state: WalkState::Waiting { until: *until },
                    pages: Vec::new(),
                };
                self.walks.insert(*incident, walk);
                self.timers.insert((*until, Timer::Step(*incident)));
            }
            PageFact::Exhausted { incident, because } => {
                self.stop_walk(*incident);
                let again = at.saturating_add(EXHAUSTED_REST).unwrap_or(Instant::MAX);
                let state = WalkState::Exhausted { again };
                match self.walks.get_mut(incident) {
                    Some(walk) => walk.state = state,
                    None => {
                        let (assigned, because) = (None, because.clone());
                        let walk =
                            Walk { round: 0, step: 0, assigned, stepped_at: at, because, state, pages: Vec::new() };
                        self.walks.insert(*incident, walk);
                    }
                }
                self.timers.insert((again, Timer::Step(*incident)));
            }
            PageFact::Opened { page, incident, person, urgency, because, deliveries } => {
                let opened = Page {
                    id: *page,
                    incident: *incident,
                    person: person.clone(),
                    urgency: *urgency,
                    because: because.clone(),
                    opened_at: at,
                    deliveries: Vec::new(),
                };
                self.pages.insert(*page, opened);
                self.by_incident.entry(*incident).or_default().insert(*page);
                self.last_page = self.last_page.max(*page);
                if let Some(walk) = self.walks.get_mut(incident) {
                    walk.pages.push(*page);
                }
                self.plan_deliveries(at, *page, None, deliveries);
            }
            PageFact::Noticed { page, notice, deliveries, .. } => {
                self.plan_deliveries(at, *page, Some(notice), deliveries);
            }
            PageFact::DeliveryStarted { delivery, attempt } => {
                self.settle(*delivery, |_| DeliveryState::Sending { attempt: *attempt, since: at });
            }
            PageFact::DeliverySucceeded { delivery, receipt, .. } => {
                self.settle(*delivery, |delivery| {
                    delivery.attempts.push(Attempt { at, outcome: Ok(receipt.clone()) });
                    DeliveryState::Delivered { at }
                });
                self.unblock(at, *delivery);
            }
            PageFact::DeliveryFailed { delivery, error, retry_at, .. } => {
                self.settle(*delivery, |delivery| {
                    delivery.attempts.push(Attempt { at, outcome: Err(error.clone()) });
                    retry_at.map_or(DeliveryState::Failed { at }, |due| DeliveryState::Waiting { due })
                });
                self.unblock(at, *delivery);
            }
            PageFact::DeliveryCancelled { deliveries, because } => {
                for delivery in deliveries {
                    self.settle(*delivery, |_| DeliveryState::Cancelled { because: *because });
                    self.unblock(at, *delivery);
                }
            }
        }
    }

    /// Ends the walk: somebody answered, or there is nothing left to answer.
    pub(crate) fn end_walk(&mut self, incident: IncidentId) {
        self.stop_walk(incident);
        if let Some(walk) = self.walks.get_mut(&incident) {
            walk.state = WalkState::Ended;
        }
    }

    /// Forgets an incident that is no longer kept.
    pub(crate) fn forget(&mut self, incident: IncidentId) {
        self.stop_walk(incident);
        self.walks.remove(&incident);
        for page in self.by_incident.remove(&incident).unwrap_or_default() {
            for delivery in self.pages.remove(&page).map(|page| page.deliveries).unwrap_or_default() {
                self.settle(delivery, |_| DeliveryState::Cancelled { because: CancelledBecause::Resolved });
                self.deliveries.remove(&delivery);
            }
        }
    }

    fn stop_walk(&mut self, incident: IncidentId) {
        if let Some(walk) = self.walks.get(&incident) {
            match walk.state {
                WalkState::Waiting { until: at } | WalkState::Exhausted { again: at } => {
                    self.timers.remove(&(at, Timer::Step(incident)));
                }
                WalkState::Ended => {}
            }
        }
    }

    fn plan_deliveries(&mut self, at: Instant, page: PageId, notice: Option<&Notice>, planned: &[Planned]) {
        let Some((incident, person)) = self.pages.get(&page).map(|page| (page.incident, page.person.clone())) else {
            return;
        };
        for plan in planned {
            let delivery = Delivery {
                id: plan.delivery,
                page,
                incident,
                person: person.clone(),
                contact: plan.contact.clone(),
                technology: plan.technology,
                notice: notice.cloned(),
                state: DeliveryState::Waiting { due: plan.due },
                attempts: Vec::new(),
            };
            let blocked = self.is_blocked(&delivery);
            self.last_delivery = self.last_delivery.max(plan.delivery);
            self.deliveries.insert(plan.delivery, delivery);
            if let Some(page) = self.pages.get_mut(&page) {
                page.deliveries.push(plan.delivery);
            }
            // A blocked delivery has no timer: it is woken when the one before it is settled.
            if !blocked {
                let due = plan.due;
                self.settle(plan.delivery, |_| match due <= at {
                    true => DeliveryState::Sending { attempt: 1, since: at },
                    false => DeliveryState::Waiting { due },
                });
            }
        }
    }

    /// Moves a delivery to another state and keeps the timers and the outbox true.
    fn settle(&mut self, id: DeliveryId, next: impl FnOnce(&mut Delivery) -> DeliveryState) {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return };
        if let DeliveryState::Waiting { due } = delivery.state {
            self.timers.remove(&(due, Timer::Delivery(id)));
        }
        delivery.state = next(delivery);
        match delivery.state {
            DeliveryState::Waiting { due } => {
                self.outbox.remove(&id);
                self.timers.insert((due, Timer::Delivery(id)));
            }
            DeliveryState::Sending { .. } => {
                self.outbox.insert(id);
            }
            _ => {
                self.outbox.remove(&id);
            }
        }
    }

    /// Wakes the delivery that waited behind this one on the same road, if this one is settled for good.
    fn unblock(&mut self, at: Instant, settled: DeliveryId) {
        let Some(before) = self.deliveries.get(&settled).filter(|delivery| !delivery.is_open()) else { return };
        let next = self
            .deliveries_of(before.incident)
            .filter(|later| before.precedes(later) && matches!(later.state, DeliveryState::Waiting { .. }))
            .map(|later| later.id)
            .min();
        if let Some(next) = next
            && !self.deliveries.get(&next).is_some_and(|delivery| self.is_blocked(delivery))
        {
            self.settle(next, |delivery| match delivery.state {
                DeliveryState::Waiting { due } => DeliveryState::Waiting { due: due.max(at) },
                _ => delivery.state.clone(),
            });
        }
    }
}
