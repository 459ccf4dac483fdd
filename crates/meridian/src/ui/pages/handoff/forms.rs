//! What people do to a handoff, each act a small form of its own that works without a script.

use jiff::tz::TimeZone;
use maud::{Markup, html};
use meridian_core::{Instant, handoff::Missing, id::Name};

use crate::ui::{
    parts::{
        Glyph, field,
        form::{csrf, pop_form},
        glyph,
    },
    shell::Shell,
    view::handoff::{ActionRow, BriefView, ItemRow, ToRead},
};

/// Whose act a form is, where the reader is nobody of the estate.
#[derive(Clone, Copy)]
enum Side {
    Outgoing,
    Incoming,
}

/// The hidden fields of every form about an item.
fn about(shell: &Shell, view: &BriefView, item: &ItemRow, side: Side) -> Markup {
    html! {
        (csrf(&shell.csrf)) (in_name(view, side))
        input type="hidden" name="item" value=(item.key); input type="hidden" name="at" value=(item.anchor);
    }
}

/// In whose name, said once for the page and sent with every form.
fn in_name(view: &BriefView, side: Side) -> Markup {
    let by = match side {
        Side::Outgoing => view.outgoing(),
        Side::Incoming => view.incoming(),
    };
    html! {
        @if let Some(by) = by { input type="hidden" name="by" value=(by); }
        @if let Some(name) = view.outgoing() { input type="hidden" name="out" value=(name); }
        @if let Some(name) = view.incoming() { input type="hidden" name="in" value=(name); }
    }
}

fn path(view: &BriefView, act: &str) -> String {
    format!("/handoffs/{}/{act}", view.id)
}

/// One place says in whose name the whole page acts.
pub fn names(view: &BriefView) -> Markup {
    let Some(acts) = &view.acts else { return html! {} };
    let called = |name: &Option<Name>, of: &[(Name, String)]| {
        let found = of.iter().find(|(known, _)| Some(known) == name.as_ref());
        found.map_or_else(|| "nobody".to_owned(), |(_, word)| word.split(',').next().unwrap_or_default().to_owned())
    };
    let (outgoing, incoming) = (called(&acts.outgoing, &acts.people), called(&acts.incoming, &acts.of_incoming));
    let options = |of: &[(Name, String)]| -> Vec<(String, String)> {
        of.iter().map(|(name, word)| (name.to_string(), word.clone())).collect()
    };
    let text = |name: &Option<Name>| name.as_ref().map_or(String::new(), ToString::to_string);
    html! {
        details.pop.wideform id="in-name" {
            summary.linkbtn.faint { "As " (outgoing) " and " (incoming) }
            div { form.form method="get" action={ "/handoffs/" (view.id) } {
                p.faint { "You are nobody of the estate. What you add and answer is said in the outgoing's name; what you ask, read, accept or refuse, in the incoming's." }
                (field("out", "For the outgoing").select("name-out", &options(&acts.people), &text(&acts.outgoing)))
                (field("in", "For the incoming").select("name-in", &options(&acts.of_incoming), &text(&acts.incoming)))
                button.btn.primary { "Act so" }
            } }
        }
    }
}

pub fn lacks(shell: &Shell, view: &BriefView, item: &ItemRow, what: Missing) -> Markup {
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
                        (about(shell, view, item, Side::Outgoing))
                        (field(what.word(), label).hint(hint).text(&format!("{id}-text"), "", true))
                        button.btn.primary { "Add" }
                    } }
                }
                details.pop.wideform id={ (id) "-waive" } {
                    summary.btn.quiet { "Waive" }
                    div { form.form method="post" action=(path(view, "waive")) {
                        (about(shell, view, item, Side::Outgoing))
                        input type="hidden" name="what" value=(what.word());
                        (field("reason", "Why it goes without").text(&format!("{id}-reason"), "", true))
                        button.btn.primary { "Waive" }
                    } }
                }
            }
        }
    }
}

/// What people said of it, to be changed; what is emptied is taken back. Beside each field stands what it was, so that
/// only what the writer changed is sent on, and nobody's newer words are overwritten unseen.
pub fn edit(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let (id, said) = (format!("{}-edit", item.anchor), &item.said);
    let severities = [("", "as computed"), ("unstable", "Unstable"), ("watcher", "Watcher"), ("stable", "Stable")];
    let was = [
        ("severity", said.severity),
        ("owner", &*said.owner),
        ("contingency", &*said.contingency),
        ("note", &*said.note),
    ];
    html! {
        details.pop.wideform.no-print id=(id) {
            summary.linkbtn { "Say more" span.sr { " about item " (item.number) } }
            div { form.form method="post" action=(path(view, "amend")) {
                (about(shell, view, item, Side::Outgoing))
                @for (name, value) in was { input type="hidden" name={ "was-" (name) } value=(value); }
                (field("note", "What the system can't know").text(&format!("{id}-note"), &said.note, false))
                div.two {
                    (field("severity", "Severity").select(&format!("{id}-severity"), &severities, said.severity))
                    (field("owner", "Owner").text(&format!("{id}-owner"), &said.owner, false))
                }
                (field("contingency", "If … then …").text(&format!("{id}-then"), &said.contingency, false))
                p.faint { "What you empty is taken back. Who has read it reads it again." }
                button.btn.primary { "Keep" }
                @if item.is_note { button.btn name="done" value="1" { "It is done" } }
            } }
        }
    }
}

/// `2026-03-17T18:25`, as a field for a moment wants it.
fn civil(at: Instant) -> String {
    at.to_zoned(TimeZone::UTC).strftime("%Y-%m-%dT%H:%M").to_string()
}

fn action_fields(id: &str, action: Option<&ActionRow>) -> Markup {
    let text = |of: fn(&ActionRow) -> &str| action.map_or("", of);
    let due = action.and_then(|action| action.due).map(civil).unwrap_or_default();
    html! {
        (field("text", "What is to be done").text(&format!("{id}-text"), text(|action| &action.text), true))
        (field("owner", "By whom").hint("a person of the estate, or words").text(&format!("{id}-owner"), text(|action| &action.owner), true))
        (field("due", "By when, UTC").input(&format!("{id}-due"), "datetime-local", &due, false))
    }
}

pub fn add_action(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let id = format!("{}-action", item.anchor);
    html! {
        details.pop.wideform.no-print id=(id) {
            summary.linkbtn { "Add an action" span.sr { " to item " (item.number) } }
            div { form.form method="post" action=(path(view, "action")) {
                (about(shell, view, item, Side::Outgoing)) (action_fields(&id, None))
                button.btn.primary { "Add" }
            } }
        }
    }
}

/// Of what people added; what is composed changes where it comes from.
pub fn change_action(shell: &Shell, view: &BriefView, item: &ItemRow, action: &ActionRow) -> Markup {
    let Some(number) = action.number else { return html! {} };
    let id = format!("{}-action-{number}", item.anchor);
    html! {
        " " details.pop.wideform.no-print.inlinepop id=(id) {
            summary.linkbtn { "Change" span.sr { " action " (number) " of item " (item.number) } }
            div { form.form method="post" action=(path(view, "action")) {
                (about(shell, view, item, Side::Outgoing))
                input type="hidden" name="number" value=(number);
                (action_fields(&id, Some(action)))
                @if let Some(by) = &action.by { p.faint { "Said by " (by) "." } }
                button.btn.primary { "Keep" }
                button.btn name="remove" value="1" formnovalidate { "Done or not needed" }
            } }
        }
    }
}

pub fn answer(shell: &Shell, view: &BriefView, item: &ItemRow, number: u32) -> Markup {
    let id = format!("{}-answer-{number}", item.anchor);
    html! {
        form.form.no-print method="post" action=(path(view, "answer")) {
            (about(shell, view, item, Side::Outgoing))
            input type="hidden" name="question" value=(number);
            (field("text", "Answer").text(&id, "", true))
            button.btn { "Answer" }
        }
    }
}

pub fn read_back(shell: &Shell, view: &BriefView, item: &ItemRow) -> Markup {
    let id = format!("{}-read", item.anchor);
    let read = item.read_back.as_ref();
    let words = read.map_or("", |read| &*read.words);
    let next = read.and_then(|read| read.next.as_deref()).unwrap_or_default();
    html! {
        form.form.no-print.readback method="post" action=(path(view, "read-back")) {
            (about(shell, view, item, Side::Incoming))
            label.sr for=(id) { "Read back item " (item.number) }
            textarea id=(id) name="words" rows="3" required placeholder="In your words: what it is, and what would change it" { (words) }
            (field("next", "What comes next").text(&format!("{id}-next"), next, true))
            (field("next_at", "When, UTC").input(&format!("{id}-at"), "datetime-local", &read.and_then(|read| read.next_at).map(civil).unwrap_or_default(), true))
            button.btn { "Read back" }
        }
    }
}

pub fn ask(shell: &Shell, view: &BriefView) -> Markup {
    let items: Vec<(&str, String)> =
        view.items.iter().map(|item| (item.key.as_str(), format!("Item {}", item.number))).collect();
    html! {
        @if !items.is_empty() {
            (pop_form(&shell.csrf, &path(view, "ask"), "ask", html! { "Ask" }, html! {
                (in_name(view, Side::Incoming))
                (field("item", "About").select("ask-item", &items, ""))
                (field("text", "Question").text("ask-text", "", true))
                button.btn.primary { "Ask" }
            }))
        }
    }
}

pub fn note(shell: &Shell, view: &BriefView) -> Markup {
    html! {
        (pop_form(&shell.csrf, &path(view, "note"), "add-item", html! { "Add an item" }, html! {
            (in_name(view, Side::Outgoing))
            (field("summary", "In one line").text("new-summary", "", true))
            (field("detail", "More").text("new-detail", "", false))
            (field("owner", "Owner").hint("a person of the estate, or words").text("new-owner", "", false))
            (field("contingency", "If … then …").text("new-then", "", false))
            button.btn.primary { "Add" }
        }))
    }
}

/// Refuse, read, accept: one of them is the thing to do now.
pub fn decide(shell: &Shell, view: &BriefView) -> Markup {
    html! {
        (pop_form(&shell.csrf, &path(view, "refuse"), "refuse", html! { "Refuse" }, html! {
            (in_name(view, Side::Incoming))
            (field("reason", "Why not yet").text("refuse-reason", "", true))
            p.faint { (view.from) " stays responsible." }
            button.btn.primary { "Refuse" }
        }))
        @if !view.before.is_empty() { (accept(shell, view, true)) }
        @if let Some(to_read) = view.to_read {
            form.inline.reading method="post" action=(path(view, "read")) {
                (csrf(&shell.csrf)) (in_name(view, Side::Incoming))
                input type="hidden" name="revision" value=(view.revision);
                input type="hidden" name="at" value="accept";
                button.btn.primary { @match to_read { ToRead::All => "I have read the brief", ToRead::Changes => "I have read what changed" } }
            }
        }
        (accept(shell, view, false))
    }
}

fn accept(shell: &Shell, view: &BriefView, emergency: bool) -> Markup {
    let blocked = !emergency && !view.before.is_empty();
    let primary = !emergency && view.to_read.is_none();
    html! {
        form.inline.accepting method="post" action=(path(view, "accept")) {
            (csrf(&shell.csrf)) (in_name(view, Side::Incoming))
            @if emergency { input type="hidden" name="emergency" value="1"; button.btn.grave { "Accept in an emergency" } }
            @else { button.btn.primary[primary] aria-disabled=[blocked.then_some("true")] { "Accept the watch" } }
        }
    }
}
