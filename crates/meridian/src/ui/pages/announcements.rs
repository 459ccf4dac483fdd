//! What is announced: work on the systems, freezes and events, and the form that announces.

use maud::{Markup, html};
use meridian_core::announcement::{AnnouncedKind, AnnouncementState};

use crate::ui::{
    parts::{Detail, Glyph, button_form, empty, field, form::csrf, glyph, scroll, time},
    shell::{Place, Shell, frame, thousands},
    view::announcement::{AnnouncementForm, AnnouncementRow, AnnouncementsView},
};

pub fn announcements(shell: &Shell, view: &AnnouncementsView) -> Markup {
    let content = html! {
        div.title { h1 { "Announced" } @if shell.responds() { a.btn href="/announcements/new" { "Announce something" } } }
        nav.tabs aria-label="Which announcements" {
            a href="/announcements" aria-current=[(!view.over_tab).then_some("page")] { "Ahead and under way " span.faint { (thousands(view.standing)) } }
            a href="/announcements?state=over" aria-current=[view.over_tab.then_some("page")] { "Over or withdrawn " span.faint { (thousands(view.over)) } }
        }
        section #announcements data-live aria-label="What is announced" {
            @if view.rows.is_empty() {
                (empty(if view.over_tab { "Nothing announced is over" } else { "Nothing is announced" }, html! { "Work on the systems, freezes and events outside are announced here, or by a pipeline. They stand in the day, and in the brief of every watch that they touch." }))
            } @else { (scroll("What is announced", table(shell, view))) }
            @if view.more > 0 { p.dim { "and " (thousands(view.more)) " more that are over" } }
        }
    };
    frame(shell, "Announced", Place::Announced, "page", content)
}

fn kind(row: &AnnouncementRow) -> &'static str {
    match row.kind {
        AnnouncedKind::Work => "Work",
        AnnouncedKind::Freeze => "Freeze",
        AnnouncedKind::Event => "Event",
    }
}

fn table(shell: &Shell, view: &AnnouncementsView) -> Markup {
    html! {
        table {
            caption.sr { "What is announced" }
            thead { tr { th scope="col" { "State" } th scope="col" { "What" } th.num scope="col" { "From" } th.num scope="col" { "Until" } th scope="col" { "Concerns" } th scope="col" { "Owner" } th scope="col" { "If it goes wrong" } @if shell.responds() && !view.over_tab { th { span.sr { "Actions" } } } } }
            tbody { @for row in &view.rows { (announcement_row(shell, row, view.over_tab)) } }
        }
    }
}

fn announcement_row(shell: &Shell, row: &AnnouncementRow, over_tab: bool) -> Markup {
    let clock = &shell.clock;
    let name = html! { @if !row.reference.is_empty() { (row.reference) " " } (row.title) };
    html! {
        tr id={ "a" (row.id) } {
            td { (match row.state {
                AnnouncementState::UnderWay => html! { span.state { (glyph(Glyph::Due)) "Under way" } },
                AnnouncementState::Ahead => html! { span.state.dim { "Ahead" } },
                AnnouncementState::Over => html! { span.state.dim { (glyph(Glyph::Ok)) "Over" } },
                AnnouncementState::Withdrawn => html! { span.state.dim { "Called off" } },
            }) }
            td.main {
                span.faint { (kind(row)) " " }
                @if row.link.is_empty() { b { (name) } } @else { a href=(row.link) rel="noopener noreferrer" { b { (name) } } }
                @for other in &row.collides { br; span.state.warn { (glyph(Glyph::Risk)) "collides with " (other) } }
                br; small.faint { "by " (row.by) @if let Some(ended) = &row.ended { "; " (ended) } }
            }
            td.num data-th="From" { (time(clock, row.from, None, Detail::Minute)) }
            td.num data-th="Until" { (time(clock, row.until, None, Detail::Minute)) }
            td data-th="Concerns" { @if row.rotas.is_empty() { "every rota" } @else { @for (i, (rota, title)) in row.rotas.iter().enumerate() { @if i > 0 { ", " } a href={ "/rotas/" (rota) } { (title) } } } }
            td data-th="Owner" { @match &row.owner { Some(owner) => (owner), None => span.faint { "nobody" } } }
            td data-th="If it goes wrong" { @if row.if_wrong.is_empty() { span.faint { "not said" } } @else { (row.if_wrong) } }
            @if shell.responds() && !over_tab {
                td.act { div.row {
                    a.btn.quiet href={ "/announcements/" (row.id) } { "Change" span.sr { " " (name) } }
                    (button_form(&shell.csrf, &format!("/announcements/{}/withdraw", row.id), "quiet", html! { @if row.state == AnnouncementState::UnderWay { "It is over" } @else { "Call off" } span.sr { ": " (name) } }))
                } }
            }
        }
    }
}

pub fn announcement_form(shell: &Shell, form: &AnnouncementForm) -> Markup {
    let wrong = |name: &str| form.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let hint = format!("Wall clock, {}", form.zone);
    let (title, action, button) = match form.id {
        None => ("Announce something", "/announcements".to_owned(), "Announce"),
        Some(id) => ("Change what is announced", format!("/announcements/{id}"), "Change it"),
    };
    let kinds = [
        ("work", "Work: something is done to the systems"),
        ("freeze", "Freeze: nothing may be done to them"),
        ("event", "Event: something outside that they will feel"),
    ];
    let content = html! {
        div.crumb { a href="/announcements" { "Announced" } " / " (if form.id.is_some() { "change" } else { "new" }) }
        div.title { h1 { (title) } }
        section aria-label=(title) {
            form.form method="post" action=(action) {
                (csrf(&shell.csrf))
                (field("kind", "What it is").error(wrong("kind")).select("kind", &kinds, &form.kind))
                (field("title", "In a few words").error(wrong("title")).text("title", &form.title, true))
                div.two {
                    (field("reference", "Reference").hint("such as CHG-2291").error(wrong("reference")).text("reference", &form.reference, false))
                    (field("link", "Link").hint("where more stands").error(wrong("link")).text("link", &form.link, false))
                }
                div.two {
                    (field("from", "From").hint(&hint).error(wrong("from")).moment("from", &form.from))
                    (field("until", "Until").hint(&hint).error(wrong("until")).moment("until", &form.until))
                }
                input type="hidden" name="zone" value=(form.zone);
                (rotas(form, wrong("rotas")))
                (field("owner", "Who does it, or can be asked").error(wrong("owner")).select("owner", &form.known_people, &form.owner))
                (field("if_wrong", "If it goes wrong").hint("what is done then; of work, the next watch asks for it").error(wrong("if_wrong")).text("if_wrong", &form.if_wrong, false))
                div.row { button.btn.primary { (button) } a.btn.quiet href="/announcements" { "Not now" } }
            }
        }
    };
    frame(shell, title, Place::Announced, "page", content)
}

fn rotas(form: &AnnouncementForm, error: Option<&str>) -> Markup {
    html! {
        fieldset.plain.choices {
            legend.label { "Whom it concerns; none chosen: every rota" }
            @for (name, title) in &form.known_rotas {
                label.check { input type="checkbox" name="rota" value=(name) checked[form.rotas.contains(name)]; span { (title) } }
            }
            @if let Some(error) = error { small.crit role="alert" { (glyph(Glyph::Fail)) " " (error) } }
        }
    }
}
