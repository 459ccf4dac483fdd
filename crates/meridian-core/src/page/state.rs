//! What is known of walks along escalations, pages, deliveries, and the timers that they wait for.

mod due;
mod fold;
mod road;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use self::{due::Due, road::OfIncident};
use super::{CancelledBecause, Notice, PagedBecause, StepBecause, Urgency};
use crate::{
    Instant,
    estate::Technology,
    id::{DeliveryId, IncidentId, Name, PageId},
    numbered::Numbered,
};

/// After an escalation is exhausted, it is walked again after this rest: an alert never ends in silence.
pub const EXHAUSTED_REST: jiff::SignedDuration = jiff::SignedDuration::from_mins(30);

/// All walks, pages and deliveries of the incidents that are still kept.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Pages {
    pages: Numbered<PageId, Page>,
    deliveries: Numbered<DeliveryId, Delivery>,
    by_incident: Numbered<IncidentId, OfIncident>,
    #[serde(skip)]
    due: Due,
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
    /// The pages of the newest step that paged anybody: those that are still tried.
    pub pages: Vec<PageId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum WalkState {
    /// The next step follows then.
    Waiting { until: Instant },
    /// Its alerts are quiet. It is looked at again then, or as soon as the quiet ends.
    Held { until: Instant },
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
    pub contact: Arc<str>,
    pub technology: Technology,
    /// `None`: the page itself.
    pub notice: Option<Notice>,
    pub state: DeliveryState,
    /// What came of each attempt that has an outcome.
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeliveryState {
    /// Sent then, or later if something before it on the same road is not settled yet.
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
    pub outcome: Result<Arc<str>, Arc<str>>,
}

impl Delivery {
    /// Neither delivered nor given up nor cancelled.
    pub fn is_open(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting { .. } | DeliveryState::Sending { .. })
    }

    pub fn is_delivered(&self) -> bool {
        matches!(self.state, DeliveryState::Delivered { .. })
    }

    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, DeliveryState::Waiting { .. })
    }

    /// The page itself, not a notice.
    pub fn is_page(&self) -> bool {
        self.notice.is_none()
    }
}

impl Pages {
    pub fn walk(&self, incident: IncidentId) -> Option<&Walk> {
        self.by_incident.get(incident)?.walk.as_ref()
    }

    pub fn page(&self, page: PageId) -> Option<&Page> {
        self.pages.get(page)
    }

    pub fn delivery(&self, delivery: DeliveryId) -> Option<&Delivery> {
        self.deliveries.get(delivery)
    }

    /// All pages, oldest first.
    pub fn pages(&self) -> impl DoubleEndedIterator<Item = &Page> {
        self.pages.values()
    }

    pub fn pages_of(&self, incident: IncidentId) -> impl DoubleEndedIterator<Item = &Page> {
        let of = self.by_incident.get(incident);
        of.into_iter().flat_map(|of| &of.pages).filter_map(|id| self.pages.get(*id))
    }

    pub fn deliveries_of(&self, incident: IncidentId) -> impl Iterator<Item = &Delivery> {
        self.pages_of(incident).flat_map(|page| &page.deliveries).filter_map(|id| self.deliveries.get(*id))
    }

    /// What is to be sent now, in order. Sending again what stands here is right: the key is the same.
    pub fn outbox(&self) -> impl Iterator<Item = &Delivery> {
        self.due.outbox.iter().filter_map(|id| self.deliveries.get(*id))
    }

    /// The last number that a delivery has, of a page or of a notice.
    pub(crate) fn last_delivery(&self) -> DeliveryId {
        self.last_delivery
    }

    /// Notices take their numbers from the same row: a number is the key under which a message is sent.
    pub(crate) fn pass_deliveries(&mut self, last: DeliveryId) {
        self.last_delivery = self.last_delivery.max(last);
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.due.timers.first().map(|(at, _)| *at)
    }

    /// The first timer that is due.
    pub(crate) fn due(&self, now: Instant) -> Option<Timer> {
        self.due.timers.first().filter(|(at, _)| *at <= now).map(|(_, timer)| *timer)
    }
}
