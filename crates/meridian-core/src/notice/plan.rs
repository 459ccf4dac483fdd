//! Who is told what, when, and over which contacts.

use jiff::{SignedDuration, tz::TimeZone};

pub use super::moot::still_concerns;
use super::{
    NoticeBecause, NoticeFact, Notices,
    moot::is_moot,
    wish::{Wish, wishes},
};
use crate::{
    Instant,
    cover::{Covers, DAY},
    estate::{Contact, Estate, Person, ReachStep},
    fact::Fact,
    id::{ChangeId, DeliveryId, Name, NoticeId},
    page::{CancelledBecause, DeliveryState, PageFact, Planned, Urgency},
};

/// Within this time before a watch, and while it runs, a notice may wake whom it concerns.
pub const NEAR: SignedDuration = SignedDuration::from_hours(1);

/// What planning needs to know.
pub struct Context<'a> {
    pub now: Instant,
    pub estate: &'a Estate,
    pub covers: &'a Covers,
    pub notices: &'a Notices,
    /// The last number that a delivery has.
    pub last_delivery: DeliveryId,
    /// Who did it: nobody is told what they did themselves.
    pub by: Option<&'a Name>,
    /// Whether this person is on watch at that instant, and so awake whatever the hour.
    pub watches: &'a dyn Fn(&Name, Instant) -> bool,
}

/// What a notice will be: those of one person for one reason at one time are one.
struct Draft {
    person: Name,
    because: NoticeBecause,
    due: Instant,
    urgency: Urgency,
    changes: Vec<ChangeId>,
}

/// What these facts, which are applied already, lead to: what is moot is cancelled, and whom they concern is told.
pub fn plan(context: &Context<'_>, facts: &[&Fact]) -> Vec<Fact> {
    let mut planned = context.cancel_moot();
    planned.extend(context.hasten().into_iter().map(Fact::from));
    let mut drafts: Vec<Draft> = Vec::new();
    for wish in wishes(context, facts) {
        let known = context.estate.persons.get(&wish.person);
        let sick = context.covers.sick(&wish.person, context.now).is_some();
        // Who asked knows that they asked, and not that nobody came.
        let knows = context.by == Some(&wish.person) && wish.because != NoticeBecause::Untaken;
        let Some(person) = known.filter(|_| !sick && !knows) else { continue };
        let (due, urgency) = context.when(&wish, person);
        let same = |draft: &&mut Draft| {
            draft.person == wish.person && draft.because == wish.because && (draft.due, draft.urgency) == (due, urgency)
        };
        match drafts.iter_mut().find(same) {
            Some(draft) if draft.changes.contains(&wish.change) => {}
            Some(draft) => draft.changes.push(wish.change),
            None => {
                let (person, because, changes) = (wish.person, wish.because, vec![wish.change]);
                drafts.push(Draft { person, because, due, urgency, changes });
            }
        }
    }
    let (mut notice, mut delivery) = (context.notices.last(), context.last_delivery);
    for draft in drafts {
        notice = NoticeId(notice.0.saturating_add(1));
        planned.push(context.planned(notice, &mut delivery, draft).into());
    }
    planned
}

/// A delivery's time has come.
pub(crate) fn plan_due(context: &Context<'_>, id: DeliveryId) -> PageFact {
    let delivery = context.notices.delivery(id);
    let attempt = delivery.map_or(1, |delivery| delivery.attempts.len() as u32 + 1);
    let notice = delivery.and_then(|delivery| context.notices.get(delivery.notice));
    let cancelled = |because| PageFact::DeliveryCancelled { deliveries: vec![id], because };
    match notice {
        Some(notice) if is_moot(context.covers, context.now, notice) => cancelled(CancelledBecause::Settled),
        Some(notice) if context.covers.sick(&notice.person, context.now).is_some() => cancelled(CancelledBecause::Sick),
        _ => PageFact::DeliveryStarted { delivery: id, attempt },
    }
}

impl Context<'_> {
    /// When this is sent, and whether it may wake the person.
    fn when(&self, wish: &Wish, person: &Person) -> (Instant, Urgency) {
        let from = wish.from.max(self.now);
        let near = wish.begins.map(|begins| begins.saturating_sub(NEAR).unwrap_or(begins));
        let zone = self.estate.sites.get(&person.site).map_or(TimeZone::UTC, |site| site.zone.clone());
        let morning = if (self.watches)(&person.name, from) { from } else { morning(&zone, from) };
        let due = near.map_or(morning, |near| morning.min(near.max(from)));
        let urgent = near.is_some_and(|near| near <= due);
        (due, if urgent { Urgency::High } else { Urgency::Low })
    }

    fn planned(&self, notice: NoticeId, delivery: &mut DeliveryId, draft: Draft) -> NoticeFact {
        let contacts = self.estate.persons.get(&draft.person).map_or(Vec::new(), |person| reach(person, draft.urgency));
        let first = contacts.first().map_or(SignedDuration::ZERO, |(_, after)| *after);
        let deliveries = contacts.into_iter().map(|(contact, after)| {
            delivery.0 = delivery.0.saturating_add(1);
            // What the person waits for between two contacts counts from the first one on.
            let due = draft.due.saturating_add(after - first).unwrap_or(Instant::MAX);
            let (contact, technology) = (contact.name.as_str().into(), contact.way.technology());
            Planned { delivery: *delivery, contact, technology, due }
        });
        let deliveries = deliveries.collect();
        let Draft { person, because, urgency, changes, .. } = draft;
        NoticeFact::Planned { notice, person, changes, because, urgency, deliveries }
    }

    /// What waits and says nothing any more that concerns its person.
    fn cancel_moot(&self) -> Vec<Fact> {
        let moot = self.notices.open().filter(|notice| is_moot(self.covers, self.now, notice));
        let waiting = moot.flat_map(|notice| self.notices.deliveries_of(notice)).filter(|one| one.is_waiting());
        let deliveries: Vec<DeliveryId> = waiting.map(|delivery| delivery.id).collect();
        let because = CancelledBecause::Settled;
        (!deliveries.is_empty())
            .then(|| PageFact::DeliveryCancelled { deliveries, because }.into())
            .into_iter()
            .collect()
    }

    /// When all who were asked before declined, the next one is asked at once, and that nobody takes it is said at once:
    /// unless it is night for whoever would be told.
    fn hasten(&self) -> Vec<PageFact> {
        let mut started = Vec::new();
        for notice in self.notices.open().filter(|notice| !is_moot(self.covers, self.now, notice)) {
            let mut deliveries = self.notices.deliveries_of(notice);
            let untried = deliveries.all(|one| one.is_waiting() && one.attempts.is_empty());
            let requests = notice.changes.iter().filter_map(|change| Some(self.covers.request(*change)?.1));
            let turn = requests.into_iter().find(|request| match notice.because {
                NoticeBecause::Asked => request.asks(&notice.person, self.now).is_some(),
                NoticeBecause::Untaken => request.offers.iter().all(|offer| request.declined.contains(&offer.person)),
                _ => false,
            });
            let Some((request, first)) = turn.zip(notice.deliveries.first()).filter(|_| untried) else { continue };
            let Some(person) = self.estate.persons.get(&notice.person) else { continue };
            let begins = Some(request.part.from);
            let change = notice.changes.first().copied().unwrap_or_default();
            let wish = Wish { person: notice.person.clone(), because: notice.because, change, from: self.now, begins };
            if self.when(&wish, person).0 <= self.now {
                started.push(PageFact::DeliveryStarted { delivery: *first, attempt: 1 });
            }
        }
        started
    }

    /// What waits behind `id` in its notice, in order.
    pub(super) fn others(&self, id: DeliveryId) -> Vec<DeliveryId> {
        let notice = self.notices.delivery(id).and_then(|delivery| self.notices.get(delivery.notice));
        let of = notice.into_iter().flat_map(|notice| self.notices.deliveries_of(notice));
        of.filter(|other| other.id != id && matches!(other.state, DeliveryState::Waiting { .. }))
            .map(|other| other.id)
            .collect()
    }
}

/// The person's contacts for this urgency, each with its delay; where there are none, the others.
fn reach(person: &Person, urgency: Urgency) -> Vec<(&Contact, SignedDuration)> {
    let (first, else_) = match urgency {
        Urgency::High => (&person.reach.high, &person.reach.low),
        Urgency::Low => (&person.reach.low, &person.reach.high),
    };
    let steps: &[ReachStep] = if first.is_empty() { else_ } else { first };
    let contact = |name: &str| person.contacts.iter().find(|contact| contact.name == name);
    let mut found: Vec<(&Contact, SignedDuration)> = Vec::new();
    for step in steps {
        // A page may try a contact again; a notice goes over each once.
        if let Some(contact) =
            contact(&step.contact).filter(|one| !found.iter().any(|(known, _)| known.name == one.name))
        {
            found.push((contact, step.after));
        }
    }
    found
}

/// `at` by day there, else the next morning.
fn morning(zone: &TimeZone, at: Instant) -> Instant {
    let local = at.to_zoned(zone.clone());
    let (dawn, dusk) = DAY;
    if (dawn..dusk).contains(&local.hour()) {
        return at;
    }
    let day = if local.hour() < dawn { Ok(local.date()) } else { local.date().tomorrow() };
    let morning = day.and_then(|day| day.at(dawn, 0, 0, 0).to_zoned(zone.clone()));
    morning.map_or(at, |morning| morning.timestamp().max(at))
}
