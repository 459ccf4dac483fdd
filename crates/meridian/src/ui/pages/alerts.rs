//! The alerts that fire now: filtered and paged by the server, the filter in the address.

use maud::{Markup, html};

use crate::ui::{
    parts::{Clock, Detail, Glyph, elapsed, empty, glyph, scroll, severity, time},
    shell::{Place, Shell, frame, thousands},
    view::alert::{AlertRow, AlertState, AlertsTab, AlertsView},
};

pub fn alerts(shell: &Shell, view: &AlertsView) -> Markup {
    let content = html! {
        div.title { h1 { "Alerts" } a.btn href={ "/silences/new?" (query(&[("q", &view.filter)])) } { "Silence" } }
        (tabs(view))
        (filter(view))
        section #alerts data-live aria-label="Alerts" {
            p.faint role="status" {
                (thousands(view.matched)) " of " (thousands(view.active)) " active"
                @if view.pages > 1 { ", page " (view.page) " of " (view.pages) }
            }
            @if view.rows.is_empty() {
                @if view.active == 0 { (empty("Nothing fires", html! { "Alerts arrive at " code { "/api/v2/alerts" } ", as at an Alertmanager." })) }
                @else { (empty("No active alert meets this filter", html! { a href="/alerts" { "Show all " (thousands(view.active)) } })) }
            } @else {
                (scroll("Alerts", alert_table(&shell.clock, "Active alerts", &view.rows, true)))
            }
            (pager(view))
        }
    };
    frame(shell, "Alerts", Place::Alerts, "page", content)
}

fn tabs(view: &AlertsView) -> Markup {
    let count = |tab: AlertsTab| match tab {
        AlertsTab::All => Some(view.active),
        AlertsTab::Told => view.quiet.map(|quiet| view.active.saturating_sub(quiet)),
        AlertsTab::Quiet => view.quiet,
    };
    html! {
        nav.tabs aria-label="Which alerts" {
            @for tab in AlertsTab::ALL {
                a href={ "/alerts?" (query(&[("state", tab.word()), ("q", &view.filter)])) } aria-current=[(tab == view.tab).then_some("page")] {
                    (match tab { AlertsTab::All => "All", AlertsTab::Told => "Told", AlertsTab::Quiet => "Quiet" })
                    @if let Some(n) = count(tab) { " " span.faint { (thousands(n)) } }
                }
            }
        }
    }
}

fn filter(view: &AlertsView) -> Markup {
    html! {
        form.filter role="search" action="/alerts" {
            @if view.tab != AlertsTab::All { input type="hidden" name="state" value=(view.tab.word()); }
            div.field.bad[view.filter_error.is_some()] {
                label for="filter" { "Filter " kbd { "/" } }
                input #filter type="search" name="q" value=(view.filter) placeholder="site=\"nyc\", severity=~\"crit.*\"" spellcheck="false" autocomplete="off"
                    aria-invalid=[view.filter_error.as_ref().map(|_| "true")] aria-describedby="filter-hint";
            }
            button.btn { "Filter" }
            @if !view.filter.is_empty() { a.btn.quiet href="/alerts" { "Clear" } }
            small #filter-hint.crit[view.filter_error.is_some()] {
                @match &view.filter_error {
                    Some(error) => { (glyph(Glyph::Fail)) " " (error) },
                    None => "Matchers as in amtool, or words of a label's value",
                }
            }
        }
    }
}

fn pager(view: &AlertsView) -> Markup {
    let to = |page: usize| {
        let page = page.to_string();
        format!("/alerts?{}", query(&[("state", view.tab.word()), ("q", &view.filter), ("page", &page)]))
    };
    html! {
        @if view.pages > 1 {
            nav.pager aria-label="Pages of the list" {
                @if view.page > 1 { a.btn rel="prev" href=(to(view.page - 1)) { "Previous" } } @else { span {} }
                span { "Page " (view.page) " of " (view.pages) }
                @if view.page < view.pages { a.btn rel="next" href=(to(view.page + 1)) { "Next" } } @else { span {} }
            }
        }
    }
}

/// `a=1&b=2`, percent-encoded; what is empty or the default is left out.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let kept = pairs.iter().filter(|(name, value)| !value.is_empty() && (*name, *value) != ("state", "all"));
    kept.map(|(name, value)| format!("{name}={}", percent(value))).collect::<Vec<_>>().join("&")
}

pub fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(byte as char),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

pub(super) fn alert_table(clock: &Clock, caption: &str, rows: &[AlertRow], with_incident: bool) -> Markup {
    html! {
        table {
            caption.sr { (caption) }
            thead { tr {
                th scope="col" { "Severity" } th scope="col" { "Alert" } th scope="col" { "Site" } th scope="col" { "State" }
                @if with_incident { th scope="col" { "Incident" } }
                th.num scope="col" { "For" } th.num scope="col" { "Since" }
            } }
            tbody { @for row in rows { (alert_row(clock, row, with_incident)) } }
        }
    }
}

fn alert_row(clock: &Clock, row: &AlertRow, with_incident: bool) -> Markup {
    let quiet = matches!(row.state, AlertState::Quiet(_));
    html! {
        tr.quietrow[quiet] id={ "a" (row.fingerprint) } {
            td { (severity(row.severity)) }
            td.main {
                @match &row.source_url {
                    Some(url) => a.cover href=(url) rel="noreferrer" { b { (row.name) } },
                    None => b { (row.name) },
                }
                @if !row.summary.is_empty() { " " (row.summary) }
                div.labels { @for (i, (name, value)) in row.labels.iter().enumerate() { @if i > 0 { ", " } (name) "=" b { (value) } } }
            }
            td { @if let Some(site) = &row.site { (site) } }
            td {
                @match &row.state {
                    AlertState::Firing => span.state { (glyph(Glyph::Fail)) "Firing" },
                    AlertState::Quiet(why) => { span.state { (glyph(Glyph::Unknown)) "Quiet" } " " span.because { (why.render(clock)) } },
                    AlertState::Resolved(at) => { span.state.ok { (glyph(Glyph::Ok)) "Resolved" } " " span.faint { (time(clock, *at, None, Detail::Minute)) } },
                }
            }
            @if with_incident { td { @if let Some(id) = row.incident { a href={ "/incidents/" (id) } { "INC-" (id) } } @else { span.faint { "none" } } } }
            td.num data-th="For" { @match &row.state { AlertState::Resolved(at) => (crate::ui::parts::lasting(at.duration_since(row.since))), _ => (elapsed(clock, row.since)) } }
            td.num data-th="Since" { (time(clock, row.since, None, Detail::Second)) }
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_survive_any_filter() {
        assert_eq!(super::percent("site=\"nyc\", x=~\"é\""), "site%3D%22nyc%22%2C%20x%3D~%22%C3%A9%22");
        assert_eq!(super::query(&[("state", "all"), ("q", ""), ("page", "2")]), "page=2");
    }
}
