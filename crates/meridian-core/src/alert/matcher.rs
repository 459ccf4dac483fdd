//! Matchers: one condition on one label, in the syntax that Alertmanager's configuration and `amtool` use.
//!
//! ```
//! use meridian_core::alert::{Labels, Matcher};
//! let matchers = Matcher::parse(r#"{severity=critical, team=~"pay.*|fx"}"#).unwrap();
//! let labels: Labels = [("severity", "critical"), ("team", "payments")].into_iter().collect();
//! assert!(matchers.iter().all(|m| m.matches(&labels)));
//! assert_eq!(matchers[0].to_string(), r#"severity="critical""#);
//! ```

use std::fmt;

use super::{Labels, MatchOp, Matcher, SilenceMatcher, pattern};

/// Why a text is not a matcher, and at which byte of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatcherError {
    pub offset: usize,
    pub why: String,
}

impl MatcherError {
    fn at(offset: usize, why: impl Into<String>) -> MatcherError {
        MatcherError { offset, why: why.into() }
    }
}

impl fmt::Display for MatcherError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (at byte {})", self.why, self.offset)
    }
}

impl std::error::Error for MatcherError {}

impl MatchOp {
    pub fn as_str(self) -> &'static str {
        match self {
            MatchOp::Equal => "=",
            MatchOp::NotEqual => "!=",
            MatchOp::Regex => "=~",
            MatchOp::NotRegex => "!~",
        }
    }

    pub fn is_regex(self) -> bool {
        matches!(self, MatchOp::Regex | MatchOp::NotRegex)
    }

    /// `=` and `=~`.
    pub fn is_positive(self) -> bool {
        matches!(self, MatchOp::Equal | MatchOp::Regex)
    }
}

impl fmt::Display for MatchOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Only these are trimmed: a no-break space belongs to the value, as in Alertmanager.
const SPACE: [char; 5] = [' ', '\t', '\n', '\r', '\x0c'];

fn begins_name(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '_' || c == ':'
}

fn continues_name(c: char) -> bool {
    begins_name(c) || c.is_ascii_digit()
}

impl Matcher {
    /// A regular expression is matched against the whole value.
    pub fn new(name: &str, op: MatchOp, value: &str) -> Result<Matcher, MatcherError> {
        if !(name.starts_with(begins_name) && name.chars().all(continues_name)) {
            let shown: String = name.chars().take(80).collect();
            let why =
                format!("`{}` is not a label name: letters, digits, _ and :, no digit first", shown.escape_debug());
            return Err(MatcherError::at(0, why));
        }
        let regex = match op {
            MatchOp::Equal | MatchOp::NotEqual => None,
            MatchOp::Regex | MatchOp::NotRegex => {
                Some(pattern::compile(value).map_err(|why| MatcherError::at(0, why))?)
            }
        };
        Ok(Matcher { name: name.into(), op, value: value.into(), regex })
    }

    /// One or more matchers, separated by commas, in braces or not. `{}` and the empty text are no matchers at all.
    pub fn parse(text: &str) -> Result<Vec<Matcher>, MatcherError> {
        let (from, to) = without_braces(text);
        let mut matchers = Vec::new();
        let mut start = from;
        let (mut quoted, mut escaped) = (false, false);
        for (at, c) in text[from..to].char_indices().map(|(i, c)| (i + from, c)) {
            match c {
                ',' if !quoted => {
                    matchers.push(parse_one(text, start, at)?);
                    start = at + 1;
                }
                '"' if !escaped => quoted = !quoted,
                _ => {}
            }
            escaped = c == '\\' && !escaped;
        }
        // A comma at the very end is let through, as Alertmanager does.
        if !text[start..to].trim().is_empty() {
            matchers.push(parse_one(text, start, to)?);
        }
        Ok(matchers)
    }

    /// A label that is absent is the empty string.
    pub fn matches(&self, labels: &Labels) -> bool {
        self.matches_value(labels.get(&self.name).unwrap_or_default())
    }

    pub fn matches_value(&self, value: &str) -> bool {
        match (self.op, &self.regex) {
            (MatchOp::Equal, _) => *self.value == *value,
            (MatchOp::NotEqual, _) => *self.value != *value,
            (MatchOp::Regex, regex) => regex.as_ref().is_some_and(|r| r.is_match(value)),
            (MatchOp::NotRegex, regex) => regex.as_ref().is_some_and(|r| !r.is_match(value)),
        }
    }

    /// Whether alerts without this label match.
    pub fn matches_empty(&self) -> bool {
        self.matches_value("")
    }

    /// As it is written into the journal.
    pub fn written(&self) -> SilenceMatcher {
        SilenceMatcher { name: self.name.clone(), op: self.op, value: self.value.clone() }
    }
}

impl SilenceMatcher {
    pub fn compile(&self) -> Result<Matcher, MatcherError> {
        Matcher::new(&self.name, self.op, &self.value)
    }
}

impl PartialEq for Matcher {
    fn eq(&self, other: &Matcher) -> bool {
        (&self.name, self.op, &self.value) == (&other.name, other.op, &other.value)
    }
}

impl Eq for Matcher {}

fn write_matcher(f: &mut fmt::Formatter<'_>, name: &str, op: MatchOp, value: &str) -> fmt::Result {
    write!(f, "{name}{op}\"")?;
    for c in value.chars() {
        match c {
            '\\' => f.write_str("\\\\")?,
            '"' => f.write_str("\\\"")?,
            '\n' => f.write_str("\\n")?,
            c => fmt::Write::write_char(f, c)?,
        }
    }
    f.write_str("\"")
}

impl fmt::Display for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_matcher(f, &self.name, self.op, &self.value)
    }
}

impl fmt::Display for SilenceMatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_matcher(f, &self.name, self.op, &self.value)
    }
}

/// The stretch of the text inside its braces, where it has them. Each brace may stand alone, as in Alertmanager.
fn without_braces(text: &str) -> (usize, usize) {
    let from = usize::from(text.starts_with('{'));
    let to = if text.len() > from && text.ends_with('}') { text.len() - 1 } else { text.len() };
    (from, to)
}

/// Parses the matcher that stands in `text[from..to]`.
fn parse_one(text: &str, from: usize, to: usize) -> Result<Matcher, MatcherError> {
    let part = &text[from..to];
    let name_at = from + (part.len() - part.trim_start_matches(SPACE).len());
    let name_len = text[name_at..to].find(|c| !continues_name(c)).unwrap_or(to - name_at);
    let name = &text[name_at..name_at + name_len];
    if !name.starts_with(begins_name) {
        return Err(MatcherError::at(name_at, "a label name was expected here, as in severity=\"critical\""));
    }
    let rest = text[name_at + name_len..to].trim_start_matches(SPACE);
    let op_at = to - rest.len();
    let (op, op_len) = match rest.as_bytes() {
        [b'=', b'~', ..] => (MatchOp::Regex, 2),
        [b'!', b'~', ..] => (MatchOp::NotRegex, 2),
        [b'!', b'=', ..] => (MatchOp::NotEqual, 2),
        [b'=', ..] => (MatchOp::Equal, 1),
        _ => return Err(MatcherError::at(op_at, format!("one of = != =~ !~ was expected after `{name}`"))),
    };
    let raw = rest[op_len..].trim_matches(SPACE);
    let raw_at = to - rest[op_len..].trim_start_matches(SPACE).len();
    let value = unquote(raw).map_err(|(offset, why)| MatcherError::at(raw_at + offset, why))?;
    Matcher::new(name, op, &value).map_err(|e| MatcherError::at(raw_at + e.offset, e.why))
}

/// Takes the quotes off and the escapes out. A backslash before anything but `n`, `"` and `\` stands for itself.
fn unquote(raw: &str) -> Result<String, (usize, String)> {
    let (body, body_at) = raw.strip_prefix('"').map_or((raw, 0), |body| (body, 1));
    let mut open = body_at == 1;
    let mut value = String::with_capacity(body.len());
    let mut chars = body.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, c @ ('"' | '\\'))) => value.push(c),
                Some((_, c)) => value.extend(['\\', c]),
                None => value.push('\\'),
            },
            '"' if open && chars.peek().is_none() => open = false,
            '"' => return Err((body_at + at, "a double quote inside a value needs a backslash before it".into())),
            c => value.push(c),
        }
    }
    if open { Err((raw.len(), "the closing double quote is missing".into())) } else { Ok(value) }
}
