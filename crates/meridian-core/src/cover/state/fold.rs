//! The fold of changes.

use jiff::SignedDuration;

use super::{CHANGES_KEPT, Change, Changed, Covers, Request, RequestState, Swap, SwapState};
use crate::{
    Instant,
    cover::{CoverFact, Part, SickEndedBecause, WithdrawnBecause},
    id::{Actor, ChangeId, Name},
    roster::RosterFact,
};

/// A request for a watch that has begun already counts as not taken after this time.
const UNTAKEN_AFTER: SignedDuration = SignedDuration::from_mins(15);

/// When a request that was made at `at` and that nobody took is said to be untaken.
fn lapses_at(part: &Part, at: Instant) -> Instant {
    let later = at.saturating_add(UNTAKEN_AFTER).unwrap_or(Instant::MAX);
    if at < part.from { part.from } else { later.min(part.until) }
}

/// So long it is remembered when somebody was sick: longer than the day is drawn back.
const SICK_KEPT: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Covers {
    pub fn apply(&mut self, at: Instant, actor: &Actor, fact: &CoverFact) {
        match fact {
            CoverFact::Asked { .. }
            | CoverFact::ShiftTaken { .. }
            | CoverFact::SwapProposed { .. }
            | CoverFact::LeaveAdded { .. }
            | CoverFact::SickReported { .. } => self.begun(at, actor, fact),
            CoverFact::Taken { change, by, from, over } => {
                self.made.insert(*over, *change);
                let (by, from, over) = (by.clone(), *from, *over);
                self.settle_request(*change, RequestState::Taken { by, at, from, over });
            }
            CoverFact::Declined { change, by } => {
                if let Some(Changed::Cover(request)) = self.what(*change) {
                    request.declined.insert(by.clone());
                }
            }
            CoverFact::Withdrawn { change, because } => {
                self.settle_request(*change, RequestState::Withdrawn { at, because: *because });
            }
            CoverFact::Lapsed { change, .. } => {
                self.forget_timer(*change);
                if let Some(Changed::Cover(request)) = self.what(*change) {
                    request.state = RequestState::Lapsed { at };
                }
            }
            CoverFact::SwapAccepted { change, overrides, .. } if overrides.is_empty() => {
                if let Some(Changed::Swap(swap)) = self.what(*change) {
                    swap.state = SwapState::Accepted { at };
                }
            }
            CoverFact::SwapAccepted { change, overrides, .. } | CoverFact::SwapApproved { change, overrides, .. } => {
                self.made.extend(overrides.iter().map(|over| (*over, *change)));
                self.settle_swap(*change, SwapState::Made { at, overrides: overrides.clone() });
            }
            CoverFact::SwapRefused { change, by, reason } => {
                self.settle_swap(*change, SwapState::Refused { at, by: by.clone(), reason: reason.clone() });
            }
            CoverFact::SwapWithdrawn { change, because } => {
                self.settle_swap(*change, SwapState::Withdrawn { at, because: *because });
            }
            CoverFact::LeaveRemoved { change } => self.leave_removed(at, *change),
            CoverFact::SickEnded { change, because } => self.sick_ended(at, *change, *because),
            CoverFact::Undone { change, asked_again, .. } => self.undone(at, actor, *change, *asked_again),
        }
    }

    /// Overrides that no change made are changes of their own.
    pub fn apply_roster(&mut self, at: Instant, actor: &Actor, fact: &RosterFact) {
        match fact {
            RosterFact::OverrideAdded { id, rota, change } => {
                if !self.made.contains_key(id) {
                    let what = Changed::Override { rota: rota.clone(), over: *id, change: change.clone() };
                    let number = self.next_id();
                    self.made.insert(*id, number);
                    self.insert(number, at, actor, what);
                }
            }
            RosterFact::OverrideRemoved { id, .. } | RosterFact::OverrideEnded { id, .. } => {
                let made = self.made.get(id).and_then(|change| self.changes.get_mut(change));
                if let Some(change @ Change { what: Changed::Override { .. }, undone: None, .. }) = made {
                    change.undone = Some((at, actor.clone()));
                }
            }
        }
    }

    fn begun(&mut self, at: Instant, actor: &Actor, fact: &CoverFact) {
        // Numbers only grow. One that is known already would leave a timer of its first self behind.
        if fact.change() <= self.last {
            return;
        }
        let (id, what) = match fact.clone() {
            CoverFact::Asked { change, part, reason, because, offers } => {
                self.timers.insert((lapses_at(&part, at), change));
                self.wanted.insert(change);
                let (declined, state) = (Default::default(), RequestState::Open);
                (change, Changed::Cover(Request { part, reason, because, offers, declined, state }))
            }
            CoverFact::ShiftTaken { change, part, by, reason, over } => {
                self.made.insert(over, change);
                (change, Changed::Shift { part, by, reason, over })
            }
            CoverFact::SwapProposed { change, one, other, reason, approval } => {
                self.timers.insert((one.from.min(other.from), change));
                self.pending.insert(change);
                (change, Changed::Swap(Swap { one, other, reason, approval, state: SwapState::Proposed }))
            }
            CoverFact::LeaveAdded { change, person, leave, origin } => {
                self.leave.entry(person.clone()).or_default().insert(change);
                (change, Changed::Leave { person, leave, origin, removed: None })
            }
            CoverFact::SickReported { change, person, until, note } => {
                self.timers.insert((until, change));
                self.sick.insert(person.clone(), change);
                self.fell_sick(at, &person, until);
                (change, Changed::Sick { person, until, note, ended: None })
            }
            _ => return,
        };
        self.insert(id, at, actor, what);
    }

    fn insert(&mut self, id: ChangeId, at: Instant, actor: &Actor, what: Changed) {
        self.last = self.last.max(id);
        self.changes.insert(id, Change { id, at, actor: actor.clone(), what, undone: None });
        if self.changes.len() > CHANGES_KEPT {
            self.forget_oldest(at);
        }
    }

    fn what(&mut self, id: ChangeId) -> Option<&mut Changed> {
        self.changes.get_mut(&id).map(|change| &mut change.what)
    }

    fn settle_request(&mut self, id: ChangeId, state: RequestState) {
        self.forget_timer(id);
        self.wanted.remove(&id);
        if let Some(Changed::Cover(request)) = self.what(id) {
            request.state = state;
        }
    }

    fn settle_swap(&mut self, id: ChangeId, state: SwapState) {
        self.forget_timer(id);
        self.pending.remove(&id);
        if let Some(Changed::Swap(swap)) = self.what(id) {
            swap.state = state;
        }
    }

    fn leave_removed(&mut self, at: Instant, id: ChangeId) {
        if let Some(Changed::Leave { person, removed, .. }) = self.what(id) {
            *removed = Some(at);
            let person = person.clone();
            if let Some(of_person) = self.leave.get_mut(&person) {
                of_person.remove(&id);
                if of_person.is_empty() {
                    self.leave.remove(&person);
                }
            }
        }
    }

    /// Remembers the stretch, and forgets old ones.
    fn fell_sick(&mut self, at: Instant, person: &Name, until: Instant) {
        let old = at.saturating_sub(SICK_KEPT).unwrap_or(Instant::MIN);
        self.sick_stretches.values_mut().for_each(|stretches| stretches.retain(|(_, until)| *until > old));
        self.sick_stretches.retain(|_, stretches| !stretches.is_empty());
        let stretches = self.sick_stretches.entry(person.clone()).or_default();
        // Whoever says it again says until when now.
        stretches.iter_mut().for_each(|(_, until)| *until = (*until).min(at));
        stretches.push((at, until));
    }

    fn sick_ended(&mut self, at: Instant, id: ChangeId, because: SickEndedBecause) {
        self.forget_timer(id);
        if let Some(Changed::Sick { person, ended, .. }) = self.what(id) {
            *ended = Some((at, because));
            let person = person.clone();
            let stretches = self.sick_stretches.get_mut(&person).into_iter().flatten();
            stretches.for_each(|(_, until)| *until = (*until).min(at));
            if self.sick.get(&person) == Some(&id) {
                self.sick.remove(&person);
            }
        }
    }

    fn undone(&mut self, at: Instant, actor: &Actor, id: ChangeId, asked_again: bool) {
        let Some(change) = self.changes.get_mut(&id) else { return };
        if let Changed::Cover(request) = &mut change.what {
            if asked_again {
                request.state = RequestState::Open;
                self.wanted.insert(id);
                self.timers.insert((lapses_at(&request.part, at), id));
                return;
            }
            request.state = RequestState::Withdrawn { at, because: WithdrawnBecause::ByHand };
        }
        change.undone = Some((at, actor.clone()));
    }

    fn forget_timer(&mut self, id: ChangeId) {
        self.timers.retain(|(_, of)| *of != id);
    }

    /// What still waits, or still says who is away, is never forgotten.
    fn forget_oldest(&mut self, now: Instant) {
        let over = |change: &Change| match &change.what {
            Changed::Cover(request) => request.part.until <= now,
            Changed::Shift { part, .. } => part.until <= now,
            Changed::Swap(swap) => swap.one.until.max(swap.other.until) <= now,
            Changed::Leave { leave, removed, .. } => removed.is_some() || leave.until <= now,
            Changed::Sick { ended, .. } => ended.is_some(),
            Changed::Override { change, .. } => change.until <= now,
        };
        let Some(id) = self.changes.values().find(|change| over(change)).map(|change| change.id) else { return };
        self.leave_removed(now, id);
        self.forget_timer(id);
        self.wanted.remove(&id);
        self.pending.remove(&id);
        self.changes.remove(&id);
        self.made.retain(|_, change| *change != id);
    }
}
