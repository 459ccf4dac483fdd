//! Whether a tree fits its description: every field known, present and of the right form, every name known.

use super::{
    Kind, Role,
    names::Names,
    nearest::{listed, nearest},
    node::{Node, Value},
    problem::{Fault, Span},
    shape::{Field, Shape, Takes},
    sink::Sink,
};
use crate::id::Name;

/// Reports all that doesn't fit. `owner` is where a message about something missing points.
pub(crate) fn fit_map(shape: &'static Shape, node: &Node, owner: Span, names: &Names, sink: &mut Sink<'_>) {
    let Value::Map(entries) = &node.value else {
        let at = if matches!(node.value, Value::Null) { owner } else { node.at };
        return sink.error(at, wrong_type(&Takes::Map(shape), node));
    };
    for entry in entries {
        match shape.field(&entry.key) {
            Some(field) => {
                let chosen = shape.one_of.contains(&field.key);
                fit_field(field, chosen, &entry.value, entry.key_at, names, sink);
            }
            None if entry.key == "<<" || entry.key.is_empty() => {}
            None => sink.error(entry.key_at, unknown_field(shape, &entry.key)),
        }
    }
    let absent = |key: &str| node.entry(key).is_none();
    for field in shape.fields.iter().filter(|field| field.required && absent(field.key)) {
        let fault = Fault::new(format!("`{}` is missing", field.key));
        sink.error(owner, fault.expected(format!("{}: {}", field.takes.expected(), field.doc)));
    }
    let chosen: Vec<_> = entries.iter().filter(|entry| shape.one_of.contains(&entry.key.as_str())).collect();
    let one_of = || listed(shape.one_of.iter().copied());
    match chosen.as_slice() {
        [] if !shape.one_of.is_empty() => {
            sink.error(owner, Fault::new("nothing here says what it is").expected(format!("one of {}", one_of())))
        }
        [first, rest @ ..] => {
            for entry in rest {
                let fault = Fault::new(format!("`{}` stands beside `{}`; only one of them may", entry.key, first.key));
                sink.error(entry.key_at, fault.expected(format!("exactly one of {}", one_of())));
            }
        }
        [] => {}
    }
}

fn unknown_field(shape: &Shape, key: &str) -> Fault {
    if let Some((_, instead)) = shape.elsewhere.iter().find(|(theirs, _)| *theirs == key) {
        return Fault::new(format!("`{key}` is not read here")).expected(*instead);
    }
    let known = || shape.fields.iter().map(|field| field.key);
    let shown: String = key.chars().take(80).collect();
    Fault::new(format!("unknown field `{}`", shown.escape_debug()))
        .expected(listed(known()))
        .nearest(nearest(key, known()))
}

fn wrong_type(takes: &Takes, node: &Node) -> Fault {
    Fault::new(format!("here stands {}", node.what())).expected(takes.expected())
}

fn fit_field(field: &'static Field, chosen: bool, node: &Node, key_at: Span, names: &Names, sink: &mut Sink<'_>) {
    if matches!(node.value, Value::Null) {
        // An optional field without a value is as good as absent; Alertmanager's own files have such.
        // Where the field says what the whole is, its value must be there, unless it has none: `slack:`.
        let told = chosen && !matches!(field.takes, Takes::Map(Shape { fields: [], .. }));
        if field.required || told {
            let fault = Fault::new(format!("`{}` has no value", field.key));
            sink.error(key_at, fault.expected(field.takes.expected()));
        }
        return;
    }
    fit(&field.takes, node, key_at, names, sink);
}

fn fit(takes: &'static Takes, node: &Node, owner: Span, names: &Names, sink: &mut Sink<'_>) {
    match (takes, &node.value) {
        (Takes::Map(shape), _) | (Takes::RefOrMap(_, shape), Value::Map(_)) => fit_map(shape, node, owner, names, sink),
        (Takes::List { some, .. }, Value::List(items)) if items.is_empty() => {
            if *some {
                sink.error(
                    owner,
                    Fault::new("this list is empty").expected(format!("{}; at least one", takes.expected())),
                );
            }
        }
        (Takes::List { of, .. }, Value::List(items)) => {
            items.iter().for_each(|item| fit(of, item, item.at, names, sink))
        }
        (Takes::Spec, _) => {}
        (Takes::OneOrNone(of), Value::List(items)) => items.iter().for_each(|item| fit(of, item, item.at, names, sink)),
        (Takes::OneOrMore(of), Value::List(items)) if !items.is_empty() => {
            items.iter().for_each(|item| fit(of, item, item.at, names, sink));
        }
        (Takes::OneOrMore(_), Value::List(_)) => {
            sink.error(owner, Fault::new("this list is empty").expected(takes.expected()))
        }
        (Takes::OneOrMore(of) | Takes::OneOrNone(of), _) => fit(of, node, owner, names, sink),
        (Takes::Texts(form), Value::Map(entries)) => {
            for entry in entries {
                match entry.value.text() {
                    Some(text) => report(entry.value.at, &entry.value, (form.check)(text), form.expected, sink),
                    None => sink.error(entry.key_at, wrong_type(&Takes::Text(form), &entry.value)),
                }
            }
        }
        (Takes::List { .. } | Takes::Texts(_), _) => sink.error(node.at, wrong_type(takes, node)),
        (_, Value::Text(text)) => {
            report(node.at, node, scalar(takes, &text.text, text.plain, names), &takes.expected(), sink)
        }
        (_, _) => sink.error(if matches!(node.value, Value::Null) { owner } else { node.at }, wrong_type(takes, node)),
    }
}

/// Points at the very place within a text where the file shows it.
fn report(at: Span, node: &Node, result: Result<(), Fault>, expected: &str, sink: &mut Sink<'_>) {
    let Err(mut fault) = result else { return };
    if fault.expected.is_none() {
        fault.expected = Some(expected.to_owned());
    }
    sink.error(within(at, node, fault.offset), fault);
}

fn within(at: Span, node: &Node, offset: u32) -> Span {
    match &node.value {
        Value::Text(text) if offset > 0 => match text.inner {
            Some(inner) if offset + inner < at.len => {
                Span { column: at.column + inner + offset, len: at.len - 2 * inner - offset, ..at }
            }
            _ => at,
        },
        _ => at,
    }
}

fn scalar(takes: &Takes, text: &str, plain: bool, names: &Names) -> Result<(), Fault> {
    let shown = || text.chars().take(80).collect::<String>().escape_debug().to_string();
    match takes {
        Takes::Text(form) => (form.check)(text),
        Takes::Word(words) if words.contains(&text) => Ok(()),
        Takes::Word(words) => {
            Err(Fault::new(format!("`{}` is not known here", shown())).nearest(nearest(text, words.iter().copied())))
        }
        Takes::Truth if plain && matches!(text, "true" | "false") => Ok(()),
        Takes::Truth => Err(Fault::new(format!("`{}` is neither true nor false", shown()))),
        Takes::Whole { min, max } => match text.parse::<i64>() {
            Ok(number) if (*min..=*max).contains(&number) => Ok(()),
            Ok(_) => Err(Fault::new(format!("{} is out of range", shown()))),
            Err(_) => Err(Fault::new(format!("`{}` is no whole number", shown()))),
        },
        Takes::Decimal { min, max } => match text.parse::<f64>() {
            Ok(number) if (*min..=*max).contains(&number) => Ok(()),
            Ok(_) => Err(Fault::new(format!("{} is out of range", shown()))),
            Err(_) => Err(Fault::new(format!("`{}` is no number", shown()))),
        },
        Takes::Ref(kind) | Takes::RefOrMap(kind, _) => names.must_exist(*kind, text),
        Takes::Target => target(text, names),
        Takes::Map(_)
        | Takes::Texts(_)
        | Takes::List { .. }
        | Takes::OneOrMore(_)
        | Takes::OneOrNone(_)
        | Takes::Spec => Err(Fault::new("here stands text")),
    }
}

fn target(text: &str, names: &Names) -> Result<(), Fault> {
    let shown: String = text.chars().take(80).collect();
    let Some((kind, name)) = text.split_once('/') else {
        return Err(
            Fault::new(format!("`{}` does not say what it is", shown.escape_debug())).nearest(names.any_target(text))
        );
    };
    let (name, role) = match name.split_once('#') {
        Some((name, role)) => (name, Some(role)),
        None => (name, None),
    };
    let kinds = [("rota", Kind::Rota), ("person", Kind::Person), ("team", Kind::Team)];
    let Some((_, of)) = kinds.iter().find(|(word, _)| *word == kind) else {
        if kind == "escalation" {
            return Err(Fault::new(format!("`{shown}`: a step pages rotas, persons and teams, never an escalation")));
        }
        let nearest = nearest(kind, kinds.iter().map(|(word, _)| *word)).map(|word| format!("{word}/{name}"));
        return Err(Fault::new(format!("`{}` is nothing that can be paged", shown.escape_debug())).nearest(nearest));
    };
    if let Err(fault) = names.must_exist(*of, name) {
        let nearest = fault.nearest.as_deref().map(|name| format!("{kind}/{name}"));
        return Err(Fault::new(fault.message).nearest(nearest));
    }
    let words = Role::ALL.map(Role::word);
    match role {
        Some(_) if *of != Kind::Rota => Err(Fault::new(format!("only a rota has roles; `{kind}/{name}` has none"))),
        Some(role) if !words.contains(&role) => {
            let near = nearest(role, words).map(|word| format!("{kind}/{name}#{word}"));
            Err(Fault::new(format!("`{}` is no role", role.escape_debug()))
                .expected("primary, secondary, shadow or reverse-shadow")
                .nearest(near))
        }
        _ => Ok(()),
    }
}

impl Names {
    pub(crate) fn must_exist(&self, kind: Kind, text: &str) -> Result<(), Fault> {
        let name: Name = text.parse().map_err(|error: crate::id::NameError| Fault::new(error.to_string()))?;
        if self.holds(kind, &name) {
            return Ok(());
        }
        let known = || self.of(kind);
        let fault =
            Fault::new(format!("there is no {} `{name}`", kind.word().to_lowercase())).nearest(nearest(text, known()));
        Err(fault.expected(format!("{}: {}", Takes::Ref(kind).expected(), listed(known()))))
    }

    /// What somebody meant who wrote a bare name where a target is expected.
    fn any_target(&self, text: &str) -> Option<String> {
        let of = |kind: Kind| nearest(text, self.of(kind)).map(|name| format!("{}/{name}", kind.word().to_lowercase()));
        of(Kind::Rota).or_else(|| of(Kind::Person)).or_else(|| of(Kind::Team))
    }
}
