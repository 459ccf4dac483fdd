//! Inhibition: the alerts that are sources of a rule, found by the values of the labels that must be equal.

use std::collections::BTreeSet;

use super::Alerts;
use crate::{
    alert::{
        InhibitRule, Labels,
        router::{Lookup, Router, Way},
    },
    id::Fingerprint,
};

/// By rule and by what must be equal.
#[derive(Clone, Debug, Default)]
pub(in crate::alert) struct Sources(Lookup<(u32, Labels), Found>);

#[derive(Clone, Debug, Default)]
struct Found {
    /// Sources that are no targets of the same rule.
    plain: BTreeSet<Fingerprint>,
    /// Sources that are targets as well: they inhibit no alert that is both, and so never themselves or each other.
    both: BTreeSet<Fingerprint>,
}

/// A label that is absent and one that is empty are equal.
fn equal_part(rule: &InhibitRule, labels: &Labels) -> Labels {
    rule.equal.iter().filter_map(|n| Some((n.as_ref(), labels.get(n).filter(|v| !v.is_empty())?))).collect()
}

impl Sources {
    pub fn insert(&mut self, router: &Router, way: &Way, labels: &Labels, fp: Fingerprint) {
        for rule in &way.sources {
            let found = self.0.entry((*rule, equal_part(&router.rules[*rule as usize], labels))).or_default();
            if way.targets.contains(rule) {
                found.both.insert(fp)
            } else {
                found.plain.insert(fp)
            };
        }
    }

    pub fn remove(&mut self, router: &Router, way: &Way, labels: &Labels, fp: Fingerprint) {
        for rule in &way.sources {
            let key = (*rule, equal_part(&router.rules[*rule as usize], labels));
            if let Some(found) = self.0.get_mut(&key) {
                found.plain.remove(&fp);
                found.both.remove(&fp);
                if found.plain.is_empty() && found.both.is_empty() {
                    self.0.remove(&key);
                }
            }
        }
    }
}

impl Alerts {
    /// One alert of each rule that inhibits this one. As with Alertmanager, a source counts although it is itself
    /// silenced or inhibited.
    pub(in crate::alert) fn inhibited_by(&self, fp: Fingerprint) -> Vec<Fingerprint> {
        let Some(alert) = self.active.get(&fp) else { return Vec::new() };
        let way = &alert.place.way;
        let mut by: Vec<Fingerprint> = Vec::new();
        for rule in &way.targets {
            let key = (*rule, equal_part(&self.index.router.rules[*rule as usize], &alert.labels));
            let Some(found) = self.index.sources.0.get(&key) else { continue };
            let both = if way.sources.contains(rule) { None } else { found.both.first() };
            by.extend(found.plain.first().or(both));
        }
        by.sort();
        by.dedup();
        by
    }
}
