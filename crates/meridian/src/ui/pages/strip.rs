//! The world strip: the map with the night on it, and a column for each site.

use maud::{Markup, html};

use crate::ui::{
    parts::{
        Clock, Glyph, empty, glyph, left,
        map::{Spot, map},
        sun::{is_day, next_change},
        time::{time_there, zone_mark},
    },
    view::control::{ControlView, SiteState, SiteView, Watch},
};

/// From so many sites on the columns are short ones, in several rows.
const MANY: usize = 5;

pub(super) fn strip(clock: &Clock, view: &ControlView) -> Markup {
    let sites = &view.sites;
    let spots: Vec<Spot> = sites
        .iter()
        .filter_map(|site| {
            Some(Spot { name: site.name.clone(), location: site.location?, on_watch: site.state != SiteState::Off })
        })
        .collect();
    html! {
        section #strip.strip.many[sites.len() >= MANY] data-live data-sites=(sites.len().min(4)) aria-label="Sites" {
            (map(clock.now, &spots))
            @if sites.len() < MANY { @for site in sites { (column(clock, site)) } }
            @else {
                div.sitegrid {
                    @for site in sites { (short(clock, site)) }
                    @if view.sites_more > 0 { p.sitecol.faint { "and " (view.sites_more) " more sites in the " a href="/estate" { "estate" } } }
                }
            }
            @if sites.is_empty() {
                div.sitecol { (empty("No site yet", html! { "The estate names the sites. " a href="/estate" { "Estate" } })) }
            }
        }
    }
}

fn state(site: &SiteView) -> Markup {
    let class = match site.state {
        SiteState::Off => "label",
        SiteState::OnWatch | SiteState::Holds => "label on",
        SiteState::Stays => "label crit",
    };
    html! { span class=(class) { (site.state.word()) } }
}

fn local_clock(clock: &Clock, site: &SiteView) -> Markup {
    let local = clock.now.to_zoned(site.zone.clone());
    html! {
        div.clock data-clock=(site.zone.iana_name().unwrap_or("UTC")) {
            time datetime=(clock.now) { (local.strftime("%H:%M")) }
            small { (zone_mark(clock.now, &site.zone)) }
            small.push { (local.strftime("%a %-d %b")) }
        }
    }
}

fn column(clock: &Clock, site: &SiteView) -> Markup {
    html! {
        div.sitecol role="group" aria-label=(site.name) {
            div.name { (site.name) (state(site)) }
            (local_clock(clock, site))
            dl {
                @if let Some(location) = site.location { (daylight(clock, site, location)) }
                @for (nth, watch) in site.watches.iter().enumerate() { dt.extra[nth > 0] { (watch.label) } dd.extra[nth > 0] { (watching(clock, site, watch)) } }
                @if site.more > 0 { dt {} dd { a href="/rotas" { "and " (site.more) " more" } } }
                @let extra = !site.watches.is_empty();
                @if let Some(also) = &site.also { dt.extra[extra] { "Also" } dd.also.extra[extra] title=(also) { (also) } }
                (next(clock, site))
            }
        }
    }
}

/// One line for who is on watch, or who comes next.
fn short(clock: &Clock, site: &SiteView) -> Markup {
    html! {
        div.sitecol role="group" aria-label=(site.name) {
            div.name { (site.name) (state(site)) }
            (local_clock(clock, site))
            dl {
                @match (site.watches.first(), &site.also) {
                    (Some(watch), _) => { dt { (watch.label) } dd.also { (watching(clock, site, watch)) } },
                    (None, Some(also)) => { dt { "Also" } dd.also title=(also) { (also) } },
                    (None, None) => (next_short(clock, site)),
                }
            }
        }
    }
}

/// When before who, so that a long name is what is cut.
fn next_short(clock: &Clock, site: &SiteView) -> Markup {
    html! {
        dt { "Next" }
        @match &site.next {
            Some(next) => dd.also title=(next.who) { (time_there(clock, next.at, &site.zone)) " " (next.who) },
            None => dd.faint { "nobody within two weeks" },
        }
    }
}

fn next(clock: &Clock, site: &SiteView) -> Markup {
    html! {
        @match &site.next {
            Some(next) => { dt { "Next" } dd { (next.who) " " (time_there(clock, next.at, &site.zone)) ", in " (left(clock, next.at)) } },
            None if site.state == SiteState::Off => { dt { "Next" } dd.faint { "nobody within two weeks" } },
            None => {},
        }
    }
}

fn watching(clock: &Clock, site: &SiteView, watch: &Watch) -> Markup {
    html! {
        @if watch.label == "Primary" { b { (watch.who) } } @else { (watch.who) }
        @if watch.you { ", you," }
        @match watch.until {
            Some(until) => { " until " (time_there(clock, until, &site.zone)) },
            None => " always",
        }
    }
}

fn daylight(clock: &Clock, site: &SiteView, location: (f64, f64)) -> Markup {
    let day = is_day(location, clock.now);
    let (since, until) = (next_change(location, clock.now, true), next_change(location, clock.now, false));
    // Whichever edge is nearer says more about how it is there now.
    let near_past = since.filter(|at| clock.now.duration_since(*at).as_mins() < 60);
    html! {
        dt.state.daylight { (glyph(if day { Glyph::Sun } else { Glyph::Moon })) (if day { "Day" } else { "Night" }) }
        dd.daylight {
            @if let Some(at) = near_past { "since " (time_there(clock, at, &site.zone)) }
            @else if let Some(at) = until { "until " (time_there(clock, at, &site.zone)) }
            @else { "all day long" }
        }
    }
}
