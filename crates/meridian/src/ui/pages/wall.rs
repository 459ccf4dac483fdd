//! The wall: no chrome, large figures, and loud when it no longer hears the server.

use maud::{DOCTYPE, Markup, html};
use meridian_core::Instant;

use crate::ui::{
    assets,
    parts::{
        Clock, Detail, Glyph,
        axis::Axis,
        glyph::{glyph, glyph_big, mark, sprite},
        lasting, time,
        time::{time_there, zone_mark},
    },
    shell::Theme,
    view::{
        control::SiteState,
        day::{Day, Lane, PassingState},
        wall::{Figure, Item, Stake, WallSite, WallView},
    },
};

/// How high a site's row stands.
const ROW: usize = 54;

pub fn wall(theme: Theme, view: &WallView) -> Markup {
    let clock = &view.clock;
    let zone = |zone: &jiff::tz::TimeZone| zone.iana_name().unwrap_or("UTC").to_owned();
    html! {
        (DOCTYPE)
        html.wallpage lang="en" data-theme=(theme.word()) data-at=(clock.now.as_millisecond()) data-reading=(clock.reading.word())
            data-zone-site=(zone(&clock.site)) data-zone-mine=(zone(&clock.mine)) data-live-from="/wall/live" {
            (head())
            body {
                (sprite())
                // A small screen scrolls it, also by keys.
                main #main.wall tabindex="0" {
                    h1.sr { "Wall display" }
                    div #lost.lost role="alert" hidden {
                        b { "DISCONNECTED" }
                        span { "Data as of " (time(clock, clock.now, None, Detail::Second)) ", " span data-lost-age {} " old. Clocks are right, everything else may not be. Retrying." }
                    }
                    (top(view))
                    div #w-sites.w-sites data-live data-sites=(view.sites.len()) { @for one in &view.sites { (site(clock, one)) } }
                    div #w-stake.w-stake.w-data data-live { (stake(clock, &view.stake)) }
                    div #w-lanes.w-lanes.w-data data-live { (lanes(&view.day)) }
                    div #w-list.w-list.w-data data-live { @for one in &view.list { (item(clock, one)) } }
                }
            }
        }
    }
}

fn head() -> Markup {
    html! {
        head {
            meta charset="utf-8";
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            meta name="robots" content="noindex";
            title { "Wall · Meridian" }
            link rel="icon" type="image/svg+xml" href=(assets::MARK.path());
            link rel="stylesheet" href=(assets::STYLE.path());
            script src=(assets::SCRIPT.path()) defer {}
            // Without the script a wall would show its first minute forever.
            noscript { meta http-equiv="refresh" content="30"; }
        }
    }
}

fn top(view: &WallView) -> Markup {
    let clock = &view.clock;
    html! {
        div.w-top {
            span.brand { (mark()) "Meridian" }
            span { (view.estate) }
            p #asof.asof data-state="still" role="status" {
                svg.g.big.g-live aria-hidden="true" { use href="#ok" {} }
                svg.g.big.g-old aria-hidden="true" { use href="#fail" {} }
                span { span data-word { "As of" } " " (time(clock, clock.now, None, Detail::Second)) }
            }
        }
    }
}

fn site(clock: &Clock, one: &WallSite) -> Markup {
    let site = &one.site;
    let local = clock.now.to_zoned(site.zone.clone());
    let first = site.watches.first();
    html! {
        div {
            span.label { (site.name) }
            div.w-clock data-clock=(site.zone.iana_name().unwrap_or("UTC")) {
                time datetime=(clock.now) { (local.strftime("%H:%M")) }
                small { (zone_mark(clock.now, &site.zone)) " " span data-weekday { (local.strftime("%a")) } }
            }
            div.w-data {
                @match (first, &site.next) {
                    (Some(watch), _) => {
                        div.w-who { (watch.who) }
                        @match (site.state, one.takes, watch.until) {
                            (SiteState::Holds, _, Some(until)) => { "holds the watch until " (time_there(clock, until, &site.zone)) },
                            (SiteState::Holds, _, None) => "holds the watch",
                            (_, Some(takes), _) => { "takes it at " (time_there(clock, takes, &site.zone)) ", in " (crate::ui::parts::left(clock, takes)) },
                            (_, _, Some(until)) => { "on watch until " (time_there(clock, until, &site.zone)) },
                            _ => "on watch",
                        }
                    },
                    (None, next) => {
                        div.w-who.faint[site.state != SiteState::Stays].crit[site.state == SiteState::Stays] { (if site.state == SiteState::OnWatch { "off watch" } else { site.state.word() }) }
                        @if let Some(next) = next { (next.who) " at " (time_there(clock, next.at, &site.zone)) } @else { "nobody within two weeks" }
                    },
                }
            }
        }
    }
}

fn stake(clock: &Clock, stake: &Stake) -> Markup {
    let figure = |length: jiff::SignedDuration| {
        let said = lasting(length.max(jiff::SignedDuration::ZERO));
        let parts: Vec<&str> = said.split(['\u{a0}', ' ']).collect();
        html! { @for pair in parts.chunks(2) { (pair[0]) @if let Some(unit) = pair.get(1) { small { (unit) } } } }
    };
    html! {
        @match stake.figure {
            Figure::Left(until) => div.w-num.crit[stake.urgent] data-large-until=(until.as_millisecond()) { (figure(until.duration_since(clock.now))) },
            Figure::Since(since) => div.w-num.crit[stake.urgent] data-large-since=(since.as_millisecond()) { (figure(clock.now.duration_since(since))) },
            Figure::None => div.w-num { (glyph(Glyph::Ok)) },
        }
        div {
            p.w-say { (stake.what.render(clock)) }
            @for (nth, more) in stake.more.iter().enumerate() {
                p.dim[nth > 0] { @if let (0, Some((shape, _))) = (nth, stake.shape) { (glyph_big(shape)) " " } (more.render(clock)) }
            }
        }
    }
}

fn item(clock: &Clock, item: &Item) -> Markup {
    html! { div { span.label { (item.label) } p { (glyph(item.shape)) span { (item.what.render(clock)) } } } }
}

/// The ring alone, in the strokes that five metres need.
fn lanes(day: &Day) -> Markup {
    let axis = &day.axis;
    let end = ROW * day.lanes.len();
    html! {
        div.w-names {
            @for lane in &day.lanes { div { (lane.name) } }
            @if day.lanes_more > 0 { div.faint { "and " (day.lanes_more) " more" } }
        }
        svg width="100%" height=(end + 44) overflow="visible" role="img" aria-label="Who is on watch over 36 hours" {
            @for (row, lane) in day.lanes.iter().enumerate() {
                line.d-hair2 x1="0" x2="100%" y1=(row * ROW + 52) y2=(row * ROW + 52) {}
                (bars(axis, lane, row * ROW + 8))
            }
            @for (from, until) in day.ring.iter().flat_map(|ring| &ring.holes) { (hole(axis, *from, *until, end)) }
            @for passing in day.passings.iter().filter(|passing| passing.state == PassingState::Due && passing.at > axis.now) {
                svg x=(axis.x(passing.at)) y=(passing.from_lane * ROW + 26) width="1" height="1" overflow="visible" { use href="#due" x="-18" y="-18" width="36" height="36" {} }
            }
            @for tick in axis.ticks(&axis.zone, 6).iter().filter(|tick| axis.clear(tick.at, 100.0, 100.0) && axis.at(tick.at) > 2.0) {
                text.w-tick text-anchor="middle" x=(axis.x(tick.at)) y=(end + 34) { (tick.local.strftime("%H")) }
            }
            (now(axis, end))
        }
    }
}

fn bars(axis: &Axis, lane: &Lane, y: usize) -> Markup {
    let shape = |from: Instant, until: Instant| match (until <= axis.now, from <= axis.now) {
        (true, _) => "d-past",
        (_, true) => "d-live",
        _ => "d-plan",
    };
    html! {
        @for one in lane.primary.iter().flatten() {
            rect class=(shape(one.from, one.until)) x=(axis.x(one.from)) y=(y) width=(axis.width(one.from, one.until)) height="36" { title { (one.title) } }
        }
    }
}

fn hole(axis: &Axis, from: Instant, until: Instant, end: usize) -> Markup {
    let middle = (axis.at(from) + axis.at(until)) / 2.0;
    let wide = axis.at(until) - axis.at(from);
    html! {
        rect.d-hole x=(axis.x(from)) y="0" width=(axis.width(from, until)) height=(end) {}
        @for x in [axis.x(from), axis.x(until)] { line.d-holeedge x1=(x) x2=(x) y1="0" y2=(end) {} }
        @if wide > 3.4 {
            text.w-hole text-anchor="middle" x=(format!("{middle:.3}%")) y=(end / 2) { "hole" }
            @if wide > 5.0 { text.w-hole text-anchor="middle" x=(format!("{middle:.3}%")) y=(end / 2 + 36) { (hours(until.duration_since(from))) } }
        }
    }
}

/// `2 h`, `2.5 h`: short enough for a hole.
fn hours(length: jiff::SignedDuration) -> String {
    match (length.as_mins() / 60, length.as_mins() % 60) {
        (hours, 0) => format!("{hours}\u{a0}h"),
        (hours, 30) => format!("{hours}.5\u{a0}h"),
        (0, minutes) => format!("{minutes}\u{a0}min"),
        (hours, minutes) => format!("{hours}:{minutes:02}"),
    }
}

fn now(axis: &Axis, end: usize) -> Markup {
    let x = axis.x(axis.now);
    let words = axis.now.to_zoned(axis.zone.clone()).strftime("%H:%M").to_string();
    let mark = zone_mark(axis.now, &axis.zone);
    html! {
        g data-nowline="" data-zone=(axis.zone.iana_name().unwrap_or("UTC")) data-mark=(mark) data-begin=(axis.from.as_millisecond()) data-end=(axis.until.as_millisecond()) {
            line.d-now x1=(x) x2=(x) y1="-6" y2=(end + 4) {}
            svg x=(x) y=(end + 34) width="1" height="1" overflow="visible" { text.w-now text-anchor="middle" { (words) " " (mark) } }
        }
    }
}

/// Whoever hangs up a wall without its token learns how it is done; a wall whose token ended is not blank.
pub fn closed(theme: Theme) -> Markup {
    html! {
        (DOCTYPE)
        html.wallpage lang="en" data-theme=(theme.word()) {
            (head())
            body {
                (sprite())
                main #main.wall.closed {
                    h1.w-say { "This display is not let in" }
                    p { "A wall shows the room to whoever has a token that may only read. An admin makes one under Tokens; open " b { "/wall?token=" } " with it once, and this browser keeps it." }
                    p.dim { "If it was shown here before, its token ended or was revoked." }
                }
            }
        }
    }
}
