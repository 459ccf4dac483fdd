//! The watches that the members of a plan have beside it, in other rotas and as those who learn by leading: they stay,
//! and count for rest and for days in a row.
//!
//! What it does *not* do: it shares nothing of them out, and no fair share has them. Who only watches along is free, as
//! for cover.

use std::collections::BTreeMap;

use super::task::{Changed, DAY, Task, local_day};
use crate::{
    estate::{Estate, Layer, Role, Rota},
    id::Name,
    roster::{Shift, Stretch, shifts},
};

/// Of the persons with these names, in the order of the names.
pub(super) fn elsewhere(
    estate: &Estate,
    changed: &Changed,
    rota: &Rota,
    names: &[&Name],
    window: Stretch,
) -> Vec<Task> {
    let others = estate.rotas.values().filter(|other| other.name != rota.name);
    let mut tasks = Vec::new();
    for of in others.chain([rota]) {
        let planned = |role: Role| of.name == rota.name && matches!(role, Role::Primary | Role::Secondary);
        let added = changed.get(&of.name).map_or(&[][..], Vec::as_slice);
        for shift in shifts(of, added, window.0, window.1) {
            if shift.role == Role::Shadow || planned(shift.role) {
                continue;
            }
            let layer = of.layers.iter().find(|layer| *layer.name == *shift.layer);
            let (Some(layer), Ok(person)) = (layer, names.binary_search(&&shift.person)) else { continue };
            tasks.push(task(of, layer, &shift, person));
        }
    }
    tasks
}

fn task(rota: &Rota, layer: &Layer, shift: &Shift, person: usize) -> Task {
    let begins = local_day(layer, shift.from);
    // Who is on watch for days without an end has one shift, and is on watch on each of them.
    let length = shift.from.duration_until(shift.until).as_secs();
    let more = ((length - 1) / DAY).max(0);
    Task {
        layer: format!("{}, {}", rota.name, layer.name),
        stretches: vec![(shift.from, shift.until)],
        days: (begins..=begins + more).collect(),
        holidays: Vec::new(),
        site: layer.site.clone(),
        needed: 0,
        needs: Vec::new(),
        members: Vec::new(),
        parts: Vec::new(),
        away: Vec::new(),
        before: true,
        fixed: true,
        now: vec![person],
        burden: BTreeMap::from([(person, [0.0; 4])]),
        clashes: Vec::new(),
    }
}
