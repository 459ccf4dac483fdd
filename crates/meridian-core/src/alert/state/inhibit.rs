//! Inhibition: the alerts that are sources of a rule, found by the values of the labels that must be equal.

use std::collections::BTreeSet;

use super::{Alert, Alerts};
use crate::{
    alert::{
        InhibitRule, Labels,
        router::{Lookup, Router, Way},
    },
    id::Fingerprint,
};

/// By rule and by what must be equal.
#[derive(Clone, Debug, Default)]
pub(in crate::alert) struct Sources {
    found: Lookup<(u32, Labels), Found>,
    /// How many sources each rule has: most rules have none most of the time.
    count: Vec<usize>,
}

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
            let at = *rule as usize;
            let found = self.found.entry((*rule, equal_part(&router.rules[at], labels))).or_default();
            let new = if way.targets.contains(rule) { found.both.insert(fp) } else { found.plain.insert(fp) };
            if self.count.len() <= at {
                self.count.resize(at + 1, 0);
            }
            self.count[at] += usize::from(new);
        }
    }

    pub fn remove(&mut self, router: &Router, way: &Way, labels: &Labels, fp: Fingerprint) {
        for rule in &way.sources {
            let key = (*rule, equal_part(&router.rules[*rule as usize], labels));
            if let Some(found) = self.found.get_mut(&key) {
                let gone = found.plain.remove(&fp) | found.both.remove(&fp);
                self.count[*rule as usize] -= usize::from(gone);
                if found.plain.is_empty() && found.both.is_empty() {
                    self.found.remove(&key);
                }
            }
        }
    }
}

impl Alerts {
    /// One alert of each rule that inhibits this one. As with Alertmanager, a source counts although it is itself
    /// silenced or inhibited.
    fn inhibitors<'a>(&'a self, alert: &'a Alert) -> impl Iterator<Item = Fingerprint> + 'a {
        let (way, sources) = (&alert.place.way, &self.index.sources);
        let with_sources = way.targets.iter().filter(|rule| sources.count.get(**rule as usize).is_some_and(|n| *n > 0));
        with_sources.filter_map(|rule| {
            let key = (*rule, equal_part(&self.index.router.rules[*rule as usize], &alert.labels));
            let found = sources.found.get(&key)?;
            let both = if way.sources.contains(rule) { None } else { found.both.first() };
            found.plain.first().or(both).copied()
        })
    }

    pub(in crate::alert) fn is_inhibited(&self, alert: &Alert) -> bool {
        self.inhibitors(alert).next().is_some()
    }

    pub(in crate::alert) fn inhibited_by(&self, alert: &Alert) -> Vec<Fingerprint> {
        let mut by: Vec<Fingerprint> = self.inhibitors(alert).collect();
        by.sort();
        by.dedup();
        by
    }
}
