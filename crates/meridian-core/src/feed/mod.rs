//! Calendar feeds: the shifts of a person, a rota or a team as an iCalendar at a secret address.
//!
//! A feed is made, read by whoever has its address, and revoked. What it holds is computed when it is read, by the one
//! answer to "who is on watch", so an override shows in the next read.
//!
//! What this noun does *not* do: it draws no secret (only a hash comes in with the command), says nothing of who may
//! ([`crate::access`]), and knows no line of the format ([`crate::ics`]).
//!
//! **An event and its number.** A shift's identity is its rota, its layer, the day on which the rotation alone would
//! have it begin (by the wall clock of the site), the person, and its number among those of that day: an override that
//! shortens it, or a rota whose hours change, moves the same event. Where a person's watch goes on without a gap in another
//! layer of the same role, both are one event, called as the first; not over the first of a month. What says that an event changed is its `SEQUENCE`:
//! the number of the journal's last entry that changed it, or a watch that it touches ([`Revisions`]). Entries are only
//! ever added, so it never goes down, not over a restart either. Another estate counts where an event came, went, or
//! reads otherwise, and nowhere else.

mod events;
mod fact;
mod plan;
mod revision;
mod state;

pub(crate) use events::changed;
pub use events::{Source, calendar, title, window};
pub use fact::*;
pub use plan::{orphans, plan_make, plan_revoke};
pub use revision::{Revision, Revisions};
pub use state::{Feed, Feeds};

#[cfg(test)]
mod tests;
