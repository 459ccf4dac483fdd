//! An ntfy message: JSON with a priority, and an action that opens the confirmation page.

use meridian_core::page::Urgency;
use serde_json::{Value, json};

use super::{
    message::{Kind, Message},
    text::{web_url, within_bytes},
};

/// Above 4,096 bytes ntfy turns a message into an attachment that nobody reads at night.
const MESSAGE_BYTES_MAX: usize = 3500;

/// Topics are letters, digits, `-` and `_`.
pub fn is_topic(topic: &str) -> bool {
    (1..=64).contains(&topic.len()) && topic.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

pub fn body(m: &Message, topic: &str) -> Value {
    let mut lines = vec![m.reason(), format!("Since {}.", m.when(m.incident.since))];
    lines.extend(m.without_you());
    lines.extend(
        m.incident.alerts.iter().take(5).map(|alert| format!("• {}", super::text::one_line(alert.title(), 200))),
    );
    let text = lines.join("\n");
    let mut body = json!({
        "topic": topic,
        "title": m.headline(200),
        "message": within_bytes(&text, MESSAGE_BYTES_MAX),
        "priority": priority(m.kind),
        "tags": [m.kind.word(), m.incident.severity.word().to_lowercase()],
    });
    if let Some(url) = web_url(&m.incident_url) {
        body["click"] = json!(url);
    }
    // `view` opens the page; `http` would act at once, and whoever mirrors notifications would acknowledge.
    let view = |label: &str, url: Option<&str>| {
        url.and_then(web_url).map(|url| json!({"action": "view", "label": label, "url": url, "clear": false}))
    };
    let actions: Vec<Value> = [
        view("Acknowledge", m.acknowledge_url.as_deref().filter(|_| m.kind.is_page())),
        view("Pass on", m.pass_on_url.as_deref().filter(|_| m.kind.is_page())),
        view("Runbook", m.incident.runbook_url.as_deref()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if !actions.is_empty() {
        body["actions"] = json!(actions);
    }
    body
}

/// 5 breaks through the quiet of a phone, 2 neither sounds nor shakes.
fn priority(kind: Kind) -> u8 {
    match kind {
        Kind::Page { urgency: Urgency::High } => 5,
        Kind::Page { urgency: Urgency::Low } => 3,
        Kind::Update { .. } | Kind::Reminder | Kind::Resolved => 2,
    }
}
