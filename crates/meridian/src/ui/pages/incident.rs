//! One incident: the number that matters now, the steps of its escalation, its alerts, who was tried, the timeline.

use maud::{Markup, html};

use crate::ui::{
    pages::{
        alerts::alert_table,
        incidents::{pager, state},
        recent::tried,
    },
    parts::{
        Clock, Detail, Glyph, button_form, elapsed, empty, field, form::pop_form, glyph, glyph::glyph_big, lasting,
        left, scroll, section_head, time, timeline,
    },
    shell::{Place, Shell, frame, thousands},
    view::incident::{Figure, IncidentView, Stake, State, StepState, StepView},
};

pub fn incident(shell: &Shell, view: &IncidentView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        div.crumb { a href="/incidents" { "Incidents" } " / " span.id { "INC-" (view.id) } }
        (title(shell, view))
        section.stake #stake data-live aria-label="What is at stake now" { (stake(shell, view, &view.stake)) }
        @if !view.steps.is_empty() {
            ol #steps.rail data-live aria-label={ "Steps of the escalation " (view.escalation) } { @for (i, step) in view.steps.iter().enumerate() { (rail_step(clock, i, step)) } }
        }
        div.cols.main-side.gap-top {
            div {
                section #alerts data-live aria-label="Alerts" { (alerts(shell, view)) }
                section.gap-top #reached data-live aria-label="Who was tried" {
                    (section_head("Who was tried", html! { "escalation " (view.escalation) @if let Some(round) = &view.round { ", " (round) } }))
                    @if view.tried.is_empty() { (empty("Nobody was paged", html! { "The timeline says why." })) }
                    @else { (scroll("Who was tried", tried(clock, &view.tried))) }
                }
                @if shell.responds() && !matches!(view.state, State::Resolved { .. }) { (note_form(shell, view)) }
            }
            section #timeline data-live aria-label="Timeline" {
                (section_head("Timeline", html! { (thousands(view.told_total)) " facts, newest first" }))
                @if let Some(count) = view.left_out { p.dim { "Of this long timeline the beginning and the end are kept here; the " (thousands(count)) " facts between stand in the " a href="/journal" { "journal" } "." } }
                (timeline(clock, &view.told))
                (pager(&format!("/incidents/{}", view.id), None, view.newer, view.older))
            }
        }
    };
    frame(shell, &format!("INC-{} {}", view.id, view.title), Place::Incidents, "page", content)
}

fn title(shell: &Shell, view: &IncidentView) -> Markup {
    let clock = &shell.clock;
    html! {
        div.title {
            h1 { (glyph_big(Glyph::Severity(view.severity))) span { (view.title) } }
            div.row {
                span.dim #running data-live {
                    b { (view.severity) } ", "
                    @match &view.state {
                        State::Resolved { at } => { "took " (lasting(at.duration_since(view.opened))) ", " (time(clock, view.opened, None, Detail::Minute)) " to " (time(clock, *at, None, Detail::Minute)) },
                        _ => { "running " (elapsed(clock, view.opened)) " since " (time(clock, view.opened, None, Detail::Minute)) },
                    }
                }
                @if view.where_is_it { a.btn href="/where" { "Where is the fault?" } }
                @if shell.responds() && !matches!(view.state, State::Resolved { .. }) { (actions(shell, view)) }
            }
        }
    }
}

fn actions(shell: &Shell, view: &IncidentView) -> Markup {
    let path = |act: &str| format!("/incidents/{}/{act}", view.id);
    let people: Vec<(&str, &str)> = view.people.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    let severities = ["SEV1", "SEV2", "SEV3", "SEV4", "SEV5"].map(|word| (word, word));
    html! {
        (pop_form(&shell.csrf, &path("reassign"), "reassign", html! { "Reassign" }, html! {
            (field("to", "To").select("reassign-to", &people, ""))
            (field("reason", "Reason, kept in the journal").text("reassign-reason", "", true))
            p.faint { "The escalation begins anew with this person alone." }
            button.btn.primary { "Page them" }
        }))
        (pop_form(&shell.csrf, &path("severity"), "severity", html! { "Severity" }, html! {
            (field("severity", "Severity").select("severity-to", &severities, view.severity.word()))
            (field("reason", "Reason, kept in the journal").text("severity-reason", "", true))
            button.btn.primary { "Change" }
        }))
        (pop_form(&shell.csrf, &path("promise"), "promise-update", html! { "Promise" }, html! {
            (field("what", "What is promised").text("promise-what", "next update", true))
            (field("due", "By when, UTC").moment("promise-due", ""))
            p.faint { "It stands in the handoff, and is kept by a note." }
            button.btn.primary { "Promise" }
        }))
        a.btn href="#note" data-note { "Note " kbd { "n" } }
        (pop_form(&shell.csrf, &path("resolve"), "resolve", html! { "Resolve" }, html! {
            (field("reason", "What ended it, kept in the journal").text("resolve-reason", "", true))
            p.faint { "Alerts that still fire are closed by hand. If they fire anew, the incident opens again." }
            button.btn.primary { "Resolve" }
        }))
    }
}

fn stake(shell: &Shell, view: &IncidentView, stake: &Stake) -> Markup {
    let clock = &shell.clock;
    let waits = matches!(view.state, State::Waiting | State::Exhausted);
    html! {
        div.under.crit[stake.urgent] {
            span.left-min {
                @match &stake.figure {
                    Figure::Until(at) => (left(clock, *at)),
                    Figure::Since(at) => (elapsed(clock, *at)),
                    Figure::Took(length) => (lasting(*length)),
                }
            }
            (stake.under)
        }
        div.say {
            p { (stake.say.render(clock)) }
            @if let Some(more) = &stake.more { p.dim { (more.render(clock)) } }
            @if let Some(promised) = &view.promised { p { (promised.render(clock)) } }
        }
        div.acts.taken[shell.responds() && waits] {
            @if shell.responds() && waits {
                (button_form(&shell.csrf, &format!("/incidents/{}/acknowledge", view.id), "primary", html! { "Acknowledge " kbd data-key="a" { "a" } }))
                small.faint { "You take it, and nobody further is paged" }
            } @else { (state(clock, &view.state)) }
        }
    }
}

fn rail_step(clock: &Clock, at: usize, step: &StepView) -> Markup {
    let shape = match step.state {
        StepState::Passed => Some(Glyph::Fail),
        StepState::Here => Some(Glyph::Due),
        StepState::Answered => Some(Glyph::Ok),
        StepState::Nobody => Some(Glyph::Nobody),
        StepState::Ahead => None,
    };
    let here = matches!(step.state, StepState::Here | StepState::Answered);
    html! {
        li aria-current=[here.then_some("step")] {
            @if let Some(shape) = shape { (glyph(shape)) }
            span { b { (at + 1) " " (step.name) } small { (step.say.render(clock)) } }
        }
    }
}

fn alerts(shell: &Shell, view: &IncidentView) -> Markup {
    html! {
        (section_head("Alerts", html! { (view.alerts_total) @if view.alerts_total > view.alerts.len() { ", the first " (view.alerts.len()) " shown" } }))
        @if view.alerts.is_empty() {
            (empty("No alert belongs to it", html! { @if matches!(view.state, State::Resolved { .. }) { "All of them are resolved." } @else { "None fires now." } }))
        } @else {
            (scroll("Alerts", alert_table(&shell.clock, "Alerts of this incident", &view.alerts, false)))
        }
    }
}

fn note_form(shell: &Shell, view: &IncidentView) -> Markup {
    html! {
        section.gap-top #note aria-label="Write a note" {
            (section_head("Note", html! { "goes into the journal and stays there" }))
            form.form.wide.tight method="post" action={ "/incidents/" (view.id) "/note" } {
                (crate::ui::parts::form::csrf(&shell.csrf))
                (field("text", "What you see, did, or will do next").area("note-text", "", 3))
                button.btn { "Keep the note" }
            }
        }
    }
}
