//! Messages beyond the page itself, and what is cancelled: who was told hears how it goes on, and nobody else.

use std::collections::BTreeMap;

use super::{Context, Ids, reach};
use crate::{
    estate::{Person, Technology, Way},
    id::{DeliveryId, IncidentId, Name, PageId},
    page::{CancelledBecause, Delivery, DeliveryState, Notice, PageFact, Pages},
};

impl Pages {
    /// Cancels every page of the incident that is not being sent yet, and every notice to somebody who therefore never
    /// hears of the incident.
    pub fn cancel_waiting(&self, incident: IncidentId, because: CancelledBecause) -> Vec<PageFact> {
        let (mut ended, mut never_told) = (Vec::new(), Vec::new());
        for (_, _, road) in self.roads(incident) {
            let arriving = self.open_on(road).any(|open| open.is_page() && !open.is_waiting());
            for waiting in self.open_on(road).filter(|open| open.is_waiting()) {
                if waiting.is_page() || because == CancelledBecause::Resolved {
                    ended.push(waiting.id);
                } else if road.told.is_none() && !arriving {
                    never_told.push(waiting.id);
                }
            }
        }
        cancelled(ended, because).into_iter().chain(cancelled(never_told, CancelledBecause::NeverTold)).collect()
    }

    /// Cancels the pages to one person that are not being sent yet.
    pub(super) fn cancel_person(&self, incident: IncidentId, person: &Name) -> Option<PageFact> {
        let roads = self.roads(incident).filter(|(of, _, _)| *of == person);
        let waiting =
            roads.flat_map(|(_, _, road)| self.open_on(road)).filter(|open| open.is_page() && open.is_waiting());
        cancelled(waiting.map(|open| open.id).collect(), CancelledBecause::Sick)
    }

    /// A step takes over: cancels the pages before it, and notices that wait where a page is about to go. What the page
    /// says is newer, and it must not stand behind them.
    pub(super) fn take_over<'a>(
        &self,
        context: &Context<'_>,
        persons: impl Iterator<Item = &'a Person>,
    ) -> Vec<PageFact> {
        let mut facts = self.cancel_waiting(context.incident, CancelledBecause::Superseded);
        let mut stale = Vec::new();
        for person in persons {
            for (contact, _) in reach(person, context.urgency) {
                let Some(road) = self.road(context.incident, &person.name, &contact.name) else { continue };
                stale
                    .extend(self.open_on(road).filter(|open| !open.is_page() && open.is_waiting()).map(|open| open.id));
            }
        }
        let gone = |id: &DeliveryId| {
            facts
                .iter()
                .any(|fact| matches!(fact, PageFact::DeliveryCancelled { deliveries, .. } if deliveries.contains(id)))
        };
        stale.retain(|id| !gone(id));
        facts.extend(cancelled(stale, CancelledBecause::Superseded));
        facts
    }

    /// Cancels notices of the end that wait: it is not over.
    pub fn take_back_end(&self, incident: IncidentId) -> Vec<PageFact> {
        let open = self.roads(incident).flat_map(|(_, _, road)| self.open_on(road));
        let waiting = open.filter(|open| open.is_waiting() && open.notice == Some(Notice::Resolved));
        cancelled(waiting.map(|open| open.id).collect(), CancelledBecause::Superseded).into_iter().collect()
    }

    /// Quiet messages to everybody who was told: over each contact that a page went to, never by voice.
    pub fn plan_notices(&self, context: &Context<'_>, notice: &Notice) -> Vec<PageFact> {
        let mut by_page: BTreeMap<PageId, Vec<(&str, Technology)>> = BTreeMap::new();
        for (person, contact, road) in self.roads(context.incident) {
            // A page that is being sent may arrive; if it does not, what is behind it is cancelled.
            let arriving = || self.open_on(road).find(|open| is_arriving(open)).map(|open| open.page);
            let Some(page) = road.told.or_else(arriving) else { continue };
            if is_voice(context, person, contact) {
                continue;
            }
            by_page.entry(page).or_default().push((contact, road.technology));
        }
        let mut ids = Ids::after(self);
        let mut facts = Vec::with_capacity(by_page.len());
        for (page, contacts) in by_page {
            let plan = |(contact, technology)| ids.delivery(contact, technology, context.now);
            let deliveries = contacts.into_iter().map(plan).collect();
            facts.push(PageFact::Noticed { page, incident: context.incident, notice: notice.clone(), deliveries });
        }
        facts
    }
}

fn is_arriving(delivery: &Delivery) -> bool {
    delivery.is_page() && matches!(delivery.state, DeliveryState::Sending { .. })
}

fn cancelled(mut deliveries: Vec<DeliveryId>, because: CancelledBecause) -> Option<PageFact> {
    deliveries.sort();
    deliveries.dedup();
    (!deliveries.is_empty()).then_some(PageFact::DeliveryCancelled { deliveries, because })
}

fn is_voice(context: &Context<'_>, person: &Name, contact: &str) -> bool {
    let person = context.estate.persons.get(person);
    let contact = person.and_then(|person| person.contacts.iter().find(|known| known.name == contact));
    contact.is_some_and(|contact| matches!(contact.way, Way::Voice(_)))
}
