//! Who carries how much of the watch: a row for each person, a bar for the balance, and whose shifts stand behind it.

use jiff::SignedDuration;
use maud::{Markup, html};
use meridian_core::roster::Burden;

use super::{percent, rota::shift_table};
use crate::ui::{
    parts::{
        empty, field,
        list::{Tone, note},
        scroll, section_head,
    },
    shell::{Place, Shell, frame},
    view::fairness::{FairnessView, ShareRow},
};

pub fn fairness(shell: &Shell, view: &FairnessView) -> Markup {
    let content = html! {
        div.crumb { a href="/rotas" { "Rotas" } " / fairness" }
        div.title { h1 { "Fairness" } span.dim { (view.from.strftime("%-d %b %Y")) " to " (view.to.strftime("%-d %b %Y")) } }
        (window(view))
        @if let Some(wrong) = view.wrong { (note(Tone::Warning, "Not as asked", html! { (wrong) })) }
        section.gap-top #shares data-live aria-label="Shares" {
            @if view.rows.is_empty() {
                (empty("Nobody was on watch", html! { "Nobody is a member of these rotas then. " a href="/rotas" { "Rotas" } }))
            } @else { (scroll("Shares", shares(view))) }
            p.faint.wide.tight {
                "Balance: hours on watch beyond the fair share, which the members of each layer owe evenly while they are members. "
                "Nights are 22:00 to 06:00 by each person's own clock, weekends and public holidays those of their site. "
                "Shadows only watch along. Pages are those of incidents that are still kept."
            }
        }
        @if let Some((who, rows, all)) = &view.person {
            section.gap-top #shifts aria-label="Shifts" {
                (section_head(&format!("Shifts of {who}"), html! { (all) @if *all > rows.len() { ", the latest " (rows.len()) " of them here" } }))
                (scroll("Shifts", shift_table(&shell.clock, &format!("Shifts of {who}"), rows)))
            }
        }
    };
    frame(shell, "Fairness", Place::Rotas, "page", content)
}

/// The window: a form that only asks, so its address can be kept and sent.
fn window(view: &FairnessView) -> Markup {
    let hint = format!("Days of {}", view.zone);
    html! {
        form.filter.window method="get" action="/fairness" {
            (field("of", "Whose").select("fair-of", &view.choices, &view.of))
            (field("from", "First day").hint(&hint).input("fair-from", "date", &view.from.to_string(), true))
            (field("to", "Last day").hint(&hint).input("fair-to", "date", &view.to.to_string(), true))
            button.btn { "Show" }
        }
    }
}

fn shares(view: &FairnessView) -> Markup {
    html! {
        table.shares {
            caption.sr { "Who carries how much of the watch" }
            thead { tr {
                th scope="col" { "Who" }
                th.num scope="col" { "Hours" } th.num scope="col" { "Fair share" } th.num scope="col" { "Balance" } th scope="col" { span.sr { "Balance as a bar" } }
                th.num scope="col" { "Nights" } th.num scope="col" { "Weekends" } th.num scope="col" { "Holidays" } th.num scope="col" { "Pages" }
            } }
            tbody { @for row in &view.rows { (share(view, row)) } }
            tfoot { tr {
                th scope="row" { "All" }
                td.num data-th="Hours" { (tenths(view.hours)) }
                td.num data-th="Fair share" { (tenths(view.hours)) }
                td.num data-th="Balance" { (tenths(SignedDuration::ZERO)) }
                td.bal {} td.bal {} td.bal {} td.bal {}
                td.num data-th="Pages" { (view.rows.iter().map(|row| row.pages).sum::<u32>()) }
            } }
        }
    }
}

fn share(view: &FairnessView, row: &ShareRow) -> Markup {
    let href =
        format!("/fairness?of={}&from={}&to={}&person={}#shifts", percent(&view.of), view.from, view.to, row.name);
    html! {
        tr data-href=(href) {
            td.main { a.cover href=(href) { b { (row.who) } } " " span.faint { (row.site) } }
            td.num data-th="Hours" { (tenths(row.hours)) }
            td.num.dim data-th="Fair share" { (tenths(row.fair)) }
            td.num data-th="Balance" { (signed(row.balance)) }
            td.bal { (bar(row.weight)) }
            (burden("Nights", row.nights))
            (burden("Weekends", row.weekends))
            (burden("Holidays", row.holidays))
            td.num data-th="Pages" { @if row.pages > 0 { (row.pages) } @else { span.faint { "0" } } }
        }
    }
}

fn burden(what: &str, burden: Burden) -> Markup {
    html! {
        td.num data-th=(what) {
            @if burden.count == 0 { span.faint { "0" } }
            @else { (burden.count) " " span.faint { (short(burden.hours)) "\u{a0}h" } }
        }
    }
}

/// To the right of the middle: more than the fair share.
fn bar(weight: f64) -> Markup {
    let (x, width) = if weight < 0.0 { (50.0 + weight * 50.0, -weight * 50.0) } else { (50.0, weight * 50.0) };
    html! {
        svg width="88" height="12" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true" {
            rect.d-bal.less[weight < 0.0] x=(format!("{x:.1}")) y="2" width=(format!("{width:.1}")) height="8" {}
            line.d-hair x1="50" x2="50" y1="0" y2="12" {}
        }
    }
}

/// To a tenth of an hour, so that figures stand below one another by their point.
fn tenths(length: SignedDuration) -> String {
    let tenths = (length.as_secs() as f64 / 360.0).round() as i64;
    let sign = if tenths < 0 { "\u{2212}" } else { "" };
    format!("{sign}{}.{}", tenths.abs() / 10, tenths.abs() % 10)
}

fn signed(length: SignedDuration) -> String {
    let text = tenths(length);
    if text == "0.0" || length.is_negative() { text } else { format!("+{text}") }
}

/// Where it stands in a cell of its own words: `112`, `4.5`.
fn short(length: SignedDuration) -> String {
    let text = tenths(length);
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_figures_with_a_sign_that_reads() {
        fn check(minutes: i64, with_sign: &str, brief: &str) {
            let length = SignedDuration::from_mins(minutes);
            assert_eq!((signed(length).as_str(), short(length).as_str()), (with_sign, brief));
        }
        check(168 * 60, "+168.0", "168");
        check(90, "+1.5", "1.5");
        check(-270, "\u{2212}4.5", "\u{2212}4.5");
        check(2, "0.0", "0");
        check(-2, "0.0", "0");
        check(0, "0.0", "0");
    }
}
