//! The files that the rules read, and Rust source with its comments and literals set apart.

use std::collections::BTreeSet;
use std::path::Path;

/// Folders that are made by a build or belong to another program.
const NOT_OURS: [&str; 4] = [".git", "target", "node_modules", "vendor"];

/// The workspace as the rules see it: paths with `/`, relative to the root.
#[derive(Debug, Default)]
pub struct Tree {
    pub files: Vec<File>,
    /// Every file and folder, also those that are not text.
    pub paths: BTreeSet<String>,
}

/// One text file.
#[derive(Debug)]
pub struct File {
    pub path: String,
    pub text: String,
}

impl Tree {
    pub fn read(root: &Path) -> Result<Self, String> {
        let mut tree = Self::default();
        tree.walk(root, "")?;
        tree.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(tree)
    }

    fn walk(&mut self, dir: &Path, prefix: &str) -> Result<(), String> {
        let fail = |why: std::io::Error| format!("{}: {why}", dir.display());
        for entry in std::fs::read_dir(dir).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if NOT_OURS.contains(&name.as_str()) {
                continue;
            }
            let path = format!("{prefix}{name}");
            self.paths.insert(path.clone());
            if entry.file_type().map_err(fail)?.is_dir() {
                self.walk(&entry.path(), &format!("{path}/"))?;
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                self.files.push(File { path, text });
            }
        }
        Ok(())
    }

    pub fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|file| file.path == path)
    }
}

impl File {
    pub fn is(&self, extension: &str) -> bool {
        self.path.rsplit_once('.').is_some_and(|(_, end)| end == extension)
    }

    /// Tests and benchmarks, which may read the clock and are not documented as modules.
    pub fn is_test(&self) -> bool {
        self.path.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
    }
}

/// Rust source of which only the code is left; comments and literals became blanks, so lines and columns still hold.
#[derive(Debug)]
pub struct Source {
    pub code: String,
    /// Comments and string literals, each with the line on which it starts.
    pub comments: Vec<(usize, String)>,
    pub strings: Vec<(usize, String)>,
}

impl Source {
    pub fn read(text: &str) -> Self {
        let mut source = Self { code: String::new(), comments: Vec::new(), strings: Vec::new() };
        let (mut rest, mut line) = (text, 1);
        while let Some(first) = rest.chars().next() {
            let previous = source.code.chars().next_back();
            let (kind, len) = match token(rest, previous) {
                Some(found) => found,
                None => (Token::Code, first.len_utf8()),
            };
            let (piece, after) = rest.split_at(len);
            match kind {
                Token::Code => source.code.push_str(piece),
                Token::Comment => source.comments.push((line, piece.to_owned())),
                Token::Text => source.strings.push((line, piece.to_owned())),
                Token::Char => {}
            }
            if !matches!(kind, Token::Code) {
                source.code.extend(piece.chars().map(|c| if c == '\n' { '\n' } else { ' ' }));
            }
            line += piece.matches('\n').count();
            rest = after;
        }
        source
    }
}

#[derive(Debug, Clone, Copy)]
enum Token {
    Code,
    Comment,
    Text,
    Char,
}

/// The comment or literal that starts here, with its length in bytes.
fn token(rest: &str, previous: Option<char>) -> Option<(Token, usize)> {
    let in_word = previous.is_some_and(|c| c.is_alphanumeric() || c == '_');
    if rest.starts_with("//") {
        return Some((Token::Comment, rest.find('\n').unwrap_or(rest.len())));
    }
    if rest.starts_with("/*") {
        return Some((Token::Comment, block_comment(rest)));
    }
    let literal = if in_word { rest } else { rest.trim_start_matches(['b', 'c']) };
    let prefix = rest.len() - literal.len();
    if let (false, Some(raw)) = (in_word, literal.strip_prefix('r')) {
        let hashes = raw.len() - raw.trim_start_matches('#').len();
        if prefix <= 1 && raw[hashes..].starts_with('"') {
            let close = format!("\"{}", "#".repeat(hashes));
            let body = &raw[hashes + 1..];
            let end = body.find(&close).map_or(body.len(), |at| at + close.len());
            return Some((Token::Text, prefix + 1 + hashes + 1 + end));
        }
    }
    match literal.chars().next()? {
        '"' if prefix <= 1 => Some((Token::Text, prefix + closed_by(literal, '"'))),
        '\'' if prefix <= 1 => {
            let mut after = literal.chars().skip(1);
            let (one, two) = (after.next()?, after.next());
            let is_char = one == '\\' || two == Some('\'');
            is_char.then(|| (Token::Char, prefix + closed_by(literal, '\'')))
        }
        _ => None,
    }
}

fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0, 0);
    while at < rest.len() {
        let step = if rest[at..].starts_with("/*") {
            depth += 1;
            2
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            2
        } else {
            rest[at..].chars().next().map_or(1, char::len_utf8)
        };
        at += step;
        if depth == 0 {
            break;
        }
    }
    at
}

/// The length of a literal that opens and closes with this mark, its escapes skipped.
fn closed_by(literal: &str, mark: char) -> usize {
    let mut escaped = false;
    for (at, c) in literal.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            _ if c == mark => return at + c.len_utf8(),
            _ => {}
        }
    }
    literal.len()
}
