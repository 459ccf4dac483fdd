//! Silences, with their matchers compiled.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::Alerts;
use crate::{
    Instant,
    alert::{Labels, Matcher, Silence},
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
    pub fn covers(&self, labels: &Labels) -> bool {
        self.matchers.as_ref().is_some_and(|all| all.iter().all(|m| m.matches(labels)))
    }
}

impl Alerts {
    pub(super) fn set_silence(&mut self, at: Instant, silence: &Silence) {
        if let Some(before) = self.silences.insert(silence.id.clone(), silence.clone().into()) {
            self.index.silence_ends.remove(&(before.silence.ends_at, silence.id.clone()));
        }
        self.index.silence_ends.insert((silence.ends_at, silence.id.clone()));
        self.forget_silences(at);
    }

    pub(super) fn expire_silence(&mut self, at: Instant, id: &str) {
        let Some(kept) = self.silences.get_mut(id) else { return };
        let silence = &mut kept.silence;
        self.index.silence_ends.remove(&(silence.ends_at, silence.id.clone()));
        silence.starts_at = silence.starts_at.min(at);
        silence.ends_at = silence.ends_at.min(at);
        silence.updated_at = at;
        self.index.silence_ends.insert((silence.ends_at, silence.id.clone()));
        self.forget_silences(at);
    }

    fn forget_silences(&mut self, at: Instant) {
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
    }

    pub fn silence(&self, id: &str) -> Option<&Silence> {
        self.silences.get(id).map(|kept| &kept.silence)
    }

    /// All that are known, by id, those that are over for a while included.
    pub fn silences(&self) -> impl ExactSizeIterator<Item = &Silence> {
        self.silences.values().map(|kept| &kept.silence)
    }

    /// Those that cover these labels now, by id.
    pub fn silenced_by(&self, labels: &Labels, now: Instant) -> Vec<Box<str>> {
        let covers = |kept: &&KeptSilence| kept.silence.state(now) == SilenceState::Active && kept.covers(labels);
        self.silences.values().filter(covers).map(|kept| kept.silence.id.clone()).collect()
    }
}
