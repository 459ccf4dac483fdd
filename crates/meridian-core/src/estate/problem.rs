//! What is wrong with an estate, told so that it can be mended at once: where, what, what was expected, what was meant.

use std::fmt;

use serde::Serialize;

use super::RefusedProblem;

/// Something that is wrong (an error: the estate is refused) or doubtful (a warning: it is in force all the same).
///
/// `Display` prints it as `meridian check` does:
///
/// ```text
/// rotas/payments.yaml:14:17: error: unknown time zone `Asia/HongKong`
///    14 |   timeZone: Asia/HongKong
///       |             ^^^^^^^^^^^^^
///    expected: an IANA time zone name
///    did you mean `Asia/Hong_Kong`?
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    pub weight: Weight,
    pub file: String,
    /// Counted from 1; 0 where it concerns no line.
    pub line: u32,
    /// Counted from 1, in characters.
    pub column: u32,
    /// How many characters it concerns.
    pub len: u32,
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// The known name that resembles what was written most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nearest: Option<String>,
    /// The line with a marker below it; empty where it concerns no line.
    pub snippet: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Weight {
    Error,
    Warning,
}

/// A stretch of one line. Line and column count from 1, in characters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub line: u32,
    pub column: u32,
    pub len: u32,
}

/// A problem that does not know its file yet.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub message: String,
    pub expected: Option<String>,
    pub nearest: Option<String>,
    /// How many characters into a text the fault begins.
    pub offset: u32,
}

impl Fault {
    pub fn new(message: impl Into<String>) -> Fault {
        Fault { message: message.into(), expected: None, nearest: None, offset: 0 }
    }

    pub fn expected(mut self, expected: impl Into<String>) -> Fault {
        self.expected = Some(expected.into());
        self
    }

    pub fn nearest(mut self, nearest: Option<impl Into<String>>) -> Fault {
        self.nearest = nearest.map(Into::into);
        self
    }
}

impl Problem {
    pub(crate) fn new(weight: Weight, file: &str, at: Span, fault: Fault, snippet: String) -> Problem {
        Problem {
            weight,
            file: file.to_owned(),
            line: at.line,
            column: at.column,
            len: at.len,
            message: fault.message,
            expected: fault.expected,
            nearest: fault.nearest,
            snippet,
        }
    }

    /// The shape in which the journal keeps it.
    pub fn refused(&self) -> RefusedProblem {
        let hint = [("expected: ", &self.expected, ""), ("did you mean `", &self.nearest, "`?")];
        let hints =
            hint.iter().filter_map(|(before, text, after)| Some(format!("\n{before}{}{after}", text.as_ref()?)));
        RefusedProblem {
            file: self.file.clone(),
            line: self.line,
            column: self.column,
            message: self.message.clone() + &hints.collect::<String>(),
            snippet: self.snippet.clone(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
        };
        match self.line {
            0 => write!(f, "{}: {word}: {}", self.file, self.message)?,
            line => write!(f, "{}:{line}:{}: {word}: {}", self.file, self.column, self.message)?,
        }
        if !self.snippet.is_empty() {
            write!(f, "\n{}", self.snippet)?;
        }
        if let Some(expected) = &self.expected {
            write!(f, "\n   expected: {expected}")?;
        }
        if let Some(nearest) = &self.nearest {
            write!(f, "\n   did you mean `{nearest}`?")?;
        }
        Ok(())
    }
}

/// How much of a line a snippet shows.
const WIDTH: usize = 100;

/// The line with the gutter, and the marker below it. Of a long line, the part around the marker.
pub(crate) fn snippet(line: &str, at: Span) -> String {
    let shown: Vec<char> = line.trim_end().chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let start = (at.column.max(1) as usize - 1).min(shown.len());
    let first = start.saturating_sub(WIDTH / 2).min(shown.len().saturating_sub(WIDTH));
    let last = shown.len().min(first + WIDTH);
    let text: String = shown[first..last].iter().collect();
    let marks = (at.len as usize).clamp(1, (last - start.min(last)).max(1));
    let (before, after) = (if first > 0 { "…" } else { "" }, if last < shown.len() { "…" } else { "" });
    let gutter = format!("{:>5}", at.line);
    let margin = " ".repeat(start - first + before.chars().count());
    format!("{gutter} | {before}{text}{after}\n      | {margin}{}", "^".repeat(marks))
}
