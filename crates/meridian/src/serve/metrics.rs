//! Metrics for Prometheus, in the OpenMetrics text format.
//!
//! What the world knows is read from it when asked; only what it does not know (outcomes since the start) is counted.

use std::sync::atomic::{AtomicU64, Ordering};

use meridian_core::{command::Outcome, incident::Severity};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::{ConstCounter, Counter},
        family::Family,
        gauge::Gauge,
    },
    registry::{Registry, Unit},
};

use super::House;

/// Counted since the start.
#[derive(Default)]
pub struct Metrics {
    sent: AtomicU64,
    failed: AtomicU64,
    refused: AtomicU64,
    pub alerts_received: AtomicU64,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfOutcome {
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfIncident {
    severity: &'static str,
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfBuild {
    version: &'static str,
}

impl Metrics {
    pub fn delivery(&self, outcome: &Outcome) {
        let counter = match outcome {
            Outcome::Sent { .. } => &self.sent,
            Outcome::Failed { .. } => &self.failed,
            Outcome::Refused { .. } => &self.refused,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub fn text(&self, house: &House) -> String {
        let mut registry = Registry::with_prefix("meridian");
        let count = |counter: &AtomicU64| ConstCounter::new(counter.load(Ordering::Relaxed));
        registry.register("alerts_received", "Alerts taken in, re-sends included", count(&self.alerts_received));
        let deliveries = [("sent", &self.sent), ("failed", &self.failed), ("refused", &self.refused)];
        let family = Family::<OfOutcome, Counter>::default();
        for (outcome, counter) in deliveries {
            family.get_or_create(&OfOutcome { outcome }).inc_by(counter.load(Ordering::Relaxed));
        }
        registry.register("deliveries", "Attempts to deliver a message, by what came of them", family);
        self.of_world(house, &mut registry);
        super::chains::metrics::register(house, &mut registry);
        let mut text = String::new();
        // Writing to a text can't fail.
        let _ = encode(&mut text, &registry);
        text
    }

    fn of_world(&self, house: &House, registry: &mut Registry) {
        let world = house.keeper.world();
        let gauge = |value: i64| {
            let gauge = Gauge::<i64>::default();
            gauge.set(value);
            gauge
        };
        let incidents = Family::<OfIncident, Gauge>::default();
        for severity in Severity::ALL {
            for state in ["open", "acknowledged"] {
                let of = world.incidents.open().filter(|i| i.severity == severity && i.status().word() == state);
                let label = OfIncident { severity: severity.word(), state };
                incidents.get_or_create(&label).set(of.count() as i64);
            }
        }
        registry.register("incidents", "Incidents that are not resolved", incidents);
        registry.register("alerts_active", "Alerts that fire", gauge(world.alerts.active_count() as i64));
        registry.register("outbox", "Deliveries under way", gauge(world.outbox().len() as i64));
        registry.register("journal_entries", "Number of the newest entry", gauge(world.seq() as i64));
        let healthy = i64::from(house.keeper.is_healthy());
        registry.register("journal_healthy", "1: the journal took the last commit", gauge(healthy));
        let refused = i64::from(world.estate_in_force().refused.is_some());
        registry.register(
            "estate_refused",
            "1: a change of the estate was refused, the one before is in force",
            gauge(refused),
        );
        let uptime = world.house().started_at.map_or(0, |at| house.clock.now().duration_since(at).as_secs());
        registry.register_with_unit("uptime", "Since the start", Unit::Seconds, gauge(uptime));
        let build = Family::<OfBuild, Gauge>::default();
        build.get_or_create(&OfBuild { version: env!("CARGO_PKG_VERSION") }).set(1);
        registry.register("build", "The version that runs", build);
    }
}
