//! Rotas: who is on watch when, as a picture and as a table, with holes as holes.

use maud::{Markup, html};

use crate::ui::{
    pages::control::stretch,
    parts::{
        Clock, Detail, Glyph, button_form, empty, field,
        form::csrf,
        glyph, lanes, lasting,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, frame},
    view::rota::{LayerRow, OverrideRow, RotaRow, RotaView, RotasView, ShiftRow, Span},
};

/// So many shifts stand open in the table; the picture has all of them, and the others are one press away.
const SHIFTS_SHOWN: usize = 24;

pub fn rotas(shell: &Shell, view: &RotasView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        div.title { h1 { "Rotas" } a.btn href="/fairness" { "Fairness" } }
        section #rotas data-live aria-label="Rotas" {
            @if view.rows.is_empty() { (empty("The estate has no rota", html! { "A rota says who is on watch when. " a href="/estate" { "Estate" } })) }
            @else {
                (scroll("Rotas", html! {
                    table {
                        caption.sr { "Rotas" }
                        thead { tr { th scope="col" { "Rota" } th scope="col" { "Team" } th scope="col" { "On watch" } th.num scope="col" { "Until" } th scope="col" { "Next" } th scope="col" { "Coming two weeks" } } }
                        tbody { @for row in &view.rows { (rota_row(clock, row)) } }
                    }
                }))
            }
        }
    };
    frame(shell, "Rotas", Place::Rotas, "page", content)
}

fn rota_row(clock: &Clock, row: &RotaRow) -> Markup {
    let href = format!("/rotas/{}", row.name);
    html! {
        tr data-href=(href) {
            td.main { a.cover href=(href) { b { (row.display_name) } } }
            td.dim data-th="Team" { (row.team) }
            td data-th="On watch" { @if row.now.is_empty() && row.off { span.faint { "off" } } @else if row.now.is_empty() { span.state.crit { (glyph(Glyph::Nobody)) "Nobody" } } @else { (row.now.join(", ")) } }
            td.num data-th="Until" { @if let Some(until) = row.until { (time(clock, until, None, Detail::Minute)) } @else if !row.now.is_empty() { span.faint { "always" } } }
            td.dim data-th="Next" { (row.next.join(", ")) }
            td {
                @match row.hole {
                    None => span.state { (glyph(Glyph::Ok)) "No hole" },
                    Some((from, until)) => { span.state.crit { (glyph(Glyph::Nobody)) "Hole" } " " (stretch(clock, from, until)) @if row.holes > 1 { span.faint { ", and " (row.holes - 1) " more" } } },
                }
            }
        }
    }
}

pub fn rota(shell: &Shell, view: &RotaView) -> Markup {
    let clock = &shell.clock;
    let path = format!("/rotas/{}", view.name);
    let content = html! {
        div.crumb { a href="/rotas" { "Rotas" } " / " (view.name) }
        div.title {
            h1 { (view.display_name) }
            div.row {
                @if !view.team.is_empty() { span.dim { "Team " (view.team) "," } }
                span.dim { (dates(view)) }
                nav.seg aria-label="How much is shown" {
                    @for span in Span::ALL {
                        @let now = if view.is_now { String::new() } else { format!("&from={}", view.from) };
                        a href={ (path) "?span=" (span.word()) (now) } aria-current=[(span == view.span).then_some("true")] { (span.title()) }
                    }
                }
                a.btn href={ (path) "?span=" (view.span.word()) "&from=" (view.earlier) } { "Earlier" }
                @if !view.is_now { a.btn href={ (path) "?span=" (view.span.word()) } { "Now" } }
                a.btn href={ (path) "?span=" (view.span.word()) "&from=" (view.later) } { "Later" }
                a.btn href={ "/fairness?of=rota%2F" (view.name) } { "Fairness" }
                a.btn href={ "/calendars?of=rota/" (view.name) } { "Calendar feed" }
            }
        }
        section #lanes data-live aria-label=(view.span.title()) {
            @for (from, until) in view.holes.iter().take(3) {
                (note(Tone::Bad, "Nobody is scheduled", html! { (stretch(clock, *from, *until)) ". A page to this rota then goes on to the next step at once." }))
            }
            div.tight { (lanes::lanes(&format!("Who is on watch in {}", view.span.said()), &view.axis, &view.rows)) }
        }
        div.cols.main-side.gap-top {
            section #shifts data-live aria-label="Shifts" {
                (section_head("Shifts", html! { (view.shifts.len()) " in " (view.span.said()) }))
                @let (first, rest) = view.shifts.split_at(view.shifts.len().min(SHIFTS_SHOWN));
                (scroll("Shifts", shift_table(clock, &format!("Shifts in {}", view.span.said()), first)))
                @if !rest.is_empty() {
                    details.rest #shifts-rest { summary { "The other " (rest.len()) } (scroll("The other shifts", shift_table(clock, "The other shifts", rest))) }
                }
            }
            div {
                section #turns data-live aria-label="Turns" { (section_head("Turns", html! {})) @for layer in &view.turns { (turns(layer)) } }
                section.gap-top #overrides data-live aria-label="Overrides" { (overrides(shell, view)) }
                @if shell.responds() { (override_form(shell, view)) }
            }
        }
    };
    frame(shell, &view.display_name, Place::Rotas, "page", content)
}

/// `March 2026`, `17 Mar to 30 Mar 2026`.
fn dates(view: &RotaView) -> String {
    match view.span {
        Span::Month => view.from.strftime("%B %Y").to_string(),
        Span::Fortnight => {
            let last = view.later.yesterday().unwrap_or(view.later);
            format!("{} to {}", view.from.strftime("%-d %b"), last.strftime("%-d %b %Y"))
        }
    }
}

pub(super) fn shift_table(clock: &Clock, caption: &str, rows: &[ShiftRow]) -> Markup {
    html! {
        table {
            caption.sr { (caption) }
            thead { tr { th scope="col" { "Who" } th scope="col" { "Layer" } th.num scope="col" { "From" } th.num scope="col" { "Until" } th.num scope="col" { "Length" } th scope="col" { "Because" } } }
            tbody {
                @for row in rows {
                    tr {
                        td.main {
                            @match &row.change { Some(href) => a href=(href) { b { (row.who) } span.sr { ": ask for cover, swap or take this watch" } }, None => b { (row.who) } } @if row.role != meridian_core::estate::Role::Primary { " " span.faint { (row.role.word()) } }
                        }
                        td.dim { @if !row.rota.is_empty() { (row.rota) ", " } (row.layer) }
                        td.num data-th="From" { (time(clock, row.from, Some(&row.zone), Detail::Minute)) }
                        td.num data-th="Until" { (time(clock, row.until, Some(&row.zone), Detail::Minute)) }
                        td.num { (lasting(row.until.duration_since(row.from))) }
                        td.faint { (row.because) }
                    }
                }
            }
        }
    }
}

/// Who takes turns in a layer, how long one lasts, and who joins or leaves.
fn turns(layer: &LayerRow) -> Markup {
    html! {
        div.turns {
            b { (layer.name) } " " span.dim { (layer.role.word()) ", " (layer.site) }
            div.faint {
                (layer.every) @if layer.served { ", only worked turns count" } " \u{b7} "
                @if layer.hours.is_empty() { "always" } @else { (layer.hours.join("; ")) }
                @if layer.closed_on_holidays { ", not on holidays" }
            }
            ol aria-label={ "Turns of " (layer.name) } {
                @for turn in &layer.members {
                    li {
                        @for (number, member) in turn.iter().enumerate() {
                            @if number > 0 { span.faint { " with " } }
                            span.faint[member.absent] { (member.who) }
                            @if !member.when.is_empty() { " " small.faint { (member.when) } }
                        }
                    }
                }
            }
        }
    }
}

fn overrides(shell: &Shell, view: &RotaView) -> Markup {
    html! {
        (section_head("Overrides", html! { (view.overrides.len()) }))
        @if view.overrides.is_empty() { (empty("No override", html! { "The rotation alone decides who is on watch." })) }
        @else { ul { @for one in &view.overrides { (override_item(shell, view, one)) } } }
    }
}

fn override_item(shell: &Shell, view: &RotaView, one: &OverrideRow) -> Markup {
    html! {
        li.row.between {
            span {
                b { (one.with) }
                @match &one.replace { Some(replaced) => { " for " (replaced) }, None => " in addition" }
                @if let Some(layer) = &one.layer { ", " (layer) }
                br; small.dim { (stretch(&shell.clock, one.from, one.until)) }
                @if one.idle { br; small.warn { (glyph(Glyph::Risk)) " " (covers_nobody(one)) } }
                @for (from, until, who) in &one.gives_way {
                    br; small.warn { (glyph(Glyph::Risk)) " A later override puts " (who) " on watch, " (stretch(&shell.clock, *from, *until)) }
                }
            }
            @match one.id {
                Some(id) if shell.responds() => (button_form(&shell.csrf, &format!("/rotas/{}/overrides/{id}/remove", view.name), "quiet", html! { "Remove" span.sr { " the override of " (one.with) } })),
                Some(_) => span {},
                None => small.faint { "in the estate" },
            }
        }
    }
}

fn covers_nobody(one: &OverrideRow) -> String {
    match &one.replace {
        Some(replaced) => format!("Covers nobody: {replaced} is not on watch there then"),
        None => "Covers nobody: the rota has no such layer".into(),
    }
}

fn override_form(shell: &Shell, view: &RotaView) -> Markup {
    let form = &view.form;
    let wrong = |name: &str| form.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let hint = format!("Wall clock, {}", form.zone);
    let mut with: Vec<(&str, &str)> = view.people.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    let people = with.clone();
    with.insert(0, ("", "nobody: in addition"));
    let mut layers: Vec<(&str, &str)> = view.layers.iter().map(|layer| (layer.as_str(), layer.as_str())).collect();
    layers.insert(0, ("", "every layer"));
    html! {
        section.gap-top aria-label="Add an override" {
            (section_head("Add an override", html! {}))
            form.form.tight method="post" action={ "/rotas/" (view.name) "/overrides" } {
                (csrf(&shell.csrf))
                (field("with", "On watch").error(wrong("with")).select("override-with", &people, &form.with))
                div.two {
                    (field("replace", "Instead of").error(wrong("replace")).select("override-replace", &with, &form.replace))
                    (field("layer", "Layer").error(wrong("layer")).select("override-layer", &layers, &form.layer))
                }
                (field("from", "From").hint(&hint).error(wrong("from")).moment("override-from", &form.from))
                (field("until", "Until").hint(&hint).error(wrong("until")).moment("override-until", &form.until))
                input type="hidden" name="zone" value=(form.zone);
                button.btn.primary { "Add" }
            }
        }
    }
}
