//! Groups: who joins, who leaves, and what their incident told.

use std::collections::BTreeSet;

use super::{Alerts, FORMER_KEPT, Former, Group, GroupNumber, Pace};
use crate::{
    Instant,
    alert::{GroupKey, Labels, router::Node},
    id::{Fingerprint, IncidentId},
    incident::{IncidentFact, OpenedBecause},
};

impl Alerts {
    /// Puts the alert into its group at this node of the tree.
    pub(super) fn join(
        &mut self,
        node: u32,
        labels: &Labels,
        fp: Fingerprint,
        at: Instant,
        starts_at: Instant,
    ) -> (GroupNumber, GroupKey) {
        let place = &self.index.router.nodes[node as usize];
        let wait = place.timing.wait;
        self.index.scratch.clear();
        self.index.router.slot(node, labels, &mut self.index.scratch);
        let known = self.index.slots.get(self.index.scratch.as_str()).copied();
        let number = known.unwrap_or_else(|| {
            let labels = place.group_by.of(labels);
            let key = GroupKey::new(&place.path, &labels);
            let known = self.groups.number(&key);
            let number = known.unwrap_or_else(|| self.groups.insert(key, Group::new(at, place, labels)));
            self.index.slots.insert(self.index.scratch.as_str().into(), number);
            number
        });
        let Some((key, group)) = self.groups.wake(number, |group| group.begin_anew(at, place)) else {
            return (number, GroupKey::new(&place.path, &place.group_by.of(labels)));
        };
        let key = key.clone();
        group.members.insert(fp);
        if self.index.replays {
            return (number, key);
        }
        // Who began longer ago than the group waits has waited already, somewhere else.
        let waited = starts_at.saturating_add(wait).is_ok_and(|end| end < at);
        let next = match group.pace.next {
            None => Some(if waited { at } else { later(group.created_at, wait) }),
            Some(next) if waited && !group.pace.flushed && at < next => Some(at),
            Some(_) => None,
        };
        if let Some(next) = next {
            self.pace(&key, next, false);
        }
        (number, key)
    }

    pub(super) fn leave(&mut self, number: GroupNumber, fp: Fingerprint) {
        let Some((_, group)) = self.groups.at_mut(number) else { return };
        group.members.remove(&fp);
        self.end_if_over(number);
    }

    /// A group with no members and no open incident vanishes.
    fn end_if_over(&mut self, number: GroupNumber) {
        let Some((key, group)) = self.groups.at_mut(number).filter(|(_, group)| group.is_over()) else { return };
        if let Some(next) = group.pace.next {
            self.index.flushes.remove(&(next, key.clone()));
        }
        if self.groups.end(number) {
            self.groups.forget_waiting();
            self.index.slots.retain(|_, number| self.groups.is_kept(*number));
        }
    }

    /// Sets when the group is looked at next.
    pub(in crate::alert) fn pace(&mut self, key: &GroupKey, next: Instant, flushed: bool) {
        let Some(group) = self.groups.get_mut(key) else { return };
        if let Some(before) = group.pace.next {
            self.index.flushes.remove(&(before, key.clone()));
        }
        group.pace = Pace { next: Some(next), flushed: flushed || group.pace.flushed };
        self.index.flushes.insert((next, key.clone()));
    }

    /// What an incident told of its group. Facts of incidents that no group led to change nothing here.
    pub fn apply_incident(&mut self, at: Instant, fact: &IncidentFact) {
        match fact {
            IncidentFact::Opened { incident, because: OpenedBecause::AlertsFired { group, alerts }, .. } => {
                self.incidents.insert(*incident, group.clone());
                self.take_up(at, *incident, alerts);
            }
            IncidentFact::Reopened { incident, alerts } => self.take_up(at, *incident, alerts),
            IncidentFact::AlertsChanged { incident, joined, left } => self.told(at, *incident, |group| {
                group.announced.extend(joined);
                left.iter().for_each(|fp| {
                    group.announced.remove(fp);
                });
            }),
            IncidentFact::Reminded { incident } => self.told(at, *incident, |_| {}),
            IncidentFact::Resolved { incident, .. } => self.end(at, *incident),
            _ => {}
        }
    }

    fn take_up(&mut self, at: Instant, incident: IncidentId, alerts: &[Fingerprint]) {
        let Some(key) = self.incidents.get(incident).cloned() else { return };
        self.former.remove(&key);
        self.told(at, incident, |group| {
            group.incident = Some(incident);
            group.announced.extend(alerts);
        });
    }

    fn told(&mut self, at: Instant, incident: IncidentId, change: impl FnOnce(&mut Group)) {
        let Some(key) = self.incidents.get(incident).cloned() else { return };
        let Some(group) = self.groups.get_mut(&key) else { return };
        group.quieted = None;
        change(group);
        group.announced_at = Some(at);
        if !self.index.replays {
            let next = later(at, self.index.router.timing(&group.route).interval);
            self.pace(&key, next, true);
        }
    }

    /// What still fires counts as told of: a person who resolved the incident knows, until `repeat_interval` is over.
    fn end(&mut self, at: Instant, incident: IncidentId) {
        let Some(key) = self.incidents.get(incident).cloned() else { return };
        if self.groups.get(&key).is_some_and(|g| g.incident == Some(incident)) {
            self.told(at, incident, |group| {
                group.incident = None;
                let members = &group.members;
                group.announced.retain(|fp| members.contains(fp));
            });
            self.former.insert(key.clone(), Former { incident, resolved_at: at });
            self.former_order.push_back((at, incident));
            if let Some(number) = self.groups.number(&key) {
                self.end_if_over(number);
            }
        }
        self.forget_former(at);
    }

    fn forget_former(&mut self, at: Instant) {
        while let Some((when, incident)) = self.former_order.front().copied() {
            if at.duration_since(when) <= FORMER_KEPT {
                break;
            }
            self.former_order.pop_front();
            // Reopened since, and perhaps resolved again: then a later entry stands for it.
            let Some(key) = self.incidents.get(incident) else { continue };
            let open = self.groups.get(key).is_some_and(|g| g.incident == Some(incident));
            let again = self.former.get(key).is_some_and(|f| f.incident == incident && f.resolved_at != when);
            if open || again {
                continue;
            }
            if self.former.get(key).is_some_and(|f| f.incident == incident) {
                self.former.remove(key);
            }
            self.incidents.remove(incident);
        }
    }
}

impl Group {
    fn new(at: Instant, place: &Node, labels: Labels) -> Group {
        Group {
            route: place.path.clone(),
            receiver: place.receiver.clone(),
            labels,
            members: BTreeSet::new(),
            incident: None,
            announced: BTreeSet::new(),
            announced_at: None,
            quieted: None,
            created_at: at,
            pace: Pace::default(),
        }
    }

    /// As a new one of the same key.
    fn begin_anew(&mut self, at: Instant, place: &Node) {
        let labels = std::mem::take(&mut self.labels);
        *self = Group::new(at, place, labels);
    }

    fn is_over(&self) -> bool {
        self.members.is_empty() && self.incident.is_none()
    }
}

/// `at + by`, or the end of time.
pub(in crate::alert) fn later(at: Instant, by: jiff::SignedDuration) -> Instant {
    at.saturating_add(by).unwrap_or(Instant::MAX)
}
