//! The OpenAPI 3.1 document, made from the table of endpoints.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{RefOr, Schema},
};

use super::{
    Problem,
    endpoints::{Endpoint, Needs, endpoints},
};

/// A type that stands in the document.
#[derive(Clone, Copy)]
pub struct Described(fn() -> (String, Named));

/// Schemas with their names.
type Named = Vec<(String, RefOr<Schema>)>;

pub fn of<T: ToSchema>() -> Described {
    Described(|| {
        let mut schemas = vec![(T::name().into_owned(), <T as PartialSchema>::schema())];
        T::schemas(&mut schemas);
        (T::name().into_owned(), schemas)
    })
}

/// What an endpoint answers.
#[derive(Clone, Copy)]
pub enum Shape {
    Nothing,
    One(Described),
    /// A page of a list.
    List(Described),
    /// Such an object a line, or a table.
    Lines(Described),
}

/// Collects the types that are referred to.
#[derive(Default)]
struct Types(BTreeMap<String, Value>);

impl Types {
    fn refer(&mut self, described: Described) -> Value {
        let (name, schemas) = described.0();
        for (name, schema) in schemas {
            self.0.insert(name, serde_json::to_value(schema).unwrap_or_default());
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }
}

pub fn document(external_url: &str) -> Value {
    let mut types = Types::default();
    let mut paths = Map::new();
    for endpoint in endpoints() {
        let operation = operation(&endpoint, &mut types);
        let path = paths.entry(endpoint.path).or_insert_with(|| json!({}));
        path[endpoint.method] = operation;
    }
    types.refer(of::<Problem>());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Meridian",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Lists come a page at a time: `limit`, and `cursor` from `next_cursor` of the page before. \
                Errors are `application/problem+json`. A POST with an `Idempotency-Key` that is sent again with the same body \
                within 24 hours gets the first answer again, over a restart too, and nothing is done twice.",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": format!("{external_url}/api/v1") }],
        "paths": paths,
        "components": {
            "schemas": types.0,
            "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer", "description": "An API token: `mrd_…`" },
                "session": { "type": "apiKey", "in": "cookie", "name": "meridian",
                    "description": "A login's cookie (`__Host-meridian` over HTTPS); every change needs the header `X-CSRF-Token` from `GET /me`, too" },
            },
        },
    })
}

fn operation(endpoint: &Endpoint, types: &mut Types) -> Value {
    let mut parameters: Vec<Value> = path_parameters(endpoint.path)
        .map(|name| json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" } }))
        .collect();
    parameters.extend(endpoint.query.iter().map(|name| {
        let (name, required) = name.strip_suffix('!').map_or((*name, false), |name| (name, true));
        let kind = if matches!(name, "limit" | "incident") { "integer" } else { "string" };
        let mut parameter = json!({ "name": name, "in": "query", "required": required, "schema": { "type": kind } });
        if name == "at" {
            parameter["schema"]["format"] = "date-time".into();
            parameter["description"] = at_words(endpoint.path).into();
        }
        parameter
    }));
    if endpoint.method == "post" && endpoint.path != "/session" {
        let schema = json!({ "type": "string", "minLength": 1, "maxLength": 255 });
        parameters.push(json!({ "name": "Idempotency-Key", "in": "header", "required": false, "schema": schema }));
    }
    let mut operation = json!({
        "summary": endpoint.summary,
        "operationId": operation_id(endpoint),
        "tags": [endpoint.path.split('/').nth(1).unwrap_or_default()],
        "parameters": parameters,
        "responses": responses(endpoint, types),
        "security": match endpoint.needs {
            Needs::Nothing => json!([{}]),
            Needs::Login | Needs::May(_) | Needs::Intake => json!([{ "token": [] }, { "session": [] }]),
        },
    });
    if let Needs::May(action) = endpoint.needs {
        operation["description"] = format!("For those who may {}.", action.word()).into();
    }
    if let Some(body) = endpoint.body {
        let schema = types.refer(body);
        operation["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    operation
}

fn at_words(path: &str) -> &'static str {
    match path {
        "/oncall" | "/responsible" => {
            "Absent: now. Past: the answer as it was then. Yet to come: by the plan as it stands now"
        }
        _ => "The control room as it was at this instant. Refused if it is yet to come, or before the journal begins",
    }
}

fn responses(endpoint: &Endpoint, types: &mut Types) -> Value {
    if let Shape::Lines(described) = endpoint.answer {
        return lines(types.refer(described));
    }
    let schema = match endpoint.answer {
        Shape::Nothing | Shape::Lines(_) => None,
        Shape::One(described) => Some(types.refer(described)),
        Shape::List(described) => Some(json!({
            "type": "object",
            "required": ["items"],
            "properties": {
                "items": { "type": "array", "items": types.refer(described) },
                "next_cursor": { "type": "string", "description": "Absent on the last page" },
                "remarks": { "type": "array", "items": { "type": "string" },
                    "description": "What is worth knowing beside the items, such as an override that covers nobody; absent if nothing is" },
            },
        })),
    };
    let mut success = json!({ "description": "Done" });
    if let Some(schema) = schema {
        success["content"] = json!({ "application/json": { "schema": schema } });
    }
    json!({ endpoint.status.to_string(): success, "default": problem() })
}

fn problem() -> Value {
    json!({
        "description": "Why it was not done",
        "content": { "application/problem+json": { "schema": { "$ref": "#/components/schemas/Problem" } } },
    })
}

/// A list to be downloaded: an object a line, or a table with its fields as columns.
fn lines(line: Value) -> Value {
    let content = json!({ "application/x-ndjson": { "schema": line }, "text/csv": { "schema": { "type": "string" } } });
    json!({ "200": { "description": "The list", "content": content }, "default": problem() })
}

fn path_parameters(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

fn operation_id(endpoint: &Endpoint) -> String {
    let words = endpoint.path.split('/').filter(|part| !part.is_empty());
    let words = words.map(|part| part.trim_matches(['{', '}']).replace('-', "_"));
    words.fold(endpoint.method.to_owned(), |id, word| format!("{id}_{word}"))
}
