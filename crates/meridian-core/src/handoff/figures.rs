//! How well the watch is handed over, edge by edge: each figure with the handoffs and pages behind it.

use std::collections::BTreeMap;

use super::{End, Handoff, Handoffs, PageAfter, Stability};
use crate::{
    Instant,
    id::{HandoffId, Name},
};

/// What is known of one edge.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figures {
    pub accepted: Vec<HandoffId>,
    /// Those of them that were not accepted in time.
    pub late: Vec<HandoffId>,
    pub emergencies: Vec<HandoffId>,
    pub void: Vec<HandoffId>,
    /// Unstable items at acceptance, and how many of them were read back.
    pub unstable: usize,
    pub read_back: usize,
    /// Those with an unstable item that was not read back.
    pub not_read_back: Vec<HandoffId>,
    /// Pages to the incoming in the first hours.
    pub pages: Vec<(HandoffId, PageAfter)>,
}

/// A part of a whole; of nothing there is no part.
pub fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Figures {
    pub fn on_time(&self) -> usize {
        self.accepted.len() - self.late.len()
    }

    pub fn missed(&self) -> usize {
        self.pages.iter().filter(|(_, page)| page.missed).count()
    }

    fn count(&mut self, handoff: &Handoff) {
        match &handoff.end {
            Some(End::Accepted { emergency, items, .. }) => {
                self.accepted.push(handoff.id);
                if handoff.late.is_some() {
                    self.late.push(handoff.id);
                }
                if *emergency {
                    self.emergencies.push(handoff.id);
                }
                let unstable = || items.iter().filter(|item| item.severity == Stability::Unstable);
                self.unstable += unstable().count();
                let read = unstable().filter(|item| item.read_back.is_some()).count();
                self.read_back += read;
                if read < unstable().count() {
                    self.not_read_back.push(handoff.id);
                }
                self.pages.extend(handoff.pages_after.iter().map(|page| (handoff.id, *page)));
            }
            Some(End::Void { .. }) => self.void.push(handoff.id),
            None => {}
        }
    }
}

/// Rota, the site from which and the site to which.
pub type EdgeName = (Name, Name, Name);

impl Handoffs {
    /// Of every edge that was handed over, as far as handoffs are kept.
    pub fn figures(&self) -> BTreeMap<EdgeName, Figures> {
        self.figures_of(None, None)
    }

    /// Of those alone that were due from then, and before then.
    pub fn figures_of(&self, from: Option<Instant>, until: Option<Instant>) -> BTreeMap<EdgeName, Figures> {
        let mut figures: BTreeMap<EdgeName, Figures> = BTreeMap::new();
        let meant = |due: Instant| from.is_none_or(|from| from <= due) && until.is_none_or(|until| due < until);
        for handoff in self.iter().filter(|handoff| handoff.end.is_some() && meant(handoff.edge.due())) {
            let edge = &handoff.edge;
            let name = (edge.rota.clone(), edge.from.site.clone(), edge.to.site.clone());
            figures.entry(name).or_default().count(handoff);
        }
        figures
    }
}
