//! PagerDuty's Events API v2: `POST /v2/enqueue`.
//!
//! An event becomes an alert whose labels say what it is about. PagerDuty's own identity of an event is
//! `(routing_key, dedup_key)`, ours is all labels; so a later event of the same key takes the labels of the alert that
//! fires for it already (see [`Event::speaks_of`]). The routing key is a secret: only a short hash of it is kept, as
//! the label `integration`. These alerts end when the source resolves them, or by hand.

mod receive;

pub use receive::router;

use meridian_core::{
    Instant,
    alert::{DEDUP_KEY, Incoming, Labels},
};
use serde::{Deserialize, Deserializer};
use serde_json::{Value, value::RawValue};

use super::{
    NEVER,
    incoming::{ANNOTATION_BYTES_MAX, cut, keep_url, time},
};

/// The vendor's own limits.
const BODY_BYTES_MAX: usize = 512 * 1024;
const DEDUP_KEY_CHARS_MAX: usize = 255;
const ROUTING_KEY_CHARS_MAX: usize = 255;
const SUMMARY_CHARS_MAX: usize = 1024;
/// Labels are short; what is longer stands whole in the annotations.
const LABEL_CHARS_MAX: usize = 128;

/// An event that keeps the rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The first characters of a hash of the routing key.
    pub integration: String,
    /// Absent only for a trigger: the receiver makes one.
    pub dedup_key: Option<String>,
    pub action: Action,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    Trigger(Box<Trigger>),
    Acknowledge,
    Resolve,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trigger {
    pub summary: String,
    pub source: String,
    pub severity: String,
    pub component: Option<String>,
    pub group: Option<String>,
    pub class: Option<String>,
    pub timestamp: Option<Instant>,
    /// JSON.
    pub details: Option<String>,
    /// One a line: URL, then text.
    pub links: String,
    pub client: Option<String>,
    pub client_url: Option<String>,
}

/// What is wrong, each in the vendor's manner: `'payload.summary' is missing or blank`.
pub type Errors = Vec<String>;

#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Wire<'a> {
    #[serde(default)]
    routing_key: Option<Value>,
    #[serde(default)]
    event_action: Option<Value>,
    #[serde(default)]
    dedup_key: Option<Value>,
    #[serde(borrow, default, deserialize_with = "raw")]
    payload: Option<&'a RawValue>,
    #[serde(default)]
    links: Option<Value>,
    #[serde(default)]
    images: Option<Value>,
    #[serde(default)]
    client: Option<Value>,
    #[serde(default)]
    client_url: Option<Value>,
}

#[derive(Deserialize)]
struct Payload<'a> {
    #[serde(default)]
    summary: Option<Value>,
    #[serde(default)]
    source: Option<Value>,
    #[serde(default)]
    severity: Option<Value>,
    #[serde(default)]
    component: Option<Value>,
    #[serde(default)]
    group: Option<Value>,
    #[serde(default)]
    class: Option<Value>,
    #[serde(default)]
    timestamp: Option<Value>,
    #[serde(borrow, default, deserialize_with = "raw")]
    custom_details: Option<&'a RawValue>,
}

/// `null` is the same as absent.
fn raw<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    Ok((raw.get() != "null").then_some(raw))
}

/// Reads one event. The routing key comes beside it, for it may be the sender's credential and is kept nowhere.
pub fn event(body: &[u8]) -> Result<(Event, String), Errors> {
    let wire: Wire<'_> = serde_json::from_slice(body).map_err(|e| vec![format!("the body is no event: {e}")])?;
    if body.trim_ascii_start().starts_with(b"[") {
        return Err(vec!["the body is no event: an object is expected".into()]);
    }
    let mut errors = Errors::new();
    let routing_key = required("routing_key", wire.routing_key, ROUTING_KEY_CHARS_MAX, &mut errors);
    let dedup_key = optional("dedup_key", wire.dedup_key, DEDUP_KEY_CHARS_MAX, &mut errors);
    let action = match required("event_action", wire.event_action, 32, &mut errors).as_str() {
        "trigger" => match wire.payload {
            Some(payload) => trigger(payload, &mut errors).map(|mut trigger| {
                trigger.links = links(wire.links.as_ref(), wire.images.as_ref());
                trigger.client = optional("client", wire.client, 1024, &mut errors);
                trigger.client_url = optional("client_url", wire.client_url, 8 * 1024, &mut errors);
                Action::Trigger(Box::new(trigger))
            }),
            None => {
                errors.push("'payload' is missing or blank".into());
                None
            }
        },
        "acknowledge" => Some(Action::Acknowledge),
        "resolve" => Some(Action::Resolve),
        "" => None,
        _ => {
            errors.push("'event_action' must be one of trigger, acknowledge, resolve".into());
            None
        }
    };
    if dedup_key.is_none() && matches!(action, Some(Action::Acknowledge | Action::Resolve)) {
        errors.push("'dedup_key' is missing or blank".into());
    }
    match action {
        Some(action) if errors.is_empty() => {
            Ok((Event { integration: integration(&routing_key), dedup_key, action }, routing_key))
        }
        _ => Err(errors),
    }
}

fn trigger(payload: &RawValue, errors: &mut Errors) -> Option<Trigger> {
    // An array would be read as the fields in their order.
    let object = Some(payload.get()).filter(|text| text.starts_with('{'));
    let Some(payload) = object.and_then(|text| serde_json::from_str::<Payload<'_>>(text).ok()) else {
        errors.push("'payload' must be an object".into());
        return None;
    };
    let severity = required("payload.severity", payload.severity, 32, errors).to_lowercase();
    if !severity.is_empty() && !["critical", "error", "warning", "info"].contains(&severity.as_str()) {
        errors.push("'payload.severity' must be one of critical, error, warning, info".into());
    }
    Some(Trigger {
        summary: required("payload.summary", payload.summary, SUMMARY_CHARS_MAX, errors),
        source: required("payload.source", payload.source, 1024, errors),
        severity,
        component: optional("payload.component", payload.component, 1024, errors),
        group: optional("payload.group", payload.group, 1024, errors),
        class: optional("payload.class", payload.class, 1024, errors),
        // A time that can't be read is no reason to lose an alert.
        timestamp: payload.timestamp.as_ref().and_then(Value::as_str).and_then(|text| time(text).ok()?),
        details: payload.custom_details.map(|raw| raw.get().to_owned()),
        links: String::new(),
        client: None,
        client_url: None,
    })
}

fn required(field: &str, value: Option<Value>, chars_max: usize, errors: &mut Errors) -> String {
    let before = errors.len();
    optional(field, value, chars_max, errors).unwrap_or_else(|| {
        if errors.len() == before {
            errors.push(format!("'{field}' is missing or blank"));
        }
        String::new()
    })
}

fn optional(field: &str, value: Option<Value>, chars_max: usize, errors: &mut Errors) -> Option<String> {
    let text = match value? {
        Value::String(text) => text,
        Value::Null => return None,
        // Some senders use numbers as keys.
        Value::Number(number) => number.to_string(),
        _ => {
            errors.push(format!("'{field}' must be a string"));
            return None;
        }
    };
    if text.chars().count() > chars_max {
        errors.push(format!("'{field}' is longer than {chars_max} characters"));
    }
    let text = text.trim().replace('\0', "\u{fffd}");
    (!text.is_empty()).then_some(text)
}

fn links(links: Option<&Value>, images: Option<&Value>) -> String {
    let list = |value: Option<&Value>| value.and_then(Value::as_array).cloned().unwrap_or_default();
    let mut lines = Vec::new();
    for link in list(links).iter().chain(&list(images)).take(32) {
        let text = |key: &str| link.get(key).and_then(Value::as_str).unwrap_or_default();
        let url = keep_url(if text("href").is_empty() { text("src") } else { text("href") }.to_owned());
        let words = if text("text").is_empty() { text("alt") } else { text("text") };
        if !url.is_empty() {
            lines.push(format!("{url} {}", words.replace(char::is_control, " ")).trim().to_owned());
        }
    }
    lines.join("\n")
}

/// How an integration is recognised without its key.
pub fn integration(routing_key: &str) -> String {
    let hash = blake3::derive_key("Meridian 2026-11 routing key of an integration", routing_key.as_bytes());
    hash[..5].iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Event {
    /// Whether an alert that fires is the one that an event with `dedup_key` means.
    pub fn speaks_of(&self, dedup_key: &str, labels: &Labels) -> bool {
        labels.get(DEDUP_KEY) == Some(dedup_key) && labels.get("integration") == Some(&self.integration)
    }
}

impl Trigger {
    /// The alert, with the labels of the one that fires already for the same key, if there is one.
    pub fn alert(&self, event: &Event, dedup_key: &str, known: Option<&Labels>, now: Instant) -> Incoming {
        Incoming {
            labels: known.cloned().unwrap_or_else(|| self.labels(event, dedup_key)),
            annotations: self.annotations(),
            starts_at: Some(self.timestamp.map_or(now, |at| at.min(now))),
            ends_at: Some(NEVER),
            generator_url: self.client_url.clone().map(keep_url).unwrap_or_default(),
        }
    }

    fn labels(&self, event: &Event, dedup_key: &str) -> Labels {
        let name = self.class.as_deref().unwrap_or_else(|| self.summary.lines().next().unwrap_or_default());
        let mut pairs = vec![
            ("alertname", short(name)),
            ("integration", event.integration.clone()),
            (DEDUP_KEY, dedup_key.to_owned()),
            ("source", short(&self.source)),
            ("severity", self.severity.clone()),
        ];
        let others = [("component", &self.component), ("group", &self.group), ("class", &self.class)];
        pairs.extend(others.into_iter().filter_map(|(name, value)| Some((name, short(value.as_deref()?)))));
        pairs.iter().map(|(name, value)| (*name, value.as_str())).collect()
    }

    fn annotations(&self) -> Labels {
        let mut pairs = vec![("summary", self.summary.as_str())];
        let others = [("details", self.details.as_deref()), ("client", self.client.as_deref())];
        pairs.extend(others.into_iter().filter_map(|(name, value)| Some((name, value?))));
        if !self.links.is_empty() {
            pairs.push(("links", &self.links));
        }
        let cut: Vec<_> =
            pairs.into_iter().map(|(name, value)| (name.into(), cut(value, ANNOTATION_BYTES_MAX))).collect();
        Labels::new(cut)
    }
}

fn short(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LABEL_CHARS_MAX).collect()
}

#[cfg(test)]
mod tests;
