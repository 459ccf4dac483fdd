//! Who watches instead of whom, and who is out: changes that are in force in the incoming's watch, or take effect in it.

use super::Composing;
use crate::{
    Instant,
    cover::{Changed, RequestState, SwapState},
    estate::Override,
    handoff::{About, Action, ItemKey, Phrase, Stability, StabilityBecause, Who},
    id::Name,
    roster::Shift,
};

/// Why somebody is out, from when until when, and what they said.
struct Away<'a> {
    sick: bool,
    from: Instant,
    until: Instant,
    note: &'a str,
}

impl<'a> Composing<'a> {
    pub(super) fn overrides(&mut self) {
        let (world, rota) = (self.world, self.handoff.rota());
        let known = world.estate.parsed.rotas.get(rota);
        let of_estate = known.into_iter().flat_map(|rota| &rota.overrides).map(|change| (0, change));
        let added = world.overrides.numbered(rota).iter().map(|(id, change)| (*id, change));
        for (id, change) in of_estate.chain(added) {
            if !self.concerns(change.from, change.until) {
                continue;
            }
            let with = world.display_name(&change.with);
            let summary = match &change.replace {
                Some(who) => format!("{with} watches for {}", world.display_name(who)),
                None => format!("{with} watches as well"),
            };
            let key = match id {
                0 => ItemKey::of("override", format!("estate-{}-{}", change.from.as_second(), change.with)),
                id => ItemKey::of("override", id),
            };
            let why = self.made_by(id);
            let begins = if change.from > self.now { ", beginning in your watch" } else { "" };
            let item = self.item(key, About::Override(id), change.from);
            item.summary = vec![summary.into()];
            item.detail = vec!["From ".into(), change.from.into(), " until ".into(), change.until.into()];
            item.detail.push(format!("{begins}{why}.").into());
            item.owner = Some(Who::Person(change.with.clone()));
            item.contingency = Some(vec![format!("If {with} can't be reached, the escalation goes on.").into()]);
        }
    }

    /// `, by a swap`: what made an override.
    fn made_by(&self, id: u64) -> &'static str {
        let made = self.world.covers.made(id).and_then(|change| self.world.covers.get(change));
        match made.map(|change| &change.what) {
            _ if id == 0 => ", by the estate",
            Some(Changed::Cover(_)) => ", who took it when cover was asked for",
            Some(Changed::Shift { .. }) => ", who took it unasked",
            Some(Changed::Swap(_)) => ", by a swap",
            _ => ", by an override",
        }
    }

    /// Cover that is wanted and that nobody has taken.
    pub(super) fn covers(&mut self) {
        let world = self.world;
        for (change, request) in world.covers.wanted(self.now) {
            let part = &request.part;
            if part.rota != *self.handoff.rota() || !self.concerns(part.from, part.until) {
                continue;
            }
            let name = world.display_name(&part.person);
            let asked =
                request.offers.len() - request.offers.iter().filter(|o| request.declined.contains(&o.person)).count();
            let lapsed = matches!(request.state, RequestState::Lapsed { .. });
            let stands = match (lapsed, asked) {
                (true, _) => ". It began and nobody took it.".to_owned(),
                (false, 0) => ". Nobody is left who could take it.".to_owned(),
                (false, 1) => ". 1 person is asked, nobody took it.".to_owned(),
                (false, many) => format!(". {many} people are asked, nobody took it."),
            };
            let sick = world.is_sick(&part.person, part.from.max(self.now));
            let (lead, from, until, now) = (self.lead(), part.from, part.until, self.now);
            let item = self.item(ItemKey::of("cover", change.id), About::Cover(change.id), change.at);
            if lapsed || asked == 0 {
                (item.severity, item.because) = (Stability::Watcher, vec![StabilityBecause::NoCover]);
            }
            item.summary = vec![format!("Cover is wanted for {name}").into()];
            item.detail = vec!["From ".into(), from.into(), " until ".into(), until.into(), stands.into()];
            let action = lead.clone().map(|lead| Action::new("find cover", lead, Some(from)));
            item.actions.extend(action.filter(|_| from > now));
            item.owner = lead.or_else(|| Some(Who::Person(part.person.clone())));
            item.contingency = Some(vec![match sick {
                true => "If nobody takes it, pages pass them over and the escalation goes on.".into(),
                false => format!("If nobody takes it, {name} is on watch as planned.").into(),
            }]);
        }
    }

    /// Swaps that somebody still has to say yes to.
    pub(super) fn swaps(&mut self) {
        let world = self.world;
        for (change, swap) in world.covers.pending() {
            let ours =
                |part: &&crate::cover::Part| part.rota == *self.handoff.rota() && self.concerns(part.from, part.until);
            let Some(part) = [&swap.one, &swap.other].into_iter().find(ours) else { continue };
            let (one, other) = (world.display_name(&swap.one.person), world.display_name(&swap.other.person));
            let waits = match (&swap.state, self.lead()) {
                (SwapState::Accepted { .. }, Some(lead)) => (lead, "approve or refuse it"),
                _ => (Who::Person(swap.other.person.clone()), "agree to it or refuse it"),
            };
            let from = part.from;
            let item = self.item(ItemKey::of("swap", change.id), About::Swap(change.id), change.at);
            item.summary = vec![format!("{one} and {other} want to swap").into()];
            item.detail = vec![
                "From ".into(),
                from.into(),
                format!(" {} is on watch by the plan", world.display_name(&part.person)).into(),
            ];
            item.detail.push(" until the swap is made.".into());
            item.actions = vec![Action::new(waits.1, waits.0.clone(), Some(from))];
            item.owner = Some(waits.0);
            item.contingency = Some(vec!["If nobody says yes before it begins, the plan stands.".into()]);
        }
    }

    /// Those of the rota, and its leads, who are sick or on leave in the incoming's watch.
    pub(super) fn out(&mut self) {
        let world = self.world;
        let Some(rota) = world.estate.parsed.rotas.get(self.handoff.rota()) else { return };
        let members = rota.layers.iter().flat_map(|layer| layer.rotation.persons());
        let people: std::collections::BTreeSet<Name> = members.cloned().chain(world.leads(rota)).collect();
        let mut shifts: Option<Vec<Shift>> = None;
        for person in people {
            let Some(away) = self.away(&person) else { continue };
            let shifts = shifts.get_or_insert_with(|| world.shifts(&rota.name, self.begins(), self.until));
            let theirs = shifts
                .iter()
                .find(|shift| shift.person == person && shift.from < away.until && away.from < shift.until);
            self.out_item(&person, &away, theirs);
        }
    }

    /// Sickness comes before leave: it is the newer word.
    fn away(&self, person: &Name) -> Option<Away<'a>> {
        let world = self.world;
        let sick = world.covers.sick(person, self.now).and_then(|(id, until)| {
            let change = world.covers.get(id)?;
            let Changed::Sick { note, .. } = &change.what else { return None };
            Some(Away { sick: true, from: change.at, until, note })
        });
        let leave = || {
            let all = world.leave_of(person).into_iter().map(|(_, leave)| leave);
            let first = all.filter(|leave| leave.until > self.now && leave.from < self.until).min_by_key(|l| l.from);
            first.map(|leave| Away { sick: false, from: leave.from, until: leave.until, note: &leave.note })
        };
        sick.or_else(leave)
    }

    fn out_item(&mut self, person: &Name, away: &Away<'_>, theirs: Option<&Shift>) {
        let world = self.world;
        let (from, until, sick, note) = (away.from, away.until, away.sick, away.note.to_owned());
        let begins = from > self.now;
        let stands_in = self.stands_in(person, away);
        let mut detail: Vec<Phrase> = vec!["From ".into(), from.into(), " until ".into(), until.into()];
        match (theirs, stands_in) {
            (Some(shift), _) => {
                detail.extend([". On watch ".into(), shift.from.into(), " to ".into(), shift.until.into()]);
                detail.push(" by the plan, and nobody covers.".into());
            }
            (None, Some(with)) => detail.push(format!(". {} covers.", world.display_name(&with)).into()),
            (None, None) => detail.push(". Not on watch meanwhile.".into()),
        }
        if !note.is_empty() {
            detail.push(format!(" “{note}”").into());
        }
        let (lead, incoming, on_watch) = (self.lead(), self.incoming(), theirs.is_some());
        let name = world.display_name(person);
        let item = self.item(ItemKey::of("out", person), About::Out(person.clone()), from);
        item.summary = vec![match (sick, begins) {
            (true, _) => format!("{name} is sick").into(),
            (false, true) => format!("{name} goes on leave").into(),
            (false, false) => format!("{name} is on leave").into(),
        }];
        item.detail = detail;
        if on_watch {
            (item.severity, item.because) = (Stability::Watcher, vec![StabilityBecause::NoCover]);
        }
        item.owner = if on_watch { lead.or(incoming) } else { incoming.or(lead) };
        item.contingency = Some(vec![match (on_watch, sick) {
            (true, true) => "If a page comes, it passes them over and the escalation goes on.".into(),
            (true, false) => format!("If nobody takes it, {name} is on watch as planned.").into(),
            (false, _) => "If another hand is needed, ask somebody else.".into(),
        }]);
    }

    /// Who watches for them while they are out.
    fn stands_in(&self, person: &Name, away: &Away<'_>) -> Option<Name> {
        let rota = self.world.estate.parsed.rotas.get(self.handoff.rota())?;
        let added = self.world.overrides.numbered(&rota.name).iter().map(|(_, change)| change);
        let stands = |change: &&Override| {
            change.replace.as_ref() == Some(person) && change.from < away.until && away.from < change.until
        };
        let found = added.chain(&rota.overrides).filter(stands);
        found.filter(|change| self.concerns(change.from, change.until)).map(|change| change.with.clone()).next_back()
    }
}
