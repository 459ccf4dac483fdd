//! Changes of who is on watch: cover requests, watches taken, swaps, leave, sickness, and how each is undone.
//!
//! A change ends in overrides ([`crate::roster`]), made in the same commit as the fact that says why; so the pager, the
//! pages, the API and the calendars see it at once, because all of them ask the roster. Sickness makes no override: a
//! sick person stays scheduled, the pager passes them over and says so, until somebody takes their watch.
//!
//! | what happens | what it leads to |
//! | --- | --- |
//! | cover is asked for | a request for each watch in that time, offered in order; the one who asks stays on watch |
//! | somebody takes it | an override for what is left of it; whoever comes second is told who was first |
//! | all decline, or the watch begins | said loudly (`cover.lapsed`); the one who asked is on watch, as before |
//! | a swap is accepted (and approved) | two overrides at once, or none |
//! | leave | a request for each watch in it; until it is taken, the person is on watch, and that is shown as a conflict |
//! | sickness | from now on the pager passes them over; what waits for their answer goes on; a request for each watch |
//! | a watch is taken unasked | an override, if the team's notice allows it |
//! | a change is undone | exactly its overrides go, from now on; refused, with the number, if a later one rests on it |
//! | the estate loses somebody who holds a watch | a request for that watch, because `not_in_estate` |
//! | another change takes the person off that watch | what waits for it is withdrawn, because `not_on_watch_any_more` |
//!
//! What this noun does *not* do: it computes no shift and no balance (the roster does), sends nothing, and never takes
//! anybody off watch without somebody in their place.

mod fact;
mod may;
mod needs;
mod plan;
mod state;

pub use fact::*;
pub use may::may_act_for;
pub use needs::*;
pub use plan::*;
pub use state::*;

#[cfg(test)]
pub(crate) mod tests;
