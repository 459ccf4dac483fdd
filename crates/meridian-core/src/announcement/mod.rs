//! What is announced: work on the systems (a change, a maintenance), freezes, and events of the world outside.
//!
//! Whoever has the watch must know what will be done to the systems in it, by whom, and how it is taken back. An
//! announcement says that for a stretch of time and for the rotas that it concerns; it stands in the picture of the
//! day and in the brief of every handoff whose incoming watch it touches.
//!
//! | what is asked | what it leads to |
//! | --- | --- |
//! | announce something | it stands from now on; the answer says what it collides with |
//! | announce the same again | nothing: the one that stands is answered, so that a pipeline may send twice |
//! | change one that is not over | all of it is replaced |
//! | withdraw one that has not begun | it is not shown any more |
//! | withdraw one that is under way | it is over from now on |
//! | change or withdraw one that is over, or announce what is over | refused |
//! | work in a freeze that concerns the same rota | allowed, shown as a collision: whoever decides must see it |
//!
//! What this noun does *not* do: it does none of the work, stops no pipeline, and pages nobody.

mod fact;
mod plan;
mod state;

#[cfg(test)]
mod tests;

pub use fact::*;
pub use plan::*;
pub use state::*;
