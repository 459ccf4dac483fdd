//! What must be true of all that was sent, and of the world when everything works again.

use std::collections::{BTreeMap, BTreeSet};

use meridian_core::{
    Fact, World,
    id::{DeliveryId, IncidentId, Name},
    incident::Incident,
    page::{Delivery, DeliveryState, Notice, PageFact, Planned, StepBecause, WalkState},
};

use super::{Broken, Chaos};
use crate::sim::Sent;

/// One person's contact, as far as one incident is concerned.
type Road = (IncidentId, Name, String);

/// What arrived so far, message by message.
#[derive(Default)]
pub(super) struct Seen {
    count: usize,
    notices: usize,
    newest: BTreeMap<Road, DeliveryId>,
    paged: BTreeSet<Road>,
    times: BTreeMap<(DeliveryId, u32), u32>,
    arrived: BTreeMap<DeliveryId, u32>,
}

impl Seen {
    fn message(&mut self, sent: &Sent) -> Result<(), Broken> {
        let road = (sent.incident, sent.person.clone(), sent.contact.clone());
        let before = self.newest.insert(road.clone(), sent.delivery).unwrap_or_default();
        if before > sent.delivery {
            return Err(format!("delivery {} to {road:?} came after {before}", sent.delivery));
        }
        if let Some(before) = sent.overtakes {
            return Err(format!("delivery {} to {road:?} left while {before} was under way", sent.delivery));
        }
        match &sent.notice {
            None if sent.arrived => {
                self.paged.insert(road);
            }
            Some(notice) if !self.paged.contains(&road) => {
                return Err(format!("{road:?} was told `{}` and never of the beginning", notice.words()));
            }
            _ => {}
        }
        self.count(sent.delivery, sent.attempt, sent.arrived);
        Ok(())
    }

    fn count(&mut self, delivery: DeliveryId, attempt: u32, arrived: bool) {
        *self.times.entry((delivery, attempt)).or_default() += 1;
        if arrived {
            *self.arrived.entry(delivery).or_default() += 1;
        }
    }

    /// The same attempt is sent once, and once more for each crash that came between sending and recording; what arrived
    /// and was recorded is not sent again, not even as another attempt.
    fn once(&self, torn: &BTreeMap<(DeliveryId, u32), u32>) -> Result<(), Broken> {
        for (attempt, times) in &self.times {
            let allowed = 1 + torn.get(attempt).copied().unwrap_or(0);
            if *times > allowed {
                return Err(format!("attempt {attempt:?} was sent {times} times; {allowed} are allowed"));
            }
        }
        for (delivery, times) in self.arrived.iter().filter(|(_, times)| **times > 1) {
            let of_delivery = torn.range((*delivery, 0)..=(*delivery, u32::MAX));
            let allowed = 1 + of_delivery.map(|(_, crashes)| crashes).sum::<u32>();
            if *times > allowed {
                return Err(format!("delivery {delivery} arrived {times} times; {allowed} are allowed"));
            }
        }
        Ok(())
    }
}

impl Chaos {
    /// What must hold at every moment.
    pub(super) fn check(&mut self) -> Result<(), Broken> {
        self.witness.read(&self.sim.journal)?;
        for sent in &self.sim.sent[self.seen.count..] {
            self.seen.message(sent)?;
        }
        self.seen.count = self.sim.sent.len();
        for sent in &self.sim.sent_notices[self.seen.notices..] {
            self.seen.count(sent.delivery, sent.attempt, sent.arrived);
        }
        self.seen.notices = self.sim.sent_notices.len();
        self.seen.once(&self.sim.torn)?;
        self.check_nobody_stands_still()?;
        self.check_briefs_are_whole()?;
        self.check_somebody_is_responsible()
    }

    /// Whoever is needed is going to be paged: an open incident that nobody acknowledged has a next step.
    fn check_nobody_stands_still(&self) -> Result<(), Broken> {
        let world = &self.sim.world;
        for incident in world.incidents.open().filter(|incident| incident.acknowledged.is_none()) {
            let walk = world.pages.walk(incident.id).map(|walk| &walk.state);
            let due = match walk {
                Some(WalkState::Waiting { until } | WalkState::Held { until }) => *until,
                Some(WalkState::Exhausted { again }) => *again,
                Some(WalkState::Ended) | None => {
                    return Err(format!("incident {} is open, and nothing follows: {walk:?}", incident.id));
                }
            };
            if world.pages.next_due().is_none_or(|next| next > due) {
                return Err(format!("incident {} waits for {due}, and no timer does", incident.id));
            }
        }
        Ok(())
    }

    /// What must hold when everything works again.
    pub(super) fn check_end(&self) -> Result<(), Broken> {
        self.check_replay()?;
        self.check_nobody_forgotten()?;
        for incident in self.sim.world.incidents.iter() {
            self.check_end_is_told(incident)?;
        }
        self.check_everybody_was_told()?;
        self.check_timelines()
    }

    /// The journal alone gives the same world, byte for byte, also by way of a snapshot.
    fn check_replay(&self) -> Result<(), Broken> {
        let bytes = |world: &World| world.to_snapshot().map_err(|error| error.to_string());
        let live = bytes(&self.sim.world)?;
        let same = |what: &str, other: Vec<u8>| match live == other {
            true => Ok(()),
            false => Err(format!("{what} gives another world: {}", first_difference(&live, &other))),
        };
        same("a replay", bytes(&self.witness.world)?)?;
        let replayed = self.sim.replay();
        same("a replay in one go", bytes(&replayed)?)?;
        if replayed.pages != self.sim.world.pages {
            return Err("a replay in one go gives other timers, or sends something else".to_owned());
        }
        let restored = World::from_snapshot(&live).map_err(|error| error.to_string())?;
        same("a snapshot", bytes(&restored)?)
    }

    /// Whatever fires is an incident that somebody was paged for, or that escalates.
    fn check_nobody_forgotten(&self) -> Result<(), Broken> {
        let world = &self.sim.world;
        let told: BTreeSet<_> = world.incidents.open().flat_map(|incident| incident.alerts.iter().copied()).collect();
        for (fingerprint, alert) in world.alerts.active() {
            let quiet = world.alerts.quiet(fingerprint, self.sim.now);
            if quiet.is_none() && !told.contains(&fingerprint) {
                return Err(format!("alert {:?} fires and no incident knows it", alert.labels));
            }
        }
        let count = world.alerts.active_count();
        if count != self.firing.len() {
            return Err(format!("{} alerts are sent, {count} are active", self.firing.len()));
        }
        for incident in world.incidents.open().filter(|incident| incident.acknowledged.is_none()) {
            let reached = world.pages.deliveries_of(incident.id).any(Delivery::is_delivered);
            if !reached && !found_nobody(incident) {
                return Err(format!("incident {} is open, and nobody was reached", incident.id));
            }
        }
        Ok(())
    }

    /// Who got a page of what is over was told that it is over, unless that message itself was given up.
    fn check_end_is_told(&self, incident: &Incident) -> Result<(), Broken> {
        if !incident.is_resolved() {
            return Ok(());
        }
        let mut waits: BTreeMap<(&Name, &str), DeliveryId> = BTreeMap::new();
        let mut of: Vec<&Delivery> = self.sim.world.pages.deliveries_of(incident.id).collect();
        of.sort_by_key(|delivery| delivery.id);
        for delivery in of {
            let road = (&delivery.person, &*delivery.contact);
            match (&delivery.notice, &delivery.state) {
                (None, DeliveryState::Delivered { .. }) => {
                    waits.insert(road, delivery.id);
                }
                (Some(Notice::Resolved), DeliveryState::Delivered { .. } | DeliveryState::Failed { .. }) => {
                    waits.remove(&road);
                }
                (_, DeliveryState::Waiting { .. } | DeliveryState::Sending { .. }) => {
                    return Err(format!("delivery {} of a resolved incident is still under way", delivery.id));
                }
                _ => {}
            }
        }
        match waits.first_key_value() {
            None => Ok(()),
            Some((road, page)) => Err(format!("incident {}: {road:?} got {page} and never the end", incident.id)),
        }
    }

    /// Every message that left stands on the timeline of its incident, with how each attempt began and what came of it.
    fn check_timelines(&self) -> Result<(), Broken> {
        let (mut began, mut ended) = (BTreeSet::new(), BTreeSet::new());
        let moments = self.sim.world.incidents.iter().flat_map(|incident| &incident.timeline);
        for moment in moments {
            match moment.fact() {
                Fact::Page(PageFact::Opened { deliveries, .. } | PageFact::Noticed { deliveries, .. }) => {
                    began.extend(deliveries.iter().map(|Planned { delivery, .. }| (*delivery, 1)));
                }
                Fact::Page(PageFact::DeliveryStarted { delivery, attempt }) => {
                    began.insert((*delivery, *attempt));
                }
                Fact::Page(
                    PageFact::DeliverySucceeded { delivery, attempt, .. }
                    | PageFact::DeliveryFailed { delivery, attempt, .. },
                ) if !ended.insert((*delivery, *attempt)) => {
                    return Err(format!("attempt {attempt} of delivery {delivery} ended twice"));
                }
                _ => {}
            }
        }
        // Of a long timeline only the beginning and the end are kept.
        let incidents = &self.sim.world.incidents;
        let is_whole = |sent: &&Sent| incidents.get(sent.incident).is_none_or(|of| of.timeline.left_out().is_none());
        for sent in self.sim.sent.iter().filter(is_whole) {
            let attempt = (sent.delivery, sent.attempt);
            if !began.contains(&attempt) || !ended.contains(&attempt) {
                return Err(format!("attempt {attempt:?} was sent, and the timeline does not account for it"));
            }
        }
        Ok(())
    }
}

/// Its escalation says aloud that nobody is on watch: at night, that is all there is to say.
fn found_nobody(incident: &Incident) -> bool {
    let mut steps = incident.timeline.iter().rev().filter_map(|moment| match moment.fact() {
        Fact::Page(PageFact::Exhausted { because, .. }) => Some(*because == StepBecause::NobodyOnWatch),
        Fact::Page(PageFact::Opened { .. }) => Some(false),
        _ => None,
    });
    steps.next().unwrap_or(false)
}

fn first_difference(a: &[u8], b: &[u8]) -> String {
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    let around =
        |bytes: &[u8]| String::from_utf8_lossy(&bytes[at.saturating_sub(120)..bytes.len().min(at + 120)]).into_owned();
    format!("\n  {}\n  {}", around(a), around(b))
}
