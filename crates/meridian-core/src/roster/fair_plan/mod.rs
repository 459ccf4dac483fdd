//! A fair rota for the coming weeks: who takes which turn of a rota's layers, so that hours, nights, weekends and
//! holidays are shared out evenly, under rules of rest, leave and skills.
//!
//! Here are the question ([`Wish`]), what an answer costs ([`Cost`]) and what none can cost less than ([`Floor`]), a
//! search for a good one ([`Draft`]), and what the answer means for the estate ([`changes`], [`unmet`]). What it does
//! *not* do: it solves no program of integers (the command line does, with the same costs), and it changes nothing.
//! Somebody looks at the plan and accepts it.

mod board;
mod changes;
mod cost;
mod draft;
mod elsewhere;
mod floor;
mod task;
mod unmet;

pub use changes::changes;
pub use cost::{Cost, PRICE_CHANGED, PRICE_MISSING, PRICE_ROW, PRICE_SKILL, PRICE_SPREAD, WEIGHTS, displeasure};
pub use draft::Draft;
pub use floor::Floor;
pub use task::{Changed, Rules, Task, Who, Wish, wish};
pub use unmet::{Rule, Unmet, unmet};
