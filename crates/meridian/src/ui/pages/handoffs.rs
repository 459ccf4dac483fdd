//! The handoffs: those that are open, how well the watch passes on, and the history.

use maud::{Markup, html};
use meridian_core::handoff::Standing;

use super::incidents::pager;
use crate::ui::{
    parts::{Clock, Detail, Glyph, elapsed, empty, field, glyph, left, scroll, section_head, time},
    shell::{Place, Shell, frame},
    view::handoff::{FigureRow, HandoffRow, HandoffsView},
};

pub fn handoffs(shell: &Shell, view: &HandoffsView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        div.title { h1 { "Handoffs" } }
        section #open data-live aria-label="Open handoffs" {
            @if !view.open.is_empty() { (scroll("Open handoffs", table(clock, "Open handoffs", &view.open))) }
            @else if view.rotas.is_empty() {
                (empty("No rota is handed over", html! { "Every watch passes by the clock. A rota with " code { "handoff:" } " passes by acceptance." }))
            } @else {
                (empty("No handoff is open", html! { @if let Some(next) = &view.next { (next.render(clock)) } @else { "No rota has an edge within two months." } }))
            }
        }
        @if !view.figures.is_empty() {
            section.gap-top #figures data-live aria-label="How well the watch passes on" {
                (section_head("Edges", html! { "as far as handoffs are kept; each figure opens what is behind it" }))
                (scroll("Edges", figures(&view.figures)))
            }
        }
        section.gap-top #history aria-label="History" {
            (section_head("History", html! { "newest first" }))
            form.filter method="get" action="/handoffs" role="search" {
                (field("q", "Words in the title, a person or an item").text("filter", &view.words, false))
                (field("rota", "Rota").select("rota", &rotas(view), &view.rota))
                button.btn { "Find" }
            }
            div #ended data-live {
                @if view.rows.is_empty() { (empty("Nothing is found", html! { @if view.words.is_empty() { "No handoff has ended yet." } @else { "No handoff that ended has these words." } })) }
                @else { (scroll("History", table(clock, "Handoffs that ended", &view.rows))) }
            }
            (pager("/handoffs", (!view.words.is_empty()).then_some(("q", view.words.as_str())), view.newer, view.older))
        }
    };
    frame(shell, "Handoffs", Place::Handoffs, "page", content)
}

fn rotas(view: &HandoffsView) -> Vec<(&str, &str)> {
    let all = [("", "Every rota")];
    all.into_iter().chain(view.rotas.iter().map(|(name, word)| (name.as_str(), word.as_str()))).collect()
}

fn table(clock: &Clock, caption: &str, rows: &[HandoffRow]) -> Markup {
    html! {
        table {
            caption.sr { (caption) }
            thead { tr { th scope="col" { "Handoff" } th scope="col" { "Rota" } th scope="col" { "From, to" } th scope="col" { "State" } th scope="col" { "Items" } th.num scope="col" { "Due" } } }
            tbody { @for row in rows { (one(clock, row)) } }
        }
    }
}

fn one(clock: &Clock, row: &HandoffRow) -> Markup {
    let href = format!("/handoffs/{}", row.id);
    let [unstable, watcher, stable] = row.counts;
    html! {
        tr data-href=(href) {
            td.main { a.cover href=(href) { b { (row.title) } } }
            td.dim { (row.rota) }
            td { (row.from) span.faint { " to " } (row.to) }
            td {
                @match (row.standing, &row.end) {
                    (Standing::Open, _) => { span.state { (glyph(Glyph::Due)) "Due in " (left(clock, row.due)) } @if row.before > 0 { span.faint { ", " (row.before) " before acceptance" } } },
                    (Standing::Late, _) => span.state.crit { (glyph(Glyph::Nobody)) "Late by " (elapsed(clock, row.due)) },
                    (Standing::Accepted, Some(end)) => span.state { (glyph(if row.was_late { Glyph::Late } else { Glyph::Accepted })) span { (end.render(clock)) } },
                    (_, end) => span.faint { @if let Some(end) = end { (end.render(clock)) } },
                }
            }
            td.dim data-th="Items" { @if unstable + watcher + stable > 0 { (unstable) " unstable, " (watcher) " watcher, " (stable) " stable" } @else { "none" } }
            td.num { (time(clock, row.due, None, Detail::Minute)) }
        }
    }
}

/// `3 of 4`, and the share of it.
fn part(of: (usize, usize)) -> Markup {
    let (part, whole) = of;
    html! {
        @if whole == 0 { span.faint { "none yet" } }
        @else { b { (part * 100 / whole) "%" } span.faint { " " (part) " of " (whole) } }
    }
}

fn figures(rows: &[FigureRow]) -> Markup {
    html! {
        table {
            caption.sr { "How well each edge is handed over" }
            thead { tr {
                th scope="col" { "Edge" } th scope="col" { "Rota" } th scope="col" { "On time" } th scope="col" { "Read back" }
                th scope="col" { "Missed in the first 4 h" } th scope="col" { "Emergencies" }
            } }
            tbody { @for row in rows { tr {
                td.main { b { (row.edge) } }
                td.dim { (row.rota) }
                td data-th="On time" { (part(row.on_time)) (links(&row.late, "late")) }
                td data-th="Read back" { (part(row.read_back)) }
                td data-th="Missed" {
                    (part(row.missed))
                    @for (handoff, incident) in &row.missed_pages { " " a href={ "/incidents/" (incident) } { "INC-" (incident) } " after " a href={ "/handoffs/" (handoff) } { (handoff) } }
                }
                td data-th="Emergencies" { (row.emergencies.len()) (links(&row.emergencies, "see")) }
            } } }
        }
    }
}

fn links(handoffs: &[meridian_core::id::HandoffId], word: &str) -> Markup {
    html! {
        @if !handoffs.is_empty() {
            span.faint { ", " (word) }
            @for id in handoffs.iter().rev().take(6) { " " a href={ "/handoffs/" (id) } { (id) } }
            @if handoffs.len() > 6 { span.faint { " and " (handoffs.len() - 6) " more" } }
        }
    }
}
