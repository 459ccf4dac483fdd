//! Requests that may be sent again: a client that heard no answer repeats one with the same key, and nothing is done twice.
//!
//! What a command with a key led to is recorded in the same commit as its facts ([`RequestFact::Granted`]), so there is no
//! instant at which one is durable without the other. The answer follows in [`RequestFact::Answered`], before the client
//! hears it: whoever heard an answer hears the same again, after a restart too. Where the end came in between, nobody
//! heard one, and it is made anew from what the command led to.
//!
//! What this noun does *not* do: it reads no key and no body (hashes come in), and it remembers no refusal, for that
//! changed nothing.

mod fact;
mod state;
#[cfg(test)]
mod tests;

pub use fact::*;
pub use state::*;
