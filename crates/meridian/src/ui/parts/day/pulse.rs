//! The chains: how much of each was confirmed, and where messages were held or nobody knows.

use maud::html;

use super::{Canvas, HEAD, Heights, ROW, below, percent};
use crate::ui::{
    parts::{
        axis::Axis,
        place::{Anchor, Word},
    },
    view::day::{Day, Pulse, PulseKind},
};

/// The height of the highest rate of a chain.
const HIGH: f64 = 11.0;

pub fn chains(canvas: &mut Canvas, day: &Day, heights: &Heights) {
    if day.chains.is_empty() {
        return;
    }
    below::section(canvas, heights.chains);
    for (row, chain) in (0_u32..).zip(&day.chains) {
        one(canvas, &day.axis, chain, heights.chains + HEAD + 3 + row * ROW);
    }
}

fn one(canvas: &mut Canvas, axis: &Axis, chain: &Pulse, top: u32) {
    area(canvas, axis, chain, top);
    let (upper, lower) = (f64::from(top), f64::from(top) + HIGH);
    for wrong in &chain.wrong {
        let class = match wrong.kind {
            PulseKind::Held => "d-held",
            PulseKind::Dark => "d-dark",
        };
        canvas.draw(html! {
            rect class=(class) x=(axis.x(wrong.from)) y=(top) width=(axis.width(wrong.from, wrong.until)) height=(HIGH) {
                title { (wrong.words) }
            }
        });
        canvas.take((axis.at(wrong.from), 0.0), (axis.at(wrong.until), 0.0), upper, lower);
    }
    let (Some((words, grave)), Some(now)) = (&chain.now, axis.now()) else { return };
    // Since when, the bar shows.
    let words = words.split(" since ").next().unwrap_or(words).trim_end_matches(',');
    let class = if *grave { "d-crit d-halo" } else { "d-warn d-halo" };
    let word =
        |text: String| vec![Word { text, class, x: now, dx: 10.0, y: upper + 9.5, anchor: Anchor::Start, size: 11.0 }];
    canvas.wish(2, vec![word(words.to_owned()), word(below::cut(words, 40)), word(below::cut(words, 24))]);
}

/// In a drawing of its own, which is stretched, for a path knows no percentages.
fn area(canvas: &mut Canvas, axis: &Axis, chain: &Pulse, top: u32) {
    let (Some(((from, _), _)), Some(((_, until), _))) = (chain.rate.first(), chain.rate.last()) else { return };
    let most = chain.rate.iter().map(|(_, count)| *count).max().unwrap_or_default().max(1);
    let mut path = format!("M0 {HIGH}");
    for (place, (_, count)) in chain.rate.iter().enumerate() {
        let y = HIGH - f64::from(*count) / f64::from(most) * (HIGH - 1.0);
        path += &format!("L{} {y:.1}H{}", place, place + 1);
    }
    path += &format!("V{HIGH}Z");
    let (left, right) = (axis.at(*from), axis.at(*until));
    canvas.draw(html! {
        svg x=(percent(left)) y=(top) width=(percent(right - left)) height=(HIGH) viewBox={ "0 0 " (chain.rate.len()) " " (HIGH) } preserveAspectRatio="none" {
            path.d-rate d=(path) { title { (chain.title) ": at most " (most) " confirmed in ten minutes" } }
        }
    });
    canvas.take((left, 0.0), (right, 0.0), f64::from(top), f64::from(top) + HIGH);
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, tz::TimeZone};
    use meridian_core::Instant;

    use super::*;
    use crate::ui::{
        parts::{Clock, Reading},
        view::day::Wrong,
    };

    #[test]
    fn the_height_is_the_rate_and_what_was_held_stands_over_it() {
        let from: Instant = "2026-11-23T00:00:00Z".parse().unwrap();
        let at = |minutes: i64| from + SignedDuration::from_mins(minutes);
        let clock = Clock { now: at(720), reading: Reading::Utc, mine: TimeZone::UTC, site: TimeZone::UTC };
        let axis = Axis::of(&clock, from, at(36 * 60), 2);
        let rate = [0, 5, 10].into_iter().zip(0..).map(|(count, step)| ((at(step * 10), at(step * 10 + 10)), count));
        let wrong = Wrong { kind: PulseKind::Held, from: at(20), until: at(30), words: "7 held".into() };
        let now = Some(("7 messages held between a and b since 00:20:00 UTC".to_owned(), true));
        let chain = Pulse { name: "out".into(), title: "Out".into(), rate: rate.collect(), wrong: vec![wrong], now };
        let mut canvas = Canvas::default();
        one(&mut canvas, &axis, &chain, 100);
        assert!(canvas.shapes.contains(r#"d="M0 11L0 11.0H1L1 6.0H2L2 1.0H3V11Z""#), "{}", canvas.shapes);
        assert!(canvas.shapes.contains(r#"<rect class="d-held" x="0.926%" y="100""#), "{}", canvas.shapes);
        assert_eq!(canvas.wishes[0].ways[0][0].text, "7 messages held between a and b");
        assert_eq!(canvas.wishes[0].ways[2][0].text, "7 messages held between\u{2026}");
    }
}
