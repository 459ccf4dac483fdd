//! XML as a tree of local names, read without a DTD: what a document may do to its reader, this one does not allow.
//!
//! | it has | what is done |
//! | --- | --- |
//! | another encoding than UTF-8 | refused |
//! | a DTD, or a reference to any entity but the five of XML and those by number | refused, so nothing is fetched and nothing grows |
//! | elements deeper than [`DEPTH_MAX`] | refused |
//! | comments, instructions, white space between elements | left out |
//! | a prefix | left out; the name space of a `Document` is kept, for it tells the type |

use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesDecl, BytesStart, Event},
};

use crate::{chain::wire::Fault, tap::excerpt};

/// Elements may stand in each other so deep. Those of ISO 20022 do not reach 20.
pub const DEPTH_MAX: usize = 64;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    /// The name space, of a `Document`.
    pub space: Option<String>,
    /// Those without a prefix.
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// What stands at the end of a path such as `PmtId/UETR`.
    pub fn at(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| element.child(name))
    }

    /// The text there, if it is not empty.
    pub fn text_at(&self, path: &str) -> Option<&str> {
        self.at(path).map(|element| element.text.trim()).filter(|text| !text.is_empty())
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

fn fault(reason: String, hint: &'static str) -> Fault {
    Fault { field: None, reason, hint }
}

fn broken(why: impl std::fmt::Display) -> Fault {
    fault(format!("the document can't be read: {why}"), "look whether it is cut, or changed by who logs it")
}

/// What is being read.
#[derive(Default)]
struct Reading {
    roots: Vec<Element>,
    open: Vec<Element>,
    /// Prefixes and their name spaces, each with the depth at which it was declared.
    spaces: Vec<(usize, String, String)>,
}

/// The roots, in order: a header and its document are two.
pub fn read(bytes: &[u8]) -> Result<Vec<Element>, Fault> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let reason = format!("byte {} of the document is not UTF-8", error.valid_up_to());
        fault(reason, "have it written in UTF-8, or convert it (iconv -t UTF-8) before it is followed")
    })?;
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    loop {
        match reader.read_event().map_err(broken)? {
            Event::Start(start) => reading.open(&start)?,
            Event::Empty(start) => {
                reading.open(&start)?;
                reading.close();
            }
            Event::End(_) => reading.close(),
            Event::Text(text) => reading.text(&text.xml10_content()),
            Event::CData(text) => reading.text(&text.xml10_content()),
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().map_err(broken)?;
                match (letter, resolve_predefined_entity(&reference)) {
                    (Some(letter), _) => reading.text(letter.encode_utf8(&mut [0; 4])),
                    (None, Some(text)) => reading.text(text),
                    (None, None) => {
                        let reason = format!("the entity `{}` is none of XML's own", excerpt(&reference));
                        return Err(fault(reason, "ISO 20022 has no entities: look who writes this"));
                    }
                }
            }
            Event::Decl(declaration) => is_utf8(&declaration)?,
            Event::DocType(_) => {
                let hint = "ISO 20022 has none, and none is read: look who writes this";
                return Err(fault("the document has a DTD".to_owned(), hint));
            }
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof if reading.open.is_empty() => return Ok(reading.roots),
            Event::Eof => return Err(broken("an element is not closed")),
        }
    }
}

fn is_utf8(declaration: &BytesDecl<'_>) -> Result<(), Fault> {
    let Some(encoding) = declaration.encoding() else { return Ok(()) };
    let encoding = encoding.map_err(broken)?;
    if ["utf-8", "utf8", "us-ascii"].iter().any(|known| encoding.eq_ignore_ascii_case(known)) {
        return Ok(());
    }
    let reason = format!("the document says that it is written in {}, and only UTF-8 is read", excerpt(&encoding));
    Err(fault(reason, "have it written in UTF-8, or convert it (iconv -t UTF-8) before it is followed"))
}

impl Reading {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), Fault> {
        if self.open.len() >= DEPTH_MAX {
            let reason = format!("its elements stand more than {DEPTH_MAX} deep in each other");
            return Err(fault(reason, "no message of ISO 20022 does that: look who writes this"));
        }
        let mut element = Element { name: start.local_name().as_ref().to_owned(), ..Element::default() };
        for attribute in start.attributes() {
            let attribute = attribute.map_err(broken)?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(broken)?.into_owned();
            let key = attribute.key.0;
            match key.split_once(':') {
                None if key == "xmlns" => self.spaces.push((self.open.len(), String::new(), value)),
                None => element.attributes.push((key.to_owned(), value)),
                Some(("xmlns", prefix)) => self.spaces.push((self.open.len(), prefix.to_owned(), value)),
                Some(_) => {}
            }
        }
        if element.name == "Document" {
            let prefix = start.name().prefix().map_or(String::new(), |prefix| prefix.into_inner().to_owned());
            let space = self.spaces.iter().rev().find(|(_, known, _)| *known == prefix);
            element.space = space.map(|(_, _, space)| space.clone());
        }
        self.open.push(element);
        Ok(())
    }

    fn close(&mut self) {
        let Some(element) = self.open.pop() else { return };
        self.spaces.retain(|(depth, ..)| *depth < self.open.len());
        match self.open.last_mut() {
            Some(parent) => parent.children.push(element),
            None => self.roots.push(element),
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last_mut() {
            element.text.push_str(text);
        }
    }
}

/// Of what an element holds, however it is written: spaces between elements, prefixes, the order of attributes.
pub fn digest(hasher: &mut blake3::Hasher, element: &Element) {
    let mut attributes: Vec<_> = element.attributes.iter().collect();
    attributes.sort_unstable();
    hasher.update(b"\0<").update(element.name.as_bytes());
    for (name, value) in attributes {
        hasher.update(b"\0 ").update(name.as_bytes()).update(b"\0=").update(value.as_bytes());
    }
    hasher.update(b"\0>").update(element.text.trim().as_bytes());
    for child in &element.children {
        digest(hasher, child);
    }
    hasher.update(b"\0/");
}
