//! Applying one entry: every noun folds what concerns it.

use std::{cell::RefCell, collections::VecDeque, sync::Arc};

use super::{RECENT_KEPT, RefusedEstate, World};
use crate::{
    Instant,
    chain::breach::ChainFact,
    estate::{self, Estate, EstateFact, SourceFile},
    fact::{Fact, HouseFact},
    feed::{self, Revision},
    incident::{IncidentFact, Moment, OpenedBecause},
    journal::Entry,
    notice::NoticeFact,
    page::PageFact,
};

impl World {
    pub(super) fn apply(&mut self, entry: &Entry) {
        let at = entry.at;
        match &*entry.fact {
            Fact::Alert(fact) => {
                let routing = self.estate.parsed.routing.as_deref();
                self.alerts.apply(at, fact, routing);
            }
            Fact::Incident(fact) => self.apply_incident(entry, fact),
            Fact::Page(fact) => self.apply_page(entry, fact),
            Fact::Roster(fact) => {
                self.revisions.roster(Revision { seq: entry.seq, at }, fact, &self.overrides);
                self.overrides.apply(fact);
                self.covers.apply_roster(at, &entry.actor, fact);
                self.look_ahead(at, Some(fact.rota()));
            }
            Fact::Cover(fact) => self.covers.apply(at, &entry.actor, fact),
            Fact::Handoff(fact) => {
                self.handoffs.apply(at, fact);
                let rota = self.handoffs.get(fact.handoff()).map(|handoff| handoff.rota().clone());
                self.look_ahead(at, rota.as_ref());
            }
            Fact::Notice(fact) => {
                let NoticeFact::Planned { deliveries, .. } = fact;
                self.notices.apply(at, fact);
                deliveries.last().into_iter().for_each(|planned| self.pages.pass_deliveries(planned.delivery));
            }
            Fact::Estate(fact) => self.apply_estate(entry, fact),
            Fact::Access(fact) => self.access.fold(at, fact),
            Fact::Request(fact) => self.requests.apply(at, fact),
            Fact::Announcement(fact) => self.announcements.apply(at, &entry.actor, fact),
            Fact::Switch(fact) => self.apply_switch(entry, fact),
            Fact::Chain(fact) => self.apply_chain(entry, fact),
            Fact::Finding(fact) => {
                self.findings.apply(at, &entry.actor, fact);
                if let Some(incident) = fact.incident() {
                    self.incidents.remember(incident, Moment::of(entry));
                }
            }
            Fact::Feed(fact) => self.feeds.apply(at, fact),
            Fact::House(fact) => self.apply_house(at, fact),
        }
        if is_worth_telling(&entry.fact) {
            if self.recent.len() == RECENT_KEPT {
                self.recent.pop_front();
            }
            self.recent.push_back(entry.clone());
        }
        self.seq = entry.seq;
        self.at = at;
    }

    fn apply_incident(&mut self, entry: &Entry, fact: &IncidentFact) {
        let forgotten = self.incidents.apply(entry.at, fact);
        self.incidents.remember(fact.incident(), Moment::of(entry));
        self.alerts.apply_incident(entry.at, fact);
        if let IncidentFact::Opened { incident, because: OpenedBecause::AlertsFired { group, .. }, .. } = fact
            && let Some(group) = self.alerts.group(group)
        {
            self.incidents.label(*incident, &group.labels);
        }
        if matches!(fact, IncidentFact::Acknowledged { .. } | IncidentFact::Resolved { .. }) {
            self.pages.end_walk(fact.incident());
        }
        forgotten.into_iter().for_each(|incident| self.pages.forget(incident));
    }

    fn apply_chain(&mut self, entry: &Entry, fact: &ChainFact) {
        self.breaches.apply(entry.at, fact);
        if let Some(incident) = fact.incident() {
            self.incidents.remember(incident, Moment::of(entry));
        }
    }

    fn apply_page(&mut self, entry: &Entry, fact: &PageFact) {
        let of_notice = fact.delivery().is_some_and(|delivery| self.notices.delivery(delivery).is_some());
        if of_notice {
            self.notices.apply_delivery(entry.at, fact);
            return;
        }
        let delivery = |id| self.pages.delivery(id).map(|delivery| delivery.incident);
        let incident = match fact {
            PageFact::Stepped { incident, .. }
            | PageFact::Exhausted { incident, .. }
            | PageFact::Held { incident, .. }
            | PageFact::Opened { incident, .. }
            | PageFact::Noticed { incident, .. } => Some(*incident),
            PageFact::DeliveryStarted { delivery: id, .. }
            | PageFact::DeliverySucceeded { delivery: id, .. }
            | PageFact::DeliveryFailed { delivery: id, .. } => delivery(*id),
            PageFact::DeliveryCancelled { deliveries, .. } => deliveries.first().and_then(|id| delivery(*id)),
        };
        // Pages of an incident that is not kept would leave timers that lead to nothing.
        if incident.is_some_and(|incident| self.incidents.remember(incident, Moment::of(entry))) {
            self.pages.apply(entry.at, fact);
            if let PageFact::Opened { page, incident, person, because, .. } = fact {
                self.note_page_after(entry.at, (*page, because), *incident, person);
            }
        }
    }

    fn apply_estate(&mut self, entry: &Entry, fact: &EstateFact) {
        let at = entry.at;
        match fact {
            EstateFact::Loaded { digest, files } => {
                let before = self.feed_source();
                self.estate.digest = digest.clone();
                self.estate.files = Arc::new(files.clone());
                self.estate.since = Some(at);
                self.estate.refused = None;
                self.parse_estate();
                // Nobody reads a feed before the first estate.
                let first = self.revisions.is_empty();
                let changed = if first { Vec::new() } else { feed::changed(&before, &self.feed_source(), at) };
                self.revisions.estate(Revision { seq: entry.seq, at }, changed);
                self.alerts.apply_estate(at, self.estate.parsed.routing.as_deref());
                self.look_ahead(at, None);
            }
            EstateFact::Refused { digest, problems } => {
                self.estate.refused = Some(RefusedEstate { at, digest: digest.clone(), problems: problems.clone() });
            }
        }
    }

    /// What the handoffs wait for, after the plan may have changed.
    fn look_ahead(&mut self, at: Instant, rota: Option<&crate::id::Name>) {
        let estate = self.estate.parsed.clone();
        self.handoffs.look_ahead(at, &estate, &self.overrides, rota);
    }

    /// An estate in the journal was checked when it came into force. One that this release refuses nevertheless leaves
    /// an empty estate, which every page shows; the operator's files bring the next one.
    pub(super) fn parse_estate(&mut self) {
        self.estate.parsed = parsed(&self.estate.files);
    }

    fn apply_house(&mut self, at: Instant, fact: &HouseFact) {
        match fact {
            HouseFact::Started { version } => {
                self.house.version = version.clone();
                self.house.started_at = Some(at);
                self.house.starts += 1;
                self.house.stopped = false;
                self.alerts.apply_started(at);
            }
            HouseFact::Stopped {} => self.house.stopped = true,
            HouseFact::Resumed { .. } => self.alerts.apply_started(at),
        }
    }
}

/// Raw alerts, sessions and the beginning of each attempt are too many and too small to tell.
fn is_worth_telling(fact: &Fact) -> bool {
    use crate::{access::AccessFact, alert::AlertFact};
    !matches!(
        fact,
        Fact::Alert(AlertFact::Fired { .. } | AlertFact::Resolved { .. })
            | Fact::Page(PageFact::DeliveryStarted { .. } | PageFact::Noticed { .. })
            | Fact::Access(AccessFact::SessionOpened { .. } | AccessFact::SessionClosed { .. })
            | Fact::Request(_)
            | Fact::Notice(_)
    )
}

/// Reads the files, or remembers what they said: a replay meets the same few estates again and again, and reading YAML
/// is by far the slowest thing that it does.
fn parsed(files: &[SourceFile]) -> Arc<Estate> {
    const REMEMBERED: usize = 4;
    thread_local! {
        static PARSED: RefCell<VecDeque<(String, Arc<Estate>)>> = const { RefCell::new(VecDeque::new()) };
    }
    let digest = estate::digest(files);
    let known = |parsed: &RefCell<VecDeque<(String, Arc<Estate>)>>| {
        parsed.borrow().iter().find(|(of, _)| *of == digest).map(|(_, estate)| estate.clone())
    };
    if let Some(estate) = PARSED.with(known) {
        return estate;
    }
    let estate = estate::load(files).map(|loaded| Arc::new(loaded.estate)).unwrap_or_default();
    PARSED.with(|parsed| {
        let mut parsed = parsed.borrow_mut();
        parsed.truncate(REMEMBERED - 1);
        parsed.push_front((digest, estate.clone()));
    });
    estate
}
