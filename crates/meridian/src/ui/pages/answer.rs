//! The page behind the link of a notice. Opening it changes nothing; only its buttons do.

use maud::{Markup, html};

use crate::ui::{
    parts::{
        Clock, Detail, Glyph, glyph,
        glyph::mark,
        time::{face, zone_mark},
    },
    shell::{Theme, bare},
    view::answer::{AnswerItem, AnswerView},
};

pub fn answer(clock: &Clock, theme: Theme, said: Option<&str>, view: &AnswerView) -> Markup {
    let utc = jiff::tz::TimeZone::UTC;
    let content = html! {
        main.phone #main {
            div.row.between {
                span.brand { (mark()) "Meridian" }
                span.faint.t { (face(clock.now, &utc, clock.now, Detail::Minute).0) i { (zone_mark(clock.now, &utc)) } }
            }
            p.state.gap-top { (glyph(Glyph::Due)) "For " (view.who) }
            h1 { (view.title) }
            @if let Some(said) = said { p.state.crit role="alert" { (glyph(Glyph::Fail)) (said) } }
            p.dim { (view.reason) }
            @for item in &view.items { (one(view, item)) }
            section { p { a href="/changes" { "All changes of who is on watch" } } }
        }
    };
    bare(&view.title, theme, content)
}

fn one(view: &AnswerView, item: &AnswerItem) -> Markup {
    html! {
        section aria-label={ "Change " (item.change) } {
            p { (item.text) }
            @if let Some(stands) = &item.stands { p.state { (glyph(Glyph::Ok)) (stands) } }
            @for (number, (answer, word)) in item.answers.iter().enumerate() {
                form.gap-top method="post" action=(view.action) {
                    input type="hidden" name="change" value=(item.change); input type="hidden" name="answer" value=(answer);
                    button.btn.(if number == 0 { "primary large" } else { "large-ish" }) { (word) @if view.items.len() > 1 { span.sr { ", change " (item.change) } } }
                }
            }
        }
    }
}
