//! The fold: what fires, in which groups, what was told, what is silenced.
//!
//! Two kinds of state live side by side. The *durable* side follows from the journal alone, stands in snapshots and
//! counts for equality. The *volatile* side (re-sends, the next flush of a group, indices) is never written down:
//! losing it costs at most one group interval of delay, never an alert.

mod dedup;
mod estate;
mod group;
mod groups;
mod inhibit;
mod known;
mod silence;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

pub(super) use self::group::later;
pub use self::{
    dedup::DEDUP_KEY,
    silence::{SILENCE_KEPT, SilenceState},
};
use self::{
    dedup::DedupKeys,
    groups::{GroupNumber, Groups},
    inhibit::Sources,
    known::Known,
    silence::{Candidates, KeptSilence},
};
use super::{
    AlertFact, FiredAlert, GroupKey, Labels, RESOLVE_TIMEOUT, ResolvedBecause,
    router::{Lookup, Router, Way},
};
use crate::{
    Instant,
    estate::Routing,
    id::{Fingerprint, IncidentId, Name},
    numbered::Numbered,
};

/// After a start, so long an alert has to be sent again before it expires: re-sends are not journalled.
pub const RESEND_GRACE: SignedDuration = SignedDuration::from_mins(5);
/// How long, and how many, resolved alerts stay visible.
pub const RESOLVED_KEPT: SignedDuration = SignedDuration::from_mins(30);
pub const RESOLVED_KEPT_MOST: usize = 10_000;
/// How long it is remembered which incident a group had.
pub const FORMER_KEPT: SignedDuration = SignedDuration::from_hours(24);

/// All alerts, groups and silences.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alerts {
    pub(super) active: Known<Alert>,
    resolved: Known<ResolvedAlert>,
    /// In the order of their resolving; an entry whose alert fires again is stale.
    resolved_order: VecDeque<(Instant, Fingerprint)>,
    pub(super) groups: Groups,
    /// Open incidents of groups, and those that were resolved within [`FORMER_KEPT`].
    pub(super) incidents: Numbered<IncidentId, GroupKey>,
    pub(super) former: BTreeMap<GroupKey, Former>,
    former_order: VecDeque<(Instant, IncidentId)>,
    pub(super) silences: BTreeMap<Box<str>, KeptSilence>,
    #[serde(skip)]
    pub(super) index: Index,
}

/// The incident that a group had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    pub incident: IncidentId,
    pub resolved_at: Instant,
}

/// An alert that fires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    annotations: Labels,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub generator_url: Arc<str>,
    /// As its source says; it may be far off when that one's clock is.
    pub starts_at: Instant,
    /// As journalled, or the grace after a start.
    ends_at: Instant,
    /// When it was first accepted, as far as is remembered.
    pub since: Instant,
    /// When it was accepted this time.
    pub fired_at: Instant,
    /// How often it began to fire, as far as is remembered.
    pub fires: u32,
    #[serde(skip)]
    pub(super) seen: Seen,
    #[serde(skip)]
    pub(super) place: Place,
}

/// Volatile: what re-sends told.
#[derive(Clone, Debug, Default)]
pub(super) struct Seen {
    pub ends_at: Option<Instant>,
    pub last: Option<Instant>,
    pub resends: u32,
    /// Its end was not given but made up, so that an earlier one may replace it.
    pub made_up: bool,
    pub annotations: Option<Labels>,
}

/// Derived: where the routing puts it.
#[derive(Clone, Debug, Default)]
pub(super) struct Place {
    pub way: Arc<Way>,
    pub groups: Vec<(GroupNumber, GroupKey)>,
}

/// An alert that was resolved a short while ago.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResolvedAlert {
    pub labels: Labels,
    #[serde(default, skip_serializing_if = "Labels::is_empty")]
    pub annotations: Labels,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub generator_url: Arc<str>,
    pub starts_at: Instant,
    pub since: Instant,
    pub resolved_at: Instant,
    pub because: ResolvedBecause,
    pub fires: u32,
}

/// Alerts of one route that agree in the labels it groups by: what one incident is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// The path of its route.
    pub route: Arc<str>,
    pub receiver: Name,
    pub labels: Labels,
    /// Those that fire.
    pub members: BTreeSet<Fingerprint>,
    pub incident: Option<IncidentId>,
    /// Those that were told of.
    pub announced: BTreeSet<Fingerprint>,
    pub announced_at: Option<Instant>,
    pub created_at: Instant,
    /// Why nobody was told when it was due last.
    pub quieted: Option<super::Quiet>,
    #[serde(skip)]
    pub(super) pace: Pace,
}

/// Volatile: when the group is looked at next.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    pub next: Option<Instant>,
    pub flushed: bool,
}

/// Derived: everything that is looked up.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    ready: bool,
    /// True while a journal is replayed: only the router, the slots and the silences below are kept.
    replays: bool,
    pub router: Router,
    pub expiry: BTreeSet<(Instant, Fingerprint)>,
    pub flushes: BTreeSet<(Instant, GroupKey)>,
    /// The groups by [`Router::slot`], those that wait included.
    pub slots: Lookup<Box<str>, GroupNumber>,
    pub scratch: String,
    pub sources: Sources,
    pub silence_ends: BTreeSet<(Instant, Box<str>)>,
    pub candidates: Candidates,
    pub dedup_keys: DedupKeys,
}

/// What is volatile or derived never makes two states differ.
macro_rules! no_part_of_equality {
    ($($kind:ty),*) => { $(
        impl PartialEq for $kind {
            fn eq(&self, _: &$kind) -> bool {
                true
            }
        }
        impl Eq for $kind {}
    )* };
}
no_part_of_equality!(Seen, Place, Pace, Index);

impl Alert {
    /// With what re-sends said.
    pub fn ends_at(&self) -> Instant {
        self.seen.ends_at.unwrap_or(self.ends_at)
    }

    /// The latest, with what re-sends said.
    pub fn annotations(&self) -> &Labels {
        self.seen.annotations.as_ref().unwrap_or(&self.annotations)
    }

    /// When it was last sent, as far as this process knows.
    pub fn last_seen(&self) -> Instant {
        self.seen.last.unwrap_or(self.fired_at)
    }

    /// How often it was sent again, as far as this process knows.
    pub fn resends(&self) -> u32 {
        self.seen.resends
    }

    pub fn groups(&self) -> impl ExactSizeIterator<Item = &GroupKey> + Clone {
        self.place.groups.iter().map(|(_, key)| key)
    }
}

impl Alerts {
    /// Folds one fact. `routing` is the one in force, and counts only where [`Alerts::apply_estate`] or
    /// [`Alerts::reindex`] did not say it before.
    pub fn apply(&mut self, at: Instant, fact: &AlertFact, routing: Option<&Routing>) {
        if !self.index.ready {
            let replays = self.index.replays;
            self.reindex(routing);
            self.index.replays = replays;
        }
        match fact {
            AlertFact::Fired { alerts } => alerts.iter().for_each(|alert| self.fire(at, alert)),
            AlertFact::Resolved { alerts, because } => alerts.iter().for_each(|fp| self.resolve(at, *fp, *because)),
            AlertFact::Quieted { group, because } => {
                if let Some(group) = self.groups.get_mut(group) {
                    group.quieted = Some(because.clone());
                }
            }
            AlertFact::SilenceSet { silence } => self.set_silence(at, silence),
            AlertFact::SilenceExpired { id } => self.expire_silence(at, id),
        }
    }

    /// The keeper began: what fires may have been sent again meanwhile, so nothing expires before the grace is over.
    pub fn apply_started(&mut self, at: Instant) {
        let least = at.saturating_add(RESEND_GRACE).unwrap_or(Instant::MAX);
        for alert in self.active.values_mut() {
            alert.ends_at = alert.ends_at.max(least);
            alert.seen.ends_at = alert.seen.ends_at.map(|end| end.max(least));
        }
        if !self.index.replays {
            self.index.expiry = self.active.in_no_order().map(|(fp, alert)| (alert.ends_at(), fp)).collect();
        }
    }

    fn fire(&mut self, at: Instant, fired: &FiredAlert) {
        let fp = fired.fingerprint;
        // To the nanosecond, it is the end that is given to an alert that came without one.
        let seen = Seen { made_up: fired.ends_at == later(at, RESOLVE_TIMEOUT), ..Seen::default() };
        if let Some(alert) = self.active.get_mut(fp) {
            if !self.index.replays {
                self.index.expiry.remove(&(alert.ends_at(), fp));
                self.index.expiry.insert((fired.ends_at, fp));
            }
            alert.annotations = fired.annotations.clone();
            alert.starts_at = alert.starts_at.min(fired.starts_at);
            alert.ends_at = fired.ends_at;
            alert.seen = seen;
            return;
        }
        let before = self.resolved.remove(fp);
        let way = self.index.router.way(&fired.labels);
        if !self.index.replays {
            self.index.expiry.insert((fired.ends_at, fp));
            self.index.sources.insert(&self.index.router, &way, &fired.labels, fp);
            self.index.dedup_keys.insert(&fired.labels, fp);
        }
        let groups = way.routes.iter().map(|node| self.join(*node, &fired.labels, fp, at, fired.starts_at)).collect();
        let alert = Alert {
            labels: fired.labels.clone(),
            annotations: fired.annotations.clone(),
            generator_url: fired.generator_url.clone(),
            starts_at: fired.starts_at,
            ends_at: fired.ends_at,
            since: before.as_ref().map_or(at, |b| b.since),
            fired_at: at,
            fires: before.map_or(0, |b| b.fires).saturating_add(1),
            seen,
            place: Place { way, groups },
        };
        self.active.insert(fp, alert);
    }

    fn resolve(&mut self, at: Instant, fp: Fingerprint, because: ResolvedBecause) {
        let Some(alert) = self.active.remove(fp).map(|alert| *alert) else { return };
        if !self.index.replays {
            self.index.expiry.remove(&(alert.ends_at(), fp));
            self.index.sources.remove(&self.index.router, &alert.place.way, &alert.labels, fp);
            self.index.dedup_keys.remove(&alert.labels, fp);
        }
        for (number, _) in &alert.place.groups {
            self.leave(*number, fp);
        }
        let resolved = ResolvedAlert {
            labels: alert.labels,
            // Those of a re-send are no part of the journal, and this is.
            annotations: alert.annotations,
            generator_url: alert.generator_url,
            starts_at: alert.starts_at,
            since: alert.since,
            resolved_at: at,
            because,
            fires: alert.fires,
        };
        self.resolved.insert(fp, resolved);
        self.resolved_order.push_back((at, fp));
        self.forget_resolved(at);
    }

    fn forget_resolved(&mut self, at: Instant) {
        while let Some((when, fp)) = self.resolved_order.front().copied() {
            let stale = self.resolved.get(fp).is_none_or(|r| r.resolved_at != when);
            let old = at.duration_since(when) > RESOLVED_KEPT || self.resolved_order.len() > RESOLVED_KEPT_MOST;
            if !stale && !old {
                break;
            }
            self.resolved_order.pop_front();
            if !stale {
                self.resolved.remove(fp);
            }
        }
    }

    pub fn get(&self, fp: Fingerprint) -> Option<&Alert> {
        self.active.get(fp)
    }

    pub fn resolved(&self, fp: Fingerprint) -> Option<&ResolvedAlert> {
        self.resolved.get(fp)
    }

    pub fn active_count(&self) -> usize {
        self.active.len()
    }

    /// All that fire, by fingerprint.
    pub fn active(&self) -> impl Iterator<Item = (Fingerprint, &Alert)> {
        self.active.iter()
    }

    /// Whether any that fires is such a one.
    pub fn any_active(&self, is: impl Fn(&Alert) -> bool) -> bool {
        self.active.in_no_order().any(|(_, alert)| is(alert))
    }

    /// Those that were resolved a short while ago, by fingerprint.
    pub fn recently_resolved(&self) -> impl Iterator<Item = (Fingerprint, &ResolvedAlert)> {
        self.resolved.iter()
    }

    pub fn group(&self, key: &GroupKey) -> Option<&Group> {
        self.groups.get(key)
    }

    pub fn groups(&self) -> impl ExactSizeIterator<Item = (&GroupKey, &Group)> {
        self.groups.iter()
    }

    /// The incident that this group had, if it was resolved within [`FORMER_KEPT`] before the last fact.
    pub fn former_incident(&self, key: &GroupKey) -> Option<Former> {
        self.former.get(key).copied()
    }
}
