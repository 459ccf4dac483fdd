//! A new estate comes into force, or a snapshot was read: everything derived is made anew.

use std::collections::BTreeMap;

use super::{Alerts, Group, GroupKey, Index, Pace, Place, RESEND_GRACE, group::later};
use crate::{Instant, alert::router::Router, estate::Routing, id::Fingerprint};

impl Alerts {
    /// Groups all alerts anew. A group whose key stays keeps its incident. A group that is gone but has an open
    /// incident keeps its alerts until they are resolved, so that the incident ends when its cause does.
    pub fn apply_estate(&mut self, at: Instant, routing: Option<&Routing>) {
        let mut before = std::mem::take(&mut self.groups).into_map();
        let replays = self.index.replays;
        self.index = Index { router: Router::new(routing), ready: true, replays, ..Index::default() };
        // Those whose key stays come back with the first alert that joins them.
        let fps: Vec<Fingerprint> = self.active.iter().map(|(fp, _)| fp).collect();
        for fp in fps {
            self.regroup(fp, at, &mut before);
        }
        for (key, mut group) in before {
            group.members.retain(|fp| self.active.contains(*fp));
            if group.incident.is_none() {
                continue;
            }
            group.pace = Pace::default();
            let members: Vec<Fingerprint> = group.members.iter().copied().collect();
            let number = self.groups.insert(key.clone(), group);
            for fp in members {
                if let Some(alert) = self.active.get_mut(fp) {
                    alert.place.groups.push((number, key.clone()));
                }
            }
        }
        if replays { self.derive_silences() } else { self.derive() }
    }

    /// Until [`Alerts::reindex`] nobody will ask what is due, and who inhibits whom.
    pub(crate) fn replay(&mut self) {
        self.index.replays = true;
    }

    fn regroup(&mut self, fp: Fingerprint, at: Instant, before: &mut BTreeMap<GroupKey, Group>) {
        let Some(alert) = self.active.get(fp) else { return };
        let (labels, starts_at) = (alert.labels.clone(), alert.starts_at);
        let way = self.index.router.way(&labels);
        let mut groups = Vec::with_capacity(way.routes.len());
        for node in &way.routes {
            let place = &self.index.router.nodes[*node as usize];
            let key = GroupKey::new(&place.path, &place.group_by.of(&labels));
            if let Some(mut group) = before.remove(&key) {
                group.members.clear();
                group.receiver = place.receiver.clone();
                group.pace = Pace::default();
                self.groups.insert(key, group);
            }
            groups.push(self.join(*node, &labels, fp, at, starts_at));
        }
        if let Some(alert) = self.active.get_mut(fp) {
            alert.place = Place { way, groups };
        }
    }

    /// After a snapshot was read or a journal replayed: makes the volatile and derived side anew. Changes nothing durable.
    pub fn reindex(&mut self, routing: Option<&Routing>) {
        self.index = Index { router: Router::new(routing), ready: true, ..Index::default() };
        for alert in self.active.values_mut() {
            alert.place = Place { way: self.index.router.way(&alert.labels), groups: Vec::new() };
        }
        for (key, group) in self.groups.iter() {
            let Some(number) = self.groups.number(key) else { continue };
            for fp in &group.members {
                if let Some(alert) = self.active.get_mut(*fp) {
                    alert.place.groups.push((number, key.clone()));
                }
            }
            if let Some(node) = self.index.router.position(&group.route) {
                let mut slot = String::new();
                self.index.router.slot(node, &group.labels, &mut slot);
                self.index.slots.insert(slot.into(), number);
            }
        }
        self.derive();
    }

    /// The fold was made anew without a start: what re-sends said is lost, and the same grace holds. Unlike a start, this
    /// is in no journal, so it changes only the volatile side.
    pub fn lose_resends(&mut self, at: Instant) {
        let least = at.saturating_add(RESEND_GRACE).unwrap_or(Instant::MAX);
        for alert in self.active.values_mut() {
            alert.seen.ends_at = Some(alert.ends_at().max(least));
        }
        self.index.expiry = self.active.in_no_order().map(|(fp, alert)| (alert.ends_at(), fp)).collect();
    }

    /// The queues and indices, from what is durable and from where the routing put each alert.
    fn derive(&mut self) {
        self.index.expiry = self.active.in_no_order().map(|(fp, alert)| (alert.ends_at(), fp)).collect();
        for (fp, alert) in self.active.in_no_order() {
            self.index.sources.insert(&self.index.router, &alert.place.way, &alert.labels, fp);
            self.index.dedup_keys.insert(&alert.labels, fp);
        }
        self.index.flushes.clear();
        for (key, group) in self.groups.iter_mut() {
            let timing = self.index.router.timing(&group.route);
            let waited = |fp: &Fingerprint| {
                self.active.get(*fp).is_some_and(|a| later(a.starts_at, timing.wait) < group.created_at)
            };
            let next = match group.announced_at {
                Some(told) => later(told, timing.interval),
                None if group.members.iter().any(waited) => group.created_at,
                None => later(group.created_at, timing.wait),
            };
            group.pace = Pace { next: Some(next), flushed: group.announced_at.is_some() };
            self.index.flushes.insert((next, key.clone()));
        }
        self.derive_silences();
    }
}
