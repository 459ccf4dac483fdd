//! The overrides that bring an answer about: as few lines as say it.
//!
//! What it does *not* do: it touches no turn that has the right people already.

use super::task::Wish;
use crate::{
    estate::{Override, Rota},
    id::Name,
    roster::{Stretch, shifts},
};

/// The overrides that make the rota follow the answer, behind those that it has.
pub fn changes(rota: &Rota, added: &[Override], wish: &Wish, given: &[Vec<usize>]) -> Vec<Override> {
    let open: Vec<usize> = (0..wish.tasks.len()).filter(|task| !wish.tasks[*task].fixed).collect();
    let (Some(first), Some(last)) = (
        open.iter().map(|task| wish.tasks[*task].from()).min(),
        open.iter().filter_map(|task| wish.tasks[*task].stretches.last()).map(|stretch| stretch.1).max(),
    ) else {
        return Vec::new();
    };
    let watched = shifts(rota, added, first, last);
    let mut layers: Vec<&str> = wish.tasks.iter().map(|task| task.layer.as_str()).collect();
    layers.sort_unstable();
    layers.dedup();
    let mut all = Vec::new();
    for layer in layers {
        let mut changes: Vec<Override> = Vec::new();
        for task in open.iter().filter(|task| wish.tasks[**task].layer == layer) {
            let planned: Vec<&Name> = given[*task].iter().map(|person| &wish.persons[*person].name).collect();
            for stretch in &wish.tasks[*task].stretches {
                let of_layer = watched.iter().filter(|shift| *shift.layer == *layer);
                let there: Vec<(Stretch, &Name)> = of_layer
                    .map(|shift| ((shift.from.max(stretch.0), shift.until.min(stretch.1)), &shift.person))
                    .filter(|((from, until), _)| from < until)
                    .collect();
                for change in replaced(&there, &planned, layer) {
                    put(&mut changes, change, &watched, layer);
                }
            }
        }
        all.extend(changes);
    }
    all.sort_by_key(|change| change.from);
    fewer(rota, added, all, (first, last))
}

/// Puts those together that say the same of the same people with others' turns in between, as long as the rota still
/// resolves to the same.
fn fewer(rota: &Rota, added: &[Override], all: Vec<Override>, window: Stretch) -> Vec<Override> {
    let resolved = |changes: &[Override]| {
        let overrides = rota.overrides.iter().chain(changes).cloned().collect();
        let shifts = shifts(&Rota { overrides, ..rota.clone() }, added, window.0, window.1).into_iter();
        shifts.map(|shift| (shift.from, shift.until, shift.layer, shift.person)).collect::<Vec<_>>()
    };
    let (wanted, mut kept) = (resolved(&all), all);
    let mut first = 0;
    while first < kept.len() {
        let like = |other: &Override| {
            let one = &kept[first];
            (&one.replace, &one.with, &one.layer) == (&other.replace, &other.with, &other.layer)
        };
        let Some(next) = (first + 1..kept.len()).find(|other| like(&kept[*other])) else {
            first += 1;
            continue;
        };
        let mut joined = kept.clone();
        joined[first].until = joined[first].until.max(kept[next].until);
        joined.remove(next);
        if resolved(&joined) == wanted {
            kept = joined;
        } else {
            first += 1;
        }
    }
    kept
}

/// Whoever is there and not planned gives way to whoever is planned and not there.
fn replaced(there: &[(Stretch, &Name)], planned: &[&Name], layer: &str) -> Vec<Override> {
    let mut changes = Vec::new();
    for ((from, until), person) in there.iter().filter(|(_, person)| !planned.contains(person)) {
        let present: Vec<&Name> =
            there.iter().filter(|((a, b), _)| a < until && from < b).map(|(_, who)| *who).collect();
        let taken =
            |who: &&&Name| changes.iter().any(|c: &Override| c.with == ***who && c.from < *until && *from < c.until);
        let Some(with) = planned.iter().filter(|who| !present.contains(*who)).find(|who| !taken(who)) else { continue };
        changes.push(Override {
            from: *from,
            until: *until,
            replace: Some((*person).clone()),
            with: (*with).clone(),
            layer: Some(layer.to_owned()),
        });
    }
    changes
}

/// Joins it with the one before where only the same person of that layer is on watch between them.
fn put(changes: &mut Vec<Override>, change: Override, watched: &[crate::roster::Shift], layer: &str) {
    let joins = changes.last().is_some_and(|last| {
        let between = |shift: &crate::roster::Shift| {
            *shift.layer == *layer && shift.from < change.from && last.until < shift.until
        };
        let alone = change.from <= last.until || !watched.iter().any(between);
        last.replace == change.replace && last.with == change.with && alone
    });
    match changes.last_mut() {
        Some(last) if joins => last.until = change.until,
        _ => changes.push(change),
    }
}
