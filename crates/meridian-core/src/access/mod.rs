//! Who may do what: accounts, sessions, API tokens, and the one function that answers ([`may`]).
//!
//! What this noun does *not* do: it hashes no password and draws no token; hashes come in with the command, and the
//! length of a password is checked where the password is, at the edge.
//!
//! ```
//! use meridian_core::access::{Action, Principal, Scope, may};
//! let prometheus = Principal::Token { token: "prometheus".parse().unwrap(), scopes: vec![Scope::Ingest] };
//! assert!(may(&prometheus, Action::Ingest));
//! assert!(!may(&prometheus, Action::Read));
//! ```

mod fact;
mod may;
mod plan;
mod state;
#[cfg(test)]
mod tests;

pub use fact::*;
pub use may::*;
pub use plan::plan;
pub use state::*;
