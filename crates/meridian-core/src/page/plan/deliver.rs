//! What the outcome of an attempt leads to: a retry, the person's next contact, the next step.

use jiff::SignedDuration;

use super::{Context, later};
use crate::{
    command::Outcome,
    id::DeliveryId,
    page::{CancelledBecause, Delivery, DeliveryState, Notice, PageFact, Pages, StepBecause, WalkState},
};

/// How often a delivery is tried before it is given up.
pub const ATTEMPTS_MAX: u32 = 5;

impl Pages {
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
                return vec![PageFact::DeliverySucceeded { delivery: id, attempt, receipt: receipt.as_str().into() }];
            }
            Outcome::Refused { error } => (error, None),
            Outcome::Failed { error, retry_after } => {
                let again = attempt < ATTEMPTS_MAX && self.is_still_wanted(context, delivery);
                (error, again.then(|| later(context.now, backoff(id, attempt, *retry_after))))
            }
        };
        let mut facts =
            vec![PageFact::DeliveryFailed { delivery: id, attempt, error: error.as_str().into(), retry_at }];
        if retry_at.is_none() && delivery.is_page() {
            facts.extend(self.never_told(delivery));
            facts.extend(self.after_given_up(context, delivery));
        }
        facts
    }

    /// Whether another attempt would tell anybody what they still need to know.
    fn is_still_wanted(&self, context: &Context<'_>, delivery: &Delivery) -> bool {
        let walk = self.walk(delivery.incident);
        // A later step took over from a page that is none of those still tried.
        let superseded = || walk.is_some_and(|walk| !walk.pages.contains(&delivery.page));
        let road = self.road(delivery.incident, &delivery.person, &delivery.contact);
        // What a page says is newer than what a notice before it says.
        let page_behind = || road.is_some_and(|road| self.open_on(road).any(Delivery::is_page));
        match delivery.notice {
            None => !context.answered && !superseded() && !(context.sick)(&delivery.person),
            Some(Notice::Resolved) => !page_behind(),
            Some(Notice::Update { .. } | Notice::Reminder) => !context.resolved && !page_behind(),
        }
    }

    /// Whoever never got the page gets no word of what followed.
    fn never_told(&self, failed: &Delivery) -> Option<PageFact> {
        let road = self.road(failed.incident, &failed.person, &failed.contact)?;
        let behind = || self.open_on(road).filter(|behind| behind.id != failed.id);
        if road.told.is_some() || behind().any(Delivery::is_page) {
            return None;
        }
        let deliveries: Vec<DeliveryId> = behind().map(|notice| notice.id).collect();
        let because = CancelledBecause::NeverTold;
        (!deliveries.is_empty()).then_some(PageFact::DeliveryCancelled { deliveries, because })
    }

    /// After a page was given up over one contact: the person's next contact at once, else the next step.
    fn after_given_up(&self, context: &Context<'_>, failed: &Delivery) -> Vec<PageFact> {
        let Some(page) = self.page(failed.page).filter(|_| !context.answered) else { return Vec::new() };
        let Some(walk) = self.walk(context.incident).filter(|walk| walk.pages.contains(&page.id)) else {
            return Vec::new();
        };
        let mut of_page = page.deliveries.iter().filter_map(|id| self.delivery(*id));
        let next = of_page.find(|other| {
            let untried = other.is_page() && other.is_waiting() && other.attempts.is_empty();
            // What is blocked is not started before its turn; it is woken when that comes.
            untried && other.id > failed.id && !self.is_blocked(other) && !(context.sick)(&other.person)
        });
        if let Some(next) = next {
            return vec![PageFact::DeliveryStarted { delivery: next.id, attempt: 1 }];
        }
        // When everybody was tried, the rest has begun already.
        if !matches!(walk.state, WalkState::Waiting { .. }) {
            return Vec::new();
        }
        let mut of_step = walk.pages.iter().filter_map(|id| self.page(*id)).flat_map(|page| &page.deliveries);
        let hope = of_step.any(|id| {
            let other = self.delivery(*id).filter(|other| other.is_page() && other.id != failed.id);
            other.is_some_and(|other| other.is_open() || other.is_delivered())
        });
        if hope { Vec::new() } else { self.plan_next(context, StepBecause::NobodyReached) }
    }
}

/// The waits between attempts: 5 s, 15 s, 30 s, 60 s, each up to a fifth longer by the delivery's number, so that a
/// thousand deliveries that failed together do not come back together. What the other side asks for counts up to 5 min.
pub(crate) fn backoff(delivery: DeliveryId, attempt: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let base = [5_000, 15_000, 30_000, 60_000][(attempt.clamp(1, 4) - 1) as usize];
    let spread = delivery.0.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
    let own = SignedDuration::from_millis(base + (spread % (base as u64 / 5)) as i64);
    own.max(asked.unwrap_or(SignedDuration::ZERO).min(SignedDuration::from_mins(5)))
}
