//! Silences: what is kept quiet, by whom, why, and until when.

use maud::{Markup, html};

use crate::ui::{
    parts::{
        Clock, Detail, Glyph, button_form, empty, field,
        form::csrf,
        glyph, left,
        list::{Tone, note},
        scroll, time,
    },
    shell::{Place, Shell, frame, thousands},
    view::alert::{SilenceForm, SilenceRow, SilenceState, SilencesView},
};

pub fn silences(shell: &Shell, view: &SilencesView) -> Markup {
    let content = html! {
        div.title { h1 { "Silences" } @if shell.responds() { a.btn href="/silences/new" { "New silence" } } }
        nav.tabs aria-label="Which silences" {
            a href="/silences" aria-current=[(!view.expired_tab).then_some("page")] { "Active " span.faint { (thousands(view.active)) } }
            a href="/silences?state=expired" aria-current=[view.expired_tab.then_some("page")] { "Expired " span.faint { (thousands(view.expired)) } }
        }
        section #silences data-live aria-label="Silences" {
            @if view.rows.is_empty() {
                (empty(if view.expired_tab { "No silence has expired" } else { "Nothing is silenced" }, html! { "A silence keeps matching alerts from paging anybody until it ends. They stay on the page of alerts, with this reason." }))
            } @else { (scroll("Silences", table(shell, view))) }
        }
    };
    frame(shell, "Silences", Place::Silences, "page", content)
}

fn table(shell: &Shell, view: &SilencesView) -> Markup {
    html! {
        table {
            caption.sr { "Silences" }
            thead { tr { th scope="col" { "State" } th scope="col" { "Matches" } th scope="col" { "Owner" } th scope="col" { "Reason" } th.num scope="col" { "Quiets" } th.num scope="col" { "Left" } th.num scope="col" { "Until" } @if shell.responds() && !view.expired_tab { th { span.sr { "Actions" } } } } }
            tbody { @for row in &view.rows { (silence_row(shell, row, view.expired_tab)) } }
        }
    }
}

fn silence_row(shell: &Shell, row: &SilenceRow, expired_tab: bool) -> Markup {
    let clock: &Clock = &shell.clock;
    html! {
        tr id={ "s" (row.id) } {
            td { (match row.state {
                SilenceState::Active => html! { span.state { (glyph(Glyph::Unknown)) "Active" } },
                SilenceState::Pending => html! { span.state { (glyph(Glyph::Due)) "From " (time(clock, row.starts, None, Detail::Minute)) } },
                SilenceState::Expired => html! { span.state { (glyph(Glyph::Ok)) "Expired" } },
            }) }
            td.labels.main { @for (i, matcher) in row.matchers.iter().enumerate() { @if i > 0 { ", " } b { (matcher) } } }
            td data-th="Owner" { (row.owner) }
            td data-th="Reason" { (row.reason) }
            td.num data-th="Quiets" { (row.quiets) }
            td.num data-th="Left" { @if row.state == SilenceState::Expired { span.faint { "ended" } } @else { (left(clock, row.ends)) } }
            td.num data-th="Until" { (time(clock, row.ends, None, Detail::Minute)) }
            @if shell.responds() && !expired_tab {
                td.act { (button_form(&shell.csrf, &format!("/silences/{}/expire", row.id), "quiet", html! { "Expire" span.sr { " the silence of " (row.owner) } })) }
            }
        }
    }
}

pub fn silence_form(shell: &Shell, form: &SilenceForm) -> Markup {
    let wrong = |name: &str| form.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let until_hint = format!("In {}; at most 90 days from now", form.zone);
    let content = html! {
        div.crumb { a href="/silences" { "Silences" } " / new" }
        div.title { h1 { "Silence alerts" } }
        section aria-label="New silence" {
            @if let Some(meets) = form.meets { (note(Tone::Warning, &format!("These matchers meet {} active alerts", thousands(meets)), html! { "They stop paging at once, and page again when the silence ends." })) }
            form.form.gap-top method="post" action="/silences" {
                (csrf(&shell.csrf))
                (matchers(form, wrong("matchers")))
                p.dim { "You answer for it, as " b { (form.owner) } "." }
                (field("reason", "Reason, kept in the journal").error(wrong("reason")).text("reason", &form.reason, true))
                (field("until", "Until").hint(&until_hint).error(wrong("until")).moment("until", &form.until))
                input type="hidden" name="zone" value=(form.zone);
                div.row { button.btn.primary { "Silence" } a.btn.quiet href="/silences" { "Not now" } }
            }
        }
    };
    frame(shell, "Silence alerts", Place::Silences, "page", content)
}

/// Four lines are always there, so that the form needs no script; empty ones are not counted.
fn matchers(form: &SilenceForm, error: Option<&str>) -> Markup {
    let ops = ["=", "!=", "=~", "!~"];
    html! {
        fieldset.plain.matchers {
            legend.label { "Matches alerts whose" }
            @for i in 0..form.matchers.len().max(4) {
                @let (name, op, value) = form.matchers.get(i).map_or(("", "=", ""), |(n, o, v)| (n.as_str(), o.as_str(), v.as_str()));
                div.three {
                    input type="text" name="name" value=(name) aria-label={ "Label " (i + 1) } placeholder="label" autocomplete="off" required[i == 0] aria-invalid=[error.filter(|_| i == 0).map(|_| "true")];
                    select name="op" aria-label={ "Comparison " (i + 1) } { @for one in ops { option selected[one == op] { (one) } } }
                    input type="text" name="value" value=(value) aria-label={ "Value " (i + 1) } placeholder="value" autocomplete="off";
                }
            }
            @if let Some(error) = error { small.crit role="alert" { (glyph(Glyph::Fail)) " " (error) } }
        }
    }
}
