//! What can happen to an incident.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    alert::GroupKey,
    chain::breach::BreachKey,
    id::{Fingerprint, HandoffId, IncidentId, Name},
};

/// SEV1 is the worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Severity {
    #[serde(rename = "SEV1")]
    Sev1,
    #[serde(rename = "SEV2")]
    Sev2,
    #[serde(rename = "SEV3")]
    Sev3,
    #[serde(rename = "SEV4")]
    Sev4,
    #[serde(rename = "SEV5")]
    Sev5,
}

impl Severity {
    pub const ALL: [Severity; 5] = [Severity::Sev1, Severity::Sev2, Severity::Sev3, Severity::Sev4, Severity::Sev5];

    pub fn word(self) -> &'static str {
        ["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"][self as usize]
    }

    /// SEV1 to SEV3 wake people; SEV4 and SEV5 do not.
    pub fn urgency(self) -> crate::page::Urgency {
        if self <= Severity::Sev3 { crate::page::Urgency::High } else { crate::page::Urgency::Low }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Severity {
    type Err = String;
    /// Accepts `SEV1`, `sev1`, `1`.
    fn from_str(text: &str) -> Result<Severity, String> {
        let digit = text.strip_prefix("SEV").or_else(|| text.strip_prefix("sev")).unwrap_or(text);
        match digit {
            "1" => Ok(Severity::Sev1),
            "2" => Ok(Severity::Sev2),
            "3" => Ok(Severity::Sev3),
            "4" => Ok(Severity::Sev4),
            "5" => Ok(Severity::Sev5),
            _ => Err(format!("`{}` is no severity: SEV1 to SEV5", text.escape_debug())),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncidentFact {
    #[serde(rename = "incident.opened")]
    Opened {
        incident: IncidentId,
        title: String,
        severity: Severity,
        /// The escalation that it walks.
        escalation: Name,
        because: OpenedBecause,
    },
    /// The incident was resolved a short while ago and its group fires again.
    #[serde(rename = "incident.reopened")]
    Reopened { incident: IncidentId, alerts: Vec<Fingerprint> },
    /// Further alerts of its group fire (`joined`), or alerts of it are resolved (`left`).
    #[serde(rename = "incident.alerts_changed")]
    AlertsChanged { incident: IncidentId, joined: Vec<Fingerprint>, left: Vec<Fingerprint> },
    /// It still fires after the route's `repeat_interval`: those who know are reminded, quietly.
    #[serde(rename = "incident.reminded")]
    Reminded { incident: IncidentId },
    #[serde(rename = "incident.acknowledged")]
    Acknowledged { incident: IncidentId, by: Name, because: AcknowledgedBecause },
    /// The watch passed on, and with it the acknowledgement.
    #[serde(rename = "incident.handed_over")]
    HandedOver { incident: IncidentId, to: Name, handoff: HandoffId },
    /// The next update is promised for then. A note, or the next promise, keeps it.
    #[serde(rename = "incident.promised")]
    Promised { incident: IncidentId, due: crate::Instant, what: String },
    #[serde(rename = "incident.noted")]
    Noted { incident: IncidentId, text: String },
    /// The escalation begins anew with this person alone.
    #[serde(rename = "incident.reassigned")]
    Reassigned { incident: IncidentId, to: Name, reason: String },
    /// Whoever acknowledged it can't go on: it waits for somebody again.
    #[serde(rename = "incident.released")]
    Released { incident: IncidentId, person: Name, because: ReleasedBecause },
    #[serde(rename = "incident.severity_changed")]
    SeverityChanged {
        incident: IncidentId,
        severity: Severity,
        reason: String,
        /// It became worth waking somebody for, so an earlier acknowledgement does not count any more.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        wakes: bool,
    },
    #[serde(rename = "incident.resolved")]
    Resolved { incident: IncidentId, because: IncidentResolvedBecause },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OpenedBecause {
    /// A group of alerts fired.
    AlertsFired { group: GroupKey, alerts: Vec<Fingerprint> },
    /// A person said so.
    ByHand,
    /// A handoff was not accepted in time.
    HandoffLate { handoff: HandoffId },
    /// Something is wrong with the messages of a chain.
    ChainBreached { breach: BreachKey },
}

/// Through what the acknowledgement came. A person's acknowledgement names the page where it answers one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AcknowledgedBecause {
    Link,
    Page,
    Api,
    Source,
    /// Whoever had it handed the watch over.
    Handoff,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReleasedBecause {
    Sick,
    /// The estate has them no more.
    NotInEstate,
}

impl ReleasedBecause {
    /// Completes "…, who".
    pub fn words(self) -> &'static str {
        match self {
            ReleasedBecause::Sick => "is sick",
            ReleasedBecause::NotInEstate => "is not in the estate any more",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum IncidentResolvedBecause {
    /// None of its alerts fires any more.
    AllAlertsResolved,
    /// The handoff that it paged for was accepted, or there is nothing left to accept.
    HandoffEnded {
        handoff: HandoffId,
    },
    /// Nothing is wrong any more with the messages that it was about.
    BreachesCleared,
    ByHand {
        reason: String,
    },
}

impl IncidentFact {
    pub fn incident(&self) -> IncidentId {
        match self {
            IncidentFact::Opened { incident, .. }
            | IncidentFact::Reopened { incident, .. }
            | IncidentFact::AlertsChanged { incident, .. }
            | IncidentFact::Reminded { incident }
            | IncidentFact::Acknowledged { incident, .. }
            | IncidentFact::HandedOver { incident, .. }
            | IncidentFact::Promised { incident, .. }
            | IncidentFact::Noted { incident, .. }
            | IncidentFact::Reassigned { incident, .. }
            | IncidentFact::Released { incident, .. }
            | IncidentFact::SeverityChanged { incident, .. }
            | IncidentFact::Resolved { incident, .. } => *incident,
        }
    }
}
