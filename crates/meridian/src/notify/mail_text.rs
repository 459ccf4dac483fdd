//! The mail as plain text: all that the HTML says, in the same order.

use std::fmt::Write;

use super::{
    message::Message,
    text::{one_line, web_url},
    when,
};

const RULE: &str = "----------------------------------------";

pub fn render(m: &Message) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    if m.drill {
        line("DRILL. This is a rehearsal.\n");
    }
    line(&format!("{}, {}", m.incident.severity, m.incident_word()));
    line(&one_line(&m.incident.title, 500));
    line("");
    line(&m.reason());
    line("");
    if let Some(url) = m.acknowledge_url.as_deref().and_then(web_url) {
        line(&format!("Acknowledge: {url}"));
    }
    if let Some(url) = m.pass_on_url.as_deref().and_then(web_url) {
        line(&format!("I cannot, pass on: {url}"));
    }
    if let Some(text) = m.without_you() {
        line(&text);
    }
    line(RULE);
    line(&format!("{}, since {}", m.lasted(), when::dated(m.incident.since, &m.zone)));
    line(&m.status());
    for (name, value) in m.incident.group.iter().chain(m.shared_labels()).take(12) {
        line(&format!("{}={}", one_line(name, 60), one_line(value, 200)));
    }
    alerts(m, &mut out);
    let _ = writeln!(out, "{RULE}");
    if let Some(url) = web_url(&m.incident_url) {
        let _ = writeln!(out, "Open the incident: {url}");
    }
    if let Some(url) = m.incident.runbook_url.as_deref().and_then(web_url) {
        let _ = writeln!(out, "Runbook: {url}");
    }
    let _ = writeln!(out, "\nWritten at {} · {}", when::full(m.at, &m.zone), one_line(&m.key, 100));
    out
}

fn alerts(m: &Message, out: &mut String) {
    if m.incident.alerts.is_empty() {
        return;
    }
    let _ = writeln!(out, "{RULE}\nAlerts ({})", super::mail_html::count(m));
    for alert in &m.incident.alerts {
        let mark = if alert.firing { "*" } else { "-" };
        let state = if alert.firing { "since" } else { "resolved; since" };
        let _ = writeln!(out, "{mark} {}", one_line(alert.title(), 300));
        let _ = writeln!(out, "  {state} {}", m.when(alert.since));
        let own = m.own_labels(alert);
        if !own.is_empty() {
            let _ = writeln!(out, "  {}", own.join(" "));
        }
    }
}
