//! The language in which every kind is described once: its fields, what each takes, and a line for people.
//!
//! From one description come what the reader accepts, what it says it expected, and the JSON Schema for editors, so
//! that the three can't drift apart.

use super::{Kind, problem::Fault};

/// The fields of a map.
pub(crate) struct Shape {
    /// Unique; the name of its definition in the JSON Schema.
    pub name: &'static str,
    pub doc: &'static str,
    pub fields: &'static [Field],
    /// Exactly one of these fields must stand there; empty: no such rule.
    pub one_of: &'static [&'static str],
    /// Fields that people bring along from elsewhere, and what Meridian has in their place.
    pub elsewhere: &'static [(&'static str, &'static str)],
}

#[derive(Clone, Copy)]
pub(crate) struct Field {
    pub key: &'static str,
    pub takes: Takes,
    pub doc: &'static str,
    pub required: bool,
    pub default: Option<&'static str>,
}

/// What a field takes.
#[derive(Clone, Copy)]
pub(crate) enum Takes {
    /// A text of one form.
    Text(&'static Form),
    /// One of these words.
    Word(&'static [&'static str]),
    Truth,
    Whole {
        min: i64,
        max: i64,
    },
    Decimal {
        min: f64,
        max: f64,
    },
    /// The name of something of this kind, which must exist.
    Ref(Kind),
    /// The same, or a map that says more of it.
    RefOrMap(Kind, &'static Shape),
    /// `rota/NAME`, `rota/NAME#ROLE`, `person/NAME`, `team/NAME`, which must exist.
    Target,
    Map(&'static Shape),
    /// Labels and the like: any keys, one form of value.
    Texts(&'static Form),
    /// `some`: at least one item.
    List {
        of: &'static Takes,
        some: bool,
    },
    /// The thing itself, or a list of them.
    OneOrMore(&'static Takes),
    /// The same, where no items are allowed, too.
    OneOrNone(&'static Takes),
    /// Whatever the kind of the document says.
    Spec,
}

/// What a text must look like.
pub(crate) struct Form {
    /// Completes "expected: ".
    pub expected: &'static str,
    /// For editors: a regular expression that is never stricter than `check`.
    pub pattern: Option<&'static str>,
    pub examples: &'static [&'static str],
    pub check: fn(&str) -> Result<(), Fault>,
}

impl Field {
    pub const fn must(key: &'static str, takes: Takes, doc: &'static str) -> Field {
        Field { key, takes, doc, required: true, default: None }
    }

    pub const fn may(key: &'static str, takes: Takes, doc: &'static str) -> Field {
        Field { key, takes, doc, required: false, default: None }
    }

    /// What holds where the field is absent, in words.
    pub const fn or(mut self, default: &'static str) -> Field {
        self.default = Some(default);
        self
    }
}

impl Shape {
    pub const fn of(name: &'static str, doc: &'static str, fields: &'static [Field]) -> Shape {
        Shape { name, doc, fields, one_of: &[], elsewhere: &[] }
    }

    pub const fn one_of(mut self, keys: &'static [&'static str]) -> Shape {
        self.one_of = keys;
        self
    }

    pub const fn elsewhere(mut self, keys: &'static [(&'static str, &'static str)]) -> Shape {
        self.elsewhere = keys;
        self
    }

    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.key == key)
    }
}

impl Takes {
    /// Completes "expected: ".
    pub fn expected(&self) -> String {
        match self {
            Takes::Text(form) => form.expected.to_owned(),
            Takes::Word(words) => words.join(", "),
            Takes::Truth => "true or false".into(),
            Takes::Whole { min, max } => format!("a whole number from {min} to {max}"),
            Takes::Decimal { min, max } => format!("a number from {min} to {max}"),
            Takes::Ref(kind) => format!("the name of {}", kind.with_article()),
            Takes::RefOrMap(kind, shape) => {
                format!("{}, or {}", Takes::Ref(*kind).expected(), Takes::Map(shape).expected())
            }
            Takes::Target => TARGET.into(),
            Takes::Map(shape) => {
                let fields = shape.fields.iter().map(|field| field.key);
                format!("a map of {}", super::nearest::listed(fields).replace(" or ", " and "))
            }
            Takes::Texts(form) => format!("a map whose values are {}", form.expected),
            Takes::List { of, .. } => format!("a list, each item {}", of.expected()),
            Takes::Spec => "a map with the fields of its kind".into(),
            Takes::OneOrMore(of) | Takes::OneOrNone(of) => format!("{}, or a list of such", of.expected()),
        }
    }
}

pub(crate) const TARGET: &str = "`rota/NAME`, `rota/NAME#secondary`, `person/NAME` or `team/NAME`";
