//! The fold of page facts.

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
            PageFact::Held { incident, until, .. } => self.held(*incident, *until),
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
                delivery.attempts.push(Attempt { at, outcome: Ok(receipt.clone()) });
                DeliveryState::Delivered { at }
            }),
            PageFact::DeliveryFailed { delivery, error, retry_at, .. } => self.settle(at, *delivery, |delivery| {
                delivery.attempts.push(Attempt { at, outcome: Err(error.clone()) });
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
        self.stop_walk(incident);
        if let Some(walk) = self.walks.get_mut(&incident) {
            walk.state = WalkState::Ended;
        }
    }

    /// Forgets an incident that is no longer kept.
    pub(crate) fn forget(&mut self, incident: IncidentId) {
        self.stop_walk(incident);
        self.walks.remove(&incident);
        let Some(of) = self.by_incident.remove(&incident) else { return };
        for delivery in of.pages.iter().filter_map(|page| self.pages.remove(page)).flat_map(|page| page.deliveries) {
            if let Some(DeliveryState::Waiting { due }) = self.deliveries.remove(&delivery).map(|gone| gone.state) {
                self.timers.remove(&(due, Timer::Delivery(delivery)));
            }
            self.outbox.remove(&delivery);
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
        self.stop_walk(incident);
        let assigned = match because {
            StepBecause::Reassigned { to } => Some(to.clone()),
            _ => None,
        };
        // A step that pages nobody takes over from nobody: the pages before it are still tried.
        let tried = self.walks.remove(&incident).filter(|_| until <= at);
        let pages = tried.map(|walk| walk.pages).unwrap_or_default();
        let (because, state) = (because.clone(), WalkState::Waiting { until });
        self.walks.insert(incident, Walk { round, step, assigned, stepped_at: at, because, state, pages });
        self.timers.insert((until, Timer::Step(incident)));
    }

    fn held(&mut self, incident: IncidentId, until: Instant) {
        self.stop_walk(incident);
        if let Some(walk) = self.walks.get_mut(&incident) {
            walk.state = WalkState::Held { until };
            self.timers.insert((until, Timer::Step(incident)));
        }
    }

    fn exhausted(&mut self, at: Instant, incident: IncidentId, because: &StepBecause) {
        self.stop_walk(incident);
        let again = at.saturating_add(EXHAUSTED_REST).unwrap_or(Instant::MAX);
        let walk = self.walks.entry(incident).or_insert_with(|| Walk {
            round: 0,
            step: 0,
            assigned: None,
            stepped_at: at,
            because: because.clone(),
            state: WalkState::Ended,
            pages: Vec::new(),
        });
        walk.state = WalkState::Exhausted { again };
        self.timers.insert((again, Timer::Step(incident)));
    }

    fn opened(&mut self, at: Instant, page: Page, deliveries: &[Planned]) {
        // Numbers only grow. A page that is known already would leave timers of its first self behind.
        if page.id <= self.last_page {
            return;
        }
        let (id, incident) = (page.id, page.incident);
        self.last_page = id;
        self.by_incident.entry(incident).or_default().pages.insert(id);
        if let Some(walk) = self.walks.get_mut(&incident) {
            walk.pages.push(id);
        }
        self.pages.insert(id, page);
        self.plan_deliveries(at, id, None, deliveries);
    }

    fn stop_walk(&mut self, incident: IncidentId) {
        if let Some(walk) = self.walks.get(&incident) {
            match walk.state {
                WalkState::Waiting { until: at }
                | WalkState::Held { until: at }
                | WalkState::Exhausted { again: at } => {
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
            if plan.delivery <= self.last_delivery {
                continue;
            }
            let due = plan.due;
            let delivery = Delivery {
                id: plan.delivery,
                page,
                incident,
                person: person.clone(),
                contact: plan.contact.clone(),
                technology: plan.technology,
                notice: notice.cloned(),
                state: DeliveryState::Waiting { due },
                attempts: Vec::new(),
            };
            self.last_delivery = plan.delivery;
            let at_once = due <= at && !self.is_blocked(&delivery);
            self.deliveries.insert(plan.delivery, delivery);
            if let Some(page) = self.pages.get_mut(&page) {
                page.deliveries.push(plan.delivery);
            }
            self.settle(at, plan.delivery, |_| match at_once {
                true => DeliveryState::Sending { attempt: 1, since: at },
                false => DeliveryState::Waiting { due },
            });
        }
    }

    /// Moves a delivery to another state, keeps its road, the timers and the outbox true, and wakes what waited
    /// behind it if it is settled for good.
    fn settle(&mut self, at: Instant, id: DeliveryId, next: impl FnOnce(&mut Delivery) -> DeliveryState) {
        let Some(mut delivery) = self.deliveries.remove(&id) else { return };
        if let DeliveryState::Waiting { due } = delivery.state {
            self.timers.remove(&(due, Timer::Delivery(id)));
        }
        delivery.state = next(&mut delivery);
        self.note_on_road(&delivery);
        match delivery.state {
            DeliveryState::Sending { .. } => self.outbox.insert(id),
            _ => self.outbox.remove(&id),
        };
        // A blocked delivery has no timer: it is woken when the one before it is settled.
        if let DeliveryState::Waiting { due } = delivery.state
            && !self.is_blocked(&delivery)
        {
            self.timers.insert((due, Timer::Delivery(id)));
        }
        if !delivery.is_open() {
            self.wake_first(at, &delivery);
        }
        self.deliveries.insert(id, delivery);
    }

    /// Gives the first open delivery of the road on which `settled` went its timer.
    fn wake_first(&mut self, at: Instant, settled: &Delivery) {
        let road = self.road(settled.incident, &settled.person, &settled.contact);
        let Some(first) = road.and_then(|road| road.open.first()).copied() else { return };
        let Some(waiting) = self.deliveries.get_mut(&first) else { return };
        if let DeliveryState::Waiting { due } = &mut waiting.state {
            self.timers.remove(&(*due, Timer::Delivery(first)));
            *due = (*due).max(at);
            self.timers.insert((*due, Timer::Delivery(first)));
        }
    }
}
