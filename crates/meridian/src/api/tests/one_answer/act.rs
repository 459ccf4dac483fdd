//! What people, and time, do to the watch.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, World,
    cover::{LeaveWhen, LeaveWish, PartWish},
    estate::Override,
    handoff::Wish,
    id::{ChangeId, Name},
};
use proptest::prelude::*;

use super::estate::{Changed, PEOPLE, Plan, ROTAS, person};

/// Stretches are counted in quarters of an hour, so that they meet each other and the edges of shifts.
#[derive(Clone, Debug)]
pub struct Act {
    pub kind: u8,
    pub person: usize,
    pub other: usize,
    pub rota: usize,
    pub from: i64,
    pub length: i64,
    pub which: usize,
    /// So long passes before it.
    pub pass: i64,
    /// After it is done it is asked who is on watch now, and then.
    pub then: i64,
}

prop_compose! {
    pub fn act()(
        kind in 0u8..20,
        person in 0..PEOPLE.len(),
        other in 0..PEOPLE.len(),
        rota in 0..ROTAS.len(),
        from in 0i64..300,
        length in 1i64..120,
        which in 0usize..12,
        pass in prop_oneof![Just(0i64), 1i64..8, 1i64..80],
        then in 0i64..900,
    ) -> Act {
        Act { kind, person, other, rota, from, length, which, pass, then }
    }
}

pub fn quarters(from: Instant, count: i64) -> Instant {
    from + SignedDuration::from_mins(15 * count)
}

impl Act {
    fn rota(&self) -> Name {
        ROTAS[self.rota].parse().unwrap()
    }

    /// A part that its person really has, so that not all is refused.
    fn own_part(&self, world: &World, now: Instant, shift: i64) -> PartWish {
        let (rota, from) = (self.rota(), quarters(now, self.from + shift));
        let until = quarters(from, self.length);
        match world.on_watch(&rota, from).first() {
            Some(watch) => PartWish {
                rota,
                layer: Some(watch.layer.to_string()),
                person: watch.person.clone(),
                from,
                until: until.min(watch.until),
            },
            None => PartWish { rota, layer: None, person: person(self.person), from, until },
        }
    }

    /// What it comes to: mostly one command, of some kinds two.
    pub fn commands(&self, world: &World, now: Instant, plan: &Plan) -> Vec<Command> {
        let newest = world.covers.iter().next_back().map_or(1, |change| change.id.0);
        let (by, change) = (person(self.other), ChangeId(newest.saturating_sub(self.which as u64)));
        let (from, reason) = (quarters(now, self.from), String::new());
        let until = quarters(from, self.length);
        let of_now = Changed { later: (self.which % 3) as u8, ..Changed::default() };
        let changed = |changed: Changed| vec![plan.load(changed)];
        match self.kind {
            0..=3 => {
                let watch = world.on_watch(&self.rota(), from);
                let own = watch.get(self.which % watch.len().max(1));
                let replace = (self.kind > 0).then(|| own.map_or(person(self.person), |watch| watch.person.clone()));
                let layer = (self.which.is_multiple_of(2)).then(|| own.map(|watch| watch.layer.to_string())).flatten();
                let change = Override { from, until, replace, with: by, layer };
                vec![Command::AddOverride { rota: self.rota(), change }]
            }
            4 => {
                let rota = self.rota();
                let known = world.overrides.numbered(&rota);
                let one = known.get(self.which % known.len().max(1)).map_or(0, |(id, _)| *id);
                vec![Command::RemoveOverride { rota, id: one }]
            }
            5 | 6 => vec![
                Command::AskCover { part: self.own_part(world, now, 0), reason },
                // The number that the request will have, if it is not refused.
                Command::TakeCover { change: ChangeId(newest + 1), by },
            ],
            7 => match world.covers.wanted(now).nth(self.which % 3) {
                Some((change, _)) => vec![Command::TakeCover { change: change.id, by }],
                None => vec![Command::WithdrawCover { change }],
            },
            8 => vec![Command::TakeShift { part: self.own_part(world, now, 0), by, reason }],
            9 | 10 => vec![Command::ProposeSwap {
                one: self.own_part(world, now, 0),
                other: self.own_part(world, now, self.length + 8),
                reason,
            }],
            11 => match world.covers.pending().next() {
                Some((change, swap)) => vec![
                    Command::AcceptSwap { change: change.id, by: swap.other.person.clone() },
                    Command::ApproveSwap { change: change.id, by: person(0) },
                ],
                None => vec![Command::AcceptSwap { change, by }],
            },
            12 => vec![Command::AddLeave(LeaveWish {
                person: person(self.person),
                when: LeaveWhen::Instants { from, until },
                note: reason,
                origin: None,
            })],
            13 => vec![Command::ReportSick {
                person: person(self.person),
                until: quarters(now, self.length),
                note: reason,
            }],
            14 => vec![Command::EndSick { person: person(self.person) }],
            15 => changed(Changed { without: Some(self.person), ..of_now }),
            16 => changed(Changed { by_the_clock: self.which.is_multiple_of(4), ..of_now }),
            17 | 18 => self.accept(world),
            _ => vec![Command::UndoChange { change, by: Some(by) }],
        }
    }

    /// Whoever is to come takes the watch.
    fn accept(&self, world: &World) -> Vec<Command> {
        let open = world.handoffs.iter().rev().nth(self.which % 2);
        let wish = Wish::Accept { emergency: true };
        let accept = |handoff: &meridian_core::handoff::Handoff| {
            let by = handoff.edge.to.persons.iter().next().cloned()?;
            Some(Command::Handoff { handoff: handoff.id, by, wish })
        };
        open.and_then(accept).into_iter().collect()
    }
}
