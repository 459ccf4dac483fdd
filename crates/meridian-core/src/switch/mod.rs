//! The safe switch: from a route of a chain that fails to another one, so that no message is lost and none is paid twice.
//!
//! | step | what is done | what must hold before |
//! | --- | --- | --- |
//! | 1 cut | the instant is fixed: all that was first seen before it is of this switch | no other switch of the chain is open |
//! | 2 fence | nothing can pass the old route any more: its actions run, or a person says how it was done. What came in until then is of this switch, too, for it may have left | |
//! | 3 drain | late confirmations are waited for, and count | the fence holds |
//! | 4 partition | every message of the cut is confirmed, rejected, cancelled, never left, or in doubt | it is drained |
//! | 5 ask | what the authority says of messages in doubt is written down | the partition |
//! | 6 replay | what never left is sent as an original, what is in doubt as a possible duplicate, in order per lane | nothing was seen to pass the fence |
//! | 7 epoch | how the lanes are numbered from now on | the replay was sent |
//! | 8 reconcile | originated = confirmed + rejected + cancelled + outstanding, by count and by value | the account closes |
//!
//! | what could go wrong | what stands against it |
//! | --- | --- |
//! | the fence does not hold | a message that never left and is then seen at the border stops the replay |
//! | the other route is another rail, which cannot know what the first one paid | what is in doubt is held until it is proven that it was not received, or until two people release it |
//! | one person errs | where the estate asks for it, fence and replay need a second person |
//! | evidence comes late | the replay is made from what is known then; who was confirmed meanwhile is not in it |
//! | Meridian stops while an action runs | the action counts as unknown: a person looks, and runs it again or says that it is done |
//!
//! The lists of messages are papers ([`paper`]): they are kept as files, and the journal has their hashes, so that it
//! signs them. What this noun does *not* do: it runs no action and reads no checkpoint; both are done at the edge, which
//! tells what came of it.

mod fact;
pub mod paper;
mod plan;
mod settings;
mod state;
mod steps;

#[cfg(test)]
mod tests;

pub use fact::*;
pub use plan::*;
pub use settings::*;
pub use state::*;
pub use steps::*;
