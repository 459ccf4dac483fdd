//! The pages: server-rendered HTML that works without JavaScript and without a mouse, and is live with it.
//!
//! Three rooms. `view` holds plain data, already decided and filtered; `parts` and `pages` turn it into markup and
//! know nothing else; `routes` parses a request, asks the keeper, and renders.
//!
//! What it does *not* do: it decides nothing and computes no domain answer a second time. Every page but the ones
//! behind a signed link asks for a session.

pub mod assets;
pub mod pages;
pub mod parts;
pub mod read;
mod routes;
pub mod shell;
pub mod view;
mod visitor;

pub use routes::router;
pub use visitor::for_browsers;
