//! The estate: all that is under care, read from YAML.

mod fact;
mod model;

pub use fact::*;
pub use model::*;
