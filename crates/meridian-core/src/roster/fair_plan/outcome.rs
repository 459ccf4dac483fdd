//! What an answer means: the overrides that bring it about, and what could not be met, with names.

use super::task::Wish;
use crate::{
    Instant,
    estate::{Override, Rota},
    id::Name,
    roster::{Stretch, shifts},
};

/// A turn that nobody could take, or that lacks a skill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmet {
    pub from: Instant,
    pub layer: String,
    pub why: String,
}

/// Everything that the answer owes.
pub fn unmet(wish: &Wish, given: &[Vec<usize>]) -> Vec<Unmet> {
    let mut all = Vec::new();
    for (task, persons) in wish.tasks.iter().zip(given).filter(|(task, _)| !task.fixed) {
        let mut owe = |why: String| all.push(Unmet { from: task.from(), layer: task.layer.clone(), why });
        if persons.len() < task.needed {
            owe(nobody(wish, task, given, persons));
        }
        for skill in &task.needs {
            if !persons.is_empty() && !persons.iter().any(|person| wish.persons[*person].skills.contains(skill)) {
                let skilled = task.members.iter().filter(|person| wish.persons[**person].skills.contains(skill));
                let names = listed(skilled.map(|person| &wish.persons[*person].name));
                let who = if names.is_empty() {
                    "no member has it".to_owned()
                } else {
                    format!("only {names}, who could not")
                };
                owe(format!("nobody on it has the skill {skill}: {who}"));
            }
        }
    }
    all
}

fn nobody(wish: &Wish, task: &super::task::Task, given: &[Vec<usize>], persons: &[usize]) -> String {
    let names = |of: &[usize]| listed(of.iter().map(|person| &wish.persons[*person].name));
    if task.members.is_empty() {
        return "nobody takes turns then".to_owned();
    }
    let free: Vec<usize> = task
        .members
        .iter()
        .copied()
        .filter(|person| !task.away.contains(person) && !persons.contains(person))
        .collect();
    let (busy, tired): (Vec<usize>, Vec<usize>) =
        free.into_iter().partition(|person| task.clashes.iter().any(|other| given[*other].contains(person)));
    let mut why = vec![format!("only {} may", names(&task.members))];
    let mut add = |of: &[usize], what: &str| {
        if !of.is_empty() {
            let verb = if of.len() == 1 { "is" } else { "are" };
            why.push(format!("{} {verb} {what}", names(of)));
        }
    };
    add(&task.away, "on leave");
    add(&busy, "on watch too near to it");
    add(&tired, "on watch too many days in a row");
    why.join(", and ")
}

fn listed<'a>(names: impl Iterator<Item = &'a Name>) -> String {
    names.map(Name::as_str).collect::<Vec<_>>().join(", ")
}

/// The overrides that make the rota follow the answer, behind those that it has. What touches is one.
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
    all
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
