//! Alerts as Prometheus and Alertmanager write them in JSON, read straight into [`Incoming`].
//!
//! Two ways through: the fast one reads the whole array in one pass, without an intermediate tree. Where that finds a
//! value of a wrong type, the careful one reads the array again element by element, so that the good alerts of a batch
//! are kept and each bad one is named by its index and field. What is too long for an annotation is cut, because an
//! alert must not get lost over a text; what is wrong with a label is refused, because labels are the identity.

use std::{borrow::Cow, fmt, sync::Arc};

use meridian_core::{
    Instant,
    alert::{Incoming, LABELS_MAX, Labels},
};
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::value::RawValue;

pub const ANNOTATION_BYTES_MAX: usize = 64 * 1024;
const URL_BYTES_MAX: usize = 8 * 1024;

/// What became of a batch.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    pub alerts: Vec<Incoming>,
    pub problems: Vec<Problem>,
    /// How many elements the batch had.
    pub count: usize,
}

/// What is wrong with one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub index: usize,
    pub field: String,
    pub why: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "alert {}: {}: {}", self.index, self.field, self.why)
    }
}

/// Reads an array of alerts. `Err`: it is no JSON array at all.
pub fn batch(body: &[u8]) -> Result<Batch, serde_json::Error> {
    if let Ok(elements) = serde_json::from_slice::<Option<Elements>>(body) {
        return Ok(settle(elements.unwrap_or_default().0));
    }
    let elements: Vec<&RawValue> = serde_json::from_slice(body)?;
    Ok(careful(elements, |_| {}))
}

/// Element by element, for batches in which something has a wrong type.
pub fn careful(elements: Vec<&RawValue>, adjust: impl Fn(&mut Element)) -> Batch {
    let mut batch = Batch { count: elements.len(), ..Batch::default() };
    for (index, raw) in elements.into_iter().enumerate() {
        match serde_json::from_str::<Element>(raw.get()) {
            Ok(mut element) => {
                adjust(&mut element);
                batch.take(index, element);
            }
            Err(whole) => batch.problems.push(blame(index, raw, &whole)),
        }
    }
    batch
}

/// Which field it was: each is read alone.
fn blame(index: usize, raw: &RawValue, whole: &serde_json::Error) -> Problem {
    type Fields<'a> = std::collections::BTreeMap<Cow<'a, str>, &'a RawValue>;
    let problem = |field: &str, e: &serde_json::Error| Problem { index, field: field.to_owned(), why: plain(e) };
    let Ok(fields) = serde_json::from_str::<Fields<'_>>(raw.get()) else { return problem("alert", whole) };
    for (field, value) in &fields {
        let outcome = match field.as_ref() {
            "labels" | "annotations" => match serde_json::from_str::<Fields<'_>>(value.get()) {
                Err(e) => Err((field.to_string(), e)),
                Ok(pairs) => pairs.iter().try_for_each(|(name, value)| {
                    let read = serde_json::from_str::<Option<String>>(value.get());
                    read.map(drop).map_err(|e| (format!("{field}.{}", name.escape_debug()), e))
                }),
            },
            "startsAt" | "endsAt" => {
                serde_json::from_str::<Time>(value.get()).map(drop).map_err(|e| (field.to_string(), e))
            }
            "generatorURL" | "status" => {
                serde_json::from_str::<Option<String>>(value.get()).map(drop).map_err(|e| (field.to_string(), e))
            }
            _ => Ok(()),
        };
        if let Err((path, e)) = outcome {
            return problem(&path, &e);
        }
    }
    problem("alert", whole)
}

/// The message without its position, which counts from the beginning of the field and would mislead.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].chars().take(200).collect()
}

fn settle(elements: Vec<Element>) -> Batch {
    let mut batch = Batch { alerts: Vec::with_capacity(elements.len()), problems: Vec::new(), count: elements.len() };
    for (index, element) in elements.into_iter().enumerate() {
        batch.take(index, element);
    }
    batch
}

impl Batch {
    fn take(&mut self, index: usize, element: Element) {
        match element.check() {
            Ok(incoming) => self.alerts.push(incoming),
            Err((field, why)) => self.problems.push(Problem { index, field, why }),
        }
    }
}

/// Whether the source says that it is over; only the webhook does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    #[default]
    Unsaid,
    Firing,
    Resolved,
}

/// One alert as it stands in the JSON.
#[derive(Default)]
pub struct Element {
    labels: Option<Pairs>,
    annotations: Option<Pairs>,
    starts_at: Option<Instant>,
    ends_at: Option<Instant>,
    generator_url: Option<String>,
    pub status: Status,
}

impl Element {
    /// The alert, or which field is wrong and why.
    pub fn check(self) -> Result<Incoming, (String, String)> {
        let labels = self.labels.ok_or_else(|| ("labels".to_owned(), "required, and missing".to_owned()))?;
        let incoming = Incoming {
            labels: Labels::new(labels.0),
            annotations: keep_annotations(self.annotations.unwrap_or_default()),
            starts_at: self.starts_at,
            ends_at: self.ends_at,
            generator_url: self.generator_url.map(keep_url).unwrap_or_default(),
        };
        incoming.validate().map_err(|wrong| (wrong.field, wrong.why))?;
        Ok(incoming)
    }

    /// As the webhook means it: `status` decides, not the two times, for the clocks of two machines differ.
    pub fn settle_status(&mut self, now: Instant, never: Instant) {
        match self.status {
            Status::Unsaid => {}
            Status::Firing => {
                self.ends_at = Some(never);
                self.starts_at = self.starts_at.map(|start| start.min(now));
            }
            Status::Resolved => {
                let end = self.ends_at.map_or(now, |end| end.min(now));
                self.ends_at = Some(end);
                self.starts_at = self.starts_at.map(|start| start.min(end));
            }
        }
    }
}

fn keep_annotations(Pairs(mut pairs): Pairs) -> Labels {
    pairs.truncate(LABELS_MAX);
    pairs.retain(|(name, value)| !name.is_empty() && !value.is_empty());
    for (_, value) in &mut pairs {
        if value.len() > ANNOTATION_BYTES_MAX {
            *value = cut(value, ANNOTATION_BYTES_MAX);
        }
        if value.contains('\0') {
            *value = value.replace('\0', "\u{fffd}").into();
        }
    }
    Labels::new(pairs)
}

/// The beginning of `text`, and a word that says so.
pub fn cut(text: &str, bytes_max: usize) -> Box<str> {
    if text.len() <= bytes_max {
        return text.into();
    }
    format!("{}… (cut, {} bytes)", &text[..text.floor_char_boundary(bytes_max)], text.len()).into()
}

/// Shown as a link, so only the web's own schemes are kept.
pub fn keep_url(text: String) -> Arc<str> {
    let is_web = ["http://", "https://"]
        .iter()
        .any(|scheme| text.get(..scheme.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(scheme)));
    if is_web && text.len() <= URL_BYTES_MAX && !text.contains(char::is_control) { text.into() } else { "".into() }
}

#[derive(Default)]
struct Elements(Vec<Element>);

impl<'de> Deserialize<'de> for Elements {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Elements, D::Error> {
        struct Array;
        impl<'de> Visitor<'de> for Array {
            type Value = Elements;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of alerts")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Elements, A::Error> {
                let mut elements = Vec::with_capacity(64);
                while let Some(element) = seq.next_element()? {
                    elements.push(element);
                }
                Ok(Elements(elements))
            }
        }
        deserializer.deserialize_seq(Array)
    }
}

impl<'de> Deserialize<'de> for Element {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Element, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Element;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an alert, which is an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Element, A::Error> {
                let mut element = Element::default();
                while let Some(key) = map.next_key::<Key>()? {
                    match key {
                        Key::Labels => element.labels = map.next_value()?,
                        Key::Annotations => element.annotations = map.next_value()?,
                        Key::StartsAt => element.starts_at = map.next_value::<Time>()?.0,
                        Key::EndsAt => element.ends_at = map.next_value::<Time>()?.0,
                        Key::GeneratorUrl => element.generator_url = map.next_value()?,
                        Key::Status => {
                            element.status = match map.next_value::<Option<String>>()?.as_deref() {
                                Some("firing") => Status::Firing,
                                Some("resolved") => Status::Resolved,
                                _ => Status::Unsaid,
                            }
                        }
                        Key::Other => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                Ok(element)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[derive(Deserialize)]
#[serde(field_identifier)]
enum Key {
    #[serde(rename = "labels")]
    Labels,
    #[serde(rename = "annotations")]
    Annotations,
    #[serde(rename = "startsAt")]
    StartsAt,
    #[serde(rename = "endsAt")]
    EndsAt,
    #[serde(rename = "generatorURL")]
    GeneratorUrl,
    #[serde(rename = "status")]
    Status,
    #[serde(other)]
    Other,
}

/// Names and values as they come. One more than the limit is kept, to be refused; the rest would only take room.
#[derive(Default)]
struct Pairs(Vec<(Box<str>, Box<str>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Pairs, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of texts")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::with_capacity(8);
                while pairs.len() <= LABELS_MAX {
                    let Some((name, value)) = map.next_entry::<Box<str>, Option<Box<str>>>()? else {
                        return Ok(Pairs(pairs));
                    };
                    pairs.push((name, value.unwrap_or_default()));
                }
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// An instant, or nothing: `null`, an empty text and Go's zero time all mean "unset".
pub struct Time(pub Option<Instant>);

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        /// Reads the text where it stands; a `Cow` inside an `Option` would copy it first.
        struct Text;
        impl<'de> Visitor<'de> for Text {
            type Value = Time;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an RFC 3339 time")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Time, E> {
                time(text).map(Time).map_err(E::custom)
            }
            fn visit_unit<E: serde::de::Error>(self) -> Result<Time, E> {
                Ok(Time(None))
            }
        }
        deserializer.deserialize_any(Text)
    }
}

/// ```
/// use meridian::hooks::incoming::time;
/// assert_eq!(time("0001-01-01T00:00:00.000Z"), Ok(None));
/// assert_eq!(time("2026-11-22T10:46:36.730+01:00").unwrap().unwrap().to_string(), "2026-11-22T09:46:36.73Z");
/// assert!(time("soon").is_err());
/// ```
pub fn time(text: &str) -> Result<Option<Instant>, String> {
    if text.is_empty() || text.starts_with("0001-01-01T00:00:00") {
        return Ok(None);
    }
    if let Ok(instant) = text.parse() {
        return Ok(Some(instant));
    }
    // "The end of time" of some sources lies a few hours after the last instant that we can express.
    if text.starts_with("9999-12-3") {
        return Ok(Some(Instant::MAX));
    }
    let shown: String = text.chars().take(40).collect();
    Err(format!("{shown:?} is no RFC 3339 time, such as 2026-11-22T09:46:36Z"))
}

#[cfg(test)]
mod tests;
