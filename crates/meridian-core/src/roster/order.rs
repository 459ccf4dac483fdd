//! Whose turn it is, when members join and leave.
//!
//! The members stand in a ring, in the order in which the rota names them; each turn goes to the next place in the ring
//! at which somebody is a member when the turn begins. So nobody's turn before a date depends on who joins or leaves at
//! it, whoever joins waits until the ring comes to them, and whoever leaves is passed over.
//!
//! When everybody of a turn leaves in the middle of it, whoever has the next turn begins early.

use crate::{
    Instant,
    calendar::offsets::wall_seconds,
    estate::{Layer, Member, Rotation},
    id::Name,
};

pub(super) struct Order<'a> {
    members: &'a [Vec<Member>],
    /// The wall clocks at which somebody joins or leaves after the start, in order.
    dates: Vec<i64>,
    /// By their first turn, in order; empty where nobody joins and nobody leaves.
    epochs: Vec<Epoch>,
}

/// Turns that begin while the same people are members.
struct Epoch {
    first_turn: i64,
    /// The places of the ring that have a member, in order.
    places: Vec<usize>,
    /// Which of them has the first turn.
    first: usize,
    /// The place that had the turn before.
    before: usize,
}

impl Epoch {
    fn place(&self, turn: i64) -> Option<usize> {
        let count = self.places.len() as i64;
        (count > 0).then(|| self.places[(self.first as i64 + turn - self.first_turn).rem_euclid(count) as usize])
    }
}

/// Whether somebody is a member at a wall clock of the site.
pub(super) fn is_member(member: &Member, wall: i64) -> bool {
    member.from.is_none_or(|from| wall_seconds(from) <= wall)
        && member.until.is_none_or(|until| wall < wall_seconds(until))
}

/// Those who take turns in a layer at an instant; who has two turns comes twice.
pub fn members(layer: &Layer, at: Instant) -> impl Iterator<Item = &Name> {
    let wall = wall_seconds(layer.zone.to_datetime(at));
    let members = layer.rotation.members.iter().flatten();
    members.filter(move |member| is_member(member, wall)).map(|member| &member.person)
}

/// Those who take turns in a layer at an instant or will later; whoever has left is none of them.
pub fn members_from(layer: &Layer, at: Instant) -> impl Iterator<Item = &Name> {
    let wall = layer.zone.to_datetime(at);
    let members = layer.rotation.members.iter().flatten();
    members.filter(move |member| member.until.is_none_or(|until| wall < until)).map(|member| &member.person)
}

/// The wall clocks at which somebody joins or leaves, in order.
pub(super) fn dates(rotation: &Rotation) -> Vec<i64> {
    let members = rotation.members.iter().flatten();
    let mut dates: Vec<i64> = members.flat_map(|m| [m.from, m.until]).flatten().map(wall_seconds).collect();
    dates.sort_unstable();
    dates.dedup();
    dates
}

impl<'a> Order<'a> {
    /// `first_turn` says the number of the first turn that begins at a wall clock or after it.
    pub(super) fn new(rotation: &'a Rotation, first_turn: impl Fn(i64) -> i64) -> Order<'a> {
        let members = &rotation.members[..];
        let mut dates = dates(rotation);
        let mut epochs = Vec::new();
        if !dates.is_empty() {
            let start = wall_seconds(rotation.start);
            dates.retain(|date| start < *date);
            let mut before = members.len() - 1;
            for (turn, wall) in std::iter::once((0, start)).chain(dates.iter().map(|date| (first_turn(*date), *date))) {
                // Of dates with no turn between them the last counts.
                before = match epochs.pop_if(|last: &mut Epoch| last.first_turn == turn) {
                    Some(last) => last.before,
                    None => epochs.last().and_then(|last| last.place(turn - 1)).unwrap_or(before),
                };
                let is_there = |place: &usize| members[*place].iter().any(|member| is_member(member, wall));
                let places: Vec<usize> = (0..members.len()).filter(is_there).collect();
                let behind = places.partition_point(|place| *place <= before);
                epochs.push(Epoch { first_turn: turn, first: behind % places.len().max(1), places, before });
            }
        }
        Order { members, dates, epochs }
    }

    /// The next wall clock after this one at which somebody joins or leaves.
    pub(super) fn next_date(&self, wall: i64) -> Option<i64> {
        self.dates.get(self.dates.partition_point(|date| *date <= wall)).copied()
    }

    /// The place in the ring that has a turn, at a wall clock within it; none while nobody is a member.
    pub(super) fn place(&self, turn: i64, wall: i64) -> Option<usize> {
        let count = self.members.len();
        let Some(epoch) = self.epochs.partition_point(|epoch| epoch.first_turn <= turn).checked_sub(1) else {
            return (count > 0).then(|| turn.rem_euclid(count as i64) as usize);
        };
        let epoch = &self.epochs[epoch];
        let begin = epoch.place(turn).unwrap_or(epoch.before + 1);
        let is_there = |place: &usize| self.members[*place].iter().any(|member| is_member(member, wall));
        (begin..begin + count).map(|place| place % count).find(is_there)
    }
}
