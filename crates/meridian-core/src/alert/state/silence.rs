//! Silences, with their matchers compiled.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::{Alerts, Index};
use crate::{
    Instant,
    alert::{Labels, MatchOp, Matcher, Silence, router::Lookup},
};

/// How long a silence that is over stays visible, as in Alertmanager.
pub const SILENCE_KEPT: SignedDuration = SignedDuration::from_hours(120);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Silence", into = "Silence")]
pub(in crate::alert) struct KeptSilence {
    pub silence: Silence,
    /// None when one of them does not compile: then it silences nothing, which is the safe side.
    matchers: Option<Vec<Matcher>>,
}

impl From<Silence> for KeptSilence {
    fn from(silence: Silence) -> KeptSilence {
        let compiled: Result<Vec<Matcher>, _> = silence.matchers.iter().map(|m| m.compile()).collect();
        KeptSilence { silence, matchers: compiled.ok().filter(|all| !all.is_empty()) }
    }
}

impl From<KeptSilence> for Silence {
    fn from(kept: KeptSilence) -> Silence {
        kept.silence
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SilenceState {
    Pending,
    Active,
    Expired,
}

impl SilenceState {
    pub fn word(self) -> &'static str {
        match self {
            SilenceState::Pending => "pending",
            SilenceState::Active => "active",
            SilenceState::Expired => "expired",
        }
    }
}

impl Silence {
    pub fn state(&self, now: Instant) -> SilenceState {
        if now >= self.ends_at {
            SilenceState::Expired
        } else if now < self.starts_at {
            SilenceState::Pending
        } else {
            SilenceState::Active
        }
    }
}

impl KeptSilence {
    /// The first label that must have one certain value. An empty value asks for nothing, as absent labels have it.
    fn asks_for(&self) -> Option<(&str, &str)> {
        let equal = |m: &&Matcher| m.op == MatchOp::Equal && !m.value.is_empty();
        self.matchers.iter().flatten().find(equal).map(|m| (&*m.name, &*m.value))
    }

    pub fn covers(&self, labels: &Labels) -> bool {
        self.matchers.as_ref().is_some_and(|all| all.iter().all(|m| m.matches(labels)))
    }
}

/// Which silences may cover an alert: found by the first `name="value"` that they ask for, so that fifty silences are not
/// fifty comparisons. Those that are over are left out as soon as a silence changes.
#[derive(Clone, Debug, Default)]
pub(in crate::alert) struct Candidates {
    by_label: BTreeMap<Box<str>, Lookup<Box<str>, BTreeSet<Box<str>>>>,
    /// They ask for no such thing.
    others: BTreeSet<Box<str>>,
    /// What was over by then is out.
    over_until: Option<Instant>,
}

impl Candidates {
    fn insert(&mut self, kept: &KeptSilence) {
        let id = kept.silence.id.clone();
        match kept.asks_for() {
            Some((name, value)) => {
                self.by_label.entry(name.into()).or_default().entry(value.into()).or_default().insert(id)
            }
            None => self.others.insert(id),
        };
    }

    fn remove(&mut self, kept: &KeptSilence) {
        let id = &kept.silence.id;
        let Some((name, value)) = kept.asks_for() else {
            self.others.remove(id);
            return;
        };
        let Some(values) = self.by_label.get_mut(name) else { return };
        if let Some(ids) = values.get_mut(value) {
            ids.remove(id);
            if ids.is_empty() {
                values.remove(value);
            }
        }
        if values.is_empty() {
            self.by_label.remove(name);
        }
    }

    fn of<'a>(&'a self, labels: &'a Labels) -> impl Iterator<Item = &'a str> {
        let found = self.by_label.iter().filter_map(|(name, values)| values.get(labels.get(name)?));
        found.flatten().chain(&self.others).map(|id| &**id)
    }
}

impl Alerts {
    pub(super) fn set_silence(&mut self, at: Instant, silence: &Silence) {
        let kept = KeptSilence::from(silence.clone());
        if let Some(before) = self.silences.get(&silence.id) {
            self.index.silence_ends.remove(&(before.silence.ends_at, silence.id.clone()));
            self.index.candidates.remove(before);
        }
        if silence.ends_at > at {
            self.index.candidates.insert(&kept);
        }
        self.silences.insert(silence.id.clone(), kept);
        self.index.silence_ends.insert((silence.ends_at, silence.id.clone()));
        self.forget_silences(at);
    }

    pub(super) fn expire_silence(&mut self, at: Instant, id: &str) {
        let Some(kept) = self.silences.get_mut(id) else { return };
        self.index.candidates.remove(kept);
        let silence = &mut kept.silence;
        self.index.silence_ends.remove(&(silence.ends_at, silence.id.clone()));
        silence.starts_at = silence.starts_at.min(at);
        silence.ends_at = silence.ends_at.min(at);
        silence.updated_at = at;
        self.index.silence_ends.insert((silence.ends_at, silence.id.clone()));
        self.forget_silences(at);
    }

    fn forget_silences(&mut self, at: Instant) {
        let Index { candidates, silence_ends, .. } = &mut self.index;
        let from = candidates.over_until.replace(at).unwrap_or(Instant::MIN);
        if from <= at {
            for (_, id) in silence_ends.range((from, "".into())..=(at, "".into())) {
                self.silences.get(id).into_iter().for_each(|kept| candidates.remove(kept));
            }
        }
        while let Some((end, _)) = self.index.silence_ends.first()
            && at.duration_since(*end) > SILENCE_KEPT
        {
            if let Some((_, id)) = self.index.silence_ends.pop_first() {
                self.silences.remove(&id);
            }
        }
    }

    pub(super) fn derive_silences(&mut self) {
        self.index.silence_ends = self.silences.values().map(|k| (k.silence.ends_at, k.silence.id.clone())).collect();
        self.index.candidates = Candidates::default();
        self.silences.values().for_each(|kept| self.index.candidates.insert(kept));
    }

    pub fn silence(&self, id: &str) -> Option<&Silence> {
        self.silences.get(id).map(|kept| &kept.silence)
    }

    /// All that are known, by id, those that are over for a while included.
    pub fn silences(&self) -> impl ExactSizeIterator<Item = &Silence> {
        self.silences.values().map(|kept| &kept.silence)
    }

    /// Whether this silence covers these labels, whatever the time.
    pub fn covers(&self, id: &str, labels: &Labels) -> bool {
        self.silences.get(id).is_some_and(|kept| kept.covers(labels))
    }

    fn covering<'a>(&'a self, labels: &'a Labels, now: Instant) -> impl Iterator<Item = &'a Silence> {
        let kept = self.index.candidates.of(labels).filter_map(|id| self.silences.get(id));
        let covers = move |k: &&KeptSilence| k.silence.state(now) == SilenceState::Active && k.covers(labels);
        kept.filter(covers).map(|kept| &kept.silence)
    }

    pub(in crate::alert) fn is_silenced(&self, labels: &Labels, now: Instant) -> bool {
        self.covering(labels, now).next().is_some()
    }

    /// Those that cover these labels now, by id.
    pub fn silenced_by(&self, labels: &Labels, now: Instant) -> Vec<Box<str>> {
        let mut ids: Vec<Box<str>> = self.covering(labels, now).map(|silence| silence.id.clone()).collect();
        ids.sort_unstable();
        ids
    }
}
