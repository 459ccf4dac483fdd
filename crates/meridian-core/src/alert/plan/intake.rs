//! Alerts come in: what is a transition, and what is only a re-send.

use std::collections::{BTreeMap, btree_map::Entry};

use jiff::SignedDuration;

use crate::{
    Instant,
    alert::{AlertFact, Alerts, FiredAlert, Incoming, Labels, ResolvedBecause, state::later},
    id::Fingerprint,
};

/// An alert that came without an end is taken to end so long after it came, unless it comes again.
pub const RESOLVE_TIMEOUT: SignedDuration = SignedDuration::from_mins(5);
/// How Go writes "no time": the year 1.
const GO_ZERO: i64 = -62_135_596_800;

/// What a request leads to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Intake {
    /// To be journalled: at most one `alert.resolved` and one `alert.fired`.
    pub facts: Vec<AlertFact>,
    /// To be given to [`Alerts::absorb`].
    pub absorbed: Vec<Resend>,
}

/// An alert that fires already and came again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resend {
    pub fingerprint: Fingerprint,
    pub ends_at: Instant,
    /// Its end was not given.
    pub made_up: bool,
    /// The same request said before that it is resolved: its old end counts no more.
    pub anew: bool,
    pub annotations: Labels,
}

impl Incoming {
    fn into_fired(self, fingerprint: Fingerprint, ends_at: Instant, now: Instant) -> FiredAlert {
        let starts_at = given(self.starts_at).unwrap_or(now.min(ends_at));
        let Incoming { labels, annotations, generator_url, .. } = self;
        FiredAlert { fingerprint, labels, annotations, starts_at, ends_at, generator_url }
    }
}

pub(super) fn given(at: Option<Instant>) -> Option<Instant> {
    at.filter(|at| at.as_second() != GO_ZERO)
}

/// What the alerts of one request that share a fingerprint come to in the end.
enum Outcome {
    Fires(FiredAlert),
    Again(Resend),
    Resolved,
    /// It neither fired before nor does it now.
    Nothing,
}

impl Alerts {
    /// Sorts what came into transitions and re-sends. An alert that comes more than once in one request counts by the
    /// last time, so the outcome does not depend on how a source cuts its batches.
    pub fn intake(&self, now: Instant, incoming: Vec<Incoming>) -> Intake {
        let mut order: Vec<Fingerprint> = Vec::with_capacity(incoming.len());
        let mut outcomes: BTreeMap<Fingerprint, Outcome> = BTreeMap::new();
        for mut alert in incoming {
            alert.labels = alert.labels.without_empty();
            let fp = alert.labels.fingerprint();
            let slot = outcomes.entry(fp);
            if let Entry::Vacant(_) = &slot {
                order.push(fp);
            }
            let before = match &slot {
                Entry::Occupied(slot) => Some(slot.get()),
                Entry::Vacant(_) => None,
            };
            let outcome = self.outcome(now, fp, alert, before);
            match slot {
                Entry::Occupied(mut slot) => *slot.get_mut() = outcome,
                Entry::Vacant(slot) => {
                    slot.insert(outcome);
                }
            }
        }
        let (mut fired, mut resolved, mut absorbed) = (Vec::new(), Vec::new(), Vec::new());
        for fp in order {
            match outcomes.remove(&fp) {
                Some(Outcome::Fires(alert)) => fired.push(alert),
                Some(Outcome::Again(resend)) => absorbed.push(resend),
                Some(Outcome::Resolved) => resolved.push(fp),
                Some(Outcome::Nothing) | None => {}
            }
        }
        let mut facts = Vec::with_capacity(2);
        if !resolved.is_empty() {
            facts.push(AlertFact::Resolved { alerts: resolved, because: ResolvedBecause::SourceResolved });
        }
        if !fired.is_empty() {
            facts.push(AlertFact::Fired { alerts: fired });
        }
        Intake { facts, absorbed }
    }

    fn outcome(&self, now: Instant, fp: Fingerprint, alert: Incoming, before: Option<&Outcome>) -> Outcome {
        let active = self.active.get(fp);
        let end = given(alert.ends_at);
        if end.is_some_and(|end| end <= now) {
            return if active.is_some() { Outcome::Resolved } else { Outcome::Nothing };
        }
        let mut ends_at = end.unwrap_or(later(now, RESOLVE_TIMEOUT));
        match (active, before) {
            // Within one request the later end rules, as between two requests.
            (None, Some(Outcome::Fires(first))) => {
                ends_at = ends_at.max(first.ends_at);
                let first_start = first.starts_at;
                let mut fired = alert.into_fired(fp, ends_at, now);
                fired.starts_at = fired.starts_at.min(first_start);
                Outcome::Fires(fired)
            }
            (None, _) => Outcome::Fires(alert.into_fired(fp, ends_at, now)),
            (Some(_), before) => {
                let mut anew = matches!(before, Some(Outcome::Resolved));
                if let Some(Outcome::Again(first)) = before {
                    anew = first.anew;
                    if !first.made_up {
                        ends_at = ends_at.max(first.ends_at);
                    }
                }
                let (made_up, annotations) = (end.is_none(), alert.annotations);
                Outcome::Again(Resend { fingerprint: fp, ends_at, made_up, anew, annotations })
            }
        }
    }

    /// Keeps in memory what re-sends say. An end that was given rules over an earlier one; an end that was made up
    /// gives way to any.
    pub fn absorb(&mut self, now: Instant, resends: Vec<Resend>) {
        for resend in resends {
            let Some(alert) = self.active.get_mut(resend.fingerprint) else { continue };
            let before = alert.ends_at();
            let ends_at = if alert.seen.made_up || resend.anew { resend.ends_at } else { before.max(resend.ends_at) };
            if ends_at != before {
                self.index.expiry.remove(&(before, resend.fingerprint));
                self.index.expiry.insert((ends_at, resend.fingerprint));
            }
            if resend.annotations != *alert.annotations() {
                alert.seen.annotations = Some(resend.annotations);
            }
            alert.seen.made_up = resend.made_up && ends_at == resend.ends_at;
            alert.seen.ends_at = Some(ends_at);
            alert.seen.last = Some(now);
            alert.seen.resends = alert.seen.resends.saturating_add(1);
        }
    }
}
