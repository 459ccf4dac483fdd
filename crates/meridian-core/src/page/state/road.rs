//! Roads: one person's contact, as far as one incident is concerned. Order holds along a road.
//!
//! Only the first open delivery of a road has a timer or is being sent; what is behind it waits until it is settled.
//! So no question about an incident walks through all that was ever sent of it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Delivery, DeliveryState, Pages, Walk};
use crate::{
    estate::Technology,
    id::{DeliveryId, IncidentId, Name, PageId},
};

/// What is kept of one incident.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct OfIncident {
    pub walk: Option<Walk>,
    /// Oldest first.
    pub pages: Vec<PageId>,
    /// By person, then by contact: a handful.
    pub roads: Vec<Road>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::page) struct Road {
    person: Name,
    contact: Arc<str>,
    pub technology: Technology,
    /// The newest page that arrived here, if no word of the end arrived since.
    pub told: Option<PageId>,
    /// Neither delivered nor given up nor cancelled, in the order in which they go: by number.
    pub open: Vec<DeliveryId>,
}

impl OfIncident {
    /// All deliveries of a road share its texts, so the road of one is nearly always known by where they lie.
    fn place(&self, person: &Name, contact: &Arc<str>) -> Result<usize, usize> {
        let same = |road: &Road| Arc::ptr_eq(&road.contact, contact) && road.person.is_shared_with(person);
        if let Some(place) = self.roads.iter().position(same) {
            return Ok(place);
        }
        self.place_of(person, contact)
    }

    fn place_of(&self, person: &Name, contact: &str) -> Result<usize, usize> {
        self.roads.binary_search_by(|road| road.person.cmp(person).then_with(|| (*road.contact).cmp(contact)))
    }

    pub fn road(&self, person: &Name, contact: &str) -> Option<&Road> {
        self.place_of(person, contact).ok().map(|place| &self.roads[place])
    }

    /// The person and the contact as the road has them; a new one begins with these.
    pub fn shared(&mut self, person: &Name, contact: &Arc<str>, technology: Technology) -> (Name, Arc<str>) {
        let place = self.place(person, contact).unwrap_or_else(|place| {
            let (person, contact) = (person.clone(), contact.clone());
            self.roads.insert(place, Road { person, contact, technology, told: None, open: Vec::new() });
            place
        });
        (self.roads[place].person.clone(), self.roads[place].contact.clone())
    }

    /// Keeps the road true after `delivery` changed its state, and hands it out.
    pub fn note(&mut self, delivery: &Delivery) -> Option<&Road> {
        let place = self.place(&delivery.person, &delivery.contact).ok()?;
        let road = &mut self.roads[place];
        road.note(delivery);
        Some(road)
    }
}

impl Road {
    fn note(&mut self, delivery: &Delivery) {
        self.technology = delivery.technology;
        match self.open.binary_search(&delivery.id) {
            Ok(place) if !delivery.is_open() => drop(self.open.remove(place)),
            Err(place) if delivery.is_open() => self.open.insert(place, delivery.id),
            _ => {}
        }
        if let DeliveryState::Delivered { .. } = delivery.state {
            match delivery.notice {
                None => self.told = Some(delivery.page),
                Some(super::Notice::Resolved) => self.told = None,
                Some(_) => {}
            }
        }
    }

    pub fn is_first(&self, delivery: DeliveryId) -> bool {
        self.open.first().is_none_or(|first| *first >= delivery)
    }
}

impl Pages {
    /// All roads of the incident, by person and contact.
    pub(in crate::page) fn roads(&self, incident: IncidentId) -> impl Iterator<Item = (&Name, &str, &Road)> {
        let roads = self.by_incident.get(incident).into_iter().flat_map(|of| &of.roads);
        roads.map(|road| (&road.person, &*road.contact, road))
    }

    pub(in crate::page) fn road(&self, incident: IncidentId, person: &Name, contact: &str) -> Option<&Road> {
        self.by_incident.get(incident)?.road(person, contact)
    }

    pub(in crate::page) fn open_on<'a>(&'a self, road: &'a Road) -> impl Iterator<Item = &'a Delivery> {
        road.open.iter().filter_map(|id| self.deliveries.get(*id))
    }

    /// Whether an earlier delivery on the same road is still under way.
    pub(in crate::page) fn is_blocked(&self, delivery: &Delivery) -> bool {
        let road = self.road(delivery.incident, &delivery.person, &delivery.contact);
        road.is_some_and(|road| !road.is_first(delivery.id))
    }
}
