//! One handoff: the brief as a table, and what stands before acceptance. Printed, it is one page with lines to sign.

mod forms;

use jiff::tz::TimeZone;
use maud::{Markup, html};
use meridian_core::handoff::{Missing, Stability, Standing};

use crate::ui::{
    parts::{Clock, Detail, Glyph, elapsed, empty, glyph, left, time, time::time_there},
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
                @if shell.responds() && view.is_open() { (forms::names(view)) (forms::ask(shell, view)) (forms::note(shell, view)) }
                button.btn type="button" data-print hidden { "Print" }
            }
        }
        section.stake #handoff-due data-live aria-label="Due" { (stake(clock, view)) }
        section #brief data-live aria-label="Brief" {
            @if view.items.is_empty() { (empty("Nothing to hand over", html! { "No incident of this rota is open, and nothing was added." })) }
            @else { (table(shell, view)) }
        }
        @if !view.pages_after.is_empty() { section #after data-live aria-label="Pages afterwards" { (pages_after(clock, view)) } }
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
            @for read in &view.read_by { p.dim.read-by { (read.render(clock)) "." } }
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
            td {
                (severity(item)) @if item.severity != Stability::Stable { small.because.no-print[!item.worse_since] { (item.because) } }
                @if let Some(unread) = item.unread { span.state.info.unread.no-print { (glyph(Glyph::Due)) (unread) } }
            }
            td {
                p {
                    b {
                        @if let Some(shape) = item.shape { (glyph(shape)) " " }
                        @match &item.href { Some(href) => a.cover href=(href) { (item.summary.render(clock)) }, None => (item.summary.render(clock)) }
                    }
                }
                @if !item.detail.is_empty() { p.dim { (item.detail.render(clock)) } }
                @if let Some(latest) = &item.latest { p { (latest) } }
                @if let Some(note) = &item.note { p { (note) } }
                @if let Some(amended) = &item.amended { p.amended.no-print { (amended.render(clock)) } }
                @if acts { (forms::edit(shell, view, item)) }
            }
            td {
                p.owner { @match &item.owner { Some(owner) => { span.faint { "Owner " } (owner) }, None => @if item.missing.contains(&Missing::Owner) { (forms::lacks(shell, view, item, Missing::Owner)) } } }
                @if !item.actions.is_empty() { ul { @for action in &item.actions { li { (action.said.render(clock)) @if acts { (forms::change_action(shell, view, item, action)) } } } } }
                @if acts { (forms::add_action(shell, view, item)) }
            }
            td {
                @match &item.contingency { Some(then) => (then.render(clock)), None => @if item.missing.contains(&Missing::Contingency) { (forms::lacks(shell, view, item, Missing::Contingency)) } }
                @for waiver in &item.waivers { p.dim { (waiver.render(clock)) } }
            }
            td { (synthesis(shell, view, item)) }
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
                None => @if acts { (forms::answer(shell, view, item, question.number)) },
            }
        }
        @if let Some(read) = &item.read_back {
            p.quote { "“" (read.words) "”" }
            @if read.next.is_some() || read.next_at.is_some() {
                p.next { span.faint { "Next " } @if let Some(next) = &read.next { (next) } @if let Some(at) = read.next_at { @if read.next.is_some() { ", " } (time(clock, at, None, Detail::Minute)) } }
            }
        }
        @if item.needs_read_back && view.is_open() {
            @if acts && view.is_incoming { (forms::read_back(shell, view, item)) }
            p.only-print.sign {}
            p.state.warn { (glyph(Glyph::Due)) @if item.read_back.is_some() { "What comes next, and when, is needed" } @else { "Read-back needed" } }
        } @else if let Some(read) = &item.read_back {
            p.state.ok.read { (glyph(Glyph::Ok)) "Read back " (time(clock, read.at, None, Detail::Minute)) span.faint { " by " (read.by) } }
        } @else if item.needs_read_back {
            p.state.crit { (glyph(Glyph::Fail)) "Not read back" }
        } @else if item.questions.is_empty() {
            span.faint { "not required" }
        }
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
        @if shell.responds() && view.is_open() && view.is_incoming { div.row.no-print { (forms::decide(shell, view)) } }
    }
}

/// The pages that came soon after, each saying whether the brief should have told of it.
fn pages_after(clock: &Clock, view: &BriefView) -> Markup {
    html! {
        h2.small { "Pages to the incoming in the first 4 h" }
        ul.after { @for (page, missed) in &view.pages_after { li {
            (page.render(clock))
            @if *missed { " " span.state.crit { (glyph(Glyph::Fail)) "missed: it began before, and the brief did not say so" } } @else { span.faint { ", no miss" } }
        } } }
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
                a href={ "#" (one.anchor) } { @if i == 0 { (one.words) } @else { (lower(&one.words)) } }
            }
            @if number > 0 { "." }
        }
    }
}

fn lower(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or(String::new(), |first| first.to_lowercase().collect::<String>() + chars.as_str())
}
