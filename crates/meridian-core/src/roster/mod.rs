//! Who is on watch when.

mod fact;

pub use fact::*;
