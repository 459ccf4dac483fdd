//! What the next watch must know, composed from the world as it is.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{World, handoffs};
use crate::{
    Instant,
    alert::SilenceState,
    estate::{Role, Target},
    fact::Fact,
    handoff::{About, Action, Brief, Handoff, Item, ItemKey, Phrase, Stability, StabilityBecause, Who},
    id::{HandoffId, Name},
    incident::{Incident, IncidentFact, Severity, Status},
    page::DeliveryState,
    roster::{holes, next_edge},
};

/// A shift whose end the plan does not say is looked ahead so far.
const LOOKED_AHEAD: SignedDuration = SignedDuration::from_hours(12);

/// One brief while it is composed.
struct Composing<'a> {
    world: &'a World,
    handoff: &'a Handoff,
    now: Instant,
    /// The end of the incoming's watch.
    until: Instant,
    /// The escalations that page this rota.
    escalations: BTreeSet<&'a Name>,
    items: Vec<Item>,
}

impl World {
    /// The brief of a handoff: as it is now, or as it was accepted.
    pub fn brief(&self, id: HandoffId, now: Instant) -> Option<Brief> {
        let handoff = self.handoffs.get(id)?;
        if let Some(kept) = handoffs::kept(handoff) {
            return Some(kept);
        }
        let mut composing = Composing {
            world: self,
            handoff,
            now,
            until: self.incoming_until(handoff),
            escalations: self.escalations_of(handoff.rota()),
            items: Vec::new(),
        };
        composing.incidents();
        composing.alerts();
        composing.silences();
        composing.overrides();
        composing.holes();
        composing.contacts();
        composing.estate();
        composing.notes();
        Some(Brief::make(composing.items, handoff, self.handoffs.desk(handoff.rota())))
    }

    /// Until when the incoming have the watch, by the plan.
    pub fn incoming_until(&self, handoff: &Handoff) -> Instant {
        let due = handoff.edge.due();
        let later = due.saturating_add(LOOKED_AHEAD).unwrap_or(due);
        let after = due.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(due);
        let Some(rota) = self.estate.parsed.rotas.get(handoff.rota()) else { return later };
        let next = next_edge(rota, &self.overrides.of(&rota.name), after, |edge| edge.is_between_sites());
        next.map_or(later, |edge| edge.at)
    }

    fn escalations_of(&self, rota: &Name) -> BTreeSet<&Name> {
        let pages = |target: &Target| matches!(target, Target::Rota(name, _) if name == rota);
        let escalations = self.estate.parsed.escalations.values();
        let found = escalations.filter(|escalation| escalation.steps.iter().any(|step| step.page.iter().any(pages)));
        found.map(|escalation| &escalation.name).collect()
    }

    fn display_name<'a>(&'a self, person: &'a Name) -> &'a str {
        self.estate.parsed.persons.get(person).map_or(person.as_str(), |person| &person.display_name)
    }
}

impl<'a> Composing<'a> {
    fn item(&mut self, key: ItemKey, about: About, since: Instant) -> &mut Item {
        let place = self.items.len();
        self.items.push(Item {
            key,
            number: 0,
            about,
            severity: Stability::Stable,
            because: vec![StabilityBecause::Calm],
            summary: Vec::new(),
            detail: Vec::new(),
            note: None,
            since,
            owner: None,
            actions: Vec::new(),
            contingency: None,
            questions: Vec::new(),
            read_back: None,
            waivers: Vec::new(),
        });
        &mut self.items[place]
    }

    /// Who does what falls due in the incoming's watch, as long as nobody else is named.
    fn incoming(&self) -> Option<Who> {
        self.handoff.edge.to.persons.first().cloned().map(Who::Person)
    }

    fn incidents(&mut self) {
        let world = self.world;
        let ours = |incident: &&Incident| incident.handoff.is_none() && self.escalations.contains(&incident.escalation);
        let open: Vec<&Incident> = world.incidents.open().filter(ours).collect();
        for incident in open {
            let (severity, because) = stability(incident, self.now);
            let about =
                About::Incident { incident: incident.id, severity: incident.severity, status: incident.status() };
            let mut detail: Vec<Phrase> =
                vec![format!("{} since ", incident.severity).into(), incident.opened_at.into()];
            match &incident.acknowledged {
                Some(has) => {
                    detail.extend([format!(". {} has it since ", world.display_name(&has.by)).into(), has.at.into()]);
                }
                None => detail.push(". Nobody has it".into()),
            }
            detail.push(match incident.alerts.len() {
                0 => ".".into(),
                1 => ". 1 alert fires.".into(),
                count => format!(". {count} alerts fire.").into(),
            });
            if let Some(note) = newest_note(incident) {
                detail.push(format!(" {note}").into());
            }
            let key = ItemKey::of("incident", incident.id);
            let item = self.item(key, about, incident.reopened_at.unwrap_or(incident.opened_at));
            item.summary = vec![format!("INC-{}, {}", incident.id, incident.title).into()];
            (item.severity, item.because, item.detail) = (severity, because, detail);
            item.owner = incident.acknowledged.as_ref().map(|has| Who::Person(has.by.clone()));
            if let (Some(promise), Some(owner)) = (&incident.promise, &item.owner) {
                let action = Action { text: promise.what.clone(), owner: owner.clone(), due: Some(promise.due) };
                item.actions.push(action);
            }
        }
    }

    /// Groups whose incident somebody closed while their alerts still fire.
    fn alerts(&mut self) {
        let world = self.world;
        for (key, group) in world.alerts.groups() {
            let closed = group.incident.is_none() && !group.members.is_empty() && !group.announced.is_empty();
            let Some(former) = world.alerts.former_incident(key).filter(|_| closed) else { continue };
            if !self.escalations.contains(&group.receiver) {
                continue;
            }
            let count = group.members.len();
            let title = world.incidents.get(former.incident).map(|incident| incident.title.clone());
            let owner = self.incoming();
            let item = self.item(ItemKey::of("alerts", former.incident), About::Alerts, former.resolved_at);
            item.severity = Stability::Watcher;
            item.because = vec![StabilityBecause::StillFires];
            item.summary = vec![title.unwrap_or_else(|| "Alerts".into()).into()];
            let how_many = if count == 1 { "1 alert still fires".into() } else { format!("{count} alerts still fire") };
            item.detail = vec![
                format!("INC-{} was closed ", former.incident).into(),
                former.resolved_at.into(),
                format!("; {how_many}.").into(),
            ];
            item.owner = owner;
            item.contingency = Some(vec!["If they fire on, the incident opens again.".into()]);
        }
    }

    /// Silences that end before the incoming's watch does.
    fn silences(&mut self) {
        let world = self.world;
        for silence in world.alerts.silences() {
            let ends = self.now < silence.ends_at && silence.ends_at <= self.until;
            if !ends || silence.state(self.now) != SilenceState::Active {
                continue;
            }
            let groups = world.alerts.groups().filter(|(_, group)| self.escalations.contains(&group.receiver));
            let members: BTreeSet<_> = groups.flat_map(|(_, group)| group.members.iter().copied()).collect();
            let alerts = members.iter().filter_map(|fp| world.alerts.get(*fp));
            let count = alerts.filter(|alert| world.alerts.covers(&silence.id, &alert.labels)).count();
            // One that covers only what others are paged for is theirs.
            let of_others = || world.alerts.any_active(|alert| world.alerts.covers(&silence.id, &alert.labels));
            if count == 0 && of_others() {
                continue;
            }
            let matchers: Vec<String> =
                silence.matchers.iter().map(|m| format!("{}{}{}", m.name, m.op.as_str(), m.value)).collect();
            let owner = self.incoming();
            let (ends_at, id) = (silence.ends_at, silence.id.clone());
            let item = self.item(ItemKey::of("silence", &silence.id), About::Silence(id), silence.starts_at);
            item.summary = vec![format!("Silence {}", matchers.join(", ")).into()];
            let behind = match count {
                0 => ". Nothing behind it fires.".to_owned(),
                1 => ". 1 alert behind it still fires.".to_owned(),
                count => format!(". {count} alerts behind it still fire."),
            };
            item.detail = vec!["Ends ".into(), ends_at.into(), format!(", in your watch{behind}").into()];
            if !silence.comment.is_empty() {
                item.detail.push(format!(" {}: {}", silence.created_by, silence.comment).into());
            }
            item.contingency = Some(vec![match count {
                0 => "If it ends unattended, new alerts page you.".into(),
                1 => "If it ends unattended, 1 alert pages you.".into(),
                count => format!("If it ends unattended, {count} alerts page you.").into(),
            }]);
            if let Some(owner) = &owner {
                let action = "extend it or let it end".to_owned();
                item.actions.push(Action { text: action, owner: owner.clone(), due: Some(ends_at) });
            }
            item.owner = owner;
        }
    }

    /// Changes of who is on watch that matter in the incoming's watch.
    fn overrides(&mut self) {
        let world = self.world;
        for (id, change) in world.overrides.numbered(self.handoff.rota()) {
            if change.until <= self.now || self.until <= change.from {
                continue;
            }
            let with = world.display_name(&change.with);
            let summary = match &change.replace {
                Some(who) => format!("{with} watches for {}", world.display_name(who)),
                None => format!("{with} watches as well"),
            };
            let item = self.item(ItemKey::of("override", id), About::Override(*id), change.from);
            item.summary = vec![summary.into()];
            item.detail = vec!["From ".into(), change.from.into(), " until ".into(), change.until.into(), ".".into()];
            item.owner = Some(Who::Person(change.with.clone()));
            item.contingency = Some(vec![format!("If {with} can't be reached, the escalation goes on.").into()]);
        }
    }

    /// Where nobody is scheduled in the incoming's watch or right after it.
    fn holes(&mut self) {
        let world = self.world;
        let Some(rota) = world.estate.parsed.rotas.get(self.handoff.rota()) else { return };
        let due = self.handoff.edge.due().max(self.now);
        let until = self.until.saturating_add(LOOKED_AHEAD).unwrap_or(self.until);
        for (from, until) in holes(rota, &world.overrides.of(&rota.name), Role::Primary, due, until) {
            if from > self.until {
                continue;
            }
            let leads = world.leads(rota);
            let last = self.handoff.edge.to.persons.first().map(|p| world.display_name(p)).unwrap_or("the last watch");
            let item = self.item(ItemKey::of("hole", from), About::Hole { from, until }, from);
            item.summary = vec!["Nobody is scheduled ".into(), from.into(), " to ".into(), until.into()];
            item.detail = vec![format!("{last} stays responsible until the next watch accepts.").into()];
            item.owner = leads.first().cloned().map(Who::Person);
            if let Some(owner) = &item.owner {
                let action = Action { text: "find cover".into(), owner: owner.clone(), due: Some(from) };
                item.actions.push(action);
            }
            item.contingency = Some(vec!["If none is found, keep the phone until ".into(), until.into(), ".".into()]);
        }
    }

    /// Ways to reach somebody of this rota that gave up since the last handoff.
    fn contacts(&mut self) {
        let world = self.world;
        let since = self.handoff.opened_at.saturating_sub(LOOKED_AHEAD).unwrap_or(self.handoff.opened_at);
        // The newest word of each way counts: one that works again is no matter.
        let mut settled: BTreeSet<(&Name, &str)> = BTreeSet::new();
        let mut gave_up: Vec<(Name, String, Instant, String)> = Vec::new();
        for page in world.pages.pages().rev().take_while(|page| page.opened_at >= since) {
            let ours = world.incidents.get(page.incident).is_some_and(|i| self.escalations.contains(&i.escalation));
            if !ours {
                continue;
            }
            for delivery in page.deliveries.iter().filter_map(|id| world.pages.delivery(*id)) {
                if delivery.is_open() || !settled.insert((&delivery.person, &delivery.contact)) {
                    continue;
                }
                let DeliveryState::Failed { at } = delivery.state else { continue };
                let error = delivery.attempts.last().and_then(|attempt| attempt.outcome.as_ref().err().cloned());
                if world.estate.parsed.persons.contains_key(&delivery.person) {
                    let error = error.unwrap_or_default();
                    gave_up.push((delivery.person.clone(), delivery.contact.to_string(), at, error.to_string()));
                }
            }
        }
        for (person, contact, at, error) in gave_up {
            let name = world.display_name(&person).to_owned();
            let key = ItemKey::of("contact", format!("{person}/{contact}"));
            let item = self.item(key, About::Contact { person: person.clone(), contact: contact.clone() }, at);
            item.severity = Stability::Watcher;
            item.because = vec![StabilityBecause::OnFallback];
            item.summary = vec![format!("{contact} of {name} gave up").into()];
            item.detail = vec!["Since ".into(), at.into(), format!(": {error}. Pages go over what is left.").into()];
            item.owner = Some(Who::Person(person));
            item.contingency = Some(vec!["If nothing gets through, the escalation goes on.".into()]);
        }
    }

    /// A refused change of the estate: the house runs on the one before.
    fn estate(&mut self) {
        let Some(refused) = &self.world.estate.refused else { return };
        let (at, count) = (refused.at, refused.problems.len());
        let leads = self.world.estate.parsed.rotas.get(self.handoff.rota()).map(|rota| self.world.leads(rota));
        let item = self.item(ItemKey::of("estate", "refused"), About::Estate, at);
        item.severity = Stability::Watcher;
        item.because = vec![StabilityBecause::OnFallback];
        item.summary = vec!["A change of the estate was refused".into()];
        let problems = if count == 1 { "1 problem".into() } else { format!("{count} problems") };
        item.detail = vec!["Since ".into(), at.into(), format!(", {problems}; the estate before it decides.").into()];
        item.owner = leads.and_then(|leads| leads.first().cloned()).map(Who::Person);
        item.contingency = Some(vec!["If a change is urgent, take the broken one back first.".into()]);
    }

    fn notes(&mut self) {
        for (key, added) in self.world.handoffs.desk(self.handoff.rota()) {
            let Some(written) = &added.written else { continue };
            let item = self.item(key.clone(), About::Note, written.at);
            item.summary = vec![written.summary.as_str().into()];
            if !written.detail.is_empty() {
                item.detail = vec![written.detail.as_str().into()];
            }
        }
    }
}

fn stability(incident: &Incident, now: Instant) -> (Stability, Vec<StabilityBecause>) {
    let mut unstable = Vec::new();
    if incident.severity <= Severity::Sev2 {
        unstable.push(StabilityBecause::Severe(incident.severity));
    }
    if incident.status() == Status::Open {
        unstable.push(StabilityBecause::Unacknowledged);
    }
    let mut watcher = Vec::new();
    if incident.reopened_at.is_some() {
        watcher.push(StabilityBecause::Reopened);
    }
    let back = came_back(incident);
    if back >= 2 {
        watcher.push(StabilityBecause::Flapped(back));
    }
    if incident.promise.as_ref().is_some_and(|promise| promise.due < now) {
        watcher.push(StabilityBecause::PromiseOverdue);
    }
    match (unstable.is_empty(), watcher.is_empty()) {
        (false, _) => (Stability::Unstable, unstable),
        (true, false) => (Stability::Watcher, watcher),
        (true, true) => (Stability::Stable, vec![StabilityBecause::Calm]),
    }
}

/// How often alerts of the incident ended and came back.
fn came_back(incident: &Incident) -> u32 {
    let (mut left_before, mut times) = (false, 0);
    for moment in &incident.timeline {
        if let Fact::Incident(IncidentFact::AlertsChanged { joined, left, .. }) = moment.fact() {
            if left_before && !joined.is_empty() {
                (left_before, times) = (false, times + 1);
            }
            left_before |= !left.is_empty();
        }
    }
    times
}

fn newest_note(incident: &Incident) -> Option<&str> {
    incident.timeline.iter().rev().find_map(|moment| match moment.fact() {
        Fact::Incident(IncidentFact::Noted { text, .. }) => text.lines().next(),
        _ => None,
    })
}
