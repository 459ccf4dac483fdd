//! What becomes of handoffs: when they open, what people do to them, and when they are late.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{Turn, World};
use crate::{
    Instant,
    command::{Refusal, Reply},
    estate::{Escalation, Role, Step, Target},
    handoff::{self, About, Asked, Brief, End, Handoff, HandoffFact, Item, Mend, ReadBy, Timer, VoidBecause, Wish},
    id::{HandoffId, IncidentId, Name},
    incident::{IncidentFact, IncidentResolvedBecause, OpenedBecause, Severity},
    page::StepBecause,
    roster::{Edge, edges},
};

/// How long a step of a late handoff waits before it is walked again.
const STEP_WITHIN: SignedDuration = SignedDuration::from_mins(10);

impl World {
    /// `London to New York`, or `Tom Ashdown to Priya Nair` at one site.
    pub fn handoff_title(&self, edge: &Edge) -> String {
        let estate = &self.estate.parsed;
        let site = |name: &Name| estate.sites.get(name).map_or(name.to_string(), |site| site.display_name.clone());
        let person = |name: &Name| estate.persons.get(name).map_or(name.to_string(), |p| p.display_name.clone());
        let persons = |names: &BTreeSet<Name>| names.iter().map(person).collect::<Vec<_>>().join(" and ");
        match edge.is_between_sites() {
            true => format!("{} to {}", site(&edge.from.site), site(&edge.to.site)),
            false => format!("{} to {}", persons(&edge.from.persons), persons(&edge.to.persons)),
        }
    }

    /// Who may read back and accept: whom the edge names, and who is on the primary watch of the incoming site now.
    pub fn incoming(&self, handoff: &Handoff, now: Instant) -> BTreeSet<Name> {
        let edge = &handoff.edge;
        let on = self.on_watch(&edge.rota, now).into_iter();
        let there = on.filter(|shift| shift.role == Role::Primary && shift.site == edge.to.site);
        let there: BTreeSet<Name> = there.map(|shift| shift.person).collect();
        let mut incoming = edge.to.persons.clone();
        if edge.is_between_sites() {
            incoming.extend(there);
        } else {
            incoming.extend(there.difference(&edge.from.persons).cloned());
        }
        incoming.retain(|person| self.estate.parsed.persons.contains_key(person));
        incoming
    }

    /// The open handoffs of its rota that came no later: accepted with it.
    fn not_after(&self, handoff: &Handoff) -> impl Iterator<Item = &Handoff> {
        let (rota, at) = (handoff.rota().clone(), handoff.edge.at);
        self.handoffs.open().filter(move |other| *other.rota() == rota && other.edge.at <= at)
    }

    /// The incidents of its brief that the outgoing have acknowledged, and who: what its acceptance moves.
    pub(super) fn acknowledged_by_outgoing(&self, handoff: &Handoff, brief: &Brief) -> Vec<(IncidentId, Name)> {
        let older = self.not_after(handoff).flat_map(|other| &other.edge.from.persons);
        let outgoing: BTreeSet<&Name> = handoff.edge.from.persons.iter().chain(older).collect();
        let has = |item: &Item| {
            let About::Incident { incident, .. } = &item.about else { return None };
            let by = &self.incidents.get(*incident)?.acknowledged.as_ref()?.by;
            outgoing.contains(by).then(|| (*incident, by.clone()))
        };
        brief.items.iter().filter_map(has).collect()
    }

    /// What the escalation of a late handoff does: both sides first; once it escalated, the leads as well.
    pub(super) fn handoff_escalation(&self, id: HandoffId) -> Option<Escalation> {
        let handoff = self.handoffs.get(id)?;
        let mut persons: Vec<Name> =
            handoff.edge.from.persons.iter().chain(&handoff.edge.to.persons).cloned().collect();
        let rota = self.estate.parsed.rotas.get(handoff.rota());
        if handoff.escalated_at.is_some() {
            persons.extend(rota.map(|rota| self.leads(rota)).unwrap_or_default());
        }
        let step = Step { page: persons.into_iter().map(Target::Person).collect(), within: STEP_WITHIN };
        let name = handoff.rota().clone();
        Some(Escalation { name, display_name: "Late handoff".into(), steps: vec![step], repeat: 2 })
    }
}

impl Turn<'_> {
    pub fn handoff(&mut self, id: HandoffId, by: &Name, wish: Wish) -> Result<Reply, Refusal> {
        let not_found = || Refusal::NotFound(format!("handoff {id}"));
        let handoff = self.world.handoffs.get(id).ok_or_else(not_found)?;
        let brief = self.world.brief(id, self.now).ok_or_else(not_found)?;
        let incoming = self.world.incoming(handoff, self.now);
        let item = match &wish {
            Wish::AddAction { item, .. } | Wish::ChangeAction { item, .. } | Wish::RemoveAction { item, .. } => {
                Some(item)
            }
            _ => None,
        };
        let added = item.and_then(|item| self.world.handoffs.desk(handoff.rota()).get(item));
        let next_note = self.world.handoffs.next_note(handoff.rota());
        let asked = Asked { now: self.now, by, brief: &brief, incoming: &incoming, added, next_note };
        let facts = handoff::plan(handoff, &asked, wish)?;
        let accepted = facts.iter().any(|fact| matches!(fact, HandoffFact::Accepted { .. }));
        if facts.is_empty() {
            return Ok(Reply::Already);
        }
        self.record_all(facts);
        if accepted {
            self.taken(id, by, &brief);
        }
        Ok(Reply::Done)
    }

    /// What an acceptance carries along: older handoffs of the rota are over, acknowledgements go to the incoming, and
    /// nobody is paged for it any more.
    fn taken(&mut self, id: HandoffId, by: &Name, brief: &Brief) {
        let Some(handoff) = self.world.handoffs.get(id).cloned() else { return };
        let move_on = self.world.acknowledged_by_outgoing(&handoff, brief);
        let older: Vec<HandoffId> = self.world.not_after(&handoff).map(|other| other.id).collect();
        for other in older {
            self.void(other, VoidBecause::Superseded { by: id });
        }
        for (incident, _) in move_on.into_iter().filter(|(_, has)| has != by) {
            self.record(IncidentFact::HandedOver { incident, to: by.clone(), handoff: id });
        }
        self.quiet(id);
    }

    fn void(&mut self, id: HandoffId, because: VoidBecause) {
        self.record(HandoffFact::Void { handoff: id, because });
        self.quiet(id);
    }

    /// The incident that paged for a late handoff is over with it.
    fn quiet(&mut self, id: HandoffId) {
        let late = self.world.handoffs.get(id).and_then(|handoff| handoff.late);
        let open = late.filter(|late| self.world.incidents.get(late.incident).is_some_and(|i| !i.is_resolved()));
        if let Some(late) = open {
            self.resolve(late.incident, IncidentResolvedBecause::HandoffEnded { handoff: id });
        }
    }

    /// What is due of handoffs, one after the other.
    pub fn handoff_timers(&mut self) {
        while let Some(timer) = self.world.handoffs.due(self.now) {
            match timer {
                Timer::Open(edge) => {
                    let edge = self.newest_passed(edge);
                    let handoff = self.world.handoffs.next_id();
                    self.record(HandoffFact::Opened { handoff, edge });
                }
                Timer::Mend(handoff, Mend::Change(edge)) => self.record(HandoffFact::Changed { handoff, edge }),
                Timer::Mend(handoff, Mend::Void(because)) => self.void(handoff, because),
                Timer::Late(handoff) => self.late(handoff),
                Timer::Escalate(handoff) => self.escalate(handoff),
            }
        }
    }

    /// After a long sleep several edges may have passed; only the last of them is worth a handoff.
    fn newest_passed(&self, edge: Edge) -> Edge {
        let world = &self.world;
        let Some(rota) = world.estate().rotas.get(&edge.rota) else { return edge };
        let Some(rule) = &rota.handoff else { return edge };
        if edge.due() >= self.now {
            return edge;
        }
        let passed = edges(rota, &world.overrides.of(&rota.name), edge.at, self.now).into_iter();
        passed.filter(|found| handoff::is_handed_over(rule, found) && found.due() <= self.now).last().unwrap_or(edge)
    }

    fn late(&mut self, id: HandoffId) {
        let Some(incident) = self.open_late(id, Severity::Sev3) else { return };
        self.record(HandoffFact::Late { handoff: id, incident });
        self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::IncidentOpened));
    }

    /// An acknowledgement says that somebody comes; it is acceptance that is asked for, so the leads are paged anyway.
    fn escalate(&mut self, id: HandoffId) {
        let Some(handoff) = self.world.handoffs.get(id) else { return };
        let rota = self.world.estate().rotas.get(handoff.rota()).cloned();
        let leads = rota.map(|rota| self.world.leads(&rota).into_iter().collect()).unwrap_or_default();
        let open = |late: &handoff::Late| self.world.incidents.get(late.incident).is_some_and(|i| !i.is_resolved());
        match handoff.late.filter(open) {
            Some(late) => {
                let incident = late.incident;
                self.record(HandoffFact::Escalated { handoff: id, incident, leads });
                let reason = "the watch is still not accepted".to_owned();
                let severity = Severity::Sev2;
                self.record(IncidentFact::SeverityChanged { incident, severity, reason, wakes: true });
                self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::SeverityRaised));
            }
            // Somebody closed it without accepting.
            None => {
                let Some(incident) = self.open_late(id, Severity::Sev2) else { return };
                self.record(HandoffFact::Escalated { handoff: id, incident, leads });
                self.page(incident, |pages, context| pages.plan_begin(context, StepBecause::IncidentOpened));
            }
        }
    }

    fn open_late(&mut self, id: HandoffId, severity: Severity) -> Option<IncidentId> {
        let handoff = self.world.handoffs.get(id)?;
        let title = format!("Handoff {} is not accepted", self.world.handoff_title(&handoff.edge));
        let (incident, escalation) = (self.world.incidents.next_id(), handoff.rota().clone());
        let because = OpenedBecause::HandoffLate { handoff: id };
        self.record(IncidentFact::Opened { incident, title, severity, escalation, because });
        Some(incident)
    }
}

/// The brief of a handoff that ended: as it was accepted.
pub(super) fn kept(handoff: &Handoff) -> Option<Brief> {
    let items = match &handoff.end {
        Some(End::Accepted { items, .. }) => items.clone(),
        Some(End::Void { .. }) => Vec::new(),
        None => return None,
    };
    let read_by = handoff.readings.iter().map(|(by, read)| ReadBy { by: by.clone(), at: read.at, unread: Vec::new() });
    let read_by = read_by.collect();
    Some(Brief { items, lacking: Vec::new(), read_by, moves: Default::default() })
}
