//! The words of alerting: labels, matchers, routes, silences.

use std::sync::Arc;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::{
    Instant,
    calendar::Days,
    id::{Fingerprint, Name},
    incident::Severity,
};

/// Labels or annotations: sorted by name, each name once.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Labels(pub(super) Arc<str>);

/// An alert as a source reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    pub labels: Labels,
    pub annotations: Labels,
    /// Absent: now.
    pub starts_at: Option<Instant>,
    /// In the future: the alert expires then unless it is sent again. In the past: it is resolved. Absent: now + 5 minutes.
    pub ends_at: Option<Instant>,
    pub generator_url: Arc<str>,
}

/// One condition on one label.
#[derive(Clone, Debug)]
pub struct Matcher {
    pub name: Box<str>,
    pub op: MatchOp,
    pub value: Box<str>,
    /// Present exactly for `=~` and `!~`; anchored at both ends.
    pub(crate) regex: Option<regex::Regex>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MatchOp {
    #[serde(rename = "=")]
    Equal,
    #[serde(rename = "!=")]
    NotEqual,
    #[serde(rename = "=~")]
    Regex,
    #[serde(rename = "!~")]
    NotRegex,
}

/// One node of Alertmanager's route tree, with what it inherits already filled in.
#[derive(Clone, Debug)]
pub struct Route {
    /// The name of an escalation.
    pub receiver: Name,
    pub matchers: Vec<Matcher>,
    pub group_by: GroupBy,
    pub continues: bool,
    pub group_wait: SignedDuration,
    pub group_interval: SignedDuration,
    pub repeat_interval: SignedDuration,
    pub mute_time_intervals: Vec<String>,
    pub active_time_intervals: Vec<String>,
    /// Meridian's own addition: incidents of this route have this severity, whatever the label says.
    pub severity: Option<Severity>,
    pub routes: Vec<Route>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupBy {
    /// `['...']`: every distinct set of labels is a group of its own.
    All,
    Labels(Vec<Box<str>>),
}

#[derive(Clone, Debug)]
pub struct InhibitRule {
    pub source: Vec<Matcher>,
    pub target: Vec<Matcher>,
    pub equal: Vec<Box<str>>,
}

/// Alertmanager's time interval. An empty list means "any".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TimeInterval {
    /// Minutes since midnight, `[from, to)`.
    pub times: Vec<(u16, u16)>,
    pub weekdays: Option<Days>,
    /// Inclusive; negative counts from the end of the month.
    pub days_of_month: Vec<(i8, i8)>,
    pub months: Vec<(u8, u8)>,
    pub years: Vec<(i16, i16)>,
    /// Absent: UTC.
    pub location: Option<jiff::tz::TimeZone>,
}

/// A silence: alerts that match are not told to anybody until it ends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silence {
    /// A UUID.
    pub id: Box<str>,
    pub matchers: Vec<SilenceMatcher>,
    pub starts_at: Instant,
    pub ends_at: Instant,
    pub created_by: Box<str>,
    pub comment: Box<str>,
    pub updated_at: Instant,
}

/// A matcher as it is written down; compiled when it is folded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SilenceMatcher {
    pub name: Box<str>,
    pub op: MatchOp,
    pub value: Box<str>,
}

/// The identity of a group: the path of its route in the tree, and the labels it is grouped by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct GroupKey(pub Arc<str>);

/// Why a firing alert is not told to anybody now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Quiet {
    /// The ids of the silences.
    BySilence(Vec<Box<str>>),
    /// The alerts that inhibit it.
    ByInhibition(Vec<Fingerprint>),
    /// The route is muted by this time interval.
    ByTimeInterval(String),
}

impl Quiet {
    /// Completes "because …".
    pub fn words(&self) -> String {
        match self {
            Quiet::BySilence(ids) => format!("of silence {}", ids.join(", ")),
            Quiet::ByInhibition(alerts) if alerts.len() == 1 => "another alert inhibits it".to_owned(),
            Quiet::ByInhibition(alerts) => format!("{} other alerts inhibit it", alerts.len()),
            Quiet::ByTimeInterval(name) => format!("of the time interval {name}"),
        }
    }
}
