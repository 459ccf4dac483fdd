//! What surrounds the picture's facts: axis, night, gutter, now-line.

use maud::{Markup, html};

use super::{Canvas, HEAD, Heights, NARROW, ROW, TOP, percent};
use crate::ui::{
    parts::{axis::Axis, label::width, place::Anchor, place::Word, time::zone_mark},
    view::day::Day,
};

/// The figures stand on two lines: dates above hours. The flag of the now-line stands on the upper one.
pub fn axis_words(canvas: &mut Canvas, axis: &Axis) {
    let word = |text: String, class, at, dx, y, anchor| Word { text, class, x: axis.at(at), dx, y, anchor, size: 11.0 };
    let date = |at| {
        let local = at_zone(axis, at);
        let full = format!("{} {}", local.strftime("%a %-d %b"), zone_mark(at, &axis.zone));
        [full, local.strftime("%a %-d").to_string()]
            .map(|text| vec![word(text, "d-date", at, 2.0, 14.0, Anchor::Start)])
    };
    canvas.wish(1, date(axis.from).to_vec());
    for tick in axis.ticks(&axis.zone, axis.every_hours) {
        if tick.new_day {
            canvas.wish(0, date(tick.at).to_vec());
        }
        let hour = tick.local.strftime("%H").to_string();
        canvas.wish(1, vec![vec![word(hour, "d-utc", tick.at, 0.0, 31.0, Anchor::Middle)]]);
    }
    if let Some(now) = axis.now() {
        let half = flag(axis).1 / 2.0 + 4.0;
        canvas.take((now, -half), (now, half), 0.0, 19.0);
    }
}

fn at_zone(axis: &Axis, at: meridian_core::Instant) -> jiff::Zoned {
    at.to_zoned(axis.zone.clone())
}

/// Its words and how wide it is.
fn flag(axis: &Axis) -> (String, f64) {
    let words = super::clock(axis, axis.now);
    let wide = width(&words, 11.0) + 10.0;
    (words, wide)
}

pub fn nights(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    let axis = &day.axis;
    for (lane, at) in day.lanes.iter().zip(&heights.lanes) {
        for (from, until) in &lane.nights {
            canvas.draw(html! {
                rect.d-night x=(axis.x(*from)) y=(at.top) width=(axis.width(*from, *until)) height=(at.end - at.top) {}
            });
        }
    }
}

pub fn grid(canvas: &mut Canvas, axis: &Axis, height: u32) {
    for tick in axis.ticks(&axis.zone, 1) {
        let (x, hour) = (axis.x(tick.at), i64::from(tick.local.hour()));
        if tick.new_day {
            canvas.draw(html! { line.d-mid x1=(x) x2=(x) y1="26" y2=(height) {} });
        } else if hour % 6 == 0 {
            canvas.draw(html! { line.d-hair x1=(x) x2=(x) y1="34" y2=(height) {} });
        }
        let begin = if hour % axis.every_hours.max(1) == 0 { 34 } else { 37 };
        canvas.draw(html! { line.d-hair2 x1=(x) x2=(x) y1=(begin) y2=(TOP) {} });
    }
    canvas.draw(html! { line.d-hair2 x1="0" x2="100%" y1=(TOP) y2=(TOP) {} });
}

/// Words keep clear of the now-line, also of where it will stand a few minutes on.
pub fn keep_clear_of_now(canvas: &mut Canvas, axis: &Axis, height: u32) {
    if let Some(now) = axis.now() {
        canvas.take((now, -4.0), (now, 8.0), 19.0, f64::from(height));
    }
}

/// The line of now, or of the moment that is looked at; it can be dragged to another.
pub fn now(axis: &Axis, height: u32) -> Markup {
    let Some(now) = axis.now() else { return html! {} };
    let (words, wide) = flag(axis);
    let left = -wide / 2.0;
    // At the edges the flag would leave the picture.
    let left = left.max(-now / 100.0 * NARROW).min((100.0 - now) / 100.0 * NARROW - wide);
    html! {
        g data-nowline="" data-past="" data-zone=(axis.zone.iana_name().unwrap_or("UTC")) data-mark=(zone_mark(axis.now, &axis.zone)) data-begin=(axis.from.as_millisecond()) data-end=(axis.until.as_millisecond()) {
            line.d-now x1=(percent(now)) x2=(percent(now)) y1="4" y2=(height) {}
            svg.nowflag x=(percent(now)) y="0" width="1" height="19" overflow="visible" {
                rect.d-nowflag x=(super::short(left)) y="1" width=(super::short(wide)) height="18" {}
                text.d-nowtext x=(super::short(left + wide / 2.0)) y="14" text-anchor="middle" { (words) }
            }
        }
    }
}

/// Names are words of a page and not of the picture, so that a long one ends in an ellipsis.
pub fn gutter(day: &Day, heights: &Heights) -> Markup {
    let label =
        |y: u32, text: &str| html! { foreignObject x="16" y=(y) width="83%" height="16" { div.label { (text) } } };
    html! {
        (label(22, &day.axis.zone_name))
        @if let Some(ring) = &day.ring {
            foreignObject x="16" y="46" width="83%" height="18" { div.sub { span.label { "Ring" } " " (ring.rota) } }
        }
        @for (lane, at) in day.lanes.iter().zip(&heights.lanes) {
            foreignObject x="16" y=(at.top + if at.end - at.top < 60 { 8 } else { 14 }) width="83%" height="36" {
                div.name title=(lane.name) { (lane.name) }
                div.faint title=(lane.sub) { (lane.sub) }
            }
        }
        @if !day.others.is_empty() {
            (label(heights.others + 6, "Rotas"))
            @for (row, other) in (0_u32..).zip(&day.others) {
                foreignObject x="16" y=(heights.others + HEAD + ROW * row) width="83%" height="20" {
                    div.sub title=(other.ring.rota) { a href={ "/?rota=" (other.name) } { (other.ring.rota) } }
                }
            }
        }
        @if day.incidents.is_some() { (label(heights.incidents + 7, "Incidents")) }
        @if !day.chains.is_empty() {
            (label(heights.chains + 6, "Chains"))
            @for (row, one) in (0_u32..).zip(&day.chains) {
                foreignObject x="16" y=(heights.chains + HEAD + ROW * row) width="83%" height="20" {
                    div.sub title=(one.title) { a href={ "/chains/" (one.name) } { (one.name) } }
                }
            }
        }
        @if !day.planned.is_empty() {
            (label(heights.planned + 6, "Planned"))
            @for (row, one) in (0_u32..).zip(&day.planned) {
                @if row == 0 || day.planned[row as usize - 1].kind.word() != one.kind.word() {
                    foreignObject x="16" y=(heights.planned + HEAD + ROW * row) width="83%" height="20" { div.sub { (one.kind.word()) } }
                }
            }
        }
    }
}
