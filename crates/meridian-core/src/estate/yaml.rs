//! YAML text to [`Node`] trees: documents, anchors and aliases, with bounds on everything that can grow.
//!
//! What this does *not* do: it knows no kind and no field. Merge keys, tags of other languages and keys that are not
//! text are refused: nothing in an estate needs them.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span as YamlSpan, Tag};

use super::{
    node::{Entry, Node, Text, Value},
    problem::{Fault, Span},
};

/// Deeper nesting than anybody writes, and shallow enough for every recursion over a tree.
const DEPTH_MAX: usize = 64;
/// How many nodes all aliases of one document may stand for: a few lines can otherwise stand for billions.
const ALIASED_MAX: usize = 20_000;
/// More keys than any map of an estate has; finding a second key of the same name looks at all of them.
const KEYS_MAX: usize = 1_000;

/// One document of a file, and where it begins.
pub(crate) struct Chunk<'a> {
    pub text: &'a str,
    /// How many lines of the file come before it.
    pub lines_before: u32,
}

/// Divides a file at its document markers. A line that starts with `---` can't be anything else in YAML, so that a
/// document that is not YAML doesn't hide what is wrong with those after it.
pub(crate) fn chunks(text: &str) -> Vec<Chunk<'_>> {
    let mut chunks = Vec::new();
    let (mut start, mut lines_before, mut at) = (0, 0, 0);
    let mut only_head = true;
    for (number, line) in (0u32..).zip(text.split_inclusive('\n')) {
        let bare = line.trim_end();
        let marks =
            |mark: &str| bare.strip_prefix(mark).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
        if marks("---") && !only_head {
            chunks.push(Chunk { text: &text[start..at], lines_before });
            (start, lines_before) = (at, number);
        }
        at += line.len();
        if marks("...") {
            chunks.push(Chunk { text: &text[start..at], lines_before });
            (start, lines_before, only_head) = (at, number + 1, true);
        } else if !(bare.is_empty() || bare.trim_start().starts_with('#') || bare.starts_with('%')) {
            only_head = false;
        }
    }
    chunks.push(Chunk { text: &text[start..], lines_before });
    chunks
}

/// A document as a tree; none where it is empty. Faults that leave the tree whole (a duplicate key) come besides.
pub(crate) fn document(chunk: &Chunk<'_>, faults: &mut Vec<(Span, Fault)>) -> Result<Option<Node>, (Span, Fault)> {
    let mut tree = Tree {
        lines_before: chunk.lines_before,
        faults,
        open: Vec::new(),
        anchors: BTreeMap::new(),
        aliased: 0,
        root: None,
    };
    for event in Parser::new_from_str(chunk.text) {
        match event {
            Ok((event, span)) => tree.take(event, &span)?,
            Err(error) => {
                let span = tree.span(&YamlSpan::empty(*error.marker()));
                return Err((span, Fault::new(format!("this is not YAML: {}", plainly(error.info())))));
            }
        }
    }
    Ok(tree.root.filter(|node| !matches!(node.value, Value::Null)))
}

/// The parser speaks of tokens; people speak of what they typed.
fn plainly(info: &str) -> String {
    let known = [
        ("did not find expected <document start>", "a key without a colon, or text after the end of the document"),
        ("simple key expected ':'", "a key without a colon"),
        ("could not find expected ':'", "a key without a colon"),
        (
            "found unknown anchor",
            "an alias (*) whose anchor (&) is not in this document; quote a text that begins with *",
        ),
        ("did not find expected ',' or", "a bracket that is not closed, or a comma that is missing"),
        ("expected ',' or", "a bracket that is not closed, or a comma that is missing"),
        ("recursion limit", "nested too deeply"),
        ("tabs disallowed", "a tab used for indentation; YAML allows only spaces there"),
        (
            "mapping values are not allowed in this context",
            "a second colon on the line, or wrong indentation; quote a text that holds `: `",
        ),
    ];
    let hit = known.iter().find(|(theirs, _)| info.contains(theirs));
    hit.map_or_else(|| info.to_owned(), |(_, ours)| (*ours).to_owned())
}

struct Tree<'a> {
    lines_before: u32,
    faults: &'a mut Vec<(Span, Fault)>,
    open: Vec<Open>,
    /// Finished anchored nodes.
    anchors: BTreeMap<usize, Node>,
    aliased: usize,
    root: Option<Node>,
}

/// A list or map that has not ended yet.
struct Open {
    node: Node,
    anchor: usize,
    flow: bool,
    /// Of a map: the key whose value comes next.
    key: Option<(String, Span)>,
}

impl Tree<'_> {
    fn span(&self, span: &YamlSpan) -> Span {
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Span {
            line: number(span.start.line()).saturating_add(self.lines_before),
            column: number(span.start.col()).saturating_add(1),
            len: number(span.end.index().saturating_sub(span.start.index())),
        }
    }

    fn take(&mut self, event: Event<'_>, yaml: &YamlSpan) -> Result<(), (Span, Fault)> {
        let at = self.span(yaml);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.tag(tag.as_deref(), at);
                let len_in_file = yaml.end.index().saturating_sub(yaml.start.index());
                let node = Node { at, value: scalar(text.into_owned(), style, len_in_file) };
                self.place(node, anchor)
            }
            Event::SequenceStart(anchor, tag) => self.open(Value::List(Vec::new()), anchor, tag.as_deref(), at),
            Event::MappingStart(anchor, tag) => self.open(Value::Map(Vec::new()), anchor, tag.as_deref(), at),
            Event::SequenceEnd | Event::MappingEnd => self.close(at),
            Event::Alias(anchor) => self.alias(anchor, at),
            Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentStart(_) | Event::DocumentEnd => {
                Ok(())
            }
        }
    }

    fn tag(&mut self, tag: Option<&Tag>, at: Span) {
        if let Some(tag) = tag.filter(|tag| !tag.is_yaml_core_schema()) {
            self.faults
                .push((at, Fault::new(format!("the tag `{tag}` means nothing in an estate")).expected("no tag")));
        }
    }

    fn open(&mut self, value: Value, anchor: usize, tag: Option<&Tag>, at: Span) -> Result<(), (Span, Fault)> {
        self.tag(tag, at);
        if self.open.len() >= DEPTH_MAX {
            return Err((at, Fault::new(format!("nested deeper than {DEPTH_MAX} levels"))));
        }
        self.open.push(Open { node: Node { at, value }, anchor, flow: at.len > 0, key: None });
        Ok(())
    }

    fn close(&mut self, end: Span) -> Result<(), (Span, Fault)> {
        let Some(mut open) = self.open.pop() else { return Ok(()) };
        if open.flow && end.line == open.node.at.line {
            open.node.at.len = (end.column + end.len).saturating_sub(open.node.at.column);
        } else if let Some(first) = first_of(&open.node).filter(|_| !open.flow) {
            open.node.at = first;
        }
        self.place(open.node, open.anchor)
    }

    fn alias(&mut self, anchor: usize, at: Span) -> Result<(), (Span, Fault)> {
        let Some((nodes, height)) = self.anchors.get(&anchor).map(Node::size) else {
            return Err((at, Fault::new("this alias stands inside of what it names")));
        };
        self.spend(nodes, at)?;
        if self.open.len() + height > DEPTH_MAX {
            return Err((at, Fault::new(format!("nested deeper than {DEPTH_MAX} levels"))));
        }
        let Some(node) = self.anchors.get(&anchor).cloned() else { return Ok(()) };
        self.place(node, 0)
    }

    fn spend(&mut self, nodes: usize, at: Span) -> Result<(), (Span, Fault)> {
        self.aliased += nodes;
        if self.aliased > ALIASED_MAX {
            let why = format!("the anchors and aliases of this document stand for more than {ALIASED_MAX} values");
            return Err((at, Fault::new(why)));
        }
        Ok(())
    }

    /// Puts a finished node where it belongs.
    fn place(&mut self, node: Node, anchor: usize) -> Result<(), (Span, Fault)> {
        if anchor > 0 {
            self.spend(node.size().0, node.at)?;
            self.anchors.insert(anchor, node.clone());
        }
        let Some(parent) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut parent.node.value, parent.key.take()) {
            (Value::List(items), _) => items.push(node),
            (Value::Map(entries), Some((_, key_at))) if entries.len() >= KEYS_MAX => {
                return Err((key_at, Fault::new(format!("a map of more than {KEYS_MAX} keys"))));
            }
            (Value::Map(entries), Some((key, key_at))) => {
                let first = entries.iter().find(|entry| entry.key == key).map(|entry| entry.key_at.line);
                match first {
                    Some(line) => {
                        let fault =
                            Fault::new(format!("`{key}` stands here a second time; the first is on line {line}"));
                        self.faults.push((key_at, fault));
                    }
                    None => entries.push(Entry { key, key_at, value: node }),
                }
            }
            (Value::Map(_), None) => parent.key = Some(key_text(&node, self.faults)),
            (Value::Null | Value::Text(_), _) => {}
        }
        Ok(())
    }
}

fn first_of(node: &Node) -> Option<Span> {
    match &node.value {
        Value::Map(entries) => entries.first().map(|entry| entry.key_at),
        Value::List(items) => items.first().map(|item| item.at),
        Value::Null | Value::Text(_) => None,
    }
}

fn key_text(node: &Node, faults: &mut Vec<(Span, Fault)>) -> (String, Span) {
    let (key, fault) = match &node.value {
        Value::Text(text) if text.text == "<<" && text.plain => {
            let fault = Fault::new("merge keys (`<<`) are not read: what holds must stand where it holds");
            ("<<".to_owned(), Some(fault.expected("the fields themselves, or an alias for a whole value")))
        }
        Value::Text(text) => (text.text.clone(), None),
        Value::Null => (String::new(), Some(Fault::new("a key is missing before the colon"))),
        Value::List(_) | Value::Map(_) => {
            (String::new(), Some(Fault::new(format!("{} can't be a key", node.what())).expected("text")))
        }
    };
    if let Some(fault) = fault {
        faults.push((node.at, fault));
    }
    (key, node.at)
}

fn scalar(text: String, style: ScalarStyle, len_in_file: usize) -> Value {
    let plain = style == ScalarStyle::Plain;
    if plain && matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL") {
        return Value::Null;
    }
    let quotes = match style {
        ScalarStyle::Plain => Some(0),
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => Some(1),
        ScalarStyle::Literal | ScalarStyle::Folded => None,
    };
    // Escapes and line folds make the text differ from the file in length.
    let inner = quotes.filter(|quotes| text.chars().count() + 2 * *quotes as usize == len_in_file);
    Value::Text(Text { text, plain, inner })
}
