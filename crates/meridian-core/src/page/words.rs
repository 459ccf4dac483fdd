//! Reasons in words: the same "because …" on the timeline, in messages and in the API.

use super::{CancelledBecause, NobodyBecause, Notice, PagedBecause, StepBecause, Urgency};
use crate::{
    estate::Role,
    id::{IncidentId, Name},
};

impl StepBecause {
    /// Completes "because …".
    pub fn words(&self) -> String {
        match self {
            StepBecause::IncidentOpened => "the incident opened".into(),
            StepBecause::IncidentReopened => "the incident was reopened".into(),
            StepBecause::StepTimedOut => "nobody acknowledged in time".into(),
            StepBecause::NobodyOnWatch => "the step before found nobody".into(),
            StepBecause::NobodyReached => "nobody of the step before could be reached".into(),
            StepBecause::PassedOn { by } => format!("{by} passed it on"),
            StepBecause::Reassigned { to } => format!("it was reassigned to {to}"),
            StepBecause::SeverityRaised => "it became severe enough to wake people".into(),
            StepBecause::Sick { person } => format!("{person} is sick"),
            StepBecause::LeftEstate { person } => format!("{person} is not in the estate any more"),
            StepBecause::QuietEnded => "what kept its alerts quiet ended".into(),
            StepBecause::StillUnacknowledged => "everybody was tried and it is still not acknowledged".into(),
        }
    }
}

impl PagedBecause {
    /// Completes "because … is …": `on watch for payments (london, primary)`.
    pub fn words(&self) -> String {
        match self {
            PagedBecause::OnWatch { rota, layer, role: Role::Primary } => format!("on watch for {rota} ({layer})"),
            PagedBecause::OnWatch { rota, layer, role } => format!("on watch for {rota} ({layer}, {})", role.word()),
            PagedBecause::Named => "named by the escalation".into(),
            PagedBecause::MemberOf { team } => format!("in the team {team}"),
            PagedBecause::Reassigned => "the one it was reassigned to".into(),
            PagedBecause::HandoffNotAccepted { rota, .. } => {
                format!("the outgoing watch of {rota}, whose handoff is not accepted")
            }
            PagedBecause::HandoffAccepted { rota, .. } => format!("the incoming watch of {rota}, who took it early"),
            PagedBecause::NobodyScheduled { rota } => format!("the last watch of {rota}, as nobody is scheduled"),
            PagedBecause::NobodyElse { rota } => format!("a lead of {rota}, as nobody ever was on watch"),
        }
    }
}

impl NobodyBecause {
    /// Completes "… because …".
    pub fn words(&self) -> &'static str {
        match self {
            NobodyBecause::NobodyOnWatch => "nobody is on watch",
            NobodyBecause::TeamEmpty => "the team has no members",
            NobodyBecause::NotInEstate => "it is not in the estate any more",
            NobodyBecause::NoContact => "there is no contact for this urgency",
            NobodyBecause::Sick => "they are sick",
            NobodyBecause::AlreadyPaged => "this step pages the same person already",
        }
    }
}

impl CancelledBecause {
    pub fn words(self) -> &'static str {
        match self {
            CancelledBecause::Acknowledged => "it is acknowledged",
            CancelledBecause::Resolved => "it is resolved",
            CancelledBecause::Quiet => "its alerts are quiet now",
            CancelledBecause::Superseded => "a later step took over",
            CancelledBecause::Sick => "they are sick",
            CancelledBecause::NeverTold => "the page before it never arrived",
            CancelledBecause::Told => "it arrived over another contact",
            CancelledBecause::Settled => "it is settled",
        }
    }
}

impl Notice {
    pub fn words(&self) -> String {
        match self {
            Notice::Update { joined: 1 } => "1 more alert joined".into(),
            Notice::Update { joined } => format!("{joined} more alerts joined"),
            Notice::Reminder => "it still fires".into(),
            Notice::Resolved => "it is resolved".into(),
        }
    }
}

impl Urgency {
    pub fn word(self) -> &'static str {
        match self {
            Urgency::High => "high",
            Urgency::Low => "low",
        }
    }
}

/// Who is paged next, and when, if nobody answers before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPaged {
    pub incident: IncidentId,
    /// Empty: nobody; the escalation ends then and begins anew after a rest.
    pub persons: Vec<Name>,
    pub at: crate::Instant,
}
