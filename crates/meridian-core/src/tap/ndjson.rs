//! Lines that are checkpoints already, as the intake takes them.
//!
//! A line may leave out `chain`, `hop` and `lane`, which the tap knows; its `reporter`, `epoch` and `n` give way to the
//! tap's own, for the tap is who reports. It does *not* judge the fields: the intake's own reader does.

use std::collections::BTreeMap;

use serde_json::{Value, value::RawValue};

use super::Seen;
use crate::chain::wire::Fault;

pub fn see(line: &[u8]) -> Result<Seen, Fault> {
    let broken = |error: serde_json::Error| Fault {
        field: None,
        reason: format!("the line is no JSON object: {error}"),
        hint: "write one whole object a line",
    };
    let fields: BTreeMap<String, &RawValue> = serde_json::from_slice(line).map_err(broken)?;
    let value = |(field, raw): (String, &RawValue)| {
        // As text: a number of JSON would become binary, and an amount must stay the one that was written.
        let number = field == "amount" && !raw.get().starts_with('"');
        let value = if number { Value::from(raw.get()) } else { serde_json::from_str(raw.get()).map_err(broken)? };
        Ok((field, value))
    };
    fields.into_iter().map(value).collect()
}
