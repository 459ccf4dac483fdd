//! Chains: all of them as ribbons, one as its path with counts at and between test points, and one message's custody.

use maud::{Markup, html};

use super::{fault::percent_of, percent, switch};
use crate::ui::{
    parts::{
        Detail, Glyph, elapsed, empty, glyph,
        list::{Tone, note},
        scroll, section_head, time,
    },
    read::short,
    shell::{Place, Shell, frame, thousands},
    view::chains::{
        Account, BreachRow, ChainView, ChainsView, Health, LaneRow, LatencyView, MessageView, MessagesView, Path,
        Point, ReportRow, Ribbon,
    },
};

pub fn n(count: u64) -> String {
    thousands(usize::try_from(count).unwrap_or(usize::MAX))
}

pub fn chains(shell: &Shell, view: &ChainsView) -> Markup {
    let content = html! {
        div.title { h1 { "Chains" } a.btn href="/where" { "Where is the fault?" } (find(None, "")) }
        section #chains data-live aria-label="Chains" {
            @if let Some(fault) = &view.fault { (note(Tone::Bad, "Not everything is known", html! { (fault) })) }
            @if view.ribbons.is_empty() {
                (empty("The estate has no chain", html! {
                    "A chain is the way of messages through test points: " code { "meridian schema Chain" } " shows how one is written. "
                    "Reporters then send what they see to " code { "/api/v1/checkpoints" } "."
                }))
            }
            @for ribbon in &view.ribbons { (line(shell, ribbon)) }
            (set_aside(view))
        }
    };
    frame(shell, "Chains", Place::Chains, "page", content)
}

fn set_aside(view: &ChainsView) -> Markup {
    html! {
        @if !view.aside.is_empty() {
            section.gap-top aria-label="Set aside" {
                (section_head("Set aside", html! { "kept in the log, and counted" }))
                ul.plain {
                    @for (why, count) in &view.aside { li { b { (n(*count)) } " " (why) } }
                    @for (name, count) in &view.unknown { li.faint { (n(*count)) " for " (name) } }
                }
            }
        }
    }
}

fn find(chain: Option<&str>, key: &str) -> Markup {
    let action = chain.map_or("/chains/find".to_owned(), |chain| format!("/chains/{chain}/find"));
    html! {
        form.filter.push method="get" action=(action) role="search" {
            input #filter type="search" name="key" value=(key) aria-label="Find a message" placeholder="UETR, IMAD, ClOrdID, LANE/NUMBER" required;
            button.btn { "Find a message" }
        }
    }
}

fn state(shell: &Shell, health: &Health) -> Markup {
    html! {
        span.state.(health.class) {
            (glyph(health.shape)) (health.word)
            @if let Some(since) = health.since { " " (time(&shell.clock, since, None, Detail::Second)) }
        }
    }
}

fn line(shell: &Shell, ribbon: &Ribbon) -> Markup {
    let account = &ribbon.account;
    html! {
        article.ribbon aria-label=(ribbon.title) {
            div.row {
                h2 { a href={ "/chains/" (ribbon.name) } { (ribbon.title) } " " span.faint.id { (ribbon.name) } }
                span.push { (state(shell, &ribbon.health)) @if let Some(incident) = ribbon.incident { " " a.btn.tight href={ "/incidents/" (incident) } { "INC-" (incident) } } }
            }
            (way(&ribbon.path))
            dl.figures {
                div { dt { "Confirmed today" } dd { (n(account.confirmed)) " of " (n(account.originated)) } }
                div { dt { "Held" } dd.crit[account.held > 0] { (n(account.held)) } }
                div { dt { "Under way" } dd { (n(account.under_way)) } }
                div { dt { "Oldest unconfirmed" } dd { @match ribbon.oldest { Some(at) => (elapsed(&shell.clock, at)), None => { "none" } } } }
                div { dt { "Rate" } dd { (rate(ribbon.rate)) } }
                div { dt { "End to end" } dd { @match (ribbon.p50, ribbon.p99) { (Some(p50), Some(p99)) => { (short(p50)) span.faint { " p50, " (short(p99)) " p99" } } _ => { "nothing yet" } } } }
            }
        }
    }
}

fn rate(per_minute: f64) -> String {
    match per_minute {
        rate if rate >= 600.0 => format!("{:.0}\u{a0}/s", rate / 60.0),
        rate if rate >= 10.0 => format!("{rate:.0}\u{a0}/min"),
        rate => format!("{rate:.1}\u{a0}/min"),
    }
}

/// A path, test point after test point, each with what lies behind it.
fn way(path: &Path) -> Markup {
    html! {
        div.scrollx role="region" tabindex="0" aria-label=(path.name.as_ref().map_or("Path".to_owned(), |name| format!("Route {name}"))) {
            ol.way.idle[path.idle] { @for point in &path.points { (station(point)) } }
        }
    }
}

fn station(point: &Point) -> Markup {
    let held = point.after.as_ref().is_some_and(|after| after.held > 0);
    html! {
        li {
            span.name { (point.name) }
            span.n {
                @if point.dark { span.faint { "unknown" } } @else if point.unheard { span.faint { "\u{2013}" } } @else { (n(point.seen)) }
            }
            svg width="100%" height="24" aria-hidden="true" {
                @if point.after.is_some() { line x1="10" x2="100%" y1="12" y2="12" class=(if held { "p-sus" } else { "p-ok" }) {} }
                @if point.dark { rect.p-dark x="0" y="1" width="22" height="22" {} }
                @else { circle.p-node.unheard[point.unheard] cx="11" cy="12" r="9" {} }
            }
            @if let Some(after) = &point.after {
                span.after {
                    @if after.held > 0 { b.p-held { (n(after.held)) " held" } @if after.between > 0 { ", " } }
                    @if after.between > 0 { (n(after.between)) " under way" }
                    @if after.held == 0 && after.between == 0 && !point.unheard { "0 between" }
                    @if let Some(share) = after.suspect { br; a href="/where" { "suspect " (percent_of(share)) } }
                }
            }
            @if let Some(organisation) = &point.organisation { span.after.faint { (organisation) } }
            @if let Some(note) = &point.note { span.after { (note) } }
        }
    }
}

pub fn chain(shell: &Shell, view: &ChainView) -> Markup {
    let ribbon = &view.ribbon;
    let content = html! {
        div.crumb.row {
            span { a href="/chains" { "Chains" } " / " span.id { (ribbon.name) } }
            @if view.switch.is_none() { (switch::begin(shell, &ribbon.name, &view.routes)) }
            (find(Some(&ribbon.name), ""))
        }
        div #chain data-live {
            div.title {
                h1 { (ribbon.title) }
                span.push.row {
                    (state(shell, &ribbon.health))
                    @if let Some(incident) = ribbon.incident { a.btn href={ "/incidents/" (incident) } { "INC-" (incident) } }
                    @if ribbon.account.held > 0 { a.btn href="/where" { "Where is the fault?" } }
                }
            }
            (sum(shell, view))
        }
        div.cols.main-side[view.switch.is_some()] {
            div { (flow(shell, view)) }
            @if let Some(panel) = &view.switch { div #panel.gap-top data-live { (switch::panel(shell, panel)) } }
        }
    };
    frame(shell, &ribbon.name, Place::Chains, "page", content)
}

fn flow(shell: &Shell, view: &ChainView) -> Markup {
    let ribbon = &view.ribbon;
    html! {
        div #path data-live {
            section.gap-top aria-label="Path" {
                (way(&ribbon.path))
                @for other in &view.others {
                    p.faint.tight { b { "Route " (other.name.as_deref().unwrap_or_default()) } @if other.idle { ", idle" } }
                    (way(other))
                }
            }
            (breaches(shell, &view.breaches))
        }
        div #more data-live {
            section.gap-top aria-label="Latency" {
                (section_head("Latency", html! { b { "p50 heavy line" } ", p99 fine line, 12 h to " (time(&shell.clock, shell.clock.now, None, Detail::Minute)) }))
                div.multi { @for latency in &view.latencies { (lag(latency)) } }
            }
            (lanes(shell, view))
            (reports(shell, &view.reports))
        }
    }
}

fn sum(shell: &Shell, view: &ChainView) -> Markup {
    let Account { originated, confirmed, rejected, cancelled, held, under_way } = view.ribbon.account;
    let part = |count: u64, word: &str, class: &str| {
        let class = if count > 0 { class } else { "" };
        html! { div { span.n.(class) { (n(count)) } span.label { (word) } } }
    };
    let plus = || html! { div.op aria-hidden="true" { "+" } };
    let closes = originated == confirmed + rejected + cancelled + held + under_way;
    html! {
        section.sum aria-label="The account of today and of what has not ended" {
            (part(originated, "originated", "")) div.op aria-hidden="true" { "=" }
            (part(confirmed, "confirmed", "")) (plus())
            (part(rejected, "rejected", "")) (plus())
            (part(cancelled, "cancelled", "")) (plus())
            (part(held, "held", "crit")) (plus())
            (part(under_way, "under way", ""))
            p.push.dim {
                @if closes { span.state.ok { (glyph(Glyph::Ok)) "The account closes" } }
                @else { span.state.crit { (glyph(Glyph::Fail)) "The account does not close" } }
                br;
                small {
                    "Began since 00:00 UTC, or has not ended."
                    @for (currency, originated, confirmed) in &view.values { " " (currency) " " (originated) " today, " (confirmed) " of it confirmed." }
                    @if let Some(oldest) = view.ribbon.oldest { " The oldest is on its way for " (elapsed(&shell.clock, oldest)) "." }
                }
            }
        }
    }
}

fn breaches(shell: &Shell, rows: &[BreachRow]) -> Markup {
    html! {
        section.gap-top aria-label="What is wrong" {
            (section_head("What is wrong", html! { @if rows.is_empty() { "nothing is lost, doubled, altered, late or out of order" } }))
            @if !rows.is_empty() {
                ul.breaches {
                    @for row in rows {
                        li {
                            (glyph(row.shape))
                            span { b { (row.words) }
                                @if !row.examples.is_empty() { br; small.faint { "such as " (row.examples.join("; ")) } }
                            }
                            span.push.faint { (time(&shell.clock, row.since, None, Detail::Second)) }
                            @if let Some(incident) = row.incident { a href={ "/incidents/" (incident) } { "INC-" (incident) } }
                        }
                    }
                }
            }
        }
    }
}

/// A small picture: the time to the right, and how long it took upwards, as a power of ten.
fn lag(view: &LatencyView) -> Markup {
    let of = |pick: &dyn Fn(&(i64, i64)) -> i64| line_of(view, pick);
    html! {
        figure {
            svg height="44" viewBox="0 0 720 44" preserveAspectRatio="none" aria-hidden="true" {
                path.l-99 d=(of(&|(_, p99)| *p99)) {}
                path.l-50 d=(of(&|(p50, _)| *p50)) {}
                line.d-hair2 x1="0" x2="720" y1="43.5" y2="43.5" {}
            }
            figcaption { span { (view.into) } }
            figcaption {
                @match (view.p50, view.p99) {
                    (Some(p50), Some(p99)) => { b { (short(p50)) } span.dim { (short(p99)) } }
                    _ => { span.faint { "\u{2013}" } }
                }
            }
            small.faint { (view.note) }
        }
    }
}

fn line_of(view: &LatencyView, pick: &dyn Fn(&(i64, i64)) -> i64) -> String {
    let high = view.steps.iter().flatten().map(|(_, p99)| *p99).max().unwrap_or(1).max(1) as f64;
    let low = view.steps.iter().flatten().map(|(p50, _)| *p50).min().unwrap_or(1).max(1) as f64;
    let range = (high / low).ln().max(0.7);
    let (mut path, mut on) = (String::new(), false);
    for (place, step) in view.steps.iter().enumerate() {
        let Some(step) = step else {
            on = false;
            continue;
        };
        let y = 38.0 - 34.0 * ((pick(step).max(1) as f64 / low).ln() / range).clamp(0.0, 1.0);
        let x = (place * 10) as f64;
        // A step alone is a short stroke.
        path.push_str(&if on { format!("L{x} {y:.1}") } else { format!("M{x} {y:.1}h4") });
        on = true;
    }
    path
}

fn lanes(shell: &Shell, view: &ChainView) -> Markup {
    let order = if view.ordered { "order is required in each" } else { "order is not required" };
    html! {
        section.gap-top aria-label="Lanes" {
            (section_head("Lanes", html! { (order) }))
            @if view.lanes.is_empty() {
                (empty("Nothing was reported yet", html! {
                    "Reporters send what they see to " code { "/api/v1/checkpoints" } "; the first message opens its lane here."
                }))
            } @else { (scroll("Lanes", lane_table(shell, &view.lanes, view.ordered))) }
        }
    }
}

fn lane_table(shell: &Shell, rows: &[LaneRow], ordered: bool) -> Markup {
    html! {
        table {
            caption.sr { "Lanes" }
            thead { tr {
                th scope="col" { "Lane" } th.num scope="col" { "Originated" } th.num scope="col" { "Confirmed" } th.num scope="col" { "Rejected" }
                th.num scope="col" { "Cancelled" } th.num scope="col" { "Held" } th.num scope="col" { "First held" } th.num scope="col" { "Never seen" }
                th.num scope="col" { "Under way" } th.num scope="col" { "Oldest unconfirmed" } @if ordered { th scope="col" { "Order" } }
            } }
            tbody {
                @for row in rows {
                    @let Account { originated, confirmed, rejected, cancelled, held, under_way } = row.account;
                    tr {
                        td.main { b { (row.name) } }
                        td.num data-th="Originated" { (n(originated)) } td.num data-th="Confirmed" { (n(confirmed)) }
                        td.num data-th="Rejected" { (n(rejected)) } td.num data-th="Cancelled" { (n(cancelled)) }
                        td.num data-th="Held" { b.p-held[held > 0] { (n(held)) } }
                        td.num data-th="First held" { @match row.first_held { Some(seq) => (n(seq)), None => span.faint { "none" } } }
                        td.num data-th="Never seen" { (n(row.unseen)) } td.num data-th="Under way" { (n(under_way)) }
                        td.num data-th="Oldest unconfirmed" { @match row.oldest { Some(at) => (elapsed(&shell.clock, at)), None => span.faint { "none" } } }
                        @if ordered {
                            td data-th="Order" {
                                @if row.out_of_order { span.state.warn { (glyph(Glyph::Risk)) "broken" } }
                                @else { span.state.ok { (glyph(Glyph::Ok)) "kept" } }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn reports(shell: &Shell, rows: &[ReportRow]) -> Markup {
    html! {
        section.gap-top aria-label="Reports" {
            (section_head("Reports", html! { "until when each test point has told all that it saw" }))
            (scroll("Reports", html! {
                table {
                    caption.sr { "Reports" }
                    thead { tr { th scope="col" { "Test point" } th scope="col" { "Has told all until" } th scope="col" { "State" } } }
                    tbody {
                        @for row in rows {
                            tr {
                                td.main { b { (row.hop) } }
                                td data-th="Has told all until" { @match row.through { Some(at) => (time(&shell.clock, at, None, Detail::Second)), None => span.faint { "nothing yet" } } }
                                td data-th="State" {
                                    @if row.dark { span.state.warn { (glyph(Glyph::Unknown)) "dark" } }
                                    @else if !row.stalled.is_empty() { span.state.warn { (glyph(Glyph::Risk)) "waits for a report of " (row.stalled.join(", ")) } }
                                    @else if row.through.is_some() { span.state.ok { (glyph(Glyph::Ok)) "reports" } }
                                    @else { span.faint { "not heard" } }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

pub fn messages(shell: &Shell, view: &MessagesView, chain: Option<&str>) -> Markup {
    let content = html! {
        div.crumb {
            a href="/chains" { "Chains" } " / "
            @if let Some(chain) = chain { a href={ "/chains/" (chain) } { (chain) } " / " }
            "message"
        }
        div.title { h1 { "Find a message" } (find(chain, &view.key)) }
        section #messages data-live aria-label="Messages" {
            @if view.found.is_empty() {
                (empty("No message of this key is remembered", html! {
                    "A key is a UETR, an IMAD, a ClOrdID, or a lane and a number such as " code { "cust-1/4102771" } ". "
                    "What was settled before its retry horizon passed is forgotten but for its number."
                    @if chain.is_some() { " " a href={ "/chains/find?key=" (percent(&view.key)) } { "Look in all chains" } }
                }))
            }
            @for message in &view.found { (custody(shell, message)) }
            @if view.more { p.faint { "There are more: name the lane, too." } }
        }
    };
    frame(shell, "Find a message", Place::Chains, "page", content)
}

fn custody(shell: &Shell, message: &MessageView) -> Markup {
    html! {
        article.ribbon {
            div.row {
                h2 { a href={ "/chains/" (message.chain) } { (message.title) } " " span.faint.id { @if !message.lane.is_empty() { (message.lane) ", " } (message.key) } }
                span.push.state { (glyph(message.shape)) (message.place) }
            }
            (scroll("Sightings", html! {
                table {
                    caption.sr { "Where it was seen" }
                    thead { tr { th scope="col" { "Test point" } th scope="col" { "Seen at" } th.num scope="col" { "After" } } }
                    tbody {
                        @for (place, (hop, at)) in message.sightings.iter().enumerate() {
                            tr {
                                td.main { b { (hop) } }
                                td data-th="Seen at" { (time(&shell.clock, *at, None, Detail::Second)) }
                                td.num data-th="After" {
                                    @if let Some((_, before)) = place.checked_sub(1).and_then(|before| message.sightings.get(before)) {
                                        (short(i64::try_from(at.duration_since(*before).as_nanos()).unwrap_or(i64::MAX).max(0)))
                                    }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}
