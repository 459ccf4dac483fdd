//! The parts that pages are made of. Each is a pure function from plain data to markup.

pub mod axis;
pub mod day;
pub mod form;
pub mod glyph;
pub mod label;
pub mod lanes;
pub mod list;
pub mod map;
pub mod place;
pub mod say;
pub mod sun;
pub mod time;

pub use form::{Field, button_form, field};
pub use glyph::{Glyph, glyph, severity};
pub use list::{empty, note, scroll, section_head, timeline};
pub use say::Say;
pub use time::{Clock, Detail, Reading, elapsed, lasting, left, time};
