//! The mail as HTML: one column of ink on paper, one primary button, hairlines instead of boxes.
//!
//! Styles stand inline because many mail programs drop a style sheet; the sheet only turns the colours for the dark.
//! No picture, no font and nothing else is fetched: opening the mail tells nobody anything.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use meridian_core::incident::Severity;

use super::{
    Letter,
    message::{AlertLine, Message},
    text::{one_line, web_url},
    when,
};

const FONT: &str = "font-family:Inter,'IBM Plex Sans',system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif;font-variant-numeric:tabular-nums;";
/// The same roles as the tokens of the pages: ink, second words, labels, hairlines, the button.
const DARK: &str = "@media (prefers-color-scheme:dark){\
.p{background:#11171C!important}.i{color:#E2E6E6!important}.j{color:#B0B8BB!important}.k{color:#929B9F!important}\
.h{border-color:#3E4851!important}.b{background:#E2E6E6!important;border-color:#E2E6E6!important}.c{color:#11171C!important}\
.o{border-color:#75808A!important}.s1{color:#FF9D62!important}.s2{color:#F0B849!important}.s3{color:#E0A0C4!important}\
.s4{color:#7CC5F0!important}.ok{color:#52C9A3!important}.d{background:#2A1822!important;color:#E0A0C4!important}}\
a{text-underline-offset:3px}";

pub fn render(m: &Message) -> String {
    let title = one_line(&m.incident.title, 300);
    let rows = html! {
        (head(m))
        tr { td { (severity(m)) (heading(&title)) (para(&m.reason())) } }
        @if m.kind.is_page() { (actions(m)) }
        (facts(m))
        (alerts(m))
        (foot(m))
    };
    page(&m.headline(120), &preview(m), rows)
}

/// The page around the rows of the one column. `preview` is what a list of mails shows after the subject.
fn page(title: &str, preview: &str, rows: Markup) -> String {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width,initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (title) }
                style { (PreEscaped(DARK)) }
            }
            body class="p" style={ "margin:0;padding:0;background:#FBFAF6;" (FONT) } {
                div style="display:none;max-height:0;overflow:hidden;mso-hide:all" { (preview) }
                table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" class="p" style="background:#FBFAF6" {
                    tr { td align="center" style="padding:0 18px" {
                        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;text-align:left" {
                            (rows)
                        }
                    } }
                }
            }
        }
    }
    .into_string()
}

/// A letter about changes of who is on watch.
pub fn letter(m: &Letter) -> String {
    let (label, url) = m.link();
    let lines = m.lines();
    let rows = html! {
        tr { td class="i" style="color:#15181B;font-size:15px;line-height:20px;font-weight:600;padding:20px 0" { "Meridian" } }
        tr { td { (heading(&m.subject(300))) (para(&one_line(&m.reason, 500))) } }
        @if let Some(url) = &url { (button(label, url)) }
        (section("About", html! { @for line in &lines { div class="i" style="color:#15181B;font-size:15px;line-height:22px;padding:4px 0;overflow-wrap:anywhere" { (zoned(line)) } } }))
        tr { td style="padding:12px 0 32px" {
            @if let (true, Some(all)) = (m.answer.is_some(), web_url(&m.changes_url)) { p style="margin:0;font-size:15px;line-height:28px" { (link(&all, "All changes")) } }
            p class="k" style="margin:14px 0 0;color:#5F6467;font-size:12px;line-height:17px;overflow-wrap:anywhere" { "To " (one_line(&m.to.display_name, 80)) ". " (zoned(&m.written())) }
        } }
    };
    page(&m.subject(120), &one_line(&m.reason, 300), rows)
}

fn button(label: &str, url: &str) -> Markup {
    html! { tr { td style="padding:22px 0 0" {
        table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" { tr {
            td align="center" class="b" style="background:#15181B;border:1px solid #15181B;border-radius:2px" {
                a href=(url) class="c" style="display:block;padding:19px 12px;color:#FBFAF6;font-size:18px;line-height:24px;font-weight:600;text-decoration:none" { (label) }
            }
        } }
    } } }
}

fn preview(m: &Message) -> String {
    [Some(m.reason()), m.without_you()].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// The local figure strong, UTC quiet, both zones small.
fn instant(m: &Message) -> Markup {
    let (time, zone) = when::local(m.at, &m.zone);
    let (utc, _) = when::local(m.at, &jiff::tz::TimeZone::UTC);
    html! {
        @if zone != "UTC" { strong style="font-weight:600" { (time) } " " (small(&zone)) " " }
        span class="k" style="color:#5F6467" { (utc) " " (small("UTC")) }
    }
}

fn small(text: &str) -> Markup {
    html! { span class="k" style="color:#5F6467;font-size:11px;letter-spacing:.03em" { (text) } }
}

fn head(m: &Message) -> Markup {
    html! {
        @if m.drill {
            tr { td class="d" style="background:#F6E8EF;color:#873563;font-size:13px;line-height:20px;font-weight:600;padding:8px 12px" {
                "Drill. This is a rehearsal; nothing is broken."
            } }
        }
        tr { td style="padding:20px 0 20px" {
            table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" { tr {
                td class="i" style="color:#15181B;font-size:15px;line-height:20px;font-weight:600" { "Meridian" }
                td align="right" class="i" style="color:#15181B;font-size:15px;line-height:20px;white-space:nowrap" { (instant(m)) }
            } }
        } }
    }
}

/// Shape, word and colour; each alone tells the severity.
fn severity(m: &Message) -> Markup {
    let (shape, class, colour) = match m.incident.severity {
        Severity::Sev1 => ("⬢", "s1", "#A03C00"),
        Severity::Sev2 => ("▲", "s2", "#7A5000"),
        Severity::Sev3 => ("■", "s3", "#873563"),
        Severity::Sev4 => ("○", "s4", "#00568A"),
        Severity::Sev5 => ("–", "k", "#5F6467"),
    };
    let (word, after) = match m.kind {
        super::Kind::Resolved => ("✓ Resolved", true),
        super::Kind::Update { .. } => ("Update", false),
        super::Kind::Reminder => ("Still open", false),
        super::Kind::Page { .. } => ("", false),
    };
    html! {
        div class="i" style="color:#15181B;font-size:15px;line-height:20px" {
            span class=(class) aria-hidden="true" style={ "color:" (colour) ";font-size:18px;padding-right:8px" } { (shape) }
            (m.incident.severity) ", " (m.incident_word())
            @if !word.is_empty() {
                span class=(if after { "ok" } else { "j" }) style={ "font-weight:600;padding-left:10px;color:" (if after { "#00654A" } else { "#43484C" }) } { (word) }
            }
        }
    }
}

fn heading(title: &str) -> Markup {
    html! { h1 class="i" style="margin:6px 0 10px;color:#15181B;font-size:26px;line-height:33px;font-weight:600;letter-spacing:-.015em;overflow-wrap:anywhere" { (title) } }
}

fn para(text: &str) -> Markup {
    html! { p class="j" style="margin:0;color:#43484C;font-size:15px;line-height:22px;overflow-wrap:anywhere" { (zoned(text)) } }
}

/// A text whose zones are set small: what follows a figure like `03:09` and begins with a capital.
fn zoned(text: &str) -> Markup {
    let figure = |word: &str| {
        word.len() == 5 && word.as_bytes()[2] == b':' && word.bytes().filter(u8::is_ascii_digit).count() == 4
    };
    let words: Vec<&str> = text.split(' ').collect();
    html! {
        @for (at, word) in words.iter().enumerate() {
            @let zone = word.trim_end_matches([',', '.', ';']);
            @if at > 0 && figure(words[at - 1]) && zone.starts_with(|c: char| c.is_ascii_uppercase()) {
                // A figure and its zone stay on one line.
                "\u{a0}" (small(zone)) (&word[zone.len()..])
            } @else {
                @if at > 0 { " " }
                (word)
            }
        }
    }
}

fn actions(m: &Message) -> Markup {
    let acknowledge = m.acknowledge_url.as_deref().and_then(web_url);
    let pass_on = m.pass_on_url.as_deref().and_then(web_url);
    html! {
        @if let Some(url) = acknowledge { (button("Acknowledge", &url)) }
        tr { td align="center" style="padding:12px 0 0" {
            @if let Some(text) = m.without_you() {
                p class="j" style="margin:0;color:#43484C;font-size:13px;line-height:20px" { (zoned(&text)) }
            }
            @if let Some(url) = pass_on {
                p style="margin:6px 0 0;font-size:13px;line-height:20px" { (link(&url, "I cannot, pass on")) }
            }
        } }
    }
}

fn link(url: &str, words: &str) -> Markup {
    html! { a href=(url) class="i" style="color:#15181B;text-decoration:underline" { (words) } }
}

/// A hairline, a small head, and what stands below it.
fn section(head: &str, body: Markup) -> Markup {
    html! {
        tr { td style="padding:22px 0 0" {
            div class="h" style="border-top:1px solid #BDB8AB;padding-top:14px" {
                div class="k" style="color:#5F6467;font-size:11px;line-height:16px;font-weight:600;letter-spacing:.065em;text-transform:uppercase;padding-bottom:6px" { (head) }
                (body)
            }
        } }
    }
}

fn facts(m: &Message) -> Markup {
    let resolved = matches!(m.incident.status, super::IncidentStatus::Resolved { .. });
    let lasted = format!("{}, since {}", m.lasted(), when::dated(m.incident.since, &m.zone));
    section(
        "Incident",
        html! {
            table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="font-size:15px;line-height:22px" {
                (fact(if resolved { "Lasted" } else { "So far" }, &lasted))
                (fact("Status", &m.status()))
                @for (name, value) in m.incident.group.iter().chain(m.shared_labels()).take(12) {
                    (fact(&one_line(name, 60), &one_line(value, 200)))
                }
            }
        },
    )
}

fn fact(name: &str, value: &str) -> Markup {
    html! { tr {
        td valign="top" class="k" style="color:#5F6467;width:96px;padding:1px 12px 1px 0;overflow-wrap:anywhere" { (name) }
        td valign="top" class="i" style="color:#15181B;padding:1px 0;overflow-wrap:anywhere" { (zoned(value)) }
    } }
}

/// `3`, or `first 3 of 12`.
pub(super) fn count(m: &Message) -> String {
    let (shown, total) = (m.incident.alerts.len(), m.incident.alerts_total.max(m.incident.alerts.len()));
    if shown < total { format!("first {shown} of {total}") } else { total.to_string() }
}

fn alerts(m: &Message) -> Markup {
    if m.incident.alerts.is_empty() {
        return html! {};
    }
    section(
        &format!("Alerts, {}", count(m)),
        html! {
            @for alert in &m.incident.alerts { (alert_line(m, alert)) }
        },
    )
}

fn alert_line(m: &Message, alert: &AlertLine) -> Markup {
    let title = one_line(alert.title(), 300);
    let own = m.own_labels(alert);
    let description = alert.annotations.get("description").filter(|text| *text != alert.title());
    html! {
        div style="padding:4px 0 10px" {
            div class="i" style="color:#15181B;font-size:15px;line-height:22px;overflow-wrap:anywhere" {
                @match web_url(&alert.generator_url) {
                    Some(url) => (link(&url, &title)),
                    None => (title),
                }
            }
            @if let Some(text) = description {
                div class="j" style="color:#43484C;font-size:13px;line-height:20px;overflow-wrap:anywhere" { (one_line(text, 500)) }
            }
            div class="k" style="color:#5F6467;font-size:13px;line-height:20px;overflow-wrap:anywhere" {
                @if alert.firing { "since " } @else { span class="ok" style="color:#00654A" { "✓ resolved" } ", since " }
                (zoned(&m.when(alert.since)))
                @for label in &own { " · " span style="display:inline-block" { (label) } }
            }
        }
    }
}

fn foot(m: &Message) -> Markup {
    let runbook = m.incident.runbook_url.as_deref().and_then(web_url);
    html! {
        tr { td style="padding:12px 0 32px" {
            div class="h i" style="border-top:1px solid #BDB8AB;padding-top:14px;color:#15181B;font-size:15px;line-height:28px" {
                @if let Some(url) = web_url(&m.incident_url) { (link(&url, "Open the incident")) }
                @if let Some(url) = runbook { span style="padding-left:24px" { (link(&url, "Runbook")) } }
            }
            p class="k" style="margin:14px 0 0;color:#5F6467;font-size:12px;line-height:17px;overflow-wrap:anywhere" {
                "To " (one_line(&m.to.display_name, 80)) ", written " (zoned(&when::full(m.at, &m.zone))) ". " (one_line(&m.key, 100))
            }
        } }
    }
}
