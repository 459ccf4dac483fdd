//! What is known of notices and their deliveries, what is to be sent now, and what waits for a moment.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use super::{NoticeBecause, NoticeFact};
use crate::{
    Instant,
    estate::Technology,
    id::{ChangeId, DeliveryId, Name, NoticeId},
    page::{Attempt, CancelledBecause, DeliveryState, PageFact, Planned, Urgency},
};

/// So many notices are kept; what is over and older stands in the journal alone.
pub const NOTICES_KEPT: usize = 2_000;

/// Every notice that is kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Notices {
    notices: BTreeMap<NoticeId, ChangeNotice>,
    deliveries: BTreeMap<DeliveryId, NoticeDelivery>,
    by_change: BTreeMap<ChangeId, BTreeSet<NoticeId>>,
    /// Notices with a delivery that is open.
    open: BTreeSet<NoticeId>,
    timers: BTreeSet<(Instant, DeliveryId)>,
    outbox: BTreeSet<DeliveryId>,
    last: NoticeId,
}

/// What one person is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangeNotice {
    pub id: NoticeId,
    pub at: Instant,
    pub person: Name,
    pub changes: Vec<ChangeId>,
    pub because: NoticeBecause,
    pub urgency: Urgency,
    pub deliveries: Vec<DeliveryId>,
}

/// One message over one contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoticeDelivery {
    pub id: DeliveryId,
    pub notice: NoticeId,
    pub person: Name,
    pub contact: Arc<str>,
    pub technology: Technology,
    pub state: DeliveryState,
    /// What came of each attempt that has an outcome.
    pub attempts: Vec<Attempt>,
}

/// What became of a notice, over all its deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeState {
    Waiting {
        until: Instant,
    },
    Sending,
    Delivered {
        at: Instant,
    },
    /// Every contact was given up.
    Failed,
    Cancelled {
        because: CancelledBecause,
    },
    NoContact,
}

impl NoticeDelivery {
    /// Neither delivered nor given up nor cancelled.
    pub fn is_open(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting { .. } | DeliveryState::Sending { .. })
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting { .. })
    }
}

impl Notices {
    pub fn get(&self, id: NoticeId) -> Option<&ChangeNotice> {
        self.notices.get(&id)
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ChangeNotice> {
        self.notices.values()
    }

    /// Who was or will be told of this change, oldest first.
    pub fn of(&self, change: ChangeId) -> impl DoubleEndedIterator<Item = &ChangeNotice> {
        self.by_change.get(&change).into_iter().flatten().filter_map(|id| self.notices.get(id))
    }

    pub fn delivery(&self, id: DeliveryId) -> Option<&NoticeDelivery> {
        self.deliveries.get(&id)
    }

    pub fn deliveries_of(&self, notice: &ChangeNotice) -> impl Iterator<Item = &NoticeDelivery> {
        notice.deliveries.iter().filter_map(|id| self.deliveries.get(id))
    }

    /// What is to be sent now. Sending again what stands here is right: the key is the same.
    pub fn outbox(&self) -> impl Iterator<Item = &NoticeDelivery> {
        self.outbox.iter().filter_map(|id| self.deliveries.get(id))
    }

    /// Those with a delivery that waits or is under way, oldest first.
    pub(super) fn open(&self) -> impl Iterator<Item = &ChangeNotice> {
        self.open.iter().filter_map(|id| self.notices.get(id))
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    pub(crate) fn due(&self, now: Instant) -> Option<DeliveryId> {
        self.timers.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    pub(super) fn last(&self) -> NoticeId {
        self.last
    }

    /// What became of it: that it arrived counts most, then that it still may.
    pub fn state(&self, notice: &ChangeNotice) -> NoticeState {
        let states = || self.deliveries_of(notice).map(|delivery| &delivery.state);
        let arrived = states().find_map(|state| match state {
            DeliveryState::Delivered { at } => Some(NoticeState::Delivered { at: *at }),
            _ => None,
        });
        let sending = || states().any(|state| matches!(state, DeliveryState::Sending { .. }));
        let waiting = states().filter_map(|state| match state {
            DeliveryState::Waiting { due } => Some(*due),
            _ => None,
        });
        let given_up = || states().any(|state| matches!(state, DeliveryState::Failed { .. }));
        let cancelled = states().find_map(|state| match state {
            DeliveryState::Cancelled { because } => Some(NoticeState::Cancelled { because: *because }),
            _ => None,
        });
        match (arrived, waiting.min(), cancelled) {
            (Some(arrived), ..) => arrived,
            _ if sending() => NoticeState::Sending,
            (_, Some(until), _) => NoticeState::Waiting { until },
            _ if given_up() => NoticeState::Failed,
            (.., Some(cancelled)) => cancelled,
            _ => NoticeState::NoContact,
        }
    }

    pub fn apply(&mut self, at: Instant, fact: &NoticeFact) {
        let NoticeFact::Planned { notice: id, person, changes, because, urgency, deliveries } = fact;
        // Numbers only grow. One that is known already would leave a timer of its first self behind.
        if *id <= self.last {
            return;
        }
        self.last = *id;
        for change in changes {
            self.by_change.entry(*change).or_default().insert(*id);
        }
        let ids = deliveries.iter().map(|planned| planned.delivery).collect();
        let (person, because, urgency) = (person.clone(), *because, *urgency);
        let notice = ChangeNotice {
            id: *id,
            at,
            person: person.clone(),
            changes: changes.clone(),
            because,
            urgency,
            deliveries: ids,
        };
        self.notices.insert(*id, notice);
        for Planned { delivery, contact, technology, due } in deliveries {
            // What is due at once counts as started by this very fact.
            let state = match *due <= at {
                true => DeliveryState::Sending { attempt: 1, since: at },
                false => DeliveryState::Waiting { due: *due },
            };
            let (contact, technology, attempts) = (contact.clone(), *technology, Vec::new());
            let made = NoticeDelivery {
                id: *delivery,
                notice: *id,
                person: person.clone(),
                contact,
                technology,
                state,
                attempts,
            };
            self.deliveries.insert(*delivery, made);
            self.note(*delivery);
        }
        self.forget_oldest();
    }

    /// The facts of deliveries, if the delivery is one of a notice.
    pub fn apply_delivery(&mut self, at: Instant, fact: &PageFact) {
        match fact {
            PageFact::DeliveryStarted { delivery, attempt } => {
                self.settle(*delivery, |_| DeliveryState::Sending { attempt: *attempt, since: at });
            }
            PageFact::DeliverySucceeded { delivery, receipt, .. } => self.settle(*delivery, |delivery| {
                delivery.attempts.push(Attempt { at, outcome: Ok(receipt.clone()) });
                DeliveryState::Delivered { at }
            }),
            PageFact::DeliveryFailed { delivery, error, retry_at, .. } => self.settle(*delivery, |delivery| {
                delivery.attempts.push(Attempt { at, outcome: Err(error.clone()) });
                retry_at.map_or(DeliveryState::Failed { at }, |due| DeliveryState::Waiting { due })
            }),
            PageFact::DeliveryCancelled { deliveries, because } => {
                for delivery in deliveries {
                    self.settle(*delivery, |_| DeliveryState::Cancelled { because: *because });
                }
            }
            _ => {}
        }
    }

    fn settle(&mut self, id: DeliveryId, next: impl FnOnce(&mut NoticeDelivery) -> DeliveryState) {
        let Some(delivery) = self.deliveries.get_mut(&id) else { return };
        match delivery.state {
            DeliveryState::Waiting { due } => drop(self.timers.remove(&(due, id))),
            DeliveryState::Sending { .. } => drop(self.outbox.remove(&id)),
            _ => {}
        }
        delivery.state = next(delivery);
        self.note(id);
    }

    /// Keeps the timers, the outbox and the open notices true.
    fn note(&mut self, id: DeliveryId) {
        let Some(delivery) = self.deliveries.get(&id) else { return };
        let notice = delivery.notice;
        match delivery.state {
            DeliveryState::Waiting { due } => drop(self.timers.insert((due, id))),
            DeliveryState::Sending { .. } => drop(self.outbox.insert(id)),
            _ => {}
        }
        let open = self.notices.get(&notice).is_some_and(|notice| self.deliveries_of(notice).any(|one| one.is_open()));
        match open {
            true => drop(self.open.insert(notice)),
            false => drop(self.open.remove(&notice)),
        }
    }

    /// What still waits or is under way is never forgotten.
    fn forget_oldest(&mut self) {
        if self.notices.len() <= NOTICES_KEPT {
            return;
        }
        let Some(id) = self.notices.keys().find(|id| !self.open.contains(id)).copied() else { return };
        let Some(gone) = self.notices.remove(&id) else { return };
        for delivery in gone.deliveries {
            self.deliveries.remove(&delivery);
        }
        for change in gone.changes {
            if let Some(of) = self.by_change.get_mut(&change) {
                of.remove(&id);
                if of.is_empty() {
                    self.by_change.remove(&change);
                }
            }
        }
    }
}
