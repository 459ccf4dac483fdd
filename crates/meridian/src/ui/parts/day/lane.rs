//! The ring's cover with its overlaps and holes, and a lane for each site.

use maud::html;

use super::{Canvas, Heights, LINE, LaneHeights, NARROW, SECOND, TOP, clock};
use crate::ui::{
    parts::{
        axis::Axis,
        label::{forms, width},
        lasting,
        place::{Anchor, Word},
    },
    view::day::{Day, Lane, Ring, Stretch, Watching},
};

/// The row of the ring, and its holes as bands across every lane.
pub fn ring(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    let Some(ring) = &day.ring else { return };
    for hole in &ring.holes {
        band(canvas, &day.axis, *hole, f64::from(heights.lanes_end) + 2.0);
    }
    cover(canvas, &day.axis, ring, 49);
    // The words of a hole stand on its wash, above the row's bars.
    for hole in &ring.holes {
        hole_words(canvas, &day.axis, *hole);
    }
}

/// Grey where somebody is there, hatched where two are, with the length; dotted where nobody needs to be.
pub fn cover(canvas: &mut Canvas, axis: &Axis, ring: &Ring, y: u32) {
    for (from, until) in &ring.covered {
        canvas.draw(html! { rect.d-past x=(axis.x(*from)) y=(y) width=(axis.width(*from, *until)) height="12" {} });
    }
    for (from, until) in &ring.overlaps {
        let length = lasting(until.duration_since(*from));
        let (left, right) = (axis.at(*from), axis.at(*until));
        canvas.draw(html! {
            rect.d-over x=(axis.x(*from)) y=(y) width=(axis.width(*from, *until)) height="12" { title { "overlap " (length) " until " (clock(axis, *until)) } }
        });
        // The length stands on a piece of plain bar, clear of the now-line, so it needs more room than its word.
        let sides = match axis.now().filter(|now| left < *now && *now < right) {
            Some(now) => vec![(left, now), (now, right)],
            None => vec![(left, right)],
        };
        let widest = sides.into_iter().max_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))).unwrap_or((left, right));
        if (widest.1 - widest.0) / 100.0 * NARROW > width(&length, 11.0) + 20.0 {
            let x = (widest.0 + widest.1) / 2.0;
            let y = f64::from(y) + 10.0;
            canvas.wish(
                4,
                vec![vec![Word {
                    text: length,
                    class: "d-length d-onbar",
                    x,
                    dx: 0.0,
                    y,
                    anchor: Anchor::Middle,
                    size: 11.0,
                }]],
            );
        }
    }
    for (from, until) in &ring.off {
        let line = f64::from(y) + 6.5;
        canvas.draw(html! { line.d-off x1=(axis.x(*from)) x2=(axis.x(*until)) y1=(line) y2=(line) {} });
        let word = Word {
            text: "off".into(),
            class: "d-loc d-halo",
            x: axis.at(*from),
            dx: 6.0,
            y: line + 3.5,
            anchor: Anchor::Start,
            size: 10.5,
        };
        if width("off", 10.5) + 12.0 < (axis.at(*until) - axis.at(*from)) / 100.0 * NARROW {
            canvas.wish(6, vec![vec![word]]);
        }
    }
}

fn band(canvas: &mut Canvas, axis: &Axis, (from, until): Stretch, end: f64) {
    let length = lasting(until.duration_since(from));
    let (left, right) = (axis.at(from), axis.at(until));
    canvas.draw(html! {
        rect.d-hole x=(axis.x(from)) y=(TOP) width=(axis.width(from, until)) height=(super::short(end - f64::from(TOP))) {
            title { "Hole, " (length) ": nobody is scheduled from " (clock(axis, from)) " to " (clock(axis, until)) }
        }
    });
    for (x, at) in [(left, from), (right, until)] {
        // An edge of the window is no edge of the hole.
        if axis.from < at && at < axis.until {
            canvas.draw(html! { line.d-holeedge x1=(super::percent(x)) x2=(super::percent(x)) y1="44" y2=(super::short(end)) {} });
            canvas.take((x, -0.5), (x, 0.5), f64::from(TOP), end);
        }
    }
}

fn hole_words(canvas: &mut Canvas, axis: &Axis, (from, until): Stretch) {
    let length = lasting(until.duration_since(from));
    let (left, right) = (axis.at(from), axis.at(until));
    let pixels = (right - left) / 100.0 * NARROW;
    let at =
        |text: &str, x, dx, y, anchor| Word { text: text.to_owned(), class: "d-crit", x, dx, y, anchor, size: 11.0 };
    let middle = (left + right) / 2.0;
    let two = || vec![at("HOLE", middle, 0.0, 53.0, Anchor::Middle), at(&length, middle, 0.0, 65.0, Anchor::Middle)];
    let one = format!("HOLE {length}");
    let mut ways = Vec::new();
    if pixels > width(&length, 11.0).max(width("HOLE", 11.0)) + 1.0 {
        ways.push(two());
    }
    if pixels > width(&one, 11.0) + 12.0 {
        ways.push(vec![at(&one, left, 6.0, 59.0, Anchor::Start)]);
        ways.push(vec![at(&one, right, -6.0, 59.0, Anchor::End)]);
    }
    let beside = |text: &str| {
        let word = |x, dx, anchor| vec![Word { class: "d-crit d-halo", ..at(text, x, dx, 68.0, anchor) }];
        [word(right, 4.0, Anchor::Start), word(left, -4.0, Anchor::End)]
    };
    ways.extend(beside(&one));
    ways.extend(beside("HOLE"));
    canvas.wish(0, ways);
}

pub fn lane(canvas: &mut Canvas, axis: &Axis, lane: &Lane, at: LaneHeights, crossings: Vec<f64>) {
    canvas.draw(html! { line.d-hair x1="0" x2="100%" y1=(at.top) y2=(at.top) {} });
    for tick in axis.ticks(&lane.zone, 3) {
        let x = axis.at(tick.at);
        canvas
            .draw(html! { line.d-hair2 x1=(super::percent(x)) x2=(super::percent(x)) y1=(at.top) y2=(at.top + 4) {} });
        let text = tick.local.strftime(if tick.new_day { "%a" } else { "%H" }).to_string();
        let y = f64::from(at.top) + 12.0;
        let word = Word { text, class: "d-loc", x, dx: 3.0, y, anchor: Anchor::Start, size: 10.5 };
        canvas.wish(if tick.new_day { 4 } else { 5 }, vec![vec![word]]);
    }
    for (line, y) in lane.primary.iter().zip((at.top + 17..).step_by(LINE as usize)) {
        for one in line {
            bar(canvas, axis, one, f64::from(y), &crossings);
        }
    }
    for (line, y) in lane.seconds.iter().zip((at.thread + 15..).step_by(SECOND as usize)) {
        for one in line {
            second(canvas, axis, one, f64::from(y), &crossings);
        }
    }
}

fn bar(canvas: &mut Canvas, axis: &Axis, one: &Watching, y: f64, crossings: &[f64]) {
    let (past, live) = (one.until <= axis.now, one.from <= axis.now && axis.now < one.until);
    let (shape, class) = match (past, live, one.changed) {
        (true, _, _) => ("d-past", "d-name"),
        (_, true, _) => ("d-live", "d-name on"),
        (_, _, true) => ("d-ovr", "d-name next"),
        _ => ("d-plan", "d-name next"),
    };
    canvas.draw(html! {
        svg x=(axis.x(one.from)) y=(super::short(y)) width=(axis.width(one.from, one.until)) height="19" {
            title { (one.title) }
            rect.(shape) x=".5" y=".5" width="100%" height="18" {}
        }
        // The rectangle is half a pixel too wide to show its own right edge.
        line.d-hair2 x1=(axis.x(one.until)) x2=(axis.x(one.until)) y1=(super::short(y)) y2=(super::short(y + 19.0)) {}
    });
    wanted(canvas, axis, one, y + 0.5, 18.0);
    let words = name_ways(axis, one, crossings, |text, x| Word {
        text,
        class,
        x,
        dx: 6.0,
        y: y + 13.5,
        anchor: Anchor::Start,
        size: 12.0,
    });
    canvas.wish(if live { 1 } else { 3 }, words);
}

fn second(canvas: &mut Canvas, axis: &Axis, one: &Watching, y: f64, crossings: &[f64]) {
    let next = one.from > axis.now;
    let line = y + 3.5;
    canvas.draw(html! {
        g {
            title { (one.title) }
            // Something to rest the pointer on.
            rect.f-none x=(axis.x(one.from)) y=(super::short(y - 11.0)) width=(axis.width(one.from, one.until)) height="15" pointer-events="all" {}
            line.d-under.next[next] x1=(axis.x(one.from)) x2=(axis.x(one.until)) y1=(super::short(line)) y2=(super::short(line)) {}
        }
    });
    wanted(canvas, axis, one, y - 11.0, 15.0);
    let words = name_ways(axis, one, crossings, |text, x| Word {
        text,
        class: "d-second",
        x,
        dx: 3.0,
        y,
        anchor: Anchor::Start,
        size: 11.0,
    });
    canvas.wish(4, words);
}

/// Dashed where somebody else is asked for, and who is scheduled still stands there.
fn wanted(canvas: &mut Canvas, axis: &Axis, one: &Watching, y: f64, tall: f64) {
    for (from, until) in &one.wanted {
        let (left, right) = (axis.at(*from), axis.at(*until));
        canvas.draw(html! {
            rect.d-want x=(super::percent(left)) y=(super::short(y)) width=(axis.width(*from, *until)) height=(super::short(tall)) { title { "Cover wanted for " (one.who) } }
        });
        let y = y + tall - 5.0;
        let word = |x, dx, anchor| Word { text: "cover wanted".into(), class: "d-info", x, dx, y, anchor, size: 11.0 };
        if width("cover wanted", 11.0) + 10.0 < (right - left) / 100.0 * NARROW {
            canvas.wish(2, vec![vec![word(right, -5.0, Anchor::End)], vec![word(left, 5.0, Anchor::Start)]]);
        }
    }
}

/// The name in its longest form first, at the beginning of the bar or behind whatever crosses it; always within the bar.
fn name_ways(axis: &Axis, one: &Watching, crossings: &[f64], at: impl Fn(String, f64) -> Word) -> Vec<Vec<Word>> {
    let (left, right) = (axis.at(one.from), axis.at(one.until));
    let inside = |x: &f64| left < *x && *x < right;
    let mut starts = vec![left];
    starts.extend(crossings.iter().copied().filter(inside).chain(axis.now().filter(inside).map(|now| now + 0.6)));
    let mut ways = Vec::new();
    for form in forms(&one.who, None) {
        for start in &starts {
            // Where the now-line stands close to the beginning, the name begins a little later.
            for later in [0.0, 10.0] {
                let word = at(form.clone(), *start);
                let word = Word { dx: word.dx + later, ..word };
                if word.dx + width(&word.text, word.size) + 4.0 <= (right - start) / 100.0 * NARROW {
                    ways.push(vec![word]);
                }
            }
        }
    }
    ways
}
