//! Incidents: the work on something that threatens users.
//!
//! What this noun does *not* do: it does not decide whom to page ([`crate::page`]) nor what fires ([`crate::alert`]).

mod fact;
mod state;
mod timeline;

pub use fact::*;
pub use state::*;
pub use timeline::*;
