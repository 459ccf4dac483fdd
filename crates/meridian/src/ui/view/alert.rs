//! Alerts and silences.

use meridian_core::{
    Instant,
    id::{Fingerprint, IncidentId},
    incident::Severity,
};

use crate::ui::parts::Say;

#[derive(Clone, Debug)]
pub struct AlertRow {
    pub fingerprint: Fingerprint,
    /// `alertname`.
    pub name: String,
    /// `summary` or `description`.
    pub summary: String,
    /// All others, sorted.
    pub labels: Vec<(String, String)>,
    pub severity: Severity,
    /// The site that its labels name.
    pub site: Option<String>,
    pub since: Instant,
    pub state: AlertState,
    pub incident: Option<IncidentId>,
    pub source_url: Option<String>,
}

#[derive(Clone, Debug)]
pub enum AlertState {
    Firing,
    /// Told to nobody now, with the reason.
    Quiet(Say),
    Resolved(Instant),
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AlertsTab {
    #[default]
    All,
    Told,
    Quiet,
}

impl AlertsTab {
    pub const ALL: [AlertsTab; 3] = [AlertsTab::All, AlertsTab::Told, AlertsTab::Quiet];
    pub fn word(self) -> &'static str {
        ["all", "told", "quiet"][self as usize]
    }
}

#[derive(Clone, Debug, Default)]
pub struct AlertsView {
    pub tab: AlertsTab,
    /// As typed: `site="nyc", severity=~"crit.*"`, or plain words.
    pub filter: String,
    pub filter_error: Option<String>,
    pub rows: Vec<AlertRow>,
    pub active: usize,
    /// Of them quiet; not counted where there are very many.
    pub quiet: Option<usize>,
    pub matched: usize,
    /// Counted from 1.
    pub page: usize,
    pub pages: usize,
}

#[derive(Clone, Debug)]
pub struct SilenceRow {
    pub id: String,
    pub matchers: Vec<String>,
    pub owner: String,
    pub reason: String,
    pub starts: Instant,
    pub ends: Instant,
    pub state: SilenceState,
    /// How many active alerts it keeps quiet now.
    pub quiets: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SilenceState {
    Active,
    Pending,
    Expired,
}

#[derive(Clone, Debug, Default)]
pub struct SilencesView {
    pub expired_tab: bool,
    pub rows: Vec<SilenceRow>,
    pub active: usize,
    pub expired: usize,
}

/// The form of a silence, with what was typed and what was wrong.
#[derive(Clone, Debug, Default)]
pub struct SilenceForm {
    pub matchers: Vec<(String, String, String)>,
    pub owner: String,
    pub reason: String,
    /// `2026-03-17T21:30`, in the zone below.
    pub until: String,
    pub zone: String,
    /// The field that was refused, and why.
    pub error: Option<(&'static str, String)>,
    /// How many active alerts the matchers meet now.
    pub meets: Option<usize>,
}
