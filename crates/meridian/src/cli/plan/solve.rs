//! From a question to an answer: the core's search first, then integer programs, a few weeks at a time, each from the
//! best answer so far; and how cheap any answer could be at best.
//!
//! That bound is honest: no answer that keeps to the rules, found or not, costs less.

use meridian_core::roster::fair_plan::{Draft, Floor, PRICE_MISSING, Wish};

use super::program::Part;

/// An answer, and what any answer costs at least.
pub struct Found {
    pub given: Vec<Vec<usize>>,
    pub bound: f64,
}

/// Good enough: no answer is cheaper by more than this part of what is not owed.
pub const GAP: f64 = 0.01;

/// So often the search begins anew from the best so far.
const ROUNDS: usize = 4;

/// So many choices one program has at most: more are not solved in any time that people wait.
const CHOICES: usize = 240;

/// Looks for an answer in about so many seconds. `progress` hears what is done.
pub fn solve(wish: &Wish, seconds: f64, mut progress: impl FnMut(&str)) -> Found {
    let mut draft = Draft::new(wish);
    draft.improve(ROUNDS, |round, total| {
        progress(&format!("search, round {round} of {ROUNDS}: costs {total:.1}"));
    });
    let groups = wish.groups();
    let parts: Vec<Vec<usize>> = groups.iter().map(|group| Part::tasks(wish, group)).collect();
    let busy = parts.iter().filter(|tasks| !tasks.is_empty()).count().max(1) as f64;
    let mut bound = wish.of_nobody();
    for (group, tasks) in groups.iter().zip(&parts).filter(|(_, tasks)| !tasks.is_empty()) {
        bound += at_least(wish, group, tasks, &draft, seconds * 0.3 / busy);
    }
    let bound = bound.min(draft.total());
    progress(&format!("no plan costs less than {bound:.1}"));
    let windows: Vec<(&[usize], &[usize])> = groups
        .iter()
        .zip(&parts)
        .flat_map(|(group, tasks)| windows(wish, tasks).into_iter().map(move |window| (group.as_slice(), window)))
        .collect();
    let share = (seconds * 0.7 / windows.len().max(1) as f64).max(0.1);
    for (number, (group, tasks)) in windows.iter().enumerate() {
        if draft.total() - bound <= GAP * wish.beside_owed(draft.given()).abs().max(1.0) {
            break;
        }
        let part = Part { wish, persons: group, tasks, given: draft.given() };
        if let Some(given) = part.whole(share) {
            let better = Draft::of(wish, &given);
            if better.total() < draft.total() - 1e-9 && better.is_sound() {
                draft = better;
            }
        }
        let total = draft.total();
        progress(&format!("integer program {} of {}: costs {total:.1}", number + 1, windows.len()));
    }
    draft.improve(0, |_, _| {});
    Found { bound: bound.min(draft.total()), given: draft.given().to_vec() }
}

/// The best of three bounds: whole turns for each person, turns that may be split, and the same with rest and days in a
/// row.
fn at_least(wish: &Wish, group: &[usize], tasks: &[usize], draft: &Draft<'_>, seconds: f64) -> f64 {
    let missing: usize =
        tasks.iter().map(|task| wish.tasks[*task].needed.saturating_sub(draft.given()[*task].len())).sum();
    let unavoidable = wish.floor(group, false).missing;
    let complete = missing == unavoidable;
    let floor: Floor = wish.floor(group, complete);
    let part = Part { wish, persons: group, tasks, given: draft.given() };
    let mut bound = floor.total();
    for (rules, part_of) in [(false, 0.3), (true, 0.7)] {
        bound = bound.max(part.relaxed(&floor, rules, seconds * part_of).unwrap_or(f64::NEG_INFINITY));
    }
    // A plan in which somebody else is missing may be fairer to those who are there.
    let incomplete = floor.wishes + (unavoidable + 1) as f64 * PRICE_MISSING;
    if complete { bound.min(incomplete) } else { bound }
}

/// The turns, some weeks at a time; each window begins in the middle of the one before.
fn windows<'t>(wish: &Wish, tasks: &'t [usize]) -> Vec<&'t [usize]> {
    let mut windows = Vec::new();
    let mut begin = 0;
    while begin < tasks.len() {
        let mut choices = 0;
        let fits = |task: &&usize| {
            choices += wish.tasks[**task].able();
            choices <= CHOICES
        };
        let length = tasks[begin..].iter().take_while(fits).count().max(1);
        windows.push(&tasks[begin..begin + length]);
        if begin + length >= tasks.len() {
            break;
        }
        begin += (length / 2).max(1);
    }
    windows
}
