//! The answers: shifts, who is on watch, holes, the next change.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    layer::stretches,
    order::is_member,
    shift::{Shift, WatchBecause},
    stand_in::{StandIn, Where, lay_over},
};
use crate::{
    Instant,
    calendar::offsets::instant,
    estate::{Layer, Member, Override, Role, Rota},
    id::Name,
};

/// A person on watch, with names as numbers: what shifts are made of.
#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub from: Instant,
    pub until: Instant,
    pub person: u32,
    pub cause: Cause,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    Turn(i64),
    /// By its place among the rota's overrides and the added ones behind them.
    Override(usize),
}

/// A rota over a window, its names numbered in their order so that comparing them is cheap.
struct Resolution<'a> {
    rota: &'a Rota,
    overrides: Vec<&'a Override>,
    persons: Vec<&'a Name>,
    window: (Instant, Instant),
}

/// Everybody who is on watch in `[from, until)`, by start, layer and person. What touches is one shift when person and
/// layer are the same; shifts that reach over an end of the window are clipped to it.
pub fn shifts(rota: &Rota, added: &[Override], from: Instant, until: Instant) -> Vec<Shift> {
    Resolution::new(rota, added, from, until).shifts(&mut Vec::new())
}

/// How far [`on_watch`] looks around for the true beginning and end of a shift: near first, for most shifts are short.
/// Who watches alone for ever has an end ten years away.
const LOOK_AROUND: [SignedDuration; 3] =
    [SignedDuration::from_hours(48), SignedDuration::from_hours(8 * 7 * 24), SignedDuration::from_hours(3660 * 24)];

/// Who is on watch at `at`, why at this very instant, since when and until when (at most ten years away).
pub fn on_watch(rota: &Rota, added: &[Override], at: Instant) -> Vec<Shift> {
    let instant_after = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
    let mut now = shifts(rota, added, at, instant_after);
    for around in LOOK_AROUND {
        if now.is_empty() {
            break;
        }
        let from = at.saturating_sub(around).unwrap_or(at);
        let until = at.saturating_add(around).unwrap_or(at);
        let around = shifts(rota, added, from, until);
        for shift in &mut now {
            let same = |whole: &&Shift| whole.person == shift.person && whole.layer == shift.layer && whole.until > at;
            if let Some(whole) = around.iter().find(same) {
                (shift.from, shift.until) = (whole.from, whole.until);
            }
        }
        if now.iter().all(|shift| from < shift.from && shift.until < until) {
            break;
        }
    }
    now.sort_by(|a, b| (a.from, &a.layer, &a.person).cmp(&(b.from, &b.layer, &b.person)));
    now
}

/// The stretches of `[from, until)` in which nobody of this role is on watch. A shadow covers for nobody, and no role
/// for another.
pub fn holes(rota: &Rota, added: &[Override], role: Role, from: Instant, until: Instant) -> Vec<(Instant, Instant)> {
    let all = shifts(rota, added, from, until);
    uncovered(all.iter().filter(|shift| shift.role == role), from, until)
}

/// The stretches of `[from, until)` that none of these shifts, in the order of their starts, covers.
pub(super) fn uncovered<'a>(
    shifts: impl IntoIterator<Item = &'a Shift>,
    from: Instant,
    until: Instant,
) -> Vec<(Instant, Instant)> {
    let mut holes = Vec::new();
    let mut covered = from;
    for shift in shifts {
        if covered < shift.from {
            holes.push((covered, shift.from));
        }
        covered = covered.max(shift.until);
    }
    if covered < until {
        holes.push((covered, until));
    }
    holes
}

/// The first instant after `at` at which somebody comes on watch or leaves it; none within ten years: never.
pub fn next_change(rota: &Rota, added: &[Override], at: Instant) -> Option<Instant> {
    [2, 60, 740, 3660].into_iter().find_map(|days| {
        let until = at.saturating_add(SignedDuration::from_hours(days * 24)).ok()?;
        let shifts = shifts(rota, added, at, until);
        let changes = shifts.iter().flat_map(|shift| [shift.from, shift.until]);
        changes.filter(|change| at < *change && *change < until).min()
    })
}

/// The overrides that change nothing: whom they would replace is not on watch then, or their layer does not exist.
pub fn idle_overrides<'a>(rota: &'a Rota, added: &'a [Override]) -> Vec<&'a Override> {
    let idle = |change: &&Override| {
        let mut used = Vec::new();
        Resolution::new(rota, added, change.from, change.until).shifts(&mut used);
        !used.iter().any(|used| std::ptr::eq(*used, *change))
    };
    rota.overrides.iter().chain(added).filter(idle).collect()
}

/// The later overrides that would change nothing any more without this one, from `now` on: they replace whom it puts
/// on watch.
pub fn resting_on(rota: &Rota, numbered: &[(u64, Override)], id: u64, now: Instant) -> Vec<u64> {
    let Some(place) = numbered.iter().position(|(known, _)| *known == id) else { return Vec::new() };
    let all: Vec<Override> = numbered.iter().map(|(_, change)| change.clone()).collect();
    let mut without = all.clone();
    let base = without.remove(place);
    let of_use = |added: &[Override], number: usize, from: Instant, until: Instant| {
        let mut used = Vec::new();
        Resolution::new(rota, added, from, until).shifts(&mut used);
        used.iter().any(|used| std::ptr::eq(*used, &added[number]))
    };
    let rests = |number: &usize| {
        let later = &all[*number];
        let (from, until) = (later.from.max(base.from).max(now), later.until.min(base.until));
        later.replace.as_ref() == Some(&base.with)
            && from < until
            && of_use(&all, *number, from, until)
            && !of_use(&without, *number - 1, from, until)
    };
    (place + 1..all.len()).filter(rests).map(|number| numbered[number].0).collect()
}

/// The earlier overrides, added at run time, that one of them takes over from: of two for the same watch the last counts.
pub fn overlapped(rota: &Rota, numbered: &[(u64, Override)], id: u64) -> Vec<u64> {
    let Some(place) = numbered.iter().position(|(known, _)| *known == id) else { return Vec::new() };
    let last = &numbered[place].1;
    let layers = |change: &Override| match (&change.layer, &change.replace) {
        (None, None) => rota.layers.iter().find(|layer| layer.role == Role::Primary).map(|layer| layer.name.clone()),
        (layer, _) => layer.clone(),
    };
    let over = |(_, earlier): &&(u64, Override)| {
        let same = match (layers(earlier), layers(last)) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        };
        let whom = |change: &Override| change.replace.clone();
        same && earlier.from < last.until
            && last.from < earlier.until
            && last.replace.is_some()
            && (whom(earlier) == whom(last) || Some(&earlier.with) == last.replace.as_ref())
    };
    numbered[..place].iter().filter(over).map(|(id, _)| *id).collect()
}

impl<'a> Resolution<'a> {
    fn new(rota: &'a Rota, added: &'a [Override], from: Instant, until: Instant) -> Resolution<'a> {
        // An override of another time can't matter, and most of them are of another time.
        let matters = |change: &&Override| change.from < until && from < change.until && change.from < change.until;
        let overrides: Vec<&Override> = rota.overrides.iter().chain(added).filter(matters).collect();
        let mut persons: Vec<&Name> = rota.layers.iter().flat_map(|layer| layer.rotation.persons()).collect();
        persons.extend(overrides.iter().flat_map(|change| change.replace.iter().chain([&change.with])));
        persons.sort_unstable();
        persons.dedup();
        Resolution { rota, overrides, persons, window: (from, until) }
    }

    /// Also says which of the overrides were of use in the window.
    fn shifts(&self, used: &mut Vec<&'a Override>) -> Vec<Shift> {
        let mut stand_ins = self.stand_ins();
        let mut layers: Vec<usize> = (0..self.rota.layers.len()).collect();
        layers.sort_by_key(|number| &self.rota.layers[*number].name);
        let runs = layers.into_iter().map(|number| {
            let mut pieces = self.pieces(&self.rota.layers[number]);
            if !stand_ins.is_empty() {
                pieces = lay_over(pieces, &mut stand_ins, number as u32, self.window);
            }
            self.merge(&mut pieces);
            (number, pieces)
        });
        let shifts = self.interleave(runs.collect());
        let of_use = stand_ins.iter().zip(&self.overrides).filter(|(stand_in, _)| stand_in.used);
        used.extend(of_use.map(|(_, change)| *change));
        shifts
    }

    /// The runs of all layers as one: by start, then in the order of the runs, then by person.
    fn interleave(&self, runs: Vec<(usize, Vec<Piece>)>) -> Vec<Shift> {
        let mut shifts = Vec::with_capacity(runs.iter().map(|(_, pieces)| pieces.len()).sum());
        let mut runs: Vec<(&Layer, Arc<str>, &[Piece])> = runs
            .iter()
            .map(|(number, pieces)| {
                (&self.rota.layers[*number], self.rota.layers[*number].name.as_str().into(), &pieces[..])
            })
            .collect();
        loop {
            let mut next: Option<(Instant, usize)> = None;
            for (number, (_, _, pieces)) in runs.iter().enumerate() {
                if let Some(piece) = pieces.first().filter(|piece| next.is_none_or(|(from, _)| piece.from < from)) {
                    next = Some((piece.from, number));
                }
            }
            let Some((_, number)) = next else { return shifts };
            let (layer, name, pieces) = &mut runs[number];
            if let Some((piece, rest)) = pieces.split_first() {
                shifts.push(self.shift(layer, name, piece));
                *pieces = rest;
            }
        }
    }

    fn person(&self, name: &Name) -> u32 {
        self.persons.binary_search(&name).unwrap_or_default() as u32
    }

    fn stand_ins(&self) -> Vec<StandIn> {
        let layers = &self.rota.layers;
        let place = |change: &Override| {
            let found = match (&change.layer, &change.replace) {
                (Some(name), _) => layers.iter().position(|layer| layer.name == *name),
                (None, Some(_)) => return Where::EveryLayer,
                (None, None) => layers.iter().position(|layer| layer.role == Role::Primary).or(Some(0)),
            };
            found.map_or(Where::Nowhere, |layer| Where::Layer(layer as u32))
        };
        let numbered = self.overrides.iter().map(|change| StandIn {
            from: change.from,
            until: change.until,
            replace: change.replace.as_ref().map(|name| self.person(name)),
            with: self.person(&change.with),
            layer: place(change),
            used: false,
        });
        numbered.collect()
    }

    /// The layer as its rotation has it, in the order of starts, clipped to the window.
    fn pieces(&self, layer: &'a Layer) -> Vec<Piece> {
        let (from, until) = self.window;
        let number = |member: &'a Member| (self.person(&member.person), member);
        let members: Vec<Vec<(u32, &Member)>> =
            layer.rotation.members.iter().map(|turn| turn.iter().map(number).collect()).collect();
        let mut pieces = Vec::new();
        if members.is_empty() || from >= until {
            return pieces;
        }
        let until_second = until.as_second().saturating_add(1);
        stretches(layer, from.as_second().saturating_sub(1), until_second, |stretch| {
            let (from, until) = (instant(stretch.from).max(from), instant(stretch.until).min(until));
            if from < until {
                let cause = Cause::Turn(stretch.turn);
                let there = members[stretch.place].iter().filter(|(_, member)| is_member(member, stretch.wall));
                pieces.extend(there.map(|(person, _)| Piece { from, until, person: *person, cause }));
            }
        });
        pieces
    }

    /// Joins what touches and is of the same person. The pieces come in the order of their starts, and leave in it.
    fn merge(&self, pieces: &mut Vec<Piece>) {
        let mut last: Vec<Option<usize>> = vec![None; self.persons.len()];
        let mut kept = 0;
        for next in 0..pieces.len() {
            let piece = pieces[next];
            let last = &mut last[piece.person as usize];
            match last.map(|last| &mut pieces[last]) {
                Some(before) if piece.from <= before.until => before.until = before.until.max(piece.until),
                _ => {
                    *last = Some(kept);
                    pieces[kept] = piece;
                    kept += 1;
                }
            }
        }
        pieces.truncate(kept);
        if !pieces.is_sorted_by_key(|piece| (piece.from, piece.person)) {
            pieces.sort_by_key(|piece| (piece.from, piece.person));
        }
    }

    fn shift(&self, layer: &Layer, name: &Arc<str>, piece: &Piece) -> Shift {
        let because = match piece.cause {
            Cause::Turn(turn) => WatchBecause::Rotation { turn: turn as u64 + 1 },
            Cause::Override(number) => WatchBecause::Override { replaces: self.overrides[number].replace.clone() },
        };
        Shift {
            rota: self.rota.name.clone(),
            layer: name.clone(),
            role: layer.role,
            person: self.persons[piece.person as usize].clone(),
            site: layer.site.clone(),
            from: piece.from,
            until: piece.until,
            because,
        }
    }
}
