//! Handoffs among the bad luck: anybody does anything to them, and somebody stays responsible.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    estate::Role,
    handoff::{Brief, Change, End, Item, Missing, Wish},
    id::Name,
};

use super::{Broken, Chaos, act::PERSONS};

/// The estate whose payments watch passes by acceptance.
pub(super) fn handed_over(text: &str) -> String {
    let end = "members: [oliver, dana] }\n";
    text.replacen(end, &format!("{end}  handoff: {{ opens: 2h, late: 10m, leadsAfter: 15m, leads: [mei] }}\n"), 1)
}

impl Chaos {
    pub(super) fn hand_over(&mut self) {
        let newest: Vec<_> = self.sim.world.handoffs.iter().rev().take(3).map(|handoff| handoff.id).collect();
        if newest.is_empty() {
            return;
        }
        let handoff = *self.seeds.pick(&newest);
        let by: Name = self.seeds.pick::<&str>(&PERSONS).parse().expect("a valid name");
        // As a commit sees it: time does not go back, whatever the machine's clock says.
        let now = self.sim.now.max(self.sim.world.at());
        let Some(brief) = self.sim.world.brief(handoff, now) else { return };
        let wish = self.wish(&brief);
        let accepts = matches!(wish, Wish::Accept { .. });
        let kept: Vec<Item> = brief.items;
        if self.ask(Command::Handoff { handoff, by, wish }).is_some() && accepts {
            let end = self.sim.world.handoffs.get(handoff).and_then(|handoff| handoff.end.clone());
            let Some(End::Accepted { items, .. }) = end else { panic!("it was accepted and is not: {end:?}") };
            assert_eq!(items, kept, "every item of the brief is accepted with it");
        }
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
            (7, _) => Wish::Accept { emergency: true },
            _ => Wish::Accept { emergency: false },
        }
    }

    /// There is no instant at which nobody is responsible: not now, not at the end of anything, and nobody who left the
    /// estate.
    pub(super) fn check_somebody_is_responsible(&self) -> Result<(), Broken> {
        let now = self.sim.now.max(self.sim.world.at());
        let hour = SignedDuration::from_hours(1);
        let around = [now, now.saturating_sub(hour).unwrap_or(now), now.saturating_add(hour).unwrap_or(now)];
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
