//! Alerts by the key that their source knows them by, where that is not all of their labels.

use std::collections::BTreeSet;

use super::{Alert, Alerts};
use crate::{
    alert::{Labels, router::Lookup},
    id::Fingerprint,
};

/// The label that holds such a key.
pub const DEDUP_KEY: &str = "dedup_key";

#[derive(Clone, Debug, Default)]
pub(in crate::alert) struct DedupKeys(Lookup<Box<str>, BTreeSet<Fingerprint>>);

impl DedupKeys {
    pub fn insert(&mut self, labels: &Labels, fp: Fingerprint) {
        if let Some(key) = labels.get(DEDUP_KEY) {
            self.0.entry(key.into()).or_default().insert(fp);
        }
    }

    pub fn remove(&mut self, labels: &Labels, fp: Fingerprint) {
        let Some(key) = labels.get(DEDUP_KEY) else { return };
        if let Some(found) = self.0.get_mut(key) {
            found.remove(&fp);
            if found.is_empty() {
                self.0.remove(key);
            }
        }
    }
}

impl Alerts {
    /// Those that fire and whose label [`DEDUP_KEY`] is this, by fingerprint.
    pub fn with_dedup_key(&self, key: &str) -> impl Iterator<Item = (Fingerprint, &Alert)> {
        let found = self.index.dedup_keys.0.get(key).into_iter().flatten();
        found.filter_map(|fp| Some((*fp, self.get(*fp)?)))
    }
}
