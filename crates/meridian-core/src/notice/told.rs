//! What the outcome of an attempt to send a notice leads to.

use super::{Context, moot::is_moot};
use crate::{
    command::Outcome,
    id::DeliveryId,
    page::{ATTEMPTS_MAX, CancelledBecause, DeliveryState, PageFact, Urgency, backoff},
};

/// Empty: it is not awaited (any more).
pub(crate) fn plan_outcome(context: &Context<'_>, id: DeliveryId, attempt: u32, outcome: &Outcome) -> Vec<PageFact> {
    let Some(delivery) = context.notices.delivery(id) else { return Vec::new() };
    let Some(notice) = context.notices.get(delivery.notice) else { return Vec::new() };
    if !matches!(delivery.state, DeliveryState::Sending { attempt: n, .. } if n == attempt) {
        return Vec::new();
    }
    let others = context.others(id);
    let cancelled =
        |because| (!others.is_empty()).then(|| PageFact::DeliveryCancelled { deliveries: others.clone(), because });
    let moot = is_moot(context.covers, context.now, notice);
    let (error, retry_at) = match outcome {
        Outcome::Sent { receipt } => {
            let sent = PageFact::DeliverySucceeded { delivery: id, attempt, receipt: receipt.as_str().into() };
            // What may wake somebody goes on until they answered: a message that arrived is not yet read.
            let enough = notice.urgency == Urgency::Low;
            return [sent].into_iter().chain(cancelled(CancelledBecause::Told).filter(|_| enough)).collect();
        }
        Outcome::Refused { error } => (error, None),
        Outcome::Failed { error, retry_after } => {
            let wait = backoff(id, attempt, *retry_after);
            let again = attempt < ATTEMPTS_MAX && !moot;
            (error, again.then(|| context.now.saturating_add(wait).unwrap_or(crate::Instant::MAX)))
        }
    };
    let failed = PageFact::DeliveryFailed { delivery: id, attempt, error: error.as_str().into(), retry_at };
    let next = others.iter().find(|other| {
        context.notices.delivery(**other).is_some_and(|other| other.id > id && other.attempts.is_empty())
    });
    let then = match (retry_at, next) {
        (None, Some(_)) if moot => cancelled(CancelledBecause::Settled),
        (None, Some(next)) => Some(PageFact::DeliveryStarted { delivery: *next, attempt: 1 }),
        _ => None,
    };
    [failed].into_iter().chain(then).collect()
}
