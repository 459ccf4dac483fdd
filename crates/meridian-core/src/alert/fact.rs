//! What can happen to alerts and silences.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{GroupKey, Labels, Quiet, Silence};
use crate::{Instant, id::Fingerprint};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AlertFact {
    /// These alerts began to fire, or fire again after they were resolved. One entry for all of one request.
    #[serde(rename = "alert.fired")]
    Fired { alerts: Vec<FiredAlert> },
    #[serde(rename = "alert.resolved")]
    Resolved { alerts: Vec<Fingerprint>, because: ResolvedBecause },
    /// The group is due and nobody is told of it, with this reason. Once, until the reason changes or somebody is told.
    #[serde(rename = "alert.quieted")]
    Quieted { group: GroupKey, because: Quiet },
    /// New, or changed in place (same id).
    #[serde(rename = "silence.set")]
    SilenceSet { silence: Silence },
    /// Ended before its time.
    #[serde(rename = "silence.expired")]
    SilenceExpired { id: Box<str> },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FiredAlert {
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
    pub starts_at: Instant,
    pub ends_at: Instant,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub generator_url: Arc<str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ResolvedBecause {
    /// Its source said so.
    SourceResolved,
    /// It was not sent again before its `endsAt`.
    Expired,
    /// A person closed the incident and with it the alert (a source that never resolves by itself).
    ClosedByHand,
}
