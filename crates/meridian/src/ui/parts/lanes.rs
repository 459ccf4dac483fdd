//! One picture, one axis: lanes with bars for shifts, tints for night, holes as holes, and the now-line.
//!
//! Horizontal positions are percentages of the window and vertical ones pixels, so one drawing serves every width
//! without stretching words. The lanes' names stand in a second drawing beside it, at the same heights.

use jiff::{civil::Weekday, tz::TimeZone};
use maud::{Markup, html};
use meridian_core::Instant;

use super::{
    label::{Placed, forms, place, width},
    time::zone_mark,
};

pub use super::axis::Axis;

#[derive(Clone, Debug)]
pub enum Row {
    /// A thin row: is somebody there at all?
    Cover {
        name: String,
        covered: Vec<(Instant, Instant)>,
        overlaps: Vec<(Instant, Instant)>,
        /// Nobody is there, and somebody is relied upon.
        holes: Vec<(Instant, Instant)>,
        /// Nobody is there, and nobody needs to be.
        off: Vec<(Instant, Instant)>,
    },
    /// A site or a layer.
    Lane { name: String, sub: String, zone: TimeZone, nights: Vec<(Instant, Instant)>, lines: Vec<Line> },
}

/// One line of bars within a lane.
#[derive(Clone, Debug, Default)]
pub struct Line {
    pub bars: Vec<Bar>,
    /// Thin: a second or a shadow.
    pub thin: bool,
}

#[derive(Clone, Debug)]
pub struct Bar {
    pub from: Instant,
    pub until: Instant,
    pub who: String,
    /// The rota, where a lane has more than one.
    pub aside: Option<String>,
    /// Said when the pointer rests on it, and to screen readers through the table beneath.
    pub title: String,
    /// A temporary change of who.
    pub changed: bool,
}

const TOP: u32 = 40;
const COVER: u32 = 20;
const LANE_HEAD: u32 = 15;
const LINE: u32 = 22;
const THIN: u32 = 17;

impl Row {
    fn height(&self) -> u32 {
        match self {
            Row::Cover { .. } => COVER,
            Row::Lane { lines, .. } => {
                let lines: u32 = lines.iter().map(|line| if line.thin { THIN } else { LINE }).sum();
                LANE_HEAD + lines.max(LINE) + 6
            }
        }
    }
}

/// The picture with its gutter. `title` says what it is; the same facts stand in a table beneath.
pub fn lanes(title: &str, axis: &Axis, rows: &[Row]) -> Markup {
    let tops: Vec<u32> = rows
        .iter()
        .scan(TOP, |top, row| {
            let this = *top;
            *top += row.height();
            Some(this)
        })
        .collect();
    let height = TOP + rows.iter().map(Row::height).sum::<u32>() + 8;
    html! {
        div.band.days[axis.every_hours == 24] data-axis="" {
            svg.gutter width="100%" height=(height) aria-hidden="true" {
                text.label x="16" y="31" { (axis.zone_name) }
                @for (row, top) in rows.iter().zip(&tops) { (gutter(row, *top)) }
            }
            div.plot role="region" aria-label=(title) tabindex="0" {
                svg height=(height) role="img" aria-label=(title) {
                    @for (row, top) in rows.iter().zip(&tops) { (night(axis, row, *top)) }
                    (grid(axis, height))
                    @for (row, top) in rows.iter().zip(&tops) { (draw(axis, row, *top)) }
                    (now(axis, height))
                }
            }
        }
    }
}

/// Names are words of a page and not of the picture, so that a long one ends in an ellipsis.
fn gutter(row: &Row, top: u32) -> Markup {
    match row {
        Row::Cover { name, .. } => html! {
            foreignObject x="16" y=(top) width="82%" height=(COVER) { div.sub title=(name) { (name) } }
        },
        Row::Lane { name, sub, .. } => html! {
            foreignObject x="16" y=(top + 13) width="82%" height="36" {
                div.name title=(name) { (name) }
                div.faint title=(sub) { (sub) }
            }
        },
    }
}

fn night(axis: &Axis, row: &Row, top: u32) -> Markup {
    html! {
        @if let Row::Lane { nights, .. } = row {
            @for (from, until) in nights {
                rect.d-night x=(axis.x(*from)) y=(top) width=(axis.width(*from, *until)) height=(row.height()) {}
            }
        }
    }
}

fn grid(axis: &Axis, height: u32) -> Markup {
    let day = axis.every_hours == 24;
    let mark = |at| zone_mark(at, &axis.zone);
    html! {
        @for tick in axis.ticks(&axis.zone, axis.every_hours) {
            @let (x, local) = (axis.x(tick.at), &tick.local);
            @if day {
                line.d-hair x1=(x) x2=(x) y1="20" y2=(height) {}
                @let month = axis.weeks() > 2;
                // Of a month only the Mondays have room for their name, above their figure.
                @if month && local.weekday() == Weekday::Monday && axis.clear(tick.at, 44.0, 30.0) {
                    text.d-loc x=(x) dx="4" y="16" { (local.strftime("%a")) }
                }
                @if axis.clear(tick.at, 0.0, if month { 22.0 } else { 46.0 }) {
                    text.d-utc x=(x) dx="4" y="31" { @if !month { (local.strftime("%a")) " " } tspan.d-date { (local.strftime("%-d")) } }
                }
            } @else {
                @if tick.new_day {
                    line.d-mid x1=(x) x2=(x) y1="26" y2=(height) {}
                    // The flag of the now-line reaches 44 pixels to its right.
                    @if axis.clear(tick.at, 74.0, 104.0) {
                        text.d-date x=(x) dx="4" y="14" { (local.strftime("%a %-d %b")) " " (mark(tick.at)) }
                    }
                }
                line.d-hair2 x1=(x) x2=(x) y1="34" y2="40" {}
                @if tick.at > axis.from && axis.clear(tick.at, 9.0, 9.0) { text.d-utc x=(x) y="31" text-anchor="middle" { (local.strftime("%H")) } }
            }
        }
        @if !day && axis.clear(axis.from, 0.0, 104.0) {
            text.d-date x="0" y="14" { (axis.from.to_zoned(axis.zone.clone()).strftime("%a %-d %b")) " " (mark(axis.from)) }
        }
    }
}

fn draw(axis: &Axis, row: &Row, top: u32) -> Markup {
    match row {
        Row::Cover { covered, overlaps, holes, off, .. } => html! {
            line.d-hair x1="0" x2="100%" y1=(top) y2=(top) {}
            @for (from, until) in covered {
                rect.d-past x=(axis.x(*from)) y=(top + 4) width=(axis.width(*from, *until)) height="12" {}
            }
            @for (from, until) in overlaps {
                rect.d-over x=(axis.x(*from)) y=(top + 4) width=(axis.width(*from, *until)) height="12" {
                    title { "overlap " (super::lasting(until.duration_since(*from))) }
                }
            }
            @for (from, until) in off {
                line.d-off x1=(axis.x(*from)) x2=(axis.x(*until)) y1=(top + 10) y2=(top + 10) {}
                @if let Some(placed) = place(&["off".to_owned()], (axis.at(*from), axis.at(*until)), axis.now(), axis.narrow(), 11.0) {
                    text.d-loc.d-halo x=(format!("{:.3}%", placed.x)) dx="6" y=(top + 14) { "off" }
                }
            }
            @for (from, until) in holes { (hole(axis, *from, *until, top)) }
        },
        Row::Lane { zone, lines, .. } => html! {
            line.d-hair x1="0" x2="100%" y1=(top) y2=(top) {}
            @if axis.every_hours < 24 {
                @for tick in axis.ticks(zone, 3) {
                    line.d-hair2 x1=(axis.x(tick.at)) x2=(axis.x(tick.at)) y1=(top) y2=(top + 4) {}
                    @if axis.clear(tick.at, 0.0, 24.0) {
                        text.d-loc x=(axis.x(tick.at)) dx="3" y=(top + 11) {
                            @if tick.new_day { (tick.local.strftime("%a")) } @else { (tick.local.strftime("%H")) }
                        }
                    }
                }
            }
            @if axis.every_hours == 24 && axis.weeks() > 2 {
                @if let Some(line) = lines.first() { (runs(axis, line, top)) }
            }
            @let starts = lines.iter().scan(top + LANE_HEAD, |y, line| { let this = *y; *y += if line.thin { THIN } else { LINE }; Some(this) });
            @for (line, y) in lines.iter().zip(starts) {
                @for bar in &line.bars { (draw_bar(axis, bar, line.thin, y)) }
            }
        },
    }
}

/// Above the bars of a month, which are too short for names: whose they are, from the first of several on.
fn runs(axis: &Axis, line: &Line, top: u32) -> Markup {
    let fits = |bar: &Bar| {
        place(&forms(&bar.who, None), (axis.at(bar.from), axis.at(bar.until)), axis.now(), axis.narrow(), 12.0)
            .is_some()
    };
    html! {
        @for run in line.bars.chunk_by(|a, b| a.who == b.who) {
            @if let [first, ..] = run && !run.iter().any(fits) {
                @let end = line.bars.iter().find(|bar| bar.from > first.from && bar.who != first.who).map_or(axis.until, |next| next.from);
                @if let Some(placed) = place(&forms(&first.who, None), (axis.at(first.from), axis.at(end)), axis.now(), axis.narrow(), 11.0) {
                    // Behind the now-line not on it.
                    @let dx = if placed.x > axis.at(first.from) { "6" } else { "1" };
                    text.d-second x=(format!("{:.3}%", placed.x)) dx=(dx) y=(top + 11) { (placed.text) }
                }
            }
        }
    }
}

/// Nobody is scheduled: vermillion between dashed edges, with the word.
fn hole(axis: &Axis, from: Instant, until: Instant, top: u32) -> Markup {
    let length = super::lasting(until.duration_since(from));
    let words = [format!("HOLE {length}"), "HOLE".to_owned()];
    let inside = place(&words, (axis.at(from), axis.at(until)), axis.now(), axis.narrow(), 11.5);
    // Beside it where it is too small for its word, unless that would leave the picture.
    let right = axis.at(until) < 100.0 - (width(&words[1], 11.5) + 8.0) / axis.narrow() * 100.0;
    html! {
        rect.d-hole x=(axis.x(from)) y=(top + 1) width=(axis.width(from, until)) height=(COVER - 1) { title { "hole, " (length) } }
        line.d-holeedge x1=(axis.x(from)) x2=(axis.x(from)) y1=(top + 1) y2=(top + COVER) {}
        line.d-holeedge x1=(axis.x(until)) x2=(axis.x(until)) y1=(top + 1) y2=(top + COVER) {}
        @match inside {
            Some(placed) => text.d-crit x=(format!("{:.3}%", placed.x)) dx="6" y=(top + 14) { (placed.text) },
            None if right => text.d-crit.d-halo x=(axis.x(until)) dx="5" y=(top + 14) { "HOLE" },
            None => text.d-crit.d-halo x=(axis.x(from)) dx="-5" y=(top + 14) text-anchor="end" { "HOLE" },
        }
    }
}

fn draw_bar(axis: &Axis, bar: &Bar, thin: bool, y: u32) -> Markup {
    let live = bar.from <= axis.now && axis.now < bar.until;
    let past = bar.until <= axis.now;
    let (x, width) = (axis.x(bar.from), axis.width(bar.from, bar.until));
    let shape = match (past, live, bar.changed) {
        (true, _, _) => "d-past",
        (_, true, _) => "d-live",
        (_, _, true) => "d-ovr",
        _ => "d-plan",
    };
    let next = !live && !past;
    html! {
        g {
            title { (bar.title) }
            @if thin {
                // Something to rest the pointer on.
                rect.f-none x=(x) y=(y) width=(width) height=(THIN) pointer-events="all" {}
                line.d-under.next[next] x1=(x) x2=(axis.x(bar.until)) y1=(y as f32 + 14.5) y2=(y as f32 + 14.5) {}
                (name(axis, bar, "d-second", 11.0, y + 11))
            } @else {
                svg x=(x) y=(y) width=(width) height="19" { rect.(shape) x=".5" y=".5" width="100%" height="18" {} }
                line.d-hair2 x1=(axis.x(bar.until)) x2=(axis.x(bar.until)) y1=(y) y2=(y + 19) {}
                (name(axis, bar, if live { "d-name on" } else if next { "d-name next" } else { "d-name" }, 12.0, y + 13))
            }
        }
    }
}

/// The name on a bar, in the longest form that fits; a wide screen may have room for a longer one.
fn name(axis: &Axis, bar: &Bar, class: &str, size: f64, y: u32) -> Markup {
    let forms = forms(&bar.who, bar.aside.as_deref());
    let at = |pixels: f64| place(&forms, (axis.at(bar.from), axis.at(bar.until)), axis.now(), pixels, size);
    let text = |placed: &Placed, only: &str| {
        html! { text class={ (class) (only) } x=(format!("{:.3}%", placed.x)) dx="6" y=(y) { (placed.text) } }
    };
    let (narrow, wide) = (at(axis.narrow()), at(axis.wide()));
    html! {
        @if narrow == wide {
            @if let Some(placed) = &narrow { (text(placed, "")) }
        } @else {
            @if let Some(placed) = &narrow { (text(placed, " when-narrow")) }
            @if let Some(placed) = &wide { (text(placed, " when-wide")) }
        }
    }
}

fn now(axis: &Axis, height: u32) -> Markup {
    if axis.now < axis.from || axis.now >= axis.until {
        return html! {};
    }
    let label = axis.now.to_zoned(axis.zone.clone()).strftime("%H:%M").to_string();
    let mark = zone_mark(axis.now, &axis.zone);
    // The picture's own words are not measured here, so the flag is wide enough for any mark of that many letters.
    let wide = 42.0 + width(&mark, 11.0) + 2.0;
    html! {
        g data-nowline="" data-zone=(axis.zone.iana_name().unwrap_or("UTC")) data-mark=(mark) data-begin=(axis.from.as_millisecond()) data-end=(axis.until.as_millisecond()) {
            line.d-now x1=(axis.x(axis.now)) x2=(axis.x(axis.now)) y1="4" y2=(height) {}
            svg.nowflag x=(axis.x(axis.now)) y="2" width="1" height="18" overflow="visible" {
                rect.d-nowflag x="0" y="0" width=(format!("{wide:.0}")) height="17" {}
                text.d-nowtext x="6" y="12.5" { (label) " " (mark) }
            }
        }
    }
}
