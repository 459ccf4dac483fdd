//! The safe switch: a checklist that shows what is safe now, and the one thing that is to be done next.

use maud::{Markup, html};
use meridian_core::{
    id::Name,
    switch::{Part, Step, StepLine, StepState},
};

use super::chains::n;
use crate::ui::{
    parts::{
        Detail, Glyph, button_form, field,
        form::{csrf, pop_form},
        glyph,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, frame},
    view::switch::{AccountView, DoubtRow, Over, RunRow, Safe, SwitchPanel, SwitchView},
};

/// Beside the path of a chain.
pub fn panel(shell: &Shell, panel: &SwitchPanel) -> Markup {
    html! {
        section aria-label="Safe switch" {
            (section_head(&format!("Switch to route {}", panel.to), html! { (panel.done) " of 8" }))
            (safe(&panel.safe))
            (checklist(shell, panel))
            div.row.gap-top { a.btn.primary href={ "/switches/" (panel.id) } { "Go on" } }
        }
    }
}

/// Where no switch is under way: the way to begin one.
pub fn begin(shell: &Shell, chain: &str, routes: &[Name]) -> Markup {
    let options: Vec<(&str, String)> = routes.iter().map(|name| (name.as_str(), format!("route {name}"))).collect();
    let from: Vec<(&str, String)> = options.clone();
    let last = options.last().map_or("", |(name, _)| *name);
    html! {
        @if shell.responds() && routes.len() >= 2 {
            (pop_form(&shell.csrf, &format!("/chains/{chain}/switch"), "switch", html! { "Switch route" }, html! {
                (field("from", "From").select("from", &from, routes.first().map_or("", Name::as_str)))
                (field("to", "To").select("to", &options, last))
                (field("reason", "Why").hint("the cut is fixed at once; nothing is closed yet").text("reason", "", true))
                button.btn.primary { "Fix the cut" }
            }))
        }
    }
}

fn safe(safe: &Safe) -> Markup {
    let ended = match safe.cancelled {
        0 => html! { (n(safe.confirmed)) " confirmed, " (n(safe.rejected)) " rejected." },
        cancelled => {
            html! { (n(safe.confirmed)) " confirmed, " (n(safe.rejected)) " rejected, " (n(cancelled)) " cancelled." }
        }
    };
    html! {
        p.safe {
            span.state.ok { (glyph(Glyph::Ok)) "Safe now:" } " " (ended) br;
            span.state.warn { (glyph(Glyph::Risk)) "Not safe to send again:" } " " (n(safe.in_doubt)) " in doubt."
            @if safe.unseen > 0 { " " (n(safe.unseen)) " numbers that nobody has seen." }
            br;
            span.state { (glyph(Glyph::Due)) @if safe.proven { "Never left:" } @else { "May go after the fence:" } } " " (n(safe.never_left)) ", in order."
        }
    }
}

fn checklist(shell: &Shell, panel: &SwitchPanel) -> Markup {
    html! {
        ol.steps {
            @for line in &panel.steps {
                li.done[line.state == StepState::Done] aria-current=[(panel.step == Some(line.step)).then_some("step")] {
                    span.n { (line.step.number()) }
                    div { span.what { (line.title) } p { (line.words) @if let Some(at) = line.at { " " (time(&shell.clock, at, None, Detail::Second)) } } }
                    span { (standing(line)) }
                }
            }
        }
    }
}

fn standing(line: &StepLine) -> Markup {
    match line.state {
        StepState::Done => html! { span.state.ok { (glyph(Glyph::Ok)) "done" } },
        StepState::Now => html! { span.state { (glyph(Glyph::Due)) "now" } },
        StepState::Second => html! { span.state.warn { (glyph(Glyph::Due)) "second person" } },
        StepState::Under => html! { span.state { (glyph(Glyph::Due)) "under way" } },
        StepState::Stuck => html! { span.state.crit { (glyph(Glyph::Fail)) "stuck" } },
        StepState::Waits => html! { span.faint { "waits" } },
    }
}

pub fn switch(shell: &Shell, view: &SwitchView) -> Markup {
    let panel = &view.panel;
    let content = html! {
        div.crumb { a href="/chains" { "Chains" } " / " a href={ "/chains/" (view.chain) } { (view.chain) } " / switch " (panel.id) }
        div #switch data-live {
            div.title {
                h1 { "Route " (view.from) " to route " (panel.to) }
                span.push.row {
                    @match (&view.over, panel.step) {
                        (Some(Over::Reconciled(_)), _) => span.state.ok { (glyph(Glyph::Ok)) "Reconciled" },
                        (Some(Over::CalledOff { .. }), _) => span.state { (glyph(Glyph::Stable)) "Called off" },
                        (None, step) => span.state.warn { (glyph(Glyph::Risk)) "Step " (step.map_or(8, Step::number)) " of 8" },
                    }
                    @if let Some(incident) = view.incident { a.btn href={ "/incidents/" (incident) } { "INC-" (incident) } }
                }
            }
            p.dim { (view.title) ". Cut at " (time(&shell.clock, view.cut, None, Detail::Second)) " by " (view.by) ": " (view.reason) }
            @if let Some(fault) = &view.fault { (note(Tone::Bad, "The papers cannot be shown", html! { (fault) })) }
            (safe(&panel.safe))
            @if let Some(over) = &view.over { (ended(shell, over)) }
        }
        div.cols.half.gap-top {
            div #steps data-live { section aria-label="Checklist" { (section_head("Checklist", html! { (panel.done) " of 8" })) (checklist(shell, panel)) (lists(view)) } }
            div {
                @if view.over.is_none() && shell.responds() { (now(shell, view)) }
                div #runs data-live { (runs(shell, view)) }
            }
        }
        @if !view.doubt.is_empty() { (in_doubt(shell, view)) }
    };
    frame(shell, &format!("Switch {}", panel.id), Place::Chains, "page", content)
}

/// What can be downloaded.
fn lists(view: &SwitchView) -> Markup {
    let id = view.panel.id;
    let both = |path: &str, word: &str| {
        let and = if path.contains('?') { '&' } else { '?' };
        html! { li { (word) ": " a href={ "/api/v1/switches/" (id) "/" (path) (and) "format=csv" } { "CSV" } ", " a href={ "/api/v1/switches/" (id) "/" (path) } { "NDJSON" } } }
    };
    html! {
        @if view.panel.safe.proven {
            section.gap-top aria-label="Lists" {
                (section_head("Lists", html! {}))
                ul.plain {
                    @for (set, word) in [("confirmed", "Confirmed"), ("rejected", "Rejected"), ("never_left", "Never left"), ("in_doubt", "In doubt")] {
                        (both(&format!("messages?set={set}"), word))
                    }
                    (both("replay/list", if view.fixed { "Replay, as fixed" } else { "Replay, as it would be now" }))
                    (both("account/list", "What became of each"))
                }
            }
        }
    }
}

/// The forms of the step whose turn it is.
fn now(shell: &Shell, view: &SwitchView) -> Markup {
    let id = view.panel.id;
    let to = |deed: &str| format!("/switches/{id}/{deed}");
    let button = |deed: &str, class: &str, label: &str| button_form(&shell.csrf, &to(deed), class, html! { (label) });
    let by_hand = |deed: &str, opener: &str, label: &str, hint: &str| {
        pop_form(
            &shell.csrf,
            &to(deed),
            deed,
            html! { (opener) },
            html! {
                (field("note", label).hint(hint).text(&format!("{deed}-note"), "", true))
                button.btn.primary { (opener) }
            },
        )
    };
    let line = view.panel.steps.iter().find(|line| Some(line.step) == view.panel.step);
    let second = line.is_some_and(|line| line.state == StepState::Second);
    html! {
        section #now aria-label="Now" {
            (section_head(&line.map_or_else(|| "Now".to_owned(), |line| format!("Now: {}", line.title)), html! { @if second { "one person has asked for it; a second one has to" } }))
            @match view.panel.step {
                Some(Step::Fence) => {
                    @if !view.fence.is_empty() { ul.plain { @for action in &view.fence { li { (action) } } } }
                    div.row.gap-top {
                        @if !view.fence.is_empty() {
                            (button("fence", "primary", &format!("Fence route {}", view.from))) (button("rehearse-fence", "", "Dry run"))
                        }
                        (by_hand("fenced", "It is closed", "How, and how you know", "nothing may pass any more"))
                        @if view.four_eyes && !second { span.faint { "needs a second person" } }
                    }
                }
                Some(Step::Drain) => {
                    p { "Late confirmations are waited for until " @if let Some(until) = view.drains_until { (time(&shell.clock, until, None, Detail::Second)) } "." }
                    (counters(shell, &to("counters")))
                    div.row.gap-top { (button("drain", "", "Wait no longer")) }
                }
                Some(Step::Partition) => {
                    p { "Every message of the cut is told apart by what is proven now." }
                    (counters(shell, &to("counters")))
                    div.row.gap-top { (button("partition", "primary", "Make the partition")) }
                }
                Some(Step::Ask | Step::Replay) => { (asking_and_replay(shell, view, &button, &by_hand)) }
                Some(Step::Epoch) => {
                    form.form method="post" action=(to("epoch")) {
                        (csrf(&shell.csrf))
                        (field("lanes", "Lanes that are numbered anew").hint("a line each: lane, its last number, new lane, its first number; empty: the numbers go on").input("lanes", "text", "", false))
                        button.btn.primary { "Write it down" }
                    }
                }
                Some(Step::Reconcile) => { div.row { (button("reconcile", "primary", "Reconcile and sign")) } }
                Some(Step::Cut) | None => {}
            }
            @if !view.fixed {
                div.row.gap-top { (by_hand("call-off", "Call off", "Why, and what becomes of what waits", "the old route is yours to open again")) }
            }
        }
    }
}

type Button<'a> = &'a dyn Fn(&str, &str, &str) -> Markup;
type ByHand<'a> = &'a dyn Fn(&str, &str, &str, &str) -> Markup;

fn asking_and_replay(shell: &Shell, view: &SwitchView, button: Button<'_>, by_hand: ByHand<'_>) -> Markup {
    let id = view.panel.id;
    html! {
        @if view.panel.safe.in_doubt > 0 && !view.fixed {
            form.form method="post" action={ "/switches/" (id) "/ask" } {
                (csrf(&shell.csrf))
                div.two {
                    (field("whom", "Whom did you ask").text("whom", "", true))
                    (field("promised", "Promised for").hint("UTC; empty: not said").input("promised", "datetime-local", "", false))
                }
                button.btn { "They were asked" }
            }
            p.faint.gap-top { "What they answer, say below, at the messages." }
        }
        @if !view.replay.is_empty() { ul.plain { @for action in &view.replay { li { (action) } } } }
        div.row.gap-top {
            @if !view.fixed {
                (button("partition", "", "Make the partition anew"))
                (button("replay", "primary", if view.replay.is_empty() { "Fix the list" } else { "Fix the list and send" }))
                @if !view.replay.is_empty() { (button("rehearse-replay", "", "Dry run")) }
            } @else {
                @if !view.replay.is_empty() && !view.running { (button("again", "", "Try again")) }
                (by_hand("replayed", "It was sent", "How the list was sent", "it can be sent once only"))
            }
        }
    }
}

fn counters(shell: &Shell, action: &str) -> Markup {
    html! {
        form.form method="post" action=(action) {
            (csrf(&shell.csrf))
            (field("counters", "The sender's last numbers").hint("lane and number, such as cust-1 17138; separate lanes by commas").text("counters", "", true))
            button.btn { "Write them down" }
        }
    }
}

fn runs(shell: &Shell, view: &SwitchView) -> Markup {
    html! {
        @if !view.runs.is_empty() {
            section.gap-top aria-label="Actions" {
                (section_head("Actions", html! { "newest first" }))
                ul.breaches { @for row in &view.runs { (run(shell, view, row)) } }
            }
        }
    }
}

fn run(shell: &Shell, view: &SwitchView, row: &RunRow) -> Markup {
    let shape = match &row.outcome {
        None => Glyph::Due,
        Some((true, _)) => Glyph::Ok,
        Some((false, _)) => Glyph::Fail,
    };
    let said = row.outcome.as_ref().map_or("runs", |(_, said)| said.as_str());
    html! {
        li {
            (glyph(shape))
            span { b { (row.what) } @if row.dry { " " span.faint { "dry run" } } br; small { (said) } }
            span.push.faint { (row.by) " " (time(&shell.clock, row.at, None, Detail::Second)) }
            @if row.open && shell.responds() {
                (pop_form(&shell.csrf, &format!("/switches/{}/done", view.panel.id), &format!("done-{}", row.run), html! { "It was done" }, html! {
                    input type="hidden" name="run" value=(row.run);
                    (field("note", "How you know").text(&format!("done-{}-note", row.run), "", true))
                    button.btn.primary { "It was done" }
                }))
            }
        }
    }
}

fn in_doubt(shell: &Shell, view: &SwitchView) -> Markup {
    let id = view.panel.id;
    let open = view.over.is_none() && shell.responds();
    html! {
        section.gap-top aria-label="In doubt" {
            (section_head("In doubt", html! { "seen at " (view.border) " or behind it, and not ended" @if view.more_doubt > 0 { "; " (n(view.more_doubt as u64)) " more in the list" } }))
            form.form.wide method="post" action={ "/switches/" (id) "/answer" } {
                (csrf(&shell.csrf))
                (scroll("In doubt", html! {
                    table {
                        caption.sr { "In doubt" }
                        thead { tr { @if open { th scope="col" { span.sr { "Choose" } } } th scope="col" { "Message" } th scope="col" { "Lane" } th.num scope="col" { "Number" } th scope="col" { "Seen last" } th.num scope="col" { "Worth" } th scope="col" { "What is known" } } }
                        tbody { @for row in &view.doubt { (doubt(shell, row, open)) } }
                    }
                }))
                @if open {
                    div.row.gap-top {
                        (field("note", "How they answered, or on what grounds").text("answer-note", "", false))
                        button.btn name="fate" value="received" { "Received" }
                        button.btn name="fate" value="rejected" { "Rejected" }
                        button.btn name="fate" value="not_received" { "Not received" }
                        @if !view.same_rail && !view.fixed { button.btn name="fate" value="release" { "Release" } span.faint { "two people have to" } }
                    }
                }
            }
        }
    }
}

fn doubt(shell: &Shell, row: &DoubtRow, open: bool) -> Markup {
    let name = row.id.clone().unwrap_or_else(|| row.message.clone());
    html! {
        tr {
            @if open { td { input type="checkbox" name="message" value=(row.message) aria-label=(name); } }
            td.main { b.id { (name) } }
            td data-th="Lane" { (row.lane) }
            td.num data-th="Number" { @if let Some(seq) = row.seq { (n(seq)) } }
            td data-th="Seen last" { @if let Some(hop) = &row.hop { (hop) " " } @if let Some(at) = row.at { (time(&shell.clock, at, None, Detail::Second)) } }
            td.num data-th="Worth" { (row.worth) }
            td data-th="What is known" { @if row.said.is_empty() { span.faint { "nothing" } } @else { (row.said) } }
        }
    }
}

fn ended(shell: &Shell, over: &Over) -> Markup {
    match over {
        Over::CalledOff { at, by, reason } => html! {
            p.gap-top { "Called off by " (by) " " (time(&shell.clock, *at, None, Detail::Second)) ": " (reason) }
        },
        Over::Reconciled(account) => reconciled(shell, account),
    }
}

fn reconciled(shell: &Shell, account: &AccountView) -> Markup {
    html! {
        section.gap-top aria-label="Reconciliation" {
            (section_head("Reconciliation", html! { "originated = confirmed + rejected + cancelled + outstanding" }))
            (scroll("Reconciliation", html! {
                table {
                    caption.sr { "Reconciliation" }
                    thead { tr { th scope="col" { "Currency" } @for part in Part::ALL { th.num scope="col" { (part.word()) } } } }
                    tbody {
                        @for (currency, parts) in &account.lines {
                            tr {
                                td.main { b { @if currency.is_empty() { "no amount said" } @else { (currency) } } }
                                @for ((count, worth), part) in parts.iter().zip(Part::ALL) { td.num data-th=(part.word()) { b { (n(*count)) } br; small.faint { (worth) } } }
                            }
                        }
                    }
                }
            }))
            p.dim.gap-top {
                span.state.ok { (glyph(Glyph::Ok)) "The account closes." } " "
                @if account.doubled > 0 { span.state.crit { (glyph(Glyph::Fail)) (n(account.doubled)) " arrived more than once." } } @else { "None arrived twice." }
                @if account.by_authority > 0 { " " (n(account.by_authority)) " are confirmed by the authority's word alone." }
                @if account.unseen > 0 { " " (n(account.unseen)) " numbers were given that nobody has seen." }
            }
            p.faint {
                "Signed by " (account.by) " " (time(&shell.clock, account.at, None, Detail::Second)) " with entry " (n(account.entry)) " of the journal"
                @if let Some(hash) = &account.hash { ", " span.id { (hash) } }
                ". The list of all messages has the BLAKE3 hash " span.id { (account.list) } "."
            }
        }
    }
}
