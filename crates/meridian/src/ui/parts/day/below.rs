//! Below the lanes: the other rotas, the incidents, what is planned.

use maud::html;
use meridian_core::incident::Severity;

use super::{Canvas, HEAD, Heights, NARROW, ROW, clock, lane, mark};
use crate::ui::{
    parts::{
        axis::Axis,
        label::width,
        lasting,
        place::{Anchor, Word},
    },
    view::day::{Day, OtherWatch, Planned, PlannedKind, Running},
};

pub(super) fn section(canvas: &mut Canvas, y: u32) {
    canvas.draw(html! { line.d-hair2 x1="0" x2="100%" y1=(y) y2=(y) {} });
}

pub fn others(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    if day.others.is_empty() {
        return;
    }
    section(canvas, heights.others);
    for (row, other) in (0_u32..).zip(&day.others) {
        other_row(canvas, day, other, heights.others + HEAD + 3 + row * ROW);
    }
}

fn other_row(canvas: &mut Canvas, day: &Day, other: &OtherWatch, y: u32) {
    let axis = &day.axis;
    lane::cover(canvas, axis, &other.ring, y);
    let base = f64::from(y) + 10.0;
    for (from, until) in &other.ring.holes {
        let length = lasting(until.duration_since(*from));
        let (left, right) = (axis.at(*from), axis.at(*until));
        canvas.draw(html! {
            rect.d-hole x=(axis.x(*from)) y=(y - 2) width=(axis.width(*from, *until)) height="16" { title { "Hole, " (length) } }
            @for x in [left, right] { line.d-holeedge x1=(super::percent(x)) x2=(super::percent(x)) y1=(y - 2) y2=(y + 14) {} }
        });
        let word = |text: &str, x, dx, anchor, class| {
            vec![Word { text: text.to_owned(), class, x, dx, y: base, anchor, size: 11.0 }]
        };
        let mut ways = Vec::new();
        for text in [format!("HOLE {length}"), "HOLE".to_owned()] {
            if width(&text, 11.0) + 10.0 < (right - left) / 100.0 * NARROW {
                ways.push(word(&text, left, 5.0, Anchor::Start, "d-crit"));
                ways.push(word(&text, right, -5.0, Anchor::End, "d-crit"));
            }
        }
        ways.push(word("HOLE", right, 5.0, Anchor::Start, "d-crit d-halo"));
        ways.push(word("HOLE", left, -5.0, Anchor::End, "d-crit d-halo"));
        canvas.wish(0, ways);
    }
    if let Some(now) = axis.now().filter(|_| !other.now.is_empty()) {
        let all = other.now.join(", ");
        let first = match other.now.len() {
            1 => other.now[0].clone(),
            n => format!("{} and {}", other.now[0], n - 1),
        };
        let word = |text: &str, dx, anchor| {
            vec![Word { text: text.to_owned(), class: "d-second d-onbar", x: now, dx, y: base, anchor, size: 11.0 }]
        };
        canvas.wish(
            3,
            vec![
                word(&all, 10.0, Anchor::Start),
                word(&all, -8.0, Anchor::End),
                word(&first, 10.0, Anchor::Start),
                word(&first, -8.0, Anchor::End),
            ],
        );
    }
}

pub fn incidents(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    let Some(all) = &day.incidents else { return };
    section(canvas, heights.incidents);
    let base = |row: u32| f64::from(heights.incidents + 15 + row * ROW);
    let plain = |text: String, row| Word {
        text,
        class: "d-say",
        x: day.axis.now().unwrap_or_default(),
        dx: 10.0,
        y: base(row) + 4.0,
        anchor: Anchor::Start,
        size: 11.0,
    };
    if all.is_empty() {
        canvas.wish(3, vec![vec![plain("No incident since the beginning of this picture".into(), 0)]]);
    }
    for (row, one) in (0_u32..).zip(all) {
        incident(canvas, day, one, base(row));
    }
    if day.incidents_more > 0 {
        let row = u32::try_from(all.len()).unwrap_or_default();
        canvas.wish(3, vec![vec![plain(format!("and {} more", day.incidents_more), row)]]);
    }
}

/// `middle` is the height of the bar's middle.
fn incident(canvas: &mut Canvas, day: &Day, one: &Running, middle: f64) {
    let axis = &day.axis;
    let end = one.until.unwrap_or(axis.now);
    let grave = one.severity <= Severity::Sev2;
    let tall = if grave { 13.0 } else { 9.0 };
    let (left, right) = (axis.at(one.from), axis.at(end));
    let id = ["sev1", "sev2", "sev3", "sev4", "sev5"][one.severity as usize];
    canvas.draw(html! {
        rect class=(id) x=(axis.x(one.from)) y=(super::short(middle - tall / 2.0)) width=(axis.width(one.from, end)) height=(super::short(tall)) {
            title { "INC-" (one.id) " " (one.title) }
        }
        line.d-begin x1=(axis.x(one.from)) x2=(axis.x(one.from)) y1=(super::short(middle - tall / 2.0)) y2=(super::short(middle + tall / 2.0)) {}
    });
    canvas.take((left, 0.0), (right, 0.0), middle - tall / 2.0, middle + tall / 2.0);
    // Where the beginning lies before the window the shape stands behind the end.
    let before = left / 100.0 * NARROW > 20.0;
    let (shape_x, shape_dx) = if before { (left, -12.0) } else { (right, 17.0) };
    canvas.draw(mark(shape_x, middle, id, 13.0, shape_dx));
    canvas.take((shape_x, shape_dx - 8.0), (shape_x, shape_dx + 8.0), middle - 6.0, middle + 6.0);
    let now = axis.now().unwrap_or(right);
    canvas.wish(if grave { 1 } else { 2 }, incident_ways(one, (left, right, now), before, middle + 4.0));
}

/// An open one: its number before the bar, its title behind now. A resolved one: all behind its end, or before it.
fn incident_ways(one: &Running, (left, right, now): (f64, f64, f64), before: bool, y: f64) -> Vec<Vec<Word>> {
    let class =
        if one.until.is_none() && one.severity <= Severity::Sev2 { "d-say d-strong d-halo" } else { "d-say d-halo" };
    let number = format!("INC-{} {}", one.id, one.severity.word());
    let say = |text: &str| match one.until {
        Some(_) => format!("{text}, resolved"),
        None if one.waits => format!("{text}, nobody has it"),
        None => text.to_owned(),
    };
    let behind = |text: String| Word {
        text,
        class,
        x: right,
        dx: if before { 10.0 } else { 28.0 },
        y,
        anchor: Anchor::Start,
        size: 11.0,
    };
    let ahead = |text: String| Word { text, class, x: left, dx: -22.0, y, anchor: Anchor::End, size: 11.0 };
    let titles: Vec<String> = [72, 48, 30].into_iter().map(|most| cut(&one.title, most)).collect();
    let mut ways = Vec::new();
    for title in &titles {
        let whole = format!("{number} {}", say(title));
        if one.until.is_none() && before {
            ways.push(vec![ahead(number.clone()), behind(say(title))]);
        }
        ways.push(vec![behind(whole.clone())]);
        if before {
            ways.push(vec![ahead(whole)]);
            ways.push(vec![ahead(number.clone()), Word { x: now, ..behind(say(title)) }]);
        }
    }
    ways.push(vec![behind(number.clone())]);
    if before {
        ways.push(vec![ahead(number)]);
    }
    ways
}

/// At most so many letters, the last of them an ellipsis.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most - 1).collect();
    format!("{}\u{2026}", kept.trim_end())
}

pub fn planned(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    if day.planned.is_empty() {
        return;
    }
    section(canvas, heights.planned);
    for (row, one) in (0_u32..).zip(&day.planned) {
        plan(canvas, day, one, f64::from(heights.planned + HEAD + 10 + row * ROW));
    }
}

fn plan(canvas: &mut Canvas, day: &Day, one: &Planned, middle: f64) {
    let axis = &day.axis;
    let (left, right) = (axis.at(one.from), axis.at(one.until));
    canvas.draw(match one.kind {
        PlannedKind::Freeze => html! {
            rect x=(axis.x(one.from)) y=(super::short(middle - 5.5)) width=(axis.width(one.from, one.until)) height="11" fill="url(#p-freeze)" {}
            rect.d-freeze x=(axis.x(one.from)) y=(super::short(middle - 5.0)) width=(axis.width(one.from, one.until)) height="10" { title { (one.what) } }
        },
        PlannedKind::Event => html! {
            line.d-flag x1=(axis.x(one.from)) x2=(axis.x(one.from)) y1=(super::short(middle - 7.0)) y2=(super::short(middle + 7.0)) {}
            line.d-quiet x1=(axis.x(one.from)) x2=(axis.x(one.until)) y1=(super::short(middle)) y2=(super::short(middle)) { title { (one.what) } }
        },
        PlannedKind::Override | PlannedKind::Work => html! {
            rect.d-plan x=(axis.x(one.from)) y=(super::short(middle - 4.5)) width=(axis.width(one.from, one.until)) height="9" { title { (one.what) } }
        },
        PlannedKind::Silence => html! {
            line.d-quiet x1=(axis.x(one.from)) x2=(axis.x(one.until)) y1=(super::short(middle)) y2=(super::short(middle)) { title { (one.what) } }
            @for (x, at) in [(left, one.from), (right, one.until)] {
                @if axis.from < at && at < axis.until { line.d-flag.next x1=(super::percent(x)) x2=(super::percent(x)) y1=(super::short(middle - 4.5)) y2=(super::short(middle + 4.5)) {} }
            }
        },
    });
    canvas.take((left, 0.0), (right, 0.0), middle - 4.0, middle + 4.0);
    canvas.wish(4, plan_ways(axis, one, middle));
}

/// Behind its end with until when, else before its beginning, else without the time, else above it.
fn plan_ways(axis: &Axis, one: &Planned, middle: f64) -> Vec<Vec<Word>> {
    let (left, right) = (axis.at(one.from), axis.at(one.until));
    let what = cut(&one.what, 44);
    let class = match (&one.collides, one.kind) {
        (Some(_), PlannedKind::Work) => "d-warn d-halo",
        (_, PlannedKind::Freeze) => "d-info d-halo",
        _ => "d-say d-halo",
    };
    let collides = one.collides.as_ref().filter(|_| one.kind == PlannedKind::Work);
    let long = match collides {
        Some(other) => format!("{what}: collides with {}", cut(other, 44)),
        None if one.until < axis.until => format!("{what} until {}", clock(axis, one.until)),
        None => what.clone(),
    };
    let short = if collides.is_some() { format!("{what}: collides") } else { what };
    let word = |text: &str, x, dx, y, anchor, size| vec![Word { text: text.to_owned(), class, x, dx, y, anchor, size }];
    let beside = middle + 4.0;
    let mut ways = Vec::new();
    for text in [&long, &short] {
        ways.push(word(text, right, 6.0, beside, Anchor::Start, 11.0));
        ways.push(word(text, left, -6.0, beside, Anchor::End, 11.0));
    }
    ways.push(word(&short, left, 4.0, middle - 6.0, Anchor::Start, 10.5));
    ways
}
