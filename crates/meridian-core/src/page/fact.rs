//! What can happen to an escalation, a page and a delivery.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    alert::Quiet,
    estate::{Target, Technology},
    id::{DeliveryId, HandoffId, IncidentId, Name, PageId},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Urgency {
    /// Wakes people.
    High,
    Low,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PageFact {
    /// The escalation reached this step. Those it pages follow as `page.opened`.
    #[serde(rename = "escalation.stepped")]
    Stepped {
        incident: IncidentId,
        /// Counted from 0.
        round: u32,
        /// Counted from 0.
        step: u32,
        because: StepBecause,
        /// Targets that yielded nobody, each with its reason.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        nobody: Vec<(Target, NobodyBecause)>,
        /// When the next step follows, if nobody acknowledges.
        until: Instant,
    },
    /// Every step of every round was walked and nobody acknowledged. The incident stays open and loud.
    #[serde(rename = "escalation.exhausted")]
    Exhausted { incident: IncidentId, because: StepBecause },
    /// The alerts of the incident are quiet now: nobody further is paged until they are not.
    #[serde(rename = "escalation.held")]
    Held {
        incident: IncidentId,
        because: Quiet,
        /// When it is looked at again, at the latest.
        until: Instant,
    },
    #[serde(rename = "page.opened")]
    Opened {
        page: PageId,
        incident: IncidentId,
        person: Name,
        urgency: Urgency,
        because: PagedBecause,
        /// The deliveries of the page, in order of their time.
        deliveries: Vec<Planned>,
    },
    /// A message beyond the page itself: an update, a reminder, the resolve. Quiet: it never wakes anybody.
    #[serde(rename = "page.noticed")]
    Noticed { page: PageId, incident: IncidentId, notice: Notice, deliveries: Vec<Planned> },
    /// A delivery is about to be sent; without an outcome (a crash came between) it is sent again with the same key.
    #[serde(rename = "delivery.started")]
    DeliveryStarted { delivery: DeliveryId, attempt: u32 },
    #[serde(rename = "delivery.succeeded")]
    DeliverySucceeded {
        delivery: DeliveryId,
        attempt: u32,
        /// What the other side said: an SMTP reply, a message id.
        receipt: Arc<str>,
    },
    #[serde(rename = "delivery.failed")]
    DeliveryFailed {
        delivery: DeliveryId,
        attempt: u32,
        error: Arc<str>,
        /// Present: it is tried again then. Absent: it is given up, and the next contact follows at once.
        retry_at: Option<Instant>,
    },
    /// Nothing is sent any more: it is acknowledged or resolved.
    #[serde(rename = "delivery.cancelled")]
    DeliveryCancelled { deliveries: Vec<DeliveryId>, because: CancelledBecause },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub delivery: DeliveryId,
    /// The name of the person's contact.
    pub contact: Arc<str>,
    pub technology: Technology,
    /// Due then; when due at once, the delivery counts as started by this very fact (attempt 1).
    pub due: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepBecause {
    IncidentOpened,
    IncidentReopened,
    /// Nobody acknowledged within the step's time.
    StepTimedOut,
    /// The step before yielded nobody to page.
    NobodyOnWatch,
    /// Every contact of everybody in the step before failed.
    NobodyReached,
    /// The person who was paged said so.
    PassedOn {
        by: Name,
    },
    Reassigned {
        to: Name,
    },
    /// It became severe enough to wake people, and nobody had acknowledged it.
    SeverityRaised,
    /// Everybody was tried, some time passed, and it is still not acknowledged.
    StillUnacknowledged,
    /// What kept the alerts quiet ended, and they still fire.
    QuietEnded,
    /// Who was paged, or had acknowledged, is sick now.
    Sick {
        person: Name,
    },
    /// Who had acknowledged is not in the estate any more.
    LeftEstate {
        person: Name,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum NobodyBecause {
    /// The rota has nobody in this role at this instant.
    NobodyOnWatch,
    /// The team has no members.
    TeamEmpty,
    /// The estate knows no such rota, person or team any more.
    NotInEstate,
    /// The person has no contact for this urgency.
    NoContact,
    /// The person is paged already by another target of the same step.
    AlreadyPaged,
    /// The person is sick.
    Sick,
}

impl PageFact {
    /// The delivery that it is about, or the first of several.
    pub fn delivery(&self) -> Option<DeliveryId> {
        match self {
            PageFact::DeliveryStarted { delivery, .. }
            | PageFact::DeliverySucceeded { delivery, .. }
            | PageFact::DeliveryFailed { delivery, .. } => Some(*delivery),
            PageFact::DeliveryCancelled { deliveries, .. } => deliveries.first().copied(),
            _ => None,
        }
    }
}

/// Why this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PagedBecause {
    /// On watch: the rota, the layer and the role.
    OnWatch {
        rota: Name,
        layer: String,
        role: crate::estate::Role,
    },
    /// Named by the step.
    Named,
    MemberOf {
        team: Name,
    },
    Reassigned,
    /// The outgoing of a handoff that was due and is not accepted.
    HandoffNotAccepted {
        rota: Name,
        handoff: HandoffId,
    },
    /// The incoming of a handoff that was accepted before it was due.
    HandoffAccepted {
        rota: Name,
        handoff: HandoffId,
    },
    /// Nobody is scheduled: the last watch.
    NobodyScheduled {
        rota: Name,
    },
    /// Nobody is scheduled and nobody ever was: the leads.
    NobodyElse {
        rota: Name,
    },
}

impl PagedBecause {
    /// The rota whose watch it is, if it is because of a watch.
    pub fn rota(&self) -> Option<&Name> {
        match self {
            PagedBecause::OnWatch { rota, .. }
            | PagedBecause::HandoffNotAccepted { rota, .. }
            | PagedBecause::HandoffAccepted { rota, .. }
            | PagedBecause::NobodyScheduled { rota }
            | PagedBecause::NobodyElse { rota } => Some(rota),
            PagedBecause::Named | PagedBecause::MemberOf { .. } | PagedBecause::Reassigned => None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// More alerts joined.
    Update {
        joined: u32,
    },
    /// Still firing after the repeat interval.
    Reminder,
    Resolved,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CancelledBecause {
    Acknowledged,
    Resolved,
    /// Its alerts are quiet now.
    Quiet,
    /// A later step or a reassignment took over, or a newer page says more.
    Superseded,
    /// The page that a notice was to follow never arrived there.
    NeverTold,
    /// Who was to be told is sick now.
    Sick,
    /// A notice arrived over another contact, and wakes nobody.
    Told,
    /// What a notice says concerns the person no more: it is answered, taken, or taken back.
    Settled,
}
