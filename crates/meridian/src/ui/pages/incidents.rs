//! The list of incidents.

use maud::{Markup, html};

use crate::ui::{
    parts::{Clock, Detail, Glyph, elapsed, empty, field, form::pop_form, glyph, scroll, severity, time},
    shell::{Place, Shell, frame, thousands},
    view::incident::{IncidentRow, IncidentsView, State, Tab},
};

pub fn incidents(shell: &Shell, view: &IncidentsView) -> Markup {
    let content = html! {
        div.title {
            h1 { "Incidents" }
            @if shell.responds() && !view.escalations.is_empty() { (open_by_hand(shell, view)) }
        }
        nav.tabs aria-label="Which incidents" {
            a href="/incidents" aria-current=[(view.tab == Tab::Open).then_some("page")] { "Open " span.faint { (thousands(view.open)) } }
            a href="/incidents?state=resolved" aria-current=[(view.tab == Tab::Resolved).then_some("page")] { "Resolved " span.faint { (thousands(view.resolved)) } }
        }
        section #incidents data-live aria-label="Incidents" {
            @if view.rows.is_empty() {
                (match view.tab {
                    Tab::Open => empty("No incident is open", html! { "An alert that a route sends to an escalation opens one." }),
                    Tab::Resolved => empty("No incident was resolved yet", html! { "Here they stay, each with its timeline." }),
                })
            } @else {
                (scroll("Incidents", incident_table(&shell.clock, "Incidents", &view.rows)))
            }
            (pager("/incidents", (view.tab == Tab::Resolved).then_some(("state", "resolved")), view.newer, view.older))
        }
    };
    frame(shell, "Incidents", Place::Incidents, "page", content)
}

fn open_by_hand(shell: &Shell, view: &IncidentsView) -> Markup {
    let severities = ["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"].map(|word| (word, word));
    let escalations: Vec<(&str, &str)> =
        view.escalations.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    pop_form(
        &shell.csrf,
        "/incidents",
        "open-incident",
        html! { "Open an incident" },
        html! {
            (field("title", "What users notice").text("new-title", "", true))
            div.two {
                (field("severity", "Severity").select("new-severity", &severities, "SEV3"))
                (field("escalation", "Escalation").select("new-escalation", &escalations, ""))
            }
            button.btn.primary { "Open and page" }
        },
    )
}

pub(super) fn incident_table(clock: &Clock, caption: &str, rows: &[IncidentRow]) -> Markup {
    html! {
        table {
            caption.sr { (caption) }
            thead { tr { th scope="col" { "Severity" } th scope="col" { "Incident" } th scope="col" { "State" } th.num scope="col" { "Alerts" } th.num scope="col" { "Running" } th.num scope="col" { "Opened" } } }
            tbody { @for row in rows { (incident_row(clock, row)) } }
        }
    }
}

fn incident_row(clock: &Clock, row: &IncidentRow) -> Markup {
    let href = format!("/incidents/{}", row.id);
    html! {
        tr data-href=(href) {
            td { (severity(row.severity)) }
            td.main { span.id { "INC-" (row.id) } " " a.cover href=(href) { (row.title) } }
            td { (state(clock, &row.state)) }
            td.num data-th="Alerts" { (row.alerts_firing) }
            td.num data-th=(if matches!(row.state, State::Resolved { .. }) { "Took" } else { "Running" }) {
                @match &row.state {
                    State::Resolved { at } => (crate::ui::parts::lasting(at.duration_since(row.opened))),
                    _ => (elapsed(clock, row.opened)),
                }
            }
            td.num data-th="Opened" { (time(clock, row.opened, None, Detail::Minute)) }
        }
    }
}

pub(super) fn state(clock: &Clock, state: &State) -> Markup {
    match state {
        State::Waiting => html! { span.state.warn { (glyph(Glyph::Risk)) "Nobody has it yet" } },
        State::Exhausted => html! { span.state.crit { (glyph(Glyph::Nobody)) "Nobody answered" } },
        State::Acknowledged { by, at } => {
            html! { span.state { (glyph(Glyph::Accepted)) (by) } " " span.faint { "since " (time(clock, *at, None, Detail::Minute)) } }
        }
        State::Resolved { at } => {
            html! { span.state.ok { (glyph(Glyph::Ok)) "Resolved" } " " span.faint { (time(clock, *at, None, Detail::Minute)) } }
        }
    }
}

/// Newer and older, with what else the address says.
pub(super) fn pager(path: &str, keep: Option<(&str, &str)>, newer: bool, older: Option<u64>) -> Markup {
    let kept = keep.map(|(name, value)| format!("{name}={value}&")).unwrap_or_default();
    html! {
        @if newer || older.is_some() {
            nav.pager aria-label="Pages of the list" {
                @if newer { a.btn href={ (path) "?" (kept) } { "Newest" } } @else { span {} }
                @if let Some(before) = older { a.btn rel="next" href={ (path) "?" (kept) "before=" (before) } { "Older" } }
            }
        }
    }
}
