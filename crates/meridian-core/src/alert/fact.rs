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

impl AlertFact {
    /// The first alert whose fingerprint is not that of its labels. The fold believes what is written, as it was checked
    /// when the alert came in and the chain keeps it; who verifies a journal asks again.
    pub fn with_wrong_fingerprint(&self) -> Option<&FiredAlert> {
        let AlertFact::Fired { alerts } = self else { return None };
        alerts.iter().find(|alert| alert.fingerprint != alert.labels.fingerprint())
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct FiredAlert {
    /// Of the labels. It stands in the journal as well, because later facts name the alert by nothing else, and because
    /// computing it is a good part of the work of folding an alert.
    pub fingerprint: Fingerprint,
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
    pub starts_at: Instant,
    pub ends_at: Instant,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub generator_url: Arc<str>,
}

/// As the journal has it: an older one without the fingerprint.
#[derive(Deserialize)]
struct Written {
    fingerprint: Option<Fingerprint>,
    labels: Labels,
    #[serde(default)]
    annotations: Labels,
    starts_at: Instant,
    ends_at: Instant,
    #[serde(default)]
    generator_url: Arc<str>,
}

impl From<Written> for FiredAlert {
    fn from(written: Written) -> FiredAlert {
        let Written { fingerprint, labels, annotations, starts_at, ends_at, generator_url } = written;
        let fingerprint = fingerprint.unwrap_or_else(|| labels.fingerprint());
        FiredAlert { fingerprint, labels, annotations, starts_at, ends_at, generator_url }
    }
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
