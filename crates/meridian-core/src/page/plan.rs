//! Whom to page next, and what an outcome leads to.
//!
//! Every function here is pure: it reads the fold and returns facts, each with its reason.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{
    CancelledBecause, Delivery, DeliveryState, NobodyBecause, Notice, PageFact, PagedBecause, Pages, Planned,
    StepBecause, Timer, Urgency, Walk,
};
use crate::{
    Instant,
    command::Outcome,
    estate::{Escalation, Estate, Person, Role, Step, Target, Way},
    id::{DeliveryId, IncidentId, Name, PageId},
};

/// How often a delivery is tried before it is given up.
pub const ATTEMPTS_MAX: u32 = 5;

/// How long a person waits who was named by hand, before the escalation follows.
const ASSIGNED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// Somebody on watch, and in which layer.
pub struct Watcher {
    pub person: Name,
    pub layer: String,
}

/// What planning needs to know beyond the pages themselves.
pub struct Context<'a> {
    pub now: Instant,
    pub estate: &'a Estate,
    /// The one answer to "who is on watch in this role of this rota now".
    pub on_watch: &'a dyn Fn(&Name, Role) -> Vec<Watcher>,
    pub incident: IncidentId,
    pub escalation: &'a Name,
    pub urgency: Urgency,
    /// Whether nobody needs to answer any more: it is acknowledged or resolved.
    pub answered: bool,
}

/// A place on the escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    round: u32,
    step: u32,
}

impl Pages {
    /// Begins the escalation at its first step.
    pub fn plan_begin(&self, context: &Context<'_>, because: StepBecause) -> Vec<PageFact> {
        self.plan_from(context, Some(Place { round: 0, step: 0 }), because)
    }

    /// What the first due timer leads to. Never empty when a timer is due, so that time moves on.
    pub(crate) fn plan_timer(&self, context: &Context<'_>, timer: Timer) -> Vec<PageFact> {
        match timer {
            Timer::Delivery(id) => {
                let attempt = self.delivery(id).map_or(1, |delivery| delivery.attempts.len() as u32 + 1);
                vec![PageFact::DeliveryStarted { delivery: id, attempt }]
            }
            Timer::Step(incident) => match self.walk(incident).map(|walk| &walk.state) {
                Some(super::WalkState::Exhausted { .. }) => self.plan_begin(context, StepBecause::StillUnacknowledged),
                _ => self.plan_next(context, StepBecause::StepTimedOut),
            },
        }
    }

    /// The step after the present one.
    pub fn plan_next(&self, context: &Context<'_>, because: StepBecause) -> Vec<PageFact> {
        let next = match (self.walk(context.incident), context.escalation()) {
            (Some(walk), Some(escalation)) => after(walk, escalation),
            _ => None,
        };
        let mut facts = self.supersede(context.incident);
        facts.extend(self.plan_from(context, next, because));
        facts
    }

    /// Pages this one person; the escalation follows from its beginning if there is no answer.
    pub fn plan_assigned(&self, context: &Context<'_>, to: &Name) -> Vec<PageFact> {
        let mut facts = self.supersede(context.incident);
        let because = StepBecause::Reassigned { to: to.clone() };
        let step = Step { page: vec![Target::Person(to.clone())], within: ASSIGNED_WITHIN };
        let mut ids = Ids::after(self);
        let (persons, nobody) = resolve(context, &step);
        let until = if persons.is_empty() { context.now } else { later(context.now, step.within) };
        facts.push(PageFact::Stepped { incident: context.incident, round: 0, step: 0, because, nobody, until });
        facts.extend(persons.into_iter().map(|(person, _)| ids.page(context, person, PagedBecause::Reassigned)));
        facts
    }

    /// Walks from `place` to the first step that pages anybody, saying of each step on the way why it did not.
    fn plan_from(&self, context: &Context<'_>, place: Option<Place>, because: StepBecause) -> Vec<PageFact> {
        let mut facts = Vec::new();
        let mut ids = Ids::after(self);
        let mut because = because;
        let mut place = place;
        let mut empty_steps = 0;
        while let (Some(Place { round, step }), Some(escalation)) = (place, context.escalation()) {
            let Some(plan) = escalation.steps.get(step as usize) else { break };
            let (persons, nobody) = resolve(context, plan);
            let until = if persons.is_empty() { context.now } else { later(context.now, plan.within) };
            let incident = context.incident;
            facts.push(PageFact::Stepped { incident, round, step, because: because.clone(), nobody, until });
            if !persons.is_empty() {
                facts.extend(persons.into_iter().map(|(person, why)| ids.page(context, person, why)));
                return facts;
            }
            because = StepBecause::NobodyOnWatch;
            empty_steps += 1;
            // A whole round without anybody: further rounds at the same instant would find nobody either.
            place = if empty_steps < escalation.steps.len() { next_place(round, step, escalation) } else { None };
        }
        facts.push(PageFact::Exhausted { incident: context.incident, because });
        facts
    }

    /// Cancels what the present step still has waiting; what was sent stays sent.
    fn supersede(&self, incident: IncidentId) -> Vec<PageFact> {
        self.cancel_waiting(incident, CancelledBecause::Superseded)
    }

    /// Cancels every page of the incident that is not being sent yet.
    pub fn cancel_waiting(&self, incident: IncidentId, because: CancelledBecause) -> Vec<PageFact> {
        let waiting = self.deliveries_of(incident).filter(|delivery| {
            let is_page = delivery.notice.is_none();
            // A page superseded by the next step is retried no more; an update is worth sending until the end.
            let ends = is_page || because == CancelledBecause::Resolved;
            ends && matches!(delivery.state, DeliveryState::Waiting { .. })
        });
        let deliveries: Vec<DeliveryId> = waiting.map(|delivery| delivery.id).collect();
        if deliveries.is_empty() { Vec::new() } else { vec![PageFact::DeliveryCancelled { deliveries, because }] }
    }

    /// Quiet messages to everybody who was told: over each contact that a page went to, never by voice.
    pub fn plan_notices(&self, context: &Context<'_>, notice: &Notice) -> Vec<PageFact> {
        let mut ids = Ids::after(self);
        let mut told: BTreeSet<(&Name, &str)> = BTreeSet::new();
        let mut facts = Vec::new();
        for page in self.pages_of(context.incident) {
            let mut deliveries = Vec::new();
            for sent in page.deliveries.iter().filter_map(|id| self.delivery(*id)) {
                let reached = sent.is_delivered() || matches!(sent.state, DeliveryState::Sending { .. });
                if sent.notice.is_some() || !reached || !told.insert((&page.person, &sent.contact)) {
                    continue;
                }
                if is_voice(context.estate, sent) {
                    continue;
                }
                deliveries.push(ids.delivery(&sent.contact, sent.technology, context.now));
            }
            if !deliveries.is_empty() {
                let notice = notice.clone();
                facts.push(PageFact::Noticed { page: page.id, incident: context.incident, notice, deliveries });
            }
        }
        facts
    }

    /// What the outcome of an attempt leads to. Empty: it is not awaited (any more).
    pub fn plan_outcome(
        &self,
        context: &Context<'_>,
        id: DeliveryId,
        attempt: u32,
        outcome: &Outcome,
    ) -> Vec<PageFact> {
        let Some(delivery) = self.delivery(id) else { return Vec::new() };
        if !matches!(delivery.state, DeliveryState::Sending { attempt: n, .. } if n == attempt) {
            return Vec::new();
        }
        let (error, retry_at) = match outcome {
            Outcome::Sent { receipt } => {
                return vec![PageFact::DeliverySucceeded { delivery: id, attempt, receipt: receipt.clone() }];
            }
            Outcome::Refused { error } => (error, None),
            Outcome::Failed { error, retry_after } => {
                // A page that needs no answer any more is not tried again; a resolve is.
                let useless = context.answered && !matches!(delivery.notice, Some(Notice::Resolved));
                let again = attempt < ATTEMPTS_MAX && !useless;
                (error, again.then(|| later(context.now, backoff(id, attempt, *retry_after))))
            }
        };
        let mut facts = vec![PageFact::DeliveryFailed { delivery: id, attempt, error: error.clone(), retry_at }];
        if retry_at.is_none() {
            facts.extend(self.plan_given_up(context, delivery));
        }
        facts
    }

    /// After a delivery was given up: the person's next contact at once, else the next step.
    fn plan_given_up(&self, context: &Context<'_>, failed: &Delivery) -> Vec<PageFact> {
        if failed.notice.is_some() {
            return Vec::new();
        }
        if context.answered {
            // Whoever was never told of it is not told of its end either.
            let behind = self.deliveries_of(failed.incident).filter(|later| {
                later.page == failed.page
                    && later.contact == failed.contact
                    && later.notice.is_some()
                    && later.is_open()
            });
            let deliveries: Vec<DeliveryId> = behind.map(|later| later.id).collect();
            let because = CancelledBecause::Resolved;
            return if deliveries.is_empty() {
                vec![]
            } else {
                vec![PageFact::DeliveryCancelled { deliveries, because }]
            };
        }
        let Some(page) = self.page(failed.page) else { return Vec::new() };
        let mut of_page = page.deliveries.iter().filter_map(|id| self.delivery(*id));
        let next = of_page.find(|other| {
            let untried = matches!(other.state, DeliveryState::Waiting { .. }) && other.attempts.is_empty();
            other.id > failed.id && untried && other.notice.is_none()
        });
        if let Some(next) = next {
            return vec![PageFact::DeliveryStarted { delivery: next.id, attempt: 1 }];
        }
        let Some(walk) = self.walk(context.incident).filter(|walk| walk.pages.contains(&page.id)) else {
            return Vec::new();
        };
        let mut of_step = walk.pages.iter().filter_map(|id| self.page(*id)).flat_map(|page| &page.deliveries);
        let hope = of_step.any(|id| {
            *id != failed.id && self.delivery(*id).is_some_and(|other| other.is_open() || other.is_delivered())
        });
        if hope { Vec::new() } else { self.plan_next(context, StepBecause::NobodyReached) }
    }
}

impl Context<'_> {
    /// The escalation that the incident walks. One that left the estate is replaced by that of the root route, so that
    /// an edit of the estate never strands an incident.
    fn escalation(&self) -> Option<&Escalation> {
        let root = || self.estate.routing.as_ref().map(|routing| &routing.route.receiver);
        let escalations = &self.estate.escalations;
        escalations.get(self.escalation).or_else(|| escalations.get(root()?))
    }
}

/// The place after the one where the walk stands; none after the last round.
fn after(walk: &Walk, escalation: &Escalation) -> Option<Place> {
    if walk.assigned.is_some() {
        return Some(Place { round: 0, step: 0 });
    }
    next_place(walk.round, walk.step, escalation)
}

fn next_place(round: u32, step: u32, escalation: &Escalation) -> Option<Place> {
    if (step as usize) + 1 < escalation.steps.len() {
        Some(Place { round, step: step + 1 })
    } else {
        (round < escalation.repeat).then_some(Place { round: round + 1, step: 0 })
    }
}

/// The persons of a step in the order of its targets, each once, and the targets that yielded nobody.
fn resolve<'a>(
    context: &'a Context<'_>,
    step: &Step,
) -> (Vec<(&'a Person, PagedBecause)>, Vec<(Target, NobodyBecause)>) {
    let mut persons: Vec<(&Person, PagedBecause)> = Vec::new();
    let mut nobody = Vec::new();
    for target in &step.page {
        let found = match candidates(context, target) {
            Ok(found) => found,
            Err(why) => {
                nobody.push((target.clone(), why));
                continue;
            }
        };
        let mut why_nobody = NobodyBecause::NotInEstate;
        let mut any = false;
        for (name, why) in found {
            let Some(person) = context.estate.persons.get(&name) else { continue };
            if persons.iter().any(|(paged, _)| paged.name == name) {
                why_nobody = NobodyBecause::AlreadyPaged;
            } else if reach(person, context.urgency).is_empty() {
                why_nobody = NobodyBecause::NoContact;
            } else {
                persons.push((person, why));
                any = true;
            }
        }
        if !any {
            nobody.push((target.clone(), why_nobody));
        }
    }
    (persons, nobody)
}

fn candidates(context: &Context<'_>, target: &Target) -> Result<Vec<(Name, PagedBecause)>, NobodyBecause> {
    match target {
        Target::Person(name) => Ok(vec![(name.clone(), PagedBecause::Named)]),
        Target::Team(name) => {
            let team = context.estate.teams.get(name).ok_or(NobodyBecause::NotInEstate)?;
            if team.members.is_empty() {
                return Err(NobodyBecause::TeamEmpty);
            }
            let why = PagedBecause::MemberOf { team: name.clone() };
            Ok(team.members.iter().map(|member| (member.clone(), why.clone())).collect())
        }
        Target::Rota(name, role) => {
            if !context.estate.rotas.contains_key(name) {
                return Err(NobodyBecause::NotInEstate);
            }
            let watch = (context.on_watch)(name, *role);
            if watch.is_empty() {
                return Err(NobodyBecause::NobodyOnWatch);
            }
            let why = |layer| PagedBecause::OnWatch { rota: name.clone(), layer, role: *role };
            Ok(watch.into_iter().map(|watcher| (watcher.person, why(watcher.layer))).collect())
        }
    }
}

/// The person's contacts for this urgency, each with its delay.
fn reach(person: &Person, urgency: Urgency) -> Vec<(&crate::estate::Contact, SignedDuration)> {
    let steps = match urgency {
        Urgency::High => &person.reach.high,
        Urgency::Low => &person.reach.low,
    };
    let contact = |name: &str| person.contacts.iter().find(|contact| contact.name == name);
    steps.iter().filter_map(|step| Some((contact(&step.contact)?, step.after))).collect()
}

fn is_voice(estate: &Estate, delivery: &Delivery) -> bool {
    let person = estate.persons.get(&delivery.person);
    let contact = person.and_then(|person| person.contacts.iter().find(|contact| contact.name == delivery.contact));
    contact.is_some_and(|contact| matches!(contact.way, Way::Voice(_)))
}

/// The waits between attempts: 5 s, 15 s, 30 s, 60 s, each up to a fifth longer by the delivery's number, so that a
/// thousand deliveries that failed together do not come back together. What the other side asks for counts up to 5 min.
fn backoff(delivery: DeliveryId, attempt: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let base = [5_000, 15_000, 30_000, 60_000][(attempt.clamp(1, 4) - 1) as usize];
    let spread = delivery.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let own = SignedDuration::from_millis(base + (spread % (base as u64 / 5)) as i64);
    own.max(asked.unwrap_or(SignedDuration::ZERO).min(SignedDuration::from_mins(5)))
}

fn later(now: Instant, by: SignedDuration) -> Instant {
    now.saturating_add(by).unwrap_or(Instant::MAX)
}

/// The numbers of what one plan makes.
struct Ids {
    page: PageId,
    delivery: DeliveryId,
}

impl Ids {
    fn after(pages: &Pages) -> Ids {
        Ids { page: pages.last_page, delivery: pages.last_delivery }
    }

    fn page(&mut self, context: &Context<'_>, person: &Person, because: PagedBecause) -> PageFact {
        self.page.0 += 1;
        let deliveries = reach(person, context.urgency)
            .into_iter()
            .map(|(contact, after)| self.delivery(&contact.name, contact.way.technology(), later(context.now, after)))
            .collect();
        PageFact::Opened {
            page: self.page,
            incident: context.incident,
            person: person.name.clone(),
            urgency: context.urgency,
            because,
            deliveries,
        }
    }

    fn delivery(&mut self, contact: &str, technology: crate::estate::Technology, due: Instant) -> Planned {
        self.delivery.0 += 1;
        Planned { delivery: self.delivery, contact: contact.to_owned(), technology, due }
    }
}
