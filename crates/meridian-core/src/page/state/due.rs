//! What waits for a moment in time, and what is to be sent: derived from the walks, the roads and the deliveries.
//!
//! While a journal is replayed nobody asks for it; so it is not kept then, and made in one go at the end.

use std::collections::BTreeSet;

use super::{Delivery, DeliveryState, Pages, Timer, Walk};
use crate::{
    Instant,
    id::{DeliveryId, IncidentId},
};

/// See the [module](self).
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Due {
    /// True while a journal is replayed: nothing below is kept.
    pub replays: bool,
    pub timers: BTreeSet<(Instant, Timer)>,
    /// Deliveries that are being sent, or were when a crash came.
    pub outbox: BTreeSet<DeliveryId>,
}

impl Due {
    pub fn set(&mut self, at: Instant, timer: Timer) {
        if !self.replays {
            self.timers.insert((at, timer));
        }
    }

    pub fn drop_step(&mut self, incident: IncidentId, walk: &Walk) {
        if !self.replays
            && let Some(at) = walk.state.until()
        {
            self.timers.remove(&(at, Timer::Step(incident)));
        }
    }

    /// Forgets all that stands here of this delivery.
    pub fn drop_delivery(&mut self, delivery: &Delivery) {
        if self.replays {
            return;
        }
        match delivery.state {
            DeliveryState::Waiting { due } => drop(self.timers.remove(&(due, Timer::Delivery(delivery.id)))),
            DeliveryState::Sending { .. } => drop(self.outbox.remove(&delivery.id)),
            _ => {}
        }
    }

    /// Notes what the delivery waits for. One behind another waits for nothing but that.
    pub fn note_delivery(&mut self, delivery: &Delivery, is_first: bool) {
        if self.replays {
            return;
        }
        match delivery.state {
            DeliveryState::Waiting { due } if is_first => {
                self.timers.insert((due, Timer::Delivery(delivery.id)));
            }
            DeliveryState::Sending { .. } => drop(self.outbox.insert(delivery.id)),
            _ => {}
        }
    }
}

impl Pages {
    /// Until [`Pages::derive`] nobody will ask what is due.
    pub(crate) fn replay(&mut self) {
        self.due = Due { replays: true, ..Due::default() };
    }

    /// Makes anew what is derived.
    pub(crate) fn derive(&mut self) {
        let mut due = Due::default();
        for (incident, of) in self.by_incident.iter() {
            if let Some(at) = of.walk.as_ref().and_then(|walk| walk.state.until()) {
                due.set(at, Timer::Step(incident));
            }
            for road in &of.roads {
                for (place, id) in road.open.iter().enumerate() {
                    if let Some(delivery) = self.deliveries.get(*id) {
                        due.note_delivery(delivery, place == 0);
                    }
                }
            }
        }
        self.due = due;
    }
}
