//! Overrides, laid over the stretches of a layer.

use super::resolve::{Cause, Piece};
use crate::Instant;

/// An override whose names are numbers.
pub(super) struct StandIn {
    pub from: Instant,
    pub until: Instant,
    pub replace: Option<u32>,
    pub with: u32,
    pub layer: Where,
    /// Found somebody to replace, or was an addition.
    pub used: bool,
    /// Where a later one, by its place, puts somebody else on watch.
    pub gives_way: Vec<(Instant, Instant, usize)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Where {
    EveryLayer,
    Layer(u32),
    /// It names a layer that the rota does not have.
    Nowhere,
}

impl StandIn {
    fn concerns(&self, layer: u32) -> bool {
        self.layer == Where::EveryLayer || self.layer == Where::Layer(layer)
    }
}

/// A place on watch: somebody in it, and the first override that may change who it is.
struct Place {
    piece: Piece,
    open_to: usize,
}

/// Lays `overrides` over the pieces of one layer, in their order. The result is in the order of starts.
pub(super) fn lay_over(
    pieces: Vec<Piece>,
    overrides: &mut [StandIn],
    layer: u32,
    window: (Instant, Instant),
) -> Vec<Piece> {
    let mut places: Vec<Place> = pieces.into_iter().map(|piece| Place { piece, open_to: 0 }).collect();
    for (number, added) in overrides.iter_mut().enumerate() {
        if added.replace.is_none() && added.concerns(layer) {
            added.used = true;
            let (from, until) = (added.from.max(window.0), added.until.min(window.1));
            if from < until {
                let cause = Cause::Override(number);
                places.push(Place { piece: Piece { from, until, person: added.with, cause }, open_to: number + 1 });
            }
        }
    }
    places.sort_by_key(|place| place.piece.from);

    let mut waiting: Vec<usize> = (0..overrides.len())
        .filter(|i| {
            overrides[*i].concerns(layer) && overrides[*i].replace.is_some() && overrides[*i].from < overrides[*i].until
        })
        .collect();
    waiting.sort_by_key(|i| std::cmp::Reverse(overrides[*i].from));
    let mut open: Vec<usize> = Vec::new();
    let mut laid = Vec::with_capacity(places.len());
    for place in places {
        while let Some(next) = waiting.pop_if(|i| overrides[*i].from < place.piece.until) {
            open.push(next);
            open.sort_unstable();
        }
        open.retain(|i| overrides[*i].until > place.piece.from);
        fill(&place, &open, overrides, &mut laid);
    }
    laid.sort_by_key(|piece| piece.from);
    laid
}

/// Cuts one place wherever an override begins or ends, and says who is in each part.
fn fill(place: &Place, open: &[usize], overrides: &mut [StandIn], laid: &mut Vec<Piece>) {
    let whole = place.piece;
    let mut cuts = vec![whole.from, whole.until];
    for change in open.iter().filter(|i| **i >= place.open_to).map(|i| &overrides[*i]) {
        cuts.extend([change.from, change.until].into_iter().filter(|cut| whole.from < *cut && *cut < whole.until));
    }
    cuts.sort_unstable();
    cuts.dedup();
    // Everybody who had this part so far: whoever would replace one of them takes it over.
    let mut had = Vec::new();
    let mut laid_over = Vec::new();
    for part in cuts.windows(2) {
        let mut piece = Piece { from: part[0], until: part[1], ..whole };
        had.clear();
        had.push(whole.person);
        laid_over.clear();
        laid_over.extend(by_override(&whole));
        for number in open.iter().copied().filter(|i| *i >= place.open_to) {
            let change = &mut overrides[number];
            let covers = change.from <= piece.from && piece.until <= change.until;
            if covers && change.replace.is_some_and(|replaced| had.contains(&replaced)) {
                change.used = true;
                had.push(change.with);
                laid_over.push(number);
                (piece.person, piece.cause) = (change.with, Cause::Override(number));
            }
        }
        if let Some((last, earlier)) = laid_over.split_last() {
            for number in earlier {
                if overrides[*number].with != piece.person {
                    overrides[*number].gives_way.push((piece.from, piece.until, *last));
                }
            }
        }
        laid.push(piece);
    }
}

fn by_override(piece: &Piece) -> Option<usize> {
    match piece.cause {
        Cause::Override(number) => Some(number),
        Cause::Turn(_) => None,
    }
}
