//! From files to an estate, or to everything that is wrong with them.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Estate, Kind, Problem, SourceFile,
    fit::fit_map,
    kind::{self, Document, ENVELOPE, Making, technology_of},
    names::Names,
    nearest::nearest,
    node::Node,
    problem::{Fault, Span, Weight, snippet},
    sink::{Found, Sink},
    yaml::{self, Chunk},
};
use crate::id::Name;

/// No estate's file is larger; what is, is something else that ended up in the directory.
pub const FILE_BYTES_MAX: usize = 4 << 20;

/// An estate that is in order.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    pub estate: Estate,
    /// What is doubtful in the files as such. What is doubtful in the estate that they describe, [`super::check`] says.
    pub warnings: Vec<Problem>,
}

/// How many there are of each kind, for a line at the end of `meridian check`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub sites: usize,
    pub persons: usize,
    pub teams: usize,
    pub rotas: usize,
    pub escalations: usize,
    pub channels: usize,
    pub chains: usize,
}

impl Estate {
    pub fn counts(&self) -> Counts {
        Counts {
            sites: self.sites.len(),
            persons: self.persons.len(),
            teams: self.teams.len(),
            rotas: self.rotas.len(),
            escalations: self.escalations.len(),
            channels: self.channels.len(),
            chains: self.chains.len(),
        }
    }
}

/// The text of a file. What is not text is refused with line and column of the first wrong byte.
pub fn text(path: &str, bytes: &[u8]) -> Result<SourceFile, Problem> {
    let whole = |fault: Fault| Problem::new(Weight::Error, path, Span::default(), fault, String::new());
    if bytes.len() > FILE_BYTES_MAX {
        let fault = Fault::new(format!("the file has {} bytes", bytes.len()));
        return Err(whole(fault.expected(format!("at most {FILE_BYTES_MAX} bytes (4 MiB)"))));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(error) => {
            let good = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
            let byte = bytes.get(error.valid_up_to()).copied().unwrap_or_default();
            let fault = Fault::new(format!("the byte 0x{byte:02x} is not UTF-8")).expected("a text file in UTF-8");
            return Err(at_end(path, &good, fault));
        }
    };
    let file = SourceFile { path: path.to_owned(), text };
    match bad_character(&file) {
        Some(problem) => Err(problem),
        None => Ok(file),
    }
}

/// A problem with what follows directly behind this text.
fn at_end(path: &str, good: &str, fault: Fault) -> Problem {
    let last = good.rsplit('\n').next().unwrap_or_default();
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    let at = Span { line: number(good.matches('\n').count() + 1), column: number(last.chars().count() + 1), len: 1 };
    Problem::new(Weight::Error, path, at, fault, snippet(&format!("{last}\u{fffd}"), at))
}

/// A NUL would end the file for a YAML parser, and hide what follows.
fn bad_character(file: &SourceFile) -> Option<Problem> {
    let at = file.text.find('\0')?;
    let fault = Fault::new("a NUL character stands here").expected("text without NUL characters");
    Some(at_end(&file.path, &file.text[..at], fault))
}

/// The identity of these files: equal for equal paths and texts, whatever their order. 64 hexadecimal digits.
pub fn digest(files: &[SourceFile]) -> String {
    let mut sorted: Vec<_> = files.iter().map(|file| (&file.path, &file.text)).collect();
    sorted.sort();
    let mut hasher = blake3::Hasher::new();
    for part in sorted.iter().flat_map(|(path, text)| [path, text]) {
        // With the length before it, no two lists of files run together into the same bytes.
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// A document as it was read, and of which file it is.
struct Read<'a> {
    file: &'a SourceFile,
    node: Node,
}

/// Reads all files into one estate. Every error in every file is found at once; with any, there is no estate.
pub fn load(files: &[SourceFile]) -> Result<Loaded, Vec<Problem>> {
    load_beside(files, Vec::new())
}

/// As [`load`], where further files could not be read: `unread` says why. The errors of all files are told together,
/// and nobody is blamed for naming what may stand in a file that nobody could read.
pub fn load_beside(files: &[SourceFile], unread: Vec<Problem>) -> Result<Loaded, Vec<Problem>> {
    let mut found = Found::default();
    let mut names = Names::default();
    if !unread.is_empty() {
        names.blind_all();
        found.errors.extend(unread);
    }
    let mut sorted: Vec<&SourceFile> = files.iter().collect();
    sorted.sort_by(|a, b| a.path.cmp(&b.path));
    let read: Vec<Read<'_>> = sorted.iter().flat_map(|file| read(file, &mut names, &mut found)).collect();

    let mut first = BTreeMap::new();
    let heads = |read| head(read, &mut names, &mut first, &mut found).map(|document| (read.file, document));
    let mut documents: Vec<(&SourceFile, Document<'_>)> = read.iter().filter_map(heads).collect();
    // Layers take their zone from sites, so sites are made first.
    documents.sort_by_key(|(_, document)| document.kind);

    let mut estate = Estate::default();
    let mut places = std::mem::take(&mut estate.places);
    for (file, document) in &documents {
        let mut sink = Sink::new(file, &mut found);
        fit_map(document.kind.shape(), document.spec, document.spec_at, &names, &mut sink);
        kind::make(document, &mut Making { names: &names, sink: &mut sink, places: &mut places }, &mut estate);
    }
    estate.places = places;
    let (mut errors, warnings) = (Found::sorted(found.errors), Found::sorted(found.warnings));
    if errors.is_empty() {
        return Ok(Loaded { estate, warnings });
    }
    if found.left_out > 0 {
        let fault = Fault::new(format!("{} further problems are not shown", found.left_out));
        errors.push(Problem::new(Weight::Error, "estate", Span::default(), fault, String::new()));
    }
    Err(errors)
}

fn read<'a>(file: &'a SourceFile, names: &mut Names, found: &mut Found) -> Vec<Read<'a>> {
    let checked = if file.text.len() > FILE_BYTES_MAX {
        text(&file.path, file.text.as_bytes()).err()
    } else {
        bad_character(file)
    };
    if let Some(problem) = checked {
        found.errors.push(problem);
        names.blind_all();
        return Vec::new();
    }
    let mut read = Vec::new();
    for chunk in yaml::chunks(&file.text) {
        let mut faults = Vec::new();
        let document = yaml::document(&chunk, &mut faults);
        let mut sink = Sink::new(file, found);
        faults.into_iter().for_each(|(at, fault)| sink.error(at, fault));
        match document {
            Ok(node) => read.extend(node.map(|node| Read { file, node })),
            Err((at, fault)) => {
                sink.error(at, fault);
                guess(&chunk, names);
            }
        }
    }
    read
}

/// What a document that is not YAML probably describes, so that those who refer to it are not blamed.
fn guess(chunk: &Chunk<'_>, names: &mut Names) {
    let after = |key: &str| {
        let (_, rest) = chunk.text.split_once(key)?;
        rest.split(|c: char| c.is_whitespace() || ",}\"'".contains(c)).find(|word| !word.is_empty())
    };
    let kind = after("kind:").and_then(|word| word.parse::<Kind>().ok());
    let name = after("name:").and_then(|word| word.parse::<Name>().ok());
    match (kind, name) {
        (Some(Kind::Channel), Some(name)) => {
            names.technologies.insert(name.clone(), None);
            names.add(Kind::Channel, name);
        }
        (Some(kind), Some(name)) => names.add(kind, name),
        (Some(kind), None) => names.blind(kind),
        (None, _) => names.blind_all(),
    }
}

type First<'a> = BTreeMap<(Kind, Name), (&'a str, u32)>;

/// What a document is and how it is called; none where that can't be read.
fn head<'a>(read: &'a Read<'a>, names: &mut Names, first: &mut First<'a>, found: &mut Found) -> Option<Document<'a>> {
    let (file, node) = (read.file, &read.node);
    let mut sink = Sink::new(file, found);
    if let Some(version) = node.get("apiVersion")
        && let Some(text) =
            version.text().filter(|text| text.starts_with("backstage.io/") || text.starts_with("openslo/"))
    {
        let fault = Fault::new(format!("documents of `{}` are not read yet", text.escape_debug()));
        sink.error(
            version.at,
            fault.expected("meridian/v1; keep these documents outside of the estate's directory for now"),
        );
        return None;
    }
    fit_map(&ENVELOPE, node, node.at, names, &mut sink);
    let word = node.text_of("kind")?;
    let kind = word.parse::<Kind>().ok().filter(|kind| kind.word() == word);
    let name_node = node.get("metadata").and_then(|metadata| metadata.get("name"));
    let name = name_node.and_then(Node::parse::<Name>);
    let Some(kind) = kind else {
        let meant = nearest(word, Kind::ALL.iter().map(|kind| kind.word())).and_then(|word| word.parse().ok());
        meant.zip(name).into_iter().for_each(|(kind, name)| names.add(kind, name));
        return None;
    };
    let (Some(name), Some(name_node)) = (name, name_node) else {
        names.blind(kind);
        return None;
    };
    let at = name_node.at;
    if let Some((other, line)) = first.get(&(kind, name.clone())) {
        let fault =
            Fault::new(format!("a second {} `{name}`; the first is at {other}:{line}", kind.word().to_lowercase()));
        sink.error(at, fault.expected("a name that is unique within its kind"));
    } else if let Some(((_, other), (file, line))) =
        first.iter().find(|((of, _), _)| kind == Kind::Routing && *of == kind)
    {
        let fault = Fault::new(format!("a second routing; the first, `{other}`, is at {file}:{line}"));
        sink.error(at, fault.expected("one Routing in an estate: its tree has room for everybody"));
    }
    first.entry((kind, name.clone())).or_insert((&file.path, at.line));
    names.add(kind, name.clone());
    let spec = node.entry("spec")?;
    if kind == Kind::Channel {
        names.technologies.insert(name.clone(), technology_of(&spec.value));
    }
    node.get("spec")?;
    Some(Document { kind, name, spec: &spec.value, at, spec_at: spec.key_at })
}
