//! Pages: the recent attempts to reach people, each with its reason and what came of it.

use maud::{Markup, html};

use crate::ui::{
    pages::incidents::pager,
    parts::{Clock, Detail, Glyph, Say, empty, glyph, scroll, time},
    shell::{Place, Shell, frame},
    view::page::{Attempt, AttemptState, PageRow, PagesView, Tried},
};

pub fn recent(shell: &Shell, view: &PagesView) -> Markup {
    let content = html! {
        div.title {
            h1 { "Pages" }
            span.dim { @if view.waiting == 0 { "none waits for an answer" } @else { b { (view.waiting) } " wait for an answer" } }
        }
        section #pages data-live aria-label="Pages" {
            @if view.rows.is_empty() { (empty("Nobody was paged yet", html! { "An incident pages the people its escalation names; every attempt and what came of it shows here." })) }
            @else { (scroll("Pages", attempts(&shell.clock, &view.rows))) }
            (pager("/pages", None, view.newer, view.older))
        }
    };
    frame(shell, "Pages", Place::Pages, "page", content)
}

fn attempts(clock: &Clock, rows: &[PageRow]) -> Markup {
    html! {
        table {
            caption.sr { "Attempts to reach people" }
            thead { tr { th scope="col" { "Who" } th scope="col" { "Incident" } th scope="col" { "How" } th scope="col" { "What came of it" } th.num scope="col" { "At" } } }
            @for row in rows { tbody { (page_rows(clock, row)) } }
        }
    }
}

fn page_rows(clock: &Clock, row: &PageRow) -> Markup {
    let lines = row.attempts.len().max(1);
    html! {
        @for i in 0..lines {
            tr.cont[i > 0] {
                @if i == 0 {
                    td.main rowspan=(lines) { (who(clock, &row.who, row.answered, &row.because)) }
                    td rowspan=(lines) { (glyph(Glyph::Severity(row.severity))) " " a href={ "/incidents/" (row.incident) } { "INC-" (row.incident) } br; small.faint { (row.severity) ", page " (row.id) } }
                }
                @match row.attempts.get(i) {
                    Some(attempt) => (attempt_cells(clock, attempt, attempt.tries as usize, "tries")),
                    None => { td.faint { "no way" } td.faint { "nothing was sent" } td.num { (time(clock, row.opened, None, Detail::Second)) } },
                }
            }
        }
    }
}

/// Of one incident: everything about one person together.
pub(super) fn tried(clock: &Clock, people: &[Tried]) -> Markup {
    html! {
        table {
            caption.sr { "Who was tried, and what came of it" }
            thead { tr { th scope="col" { "Who" } th scope="col" { "How" } th scope="col" { "What came of it, last" } th.num scope="col" { "At" } } }
            @for one in people {
                @let lines = one.ways.len().max(1);
                tbody {
                    @for i in 0..lines {
                        tr.cont[i > 0] {
                            @if i == 0 { td.main rowspan=(lines) { (who(clock, &one.who, one.answered, &one.because)) @if one.pages > 1 { br; small.faint { "paged " (one.pages) " times" } } } }
                            @match one.ways.get(i) {
                                Some(way) => (attempt_cells(clock, &way.last, way.times, "times")),
                                None => { td.faint { "no way" } td.faint { "nothing was sent" } td {} },
                            }
                        }
                    }
                }
            }
        }
    }
}

fn who(clock: &Clock, name: &str, answered: bool, because: &Say) -> Markup {
    html! { b { (name) } @if answered { " " span.ok { "answered" } } br; span.because { (because.render(clock)) } }
}

fn attempt_cells(clock: &Clock, attempt: &Attempt, times: usize, unit: &str) -> Markup {
    let (class, shape, word) = match attempt.state {
        AttemptState::Due => ("", Glyph::Due, "Due"),
        AttemptState::Sending => ("", Glyph::Page, "Sending"),
        AttemptState::Sent => ("ok", Glyph::Ok, "Sent"),
        AttemptState::Retrying => ("warn", Glyph::Risk, "Tried again"),
        AttemptState::Failed => ("crit", Glyph::Fail, "Failed"),
        AttemptState::Cancelled => ("faint", Glyph::Unknown, "Not needed"),
    };
    html! {
        td.nowrap { (attempt.way) }
        td {
            span.state.(class) { (glyph(shape)) (word) }
            @if times > 1 { " " span.faint { (times) " " (unit) } }
            @if !attempt.detail.is_empty() { " " small.faint { (attempt.detail) } }
        }
        td.num { (time(clock, attempt.at, None, Detail::Second)) }
    }
}
