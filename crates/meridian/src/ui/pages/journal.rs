//! The journal as sentences, the search, and errors.

use maud::{Markup, html};

use crate::ui::{
    pages::incidents::pager,
    parts::{Glyph, empty, form::csrf, glyph, glyph::mark, timeline},
    shell::{Place, Shell, Theme, bare, frame, thousands},
    view::{FindView, JournalView, OopsView},
};

pub fn journal(shell: &Shell, view: &JournalView) -> Markup {
    let content = html! {
        div.title {
            h1 { "Journal" }
            span.dim { (thousands(view.entries as usize)) " entries" @if !view.head.is_empty() { ", newest " code { (view.head) } } }
        }
        section #journal.wide data-live aria-label="Facts" {
            @if view.told.is_empty() { (empty("The journal is empty", html! { "Every fact enters it once, and everything shown is read from it." })) }
            (timeline(&shell.clock, &view.told))
            (pager("/journal", None, view.newer, view.older))
        }
    };
    frame(shell, "Journal", Place::Journal, "page", content)
}

pub fn find(shell: &Shell, view: &FindView) -> Markup {
    let content = html! {
        div.title { h1 { "Find or do" } }
        form.find.wide.gap-top role="search" action="/find" {
            label.sr for="find-q" { "Find or do" }
            input #find-q type="search" name="q" value=(view.query) placeholder="A page, an incident, a person" autocomplete="off";
        }
        div.find.wide #found { (found(&shell.csrf, view)) }
    };
    frame(shell, "Find or do", Place::Elsewhere, "page", content)
}

/// The results alone, as the palette asks for them.
pub fn found(token: &str, view: &FindView) -> Markup {
    html! {
        @if view.found.is_empty() { (empty("Nothing found", html! { "Pages, incidents by number or title, open handoffs, people, rotas, and what can be done." })) }
        @for group in view.found.chunk_by(|a, b| a.section == b.section) {
            @if let Some(first) = group.first() { span.label { (first.section) } }
            ul {
                @for one in group {
                    @let words = html! {
                        span { @if let Some(shape) = one.shape { (glyph(shape)) } }
                        span { (one.what) }
                        span.faint { (one.more) }
                    };
                    li {
                        @if one.posts { form method="post" action=(one.href) { (csrf(token)) button { (words) } } }
                        @else { a href=(one.href) { (words) } }
                    }
                }
            }
        }
    }
}

pub fn oops(shell: &Shell, view: &OopsView) -> Markup {
    frame(shell, &view.title, Place::Elsewhere, "page", words(view))
}

/// For those who aren't logged in, and when even the frame can't be made.
pub fn oops_bare(theme: Theme, view: &OopsView) -> Markup {
    let content = html! { main.phone #main { span.brand { (mark()) "Meridian" } (words(view)) } };
    bare(&view.title, theme, content)
}

fn words(view: &OopsView) -> Markup {
    html! {
        div.oops {
            p.state { (glyph(Glyph::Fail)) (view.status) }
            h1 { (view.title) }
            p.dim { (view.why) }
            p { a.btn href=(view.href) { (view.link) } }
        }
    }
}
