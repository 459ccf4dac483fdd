//! A second Meridian that knows nothing but the journal, and judges every entry before it folds it.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use meridian_core::{
    Instant, World,
    estate::{Role, Target},
    fact::Fact,
    id::{DeliveryId, IncidentId, Name},
    incident::{IncidentFact, OpenedBecause},
    journal::{Entry, Head, Sealed, link, open},
    page::{PageFact, PagedBecause, Planned, StepBecause},
};

use super::{Broken, told::Owed};

#[derive(Default)]
pub(super) struct Witness {
    pub world: World,
    head: Option<Head>,
    /// Whom the present step of each incident paged, and why it came.
    steps: BTreeMap<IncidentId, (Option<StepBecause>, Vec<Name>)>,
    owed: Owed,
}

impl Witness {
    /// Reads what the journal has beyond what was read before.
    pub fn read(&mut self, journal: &[Sealed]) -> Result<(), Broken> {
        for sealed in &journal[self.world.seq() as usize..] {
            let before = self.head.unwrap_or(Head::GENESIS);
            self.head = Some(link(before, sealed).map_err(|broken| broken.to_string())?);
            let entry = open(sealed).map_err(|broken| broken.to_string())?;
            let of_entry = |why: Broken| format!("entry {}: {why}", entry.seq);
            self.owed.before(&self.world, &entry).map_err(of_entry)?;
            self.judge(&entry).map_err(of_entry)?;
            self.world.fold(&entry);
            self.owed.after(&self.world, &entry).map_err(of_entry)?;
        }
        self.owed.settled(&self.world)
    }

    fn judge(&mut self, entry: &Entry) -> Result<(), Broken> {
        if entry.at < self.world.at() {
            return Err(format!("{} is before {}", entry.at, self.world.at()));
        }
        match &*entry.fact {
            Fact::Incident(IncidentFact::Opened { because: OpenedBecause::AlertsFired { alerts, .. }, .. })
            | Fact::Incident(IncidentFact::Reopened { alerts, .. }) => {
                let quiet = alerts.iter().find_map(|alert| self.world.alerts.quiet(*alert, entry.at));
                quiet.map_or(Ok(()), |why| Err(format!("an alert that is quiet led to an incident: {why:?}")))
            }
            Fact::Page(PageFact::Stepped { incident, because, .. }) => {
                self.steps.insert(*incident, (Some(because.clone()), Vec::new()));
                Ok(())
            }
            Fact::Page(PageFact::Opened { incident, person, because, deliveries, .. }) => {
                self.may_page(entry.at, *incident, person, because)?;
                self.each_contact_as_planned(person, deliveries)?;
                self.once_by_step(*incident, person)
            }
            Fact::Page(PageFact::DeliveryStarted { delivery, .. }) => match self.world.notices.delivery(*delivery) {
                Some(_) => self.may_start_notice(entry.at, *delivery),
                None => self.may_start(*delivery),
            },
            Fact::Notice(fact) => self.may_tell(entry, fact),
            _ => Ok(()),
        }
    }

    /// Only who is on watch at this instant, is named, is of the team, or was chosen by hand is paged; nobody is when
    /// somebody answered.
    fn may_page(&self, at: Instant, of: IncidentId, person: &Name, because: &PagedBecause) -> Result<(), Broken> {
        let world = &self.world;
        let incident = world.incidents.get(of).ok_or("a page of no incident")?;
        if incident.acknowledged.is_some() || incident.is_resolved() {
            return Err(format!("incident {of} is {}, and {person} is paged", incident.status().word()));
        }
        let named = |target: &Target| *target == Target::Person(person.clone());
        let mut targets = world.estate().escalations.values().flat_map(|e| &e.steps).flat_map(|step| &step.page);
        let right = match because {
            PagedBecause::OnWatch { rota, role, layer } => world
                .shifts(rota, at, at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at))
                .iter()
                .any(|shift| shift.person == *person && shift.role == *role && *shift.layer == **layer),
            PagedBecause::Named => match incident.handoff.and_then(|handoff| world.handoffs.get(handoff)) {
                // A late handoff names both sides, and at last the leads.
                Some(handoff) => {
                    let leads = || world.estate().rotas.get(handoff.rota()).map(|rota| world.leads(rota));
                    let sides = handoff.edge.from.persons.iter().chain(&handoff.edge.to.persons);
                    sides.chain(leads().iter().flatten()).any(|named| named == person)
                }
                None => targets.any(named),
            },
            PagedBecause::HandoffNotAccepted { handoff, .. } => world
                .handoffs
                .get(*handoff)
                .is_some_and(|handoff| handoff.keeps_outgoing(at) && handoff.edge.from.persons.contains(person)),
            PagedBecause::HandoffAccepted { handoff, .. } => {
                world.handoffs.get(*handoff).is_some_and(|handoff| handoff.is_early(at))
            }
            PagedBecause::NobodyScheduled { rota } => primaries(world, rota, at).is_empty(),
            // Whoever is on watch is sick.
            PagedBecause::NobodyElse { rota } => {
                primaries(world, rota, at).iter().all(|person| world.is_sick(person, at))
            }
            PagedBecause::MemberOf { team } => {
                world.estate().teams.get(team).is_some_and(|team| team.members.contains(person))
            }
            PagedBecause::Reassigned => {
                let step = self.steps.get(&of).and_then(|(because, _)| because.as_ref());
                matches!(step, Some(StepBecause::Reassigned { to }) if to == person)
            }
        };
        if right && !matches!(because, PagedBecause::OnWatch { role: Role::Shadow, .. }) {
            Ok(())
        } else {
            Err(format!("{person} is paged because {because:?}, which is not so at {at}"))
        }
    }

    /// A contact gets a page as often as the person's plan says.
    fn each_contact_as_planned(&self, person: &Name, deliveries: &[Planned]) -> Result<(), Broken> {
        let Some(person) = self.world.estate().persons.get(person) else { return Err("nobody in the estate".into()) };
        for planned in deliveries {
            let times = deliveries.iter().filter(|other| other.contact == planned.contact).count();
            let wanted = |steps: &[meridian_core::estate::ReachStep]| {
                steps.iter().filter(|step| *step.contact == *planned.contact).count()
            };
            if times > wanted(&person.reach.high).max(wanted(&person.reach.low)) {
                return Err(format!("{} gets one page {times} times over {}", person.name, planned.contact));
            }
        }
        Ok(())
    }

    fn once_by_step(&mut self, incident: IncidentId, person: &Name) -> Result<(), Broken> {
        let (_, paged) = self.steps.entry(incident).or_default();
        if paged.contains(person) {
            return Err(format!("one step of incident {incident} pages {person} twice"));
        }
        paged.push(person.clone());
        Ok(())
    }

    /// Nothing overtakes on a road, and nobody is tried again who needs not answer any more.
    fn may_start(&self, id: DeliveryId) -> Result<(), Broken> {
        let pages = &self.world.pages;
        let delivery = pages.delivery(id).ok_or_else(|| format!("delivery {id} is unknown"))?;
        let same_road = |other: &meridian_core::page::Delivery| {
            other.person == delivery.person && other.contact == delivery.contact
        };
        let before =
            pages.deliveries_of(delivery.incident).find(|other| other.id < id && other.is_open() && same_road(other));
        if let Some(before) = before {
            return Err(format!("delivery {id} starts while {} before it is under way", before.id));
        }
        let incident = self.world.incidents.get(delivery.incident).ok_or("a delivery of no incident")?;
        let answered = incident.acknowledged.is_some() || incident.is_resolved();
        match delivery.notice {
            None if answered => Err(format!("delivery {id} starts, and incident {} is answered", incident.id)),
            _ => Ok(()),
        }
    }
}

/// Who is on watch as a primary in this rota.
fn primaries(world: &World, rota: &Name, at: Instant) -> Vec<Name> {
    let until = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
    let shifts = world.shifts(rota, at, until).into_iter();
    shifts.filter(|shift| shift.role == Role::Primary).map(|shift| shift.person).collect()
}
