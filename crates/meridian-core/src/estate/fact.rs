//! What can happen to the estate.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum EstateFact {
    /// A new estate is in force. It is kept whole, so that a replay decides as it was decided then.
    #[serde(rename = "estate.loaded")]
    Loaded { digest: String, files: Vec<SourceFile> },
    /// A change was refused whole; the estate before stays in force.
    #[serde(rename = "estate.refused")]
    Refused { digest: String, problems: Vec<RefusedProblem> },
}

/// A file of the estate: its path below the estate's directory, and its text with secrets' placeholders unresolved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceFile {
    pub path: String,
    pub text: String,
}

/// What the page shows of a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedProblem {
    pub file: String,
    pub line: u32,
    pub column: u32,
    pub message: String,
    /// The lines around it with a marker, as `meridian check` prints them.
    pub snippet: String,
}
