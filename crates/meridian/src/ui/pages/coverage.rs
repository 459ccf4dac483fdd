//! Coverage: where the ring has holes in the coming weeks, as a picture and as a list with reasons.

use maud::{Markup, html};

use crate::ui::{
    parts::{Clock, Glyph, empty, glyph, list::Tone, list::note, section_head},
    shell::{Place, Shell, frame},
    view::coverage::{Block, CoverageView, Panel, PhaseRow, Quarter, Row, Section},
};

/// Pixels of a day, and of the figures above the first.
const DAY: u32 = 3;
const TOP: u32 = 18;

pub fn coverage(shell: &Shell, view: &CoverageView) -> Markup {
    let clock = &shell.clock;
    let holes: usize = view.panels.iter().filter(|panel| panel.hole.is_some()).count();
    let content = html! {
        div.title {
            h1 { "Coverage" }
            div.row {
                span.dim { (view.from.strftime("%-d %b")) " to " (view.last.strftime("%-d %b %Y")) }
                a.btn href={ "/coverage?from=" (view.earlier) } { "Earlier" }
                @if !view.is_now { a.btn href="/coverage" { "Now" } }
                a.btn href={ "/coverage?from=" (view.later) } { "Later" }
            }
        }
        section #quarter data-live data-axis="" aria-label="Thirteen weeks" {
            @if view.panels.is_empty() { (empty("The estate has no rota", html! { "A rota says who is on watch when. " a href="/estate" { "Estate" } })) }
            @else if holes == 0 { (note(Tone::Good, "No hole in these weeks", html! { "Somebody is on watch whenever an escalation relies on it. Where none does, hours without anybody are drawn as off." })) }
            div.quarters { @for panel in &view.panels { (quarter(&view.quarter, panel)) } }
            @if !view.panels.is_empty() { (legend(view)) }
        }
        (section(clock, "holes", "Holes", &view.holes, Glyph::Nobody))
        (section(clock, "people", "People who may not be there or not be reached", &view.people, Glyph::Fail))
        (section(clock, "doubles", "Double cover", &view.doubles, Glyph::Risk))
        (section(clock, "overlaps", "Overlaps along the ring", &view.overlaps, Glyph::Accepted))
    };
    frame(shell, "Coverage", Place::Coverage, "page", content)
}

fn quarter(quarter: &Quarter, panel: &Panel) -> Markup {
    let height = TOP + quarter.days * DAY + 1;
    let said = panel.hole.as_deref().unwrap_or("no hole");
    html! {
        figure.quarter {
            figcaption {
                a.cover href={ "/rotas/" (panel.name) } { b { (panel.title) } }
                @match &panel.hole {
                    Some(hole) => span.state.crit { (glyph(Glyph::Nobody)) (hole) },
                    None => span.state { (glyph(Glyph::Ok)) "no hole" },
                }
            }
            div.weeks {
                svg.gutter width="100%" height=(height) aria-hidden="true" { (gutter(quarter)) }
                svg.plot width="100%" height=(height) role="img" aria-label={ (panel.title) ", a row for each day: " (said) } {
                    @for (x, hour) in [("0%", "00"), ("25%", "06"), ("50%", "12"), ("75%", "18")] {
                        text.d-loc x=(x) dx="2" y="12" { (hour) }
                    }
                    @for block in &panel.covered { (rect("d-past", block)) }
                    @for block in &panel.overlaps { (rect("d-over", block)) }
                    @for block in &panel.off { (off(block)) }
                    @for block in &panel.holes { (hole(block)) }
                    @for x in ["0%", "25%", "50%", "75%", "100%"] { line.d-hair2 x1=(x) x2=(x) y1=(TOP) y2=(height) {} }
                    @for (day, _) in &quarter.months { line.d-hair2 x1="0" x2="100%" y1=(y(*day)) y2=(y(*day)) {} }
                    @for (day, ..) in &quarter.changes { line.c-clock x1="0" x2="100%" y1=(y(*day)) y2=(y(*day)) {} }
                    @if let Some(day) = quarter.today { line.d-now x1="0" x2="100%" y1=(y(day)) y2=(y(day)) {} }
                }
            }
        }
    }
}

fn y(day: u32) -> u32 {
    TOP + day * DAY
}

/// A month whose name would touch the date of a clock change gives way.
fn gutter(quarter: &Quarter) -> Markup {
    let free = |day: u32| quarter.changes.iter().all(|(change, ..)| day.abs_diff(*change) * DAY >= 12);
    html! {
        text.d-loc x="0" y="12" { (quarter.zone_name) }
        @for (day, month) in quarter.months.iter().filter(|(day, _)| free(*day)) { text.d-loc x="0" y=(y(*day) + 9) { (month) } }
        @for (day, date, _) in &quarter.changes { text.d-date x="0" y=(y(*day) + 4) { (date) } }
    }
}

fn rect(class: &str, block: &Block) -> Markup {
    html! {
        rect class=(class) x=(percent(block.from)) y=(y(block.day)) width=(percent(block.until - block.from)) height=(block.days * DAY) {}
    }
}

fn hole(block: &Block) -> Markup {
    let (top, bottom) = (y(block.day), y(block.day + block.days));
    html! {
        (rect("c-hole", block))
        @for at in [block.from, block.until] {
            @if at > 0.0 && at < 100.0 { line.c-edge x1=(percent(at)) x2=(percent(at)) y1=(top) y2=(bottom) {} }
        }
    }
}

/// Nobody is there, and nobody needs to be.
fn off(block: &Block) -> Markup {
    let middle = y(block.day) as f64 + f64::from(block.days * DAY) / 2.0;
    html! {
        line.d-off x1=(percent(block.from)) x2=(percent(block.until)) y1=(middle) y2=(middle) {}
        @if block.days > 5 && block.until - block.from > 12.0 {
            text.d-loc.d-halo x=(percent((block.from + block.until) / 2.0)) y=(middle + 4.0) text-anchor="middle" { "off" }
        }
    }
}

fn percent(at: f64) -> String {
    format!("{at:.3}%")
}

fn legend(view: &CoverageView) -> Markup {
    html! {
        ul.legend {
            li { svg.swatch aria-hidden="true" { rect.d-past width="100%" height="100%" {} } "somebody on watch" }
            li { svg.swatch aria-hidden="true" { rect.d-past width="100%" height="100%" {} rect.d-over width="100%" height="100%" {} } "overlap" }
            li { svg.swatch aria-hidden="true" { rect.c-hole width="100%" height="100%" {} line.c-edge x1="1" x2="1" y1="0" y2="100%" {} } "hole" }
            li { svg.swatch aria-hidden="true" { line.d-off x1="0" x2="100%" y1="50%" y2="50%" {} } "off, nobody relies on it" }
            @for (_, date, words) in &view.quarter.changes {
                li { svg.swatch aria-hidden="true" { line.c-clock x1="0" x2="100%" y1="50%" y2="50%" {} } "clocks change on " (date) ": " (words) }
            }
            @if view.more > 0 { li { (view.more) " more rotas: " a href="/rotas" { "Rotas" } } }
        }
    }
}

fn section(clock: &Clock, id: &str, title: &str, section: &Section, shape: Glyph) -> Markup {
    if section.rows.is_empty() {
        return html! { section id=(id) data-live hidden {} };
    }
    html! {
        section.gap-top id=(id) data-live aria-label=(title) {
            (section_head(title, html! { (section.rows.len() + section.more) }))
            ul.finds.pairs[section.aside] { @for row in &section.rows { (finding(clock, row, shape)) } }
            @if section.more > 0 { p.faint { "And " (section.more) " more, which " code { "meridian coverage" } " and the API tell." } }
        }
    }
}

fn finding(clock: &Clock, row: &Row, shape: Glyph) -> Markup {
    html! {
        li {
            (glyph(shape))
            div.say {
                p { b { (row.title) } " " span.dim { (row.of.render(clock)) } }
                table.phases {
                    caption.sr { (row.title) }
                    thead.sr { tr { th scope="col" { "UTC" } th scope="col" { "Length" } th scope="col" { "When" } th scope="col" { "At the sites" } } }
                    tbody { @for phase in &row.phases { (phase_row(phase)) } }
                }
                @if !row.because.is_empty() { p.because { (row.because) } }
                @if !row.proposals.is_empty() {
                    p.close {
                        "Closed by "
                        @for (i, words) in row.proposals.iter().enumerate() { @if i > 0 { ", or " } b { (words) } }
                        span.faint { ": tried, it closes " (row.closes) "." }
                    }
                }
            }
        }
    }
}

fn phase_row(phase: &PhaseRow) -> Markup {
    html! {
        tr {
            td.nowrap { (phase.times.replace('-', "\u{2013}")) " " i { "UTC" } }
            td.num.nowrap { (phase.length) }
            td { (phase.days)
                @for since in &phase.since { br; span.faint { "since " (since) } }
                @for until in &phase.until { br; span.faint { "until " (until) } }
            }
            td.dim { (phase.there.join(", ").replace('-', "\u{2013}")) }
        }
    }
}
