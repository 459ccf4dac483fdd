//! Handoffs among the bad luck: anybody does anything to them, and somebody stays responsible.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    estate::{Role, Target},
    handoff::{Brief, Change, End, Item, ItemKey, Missing, Wish},
    id::{HandoffId, Name},
    incident::Incident,
};

use super::{Broken, Chaos, act::PERSONS};

fn earlier(at: Instant, by: SignedDuration) -> Instant {
    at.saturating_sub(by).unwrap_or(at)
}

fn later(at: Instant, by: SignedDuration) -> Instant {
    at.saturating_add(by).unwrap_or(at)
}

/// The estate whose payments watch passes by acceptance.
pub(super) fn handed_over(text: &str) -> String {
    let end = "members: [oliver, dana] }\n";
    text.replacen(end, &format!("{end}  handoff: {{ opens: 2h, late: 10m, leadsAfter: 15m, leads: [mei] }}\n"), 1)
}

impl Chaos {
    /// As people do it who hand over: some things one after the other.
    pub(super) fn hand_over(&mut self) {
        for _ in 0..=self.seeds.below(5) {
            self.work_on_handoff();
        }
    }

    fn work_on_handoff(&mut self) {
        let newest: Vec<_> = self.sim.world.handoffs.iter().rev().take(3).collect();
        let open: Vec<_> = newest.iter().filter(|one| one.end.is_none()).map(|one| one.id).collect();
        let newest: Vec<_> = newest.into_iter().map(|one| one.id).collect();
        // Mostly one that waits for somebody.
        let among = if open.is_empty() || self.seeds.chance(10) { newest } else { open };
        if among.is_empty() {
            return;
        }
        let handoff = *self.seeds.pick(&among);
        let by: Name = self.seeds.pick::<&str>(&PERSONS).parse().expect("a valid name");
        // As a commit sees it: time does not go back, whatever the machine's clock says.
        let now = self.sim.now.max(self.sim.world.at());
        let Some(brief) = self.sim.world.brief(handoff, now) else { return };
        // Mostly somebody who may.
        let incoming = self.sim.world.handoffs.get(handoff).map(|handoff| self.sim.world.incoming(handoff, now));
        let incoming: Vec<Name> = incoming.into_iter().flatten().collect();
        let by = if !incoming.is_empty() && self.seeds.chance(70) { self.seeds.pick(&incoming).clone() } else { by };
        let wish = self.wish(&brief);
        let accepts = matches!(wish, Wish::Accept { .. });
        let kept: Vec<Item> = brief.items;
        if self.ask(Command::Handoff { handoff, by, wish }).is_some() && accepts {
            let end = self.sim.world.handoffs.get(handoff).and_then(|handoff| handoff.end.clone());
            let Some(End::Accepted { items, .. }) = end else { panic!("it was accepted and is not: {end:?}") };
            assert_eq!(items, kept, "every item of the brief is accepted with it");
        }
    }

    /// The keys of what must be in its brief, whoever composes it: the open incidents that page its rota.
    fn open_of(&self, handoff: HandoffId) -> Vec<ItemKey> {
        let world = &self.sim.world;
        let rota = world.handoffs.get(handoff).map(|handoff| handoff.rota().clone());
        let pages_it = |incident: &&Incident| {
            let escalation = world.estate().escalations.get(&incident.escalation);
            let targets = || escalation.iter().flat_map(|escalation| &escalation.steps).flat_map(|step| &step.page);
            incident.handoff.is_none()
                && targets().any(|target| matches!(target, Target::Rota(name, _) if Some(name) == rota.as_ref()))
        };
        world.incidents.open().filter(pages_it).map(|incident| ItemKey::of("incident", incident.id)).collect()
    }

    fn wish(&mut self, brief: &Brief) -> Wish {
        let what = self.seeds.below(10);
        let place = self.seeds.below(brief.items.len().max(1) as u64) as usize;
        let item = brief.items.get(place).map(|item| item.key.clone());
        match (what, item) {
            (0, _) => Wish::Refuse { reason: "not yet".into() },
            (1, _) => {
                let (summary, detail) = ("something to know".into(), String::new());
                Wish::AddNote { summary, detail, owner: None, contingency: None }
            }
            (2, Some(item)) => Wish::Ask { item, text: "why?".into() },
            (3, Some(item)) => {
                let next_at = self.sim.now.max(self.sim.world.at()).saturating_add(SignedDuration::from_hours(1)).ok();
                Wish::ReadBack { item, words: "in my own words".into(), next: Some("it ends".into()), next_at }
            }
            (6, _) => Wish::Read { revision: brief.revision() },
            (4, Some(item)) => Wish::Waive { item, what: Missing::Owner, reason: "none needed".into() },
            (5, Some(item)) => {
                let change = Change { contingency: Some("then so".into()), ..Change::default() };
                Wish::Amend { item, change }
            }
            (7 | 8, _) => Wish::Accept { emergency: true },
            _ => Wish::Accept { emergency: false },
        }
    }

    /// No open incident is missing in the brief of a handoff that waits.
    pub(super) fn check_briefs_are_whole(&self) -> Result<(), Broken> {
        let now = self.sim.now.max(self.sim.world.at());
        let waiting = self.sim.world.handoffs.iter().rev().take(3).filter(|handoff| handoff.end.is_none());
        for handoff in waiting {
            let brief = self.sim.world.brief(handoff.id, now).ok_or("a handoff without a brief")?;
            let dropped = self.open_of(handoff.id).into_iter().find(|open| brief.item(open).is_none());
            if let Some(dropped) = dropped {
                return Err(format!("{dropped} is open and not in the brief of handoff {}", handoff.id));
            }
        }
        Ok(())
    }

    /// There is no instant at which nobody is responsible: not now, not where a shift or a handoff ends, nor just after
    /// that, and nobody is who left the estate.
    pub(super) fn check_somebody_is_responsible(&self) -> Result<(), Broken> {
        let now = self.sim.now.max(self.sim.world.at());
        let hour = SignedDuration::from_hours(1);
        let around = [now, earlier(now, hour), later(now, hour)];
        let world = &self.sim.world;
        for rota in world.estate().rotas.values().filter(|rota| rota.handoff.is_some()) {
            let handoffs = world.handoffs.of(&rota.name).rev().take(2);
            let ends = handoffs.flat_map(|one| [Some(one.edge.at), Some(one.edge.due()), one.ended_at()]).flatten();
            let shifts = world.shifts(&rota.name, around[1], around[2]);
            let edges = shifts.iter().flat_map(|shift| [shift.from, shift.until]).chain(ends);
            let near = edges.filter(|edge| around[1] < *edge && *edge < around[2]).collect::<BTreeSet<Instant>>();
            let just_after = |edge: &Instant| [*edge, later(*edge, SignedDuration::from_secs(1))];
            near.iter().flat_map(just_after).try_for_each(|at| self.check_at(at, now))?;
        }
        around.into_iter().try_for_each(|at| self.check_at(at, now))
    }

    fn check_at(&self, at: Instant, now: Instant) -> Result<(), Broken> {
        let world = &self.sim.world;
        for rota in world.estate().rotas.values().filter(|rota| rota.handoff.is_some()) {
            let found = world.responsible(&rota.name, Role::Primary, at, now);
            if found.is_empty() {
                return Err(format!("nobody is responsible for {} at {at}", rota.name));
            }
            if let Some(gone) = found.iter().find(|one| !world.estate().persons.contains_key(&one.person)) {
                return Err(format!("{} is responsible and not in the estate", gone.person));
            }
        }
        Ok(())
    }
}
