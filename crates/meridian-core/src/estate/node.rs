//! A YAML document as a small tree in which everything knows its place.

use super::problem::Span;

#[derive(Clone, Debug)]
pub(crate) struct Node {
    /// Of a text, the text; of a list or map in block style, its first item; in flow style, all of its first line.
    pub at: Span,
    pub value: Value,
}

#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    Text(Text),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A scalar as it was written. What it means is decided by what is expected: `+852…` is a phone number where one is
/// expected and never the number 852….
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub text: String,
    /// Without quotes, so that `true` may be the truth value.
    pub plain: bool,
    /// Where the text begins within its span; absent where columns in the text and in the file don't correspond.
    pub inner: Option<u32>,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub key: String,
    pub key_at: Span,
    pub value: Node,
}

impl Node {
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(&text.text),
            _ => None,
        }
    }

    pub fn parse<T: std::str::FromStr>(&self) -> Option<T> {
        self.text()?.parse().ok()
    }

    /// The entries of a map; none of anything else.
    pub fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The items of a list, or the one thing that stands in its place.
    pub fn one_or_more(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            Value::Null => &[],
            _ => std::slice::from_ref(self),
        }
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key == key)
    }

    /// The value below a key; absent, too, where it is null.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.value).filter(|node| !matches!(node.value, Value::Null))
    }

    pub fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// What a message calls it.
    pub fn what(&self) -> &'static str {
        match &self.value {
            Value::Null => "nothing",
            Value::Text(_) => "text",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
        }
    }

    /// How many nodes it holds, itself included, and how deep they are nested.
    pub fn size(&self) -> (usize, usize) {
        let below: &mut dyn Iterator<Item = (usize, usize)> = match &self.value {
            Value::Null | Value::Text(_) => &mut std::iter::empty(),
            Value::List(items) => &mut items.iter().map(Node::size),
            Value::Map(entries) => &mut entries.iter().map(|entry| entry.value.size()),
        };
        let (nodes, height) = below.fold((0, 0), |(n, h), (nodes, height)| (n + nodes, h.max(height)));
        (nodes + 1, height + 1)
    }
}
