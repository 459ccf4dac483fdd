//! Which alerts are accepted: the one rule, for every way in.
//!
//! What is wrong with a label is refused, because labels are the identity. Annotations are only text: who reads them
//! from a source cuts them, so that no alert is lost over one.

use std::fmt;

use super::intake::given;
use crate::alert::Incoming;

/// Enough for any real source; a million labels are an attack or a mistake. Those without a value count, too.
pub const LABELS_MAX: usize = 256;
pub const LABEL_NAME_BYTES_MAX: usize = 1024;
pub const LABEL_VALUE_BYTES_MAX: usize = 64 * 1024;

/// Why an alert is not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unacceptable {
    /// `labels`, `labels.NAME` or `startsAt`.
    pub field: String,
    pub why: String,
}

impl Unacceptable {
    fn label(name: &str, why: impl Into<String>) -> Unacceptable {
        Unacceptable { field: format!("labels.{}", shown(name)), why: why.into() }
    }
}

impl fmt::Display for Unacceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.field, self.why)
    }
}

impl std::error::Error for Unacceptable {}

fn shown(text: &str) -> String {
    text.chars().take(80).flat_map(char::escape_debug).collect()
}

impl Incoming {
    /// Whether it can be accepted. A label without a value is the same as no label.
    ///
    /// ```
    /// # use meridian_core::alert::{Incoming, Labels};
    /// # let (labels, annotations) = ([("http.status", "500")].into_iter().collect(), Labels::default());
    /// let mut alert = Incoming { labels, annotations, starts_at: None, ends_at: None, generator_url: "".into() };
    /// assert_eq!(alert.validate(), Ok(()));
    /// alert.labels = [("0day", "x")].into_iter().collect();
    /// assert_eq!(alert.validate().unwrap_err().field, "labels.0day");
    /// ```
    pub fn validate(&self) -> Result<(), Unacceptable> {
        let of_labels = |why: String| Err(Unacceptable { field: "labels".into(), why });
        if self.labels.iter().len() > LABELS_MAX {
            return of_labels(format!("more than {LABELS_MAX} labels"));
        }
        let mut none = true;
        for (name, value) in self.labels.iter().filter(|(_, value)| !value.is_empty()) {
            none = false;
            check_label(name, value)?;
        }
        if none {
            return of_labels("at least one label pair required".into());
        }
        match (given(self.starts_at), given(self.ends_at)) {
            (Some(start), Some(end)) if start > end => {
                Err(Unacceptable { field: "startsAt".into(), why: "start time must be before end time".into() })
            }
            _ => Ok(()),
        }
    }
}

fn check_label(name: &str, value: &str) -> Result<(), Unacceptable> {
    // Prometheus 3 sends names with dots and other characters, so only what is surely wrong is refused.
    let wrong = |b: u8| b < b' ' || b == 0x7f;
    if name.is_empty() || name.bytes().any(wrong) || name.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(Unacceptable::label(name, format!("invalid label set: invalid name \"{}\"", shown(name))));
    }
    if name.len() > LABEL_NAME_BYTES_MAX {
        return Err(Unacceptable::label(name, format!("the name is longer than {LABEL_NAME_BYTES_MAX} bytes")));
    }
    if value.len() > LABEL_VALUE_BYTES_MAX {
        return Err(Unacceptable::label(name, format!("the value is longer than {LABEL_VALUE_BYTES_MAX} bytes")));
    }
    if value.contains('\0') {
        return Err(Unacceptable::label(name, "the value holds a NUL character"));
    }
    Ok(())
}
