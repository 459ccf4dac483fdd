//! The handoffs: those that are open, how well the watch passes on, and the history.

use maud::{Markup, html};
use meridian_core::handoff::{Only, Search, Standing};

use super::percent;
use crate::ui::{
    parts::{Clock, Detail, Glyph, elapsed, empty, field, glyph, left, scroll, section_head, time},
    shell::{Place, Shell, frame},
    view::handoff::{FigureRow, HandoffRow, HandoffsView, day, last_day},
};

pub fn handoffs(shell: &Shell, view: &HandoffsView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        div.title { h1 { "Handoffs" } }
        section #open data-live aria-label="Open handoffs" {
            @if !view.open.is_empty() { (scroll("Open handoffs", table(clock, "Open handoffs", &view.open))) }
            @else if !view.is_handed_over {
                (empty("No rota is handed over", html! { "Every watch passes by the clock. A rota with " code { "handoff:" } " passes by acceptance." }))
            } @else {
                (empty("No handoff is open", html! { @if let Some(next) = &view.next { (next.render(clock)) } @else { "No rota has an edge within two months." } }))
            }
        }
        @if !view.edges.is_empty() {
            section.gap-top #figures data-live aria-label="How well the watch passes on" {
                (section_head("Edges", html! { (window(&view.asked.search)) "; each figure opens what is behind it" }))
                @if view.figures.is_empty() { (empty("Nothing was due then", html! { "No handoff that ended was due in these days." })) }
                @else { (scroll("Edges", figures(&view.figures))) }
            }
        }
        section.gap-top #history aria-label="History" {
            (section_head("History", html! { "newest first" }))
            (filter(view))
            @if let Some(only) = view.asked.search.only { p.dim #only { "Only those " (only.words()) ". " a href=(without_only(&view.asked.search)) { "Show all of the edge" } } }
            div #ended data-live {
                @if view.rows.is_empty() { @if view.asked.search == Search::default() { (empty("No handoff has ended yet", html! { "Each stands here with how it went, once it is accepted or void." })) } @else { (empty("Nothing is found", html! { "No handoff that ended fits." })) } }
                @else { (scroll("History", table(clock, "Handoffs that ended", &view.rows))) }
            }
            (pager(&view.asked.search, view.newer, view.older))
        }
    };
    frame(shell, "Handoffs", Place::Handoffs, "page", content)
}

/// Of which handoffs the figures are.
fn window(search: &Search) -> String {
    match (search.since.map(day), search.until.map(last_day)) {
        (None, None) => "as far as handoffs are kept".into(),
        (Some(since), None) => format!("of those due from {since} on"),
        (None, Some(until)) => format!("of those due until {until}"),
        (Some(since), Some(until)) => format!("of those due from {since} to {until}"),
    }
}

fn filter(view: &HandoffsView) -> Markup {
    let search = &view.asked.search;
    let all = |word: &str| (String::new(), word.to_owned());
    let edges: Vec<_> = std::iter::once(all("Every edge")).chain(view.edges.iter().cloned()).collect();
    let people = view.people.iter().map(|(name, word)| (name.to_string(), word.clone()));
    let people: Vec<_> = std::iter::once(all("Anybody")).chain(people).collect();
    let edge = [&search.rota, &search.from, &search.to].map(|name| name.as_ref().map_or("", |name| name.as_str()));
    let person = search.person.as_ref().map_or("", |person| person.as_str());
    html! {
        form.filter method="get" action="/handoffs" role="search" {
            (field("q", "Words in anything that was said").text("filter", &search.words, false))
            (field("edge", "Edge").select("edge", &edges, &if edge == ["", "", ""] { String::new() } else { edge.join("/") }))
            (field("person", "Person").select("person", &people, person))
            (field("since", "Due from").input("since", "date", &search.since.map(day).unwrap_or_default(), false))
            (field("until", "to").input("until", "date", &search.until.map(last_day).unwrap_or_default(), false))
            @if let Some(only) = search.only { input type="hidden" name="only" value=(only.word()); }
            button.btn { "Find" }
        }
    }
}

/// The address of this search; of what it leaves out nothing is said.
fn address(search: &Search) -> String {
    let mut said = Vec::new();
    if !search.words.is_empty() {
        said.push(format!("q={}", percent(&search.words)));
    }
    if let (Some(rota), Some(from), Some(to)) = (&search.rota, &search.from, &search.to) {
        said.push(format!("edge={rota}/{from}/{to}"));
    }
    said.extend(search.person.as_ref().map(|person| format!("person={person}")));
    said.extend(search.since.map(|since| format!("since={}", day(since))));
    said.extend(search.until.map(|until| format!("until={}", last_day(until))));
    said.extend(search.only.map(|only| format!("only={}", only.word())));
    said.join("&")
}

fn without_only(search: &Search) -> String {
    format!("/handoffs?{}#history", address(&Search { only: None, ..search.clone() }))
}

fn pager(search: &Search, newer: bool, older: Option<u64>) -> Markup {
    let kept = address(search);
    html! {
        @if newer || older.is_some() {
            nav.pager aria-label="Pages of the list" {
                @if newer { a.btn href={ "/handoffs?" (kept) "#history" } { "Newest" } } @else { span {} }
                @if let Some(before) = older { a.btn rel="next" href={ "/handoffs?" (kept) @if !kept.is_empty() { "&" } "before=" (before) "#history" } { "Older" } }
            }
        }
    }
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
            td.main { a.cover href=(href) { b { (row.title) } } @if !row.found_in.is_empty() { " " span.faint { "found in " (row.found_in.join(", ")) } } }
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

/// `75% 3 of 4`, each opening what is behind it.
fn part(row: &FigureRow, of: (usize, usize), only: Only, whole: Only) -> Markup {
    let (part, total) = of;
    html! {
        @if total == 0 { span.faint { "none yet" } }
        @else {
            b { (part * 100 / total) "%" } " "
            span.faint { (behind(row, part, only)) " of " (behind(row, total, whole)) }
        }
    }
}

/// A figure that opens the handoffs behind it; of none there is nothing to open.
fn behind(row: &FigureRow, figure: usize, only: Only) -> Markup {
    html! {
        @if figure == 0 { "0" }
        @else { a href={ (row.behind) "&only=" (only.word()) "#history" } aria-label={ (figure) ", " (row.edge) ", " (only.words()) } { (figure) } }
    }
}

fn figures(rows: &[FigureRow]) -> Markup {
    html! {
        table {
            caption.sr { "How well each edge is handed over" }
            thead { tr {
                th scope="col" { "Edge" } th scope="col" { "Rota" } th scope="col" { "On time" } th scope="col" { "Read back" }
                th scope="col" { "Missed in the first 4 h" } th.num scope="col" { "Emergencies" }
            } }
            tbody { @for row in rows { tr {
                td.main { a href={ (row.behind) "#history" } { b { (row.edge) } } }
                td.dim { (row.rota) }
                td data-th="On time" { (part(row, row.on_time, Only::OnTime, Only::Accepted)) @if row.late > 0 { span.faint { ", " (behind(row, row.late, Only::Late)) " late" } } }
                td data-th="Read back" { (items(row)) }
                td data-th="Missed" {
                    (part(row, row.missed, Only::Missed, Only::Paged))
                    @for (handoff, incident) in row.missed_pages.iter().rev().take(3) { span.faint { ", " a href={ "/incidents/" (incident) } { "INC-" (incident) } " after " a href={ "/handoffs/" (handoff) } { (handoff) } } }
                    @if row.missed_pages.len() > 3 { span.faint { " and more" } }
                }
                td.num data-th="Emergencies" { (behind(row, row.emergencies, Only::Emergency)) }
            } } }
        }
    }
}

/// Items, not handoffs, are counted here; what opens are the handoffs that have them.
fn items(row: &FigureRow) -> Markup {
    let (read, unstable) = row.read_back;
    html! {
        @if unstable == 0 { span.faint { "none yet" } }
        @else {
            b { (read * 100 / unstable) "%" } " "
            span.faint { (behind(row, read, Only::ReadBack)) " of " (unstable) " items" }
            @if row.not_read_back > 0 { span.faint { ", not in " (behind(row, row.not_read_back, Only::NotReadBack)) } }
        }
    }
}
