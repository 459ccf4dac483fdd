//! What is known of changes: open requests, pending swaps, leave, who is sick, and the history of all.

mod fold;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{AskedBecause, Offer, Part, SickEndedBecause, WithdrawnBecause};
use crate::{
    Instant,
    estate::{Leave, Override},
    id::{Actor, ChangeId, Name},
};

/// So many changes are kept; what is over and older stands in the journal alone.
pub const CHANGES_KEPT: usize = 5_000;

/// Every change that is kept, and what of it still waits for somebody or for a moment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Covers {
    changes: BTreeMap<ChangeId, Change>,
    last: ChangeId,
    /// Requests that lapse, swaps that come too late, sicknesses that end.
    timers: BTreeSet<(Instant, ChangeId)>,
    /// The change that made an override.
    made: BTreeMap<u64, ChangeId>,
    /// Requests that somebody can still take.
    wanted: BTreeSet<ChangeId>,
    /// Swaps that wait for somebody.
    pending: BTreeSet<ChangeId>,
    /// Leave in force, of now and of later.
    leave: BTreeMap<Name, BTreeSet<ChangeId>>,
    sick: BTreeMap<Name, ChangeId>,
    /// From when until when each person was sick lately, or is.
    #[serde(default)]
    sick_stretches: BTreeMap<Name, Vec<(Instant, Instant)>>,
}

/// One change of who is on watch, or of who can be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub id: ChangeId,
    pub at: Instant,
    pub actor: Actor,
    pub what: Changed,
    /// When and by whom it was undone.
    pub undone: Option<(Instant, Actor)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Changed {
    Cover(Request),
    /// Taken by somebody who was not asked.
    Shift {
        part: Part,
        by: Name,
        reason: String,
        over: u64,
    },
    Swap(Swap),
    Leave {
        person: Name,
        leave: Leave,
        origin: Option<String>,
        removed: Option<Instant>,
    },
    Sick {
        person: Name,
        until: Instant,
        note: String,
        ended: Option<(Instant, SickEndedBecause)>,
    },
    /// Made by hand, and by no change of the other kinds.
    Override {
        rota: Name,
        over: u64,
        change: Override,
    },
}

/// "Who can take this?"
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub part: Part,
    pub reason: String,
    pub because: AskedBecause,
    pub offers: Vec<Offer>,
    pub declined: BTreeSet<Name>,
    pub state: RequestState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RequestState {
    Open,
    /// The watch began untaken at this instant. Somebody can still take the rest of it.
    Lapsed {
        at: Instant,
    },
    Taken {
        by: Name,
        at: Instant,
        /// From when on.
        from: Instant,
        over: u64,
    },
    Withdrawn {
        at: Instant,
        because: WithdrawnBecause,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    pub one: Part,
    pub other: Part,
    pub reason: String,
    pub approval: Option<Name>,
    pub state: SwapState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SwapState {
    /// The other person has not answered.
    Proposed,
    /// The lead has not approved.
    Accepted {
        at: Instant,
    },
    Made {
        at: Instant,
        overrides: Vec<u64>,
    },
    Refused {
        at: Instant,
        by: Name,
        reason: String,
    },
    Withdrawn {
        at: Instant,
        because: WithdrawnBecause,
    },
}

impl Changed {
    /// `cover`, `shift`, `swap`, `leave`, `sick` or `override`.
    pub fn word(&self) -> &'static str {
        match self {
            Changed::Cover(_) => "cover",
            Changed::Shift { .. } => "shift",
            Changed::Swap(_) => "swap",
            Changed::Leave { .. } => "leave",
            Changed::Sick { .. } => "sick",
            Changed::Override { .. } => "override",
        }
    }
}

impl Change {
    /// How it stands, in a word.
    pub fn state(&self) -> &'static str {
        if self.undone.is_some() {
            return "undone";
        }
        match &self.what {
            Changed::Cover(request) => match request.state {
                RequestState::Open => "open",
                RequestState::Lapsed { .. } => "untaken",
                RequestState::Taken { .. } => "taken",
                RequestState::Withdrawn { .. } => "withdrawn",
            },
            Changed::Swap(swap) => match swap.state {
                SwapState::Proposed => "proposed",
                SwapState::Accepted { .. } => "accepted",
                SwapState::Made { .. } => "made",
                SwapState::Refused { .. } => "refused",
                SwapState::Withdrawn { .. } => "withdrawn",
            },
            Changed::Leave { removed: Some(_), .. } => "withdrawn",
            Changed::Sick { ended: Some(_), .. } => "ended",
            Changed::Shift { .. } => "taken",
            Changed::Leave { .. } | Changed::Sick { .. } | Changed::Override { .. } => "in_force",
        }
    }

    /// Those who may undo it: whose watch it is, and whose it became. An override by hand is everybody's.
    pub fn people(&self) -> Vec<&Name> {
        match &self.what {
            Changed::Cover(request) => match &request.state {
                RequestState::Taken { by, .. } => vec![&request.part.person, by],
                _ => vec![&request.part.person],
            },
            Changed::Shift { part, by, .. } => vec![&part.person, by],
            Changed::Swap(swap) => vec![&swap.one.person, &swap.other.person],
            Changed::Leave { person, .. } | Changed::Sick { person, .. } => vec![person],
            Changed::Override { .. } => Vec::new(),
        }
    }
}

impl Request {
    /// Whether somebody can still take it.
    pub fn is_wanted(&self) -> bool {
        matches!(self.state, RequestState::Open | RequestState::Lapsed { .. })
    }

    /// Whether this person is asked by now: their time has come, or everybody before them declined.
    pub fn asks(&self, person: &Name, now: Instant) -> Option<&Offer> {
        let place = self.offers.iter().position(|offer| offer.person == *person)?;
        let offer = &self.offers[place];
        let before = self.offers[..place].iter().filter(|other| other.asked_from < offer.asked_from);
        let turn = offer.asked_from <= now || before.into_iter().all(|other| self.declined.contains(&other.person));
        (turn && !self.declined.contains(person)).then_some(offer)
    }
}

impl Covers {
    pub fn get(&self, id: ChangeId) -> Option<&Change> {
        self.changes.get(&id)
    }

    /// All that is kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> {
        self.changes.values()
    }

    /// The requests that somebody can still take, oldest first. Those whose watch is over are none.
    pub fn wanted(&self, now: Instant) -> impl Iterator<Item = (&Change, &Request)> {
        let found = self.wanted.iter().filter_map(|id| self.request(*id));
        found.filter(move |(_, request)| request.part.until > now)
    }

    /// All requests whose watch is not over, oldest first, whatever became of them.
    pub fn requests(&self, now: Instant) -> impl Iterator<Item = (&Change, &Request)> {
        let found = self.changes.keys().filter_map(|id| self.request(*id));
        found.filter(move |(_, request)| request.part.until > now)
    }

    pub fn request(&self, id: ChangeId) -> Option<(&Change, &Request)> {
        match self.changes.get(&id) {
            Some(change @ Change { what: Changed::Cover(request), .. }) => Some((change, request)),
            _ => None,
        }
    }

    /// The swaps that wait for somebody, oldest first.
    pub fn pending(&self) -> impl Iterator<Item = (&Change, &Swap)> {
        self.pending.iter().filter_map(|id| self.swap(*id))
    }

    pub fn swap(&self, id: ChangeId) -> Option<(&Change, &Swap)> {
        match self.changes.get(&id) {
            Some(change @ Change { what: Changed::Swap(swap), .. }) => Some((change, swap)),
            _ => None,
        }
    }

    /// The leave of this person that was added at run time and is in force, now or later, oldest first.
    pub fn leave_of(&self, person: &Name) -> impl Iterator<Item = (ChangeId, &Leave, Option<&str>)> {
        let of_person = self.leave.get(person).into_iter().flatten();
        of_person.filter_map(|id| match &self.changes.get(id)?.what {
            Changed::Leave { leave, origin, .. } => Some((*id, leave, origin.as_deref())),
            _ => None,
        })
    }

    /// Until when this person is sick, and the change that says so.
    pub fn sick(&self, person: &Name, at: Instant) -> Option<(ChangeId, Instant)> {
        let id = self.sick.get(person)?;
        match self.changes.get(id)?.what {
            Changed::Sick { until, .. } if at < until => Some((*id, until)),
            _ => None,
        }
    }

    /// Whether this person was sick at `at`, is, or will be as far as that is known; of the last days.
    pub fn is_sick(&self, person: &Name, at: Instant) -> bool {
        let within = |(from, until): &(Instant, Instant)| *from <= at && at < *until;
        self.sick_stretches.get(person).is_some_and(|stretches| stretches.iter().any(within))
    }

    /// From when until when anybody was sick lately, or is.
    pub fn sick_stretches(&self) -> impl Iterator<Item = (Instant, Instant)> {
        self.sick_stretches.values().flatten().copied()
    }

    /// Everybody who is sick at `at`, with the change that says so and until when.
    pub fn all_sick(&self, at: Instant) -> impl Iterator<Item = (&Name, ChangeId, Instant)> {
        self.sick.keys().filter_map(move |person| self.sick(person, at).map(|(id, until)| (person, id, until)))
    }

    /// The change that made this override.
    pub fn made(&self, over: u64) -> Option<ChangeId> {
        self.made.get(&over).copied()
    }

    pub fn next_due(&self) -> Option<Instant> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// The first timer that is due.
    pub(crate) fn due(&self, now: Instant) -> Option<ChangeId> {
        self.timers.first().filter(|(at, _)| *at <= now).map(|(_, id)| *id)
    }

    pub(super) fn next_id(&self) -> ChangeId {
        ChangeId(self.last.0.saturating_add(1))
    }
}
