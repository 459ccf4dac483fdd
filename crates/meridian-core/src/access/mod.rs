//! Who may do what: accounts, sessions, API tokens, and the one function that answers.
//!
//! What this noun does *not* do: it hashes no password and draws no token; hashes come in with the command.

mod fact;

pub use fact::*;
