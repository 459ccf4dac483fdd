//! Roads: one person's contact, as far as one incident is concerned. Order holds along a road.
//!
//! Only the first open delivery of a road has a timer or is being sent; what is behind it waits until it is settled.
//! So no question about an incident walks through all that was ever sent of it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryState, Pages};
use crate::{
    estate::Technology,
    id::{DeliveryId, IncidentId, Name, PageId},
};

/// What is kept of one incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct OfIncident {
    pub pages: BTreeSet<PageId>,
    /// By person, then by contact.
    pub roads: BTreeMap<Name, BTreeMap<String, Road>>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::page) struct Road {
    pub technology: Technology,
    /// The newest page that arrived here, if no word of the end arrived since.
    pub told: Option<PageId>,
    /// Neither delivered nor given up nor cancelled, in the order in which they go.
    pub open: BTreeSet<DeliveryId>,
}

impl Pages {
    /// All roads of the incident, by person and contact.
    pub(in crate::page) fn roads(&self, incident: IncidentId) -> impl Iterator<Item = (&Name, &str, &Road)> {
        let persons = self.by_incident.get(&incident).into_iter().flat_map(|of| &of.roads);
        persons.flat_map(|(person, roads)| roads.iter().map(move |(contact, road)| (person, contact.as_str(), road)))
    }

    pub(in crate::page) fn road(&self, incident: IncidentId, person: &Name, contact: &str) -> Option<&Road> {
        self.by_incident.get(&incident)?.roads.get(person)?.get(contact)
    }

    pub(in crate::page) fn open_on<'a>(&'a self, road: &'a Road) -> impl Iterator<Item = &'a Delivery> {
        road.open.iter().filter_map(|id| self.deliveries.get(id))
    }

    /// Whether an earlier delivery on the same road is still under way.
    pub(in crate::page) fn is_blocked(&self, delivery: &Delivery) -> bool {
        let road = self.road(delivery.incident, &delivery.person, &delivery.contact);
        road.and_then(|road| road.open.first()).is_some_and(|first| *first < delivery.id)
    }

    /// Keeps the road true after `delivery` changed its state.
    pub(super) fn note_on_road(&mut self, delivery: &Delivery) {
        let of = self.by_incident.entry(delivery.incident).or_default();
        let roads = of.roads.entry(delivery.person.clone()).or_default();
        let road = match roads.get_mut(&delivery.contact) {
            Some(road) => road,
            None => {
                let road = Road { technology: delivery.technology, told: None, open: BTreeSet::new() };
                roads.entry(delivery.contact.clone()).or_insert(road)
            }
        };
        road.technology = delivery.technology;
        if delivery.is_open() {
            road.open.insert(delivery.id);
        } else {
            road.open.remove(&delivery.id);
        }
        if let DeliveryState::Delivered { .. } = delivery.state {
            match delivery.notice {
                None => road.told = Some(delivery.page),
                Some(super::Notice::Resolved) => road.told = None,
                Some(_) => {}
            }
        }
    }
}
