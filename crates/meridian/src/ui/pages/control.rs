//! The control room.

use maud::{Markup, html};
use meridian_core::estate::Role;

use crate::ui::{
    pages::{incidents::incident_table, rota::shift_table},
    parts::{
        Clock, Detail, Glyph, button_form, elapsed, empty, glyph, lanes, lasting, left,
        list::log,
        map::{Spot, map},
        scroll, section_head,
        sun::{is_day, next_change},
        time,
        time::{time_there, zone_mark},
    },
    shell::{Place, Shell, frame},
    view::control::{ControlView, Need, SiteView, Watch},
};

pub fn control(shell: &Shell, view: &ControlView) -> Markup {
    let clock = &shell.clock;
    let content = html! {
        h1.sr { "Control room" }
        (strip(clock, &view.sites))
        div.room {
            div {
                section #band data-live aria-label="Who is on watch in the coming 24 hours" {
                    (lanes::lanes("Who is on watch, from two hours ago to the coming 22", &view.axis, &view.rows))
                    (key(view.rotas_more))
                    div.sr { (shift_table(clock, "Who is on watch in the coming 24 hours", &view.shifts)) }
                }
                section.under #open data-live aria-labelledby="open-title" { (open(clock, view)) }
            }
            div.side {
                section #needs data-live aria-label="Needs you" { (needs(shell, view)) }
                section.latest #latest data-live aria-label="Latest facts" {
                    div.secthead { h2 { "Latest" } a.faint href="/journal" { "Journal" } }
                    @if view.latest.is_empty() { (empty("Nothing has happened yet", html! { "The first alert, page or change of the estate shows here." })) }
                    (log(clock, &view.latest))
                }
            }
        }
    };
    frame(shell, "Control room", Place::Room, "", content)
}

fn strip(clock: &Clock, sites: &[SiteView]) -> Markup {
    let spots: Vec<Spot> = sites
        .iter()
        .filter_map(|site| {
            Some(Spot { name: site.name.clone(), location: site.location?, on_watch: !site.watches.is_empty() })
        })
        .collect();
    html! {
        section #strip.strip data-live data-sites=(sites.len().min(4)) aria-label="Sites" {
            (map(clock.now, &spots))
            @for site in sites { (site_column(clock, site)) }
            @if sites.is_empty() {
                div.sitecol { (empty("No site yet", html! { "The estate names the sites. " a href="/estate" { "Estate" } })) }
            }
        }
    }
}

fn site_column(clock: &Clock, site: &SiteView) -> Markup {
    let local = clock.now.to_zoned(site.zone.clone());
    let zone_name = site.zone.iana_name().unwrap_or("UTC");
    html! {
        div.sitecol role="group" aria-label=(site.name) {
            div.name {
                (site.name)
                span.label.on[!site.watches.is_empty()] { (if site.watches.is_empty() { "off watch" } else { "on watch" }) }
            }
            div.clock data-clock=(zone_name) {
                time datetime=(clock.now) { (local.strftime("%H:%M")) }
                small { (zone_mark(clock.now, &site.zone)) }
                small.push { (local.strftime("%a %-d %b")) }
            }
            dl.rotas[site.watches.iter().any(|watch| watch.rota.is_some())] {
                @if let Some(location) = site.location { (daylight(clock, site, location)) }
                @for watch in &site.watches { (watch_line(clock, site, watch)) }
                @if site.more > 0 { dt {} dd { a href="/rotas" { "and " (site.more) " more" } } }
                @if let (true, Some(next)) = (site.watches.is_empty(), &site.next) {
                    dt { "Next" }
                    dd { b { (next.who) } " " (time_there(clock, next.at, &site.zone)) ", in " (left(clock, next.at)) }
                }
                @if site.watches.is_empty() && site.next.is_none() { dt { "Next" } dd.faint { "nobody within two weeks" } }
            }
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

fn watch_line(clock: &Clock, site: &SiteView, watch: &Watch) -> Markup {
    let role = match watch.role {
        Role::Primary => "Primary",
        Role::Secondary => "Second",
        Role::Shadow => "Shadow",
    };
    html! {
        @match &watch.rota {
            Some(rota) => dt.rota title=(rota) { (rota) },
            None => dt { (role) },
        }
        dd {
            @if watch.role == Role::Primary { b { (watch.who) } } @else { (watch.who) }
            @if watch.you { ", you," }
            @match watch.until {
                Some(until) => { " until " (time_there(clock, until, &site.zone)) },
                None => " always",
            }
        }
    }
}

fn key(rotas_more: usize) -> Markup {
    html! {
        div.key {
            span { svg width="26" height="12" { rect.d-live width="26" height="12" {} } "on watch" }
            span { svg width="26" height="12" { rect.d-plan x=".5" y=".5" width="25" height="11" {} } "planned" }
            span { svg width="26" height="12" { rect.d-past width="26" height="12" {} rect.d-over width="26" height="12" {} } "overlap" }
            span { svg width="26" height="12" { rect.d-hole width="26" height="12" {} line.d-holeedge x1="1" x2="1" y2="12" {} line.d-holeedge x1="25" x2="25" y2="12" {} } "hole: an escalation would find nobody" }
            span { svg width="26" height="12" { rect.d-night width="26" height="12" {} } "night there" }
            @if rotas_more > 0 { a.push href="/rotas" { "and " (rotas_more) " more rotas" } }
        }
    }
}

fn needs(shell: &Shell, view: &ControlView) -> Markup {
    let clock = &shell.clock;
    let first = view.needs.iter().filter_map(|need| need.until).filter(|at| *at > clock.now).min();
    html! {
        (section_head("Needs you", html! {
            @match (view.needs.len(), first) {
                (0, _) => "nothing now",
                (n, Some(at)) => { (n) ", next in " (left(clock, at)) },
                (n, None) => (n),
            }
        }))
        @if view.needs.is_empty() {
            (empty("Nothing needs you", html! { @match &view.next { Some(next) => (next.render(clock)), None => "What pages you shows here first." } }))
        } @else {
            ol.needs { @for need in &view.needs { (need_item(shell, need)) } }
        }
    }
}

fn need_item(shell: &Shell, need: &Need) -> Markup {
    let clock = &shell.clock;
    html! {
        li {
            (glyph(need.shape))
            span.what { (need.what) }
            span.left.crit[need.urgent] {
                @match need.until {
                    Some(at) if at > clock.now => (left(clock, at)),
                    Some(at) => { (elapsed(clock, at)) " ago" },
                    None => "",
                }
            }
            p.more { (need.more.render(clock)) }
            div.row {
                @if let (Some((action, word)), true) = (&need.act, shell.responds()) {
                    (button_form(&shell.csrf, action, "primary", html! { (word) " " kbd data-key="a" { "a" } }))
                }
                a.btn.quiet[need.act.is_some() && shell.responds()] href=(need.open) { "Open" }
            }
        }
    }
}

fn open(clock: &Clock, view: &ControlView) -> Markup {
    html! {
        div {
            div.secthead {
                h2 #open-title { "Open incidents" }
                a.faint href="/incidents" { "All " (view.incidents_open) " open" }
            }
            @if view.incidents.is_empty() {
                (empty("No incident is open", html! { @if let Some(last) = &view.last_resolved { (last.render(clock)) } @else { "An alert that a route sends to an escalation opens one." } }))
            } @else {
                (scroll("Open incidents", incident_table(clock, "Open incidents", &view.incidents)))
            }
        }
    }
}

/// Said of a stretch in words, e.g. of a hole.
pub fn stretch(clock: &Clock, from: meridian_core::Instant, until: meridian_core::Instant) -> Markup {
    html! { (time(clock, from, None, Detail::Minute)) " to " (time(clock, until, None, Detail::Minute)) ", " (lasting(until.duration_since(from))) }
}
