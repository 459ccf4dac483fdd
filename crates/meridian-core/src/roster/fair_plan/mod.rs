//! A fair rota for the coming weeks: who takes which turn of a rota's layers, so that hours, nights, weekends and
//! holidays are shared out evenly, under rules of rest, leave and skills.
//!
//! Here are the question ([`Wish`]), what an answer costs ([`Cost`]), a search for a good one ([`Draft`]), and what the
//! answer means for the estate ([`changes`], [`unmet`]). What it does *not* do: it solves no program of integers (the
//! command line does, with the same costs), and it changes nothing. Somebody looks at the plan and accepts it.

mod cost;
mod draft;
mod outcome;
mod task;

pub use cost::{Cost, PRICE_MISSING, PRICE_ROW, PRICE_SKILL, PRICE_SPREAD, WEIGHTS, displeasure};
pub use draft::Draft;
pub use outcome::{Unmet, changes, unmet};
pub use task::{Rules, Task, Who, Wish, wish};
