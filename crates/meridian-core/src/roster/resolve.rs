//! The answers: shifts, who is on watch, holes, the next change.

use std::sync::Arc;

use jiff::SignedDuration;

use super::{
    layer::stretches,
    shift::{Shift, WatchBecause},
    stand_in::{StandIn, Where, lay_over},
};
use crate::{
    Instant,
    calendar::offsets::instant,
    estate::{Layer, Override, Role, Rota},
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

/// How far [`on_watch`] looks around for the true beginning and end of a shift.
const LOOK_AROUND: SignedDuration = SignedDuration::from_hours(8 * 7 * 24);

/// Who is on watch at `at`, why at this very instant, since when and until when (at most eight weeks away).
pub fn on_watch(rota: &Rota, added: &[Override], at: Instant) -> Vec<Shift> {
    let (from, until) = (at.saturating_sub(LOOK_AROUND), at.saturating_add(LOOK_AROUND));
    let instant_after = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
    let now = shifts(rota, added, at, instant_after);
    let mut around = shifts(rota, added, from.unwrap_or(at), until.unwrap_or(at));
    around.retain(|shift| shift.from <= at && at < shift.until);
    for shift in &mut around {
        if let Some(now) = now.iter().find(|now| now.person == shift.person && now.layer == shift.layer) {
            shift.because = now.because.clone();
        }
    }
    around
}

/// The stretches of `[from, until)` in which nobody of this role is on watch. A shadow covers for nobody, and no role
/// for another.
pub fn holes(rota: &Rota, added: &[Override], role: Role, from: Instant, until: Instant) -> Vec<(Instant, Instant)> {
    let mut holes = Vec::new();
    let mut covered = from;
    for shift in shifts(rota, added, from, until).iter().filter(|shift| shift.role == role) {
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

impl<'a> Resolution<'a> {
    fn new(rota: &'a Rota, added: &'a [Override], from: Instant, until: Instant) -> Resolution<'a> {
        // An override of another time can't matter, and most of them are of another time.
        let matters = |change: &&Override| change.from < until && from < change.until && change.from < change.until;
        let overrides: Vec<&Override> = rota.overrides.iter().chain(added).filter(matters).collect();
        let members = rota.layers.iter().flat_map(|layer| layer.rotation.members.iter().flatten());
        let mut persons: Vec<&Name> = members.collect();
        persons.extend(overrides.iter().flat_map(|change| change.replace.iter().chain([&change.with])));
        persons.sort_unstable();
        persons.dedup();
        Resolution { rota, overrides, persons, window: (from, until) }
    }

    /// Also says which of the overrides were of use in the window.
    fn shifts(&self, used: &mut Vec<&'a Override>) -> Vec<Shift> {
        let mut stand_ins = self.stand_ins();
        let mut merged: Vec<(u32, Piece)> = Vec::new();
        for (number, layer) in (0..).zip(&self.rota.layers) {
            let mut pieces = self.pieces(layer);
            if !stand_ins.is_empty() {
                pieces = lay_over(pieces, &mut stand_ins, number, self.window);
            }
            self.merge(number, &pieces, &mut merged);
        }
        used.extend(
            stand_ins.iter().zip(&self.overrides).filter(|(stand_in, _)| stand_in.used).map(|(_, change)| *change),
        );
        let ranks = self.layer_ranks();
        merged.sort_by_key(|(layer, piece)| (piece.from, ranks[*layer as usize], piece.person));
        let names: Vec<Arc<str>> = self.rota.layers.iter().map(|layer| layer.name.as_str().into()).collect();
        merged.iter().map(|(layer, piece)| self.shift(*layer as usize, &names, piece)).collect()
    }

    fn person(&self, name: &Name) -> u32 {
        self.persons.binary_search(&name).unwrap_or_default() as u32
    }

    fn layer_ranks(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.rota.layers.len()).collect();
        order.sort_by_key(|i| &self.rota.layers[*i].name);
        let mut ranks = vec![0; order.len()];
        order.into_iter().enumerate().for_each(|(rank, layer)| ranks[layer] = rank);
        ranks
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
    fn pieces(&self, layer: &Layer) -> Vec<Piece> {
        let (from, until) = self.window;
        let members: Vec<Vec<u32>> =
            layer.rotation.members.iter().map(|turn| turn.iter().map(|name| self.person(name)).collect()).collect();
        let mut pieces = Vec::new();
        if members.is_empty() || from >= until {
            return pieces;
        }
        let until_second = until.as_second().saturating_add(1);
        stretches(layer, from.as_second().saturating_sub(1), until_second, |stretch| {
            let (from, until) = (instant(stretch.from).max(from), instant(stretch.until).min(until));
            if from < until {
                let persons = &members[stretch.turn as usize % members.len()];
                let cause = Cause::Turn(stretch.turn);
                pieces.extend(persons.iter().map(|person| Piece { from, until, person: *person, cause }));
            }
        });
        pieces
    }

    /// Joins what touches and is of the same person. The pieces come in the order of their starts.
    fn merge(&self, layer: u32, pieces: &[Piece], merged: &mut Vec<(u32, Piece)>) {
        let mut last: Vec<Option<usize>> = vec![None; self.persons.len()];
        for piece in pieces {
            let last = &mut last[piece.person as usize];
            match last.map(|last| &mut merged[last].1) {
                Some(before) if piece.from <= before.until => before.until = before.until.max(piece.until),
                _ => {
                    *last = Some(merged.len());
                    merged.push((layer, *piece));
                }
            }
        }
    }

    fn shift(&self, number: usize, names: &[Arc<str>], piece: &Piece) -> Shift {
        let layer = &self.rota.layers[number];
        let because = match piece.cause {
            Cause::Turn(turn) => WatchBecause::Rotation { turn: turn as u64 + 1 },
            Cause::Override(number) => WatchBecause::Override { replaces: self.overrides[number].replace.clone() },
        };
        Shift {
            rota: self.rota.name.clone(),
            layer: names[number].clone(),
            role: layer.role,
            person: self.persons[piece.person as usize].clone(),
            site: layer.site.clone(),
            from: piece.from,
            until: piece.until,
            because,
        }
    }
}
