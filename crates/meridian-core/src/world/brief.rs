//! What the next watch must know, composed from the world as it is.

mod announced;
mod fallback;
mod incidents;
mod people;

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::{World, handoffs};
use crate::{
    Instant,
    alert::{Silence, SilenceState},
    estate::Target,
    handoff::{About, Action, Brief, Handoff, Item, ItemKey, Stability, StabilityBecause, Who},
    id::{HandoffId, Name},
    roster::next_edge,
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
        composing.announced();
        composing.overrides();
        composing.covers();
        composing.swaps();
        composing.out();
        composing.holes();
        composing.not_accepted();
        composing.contacts();
        composing.estate();
        composing.notes();
        let here = |person: &Name| self.estate.parsed.persons.contains_key(person);
        let mut brief = Brief::make(composing.items, handoff, self.handoffs.desk(handoff.rota()), &here);
        brief.moves.acknowledgements = self.acknowledged_by_outgoing(handoff, &brief).len();
        Some(brief)
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

    pub(super) fn display_name<'a>(&'a self, person: &'a Name) -> &'a str {
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
            computed: None,
            because: vec![StabilityBecause::Calm],
            summary: Vec::new(),
            detail: Vec::new(),
            latest: None,
            note: None,
            amended: None,
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

    /// What the incoming have of it: from the end of the outgoing on, or from now on if that has passed.
    fn begins(&self) -> Instant {
        self.handoff.edge.at.max(self.now)
    }

    /// Whether `[from, until)` lies in the incoming's watch, or in part.
    fn concerns(&self, from: Instant, until: Instant) -> bool {
        until > self.begins() && from < self.until
    }

    fn lead(&self) -> Option<Who> {
        let rota = self.world.estate.parsed.rotas.get(self.handoff.rota())?;
        self.world.leads(rota).into_iter().next().map(Who::Person)
    }

    /// Who does what falls due in the incoming's watch, as long as nobody else is named.
    fn incoming(&self) -> Option<Who> {
        self.handoff.edge.to.persons.first().cloned().map(Who::Person)
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

    /// Silences that end before the incoming's watch does, whether they hold now or begin later.
    fn silences(&mut self) {
        let world = self.world;
        // Everything that this rota is paged for is looked up once: there may be many silences.
        let groups = world.alerts.groups().filter(|(_, group)| self.escalations.contains(&group.receiver));
        let members: BTreeSet<_> = groups.flat_map(|(_, group)| group.members.iter().copied()).collect();
        for silence in world.alerts.silences() {
            let ends = self.now < silence.ends_at && silence.ends_at <= self.until;
            if !ends || silence.state(self.now) == SilenceState::Expired {
                continue;
            }
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
            let (ends_at, id, now) = (silence.ends_at, silence.id.clone(), self.now);
            let item = self.item(ItemKey::of("silence", &silence.id), About::Silence(id), silence.starts_at);
            item.summary = vec![format!("Silence {}", matchers.join(", ")).into()];
            item.detail = match silence.state(now) {
                SilenceState::Pending => vec!["Begins ".into(), silence.starts_at.into(), " and ends ".into()],
                _ => vec!["Ends ".into()],
            };
            item.detail.extend([ends_at.into(), format!(", in your watch{}", behind(silence, now, count)).into()]);
            if !silence.comment.is_empty() {
                item.detail.push(format!(" {}: {}", silence.created_by, silence.comment).into());
            }
            item.contingency = Some(vec!["If it ends unattended, what fires behind it pages you.".into()]);
            if let Some(owner) = &owner {
                item.actions.push(Action::new("extend it or let it end", owner.clone(), Some(ends_at)));
            }
            item.owner = owner;
        }
    }

    /// A refused change of the estate: the house runs on the one before.
    fn estate(&mut self) {
        let Some(refused) = &self.world.estate.refused else { return };
        let (at, count) = (refused.at, refused.problems.len());
        let lead = self.lead();
        let item = self.item(ItemKey::of("estate", "refused"), About::Estate, at);
        item.severity = Stability::Watcher;
        item.because = vec![StabilityBecause::OnFallback];
        item.summary = vec!["A change of the estate was refused".into()];
        let problems = if count == 1 { "1 problem".into() } else { format!("{count} problems") };
        item.detail = vec!["Since ".into(), at.into(), format!(", {problems}; the estate before it decides.").into()];
        item.owner = lead;
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

/// How many alerts a silence keeps quiet, or will.
fn behind(silence: &Silence, now: Instant, count: usize) -> String {
    match (silence.state(now), count) {
        (SilenceState::Pending, 0) => ". Nothing that it will cover fires.".into(),
        (SilenceState::Pending, 1) => ". 1 alert that it will cover fires now.".into(),
        (SilenceState::Pending, count) => format!(". {count} alerts that it will cover fire now."),
        (_, 0) => ". Nothing behind it fires.".into(),
        (_, 1) => ". 1 alert behind it still fires.".into(),
        (_, count) => format!(". {count} alerts behind it still fire."),
    }
}
