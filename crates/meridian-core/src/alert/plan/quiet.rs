//! Why an alert that fires is not told to anybody.

use serde::Serialize;

use crate::{
    Instant,
    alert::{Alert, Alerts, GroupKey, Quiet},
    id::Fingerprint,
};

/// As the Alertmanager API shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AlertStatus {
    pub state: AlertState,
    /// The ids of silences.
    pub silenced_by: Vec<Box<str>>,
    pub inhibited_by: Vec<Fingerprint>,
    /// The names of time intervals, when they mute every group that the alert is in.
    pub muted_by: Vec<String>,
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
    /// None when it is heard, or does not fire. A time interval counts when it mutes every group that the alert is in.
    pub fn quiet(&self, fp: Fingerprint, now: Instant) -> Option<Quiet> {
        self.quiet_itself(fp, now).or_else(|| self.muted_everywhere(self.get(fp)?, now))
    }

    /// Without time intervals, which are a matter of the group and not of the alert.
    pub(super) fn quiet_itself(&self, fp: Fingerprint, now: Instant) -> Option<Quiet> {
        let alert = self.get(fp)?;
        let silences = self.silenced_by(&alert.labels, now);
        if !silences.is_empty() {
            return Some(Quiet::BySilence(silences));
        }
        let sources = self.inhibited_by(alert);
        if sources.is_empty() { None } else { Some(Quiet::ByInhibition(sources)) }
    }

    /// None when it does not fire.
    pub fn status(&self, fp: Fingerprint, now: Instant) -> Option<AlertStatus> {
        let alert = self.get(fp)?;
        let muted_by = self.muted_by(alert, now).into_iter().map(str::to_owned).collect();
        let (silenced_by, inhibited_by) = (self.silenced_by(&alert.labels, now), self.inhibited_by(alert));
        Some(AlertStatus { state: self.state(alert, now), silenced_by, inhibited_by, muted_by })
    }

    /// The state alone, which is cheap: pages of a hundred thousand alerts ask for it.
    pub fn state(&self, alert: &Alert, now: Instant) -> AlertState {
        if alert.place.groups.is_empty() {
            return match self.is_silenced(&alert.labels, now) || self.is_inhibited(alert) {
                true => AlertState::Suppressed,
                false => AlertState::Unprocessed,
            };
        }
        let quiet = self.is_silenced(&alert.labels, now)
            || self.is_inhibited(alert)
            || self.muted_everywhere(alert, now).is_some();
        if quiet { AlertState::Suppressed } else { AlertState::Active }
    }

    /// Which time interval keeps this group quiet now.
    pub fn muted(&self, group: &GroupKey, now: Instant) -> Option<Quiet> {
        self.index.router.muted(&self.group(group)?.route, now)
    }

    /// The names of the time intervals that keep this group quiet now.
    pub fn group_muted_by(&self, group: &GroupKey, now: Instant) -> Vec<&str> {
        let node = self.group(group).and_then(|group| self.index.router.position(&group.route));
        node.map(|node| self.index.router.muted_by(node, now)).unwrap_or_default()
    }

    /// The names of the time intervals that mute every group that the alert is in; empty when one of them is heard.
    fn muted_by(&self, alert: &Alert, now: Instant) -> Vec<&str> {
        if self.muted_everywhere(alert, now).is_none() {
            return Vec::new();
        }
        let mut names: Vec<&str> =
            alert.place.way.routes.iter().flat_map(|node| self.index.router.muted_by(*node, now)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn muted_everywhere(&self, alert: &Alert, now: Instant) -> Option<Quiet> {
        let (routes, groups) = (&alert.place.way.routes, &alert.place.groups);
        // A group whose route is gone from the estate is muted by nothing.
        if routes.len() != groups.len() {
            return None;
        }
        let mut first = None;
        for node in routes {
            let quiet = self.index.router.node_muted(*node, now)?;
            first.get_or_insert(quiet);
        }
        first
    }
}
