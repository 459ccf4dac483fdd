//! What is owed to people: that a change of their watch is told to them, once, and that a contact which gives up hands
//! over to the next.
//!
//! Whom a change concerns is said here a second time, from the facts and the table in [`meridian_core::notice`], so that
//! a notice which nobody plans is missed. What it does *not* do: judge when a notice is sent, and over which contact.

use std::collections::BTreeSet;

use meridian_core::{
    Instant, World,
    cover::{AskedBecause, Changed, CoverFact, Request},
    fact::Fact,
    id::{Actor, ChangeId, DeliveryId, Name},
    journal::Entry,
    notice::{NoticeBecause, NoticeFact},
    page::{Delivery, DeliveryState, PageFact, WalkState},
    roster::RosterFact,
};

use super::Broken;

type Debt = (ChangeId, Name, NoticeBecause);

#[derive(Default)]
pub(super) struct Owed {
    /// Of the present instant.
    notices: BTreeSet<Debt>,
    at: Option<Instant>,
    told: BTreeSet<Debt>,
    /// One of these starts next: a contact of their page was given up.
    next_contact: BTreeSet<DeliveryId>,
}

impl Owed {
    /// Before the entry is folded.
    pub fn before(&mut self, world: &World, entry: &Entry) -> Result<(), Broken> {
        if self.at.is_some_and(|at| at != entry.at) {
            self.settled(world)?;
        }
        self.at = Some(entry.at);
        match &*entry.fact {
            Fact::Page(PageFact::DeliveryStarted { delivery, .. }) if self.next_contact.contains(delivery) => {
                self.next_contact.clear();
            }
            Fact::Page(PageFact::DeliveryCancelled { .. }) => {}
            _ => self.handed_over()?,
        }
        if let Fact::Page(PageFact::DeliveryFailed { delivery, retry_at: None, .. }) = &*entry.fact {
            self.next_contact = next_contacts(world, entry.at, *delivery);
        }
        Ok(())
    }

    /// After it is folded.
    pub fn after(&mut self, world: &World, entry: &Entry) -> Result<(), Broken> {
        if let Fact::Notice(NoticeFact::Planned { person, changes, because, .. }) = &*entry.fact {
            for change in changes {
                let debt = (*change, person.clone(), *because);
                self.notices.remove(&debt);
                if !self.told.insert(debt) {
                    return Err(format!("{person} is told a second time of change {change} because {because:?}"));
                }
            }
        }
        if let Fact::Cover(CoverFact::Undone { change, .. }) = &*entry.fact {
            // From now on all about it is new.
            self.told.retain(|(of, ..)| of != change);
        }
        for debt in debts(world, entry) {
            let did_it = entry.actor == Actor::Link(debt.1.clone()) && debt.2 != NoticeBecause::Untaken;
            if !did_it && can_be_told(world, entry.at, &debt.1) {
                self.notices.insert(debt);
            }
        }
        Ok(())
    }

    /// What a commit owes it has paid by its end.
    pub fn settled(&mut self, world: &World) -> Result<(), Broken> {
        self.handed_over()?;
        let Some(at) = self.at else { return Ok(()) };
        let owed = std::mem::take(&mut self.notices);
        match owed.into_iter().find(|(_, person, _)| can_be_told(world, at, person)) {
            None => Ok(()),
            Some((change, person, because)) => {
                Err(format!("{person} was not told of change {change} at {at}, because {because:?}"))
            }
        }
    }

    fn handed_over(&self) -> Result<(), Broken> {
        match self.next_contact.first() {
            None => Ok(()),
            Some(next) => Err(format!("a contact gave up, and delivery {next} over the next one was not started")),
        }
    }
}

fn can_be_told(world: &World, at: Instant, person: &Name) -> bool {
    world.estate().persons.contains_key(person) && !world.is_sick(person, at)
}

/// Whom what was just recorded concerns.
fn debts(world: &World, entry: &Entry) -> Vec<Debt> {
    match &*entry.fact {
        Fact::Cover(fact) => of_cover(world, fact),
        Fact::Roster(fact) => of_override(world, entry.at, fact),
        _ => Vec::new(),
    }
}

fn of_cover(world: &World, fact: &CoverFact) -> Vec<Debt> {
    let id = fact.change();
    let Some(what) = world.covers.get(id).map(|change| &change.what) else { return Vec::new() };
    let tell = |people: &[&Name], because| people.iter().map(|person| (id, (*person).clone(), because)).collect();
    match (fact, what) {
        (CoverFact::Asked { .. }, Changed::Cover(request)) => asked(id, request, None),
        (CoverFact::Undone { asked_again: true, by, .. }, Changed::Cover(request)) => asked(id, request, by.as_ref()),
        (CoverFact::Undone { .. }, Changed::Cover(request)) => tell(&[&request.part.person], NoticeBecause::Undone),
        (CoverFact::Undone { .. }, Changed::Shift { part, by, .. }) => tell(&[&part.person, by], NoticeBecause::Undone),
        (CoverFact::Undone { .. }, Changed::Swap(swap)) => {
            tell(&[&swap.one.person, &swap.other.person], NoticeBecause::Undone)
        }
        (CoverFact::Taken { by, .. }, Changed::Cover(request)) => on_and_off(id, by, &request.part.person),
        (CoverFact::ShiftTaken { part, by, .. }, _) => on_and_off(id, by, &part.person),
        (CoverFact::SwapProposed { other, .. }, _) => tell(&[&other.person], NoticeBecause::SwapProposed),
        (_, Changed::Swap(swap)) => {
            let because = match fact {
                CoverFact::SwapAccepted { overrides, .. } | CoverFact::SwapApproved { overrides, .. }
                    if !overrides.is_empty() =>
                {
                    NoticeBecause::SwapMade
                }
                CoverFact::SwapRefused { .. } => NoticeBecause::SwapRefused,
                CoverFact::SwapWithdrawn { .. } => NoticeBecause::SwapWithdrawn,
                _ => return Vec::new(),
            };
            tell(&[&swap.one.person, &swap.other.person], because)
        }
        _ => Vec::new(),
    }
}

fn on_and_off(id: ChangeId, on: &Name, off: &Name) -> Vec<Debt> {
    vec![(id, on.clone(), NoticeBecause::OnWatch), (id, off.clone(), NoticeBecause::Relieved)]
}

/// Those who can take it, and whose watch it is.
fn asked(id: ChangeId, request: &Request, gives_back: Option<&Name>) -> Vec<Debt> {
    let open = request.offers.iter().map(|offer| &offer.person).filter(|person| !request.declined.contains(*person));
    let asked = open.filter(|person| Some(*person) != gives_back);
    let mut debts: Vec<Debt> = asked.map(|person| (id, person.clone(), NoticeBecause::Asked)).collect();
    let theirs = &request.part.person;
    if !matches!(request.because, AskedBecause::NotInEstate) && Some(theirs) != gives_back {
        debts.push((id, theirs.clone(), NoticeBecause::Untaken));
    }
    debts
}

fn of_override(world: &World, at: Instant, fact: &RosterFact) -> Vec<Debt> {
    let Some(id) = world.covers.made(fact.id()) else { return Vec::new() };
    let Some(Changed::Override { change, .. }) = world.covers.get(id).map(|change| &change.what) else {
        return Vec::new();
    };
    if change.until <= at {
        return Vec::new();
    }
    let (on, off) = match fact {
        RosterFact::OverrideAdded { .. } => (NoticeBecause::OnWatch, NoticeBecause::Relieved),
        _ => (NoticeBecause::Undone, NoticeBecause::Undone),
    };
    let off = change.replace.iter().map(|person| (id, person.clone(), off));
    [(id, change.with.clone(), on)].into_iter().chain(off).collect()
}

/// The person's contacts that a page goes on to when this delivery of it is given up: untried, and with nothing under way
/// before them. The one that was given up is not among them: where the plan has it again, it waits for its time. None:
/// nobody has to be reached any more, or there is no further one.
fn next_contacts(world: &World, at: Instant, failed: DeliveryId) -> BTreeSet<DeliveryId> {
    let pages = &world.pages;
    let Some(given_up) = pages.delivery(failed).filter(|one| one.is_page()) else { return BTreeSet::new() };
    let incident = world.incidents.get(given_up.incident);
    let is_answered = incident.is_none_or(|incident| incident.acknowledged.is_some() || incident.is_resolved());
    let walk = pages.walk(given_up.incident).filter(|walk| {
        walk.pages.contains(&given_up.page)
            && matches!(walk.state, WalkState::Waiting { .. } | WalkState::Exhausted { .. })
    });
    if is_answered || walk.is_none() || world.is_sick(&given_up.person, at) {
        return BTreeSet::new();
    }
    let all: Vec<&Delivery> = pages.deliveries_of(given_up.incident).collect();
    let is_blocked = |next: &Delivery| {
        let same = |other: &&&Delivery| other.person == next.person && other.contact == next.contact;
        all.iter().filter(same).any(|other| other.id < next.id && other.id != failed && other.is_open())
    };
    let is_next = |next: &&&Delivery| {
        let untried = matches!(next.state, DeliveryState::Waiting { .. }) && next.attempts.is_empty();
        let other = next.contact != given_up.contact;
        other && next.page == given_up.page && next.is_page() && next.id > failed && untried && !is_blocked(next)
    };
    all.iter().filter(is_next).map(|next| next.id).collect()
}
