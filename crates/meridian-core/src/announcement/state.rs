//! What is announced, was lately, or was called off.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Announced, AnnouncementFact};
use crate::{
    Instant,
    id::{Actor, AnnouncementId, Name},
};

/// So many are kept. Those that ended first fall out first; the journal has them all.
pub const ANNOUNCEMENTS_KEPT: usize = 2_000;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Announcement {
    pub id: AnnouncementId,
    pub made_at: Instant,
    pub made_by: Actor,
    pub what: Announced,
    /// When and by whom it was changed last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed: Option<(Instant, Actor)>,
    /// When, by whom and why it was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawn: Option<(Instant, Actor, String)>,
}

/// How an announcement stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnnouncementState {
    Ahead,
    UnderWay,
    Over,
    /// Called off before it began.
    Withdrawn,
}

impl AnnouncementState {
    pub const ALL: [AnnouncementState; 4] =
        [AnnouncementState::Ahead, AnnouncementState::UnderWay, AnnouncementState::Over, AnnouncementState::Withdrawn];

    pub fn word(self) -> &'static str {
        match self {
            AnnouncementState::Ahead => "ahead",
            AnnouncementState::UnderWay => "under_way",
            AnnouncementState::Over => "over",
            AnnouncementState::Withdrawn => "withdrawn",
        }
    }
}

impl Announcement {
    pub fn state(&self, now: Instant) -> AnnouncementState {
        if self.is_called_off() {
            AnnouncementState::Withdrawn
        } else if now >= self.ends_at() {
            AnnouncementState::Over
        } else if now < self.what.from {
            AnnouncementState::Ahead
        } else {
            AnnouncementState::UnderWay
        }
    }

    /// Withdrawn before it began: it never was.
    pub fn is_called_off(&self) -> bool {
        self.withdrawn.as_ref().is_some_and(|(at, _, _)| *at <= self.what.from)
    }

    /// When it is over: as announced, or when it was withdrawn while it was under way.
    pub fn ends_at(&self) -> Instant {
        self.withdrawn.as_ref().map_or(self.what.until, |(at, _, _)| (*at).min(self.what.until))
    }

    /// Whether it holds at some time in `[from, until)`.
    pub fn touches(&self, from: Instant, until: Instant) -> bool {
        !self.is_called_off() && self.what.from < until && from < self.ends_at()
    }
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Announcements {
    all: BTreeMap<AnnouncementId, Announcement>,
    last: AnnouncementId,
    /// By their end, so that those that ended first fall out first.
    ends: BTreeSet<(Instant, AnnouncementId)>,
}

impl Announcements {
    pub fn get(&self, id: AnnouncementId) -> Option<&Announcement> {
        self.all.get(&id)
    }

    /// All that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Announcement> {
        self.all.values()
    }

    /// Those that hold at some time in `[from, until)`, by their beginning.
    pub fn touching(&self, from: Instant, until: Instant) -> Vec<&Announcement> {
        let later = self.ends.range((from, AnnouncementId(0))..).filter_map(|(_, id)| self.all.get(id));
        let mut found: Vec<&Announcement> = later.filter(|one| one.touches(from, until)).collect();
        found.sort_by_key(|one| (one.what.from, one.id));
        found
    }

    /// What of the others an announcement collides with, by their beginning. `but` is itself, if it stands already.
    pub fn collisions(&self, what: &Announced, but: Option<AnnouncementId>) -> Vec<&Announcement> {
        let mut found = self.touching(what.from, what.until);
        found.retain(|one| Some(one.id) != but && one.what.collides_with(what));
        found
    }

    /// Those that concern this rota in `[from, until)`.
    pub fn of<'a>(&'a self, rota: &Name, from: Instant, until: Instant) -> Vec<&'a Announcement> {
        let mut found = self.touching(from, until);
        found.retain(|one| one.what.concerns(rota));
        found
    }

    pub(crate) fn next_id(&self) -> AnnouncementId {
        AnnouncementId(self.last.0 + 1)
    }

    pub(crate) fn apply(&mut self, at: Instant, actor: &Actor, fact: &AnnouncementFact) {
        match fact {
            AnnouncementFact::Made { announcement, what } => {
                let (id, made_by) = (*announcement, actor.clone());
                let one = Announcement { id, made_at: at, made_by, what: what.clone(), changed: None, withdrawn: None };
                self.last = self.last.max(id);
                self.ends.insert((one.ends_at(), id));
                self.all.insert(id, one);
                self.forget();
            }
            AnnouncementFact::Changed { announcement, what } => self.mend(*announcement, |one| {
                one.what = what.clone();
                one.changed = Some((at, actor.clone()));
            }),
            AnnouncementFact::Withdrawn { announcement, reason } => {
                self.mend(*announcement, |one| one.withdrawn = Some((at, actor.clone(), reason.clone())));
            }
        }
    }

    fn mend(&mut self, id: AnnouncementId, how: impl FnOnce(&mut Announcement)) {
        let Some(one) = self.all.get_mut(&id) else { return };
        self.ends.remove(&(one.ends_at(), id));
        how(one);
        self.ends.insert((one.ends_at(), id));
    }

    fn forget(&mut self) {
        while self.all.len() > ANNOUNCEMENTS_KEPT
            && let Some((_, id)) = self.ends.pop_first()
        {
            self.all.remove(&id);
        }
    }
}
