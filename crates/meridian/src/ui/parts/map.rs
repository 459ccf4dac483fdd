//! The small world: land, the night and its paler edge of civil twilight, and the sites.

use std::fmt::Write;

use maud::{Markup, html};
use meridian_core::Instant;

use super::{
    place::{Anchor, Area, Wish, Word, settle},
    sun::{NIGHT, Sun, TWILIGHT, half_day, sun},
};

const WIDTH: f64 = 372.0;
const HEIGHT: f64 = 126.0;
const PER_DEGREE: f64 = WIDTH / 360.0;
const EQUATOR: f64 = 75.4;

/// A site on the map.
#[derive(Clone, Debug)]
pub struct Spot {
    pub name: String,
    /// Degrees north and east.
    pub location: (f64, f64),
    pub on_watch: bool,
}

fn x(longitude: f64) -> f64 {
    (longitude + 180.0) * PER_DEGREE
}

fn y(latitude: f64) -> f64 {
    EQUATOR - latitude * PER_DEGREE
}

/// The outline of all that lies below an altitude of the sun, drawn three times so that it wraps around the map.
fn shade(sun: Sun, altitude: f64) -> String {
    let mut path = String::new();
    let rows = || (0..=42).map(|row| f64::from(row) * 3.0);
    for turn in [-360.0, 0.0, 360.0] {
        let west = rows().map(|py| (py, half_day((EQUATOR - py) / PER_DEGREE, sun, altitude)));
        let east = rows().rev().map(|py| (py, 360.0 - half_day((EQUATOR - py) / PER_DEGREE, sun, altitude)));
        for (i, (py, away)) in west.chain(east).enumerate() {
            let pen = if i == 0 { 'M' } else { 'L' };
            let _ = write!(path, "{pen}{:.1} {py:.0}", x(sun.longitude + away + turn));
        }
        path.push('Z');
    }
    path
}

pub fn map(at: Instant, spots: &[Spot]) -> Markup {
    let sun = sun(at);
    let say = format!("World map: the sun stands over {:.0}° north, {:.0}° east", sun.declination, sun.longitude);
    let night = shade(sun, NIGHT);
    html! {
        figure {
            svg width="372" height="126" viewBox="0 0 372 126" role="img" aria-label=(say) {
                clipPath id="mapclip" { rect width=(WIDTH) height=(HEIGHT) {} }
                g clip-path="url(#mapclip)" {
                    path.penumbra d=(night) {}
                    path.umbra d=(shade(sun, TWILIGHT)) {}
                    path.grat d="M31 0V126M62 0V126M93 0V126M124 0V126M155 0V126M186 0V126M217 0V126M248 0V126M279 0V126M310 0V126M341 0V126M0 106.4H372M0 75.4H372M0 44.4H372M0 13.4H372" {}
                    path.land fill-rule="evenodd" d=(include_str!("../assets/land.txt").trim_end()) {}
                    path.terminator d=(night) {}
                }
                rect.mapframe x=".5" y=".5" width="371" height="125" {}
                @let (sx, sy) = (x(sun.longitude), y(sun.declination));
                circle.map-sun cx=(format!("{sx:.1}")) cy=(format!("{sy:.1}")) r="3.5" {}
                circle.map-dot cx=(format!("{sx:.1}")) cy=(format!("{sy:.1}")) r=".8" {}
                @for spot in spots { (dot(spot)) }
                @for word in names(spots) { (name(&word)) }
            }
        }
    }
}

/// A name stands beside its spot, inside the frame and clear of the other spots and names; where there is no room, the
/// spot's title alone says it. Those on watch are served first.
fn names(spots: &[Spot]) -> Vec<Word> {
    let place = |spot: &Spot| (x(spot.location.1) / WIDTH * 100.0, y(spot.location.0));
    let word = |spot: &Spot, dx: f64, dy: f64, anchor| {
        let (percent, py) = place(spot);
        vec![Word { text: spot.name.clone(), class: "map-name d-halo", x: percent, dx, y: py + dy, anchor, size: 11.0 }]
    };
    let wish = |spot: &Spot| Wish {
        rank: u8::from(!spot.on_watch),
        ways: vec![
            word(spot, -7.0, 4.0, Anchor::End),
            word(spot, 7.0, 4.0, Anchor::Start),
            word(spot, 6.0, 12.0, Anchor::Start),
            word(spot, -6.0, 14.0, Anchor::End),
            word(spot, 0.0, -7.0, Anchor::Middle),
            word(spot, 0.0, 16.0, Anchor::Middle),
        ],
    };
    let dots = spots.iter().map(|spot| {
        let (percent, py) = place(spot);
        Area { from: (percent, -3.5), until: (percent, 3.5), top: py - 3.5, bottom: py + 3.5 }
    });
    // The frame's top and bottom are edges, too.
    let edges = [(-20.0, 1.0), (HEIGHT - 1.0, HEIGHT + 20.0)];
    let edges = edges.map(|(top, bottom)| Area { from: (0.0, 0.0), until: (100.0, 0.0), top, bottom });
    settle(spots.iter().map(wish).collect(), &dots.chain(edges).collect::<Vec<_>>(), WIDTH)
}

fn dot(spot: &Spot) -> Markup {
    let (px, py) = (x(spot.location.1), y(spot.location.0));
    html! {
        circle.map-at.on[spot.on_watch] cx=(format!("{px:.1}")) cy=(format!("{py:.1}")) r="3.2" { title { (spot.name) } }
    }
}

fn name(word: &Word) -> Markup {
    let anchor = match word.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let px = word.x / 100.0 * WIDTH + word.dx;
    html! { text class=(word.class) x=(format!("{px:.1}")) y=(format!("{:.1}", word.y)) text-anchor=(anchor) { (word.text) } }
}
