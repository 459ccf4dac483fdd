//! Documents of XML in anything: where one begins, and where its root ends.

use super::{Ahead, Scan, Seek, begins, behind, find};

/// A longer tag begins no document.
const TAG_BYTES_MAX: usize = 4096;
/// "<?xml" and "<Document" in 16 bits a letter, whichever byte comes first.
const WIDE: [&[u8]; 2] = [b"<\0?\0x\0m\0l", b"<\0D\0o\0c\0u\0m"];

/// How far a tag goes.
enum Tag {
    Whole(usize),
    /// In a tag there is no other one.
    Broken(usize),
    More,
}

fn tag(bytes: &[u8]) -> Tag {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match (*byte, quote) {
            (b'<', _) => return Tag::Broken(at),
            (b'>', None) => return Tag::Whole(at + 1),
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    Tag::More
}

/// The local name of a tag; none: its end is not there yet.
fn local(tag: &[u8]) -> Option<&[u8]> {
    let rest = tag.get(1 + usize::from(tag.get(1) == Some(&b'/'))..)?;
    let name = &rest[..rest.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/'))?];
    Some(name.iter().position(|byte| *byte == b':').map_or(name, |colon| &name[colon + 1..]))
}

fn declares(tag: &[u8]) -> bool {
    tag.windows(6).any(|window| window[0].is_ascii_whitespace() && &window[1..] == b"xmlns")
}

fn is_part(name: &[u8]) -> bool {
    name == b"Document" || name == b"AppHdr"
}

/// `<?xml` and a space.
fn is_declaration(bytes: &[u8]) -> Option<bool> {
    match begins(bytes, b"<?xml") {
        Some(true) => bytes.get(5).map(u8::is_ascii_whitespace),
        other => other,
    }
}

pub fn seek(bytes: &[u8], tails: bool) -> Seek {
    let mut from = 0;
    while let Some(at) = find(bytes, from, b'<') {
        let rest = &bytes[at..];
        let is_begin = match rest.get(1) {
            None => return Seek::Unsure(at),
            Some(b'?') => is_declaration(rest),
            // In the rest of one that is known to be wide, only a declaration begins another.
            Some(0) => match WIDE.map(|wide| begins(rest, wide)) {
                [declared, root] if declared == Some(true) || (tails && root == Some(true)) => {
                    return Seek::Wide { begin: at, end: at + WIDE[0].len() };
                }
                [None, _] | [_, None] => None,
                _ => Some(false),
            },
            Some(b'/') if tails => match (tag(rest), local(rest)) {
                (Tag::Whole(end), Some(b"Document")) => return Seek::Headless { begin: at, end: at + end },
                (Tag::More, None) if rest.len() < TAG_BYTES_MAX => None,
                (Tag::More, Some(b"Document")) if rest.len() < TAG_BYTES_MAX => None,
                _ => Some(false),
            },
            Some(first) if first.is_ascii_alphabetic() || *first == b'_' => begins_document(rest),
            Some(_) => Some(false),
        };
        match is_begin {
            Some(true) => return Seek::Begin(at),
            Some(false) => from = at + 1,
            None => return Seek::Unsure(at),
        }
    }
    Seek::Nowhere
}

fn begins_document(rest: &[u8]) -> Option<bool> {
    let within = &rest[..rest.len().min(TAG_BYTES_MAX)];
    if local(within).is_some_and(is_part) {
        return Some(true);
    }
    match tag(within) {
        Tag::Whole(end) => Some(declares(&rest[..end])),
        Tag::Broken(_) => Some(false),
        Tag::More => (within.len() == TAG_BYTES_MAX).then_some(false),
    }
}

/// What of a document was passed.
#[derive(Default)]
struct Open<'a> {
    depth: usize,
    /// The name of the root.
    root: Option<&'a [u8]>,
    /// How deep the header or document stands that is open.
    part: Option<usize>,
    /// Where a header ended that is a root of its own: its document comes behind it.
    header: Option<usize>,
}

pub fn scan(bytes: &[u8], _: Ahead) -> Scan {
    let mut open = Open::default();
    let mut from = 0;
    loop {
        let at = find(bytes, from, b'<');
        if let Some(header) = open.header
            && bytes[header..at.unwrap_or(bytes.len())].iter().any(|byte| !byte.is_ascii_whitespace())
            && !in_declaration(&bytes[header..at.unwrap_or(bytes.len())])
        {
            return Scan::End(header);
        }
        let Some(at) = at else { return Scan::More };
        let rest = &bytes[at..];
        let passed = match rest.get(1) {
            None => None,
            Some(b'!') => passed_by(rest),
            Some(b'?') => match is_declaration(rest) {
                Some(true) if at > 0 && open.header.is_none() => return Scan::Cut(at),
                None => None,
                _ => behind(rest, 2, b"?>"),
            },
            _ => match open.take(at, rest) {
                Ok(passed) => passed,
                Err(scan) => return scan,
            },
        };
        match passed {
            Some(passed) => from = at + passed,
            None => return Scan::More,
        }
    }
}

/// Between a header and its document there may be the document's own declaration.
fn in_declaration(between: &[u8]) -> bool {
    let between = between.trim_ascii();
    between.starts_with(b"<?xml") && between.ends_with(b"?>")
}

/// A comment, a section of plain text, or a declaration.
fn passed_by(rest: &[u8]) -> Option<usize> {
    match (begins(rest, b"<!--"), begins(rest, b"<![CDATA[")) {
        (Some(true), _) => behind(rest, 4, b"-->"),
        (_, Some(true)) => behind(rest, 9, b"]]>"),
        (None, _) | (_, None) => None,
        _ => {
            let (mut depth, mut quote) = (0_usize, None);
            for (at, byte) in rest.iter().enumerate() {
                match (*byte, quote) {
                    (b'"' | b'\'', None) => quote = Some(*byte),
                    (byte, Some(open)) if byte == open => quote = None,
                    (b'[', None) => depth += 1,
                    (b']', None) => depth = depth.saturating_sub(1),
                    (b'>', None) if depth == 0 => return Some(at + 1),
                    _ => {}
                }
            }
            None
        }
    }
}

impl<'a> Open<'a> {
    /// Takes a tag. How long it is, if it is whole.
    fn take(&mut self, at: usize, rest: &'a [u8]) -> Result<Option<usize>, Scan> {
        let end = match tag(rest) {
            Tag::Whole(end) => end,
            Tag::Broken(other) => return Err(self.header.map_or(Scan::Cut(at + other), Scan::End)),
            Tag::More => return Ok(None),
        };
        let text = &rest[..end];
        let name = local(text).unwrap_or_default();
        if let Some(header) = self.header.take()
            && name != b"Document"
        {
            return Err(Scan::End(header));
        }
        if text[1] == b'/' {
            self.close();
        } else {
            let again = self.depth > 0 && self.root == Some(name) && declares(text);
            if again || (is_part(name) && self.part.is_some()) {
                return Err(Scan::Cut(at));
            }
            if self.depth == 0 {
                self.root = Some(name);
            }
            if is_part(name) {
                self.part = Some(self.depth);
            }
            self.depth += 1;
            if text.ends_with(b"/>") {
                self.close();
            }
        }
        match (self.depth, self.root) {
            (0, Some(b"AppHdr")) => self.header = Some(at + end),
            (0, _) => return Err(Scan::End(at + end)),
            _ => {}
        }
        Ok(Some(end))
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.part = self.part.filter(|depth| *depth < self.depth);
    }
}
