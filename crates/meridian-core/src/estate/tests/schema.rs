//! The JSON Schemas: they accept what the reader accepts, and know every field that it knows.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::bank;
use crate::estate::{
    Kind, SourceFile, load,
    node::{self, Node},
    schema, schema_all,
    shape::{Shape, Takes},
    yaml,
};

const FULL: &str = include_str!("full.yaml");

fn documents() -> Vec<(Kind, Node)> {
    let mut texts: Vec<String> = bank::files().into_iter().map(|file| file.text).collect();
    texts.push(FULL.into());
    let mut documents = Vec::new();
    for text in &texts {
        for chunk in yaml::chunks(text) {
            let node = yaml::document(&chunk, &mut Vec::new()).unwrap();
            documents.extend(node.map(|node| (node.text_of("kind").unwrap().parse().unwrap(), node)));
        }
    }
    documents
}

/// As an editor sees it: plain scalars are numbers and truth values where they look like it.
fn value(node: &Node) -> Value {
    match &node.value {
        node::Value::Null => Value::Null,
        node::Value::Text(text) if text.plain => match serde_json::from_str(text.text.trim_start_matches('+')) {
            Ok(number @ (Value::Number(_) | Value::Bool(_))) => number,
            _ => json!(text.text),
        },
        node::Value::Text(text) => json!(text.text),
        node::Value::List(items) => items.iter().map(value).collect(),
        node::Value::Map(entries) => entries.iter().map(|entry| (entry.key.clone(), value(&entry.value))).collect(),
    }
}

/// The part of JSON Schema that ours use. A word that it doesn't know is an error, so that nothing is left unchecked.
fn fits(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let wrong = |why: &str| Err(format!("{value} does not fit: {why} in {schema}"));
    for (word, rule) in schema.as_object().unwrap() {
        let ok = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "examples" | "additionalProperties" => true,
            "$ref" => {
                let target = rule.as_str().unwrap().strip_prefix('#').unwrap();
                fits(root, root.pointer(target).unwrap(), value)?;
                true
            }
            "const" => value == rule,
            "enum" => rule.as_array().unwrap().contains(value),
            "type" => [rule].into_iter().chain(rule.as_array().into_iter().flatten()).any(|rule| is(rule, value)),
            "pattern" => {
                value.as_str().is_none_or(|text| regex::Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
            }
            "required" => rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
            "minimum" => value.as_f64().is_none_or(|number| number >= rule.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= rule.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= rule.as_u64().unwrap()),
            "items" => {
                value.as_array().into_iter().flatten().try_for_each(|item| fits(root, rule, item))?;
                true
            }
            "properties" => true,
            "oneOf" => rule.as_array().unwrap().iter().filter(|rule| fits(root, rule, value).is_ok()).count() == 1,
            "anyOf" => rule.as_array().unwrap().iter().any(|rule| fits(root, rule, value).is_ok()),
            other => panic!("the schema says `{other}`, which is not looked at"),
        };
        if !ok {
            return wrong(word);
        }
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        let more = schema.get("additionalProperties");
        match (schema.pointer(&format!("/properties/{key}")), more) {
            (Some(schema), _) => fits(root, schema, value)?,
            (None, Some(Value::Bool(false))) => return wrong(key),
            (None, Some(schema)) => fits(root, schema, value)?,
            (None, None) => {}
        }
    }
    Ok(())
}

fn is(rule: &Value, value: &Value) -> bool {
    match rule.as_str() {
        Some("object") => value.is_object(),
        Some("array") => value.is_array(),
        Some("string") => value.is_string(),
        Some("number") => value.is_number(),
        Some("integer") => value.is_i64(),
        Some("boolean") => value.is_boolean(),
        _ => false,
    }
}

#[test]
fn schemas_accept_the_examples() {
    let all = schema_all();
    for (kind, node) in documents() {
        let value = value(&node);
        let own = schema(kind);
        fits(&own, &own, &value).unwrap_or_else(|why| panic!("{kind}: {why}"));
        fits(&all, &all, &value).unwrap_or_else(|why| panic!("all, {kind}: {why}"));
    }
}

#[test]
fn schemas_refuse_what_is_unknown_or_missing() {
    for (kind, node) in documents() {
        let own = schema(kind);
        for key in ["apiVersion", "kind", "metadata", "spec"] {
            let mut less = value(&node);
            less.as_object_mut().unwrap().remove(key);
            assert!(fits(&own, &own, &less).is_err(), "{kind} without {key}");
        }
        let mut more = value(&node);
        more["spec"]["unheardOf"] = json!(1);
        assert!(fits(&own, &own, &more).is_err(), "{kind} with an unknown field");
    }
}

type Fields = BTreeSet<(&'static str, &'static str)>;

/// All fields of a shape and of those below it.
fn described(shape: &'static Shape, fields: &mut Fields) {
    for field in shape.fields {
        if fields.insert((shape.name, field.key)) {
            below(&field.takes).into_iter().for_each(|shape| described(shape, fields));
        }
    }
}

fn below(takes: &'static Takes) -> Option<&'static Shape> {
    match takes {
        Takes::Map(shape) | Takes::RefOrMap(_, shape) => Some(shape),
        Takes::List { of, .. } | Takes::OneOrMore(of) | Takes::OneOrNone(of) => below(of),
        _ => None,
    }
}

fn used(shape: &'static Shape, node: &Node, fields: &mut Fields) {
    for field in shape.fields {
        let Some(value) = node.get(field.key) else { continue };
        fields.insert((shape.name, field.key));
        if let Some(shape) = below(&field.takes) {
            // Members that are on watch together are a list within the list.
            let items = value.one_or_more().iter().flat_map(Node::one_or_more);
            items.for_each(|item| used(shape, item, fields));
        }
    }
}

#[test]
fn every_field_stands_in_a_document_that_is_accepted() {
    load(&[SourceFile { path: "full.yaml".into(), text: FULL.into() }])
        .unwrap_or_else(|problems| panic!("{}", problems[0]));
    let (mut all, mut seen) = (Fields::new(), Fields::new());
    for (kind, node) in documents() {
        described(kind.shape(), &mut all);
        used(kind.shape(), node.get("spec").unwrap(), &mut seen);
    }
    assert_eq!(all.difference(&seen).collect::<Vec<_>>(), Vec::<&(&str, &str)>::new());
}

/// Byte ranges of the values of optional fields in block style would be tedious to cut out; instead each line of the
/// full example is left out in turn: whatever then still loads must describe another estate.
#[test]
fn every_line_of_the_full_example_means_something() {
    let show = |text: &str| {
        let loaded = load(&[SourceFile { path: "full.yaml".into(), text: text.into() }]).ok()?;
        let estate = loaded.estate;
        let parts = (&estate.sites, &estate.persons, &estate.teams, &estate.rotas, &estate.escalations);
        Some(format!("{parts:?} {:?} {:?} {:?}", estate.channels, estate.routing, estate.chains))
    };
    let whole = show(FULL).unwrap();
    let lines: Vec<&str> = FULL.lines().collect();
    for left_out in 0..lines.len() {
        if lines[left_out].starts_with(['#', '-']) || lines[left_out].ends_with(':') {
            continue;
        }
        let less: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != left_out).map(|(_, line)| *line).collect();
        assert_ne!(show(&less.join("\n")).as_ref(), Some(&whole), "without `{}`", lines[left_out]);
    }
}
