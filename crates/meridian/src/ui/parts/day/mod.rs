//! The picture of the day: one axis, and everything that has a time on it.
//!
//! Horizontal positions are percentages of the window and vertical ones pixels, so one drawing serves every width
//! without stretching words. The names of the lanes stand in a second drawing beside it, at the same heights. Words are
//! wishes that [`super::place`] settles once all shapes are known.

mod below;
mod frame;
mod lane;
mod pulse;
mod thread;

use maud::{Markup, PreEscaped, html};

use super::{
    axis::Axis,
    place::{Anchor, Area, Wish, Word, settle},
};
use crate::ui::view::day::{Day, Lane};

/// The least width of the picture in pixels, as the style sheet has it: a narrower frame scrolls.
pub const NARROW: f64 = 860.0;

const TOP: u32 = 40;
const RING: u32 = 30;
const LANE: u32 = 64;
const LINE: u32 = 22;
const SECOND: u32 = 17;
const ROW: u32 = 19;
const HEAD: u32 = 20;

/// How high everything stands.
struct Heights {
    lanes: Vec<LaneHeights>,
    lanes_end: u32,
    others: u32,
    incidents: u32,
    chains: u32,
    planned: u32,
    end: u32,
}

/// Of one lane, from the top of the picture.
#[derive(Clone, Copy)]
struct LaneHeights {
    top: u32,
    /// Where the thread runs.
    thread: u32,
    /// Where a handoff's diamond stands.
    diamond: u32,
    end: u32,
}

impl LaneHeights {
    fn of(lane: &Lane, top: u32, crowded: bool) -> LaneHeights {
        let lines = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).min(40);
        let (primary, seconds) = (lines(lane.primary.len()).max(1), lines(lane.seconds.len()));
        let thread = top + 18 + LINE * primary;
        // With many lanes, those without a second need no room for one.
        let end = match (crowded, seconds) {
            (true, 0) => thread + 12,
            _ => thread + LANE - 40 + SECOND * (seconds.max(1) - 1),
        };
        let diamond = if crowded && seconds == 0 { thread } else { thread + 12 };
        LaneHeights { top, thread, diamond, end }
    }
}

impl Heights {
    fn of(day: &Day) -> Heights {
        let rows = |n: usize| u32::try_from(n).unwrap_or_default() * ROW;
        let mut top = TOP + if day.ring.is_some() { RING } else { 0 };
        let mut lanes = Vec::new();
        for lane in &day.lanes {
            let one = LaneHeights::of(lane, top, day.lanes.len() > 4);
            top = one.end;
            lanes.push(one);
        }
        let lanes_end = top;
        let others = lanes_end + 3;
        let incidents = others + if day.others.is_empty() { 0 } else { HEAD + rows(day.others.len()) + 6 };
        let shown = day.incidents.as_ref().map(|all| all.len().max(1) + usize::from(day.incidents_more > 0));
        let chains = incidents + shown.map_or(0, |shown| 12 + rows(shown));
        let planned = chains + if day.chains.is_empty() { 0 } else { HEAD + rows(day.chains.len()) + 6 };
        let end = planned + if day.planned.is_empty() { 0 } else { HEAD + rows(day.planned.len()) + 4 };
        Heights { lanes, lanes_end, others, incidents, chains, planned, end: end + 4 }
    }
}

/// What is drawn, and what would be said of it.
#[derive(Default)]
struct Canvas {
    shapes: String,
    taken: Vec<Area>,
    wishes: Vec<Wish>,
}

impl Canvas {
    fn draw(&mut self, shape: Markup) {
        self.shapes.push_str(&shape.into_string());
    }

    /// Words keep away from this stretch of the picture.
    fn take(&mut self, from: (f64, f64), until: (f64, f64), top: f64, bottom: f64) {
        self.taken.push(Area { from, until, top, bottom });
    }

    fn wish(&mut self, rank: u8, ways: Vec<Vec<Word>>) {
        self.wishes.push(Wish { rank, ways });
    }
}

/// The picture with its gutter. The same facts stand in a table beneath.
pub fn day(title: &str, say: &str, day: &Day) -> Markup {
    let heights = Heights::of(day);
    let axis = &day.axis;
    let mut canvas = Canvas::default();
    frame::axis_words(&mut canvas, axis);
    frame::nights(&mut canvas, day, &heights);
    frame::grid(&mut canvas, axis, heights.end);
    lane::ring(&mut canvas, day, &heights);
    for (lane, at) in day.lanes.iter().zip(&heights.lanes) {
        lane::lane(&mut canvas, axis, lane, *at, thread::crossings(day, &heights, *at));
    }
    thread::thread(&mut canvas, day, &heights);
    below::others(&mut canvas, day, &heights);
    below::incidents(&mut canvas, day, &heights);
    pulse::chains(&mut canvas, day, &heights);
    below::planned(&mut canvas, day, &heights);
    frame::keep_clear_of_now(&mut canvas, axis, heights.end);
    let words = settle(std::mem::take(&mut canvas.wishes), &canvas.taken, NARROW);
    html! {
        div.day data-axis="" {
            svg.gutter width="100%" height=(heights.end) { (frame::gutter(day, &heights)) }
            div.plot role="region" aria-label=(title) tabindex="0" {
                i.nowstop data-nowstop="" aria-hidden="true" {}
                svg height=(heights.end) role="img" aria-labelledby="day-title day-desc" {
                    title #day-title { (title) }
                    desc #day-desc { (say) }
                    (PreEscaped(&canvas.shapes))
                    @for word in &words { (text(word)) }
                    (frame::now(axis, heights.end))
                }
            }
        }
    }
}

fn text(word: &Word) -> Markup {
    let anchor = match word.anchor {
        Anchor::Start => None,
        Anchor::Middle => Some("middle"),
        Anchor::End => Some("end"),
    };
    // A halo leaves the spaces between words open, so on hatching a word stands on a piece of plain bar.
    let area = word.area();
    html! {
        @if word.class.contains("d-onbar") {
            svg x=(percent(word.x)) y=(short(word.y - 10.0)) width="1" height="12" overflow="visible" {
                rect.d-past x=(short(area.from.1 - 3.0)) y="0" width=(short(area.until.1 - area.from.1 + 2.0)) height="12" {}
            }
        }
        text class=(word.class) x=(percent(word.x)) dx=[(word.dx != 0.0).then(|| short(word.dx))] y=(short(word.y)) text-anchor=[anchor] { (word.text) }
    }
}

fn percent(x: f64) -> String {
    format!("{x:.3}%")
}

/// Pixels, without zeros that say nothing.
fn short(pixels: f64) -> String {
    let text = format!("{pixels:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

/// A shape that keeps its size, at a point of the axis.
fn mark(x: f64, y: f64, id: &str, size: f64, dx: f64) -> Markup {
    let half = size / 2.0;
    html! {
        svg x=(percent(x)) y=(short(y)) width="1" height="1" overflow="visible" {
            use href={ "#" (id) } x=(short(dx - half)) y=(short(-half)) width=(short(size)) height=(short(size)) {}
        }
    }
}

/// `18:12 UTC`, in the zone of the axis.
fn clock(axis: &Axis, at: meridian_core::Instant) -> String {
    let local = at.to_zoned(axis.zone.clone());
    format!("{} {}", local.strftime("%H:%M"), super::time::zone_mark(at, &axis.zone))
}
