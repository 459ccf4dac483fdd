//! Where the fault is: what explains it, where to look next with two buttons, and what was found by hand.

use maud::{Markup, html};

use crate::ui::{
    parts::{
        Detail, Glyph, button_form, empty, field,
        form::csrf,
        glyph,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, frame, thousands},
    view::fault::{ExplanationView, FaultView, FindingView, LookView, SegmentView, SetView},
};

/// `93 %`; what is not certain is never said to be.
pub(super) fn percent_of(share: f64) -> String {
    match share * 100.0 {
        p if p >= 99.5 => "over 99\u{a0}%".to_owned(),
        p if p < 1.0 => "under 1\u{a0}%".to_owned(),
        p => format!("{p:.0}\u{a0}%"),
    }
}

pub fn fault(shell: &Shell, view: &FaultView) -> Markup {
    let content = html! {
        div.crumb { a href="/chains" { "Chains" } " / where" }
        div.title { h1 { "Where is the fault?" } }
        section #explained data-live aria-label="What explains it" { (explained(shell, view)) }
        section.gap-top #next data-live aria-label="Look next" { (next(shell, view)) }
        section.gap-top #found data-live aria-label="Found by hand" { (found(shell, view)) }
        @if shell.responds() && !view.places.is_empty() { (form(shell, view)) }
        section.gap-top #segments data-live aria-label="Chain by chain" { (segments(view)) }
    };
    frame(shell, "Where is the fault?", Place::Chains, "page", content)
}

fn explained(shell: &Shell, view: &FaultView) -> Markup {
    html! {
        @if view.explanations.is_empty() {
            (empty("Nothing is missing", html! {
                "No message is proven to be held anywhere"
                @if !view.dark.is_empty() { "; what passes the dark test points below is unknown" } ". "
                "When one is, this page says what explains it best, over all chains together, and where to look."
            }))
        } @else {
            p {
                b { (view.failing) " of " (view.failing + view.healthy) " lanes miss messages" }
                @if let Some(since) = view.since { " since " (time(&shell.clock, since, None, Detail::Second)) }
                ". That nothing is faulty and only reports are missing: " (percent_of(view.nothing)) "."
            }
            ol.suspects { @for one in &view.explanations { (explanation(view, one)) } }
            @if !view.rivals.is_empty() {
                p.faint { "Explains as well, but takes more or fewer faults at once: " (view.rivals.join("; ")) "." }
            }
        }
        @for left_out in &view.left_out { (note(Tone::Warning, "Not weighed", html! { (left_out) })) }
        @if !view.dark.is_empty() {
            p { (glyph(Glyph::Unknown)) " Dark, so that what passes there is unknown: "
                @for (place, (chain, hop)) in view.dark.iter().enumerate() { @if place > 0 { ", " } (hop) " of " a href={ "/chains/" (chain) } { (chain) } } "."
            }
        }
    }
}

fn explanation(view: &FaultView, one: &ExplanationView) -> Markup {
    let ties = one.sets.len();
    html! {
        li {
            div.share {
                b { (percent_of(one.together)) }
                svg width="100%" height="10" aria-hidden="true" { rect.b-all width="100%" height="10" {} rect.b-share width={ (format!("{:.1}", one.together.min(1.0) * 100.0)) "%" } height="10" {} }
            }
            div {
                @if ties > 1 { p.faint { "One of these " (ties) ", " (percent_of(one.each)) " each; nothing that is known tells them apart:" } }
                @for set in &one.sets { (accused(view, set)) }
            }
        }
    }
}

fn accused(view: &FaultView, set: &SetView) -> Markup {
    html! {
        p {
            b { (set.words) } br;
            small {
                (set.loses) ", explains " (set.explains) " of " (view.failing) " failing, spares " (set.spares) " of " (view.healthy) " healthy. On "
                @for (place, chain) in set.chains.iter().enumerate() { @if place > 0 { ", " } a href={ "/chains/" (chain) } { (chain) } } "."
            }
        }
    }
}

fn next(shell: &Shell, view: &FaultView) -> Markup {
    html! {
        (section_head("Look next", html! { "is a message that goes missing seen there? What tells most for its cost comes first" }))
        @if view.next.is_empty() {
            p.dim { @if view.explanations.is_empty() { "There is nothing to look for." } @else { "No place is left where a look would tell more." } }
        }
        ul.looks { @for look in &view.next { (one_look(shell, look)) } }
    }
}

fn one_look(shell: &Shell, look: &LookView) -> Markup {
    html! {
        li id={ "look-" (look.place.replace('/', "-")) } {
            span { b { (look.words) } " of " a href={ "/chains/" (look.chain) } { (look.chain) } br; small.faint { (look.why) } }
            @if shell.responds() {
                form.inline.row method="post" action="/where/findings" {
                    (csrf(&shell.csrf)) input type="hidden" name="place" value=(look.place);
                    input type="text" name="note" aria-label={ "Note on what was seen " (look.words) } placeholder="How you looked" autocomplete="off";
                    button.btn name="seen" value="yes" { "Seen" }
                    button.btn name="seen" value="no" { "Not seen" }
                }
            }
        }
    }
}

fn found(shell: &Shell, view: &FaultView) -> Markup {
    html! {
        (section_head("Found by hand", html! { "kept in the journal; over with the fault" }))
        @if view.findings.is_empty() { p.dim { "Nobody has looked yet." } }
        @else {
            (scroll("Found by hand", html! {
                table {
                    caption.sr { "Found by hand" }
                    thead { tr { th scope="col" { "When" } th scope="col" { "Who" } th scope="col" { "Where" } th scope="col" { "Found" } th scope="col" { "Note" } th scope="col" { "Incident" } th scope="col" { span.sr { "Withdraw" } } } }
                    tbody { @for one in &view.findings { (finding(shell, one)) } }
                }
            }))
        }
    }
}

fn finding(shell: &Shell, one: &FindingView) -> Markup {
    html! {
        tr id={ "finding-" (one.id) } {
            td data-th="When" { (time(&shell.clock, one.at, None, Detail::Second)) }
            td data-th="Who" { (one.by) }
            td.main { b { (one.place) } " of " a href={ "/chains/" (one.chain) } { (one.chain) } }
            td data-th="Found" {
                @if one.seen { span.state { (glyph(Glyph::Ok)) "seen" } } @else { span.state { (glyph(Glyph::Fail)) "not seen" } }
                @if let Some(why) = one.not_counting { " " span.faint { "(" (why) ")" } }
            }
            td data-th="Note" { (one.note) }
            td data-th="Incident" { @if let Some(incident) = one.incident { a href={ "/incidents/" (incident) } { "INC-" (incident) } } @else { span.faint { "none" } } }
            td {
                @if shell.responds() && one.not_counting.is_none_or(|why| why == "replaced") {
                    (button_form(&shell.csrf, &format!("/where/findings/{}/withdraw", one.id), "tight", html! { "Withdraw" }))
                }
            }
        }
    }
}

fn form(shell: &Shell, view: &FaultView) -> Markup {
    html! {
        section.gap-top aria-label="Record a finding" {
            (section_head("You looked elsewhere", html! { "at a hop, where messages arrive at it, or where they have left it" }))
            form.form.wide.tight method="post" action="/where/findings" {
                (csrf(&shell.csrf))
                (field("place", "Where").select("finding-place", &view.places, ""))
                (field("note", "How you looked, or what else you saw").text("finding-note", "", false))
                div.row {
                    button.btn name="seen" value="yes" { "Seen" }
                    button.btn name="seen" value="no" { "Not seen" }
                }
            }
        }
    }
}

fn segments(view: &FaultView) -> Markup {
    html! {
        (section_head("Chain by chain", html! { "between the last test point that saw them and the first that did not" }))
        @if view.segments.is_empty() { p.dim { "No chain misses a message." } }
        @else {
            (scroll("Chain by chain", html! {
                table {
                    caption.sr { "Chain by chain" }
                    thead { tr { th scope="col" { "Chain" } th scope="col" { "Between" } th.num scope="col" { "Held" } th scope="col" { "Of this chain alone, look" } } }
                    tbody { @for one in &view.segments { (segment(one)) } }
                }
            }))
        }
    }
}

fn segment(one: &SegmentView) -> Markup {
    let lost = usize::try_from(one.lost).unwrap_or(usize::MAX);
    html! {
        tr {
            td.main { a href={ "/chains/" (one.chain) } { (one.chain) } @if let Some(route) = &one.route { span.faint { ", route " (route) } } }
            td data-th="Between" { (one.between.0) " and " (one.between.1) }
            td.num data-th="Held" { b.p-held { (thousands(lost)) } }
            td data-th="Look" { @match &one.look { Some(look) => (look), None => span.faint { "nothing is left to halve" } } }
        }
    }
}
