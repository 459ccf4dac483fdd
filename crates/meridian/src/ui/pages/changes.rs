//! Changes: what is asked for, which swaps wait, who is away, what was changed; and one watch with what can be done.

use maud::{Markup, html};

use crate::ui::{
    pages::control::stretch,
    parts::{
        Clock, Detail, Glyph, button_form, empty, field,
        form::{csrf, pop_form},
        glyph,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, frame},
    view::changes::{AwayRow, ChangesView, ConflictRow, HistoryRow, PartSaid, SwapRow, ToldOf, WantedRow, WatchView},
};

pub fn changes(shell: &Shell, view: &ChangesView) -> Markup {
    let open: Vec<&ConflictRow> = view.conflicts.iter().filter(|row| row.asked.is_none()).collect();
    let content = html! {
        div.title {
            h1 { "Changes" }
            @if shell.responds() && !view.people.is_empty() { div.row { (leave_form(shell, view)) (sick_form(shell, view)) } }
        }
        section #wanted data-live aria-label="Cover" {
            (section_head("Cover asked for", html! { (view.wanted.len()) }))
            @for row in &open { (conflict(shell, row)) }
            @if view.wanted.is_empty() { (empty("Nobody is asked for cover", html! { "Open a watch on the page of its " a href="/rotas" { "rota" } " to ask who can take a part of it." })) }
            @else { (scroll("Cover asked for", wanted(shell, &view.wanted))) }
        }
        section.gap-top #swaps data-live aria-label="Swaps" {
            (section_head("Swaps", html! { (view.swaps.len()) }))
            @if view.swaps.is_empty() { (empty("No swap waits for anybody", html! { "A swap is proposed at a watch, and both overrides are made when all agreed." })) }
            @else { (scroll("Swaps", swaps(shell, &view.swaps))) }
        }
        section.gap-top #away data-live aria-label="Away" {
            (section_head("Away", html! { (view.away.len()) }))
            @if view.away.is_empty() { (empty("Nobody is away", html! { "Leave asks for cover for each watch in it. Who is sick is paged no more from that moment on." })) }
            @else { (scroll("Away", away(shell, &view.away))) }
        }
        section.gap-top #history data-live aria-label="History" {
            (section_head("Changed before", html! { "newest first" }))
            @if view.history.is_empty() { (empty("Nothing was changed yet", html! { "Every change stands here with who made it and why, and can be undone while it is not over." })) }
            @else { (scroll("Changed before", history(shell, view))) }
        }
    };
    frame(shell, "Changes", Place::Changes, "page", content)
}

/// Somebody is on watch who can't be, and nobody is asked: never a silent hole.
fn conflict(shell: &Shell, row: &ConflictRow) -> Markup {
    let part = &row.part;
    let more = html! { a href={ "/rotas/" (part.rota) } { (part.rota_title) } ", " (stretch(&shell.clock, part.from, part.until)) ". Nobody is asked for it." };
    note(Tone::Bad, &format!("{} {} and on watch", part.who, row.because), more)
}

fn part_cells(clock: &Clock, part: &PartSaid) -> Markup {
    html! {
        td.main { b { (part.who) } br; small.faint { a href={ "/rotas/" (part.rota) } { (part.rota_title) } ", " (part.layer) } }
        td.num data-th="From" { (time(clock, part.from, Some(&part.zone), Detail::Minute)) }
        td.num data-th="Until" { (time(clock, part.until, Some(&part.zone), Detail::Minute)) }
    }
}

fn wanted(shell: &Shell, rows: &[WantedRow]) -> Markup {
    html! {
        table {
            caption.sr { "Cover asked for" }
            thead { tr { th scope="col" { "Whose watch" } th.num scope="col" { "From" } th.num scope="col" { "Until" } th scope="col" { "Because" } th scope="col" { "Asked, in this order" } @if shell.responds() { th { span.sr { "Actions" } } } } }
            tbody { @for row in rows { tr id={ "c" (row.id) } {
                (part_cells(&shell.clock, &row.part))
                td data-th="Because" { (row.why) @if let Some(why) = row.untaken { @if !row.why.is_empty() { br; } span.state.crit { (glyph(Glyph::Nobody)) (why) } } }
                td data-th="Asked" { @if row.asked.is_empty() { span.faint { "nobody" } } @else { ol.plainlist { @for one in &row.asked { li { @if one.declined { s { (one.who) } span.faint { ", can't" } } @else { (one.who) span.faint { ", " (one.because) } } } } } } (told(&shell.clock, &row.told)) }
                @if shell.responds() { td.act { (wanted_acts(shell, row)) } }
            } } }
        }
    }
}

/// Whom a change was told, folded away: the head says how many, and aloud when somebody could not be told.
fn told(clock: &Clock, lines: &[ToldOf]) -> Markup {
    let failed = lines.iter().filter(|line| line.failed).count();
    html! {
        @if !lines.is_empty() { details.told {
            summary { @if failed > 0 { span.state.crit { (glyph(Glyph::Fail)) (failed) " could not be told" } } @else { (lines.len()) @if lines.len() == 1 { " notice" } @else { " notices" } } }
            ul.plainlist { @for line in lines { li {
                b { (line.who) } " " span.(if line.failed { "crit" } else { "" }) { (line.how) } @if let Some(at) = line.at { ", " (time(clock, at, None, Detail::Minute)) }
                " " span.because { (line.because) } @if let Some(error) = &line.error { br; small.faint { (error) } }
            } } }
        } }
    }
}

fn wanted_acts(shell: &Shell, row: &WantedRow) -> Markup {
    let (id, whose) = (row.id, &row.part.who);
    html! {
        div.row {
            @match row.takers.as_slice() {
                [] => {},
                [(by, _)] => form.inline method="post" action={ "/changes/" (id) "/take" } { (csrf(&shell.csrf)) input type="hidden" name="by" value=(by); button.btn { "Take it" span.sr { ", the watch of " (whose) } } },
                many => form.inline.row method="post" action={ "/changes/" (id) "/take" } { (csrf(&shell.csrf)) select name="by" aria-label={ "Who takes the watch of " (whose) } { @for (name, word) in many { option value=(name) { (word) } } } button.btn { "Takes it" } },
            }
            @if row.declines { (button_form(&shell.csrf, &format!("/changes/{id}/decline"), "quiet", html! { "Decline" span.sr { " the watch of " (whose) } })) }
            @if row.withdraws { (button_form(&shell.csrf, &format!("/changes/{id}/undo"), "quiet", html! { "Withdraw" span.sr { " what is asked for " (whose) } })) }
        }
    }
}

fn swaps(shell: &Shell, rows: &[SwapRow]) -> Markup {
    html! {
        table {
            caption.sr { "Swaps that wait for somebody" }
            thead { tr { th scope="col" { "Who gives" } th.num scope="col" { "From" } th.num scope="col" { "Until" } th scope="col" { "And for it" } th.num scope="col" { "From" } th.num scope="col" { "Until" } th scope="col" { "Waits for" } @if shell.responds() { th { span.sr { "Actions" } } } } }
            tbody { @for row in rows { tr id={ "c" (row.id) } {
                (part_cells(&shell.clock, &row.one))
                (part_cells(&shell.clock, &row.other))
                td data-th="Waits for" { (row.waits_for) @if !row.why.is_empty() { br; small.faint { (row.why) } } (told(&shell.clock, &row.told)) }
                @if shell.responds() { td.act { div.row {
                    @for (by, word, path) in [(&row.accepts, "Accept", "accept"), (&row.approves, "Approve", "approve")] { @if let Some(by) = by { (by_form(shell, row, by, word, path, "")) } }
                    @if let Some(by) = row.accepts.as_ref().or(row.approves.as_ref()) { (by_form(shell, row, by, "Refuse", "refuse", "quiet")) }
                    @if row.withdraws { (button_form(&shell.csrf, &format!("/changes/{}/undo", row.id), "quiet", html! { "Withdraw" span.sr { " the swap of " (row.one.who) } })) }
                } } }
            } } }
        }
    }
}

fn by_form(shell: &Shell, row: &SwapRow, by: &meridian_core::id::Name, word: &str, path: &str, class: &str) -> Markup {
    html! {
        form.inline method="post" action={ "/changes/" (row.id) "/" (path) } {
            (csrf(&shell.csrf)) input type="hidden" name="by" value=(by);
            button.btn.(class) { (word) span.sr { " the swap of " (row.one.who) " and " (row.other.who) } }
        }
    }
}

fn away(shell: &Shell, rows: &[AwayRow]) -> Markup {
    let clock = &shell.clock;
    html! {
        table {
            caption.sr { "Who is away" }
            thead { tr { th scope="col" { "Who" } th scope="col" { "Why" } th.num scope="col" { "From" } th.num scope="col" { "Until" } th scope="col" { "Watches still theirs" } @if shell.responds() { th { span.sr { "Actions" } } } } }
            tbody { @for row in rows { tr id=[row.id.map(|id| format!("c{id}"))] {
                td.main { b { (row.who) } }
                td data-th="Why" { @if row.sick { span.state.crit { (glyph(Glyph::Risk)) "Sick" } } @else { "Leave" } @if !row.note.is_empty() { ", " (row.note) } }
                td.num data-th="From" { (time(clock, row.from, None, Detail::Minute)) }
                td.num data-th="Until" { (time(clock, row.until, None, Detail::Minute)) }
                td data-th="Still theirs" { @if row.still_on_watch == 0 { span.faint { "none within four weeks" } } @else { (row.still_on_watch) " within four weeks" } }
                @if shell.responds() { td.act { @match (row.id, row.removes) {
                    (Some(id), true) => (button_form(&shell.csrf, &format!("/changes/{id}/undo"), "quiet", html! { @if row.sick { "Is back" } @else { "Remove" } span.sr { ", " (row.who) } })),
                    (None, _) => small.faint { "in the estate" },
                    _ => {},
                } } }
            } } }
        }
    }
}

fn history(shell: &Shell, view: &ChangesView) -> Markup {
    let clock = &shell.clock;
    // What waits stands further up already, under the same mark.
    let above = |row: &HistoryRow| {
        view.wanted.iter().map(|row| row.id).chain(view.swaps.iter().map(|row| row.id)).any(|id| id == row.id)
            || view.away.iter().any(|away| away.id == Some(row.id))
    };
    html! {
        table {
            caption.sr { "What was changed, newest first" }
            thead { tr { th.num scope="col" { "At" } th scope="col" { "What" } th scope="col" { "Now" } @if shell.responds() { th { span.sr { "Actions" } } } } }
            tbody { @for row in &view.history { tr id=[(!above(row)).then(|| format!("c{}", row.id))] {
                td.num { (time(clock, row.told.at, None, Detail::Minute)) }
                td.main { (row.told.what.render(clock)) @if let Some(by) = &row.told.by { " " span.faint { "by " (by) } } @if let Some(because) = &row.told.because { " " span.because { (because.render(clock)) } } }
                td data-th="Now" { (row.state.replace('_', " ")) (told(clock, &row.notices)) }
                @if shell.responds() { td.act { @if row.undoes { (button_form(&shell.csrf, &format!("/changes/{}/undo", row.id), "quiet", html! { "Undo" span.sr { " change " (row.id) } })) } } }
            } } }
        }
    }
}

/// People as a field offers them.
fn words(people: &[(meridian_core::id::Name, String)]) -> Vec<(&str, &str)> {
    people.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect()
}

fn leave_form(shell: &Shell, view: &ChangesView) -> Markup {
    let content = html! {
        (field("person", "Who").select("leave-person", &words(&view.people), ""))
        div.two {
            (field("first", "First day").input("leave-first", "date", &view.today, true))
            (field("last", "Last day").hint("belongs to it").input("leave-last", "date", &view.today, true))
        }
        (field("note", "Note").text("leave-note", "", false))
        button.btn.primary { "Add, and ask for cover" }
    };
    pop_form(&shell.csrf, "/changes/leave", "add-leave", html! { "Add leave" }, content)
}

fn sick_form(shell: &Shell, view: &ChangesView) -> Markup {
    let hint = format!("Wall clock, {}", view.zone);
    let content = html! {
        (field("person", "Who").select("sick-person", &words(&view.people), ""))
        (field("until", "Until about").hint(&hint).moment("sick-until", &view.tomorrow))
        input type="hidden" name="zone" value=(view.zone);
        (field("note", "Note").text("sick-note", "", false))
        button.btn.primary { "Report: nobody pages them from now on" }
    };
    pop_form(&shell.csrf, "/changes/sick", "report-sick", html! { "Report sickness" }, content)
}

/// One watch.
pub fn watch(shell: &Shell, view: &WatchView) -> Markup {
    let part = &view.part;
    let content = html! {
        div.crumb { a href="/rotas" { "Rotas" } " / " a href={ "/rotas/" (part.rota) } { (part.rota) } " / watch" }
        div.title { h1 { "Watch of " (part.who) } }
        p { (part.rota_title) ", " (part.layer) ": " (stretch(&shell.clock, part.from, part.until)) }
        @if !shell.responds() { (empty("This account only reads", html! { "An admin can make it one that responds." })) }
        @if view.asks && shell.responds() { (ask_form(shell, view)) }
        @if !view.takers.is_empty() && shell.responds() { (take_form(shell, view)) }
        @if view.asks && shell.responds() && !view.others.is_empty() { (swap_form(shell, view)) }
    };
    frame(shell, "Watch", Place::Rotas, "page", content)
}

/// What every form about the watch says of it.
fn about(shell: &Shell, view: &WatchView) -> Markup {
    html! {
        (csrf(&shell.csrf))
        @for (name, value) in [("rota", view.part.rota.as_str()), ("layer", &view.part.layer), ("person", view.person.as_str()), ("zone", &view.zone)] { input type="hidden" name=(name) value=(value); }
    }
}

fn times(view: &WatchView, prefix: &str) -> Markup {
    let hint = format!("Wall clock, {}", view.zone);
    html! {
        div.two {
            (field("from", "From").hint(&hint).moment(&format!("{prefix}-from"), &view.from))
            (field("until", "Until").hint(&hint).moment(&format!("{prefix}-until"), &view.until))
        }
    }
}

fn ask_form(shell: &Shell, view: &WatchView) -> Markup {
    html! {
        section.gap-top aria-label="Ask for cover" {
            (section_head("Ask for cover", html! { "until somebody takes it, it stays theirs" }))
            form.form.tight method="post" action="/changes/ask" {
                (about(shell, view)) (times(view, "ask"))
                (field("reason", "Reason, for those who are asked").text("ask-reason", "", false))
                button.btn.primary { "Ask who can take it" }
            }
        }
    }
}

fn take_form(shell: &Shell, view: &WatchView) -> Markup {
    html! {
        section.gap-top aria-label="Take it" {
            (section_head("Take it", html! { "it can be undone, from both sides" }))
            form.form.tight method="post" action="/changes/take" {
                (about(shell, view)) (times(view, "take"))
                @match view.takers.as_slice() {
                    [(by, _)] => { input type="hidden" name="by" value=(by); },
                    many => (field("by", "Who takes it").select("take-by", &words(many), "")),
                }
                (field("reason", "Reason").text("take-reason", "", false))
                button.btn { "Take this watch" }
            }
        }
    }
}

fn swap_form(shell: &Shell, view: &WatchView) -> Markup {
    html! {
        section.gap-top aria-label="Swap" {
            (section_head("Swap", html! { "made when the other, and where the team wants it the lead, agreed" }))
            form.form.tight method="post" action="/changes/swap" {
                (about(shell, view)) (times(view, "swap"))
                (field("other", "For the watch of").select("swap-other", &view.others, ""))
                (field("reason", "Reason").text("swap-reason", "", false))
                button.btn { "Propose the swap" }
            }
        }
    }
}
