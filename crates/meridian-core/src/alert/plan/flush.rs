//! When a group of alerts is told of, and what is told: Alertmanager's timing.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::{
    Instant,
    alert::{Alerts, Group, GroupKey, Quiet, state::later},
    estate::Routing,
    id::{Fingerprint, IncidentId},
    incident::Severity,
};

/// A decision that did not become facts (a full disk, say) is made again so long after.
const DECIDE_AGAIN: SignedDuration = SignedDuration::from_secs(1);

/// What is due to be told of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flush {
    /// It deserves an incident: these fire and are not quiet.
    Open { alerts: Vec<Fingerprint> },
    /// The alerts of its incident are other ones than was told.
    Changed { incident: IncidentId, joined: Vec<Fingerprint>, left: Vec<Fingerprint> },
    /// Nothing changed for `repeat_interval`.
    Remind { incident: IncidentId },
    /// None of what was told of fires any more.
    Resolve { incident: IncidentId },
    /// There would be something to tell, but it is kept quiet. Nothing is lost: it comes when the quiet ends.
    Quiet { because: Quiet },
}

impl Alerts {
    /// The decisions about all groups that are due, in order. Each comes again, a second later, until the facts that
    /// it leads to went through [`Alerts::apply_incident`]. Changes only the volatile side.
    pub fn flush(&mut self, now: Instant) -> Vec<(GroupKey, Flush)> {
        let due: Vec<GroupKey> =
            self.index.flushes.iter().take_while(|(next, _)| *next <= now).map(|(_, key)| key.clone()).collect();
        let mut decisions = Vec::with_capacity(due.len());
        for key in due {
            let Some(group) = self.groups.get(&key) else { continue };
            let decision = self.decide(group, now);
            let wait = match &decision {
                None | Some(Flush::Quiet { .. }) => self.index.router.timing(&group.route).interval.max(DECIDE_AGAIN),
                Some(_) => DECIDE_AGAIN,
            };
            self.pace(&key, later(now, wait), true);
            decisions.extend(decision.map(|decision| (key, decision)));
        }
        decisions
    }

    /// The decision about one group, before it is due.
    pub fn flush_now(&self, key: &GroupKey, now: Instant) -> Option<Flush> {
        self.decide(self.groups.get(key)?, now)
    }

    fn decide(&self, group: &Group, now: Instant) -> Option<Flush> {
        let news = group.members.difference(&group.announced).copied();
        let (quiet, joined) = self.sort_out(news, now);
        let staying: BTreeSet<Fingerprint> = group.members.intersection(&group.announced).copied().collect();
        let repeat = self.index.router.timing(&group.route).repeat;
        let overdue = group.announced_at.is_some_and(|told| later(told, repeat) <= now);
        let heard_again = || staying.iter().copied().filter(|fp| self.quiet_itself(*fp, now).is_none());
        let muted = || self.index.router.muted(&group.route, now);
        let told = |flush: Flush| Some(muted().map_or(flush, |because| Flush::Quiet { because }));

        if let Some(incident) = group.incident {
            if staying.is_empty() && joined.is_empty() {
                // An incident whose cause is gone is closed whatever is muted: a resolve wakes nobody.
                return Some(Flush::Resolve { incident });
            }
            let left: Vec<Fingerprint> = group.announced.difference(&group.members).copied().collect();
            if !joined.is_empty() || !left.is_empty() {
                return told(Flush::Changed { incident, joined, left });
            }
            if overdue && heard_again().next().is_some() {
                return told(Flush::Remind { incident });
            }
            return quiet.map(|because| Flush::Quiet { because });
        }
        // Without an incident but announced: a person resolved it while these fired. They count as known for a while.
        let again = overdue && heard_again().next().is_some();
        if joined.is_empty() && !again {
            return quiet.map(|because| Flush::Quiet { because });
        }
        let mut alerts: Vec<Fingerprint> = heard_again().chain(joined).collect();
        alerts.sort();
        told(Flush::Open { alerts })
    }

    /// The first reason for quiet, and those that are not quiet.
    fn sort_out(&self, alerts: impl Iterator<Item = Fingerprint>, now: Instant) -> (Option<Quiet>, Vec<Fingerprint>) {
        let (mut because, mut heard) = (None, Vec::new());
        for fp in alerts {
            match self.quiet_itself(fp, now) {
                None => heard.push(fp),
                Some(quiet) => because = because.or(Some(quiet)),
            }
        }
        (because, heard)
    }

    /// How bad it is: what the route says, else the worst that its alerts' labels say.
    pub fn severity(&self, key: &GroupKey, alerts: &[Fingerprint], routing: &Routing) -> Severity {
        let rule = &routing.severity;
        let of_route = self.groups.get(key).and_then(|g| self.index.router.node(&g.route)).and_then(|n| n.severity);
        let of_alert = |fp: &Fingerprint| {
            let value = self.active.get(*fp)?.labels.get(&rule.label)?;
            rule.map.get(value).copied().or_else(|| value.parse().ok())
        };
        of_route.or_else(|| alerts.iter().filter_map(of_alert).min()).unwrap_or(rule.default)
    }
}
