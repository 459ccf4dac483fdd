//! The page behind a signed link, made for a phone at three in the morning: one button in reach of the thumb.
//! Opening it changes nothing; only the button does.

use maud::{Markup, html};

use crate::ui::{
    parts::{
        Clock, Detail, Glyph, elapsed,
        form::csrf,
        glyph,
        glyph::{glyph_big, mark},
        left,
        list::{Tone, note},
        time::{face, zone_mark},
    },
    shell::{Theme, bare},
    view::page::{AckState, AckView},
};

/// `token` guards the forms against being posted from elsewhere.
pub fn ack(clock: &Clock, theme: Theme, token: &str, view: &AckView) -> Markup {
    let content = html! {
        main.phone #main {
            div.row.between {
                span.brand { (mark()) "Meridian" }
                span {
                    b { span.t { (face(clock.now, &view.zone, clock.now, Detail::Minute).0) i { (zone_mark(clock.now, &view.zone)) } } }
                    " " span.faint.t { (face(clock.now, &jiff::tz::TimeZone::UTC, clock.now, Detail::Minute).0) i { "UTC" } }
                }
            }
            p.state.gap-top { (glyph_big(Glyph::Severity(view.severity))) (view.severity) ", INC-" (view.incident) }
            h1 { (view.title) }
            p { "Open since " (both(clock, view, view.opened)) ", " (elapsed(clock, view.opened)) " ago." }
            (state(clock, view))
            @if !view.alerts.is_empty() {
                section { h2.label { "What fires" }
                    ul { @for alert in &view.alerts { li { (alert) } } }
                    @if view.alerts_total > view.alerts.len() { p.dim { "and " (view.alerts_total - view.alerts.len()) " more" } }
                }
            }
            @if !view.others.is_empty() { section { h2.label { "Who else" } @for other in &view.others { p { (other.render(clock)) } } } }
            section { h2.label { "Why you" } p.dim { (view.why.render(clock)) } }
            section { p { a href={ "/incidents/" (view.incident) } { "The incident with its timeline" } } }
        }
        (thumb(clock, token, view))
    };
    bare(&format!("INC-{} {}", view.incident, view.title), theme, content)
}

fn both(clock: &Clock, view: &AckView, at: meridian_core::Instant) -> Markup {
    let (here, mark) = face(at, &view.zone, clock.now, Detail::Minute);
    let (utc, _) = face(at, &jiff::tz::TimeZone::UTC, clock.now, Detail::Minute);
    html! { time datetime=(at) { (here) i { (mark) } } @if mark != "UTC" { ", " span.t { (utc) i { "UTC" } } } }
}

fn state(clock: &Clock, view: &AckView) -> Markup {
    match &view.state {
        AckState::Waiting { next: Some((who, at)) } => html! {
            section { div.big.crit { (left(clock, *at)) } p.dim { "left for you, until " (both(clock, view, *at)) ". Then " (who.render(clock)) "." } }
        },
        AckState::Waiting { next: None } => {
            html! { section { div.big.crit { "You are the last" } p.dim { "After you nobody else is paged." } } }
        }
        AckState::Yours { at } => {
            html! { (note(Tone::Good, "You have it", html! { "Since " (both(clock, view, *at)) ". Nobody further is paged." })) }
        }
        AckState::TakenBy { who, at } => {
            html! { (note(Tone::Good, &format!("{who} has it"), html! { "Since " (both(clock, view, *at)) ". Nothing is asked of you." })) }
        }
        AckState::PassedOn => {
            html! { (note(Tone::Warning, "You passed it on", html! { "The next step pages somebody else now." })) }
        }
        AckState::Resolved { at } => {
            html! { (note(Tone::Good, "It is resolved", html! { "Since " (both(clock, view, *at)) "." })) }
        }
    }
}

fn thumb(clock: &Clock, token: &str, view: &AckView) -> Markup {
    let AckState::Waiting { next } = &view.state else { return html! {} };
    html! {
        footer.thumb {
            form method="post" action=(view.action) { (csrf(token)) button.btn.primary.large { "Acknowledge" } }
            @if let Some(pass_on) = &view.pass_on { form method="post" action=(pass_on) { (csrf(token)) button.btn.large-ish { "I cannot, pass on" } } }
            @if let Some((who, at)) = next { small.dim.center { "Without you, " (who.render(clock)) " at " (both(clock, view, *at)) } }
        }
    }
}

/// A link that is over, forged, or of an incident that is gone.
pub fn ack_gone(theme: Theme, why: &str) -> Markup {
    bare(
        "This link is not valid",
        theme,
        html! {
            main.phone #main {
                span.brand { (mark()) "Meridian" }
                p.state.gap-top { (glyph(Glyph::Fail)) "Nothing was changed" }
                h1 { "This link is not valid" }
                p { (why) }
                section { p { a href="/" { "Log in" } " to see what is open." } }
            }
        },
    )
}
