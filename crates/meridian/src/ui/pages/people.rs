//! People: who can be reached how. Addresses are not shown; what would keep a page from getting through is.

use maud::{Markup, html};

use crate::ui::{
    parts::{Clock, Glyph, empty, glyph, scroll, time::zone_mark},
    shell::{Place, Shell, frame},
    view::estate::{PeopleView, PersonRow},
};

pub fn people(shell: &Shell, view: &PeopleView) -> Markup {
    let content = html! {
        div.title { h1 { "People" } span.dim { (view.rows.len()) " in the estate" } }
        section #people data-live aria-label="People" {
            @if view.rows.is_empty() { (empty("The estate names nobody", html! { "A person has a site, contacts, and the order in which they are tried. " a href="/estate" { "Estate" } })) }
            @else {
                (scroll("People", html! {
                    table {
                        caption.sr { "People and how they are reached" }
                        thead { tr { th scope="col" { "Who" } th scope="col" { "Site" } th scope="col" { "Woken by" } th scope="col" { "Told quietly by" } th scope="col" { "Rotas" } th scope="col" { "Reach" } } }
                        tbody { @for row in &view.rows { (person(&shell.clock, row)) } }
                    }
                }))
            }
        }
    };
    frame(shell, "People", Place::People, "page", content)
}

fn person(clock: &Clock, row: &PersonRow) -> Markup {
    html! {
        tr #{ "p-" (row.name) } {
            td.main { b { (row.display_name) } @if row.on_watch { br; small { (glyph(Glyph::Accepted)) " on watch" } } }
            td { (row.site) " " span.faint { (clock.now.to_zoned(row.zone.clone()).strftime("%H:%M")) " " (zone_mark(clock.now, &row.zone)) } }
            td data-th="Woken by" { (ways(&row.high)) }
            td data-th="Told quietly by" { (ways(&row.low)) }
            td.dim data-th="Rotas" { (row.rotas.join(", ")) }
            td {
                @if row.warnings.is_empty() { span.state { (glyph(Glyph::Ok)) "Can be reached" } }
                @for warning in &row.warnings { div.state.warn { (glyph(Glyph::Risk)) (warning) } }
            }
        }
    }
}

fn ways(ways: &[String]) -> Markup {
    html! {
        @if ways.is_empty() { span.faint { "no way" } }
        @for (i, way) in ways.iter().enumerate() { div { span.faint { (i + 1) " " } (way) } }
    }
}
