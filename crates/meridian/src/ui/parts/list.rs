//! Lists and messages: section heads, scrolling tables, the timeline, empty lists, notes.

use maud::{Markup, html};

use super::{
    glyph::{Glyph, glyph},
    time::{Clock, Detail, time},
};
use crate::ui::view::Told;

pub fn section_head(title: &str, aside: Markup) -> Markup {
    html! { div.secthead { h2 { (title) } span.faint { (aside) } } }
}

/// A table may be wider than its place: it scrolls on its own axis, and by keyboard. On a phone its rows become items,
/// one below the other: a cell says its column's name by `data-th`, and a cell of class `main` has a line of its own.
pub fn scroll(name: &str, table: Markup) -> Markup {
    html! { div.scrollx role="region" aria-label=(name) tabindex="0" { (table) } }
}

/// What comes next, and when: never just "nothing here".
pub fn empty(title: &str, next: Markup) -> Markup {
    html! { p.empty { b { (title) } (next) } }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Warning,
    Bad,
}

pub fn note(tone: Tone, title: &str, more: Markup) -> Markup {
    let (class, shape) = match tone {
        Tone::Good => ("ok-n", Glyph::Ok),
        Tone::Warning => ("warn-n", Glyph::Risk),
        Tone::Bad => ("crit-n", Glyph::Fail),
    };
    html! { div.note.(class) { (glyph(shape)) b { (title) } span {} p { (more) } } }
}

/// What happened, newest first, each with its reason.
pub fn timeline(clock: &Clock, told: &[Told]) -> Markup {
    html! {
        ol.tl {
            @for one in told {
                li id=[one.seq.map(|seq| format!("f{seq}"))] {
                    (time(clock, one.at, None, Detail::Second))
                    span { @if let Some(shape) = one.shape { (glyph(shape)) } }
                    span { (one.what.render(clock)) (by_and_because(clock, one)) }
                }
            }
        }
    }
}

/// The same in the narrow column of the control room.
pub fn log(clock: &Clock, told: &[Told]) -> Markup {
    html! {
        ol.log {
            @for one in told {
                li { (time(clock, one.at, None, Detail::Minute)) span { (one.what.render(clock)) (by_and_because(clock, one)) } }
            }
        }
    }
}

fn by_and_because(clock: &Clock, told: &Told) -> Markup {
    html! {
        @if let Some(by) = &told.by { " " span.who { (by) } }
        @if let Some(because) = &told.because { " " span.because { (because.render(clock)) } }
    }
}
