//! One handoff: the brief as a table, and what stands before acceptance. Printed, it is one page with lines to sign.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use meridian_core::handoff::{Missing, Stability, Standing};

use crate::ui::{
    parts::{
        Clock, Detail, Glyph, elapsed, empty, field,
        form::{csrf, pop_form},
        glyph, left, time,
        time::time_there,
    },
    shell::{Place, Shell, frame},
    view::handoff::{BriefView, ItemRow},
};

pub fn handoff(shell: &Shell, view: &BriefView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        div.crumb.no-print { a href="/handoffs" { "Handoffs" } " / " (view.title) }
        p.only-print.printed { "Meridian, estate " (shell.estate) ". Printed " (clock.now.to_zoned(TimeZone::UTC).strftime("%a %-d %b %Y %H:%M UTC").to_string()) ". Journal entry " (crate::ui::shell::thousands(view.seq as usize)) "." }
        div.title {
            h1 { (view.title) }
            div.row.no-print {
                span.dim { (view.rota) ", " @if view.is_open() { "composed from the journal, live" } @else { "as it was accepted" } }
                @if shell.responds() && view.is_open() { (ask(shell, view)) (note(shell, view)) }
                button.btn type="button" data-print hidden { "Print" }
            }
        }
        section.stake #handoff-due data-live aria-label="Due" { (stake(clock, view)) }
        section #brief data-live aria-label="Brief" {
            @if view.items.is_empty() { (empty("Nothing to hand over", html! { "No incident of this rota is open, and nothing was added." })) }
            @else { (table(shell, view)) }
        }
        section.accept #accept data-live aria-label="Acceptance" { (accept(shell, view)) }
    };
    frame(shell, &view.title, Place::Handoffs, "page", content)
}

fn stake(clock: &Clock, view: &BriefView) -> Markup {
    let [(from, from_zone), (to, to_zone)] = &view.sites;
    let [unstable, watcher, stable] = view.counts;
    let total = unstable + watcher + stable;
    html! {
        div.under.crit[view.standing == Standing::Late] {
            @match view.standing {
                Standing::Open => span.left-min { (left(clock, view.due)) },
                Standing::Late => { span.left-min { (elapsed(clock, view.due)) } "late" },
                Standing::Accepted => span.left-min { (glyph(Glyph::Accepted)) " Accepted" },
                Standing::Void => span.left-min { "Void" },
            }
        }
        div.say {
            p {
                b { "Due " (time(clock, view.due, None, Detail::Minute)) } ", " (time_there(clock, view.due, from_zone)) " " (from)
                @if from != to { ", " (time_there(clock, view.due, to_zone)) " " (to) }
                ". " (view.due.to_zoned(TimeZone::UTC).strftime("%a %-d %b %Y").to_string()) "."
            }
            @if let Some(end) = &view.end { p { (end.render(clock)) "." } }
            p.dim {
                "From " b { (view.from) } " to " b { (view.to) } ". "
                @if view.is_open() {
                    @if let Some((from, until)) = view.hole { "Nobody is scheduled " (time(clock, from, None, Detail::Minute)) " to " (time(clock, until, None, Detail::Minute)) ". " }
                    "Until it is accepted " (view.from) @if view.from.contains(" and ") { " stay" } @else { " stays" } " responsible. "
                    @match (view.late_incident, view.late_at) {
                        (Some(incident), _) => { "Both sides are paged by " a href={ "/incidents/" (incident) } { "INC-" (incident) } @if !view.leads.is_empty() { ", then " (view.leads) } "." },
                        (None, Some(at)) => { "From " (time(clock, at, None, Detail::Minute)) " both are paged" @if !view.leads.is_empty() { ", then " (view.leads) } "." },
                        (None, None) => {},
                    }
                }
            }
            @for refusal in &view.refusals { p.state.crit { (glyph(Glyph::Fail)) span { (refusal.render(clock)) } } }
        }
        p.dim.counted {
            (total) @if total == 1 { " item: " } @else { " items: " } (unstable) " unstable, " (watcher) " watcher, " (stable) " stable"
            @if view.is_open() { br; "The watch, " (counted(view.moves.0, "acknowledgement", "acknowledgements")) " and " (counted(view.moves.1, "action", "actions")) " move" }
        }
    }
}

fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

fn table(shell: &Shell, view: &BriefView) -> Markup {
    html! {
        table.brief {
            caption.sr { "Brief" }
            colgroup { col.c-n; col.c-severity; col.c-summary; col.c-actions; col.c-then; col; }
            thead { tr { th scope="col" { span.sr { "Item" } } th scope="col" { "Severity" } th scope="col" { "Summary" } th scope="col" { "Actions, owner, time" } th scope="col" { "If, then" } th scope="col" { "Synthesis by the receiver" } } }
            tbody { @for item in &view.items { (row(shell, view, item)) } }
        }
    }
}

fn severity(item: &ItemRow) -> Markup {
    let because = format!("because {}", item.because);
    html! {
        @match item.severity {
            Stability::Unstable => span.state.crit title=(because) { (glyph(Glyph::Unstable)) "Unstable" },
            Stability::Watcher => span.state.warn title=(because) { (glyph(Glyph::Watcher)) "Watcher" },
            Stability::Stable => span.state.dim title=(because) { (glyph(Glyph::Stable)) "Stable" },
        }
    }
}

fn row(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let clock = &shell.clock;
    let acts = shell.responds() && view.is_open();
    html! {
        tr id=(item.anchor) {
            td.n { (item.number) }
            td { (severity(item)) @if item.severity != Stability::Stable { small.because.no-print { (item.because) } } }
            td {
                p {
                    b {
                        @if let Some(shape) = item.shape { (glyph(shape)) " " }
                        @match &item.href { Some(href) => a.cover href=(href) { (item.summary.render(clock)) }, None => (item.summary.render(clock)) }
                    }
                }
                @if !item.detail.is_empty() { p.dim { (item.detail.render(clock)) } }
                @if let Some(note) = &item.note { p { (note) } }
                @if acts { (edit(shell, view, item)) }
            }
            td {
                p.owner { @match &item.owner { Some(owner) => { span.faint { "Owner " } (owner) }, None => @if item.missing.contains(&Missing::Owner) { (lacks(shell, view, item, Missing::Owner)) } } }
                @if !item.actions.is_empty() { ul { @for action in &item.actions { li { (action.render(clock)) } } } }
                @if acts { (action(shell, view, item)) }
            }
            td {
                @match &item.contingency { Some(then) => (then.render(clock)), None => @if item.missing.contains(&Missing::Contingency) { (lacks(shell, view, item, Missing::Contingency)) } }
                @for waiver in &item.waivers { p.dim { (waiver.render(clock)) } }
            }
            td { (synthesis(shell, view, item)) }
        }
    }
}

/// The hidden fields of every form about an item.
fn about(shell: &Shell, item: &ItemRow) -> Markup {
    html! { (csrf(&shell.csrf)) input type="hidden" name="item" value=(item.key); input type="hidden" name="at" value=(item.anchor); }
}

/// In whose name, where the reader is nobody of the estate.
fn in_name_of(view: &BriefView, id: &str, of: &[(meridian_core::id::Name, String)]) -> Markup {
    let options: Vec<(&str, &str)> = of.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    html! { @if view.chooses { (field("by", "In the name of").select(id, &options, "")) } }
}

fn path(view: &BriefView, act: &str) -> String {
    format!("/handoffs/{}/{act}", view.id)
}

fn lacks(shell: &Shell, view: &BriefView, item: &ItemRow, what: Missing) -> Markup {
    let id = format!("{}-{}", item.anchor, what.word());
    let (label, hint) = match what {
        Missing::Owner => ("Who owns it", "a person of the estate, or words"),
        Missing::Contingency => ("If … then …", "what would change it, and what to do then"),
    };
    html! {
        span.state.crit { (glyph(Glyph::Fail)) "No " (what.word()) }
        @if shell.responds() && view.is_open() {
            span.row.no-print.tightrow {
                details.pop.wideform id={ (id) "-add" } {
                    summary.btn { "Add" }
                    div { form.form method="post" action=(path(view, "amend")) {
                        (about(shell, item))
                        (field(what.word(), label).hint(hint).text(&format!("{id}-text"), "", true))
                        (in_name_of(view, &format!("{id}-by"), &view.people))
                        button.btn.primary { "Add" }
                    } }
                }
                details.pop.wideform id={ (id) "-waive" } {
                    summary.btn.quiet { "Waive" }
                    div { form.form method="post" action=(path(view, "waive")) {
                        (about(shell, item))
                        input type="hidden" name="what" value=(what.word());
                        (field("reason", "Why it goes without").text(&format!("{id}-reason"), "", true))
                        (in_name_of(view, &format!("{id}-waive-by"), &view.people))
                        button.btn.primary { "Waive" }
                    } }
                }
            }
        }
    }
}

fn edit(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let id = format!("{}-edit", item.anchor);
    let severities = [("", "as it is"), ("unstable", "Unstable"), ("watcher", "Watcher"), ("stable", "Stable")];
    html! {
        details.pop.wideform.no-print id=(id) {
            summary.linkbtn { "Say more" span.sr { " about item " (item.number) } }
            div { form.form method="post" action=(path(view, "amend")) {
                (about(shell, item))
                (field("note", "What the system can't know").text(&format!("{id}-note"), item.note.as_deref().unwrap_or_default(), false))
                div.two {
                    (field("severity", "Severity").select(&format!("{id}-severity"), &severities, ""))
                    (field("owner", "Owner").text(&format!("{id}-owner"), "", false))
                }
                (field("contingency", "If … then …").text(&format!("{id}-then"), "", false))
                (in_name_of(view, &format!("{id}-by"), &view.people))
                p.faint { "What is left empty stays. An item that was read back is read back again." }
                button.btn.primary { "Keep" }
                @if item.is_note { button.btn name="done" value="1" { "It is done" } }
            } }
        }
    }
}

fn action(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let id = format!("{}-action", item.anchor);
    html! {
        details.pop.wideform.no-print id=(id) {
            summary.linkbtn { "Add an action" span.sr { " to item " (item.number) } }
            div { form.form method="post" action=(path(view, "action")) {
                (about(shell, item))
                (field("text", "What is to be done").text(&format!("{id}-text"), "", true))
                (field("owner", "By whom").hint("a person of the estate, or words").text(&format!("{id}-owner"), "", true))
                (field("due", "By when, UTC").input(&format!("{id}-due"), "datetime-local", "", false))
                (in_name_of(view, &format!("{id}-by"), &view.people))
                button.btn.primary { "Add" }
            } }
        }
    }
}

fn synthesis(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let clock = &shell.clock;
    let acts = shell.responds() && view.is_open();
    html! {
        @for question in &item.questions {
            p.dim { (question.asked) }
            @match &question.answer {
                Some(answer) => p { (answer) },
                None => @if acts { (answer_form(shell, view, item, question.number)) },
            }
        }
        @if let Some(read) = &item.read_back {
            p.quote { "“" (read.words) "”" }
            p.state.ok.read { (glyph(Glyph::Ok)) "Read back " (time(clock, read.at, None, Detail::Minute)) span.faint { " by " (read.by) @if let Some(next) = read.next_at { ", next " (time(clock, next, None, Detail::Minute)) } } }
        } @else if item.needs_read_back && view.is_open() {
            @if acts && view.is_incoming { (read_form(shell, view, item)) }
            p.only-print.sign {}
            p.state.warn { (glyph(Glyph::Due)) "Read-back needed" }
        } @else if item.needs_read_back {
            p.state.crit { (glyph(Glyph::Fail)) "Not read back" }
        } @else if item.questions.is_empty() {
            span.faint { "not required" }
        }
    }
}

fn answer_form(shell: &Shell, view: &BriefView, item: &ItemRow, number: u32) -> Markup {
    let id = format!("{}-answer-{number}", item.anchor);
    html! {
        form.form.no-print method="post" action=(path(view, "answer")) {
            (about(shell, item))
            input type="hidden" name="question" value=(number);
            (field("text", "Answer").text(&id, "", true))
            (in_name_of(view, &format!("{id}-by"), &view.people))
            button.btn { "Answer" }
        }
    }
}

fn read_form(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let id = format!("{}-read", item.anchor);
    html! {
        form.form.no-print method="post" action=(path(view, "read-back")) {
            (about(shell, item))
            label.sr for=(id) { "Read back item " (item.number) }
            textarea id=(id) name="words" rows="3" required placeholder="In your words: what next, when, and what would change it" {}
            (in_name_of(view, &format!("{id}-by"), &view.incoming))
            button.btn { "Read back" }
        }
    }
}

fn ask(shell: &Shell, view: &BriefView) -> Markup {
    let items: Vec<(&str, String)> =
        view.items.iter().map(|item| (item.key.as_str(), format!("Item {}", item.number))).collect();
    html! {
        @if !items.is_empty() {
            (pop_form(&shell.csrf, &path(view, "ask"), "ask", html! { "Ask" }, html! {
                (field("item", "About").select("ask-item", &items, ""))
                (field("text", "Question").text("ask-text", "", true))
                (in_name_of(view, "ask-by", &view.people))
                button.btn.primary { "Ask" }
            }))
        }
    }
}

fn note(shell: &Shell, view: &BriefView) -> Markup {
    html! {
        (pop_form(&shell.csrf, &path(view, "note"), "add-item", html! { "Add an item" }, html! {
            (field("summary", "In one line").text("new-summary", "", true))
            (field("detail", "More").text("new-detail", "", false))
            (field("owner", "Owner").hint("a person of the estate, or words").text("new-owner", "", false))
            (field("contingency", "If … then …").text("new-then", "", false))
            (in_name_of(view, "new-by", &view.people))
            button.btn.primary { "Add" }
        }))
    }
}

fn accept(shell: &Shell, view: &BriefView) -> Markup {
    let clock = &shell.clock;
    html! {
        div {
            @if view.is_open() { (before(view)) }
            p.faint.only-print { "Accepted by ______________________________ at ______________ UTC" }
            @if !view.falls_due.is_empty() {
                p.dim.no-print { "Falls due in the next watch: " @for (i, (what, at)) in view.falls_due.iter().enumerate() { @if i > 0 { ", " } (what) " " (time(clock, *at, None, Detail::Minute)) } "." }
            }
        }
        @if shell.responds() && view.is_open() && view.is_incoming {
            div.row.no-print {
                (pop_form(&shell.csrf, &path(view, "refuse"), "refuse", html! { "Refuse" }, html! {
                    (field("reason", "Why not yet").text("refuse-reason", "", true))
                    (in_name_of(view, "refuse-by", &view.incoming))
                    p.faint { (view.from) " stays responsible." }
                    button.btn.primary { "Refuse" }
                }))
                @if !view.before.is_empty() { (button(shell, view, true)) }
                (button(shell, view, false))
            }
        }
    }
}

fn button(shell: &Shell, view: &BriefView, emergency: bool) -> Markup {
    let blocked = !emergency && !view.before.is_empty();
    html! {
        form.inline.accepting method="post" action=(path(view, "accept")) {
            (csrf(&shell.csrf))
            @if emergency { input type="hidden" name="emergency" value="1"; }
            (in_name_of(view, if emergency { "emergency-by" } else { "accept-by" }, &view.incoming))
            @if emergency { button.btn.grave { "Accept in an emergency" } }
            @else { button.btn.primary aria-disabled=[blocked.then_some("true")] { "Accept the watch" } }
        }
    }
}

fn before(view: &BriefView) -> Markup {
    let number = view.before.len();
    let words = ["Nothing stands", "One thing stands", "Two things stand", "Three things stand", "Four things stand"];
    let head = words.get(number).map_or_else(|| format!("{number} things stand"), |word| (*word).to_owned());
    html! {
        p {
            b { (head) " before acceptance." } " "
            @for (i, one) in view.before.iter().enumerate() {
                @if i > 0 && i + 1 == number { ", and " } @else if i > 0 { ", " }
                a href={ "#" (one.anchor) } { @if i == 0 { (capital(&one.words)) } @else { (lower(&one.words)) } }
            }
            @if number > 0 { "." }
        }
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().collect::<String>() + chars.as_str())
}
