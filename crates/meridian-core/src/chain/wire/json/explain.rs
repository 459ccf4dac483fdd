//! Why a line could not be read: the slow way, taken for bad lines alone, which finds the field.

use serde_json::Value;

use super::super::{Fault, fault};
use super::field::At;

/// What a field of a line has to be.
#[derive(Clone, Copy)]
enum Is {
    Text,
    Number,
    Small,
    Flag,
    Instant,
    Amount,
    Outcome,
}

const FIELDS: [(&str, Is); 16] = [
    ("chain", Is::Text),
    ("lane", Is::Text),
    ("seq", Is::Number),
    ("id", Is::Text),
    ("hop", Is::Text),
    ("at", Is::Instant),
    ("digest", Is::Text),
    ("amount", Is::Amount),
    ("currency", Is::Text),
    ("attempt", Is::Small),
    ("possdup", Is::Flag),
    ("outcome", Is::Outcome),
    ("reporter", Is::Text),
    ("epoch", Is::Number),
    ("n", Is::Number),
    ("through", Is::Number),
];

impl Is {
    fn allows(self, value: &Value) -> bool {
        match self {
            _ if value.is_null() => true,
            Is::Text => value.is_string(),
            Is::Number => value.is_u64(),
            Is::Small => value.as_u64().is_some_and(|number| u32::try_from(number).is_ok()),
            Is::Flag => value.is_boolean(),
            Is::Instant => serde_json::from_value::<At>(value.clone()).is_ok(),
            Is::Amount => value.is_string() || value.is_number(),
            Is::Outcome => matches!(value.as_str(), Some("rejected" | "cancelled")),
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Is::Text => "send a text",
            Is::Number => "send an integer from 0 to 18446744073709551615",
            Is::Small => "send an integer from 0 to 4294967295",
            Is::Flag => "send true or false",
            Is::Instant => "send RFC 3339 with its offset, or an integer of nanoseconds since 1970",
            Is::Amount => "send it as decimal text",
            Is::Outcome => "send `rejected` or `cancelled`, or leave it out",
        }
    }
}

pub fn explain(line: &[u8], error: &serde_json::Error) -> Fault {
    let whole = |reason: String| Fault { field: None, reason, hint: "send one JSON object a line" };
    let object = match serde_json::from_slice::<Value>(line) {
        Ok(Value::Object(object)) => object,
        Ok(other) => return whole(format!("it is {}, not an object", kind(&other))),
        Err(error) if error.is_eof() => return whole("the line is cut: it ends in the middle of its object".into()),
        Err(error) => return whole(format!("it is no JSON: {error}")),
    };
    for (field, value) in &object {
        match FIELDS.iter().find(|(name, _)| name == field) {
            None => {
                return fault(
                    &super::excerpt(field),
                    "is not known",
                    "see the list of fields in the API's documentation",
                );
            }
            Some((_, is)) if !is.allows(value) => {
                let shown = value.to_string();
                return fault(field, format!("is {} ({})", super::excerpt(&shown), kind(value)), is.expected());
            }
            Some(_) => {}
        }
    }
    whole(error.to_string())
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
