//! Pages: how an incident gets one person's attention, and then the next person's.
//!
//! An incident walks its escalation step by step. A step resolves its targets to persons and pages each; a page tries
//! the person's contacts in order; each message over one contact is a delivery with its own retries.
//!
//! What this noun does *not* do: it sends nothing. It says which deliveries are to be sent now; a reconciler sends
//! them and reports what came of it.

mod fact;
mod plan;
mod state;
mod words;

pub use fact::*;
pub use plan::*;
pub use state::*;
pub use words::NextPaged;
