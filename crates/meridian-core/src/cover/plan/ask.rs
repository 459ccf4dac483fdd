//! Requests for cover: one for each watch that nobody is asked for yet.

use super::{Context, Plan, Remark};
use crate::{
    Instant,
    cover::{AskedBecause, CoverFact, Part},
    id::{ChangeId, Name},
    roster::Shift,
};

/// So many requests are made at once at most; more than that is not cover but another rota.
pub(super) const ASKED_AT_ONCE: usize = 100;

impl Context<'_> {
    /// What of these watches nobody is asked for yet.
    pub(super) fn unasked(&self, watches: Vec<Shift>) -> Vec<Part> {
        let mut parts = Vec::new();
        for watch in watches {
            let asked =
                self.covers.wanted(self.now).map(|(_, request)| &request.part).filter(|part| {
                    part.rota == watch.rota && *part.layer == *watch.layer && part.person == watch.person
                });
            let mut left = vec![(watch.from, watch.until)];
            for part in asked {
                left = left.into_iter().flat_map(|piece| beside(piece, (part.from, part.until))).collect();
            }
            parts.extend(left.into_iter().map(|(from, until)| Part {
                rota: watch.rota.clone(),
                layer: watch.layer.to_string(),
                person: watch.person.clone(),
                from,
                until,
            }));
        }
        parts.sort_by(|a, b| (a.from, &a.rota, &a.layer).cmp(&(b.from, &b.rota, &b.layer)));
        parts
    }

    /// Asks for all of these parts, up to the limit.
    pub(super) fn ask_for(
        &self,
        plan: &mut Plan,
        first: ChangeId,
        mut parts: Vec<Part>,
        because: &AskedBecause,
        reason: &str,
    ) {
        if parts.len() > ASKED_AT_ONCE {
            let rest = parts.split_off(ASKED_AT_ONCE);
            plan.remarks.push(Remark::NotAskedFor { watches: rest.len(), from: rest[0].from });
        }
        for (change, part) in (first.0..).map(ChangeId).zip(parts) {
            let offers = self.offers(&part);
            if offers.is_empty() {
                plan.remarks.push(Remark::NobodyCan { change });
            }
            plan.changes.push(change);
            let (reason, because) = (reason.to_owned(), because.clone());
            plan.facts.push(CoverFact::Asked { change, part, reason, because, offers }.into());
        }
    }

    /// The watches of somebody who is away, for which cover is wanted.
    pub(super) fn watches_in(&self, person: &Name, from: Instant, until: Instant) -> Vec<Part> {
        self.unasked(self.watches(person, None, from.max(self.now), until))
    }
}

/// What is left of one stretch beside another.
fn beside(one: (Instant, Instant), other: (Instant, Instant)) -> impl Iterator<Item = (Instant, Instant)> {
    let parts = [(one.0, one.1.min(other.0)), (one.0.max(other.1), one.1)];
    parts.into_iter().filter(|(from, until)| from < until)
}
