//! The shapes. Shape first, colour second, and a word always beside it.

use maud::{Markup, PreEscaped, html};
use meridian_core::incident::Severity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    Severity(Severity),
    /// Met, done, cleared.
    Ok,
    Fail,
    /// At risk, not yet sure.
    Risk,
    /// Silent, therefore unknown.
    Unknown,
    Due,
    Accepted,
    /// Nobody is there to take it.
    Nobody,
    Page,
    /// Somebody is wanted for a watch.
    Cover,
    Note,
    Sun,
    Moon,
    Unstable,
    Watcher,
    Stable,
    /// Accepted after it was due.
    Late,
}

impl Glyph {
    fn id(self) -> &'static str {
        match self {
            Glyph::Severity(s) => ["sev1", "sev2", "sev3", "sev4", "sev5"][s as usize],
            Glyph::Ok => "ok",
            Glyph::Fail => "fail",
            Glyph::Risk => "risk",
            Glyph::Unknown => "unknown",
            Glyph::Due => "due",
            Glyph::Accepted => "accepted",
            Glyph::Nobody => "nobody",
            Glyph::Page => "page",
            Glyph::Cover => "cover",
            Glyph::Note => "promise",
            Glyph::Sun => "sun",
            Glyph::Moon => "moon",
            Glyph::Unstable => "unstable",
            Glyph::Watcher => "watcher",
            Glyph::Stable => "stable",
            Glyph::Late => "late",
        }
    }
}

pub fn glyph(shape: Glyph) -> Markup {
    html! { svg.g aria-hidden="true" { use href={ "#" (shape.id()) } {} } }
}

pub fn glyph_big(shape: Glyph) -> Markup {
    html! { svg.g.big aria-hidden="true" { use href={ "#" (shape.id()) } {} } }
}

/// The shape and the word of a severity.
pub fn severity(severity: Severity) -> Markup {
    html! { span.state { (glyph(Glyph::Severity(severity))) (severity.word()) } }
}

/// The definitions that every page carries once. Paint comes from classes, so that no inline style is needed.
pub fn sprite() -> Markup {
    PreEscaped(include_str!("../assets/sprite.svg").to_owned())
}

pub fn mark() -> Markup {
    html! { svg aria-hidden="true" { use href="#mark" {} } }
}
