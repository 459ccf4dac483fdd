//! The fold of page facts.

use std::sync::Arc;

use super::{Attempt, Delivery, DeliveryState, EXHAUSTED_REST, Page, Pages, Timer, Walk, WalkState};
use crate::{
    Instant,
    id::{DeliveryId, IncidentId, PageId},
    page::{Notice, PageFact, Planned, StepBecause},
};

impl Pages {
    pub fn apply(&mut self, at: Instant, fact: &PageFact) {
        match fact {
            PageFact::Stepped { incident, round, step, because, until, nobody: _ } => {
                self.stepped(at, *incident, (*round, *step), because, *until);
            }
            PageFact::Held { incident, until, .. } => self.change_walk(*incident, WalkState::Held { until: *until }),
            PageFact::Exhausted { incident, because } => self.exhausted(at, *incident, because),
            PageFact::Opened { page, incident, person, urgency, because, deliveries } => {
                let opened = Page {
                    id: *page,
                    incident: *incident,
                    person: person.clone(),
                    urgency: *urgency,
                    because: because.clone(),
                    opened_at: at,
                    deliveries: Vec::with_capacity(deliveries.len()),
                };
                self.opened(at, opened, deliveries);
            }
            PageFact::Noticed { page, notice, deliveries, .. } => {
                self.plan_deliveries(at, *page, Some(notice), deliveries);
            }
            PageFact::DeliveryStarted { delivery, attempt } => {
                self.settle(at, *delivery, |_| DeliveryState::Sending { attempt: *attempt, since: at });
            }
            PageFact::DeliverySucceeded { delivery, receipt, .. } => self.settle(at, *delivery, |delivery| {
                delivery.tried(at, Ok(receipt));
                DeliveryState::Delivered { at }
            }),
            PageFact::DeliveryFailed { delivery, error, retry_at, .. } => self.settle(at, *delivery, |delivery| {
                delivery.tried(at, Err(error));
                retry_at.map_or(DeliveryState::Failed { at }, |due| DeliveryState::Waiting { due })
            }),
            PageFact::DeliveryCancelled { deliveries, because } => {
                for delivery in deliveries {
                    self.settle(at, *delivery, |_| DeliveryState::Cancelled { because: *because });
                }
            }
        }
    }

    /// Ends the walk: somebody answered, or there is nothing left to answer.
    pub(crate) fn end_walk(&mut self, incident: IncidentId) {
        self.change_walk(incident, WalkState::Ended);
    }

    /// Forgets an incident that is no longer kept.
    pub(crate) fn forget(&mut self, incident: IncidentId) {
        let Some(of) = self.by_incident.remove(incident) else { return };
        if let Some(walk) = &of.walk {
            self.due.drop_step(incident, walk);
        }
        for delivery in of.pages.iter().filter_map(|page| self.pages.remove(*page)).flat_map(|page| page.deliveries) {
            if let Some(gone) = self.deliveries.remove(delivery) {
                self.due.drop_delivery(&gone);
            }
        }
    }

    fn stepped(
        &mut self,
        at: Instant,
        incident: IncidentId,
        (round, step): (u32, u32),
        because: &StepBecause,
        until: Instant,
    ) {
        let of = self.by_incident.get_or_insert_with(incident, Default::default);
        let before = of.walk.take();
        if let Some(walk) = &before {
            self.due.drop_step(incident, walk);
        }
        let assigned = match because {
            StepBecause::Reassigned { to } => Some(to.clone()),
            _ => None,
        };
        // A step that pages nobody takes over from nobody: the pages before it are still tried.
        let pages = before.filter(|_| until <= at).map(|walk| walk.pages).unwrap_or_default();
        let (because, state) = (because.clone(), WalkState::Waiting { until });
        of.walk = Some(Walk { round, step, assigned, stepped_at: at, because, state, pages });
        self.due.set(until, Timer::Step(incident));
    }

    fn exhausted(&mut self, at: Instant, incident: IncidentId, because: &StepBecause) {
        let again = at.saturating_add(EXHAUSTED_REST).unwrap_or(Instant::MAX);
        let of = self.by_incident.get_or_insert_with(incident, Default::default);
        of.walk.get_or_insert_with(|| Walk {
            round: 0,
            step: 0,
            assigned: None,
            stepped_at: at,
            because: because.clone(),
            state: WalkState::Ended,
            pages: Vec::new(),
        });
        self.change_walk(incident, WalkState::Exhausted { again });
    }

    fn change_walk(&mut self, incident: IncidentId, state: WalkState) {
        let Some(walk) = self.by_incident.get_mut(incident).and_then(|of| of.walk.as_mut()) else { return };
        self.due.drop_step(incident, walk);
        walk.state = state;
        if let Some(until) = walk.state.until() {
            self.due.set(until, Timer::Step(incident));
        }
    }

    fn opened(&mut self, at: Instant, page: Page, deliveries: &[Planned]) {
        // Numbers only grow. A page that is known already would leave timers of its first self behind.
        if page.id <= self.last_page {
            return;
        }
        let (id, incident) = (page.id, page.incident);
        self.last_page = id;
        let of = self.by_incident.get_or_insert_with(incident, Default::default);
        of.pages.push(id);
        if let Some(walk) = &mut of.walk {
            walk.pages.push(id);
        }
        self.pages.insert(id, page);
        self.plan_deliveries(at, id, None, deliveries);
    }

    fn plan_deliveries(&mut self, at: Instant, page: PageId, notice: Option<&Notice>, planned: &[Planned]) {
        let Some(paged) = self.pages.get_mut(page) else { return };
        let of = self.by_incident.get_or_insert_with(paged.incident, Default::default);
        for plan in planned {
            if plan.delivery <= self.last_delivery {
                continue;
            }
            let due = plan.due;
            let (person, contact) = of.shared(&paged.person, &plan.contact, plan.technology);
            let mut delivery = Delivery {
                id: plan.delivery,
                page,
                incident: paged.incident,
                person,
                contact,
                technology: plan.technology,
                notice: notice.cloned(),
                state: DeliveryState::Waiting { due },
                attempts: Vec::new(),
            };
            self.last_delivery = plan.delivery;
            let is_first = of.note(&delivery).is_none_or(|road| road.is_first(plan.delivery));
            // What is due at once counts as started by this very fact, unless something before it is under way.
            if due <= at && is_first {
                delivery.state = DeliveryState::Sending { attempt: 1, since: at };
            }
            self.due.note_delivery(&delivery, is_first);
            self.deliveries.insert(plan.delivery, delivery);
            paged.deliveries.push(plan.delivery);
        }
    }

    /// Moves a delivery to another state, keeps its road, the timers and the outbox true, and wakes what waited
    /// behind it if it is settled for good.
    fn settle(&mut self, at: Instant, id: DeliveryId, next: impl FnOnce(&mut Delivery) -> DeliveryState) {
        let Some(delivery) = self.deliveries.get_mut(id) else { return };
        self.due.drop_delivery(delivery);
        delivery.state = next(delivery);
        let of = self.by_incident.get_or_insert_with(delivery.incident, Default::default);
        let Some(road) = of.note(delivery) else { return };
        self.due.note_delivery(delivery, road.is_first(id));
        if delivery.is_open() {
            return;
        }
        // The first open delivery of the road gets its timer.
        let Some(waiting) = road.open.first().and_then(|first| self.deliveries.get_mut(*first)) else { return };
        if let DeliveryState::Waiting { due } = waiting.state {
            self.due.drop_delivery(waiting);
            waiting.state = DeliveryState::Waiting { due: due.max(at) };
            self.due.note_delivery(waiting, true);
        }
    }
}

impl Delivery {
    fn tried(&mut self, at: Instant, outcome: Result<&Arc<str>, &Arc<str>>) {
        // Nearly all have one attempt.
        if self.attempts.is_empty() {
            self.attempts.reserve_exact(1);
        }
        self.attempts.push(Attempt { at, outcome: outcome.cloned().map_err(Arc::clone) });
    }
}

impl WalkState {
    /// When it is looked at again.
    pub(super) fn until(&self) -> Option<Instant> {
        match *self {
            WalkState::Waiting { until: at } | WalkState::Held { until: at } | WalkState::Exhausted { again: at } => {
                Some(at)
            }
            WalkState::Ended => None,
        }
    }
}
