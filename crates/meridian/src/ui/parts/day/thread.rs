//! The thread: one unbroken line that says who is responsible, and the diamonds where the watch passes on.

use maud::html;

use super::{Canvas, Heights, LaneHeights, clock, mark, percent};
use crate::ui::{
    parts::place::{Anchor, Area, Word},
    view::day::{Day, Leg, LegKind, Passing, PassingState},
};

/// Where the thread steps through a lane's bars, in per cent: names stand behind it.
pub fn crossings(day: &Day, heights: &Heights, lane: LaneHeights) -> Vec<f64> {
    let crosses = |step: &(&Leg, &Leg)| {
        let (Some(a), Some(b)) = (heights.lanes.get(step.0.lane), heights.lanes.get(step.1.lane)) else { return false };
        let (high, low) = (a.thread.min(b.thread), a.thread.max(b.thread));
        high < lane.end && lane.top < low
    };
    let steps = day.thread.iter().zip(day.thread.iter().skip(1));
    steps.filter(crosses).map(|(_, to)| day.axis.at(to.from)).collect()
}

pub fn thread(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    for leg in &day.thread {
        along(canvas, day, heights, leg);
    }
    for (from, to) in day.thread.iter().zip(day.thread.iter().skip(1)) {
        step(canvas, day, heights, from, to);
    }
    for passing in &day.passings {
        diamond(canvas, day, heights, passing);
    }
    for leg in day.thread.iter().filter(|leg| leg.kind != LegKind::Held && leg.until > day.axis.now) {
        alone_words(canvas, day, heights, leg);
    }
}

/// Solid where it was, dotted where it is planned, vermillion where nobody is scheduled.
fn along(canvas: &mut Canvas, day: &Day, heights: &Heights, leg: &Leg) {
    let (axis, Some(lane)) = (&day.axis, heights.lanes.get(leg.lane)) else { return };
    let alone = match leg.kind {
        LegKind::Held => false,
        LegKind::Alone => true,
        LegKind::Nobody => return,
    };
    let cut = axis.now.clamp(leg.from, leg.until);
    for (from, until, next) in [(leg.from, cut, false), (cut, leg.until, true)] {
        if from < until {
            let title = format!(
                "{} {}",
                leg.who,
                if alone { "stays responsible: nobody is scheduled" } else { "is responsible" }
            );
            canvas.draw(html! {
                line.d-thread.next[next && !alone].alone[alone] x1=(axis.x(from)) x2=(axis.x(until)) y1=(lane.thread) y2=(lane.thread) { title { (title) } }
            });
        }
    }
    canvas.take(
        (axis.at(leg.from), 0.0),
        (axis.at(leg.until), 0.0),
        f64::from(lane.thread) - 1.5,
        f64::from(lane.thread) + 1.5,
    );
}

fn step(canvas: &mut Canvas, day: &Day, heights: &Heights, from: &Leg, to: &Leg) {
    let (Some(a), Some(b)) = (heights.lanes.get(from.lane), heights.lanes.get(to.lane)) else { return };
    let both = from.kind != LegKind::Nobody && to.kind != LegKind::Nobody && from.until == to.from;
    if a.thread == b.thread || !both {
        return;
    }
    let (x, next) = (day.axis.at(to.from), to.from > day.axis.now);
    canvas.draw(html! { line.d-thread.next[next] x1=(percent(x)) x2=(percent(x)) y1=(a.thread) y2=(b.thread) {} });
    let (high, low) = (a.thread.min(b.thread), a.thread.max(b.thread));
    canvas.take((x, -2.0), (x, 2.0), f64::from(high), f64::from(low));
}

fn diamond(canvas: &mut Canvas, day: &Day, heights: &Heights, passing: &Passing) {
    let Some(lane) = heights.lanes.get(passing.from_lane) else { return };
    let within = passing.from_lane == passing.to_lane;
    let (y, size) = if within { (lane.thread, 11.0) } else { (lane.diamond, 15.0) };
    let (x, y) = (day.axis.at(passing.at), f64::from(y));
    let (id, class) = match passing.state {
        PassingState::Due => ("due", "d-say d-strong d-halo"),
        PassingState::Nobody => ("nobody", "d-crit d-halo"),
        PassingState::Accepted => ("accepted", "d-say d-halo"),
        PassingState::Late => ("late", "d-crit d-halo"),
    };
    canvas.draw(html! { g { title { (passing.title) } (mark(x, y, id, size, 0.0)) } });
    canvas.take((x, -size / 2.0 - 1.0), (x, size / 2.0 + 1.0), y - size / 2.0, y + size / 2.0);
    if let Some(label) = &passing.label {
        let word =
            |text: &str, dx, anchor| vec![Word { text: text.to_owned(), class, x, dx, y: y + 4.0, anchor, size: 11.0 }];
        let short = ["due ", "accepted "].iter().find_map(|begin| label.strip_prefix(begin)).unwrap_or(label);
        let sides = |text: &str| [word(text, 12.0, Anchor::Start), word(text, -12.0, Anchor::End)];
        canvas.wish(1, sides(label).into_iter().chain(sides(short)).collect());
    }
}

/// Beside a hole: from when to when, in the lane of those who stay responsible.
fn alone_words(canvas: &mut Canvas, day: &Day, heights: &Heights, leg: &Leg) {
    let (axis, Some(lane)) = (&day.axis, heights.lanes.get(leg.lane)) else { return };
    let (from, until) = (leg.from.max(axis.from), leg.until);
    let long = format!("Nobody is scheduled {} to {}", at(day, from), clock(axis, until));
    let y = f64::from(lane.thread) - 11.0;
    let word = |text: &str, at, dx, anchor| {
        vec![Word { text: text.to_owned(), class: "d-say d-strong d-halo", x: axis.at(at), dx, y, anchor, size: 11.0 }]
    };
    let short = "Nobody is scheduled";
    let ways = [
        word(&long, until, 8.0, Anchor::Start),
        word(&long, from, -8.0, Anchor::End),
        word(short, until, 8.0, Anchor::Start),
        word(short, from, -8.0, Anchor::End),
    ];
    // It says that there is no bar, so it may not lie on one.
    let bars: Vec<Area> = day.lanes[leg.lane]
        .primary
        .iter()
        .flatten()
        .map(|bar| Area {
            from: (axis.at(bar.from), 0.0),
            until: (axis.at(bar.until), 0.0),
            top: f64::from(lane.top),
            bottom: f64::from(lane.thread),
        })
        .collect();
    let clear =
        |way: &Vec<Word>| way.iter().all(|word| bars.iter().all(|bar| word.area().clear_of(bar, super::NARROW)));
    canvas.wish(2, ways.into_iter().filter(clear).collect());
}

fn at(day: &Day, instant: meridian_core::Instant) -> String {
    instant.to_zoned(day.axis.zone.clone()).strftime("%H:%M").to_string()
}
