//! A Slack-compatible message: blocks, and a text for programs that know no blocks (Mattermost, notifications).

use serde_json::{Value, json};

use super::{
    Letter,
    message::{Kind, Message},
    text::{one_line, web_url},
    when,
};

/// The limits of the receiving side, in characters.
const HEADER_MAX: usize = 150;
const SECTION_MAX: usize = 3000;
const ALERTS_MAX: usize = 10;

pub fn body(m: &Message) -> Value {
    let mut blocks = vec![
        json!({"type": "header", "text": {"type": "plain_text", "text": quiet(&m.headline(HEADER_MAX - 10), HEADER_MAX), "emoji": false}}),
        section(&words(&m.reason())),
        json!({"type": "section", "fields": fields(m)}),
    ];
    let alerts: Vec<String> = m
        .incident
        .alerts
        .iter()
        .take(ALERTS_MAX)
        .map(|alert| {
            let state = if alert.firing { "since" } else { "resolved; since" };
            format!("• {}, {state} {}", words(&one_line(alert.title(), 200)), m.when(alert.since))
        })
        .collect();
    if !alerts.is_empty() {
        let total = m.incident.alerts_total.max(m.incident.alerts.len());
        let more = if total > alerts.len() { format!("\nand {} more", total - alerts.len()) } else { String::new() };
        blocks.push(section(&format!("{}{more}", alerts.join("\n"))));
    }
    let buttons = buttons(m);
    if !buttons.is_empty() {
        blocks.push(json!({"type": "actions", "elements": buttons}));
    }
    let mut context = vec![m.without_you().unwrap_or_default(), format!("Written {}", when::full(m.at, &m.zone))];
    context.retain(|text| !text.is_empty());
    blocks.push(json!({"type": "context", "elements": [{"type": "mrkdwn", "text": words(&context.join(" "))}]}));
    let link = web_url(&m.incident_url).map(|url| format!(" {}", escape(&url))).unwrap_or_default();
    json!({"text": format!("{}{link}", words(&m.headline(300))), "blocks": blocks})
}

pub fn letter(m: &Letter) -> Value {
    let (label, url) = m.link();
    let lines: Vec<String> = m.lines().iter().map(|line| format!("• {}", words(line))).collect();
    let mut blocks = vec![
        json!({"type": "header", "text": {"type": "plain_text", "text": quiet(&m.subject(HEADER_MAX - 10), HEADER_MAX), "emoji": false}}),
        section(&words(&one_line(&m.reason, 500))),
    ];
    if !lines.is_empty() {
        blocks.push(section(&lines.join("\n")));
    }
    if let Some(url) = &url {
        let text = json!({"type": "plain_text", "text": label, "emoji": false});
        blocks.push(json!({"type": "actions", "elements": [{"type": "button", "text": text, "url": url}]}));
    }
    blocks.push(json!({"type": "context", "elements": [{"type": "mrkdwn", "text": words(&m.written())}]}));
    let link = url.map(|url| format!(" {}", escape(&url))).unwrap_or_default();
    json!({"text": format!("{}{link}", words(&m.subject(300))), "blocks": blocks})
}

fn fields(m: &Message) -> Vec<Value> {
    let field = |name: &str, value: &str| json!({"type": "mrkdwn", "text": format!("*{name}*\n{}", words(value))});
    let mut fields = vec![field("Since", &m.when(m.incident.since)), field("Status", &m.status())];
    // Ten fields at most.
    let group = m.incident.group.iter().take(8);
    fields.extend(group.map(|(n, v)| field(&words(&one_line(n, 60)), &one_line(v, 300))));
    fields
}

fn buttons(m: &Message) -> Vec<Value> {
    let button = |words: &str, url: &str, primary: bool| {
        let url = web_url(url)?;
        let mut button =
            json!({"type": "button", "text": {"type": "plain_text", "text": words, "emoji": false}, "url": url});
        if primary {
            button["style"] = json!("primary");
        }
        Some(button)
    };
    let acknowledge = m.acknowledge_url.as_deref().filter(|_| matches!(m.kind, Kind::Page { .. }));
    [
        acknowledge.and_then(|url| button("Acknowledge", url, true)),
        button("Open the incident", &m.incident_url, false),
        m.incident.runbook_url.as_deref().and_then(|url| button("Runbook", url, false)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION_MAX)}})
}

/// Cuts at a line, else at a character, never inside an entity.
fn cut(text: &str, chars_max: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(chars_max) else { return text };
    let head = &text[..end];
    match head.rfind(['\n', '&', ' ']) {
        Some(at) => &head[..at],
        None => head,
    }
}

/// Text from outside inside mrkdwn: `<!channel>`, `<@U1>`, links and formatting are shown and do nothing.
fn words(text: &str) -> String {
    let text = escape(&mute(text));
    // A mark formats only at the edge of a word; a zero-width space between takes it from there.
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        if matches!(c, '*' | '_' | '~' | '`') {
            out.push('\u{200b}');
        }
        out.push(c);
        out
    })
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Mattermost calls people by `@all`, Slack by `@channel` where names are linked.
fn mute(text: &str) -> String {
    text.replace('@', "@\u{200b}")
}

fn quiet(text: &str, chars_max: usize) -> String {
    mute(text).chars().take(chars_max).collect()
}
