//! The estate: all that is under care, read from YAML.
//!
//! [`load`] reads files into an [`Estate`] or says everything that is wrong with them at once; [`check()`] says what is
//! doubtful about an estate that is in order; [`schema`] describes the files to editors.
//!
//! What this noun does *not* do: it opens no file and resolves no secret, and it doesn't say who is on watch
//! ([`crate::roster`]) or where an alert goes ([`crate::alert`]).
//!
//! ```
//! use meridian_core::estate::{self, SourceFile};
//! let text = "apiVersion: meridian/v1\nkind: Site\nmetadata: { name: hong-kong }\nspec: { timeZone: Asia/HongKong }\n";
//! let problems = estate::load(&[SourceFile { path: "sites.yaml".into(), text: text.into() }]).unwrap_err();
//! assert_eq!(problems[0].message, "unknown time zone `Asia/HongKong`");
//! assert_eq!(problems[0].nearest.as_deref(), Some("Asia/Hong_Kong"));
//! ```

mod apart;
mod check;
mod doubt;
mod duration;
mod fact;
mod fit;
mod form;
mod kind;
mod load;
mod model;
mod names;
mod nearest;
mod node;
mod places;
mod problem;
mod reach;
mod schema;
mod shape;
mod sink;
mod yaml;

pub use check::check;
pub use duration::{parse_duration, show_duration};
pub use fact::*;
pub use kind::Kind;
pub use load::{Counts, FILE_BYTES_MAX, Loaded, digest, load, load_beside, text};
pub use model::*;
pub use nearest::nearest;
pub use places::Places;
pub use problem::{Problem, Weight};
pub use reach::{Reachable, reachable};
pub use schema::{schema, schema_all};

#[cfg(test)]
pub(crate) mod tests;
