//! A signed webhook by the rules of Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`.

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use meridian_core::Instant;
use serde_json::{Value, json};
use sha2::Sha256;

use super::message::{AlertLine, IncidentStatus, Message};

/// The key in a `whsec_…` secret.
#[derive(Clone)]
pub struct WebhookKey(Vec<u8>);

impl fmt::Debug for WebhookKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WebhookKey(…)")
    }
}

impl WebhookKey {
    /// `None`: not `whsec_` and base64, or shorter than 16 bytes.
    pub fn parse(secret: &str) -> Option<WebhookKey> {
        let key = BASE64_STANDARD.decode(secret.trim().strip_prefix("whsec_")?).ok()?;
        (key.len() >= 16).then_some(WebhookKey(key))
    }
}

/// The value of `webhook-signature`: `v1,` and the base64 of the HMAC over `id.timestamp.body`.
///
/// ```
/// use meridian::notify::{WebhookKey, standard_signature};
/// let key = WebhookKey::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw").unwrap();
/// let signature = standard_signature(&key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, br#"{"test": 2432232314}"#);
/// assert_eq!(signature, "v1,pZN3CVESPCUuihODVQNgWONmlcH9xCz9b1ykcK53XqY=");
/// ```
pub fn standard_signature(key: &WebhookKey, id: &str, timestamp: i64, body: &[u8]) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&key.0) else {
        return String::new();
    };
    mac.update(format!("{id}.{timestamp}.").as_bytes());
    mac.update(body);
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

/// What a program that listens needs to act by itself. Instants are RFC 3339 in UTC; texts are as they came.
pub fn body(m: &Message) -> Value {
    let incident = &m.incident;
    let (acknowledged, resolved) = match &incident.status {
        IncidentStatus::Open => (Value::Null, Value::Null),
        IncidentStatus::Acknowledged { by, at } => (json!({"by": by, "at": rfc3339(*at)}), Value::Null),
        IncidentStatus::Resolved { at } => (Value::Null, json!({"at": rfc3339(*at)})),
    };
    json!({
        "type": format!("incident.{}", m.kind.word()),
        "timestamp": rfc3339(m.at),
        "data": {
            "key": m.key,
            "drill": m.drill,
            "person": {"name": m.to.person.as_str(), "displayName": m.to.display_name},
            "because": m.because,
            "next": m.next.as_ref().map(|next| json!({"who": next.who, "at": rfc3339(next.at)})),
            "acknowledgeUrl": m.acknowledge_url,
            "passOnUrl": m.pass_on_url,
            "incident": {
                "number": incident.number.0,
                "title": incident.title,
                "severity": incident.severity.word(),
                "status": incident.status.word(),
                "since": rfc3339(incident.since),
                "acknowledged": acknowledged,
                "resolved": resolved,
                "url": m.incident_url,
                "runbookUrl": incident.runbook_url,
                "group": incident.group,
                "alerts": incident.alerts.iter().map(alert).collect::<Vec<_>>(),
                "alertsTotal": incident.alerts_total,
            },
        },
    })
}

fn alert(alert: &AlertLine) -> Value {
    json!({
        "status": if alert.firing { "firing" } else { "resolved" },
        "since": rfc3339(alert.since),
        "fingerprint": alert.labels.fingerprint(),
        "labels": alert.labels,
        "annotations": alert.annotations,
        "generatorUrl": alert.generator_url,
    })
}

fn rfc3339(at: Instant) -> String {
    at.to_string()
}
