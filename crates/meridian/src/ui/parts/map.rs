//! The small world: land, the night and its paler edge of civil twilight, and the sites.

use std::fmt::Write;

use maud::{Markup, html};
use meridian_core::Instant;

use super::sun::{NIGHT, Sun, TWILIGHT, half_day, sun};

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
            }
        }
    }
}

/// A name stands to the left of its spot; at the edges of the map it stands where it stays inside the frame.
fn dot(spot: &Spot) -> Markup {
    let (px, py) = (x(spot.location.1), y(spot.location.0));
    let (dx, dy, anchor) = match px {
        px if px < 80.0 => (7.0, 4.0, "start"),
        px if px > 330.0 => (-6.0, 14.0, "end"),
        px if px > 280.0 => (6.0, 12.0, "start"),
        _ => (-7.0, 4.0, "end"),
    };
    html! {
        circle.map-at.on[spot.on_watch] cx=(format!("{px:.1}")) cy=(format!("{py:.1}")) r="3.2" {}
        text.map-name.d-halo x=(format!("{:.1}", px + dx)) y=(format!("{:.1}", py + dy)) text-anchor=(anchor) { (spot.name) }
    }
}
