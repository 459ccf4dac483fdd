//! Whom to page next, and why.
//!
//! Every function here is pure: it reads the fold and returns facts, each with its reason.

mod deliver;
mod notice;
mod target;

use jiff::SignedDuration;

pub use self::deliver::ATTEMPTS_MAX;
pub(crate) use self::deliver::backoff;
use self::target::{reach, resolve};
use super::{PageFact, PagedBecause, Pages, Planned, StepBecause, Timer, Urgency, Walk, WalkState};
use crate::{
    Instant,
    estate::{Escalation, Estate, Person, Role, Step, Target, Technology},
    id::{DeliveryId, IncidentId, Name, PageId},
};

/// How long a person waits who was named by hand, before the escalation follows.
const ASSIGNED_WITHIN: SignedDuration = SignedDuration::from_mins(5);

/// Somebody responsible, and why.
pub struct Watcher {
    pub person: Name,
    pub because: PagedBecause,
}

/// What planning needs to know beyond the pages themselves.
pub struct Context<'a> {
    pub now: Instant,
    pub estate: &'a Estate,
    /// The one answer to "who is responsible in this role of this rota now".
    pub on_watch: &'a dyn Fn(&Name, Role) -> Vec<Watcher>,
    /// Who can't be paged, whatever the rota says.
    pub sick: &'a dyn Fn(&Name) -> bool,
    pub incident: IncidentId,
    pub escalation: &'a Name,
    pub urgency: Urgency,
    /// Whether nobody needs to answer any more: it is acknowledged or resolved.
    pub answered: bool,
    pub resolved: bool,
    /// Present: the incident walks this one, which is made for it.
    pub own: Option<Escalation>,
}

/// A place on the escalation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    round: u32,
    step: u32,
}

const BEGINNING: Place = Place { round: 0, step: 0 };

impl Pages {
    /// Begins the escalation at its first step.
    pub fn plan_begin(&self, context: &Context<'_>, because: StepBecause) -> Vec<PageFact> {
        let mut facts = Vec::new();
        self.walk_from(context, Some(BEGINNING), because, &mut facts);
        facts
    }

    /// What the first due timer leads to. Never empty when a timer is due, so that time moves on.
    pub(crate) fn plan_timer(&self, context: &Context<'_>, timer: Timer) -> Vec<PageFact> {
        match timer {
            Timer::Delivery(id) => {
                let attempt = self.delivery(id).map_or(1, |delivery| delivery.attempts.len() as u32 + 1);
                vec![PageFact::DeliveryStarted { delivery: id, attempt }]
            }
            Timer::Step(incident) => match self.walk(incident).map(|walk| &walk.state) {
                Some(WalkState::Exhausted { .. }) => self.plan_begin(context, StepBecause::StillUnacknowledged),
                Some(WalkState::Held { .. }) => self.plan_begin(context, StepBecause::QuietEnded),
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
        let mut facts = Vec::new();
        self.walk_from(context, next, because, &mut facts);
        facts
    }

    /// Somebody who is sick is waited for no longer: the next step follows at once, unless somebody else of the present
    /// one can still answer.
    pub fn plan_pass_over(&self, context: &Context<'_>, person: &Name, because: StepBecause) -> Vec<PageFact> {
        let Some(walk) = self.walk(context.incident).filter(|_| !context.answered) else { return Vec::new() };
        let asked: Vec<&Name> = walk.pages.iter().filter_map(|page| Some(&self.page(*page)?.person)).collect();
        if !asked.contains(&person) {
            return Vec::new();
        }
        let waits = matches!(walk.state, WalkState::Waiting { .. }) && !asked.iter().all(|asked| (context.sick)(asked));
        let mut facts = Vec::new();
        if !waits && matches!(walk.state, WalkState::Waiting { .. }) {
            facts = self.plan_next(context, because);
        }
        // Whoever takes over has cancelled what waited.
        if !facts.iter().any(|fact| matches!(fact, PageFact::Opened { .. })) {
            facts.extend(self.cancel_person(context.incident, person));
        }
        facts
    }

    /// Pages this one person; the escalation follows from its beginning if there is no answer, and at once if the
    /// person has no contact.
    pub fn plan_assigned(&self, context: &Context<'_>, to: &Name) -> Vec<PageFact> {
        let because = StepBecause::Reassigned { to: to.clone() };
        let step = Step { page: vec![Target::Person(to.clone())], within: ASSIGNED_WITHIN };
        let mut facts = Vec::new();
        if !self.take_step(context, BEGINNING, &step, because, &mut facts) {
            self.walk_from(context, Some(BEGINNING), StepBecause::NobodyOnWatch, &mut facts);
            return facts;
        }
        for fact in &mut facts {
            if let PageFact::Opened { because, .. } = fact {
                *because = PagedBecause::Reassigned;
            }
        }
        facts
    }

    /// Walks from `place` to the first step that pages anybody, saying of each step on the way why it did not.
    fn walk_from(
        &self,
        context: &Context<'_>,
        mut place: Option<Place>,
        mut because: StepBecause,
        facts: &mut Vec<PageFact>,
    ) {
        let mut empty_steps = 0;
        while let (Some(here), Some(escalation)) = (place, context.escalation()) {
            let Some(step) = escalation.steps.get(here.step as usize) else { break };
            if self.take_step(context, here, step, because, facts) {
                return;
            }
            because = StepBecause::NobodyOnWatch;
            empty_steps += 1;
            // A whole round without anybody: further rounds at the same instant would find nobody either.
            place = if empty_steps < escalation.steps.len() { next_place(here, escalation) } else { None };
        }
        facts.push(PageFact::Exhausted { incident: context.incident, because });
    }

    /// The facts of one step. False: it yields nobody.
    fn take_step(
        &self,
        context: &Context<'_>,
        Place { round, step }: Place,
        plan: &Step,
        because: StepBecause,
        facts: &mut Vec<PageFact>,
    ) -> bool {
        let (persons, nobody) = resolve(context, plan);
        let until = if persons.is_empty() { context.now } else { later(context.now, plan.within) };
        let incident = context.incident;
        facts.push(PageFact::Stepped { incident, round, step, because, nobody, until });
        if persons.is_empty() {
            return false;
        }
        // Only now does somebody take over from those who are still tried.
        facts.extend(self.take_over(context, persons.iter().map(|(person, _)| *person)));
        let mut ids = Ids::after(self);
        facts.extend(persons.into_iter().map(|(person, why)| ids.page(context, person, why)));
        true
    }
}

impl Context<'_> {
    /// The escalation that the incident walks. One that left the estate is replaced by that of the root route, so that
    /// an edit of the estate never strands an incident.
    fn escalation(&self) -> Option<&Escalation> {
        let root = || self.estate.routing.as_ref().map(|routing| &routing.route.receiver);
        let escalations = &self.estate.escalations;
        let known = self.own.as_ref().or_else(|| escalations.get(self.escalation));
        known.or_else(|| escalations.get(root()?))
    }
}

/// The place after the one where the walk stands; none after the last round.
fn after(walk: &Walk, escalation: &Escalation) -> Option<Place> {
    if walk.assigned.is_some() {
        return Some(BEGINNING);
    }
    next_place(Place { round: walk.round, step: walk.step }, escalation)
}

fn next_place(Place { round, step }: Place, escalation: &Escalation) -> Option<Place> {
    if (step as usize) + 1 < escalation.steps.len() {
        Some(Place { round, step: step + 1 })
    } else {
        (round < escalation.repeat).then_some(Place { round: round + 1, step: 0 })
    }
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

    fn delivery(&mut self, contact: &str, technology: Technology, due: Instant) -> Planned {
        self.delivery.0 += 1;
        Planned { delivery: self.delivery, contact: contact.into(), technology, due }
    }
}
