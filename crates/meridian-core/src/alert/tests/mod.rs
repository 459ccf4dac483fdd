mod acknowledge;
mod engine;
mod incoming;
mod interval;
mod labels;
mod laws;
mod matcher;
mod quiet;
mod silence;

use std::collections::BTreeMap;

use jiff::SignedDuration;

use super::*;
use crate::{
    Instant,
    estate::{Routing, SeverityRule},
    incident::Severity,
};

/// `labels("alertname=X severity=critical")`.
pub(crate) fn labels(text: &str) -> Labels {
    text.split_whitespace().filter_map(|pair| pair.split_once('=')).collect()
}

/// `at(90)`: a minute and a half into the test's day.
pub(crate) fn at(seconds: i64) -> Instant {
    Instant::from_second(1_700_000_000 + seconds).unwrap()
}

pub(crate) fn incoming(text: &str) -> Incoming {
    Incoming {
        labels: labels(text),
        annotations: Labels::default(),
        starts_at: None,
        ends_at: None,
        generator_url: "".into(),
    }
}

/// A route by its matchers, with 30 s, 5 min and 4 h.
pub(crate) fn route(receiver: &str, matchers: &str, group_by: &[&str], routes: Vec<Route>) -> Route {
    Route {
        receiver: receiver.parse().unwrap(),
        matchers: Matcher::parse(matchers).unwrap(),
        group_by: GroupBy::Labels(group_by.iter().map(|n| (*n).into()).collect()),
        continues: false,
        group_wait: SignedDuration::from_secs(30),
        group_interval: SignedDuration::from_mins(5),
        repeat_interval: SignedDuration::from_hours(4),
        mute_time_intervals: Vec::new(),
        active_time_intervals: Vec::new(),
        severity: None,
        routes,
    }
}

pub(crate) fn routing(route: Route) -> Routing {
    Routing {
        name: "main".parse().unwrap(),
        route,
        inhibit_rules: Vec::new(),
        time_intervals: BTreeMap::new(),
        severity: SeverityRule { label: "severity".into(), map: BTreeMap::new(), default: Severity::Sev3 },
    }
}
