//! Calendar feeds: the shifts where people keep their days.

use maud::{Markup, html};
use meridian_core::ics::REFRESH_MINUTES;

use crate::ui::{
    parts::{
        Clock, Detail, button_form, empty, field,
        form::csrf,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, frame},
    view::feed::{FeedRow, FeedsView, FreshFeed},
};

pub fn feeds(shell: &Shell, view: &FeedsView) -> Markup {
    let content = html! {
        div.title { h1 { "Calendar feeds" } span.dim { "watches in the calendar that you already look at" } }
        @if let Some(fresh) = &view.fresh { (fresh_feed(fresh)) }
        div.cols.main-side.gap-top {
            section #feeds data-live aria-label="Feeds" {
                (section_head("Feeds", html! { (view.rows.len()) }))
                @if view.rows.is_empty() { (empty("No feed yet", html! { "A feed is an address that a calendar reads again and again: watches that change or vanish here do so there." })) }
                @else {
                    (scroll("Feeds", html! {
                        table {
                            caption.sr { "Calendar feeds" }
                            thead { tr { th scope="col" { "Feed" } th scope="col" { "Made by" } th.num scope="col" { "Made" } th { span.sr { "Actions" } } } }
                            tbody { @for row in &view.rows { (feed_row(&shell.clock, &shell.csrf, row)) } }
                        }
                    }))
                }
            }
            div { (new_feed(shell, view)) (how_soon()) }
        }
    };
    frame(shell, "Calendar feeds", Place::Elsewhere, "page", content)
}

fn fresh_feed(fresh: &FreshFeed) -> Markup {
    html! {
        div.gap-top role="status" {
            (note(Tone::Good, &format!("The feed \u{201c}{}\u{201d} was made. Its address is shown this once; whoever has it reads the feed.", fresh.title), html! {
                span.secret { (fresh.url) }
                br;
                a href=(fresh.webcal) { "Subscribe with the calendar of this device" }
                " or give the address to a calendar that subscribes by URL."
            }))
        }
    }
}

fn feed_row(clock: &Clock, token: &str, row: &FeedRow) -> Markup {
    html! {
        tr {
            td.main { b { (row.title) } " " code.faint { (row.prefix) "…" } br; small.dim { (row.of) } }
            td.dim data-th="Made by" { (row.made_by) }
            td.num data-th="Made" { (time(clock, row.made_at, None, Detail::Minute)) }
            td.act { (button_form(token, &format!("/calendars/{}/revoke", row.id), "quiet", html! { "Revoke" span.sr { " " (row.title) ", made by " (row.made_by) } })) }
        }
    }
}

fn new_feed(shell: &Shell, view: &FeedsView) -> Markup {
    html! {
        section aria-label="New feed" {
            (section_head("New feed", html! {}))
            form.form.tight method="post" action="/calendars" {
                (csrf(&shell.csrf))
                (field("of", "Of").error(view.error.as_deref()).select("feed-of", &view.choices, &view.chosen))
                button.btn.primary { "Make a feed" }
            }
            @if view.nobody { p.dim { small { "This account is no person of the estate, so it has no watches of its own. An admin can change that." } } }
        }
    }
}

fn how_soon() -> Markup {
    html! {
        section.gap-top aria-label="How soon a change shows" {
            (section_head("How soon a change shows", html! {}))
            p.dim { "A feed has a change at once, and asks to be read every " (REFRESH_MINUTES) " minutes. When it is read is for the calendar to decide: Google reads it every 8 to 24 hours, whatever it is asked for." }
            p.dim { "So a calendar is for planning. Who is on watch right now stands on " a href="/" { "the control room" } ", and a page goes to whoever that is." }
        }
    }
}
