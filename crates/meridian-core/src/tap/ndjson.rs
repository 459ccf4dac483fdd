//! Lines that are checkpoints already, as the intake takes them.
//!
//! A line may leave out `chain`, `hop` and `lane`, which the tap knows; its `reporter`, `epoch` and `n` give way to the
//! tap's own, for the tap is who reports. It does *not* judge the fields: the intake's own reader does.

use std::{collections::BTreeMap, fmt};

use serde::de::{self, Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Value, value::RawValue};

use super::Seen;
use crate::chain::wire::Fault;

pub fn see(line: &[u8]) -> Result<Seen, Fault> {
    let broken = |error: serde_json::Error| Fault {
        field: None,
        reason: format!("the line is no JSON object: {error}"),
        hint: "write one whole object a line",
    };
    let Fields(fields) = serde_json::from_slice(line).map_err(broken)?;
    let value = |(field, raw): (String, &RawValue)| {
        // As text: a number of JSON would become binary, and an amount must stay the one that was written.
        let number = field == "amount" && !raw.get().starts_with('"');
        let value = if number { Value::from(raw.get()) } else { serde_json::from_str(raw.get()).map_err(broken)? };
        Ok((field, value))
    };
    fields.into_iter().map(value).collect()
}

/// A field that stands twice is refused, as the intake refuses it: which of the two is meant, nobody knows.
struct Fields<'a>(BTreeMap<String, &'a RawValue>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Fields<'de>, D::Error> {
        from.deserialize_map(Once)
    }
}

struct Once;

impl<'de> Visitor<'de> for Once {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields<'de>, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some((field, raw)) = map.next_entry::<String, &RawValue>()? {
            if fields.contains_key(&field) {
                return Err(de::Error::custom(format_args!("`{}` stands twice", field.escape_debug())));
            }
            fields.insert(field, raw);
        }
        Ok(Fields(fields))
    }
}
