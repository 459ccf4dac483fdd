//! Why an alert that fires is not told to anybody.

use serde::Serialize;

use crate::{
    Instant,
    alert::{Alerts, Quiet},
    id::Fingerprint,
};

/// As the Alertmanager API shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStatus {
    pub state: AlertState,
    /// The ids of silences.
    pub silenced_by: Vec<Box<str>>,
    pub inhibited_by: Vec<Fingerprint>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AlertState {
    Active,
    Suppressed,
    /// No route takes it: there is no routing.
    Unprocessed,
}

impl AlertState {
    pub fn word(self) -> &'static str {
        match self {
            AlertState::Active => "active",
            AlertState::Suppressed => "suppressed",
            AlertState::Unprocessed => "unprocessed",
        }
    }
}

impl Alerts {
    /// None when it is heard, or does not fire. That a route is muted is a matter of its groups, not of the alert.
    pub fn quiet(&self, fp: Fingerprint, now: Instant) -> Option<Quiet> {
        let alert = self.active.get(&fp)?;
        let silences = self.silenced_by(&alert.labels, now);
        if !silences.is_empty() {
            return Some(Quiet::BySilence(silences));
        }
        let sources = self.inhibited_by(fp);
        if sources.is_empty() { None } else { Some(Quiet::ByInhibition(sources)) }
    }

    /// None when it does not fire.
    pub fn status(&self, fp: Fingerprint, now: Instant) -> Option<AlertStatus> {
        let alert = self.active.get(&fp)?;
        let silenced_by = self.silenced_by(&alert.labels, now);
        let inhibited_by = self.inhibited_by(fp);
        let state = if !silenced_by.is_empty() || !inhibited_by.is_empty() {
            AlertState::Suppressed
        } else if alert.groups().is_empty() {
            AlertState::Unprocessed
        } else {
            AlertState::Active
        };
        Some(AlertStatus { state, silenced_by, inhibited_by })
    }
}
