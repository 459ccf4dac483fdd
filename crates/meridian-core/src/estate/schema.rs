//! JSON Schemas of the kinds, for editors: the same descriptions that the reader goes by, in another notation.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Kind,
    kind::ENVELOPE,
    shape::{Field, Form, Shape, TARGET, Takes},
};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The JSON Schema (2020-12) of one kind's documents.
pub fn schema(kind: Kind) -> Value {
    let mut definitions = Definitions::default();
    let mut schema = document(kind, &mut definitions);
    schema.insert("$schema".into(), DIALECT.into());
    schema.insert("$defs".into(), definitions.finish());
    Value::Object(schema)
}

/// The JSON Schema of a document of any kind: what an editor is told about all files of an estate.
pub fn schema_all() -> Value {
    let mut definitions = Definitions::default();
    let kinds: Vec<Value> = Kind::ALL.into_iter().map(|kind| Value::Object(document(kind, &mut definitions))).collect();
    json!({
        "$schema": DIALECT,
        "title": "Meridian estate",
        "description": ENVELOPE.doc,
        "oneOf": kinds,
        "$defs": definitions.finish(),
    })
}

fn document(kind: Kind, definitions: &mut Definitions) -> Map<String, Value> {
    let spec = kind.shape();
    let mut schema = object(&ENVELOPE, definitions);
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties
            .insert("kind".into(), json!({ "const": kind.word(), "description": "what this document describes" }));
        properties.insert("spec".into(), definitions.refer(spec));
    }
    schema.insert("title".into(), kind.word().into());
    schema.insert("description".into(), spec.doc.into());
    schema
}

/// Each shape once, however often it is used; so a route can hold routes.
#[derive(Default)]
struct Definitions(BTreeMap<&'static str, Value>);

impl Definitions {
    fn refer(&mut self, shape: &'static Shape) -> Value {
        if !self.0.contains_key(shape.name) {
            self.0.insert(shape.name, Value::Null);
            let definition = object(shape, self);
            self.0.insert(shape.name, Value::Object(definition));
        }
        json!({ "$ref": format!("#/$defs/{}", shape.name) })
    }

    fn finish(self) -> Value {
        Value::Object(self.0.into_iter().map(|(name, definition)| (name.to_owned(), definition)).collect())
    }
}

fn object(shape: &'static Shape, definitions: &mut Definitions) -> Map<String, Value> {
    let mut properties = Map::new();
    for field in shape.fields {
        properties.insert(field.key.into(), property(field, definitions));
    }
    let required: Vec<&str> = shape.fields.iter().filter(|field| field.required).map(|field| field.key).collect();
    let mut schema = Map::new();
    schema.insert("type".into(), "object".into());
    schema.insert("description".into(), shape.doc.into());
    schema.insert("properties".into(), Value::Object(properties));
    schema.insert("additionalProperties".into(), false.into());
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    if !shape.one_of.is_empty() {
        let one_of: Vec<Value> = shape.one_of.iter().map(|key| json!({ "required": [key] })).collect();
        schema.insert("oneOf".into(), one_of.into());
    }
    schema
}

fn property(field: &'static Field, definitions: &mut Definitions) -> Value {
    let mut schema = takes(&field.takes, definitions);
    let default = field.default.map(|default| format!("; default: {default}")).unwrap_or_default();
    if let Some(schema) = schema.as_object_mut() {
        schema.insert("description".into(), format!("{}{default}", field.doc).into());
    }
    schema
}

fn takes(takes: &'static Takes, definitions: &mut Definitions) -> Value {
    match takes {
        Takes::Text(form) => text(form),
        Takes::Word(words) => json!({ "enum": words }),
        Takes::Truth => json!({ "type": "boolean" }),
        Takes::Whole { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Takes::Decimal { min, max } => json!({ "type": "number", "minimum": min, "maximum": max }),
        Takes::Ref(kind) => reference(*kind),
        Takes::RefOrMap(kind, shape) => {
            json!({ "anyOf": [reference(*kind), definitions.refer(shape)] })
        }
        Takes::Target => json!({
            "type": "string",
            "pattern": "^(rota/[a-z0-9-]{1,63}(#(primary|secondary|shadow|reverse-shadow))?|(person|team)/[a-z0-9-]{1,63})$",
            "title": TARGET,
            "examples": ["rota/payments", "rota/payments#secondary", "person/wen", "team/payments"],
        }),
        Takes::Map(shape) => definitions.refer(shape),
        Takes::Texts(form) => json!({ "type": "object", "additionalProperties": text(form) }),
        Takes::List { of, some } => {
            json!({ "type": "array", "items": self::takes(of, definitions), "minItems": i32::from(*some) })
        }
        Takes::OneOrMore(of) => {
            let one = self::takes(of, definitions);
            json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
        }
        Takes::OneOrNone(of) => {
            let one = self::takes(of, definitions);
            json!({ "anyOf": [one, { "type": "array", "items": one }] })
        }
        Takes::Spec => json!({}),
    }
}

fn reference(kind: Kind) -> Value {
    let title = format!("the name of {}", kind.with_article());
    json!({ "type": ["string", "number"], "pattern": "^[a-z0-9-]{1,63}$", "title": title })
}

/// The reader takes what was written as text; an editor must not mind that `+852…` or `500` could be numbers.
fn text(form: &Form) -> Value {
    let mut schema = match form.pattern {
        Some(pattern) => json!({ "type": ["string", "number"], "pattern": pattern }),
        None => json!({ "type": ["string", "number", "boolean"] }),
    };
    schema["title"] = form.expected.into();
    if !form.examples.is_empty() {
        schema["examples"] = json!(form.examples);
    }
    schema
}
