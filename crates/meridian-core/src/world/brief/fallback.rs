//! What is done another way than it should be: a watch that nobody has, or that nobody took over; ways to reach people
//! that gave up.

use std::collections::{BTreeMap, BTreeSet};

use super::{Composing, LOOKED_AHEAD};
use crate::{
    Instant,
    estate::Role,
    handoff::{About, Action, ItemKey, Stability, StabilityBecause, Who},
    id::Name,
    page::DeliveryState,
    roster::holes,
};

/// A contact that gave up.
struct GaveUp {
    person: Name,
    contact: String,
    at: Instant,
    error: String,
}

impl Composing<'_> {
    /// Where nobody is scheduled in the incoming's watch or right after it.
    pub(super) fn holes(&mut self) {
        let world = self.world;
        let Some(rota) = world.estate.parsed.rotas.get(self.handoff.rota()) else { return };
        self.present_hole();
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
                item.actions.push(Action::new("find cover", owner.clone(), Some(from)));
            }
            item.contingency = Some(vec!["If none is found, keep the phone until ".into(), until.into(), ".".into()]);
        }
    }

    /// The watch passes over a hole: until it is due the outgoing keep it, though nobody is scheduled.
    fn present_hole(&mut self) {
        let (from, until) = (self.handoff.edge.at, self.handoff.edge.incoming_from);
        if until <= from.max(self.now) {
            return;
        }
        let persons = self.handoff.edge.from.persons.iter();
        let last = persons.clone().map(|person| self.world.display_name(person)).collect::<Vec<_>>().join(" and ");
        let (owner, has_begun) = (persons.clone().next().cloned().map(Who::Person), from <= self.now);
        let item = self.item(ItemKey::of("hole", from), About::Hole { from, until }, from);
        if has_begun {
            (item.severity, item.because) = (Stability::Watcher, vec![StabilityBecause::OnFallback]);
        }
        item.summary = vec!["Nobody is scheduled ".into(), from.into(), " to ".into(), until.into()];
        item.detail = vec![format!("{last}, the last watch, stays responsible until you accept.").into()];
        item.owner = owner;
        item.contingency = Some(vec![format!("If {last} can't be reached, the escalation goes on.").into()]);
    }

    /// Older handoffs of the rota that nobody accepted: their outgoing are responsible still.
    pub(super) fn not_accepted(&mut self) {
        let (world, now) = (self.world, self.now);
        let of_rota = world.handoffs.of(self.handoff.rota());
        let older = of_rota.filter(|other| other.id < self.handoff.id && other.keeps_outgoing(now));
        let older: Vec<_> = older.collect();
        for other in older {
            let people: Vec<&str> = other.edge.from.persons.iter().map(|person| world.display_name(person)).collect();
            let (title, owner) = (world.handoff_title(&other.edge), other.edge.from.persons.first().cloned());
            let item = self.item(ItemKey::of("handoff", other.id), About::Handoff(other.id), other.edge.due());
            (item.severity, item.because) = (Stability::Watcher, vec![StabilityBecause::OnFallback]);
            item.summary = vec![format!("{title} was never accepted").into()];
            item.detail = vec!["Due ".into(), other.edge.due().into()];
            item.detail.push(format!("; {} is still responsible.", people.join(" and ")).into());
            item.owner = owner.map(Who::Person);
            item.contingency = Some(vec!["If you accept this one, that one is over as well.".into()]);
        }
    }

    /// Ways to reach somebody of this rota that gave up since the last handoff.
    pub(super) fn contacts(&mut self) {
        let world = self.world;
        let since = self.handoff.opened_at.saturating_sub(LOOKED_AHEAD).unwrap_or(self.handoff.opened_at);
        // The newest word of each way counts: one that works again is no matter.
        let mut settled: BTreeSet<(&Name, &str)> = BTreeSet::new();
        let mut gave_up: Vec<GaveUp> = Vec::new();
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
                    let (person, contact) = (delivery.person.clone(), delivery.contact.to_string());
                    let error = error.map_or_else(String::new, |error| error.to_string());
                    gave_up.push(GaveUp { person, contact, at, error });
                }
            }
        }
        let mut by_channel: BTreeMap<Option<Name>, Vec<GaveUp>> = BTreeMap::new();
        for one in gave_up {
            by_channel.entry(self.channel(&one)).or_default().push(one);
        }
        for (channel, gave_up) in by_channel {
            let people: BTreeSet<&Name> = gave_up.iter().map(|one| &one.person).collect();
            match channel {
                Some(channel) if people.len() > 1 => self.channel_fails(&channel, &gave_up),
                _ => gave_up.iter().for_each(|one| self.contact_fails(one)),
            }
        }
    }

    fn channel(&self, gave_up: &GaveUp) -> Option<Name> {
        let person = self.world.estate.parsed.persons.get(&gave_up.person)?;
        person.contacts.iter().find(|contact| contact.name == gave_up.contact).map(|contact| contact.channel.clone())
    }

    fn contact_fails(&mut self, GaveUp { person, contact, at, error }: &GaveUp) {
        let name = self.world.display_name(person).to_owned();
        let key = ItemKey::of("contact", format!("{person}/{contact}"));
        let item = self.item(key, About::Contact { person: person.clone(), contact: contact.clone() }, *at);
        item.severity = Stability::Watcher;
        item.because = vec![StabilityBecause::OnFallback];
        item.summary = vec![format!("{contact} of {name} gave up").into()];
        item.detail = vec!["Since ".into(), (*at).into(), format!(": {error}. Pages go over what is left.").into()];
        item.owner = Some(Who::Person(person.clone()));
        item.contingency = Some(vec!["If nothing gets through, the escalation goes on.".into()]);
    }

    /// What fails for several people is the channel's fault, not theirs.
    fn channel_fails(&mut self, channel: &Name, gave_up: &[GaveUp]) {
        let people: BTreeSet<&Name> = gave_up.iter().map(|one| &one.person).collect();
        let names: Vec<&str> = people.iter().map(|person| self.world.display_name(person)).collect();
        let (names, since) = (names.join(", "), gave_up.iter().map(|one| one.at).min().unwrap_or(self.now));
        let owner = self.lead().or_else(|| self.incoming());
        let item = self.item(ItemKey::of("channel", channel), About::Channel(channel.clone()), since);
        item.severity = Stability::Watcher;
        item.because = vec![StabilityBecause::OnFallback];
        item.summary = vec![format!("Channel {channel} fails over").into()];
        item.detail =
            vec!["Since ".into(), since.into(), format!(" it gave up for {names}. Pages go over what is left.").into()];
        item.owner = owner;
        item.contingency = Some(vec!["If nothing gets through, the escalation goes on.".into()]);
    }
}
