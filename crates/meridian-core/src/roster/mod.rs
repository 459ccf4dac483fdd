//! Who is on watch when: one answer for the pager, the API, the pages and the CLI.
//!
//! Four questions, asked of a rota and of the overrides that were added to it at run time: [`shifts`] of a stretch of
//! time, [`on_watch`] at an instant, [`holes`] in the cover of a role, and the [`next_change`]. Besides, the ring: at which
//! [`edges`] the primary watch passes from one site to the next, and who is its [`holder`] by the plan.
//!
//! What it does *not* do: it keeps no shift anywhere (each answer is computed from the rota), knows no page and no
//! alert, and reaches nobody. Who is on watch until a handoff is accepted is the handoff's matter.
//!
//! How an answer is made, layer by layer: the hours of the week become stretches of wall clock, the rotation cuts them
//! into turns, each piece becomes instants (a start takes the first occurrence of its wall clock, an end the last),
//! overrides change who it is, and what touches is merged.

mod away;
pub mod coverage;
mod edge;
mod fact;
pub mod fair_plan;
mod fairness;
mod layer;
mod order;
mod plan;
mod resolve;
mod served;
mod shift;
mod stand_in;
mod state;
mod turn;
mod work;

pub use away::{Absences, Away, AwayBecause, on_leave};
pub use coverage::{Absent, Coverage, Stretch, absent, both, coverage, joined, minus};
pub use edge::{Edge, Holder, Side, edges, holder, next_edge};
pub use fact::*;
pub use fairness::{Burden, Share, Whose, fairness};
pub use order::{members, members_from};
pub use plan::{plan_add, plan_remove};
use resolve::uncovered;
pub use resolve::{holes, idle_overrides, next_change, on_watch, overlapped, resting_on, shifts};
pub use served::left_out;
pub use shift::{Shift, WatchBecause};
pub use state::Overrides;

#[cfg(test)]
mod tests;
