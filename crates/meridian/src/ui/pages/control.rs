//! The control room.

use maud::{Markup, html};

use super::strip::strip;
use crate::ui::{
    pages::incidents::incident_table,
    parts::{
        Clock, Detail, button_form, day, elapsed, empty, glyph, lasting, left, list::log, scroll, section_head, time,
    },
    shell::{Place, Shell, frame},
    view::{
        control::{ControlView, Moment, Need},
        day::{Day, LegKind, PassingState, PulseKind},
    },
};

pub fn control(shell: &Shell, view: &ControlView) -> Markup {
    let clock = &view.clock;
    let say = "From twelve hours back to twenty-four ahead: a lane for each site with its shifts and its night, the thread \
        of who is responsible, holes, overlaps, handoffs, incidents and what is planned. The table beneath has the same.";
    let content = html! {
        h1.sr { "The day" }
        (strip(clock, view))
        div.room {
            div.room-main {
                section #band data-live aria-label="36 hours" {
                    (day::day("36 hours: who is on watch, who is responsible, what is open", say, &view.day))
                    (key(clock, view))
                    div.sr { (table(clock, &view.day)) }
                }
                @if !matches!(view.moment, Some(Moment::Ahead { .. })) { section.under #open data-live aria-labelledby="open-title" { (open(clock, view)) } }
            }
            div.side {
                @if let Some(Moment::Ahead { .. }) = view.moment {
                    section #needs aria-label="Needs you" {
                        (section_head("Ahead of now", html! {}))
                        (empty("This is the plan", html! { "Who is scheduled, and where nobody is. What will happen by then, nobody knows." }))
                    }
                } @else {
                    section #needs data-live aria-label=(if view.moment.is_some() { "What waited then" } else { "Needs you" }) { (needs(shell, view)) }
                    section.latest #latest data-live aria-label="Latest facts" {
                        div.secthead { h2 { "Latest" } a.faint href="/journal" { "Journal" } }
                        @if view.latest.is_empty() { (empty("Nothing has happened yet", html! { "The first alert, page or change of the estate shows here." })) }
                        (log(clock, &view.latest))
                    }
                }
            }
        }
    };
    frame(shell, "The day", Place::Room, "", content)
}

/// Only what the picture has is explained.
fn key(clock: &Clock, view: &ControlView) -> Markup {
    let day = &view.day;
    let rings = || day.ring.iter().chain(day.others.iter().map(|other| &other.ring));
    let shape = |id: &str| html! { svg.g aria-hidden="true" { use href={ "#" (id) } {} } };
    html! {
        div.key {
            @if !day.thread.is_empty() {
                span { svg width="30" height="10" aria-hidden="true" { path.d-thread d="M0 5h15" {} path.d-thread.next d="M15 5h15" {} } "responsible, then planned" }
            }
            @for (state, id, word) in [(PassingState::Accepted, "accepted", "accepted"), (PassingState::Late, "late", "accepted late"), (PassingState::Due, "due", "handoff due"), (PassingState::Nobody, "nobody", "nobody took it")] {
                @if day.passings.iter().any(|passing| passing.state == state) { span { (shape(id)) (word) } }
            }
            @if day.thread.iter().any(|leg| leg.kind == LegKind::Alone) {
                span { svg width="26" height="10" aria-hidden="true" { path.d-thread.alone d="M0 5h26" {} } "nobody scheduled: the last stays responsible" }
            }
            @if day.lanes.iter().flat_map(|lane| lane.primary.iter().chain(&lane.seconds)).flatten().any(|one| !one.wanted.is_empty()) {
                span { svg width="26" height="12" aria-hidden="true" { rect.d-want x="1" y="1" width="24" height="10" {} } "cover wanted" }
            }
            @if rings().any(|ring| !ring.overlaps.is_empty()) {
                span { svg width="26" height="12" aria-hidden="true" { rect.d-past width="26" height="12" {} rect.d-over width="26" height="12" {} } "overlap" }
            }
            @if rings().any(|ring| !ring.holes.is_empty()) {
                span { svg width="26" height="12" aria-hidden="true" { rect.d-hole width="26" height="12" {} line.d-holeedge x1="1" x2="1" y2="12" {} line.d-holeedge x1="25" x2="25" y2="12" {} } "hole" }
            }
            @if day.lanes.iter().any(|lane| !lane.nights.is_empty()) {
                span { svg width="26" height="12" aria-hidden="true" { rect.d-night width="26" height="12" {} } "night there" }
            }
            @if day.chains.iter().any(|chain| !chain.rate.is_empty()) {
                span { svg width="26" height="12" aria-hidden="true" { path.d-rate d="M0 12V7L7 4L13 6L20 2L26 5V12Z" {} } "chain flows" }
            }
            @for (kind, class, word) in [(PulseKind::Held, "d-held", "messages held"), (PulseKind::Dark, "d-dark", "dark: unknown, not fine")] {
                @if day.chains.iter().flat_map(|chain| &chain.wrong).any(|one| one.kind == kind) {
                    span { svg width="20" height="12" aria-hidden="true" { rect width="20" height="12" class=(class) {} } (word) }
                }
            }
            @if day.lanes_more + day.others_more > 0 { a href="/rotas" { "and " (day.lanes_more + day.others_more) " more in the rotas" } }
            (travel(clock, view))
        }
    }
}

/// The way to another moment without dragging the line: an hour or a shift ahead, and back.
fn travel(clock: &Clock, view: &ControlView) -> Markup {
    let to = |hours: i64| {
        let at = clock.now.saturating_add(jiff::SignedDuration::from_hours(hours)).unwrap_or(clock.now);
        let rota = view.rota.as_ref().map(|rota| format!("&rota={rota}")).unwrap_or_default();
        format!("/?at={}{rota}", at.strftime("%Y-%m-%dT%H:%MZ"))
    };
    html! {
        span.push.travel data-travel="" {
            "Drag the line to see the room as it was, or who will be on watch"
            a.kbd href=(to(-1)) aria-label="An hour back" { "\u{2190}" }
            a.kbd href=(to(1)) aria-label="An hour ahead" { "\u{2192}" }
        }
    }
}

fn table(clock: &Clock, day: &Day) -> Markup {
    html! {
        table {
            caption { "The day as a table" }
            thead { tr { th scope="col" { "From" } th scope="col" { "Until" } th scope="col" { "What" } } }
            tbody {
                @for (from, until, what) in &day.told {
                    tr {
                        td { (time(clock, *from, None, Detail::Minute)) }
                        td { @if let Some(until) = until { (time(clock, *until, None, Detail::Minute)) } }
                        td { (what) }
                    }
                }
            }
        }
    }
}

fn needs(shell: &Shell, view: &ControlView) -> Markup {
    let clock = &view.clock;
    let first = view.needs.iter().filter_map(|need| need.until).filter(|at| *at > clock.now).min();
    html! {
        (section_head(if view.moment.is_some() { "What waited then" } else { "Needs you" }, html! {
            @match (view.needs.len() + view.behind.iter().map(|behind| behind.count).sum::<usize>(), first) {
                (0, _) => "nothing now",
                (n, Some(at)) => { (n) ", next in " (left(clock, at)) },
                (n, None) => (n),
            }
        }))
        @if view.needs.is_empty() {
            (empty(if view.moment.is_some() { "Nothing waited" } else { "Nothing needs you" }, html! { @match &view.next { Some(next) => (next.render(clock)), None => "What pages you shows here first." } }))
        } @else {
            ol.needs {
                @for need in &view.needs { (need_item(shell, clock, need)) }
                @for behind in &view.behind { li { a.more href=(behind.href) { (behind.what) } } }
            }
        }
    }
}

fn need_item(shell: &Shell, clock: &Clock, need: &Need) -> Markup {
    html! {
        li {
            (glyph(need.shape))
            span.what { (need.what) }
            span.left.crit[need.urgent] {
                @match need.until {
                    Some(at) if at > clock.now => (left(clock, at)),
                    Some(at) => { (elapsed(clock, at)) " ago" },
                    None => "",
                }
            }
            p.more { (need.more.render(clock)) }
            div.row {
                @if let (Some((action, word)), true) = (&need.act, shell.responds()) {
                    // Only an acknowledgement is a matter of one key.
                    (button_form(&shell.csrf, action, if *word == "Acknowledge" { "primary" } else { "" }, html! { (word) @if *word == "Acknowledge" { " " kbd data-key="a" { "a" } } }))
                }
                @if let (Some((action, word)), true) = (&need.refuse, shell.responds()) { (button_form(&shell.csrf, action, "quiet", html! { (word) })) }
                a.btn.quiet[need.act.is_some() && shell.responds()] href=(need.open) { "Open" }
            }
        }
    }
}

fn open(clock: &Clock, view: &ControlView) -> Markup {
    html! {
        div {
            div.secthead {
                h2 #open-title { "Open incidents" }
                a.faint href="/incidents" { "All " (view.incidents_open) " open" }
            }
            @if view.incidents.is_empty() {
                (empty("No incident is open", html! { @if let Some(last) = &view.last_resolved { (last.render(clock)) } @else { "An alert that a route sends to an escalation opens one." } }))
            } @else {
                (scroll("Open incidents", incident_table(clock, "Open incidents", &view.incidents)))
            }
        }
    }
}

/// Said of a stretch in words, e.g. of a hole.
pub fn stretch(clock: &Clock, from: meridian_core::Instant, until: meridian_core::Instant) -> Markup {
    html! { (time(clock, from, None, Detail::Minute)) " to " (time(clock, until, None, Detail::Minute)) ", " (lasting(until.duration_since(from))) }
}
