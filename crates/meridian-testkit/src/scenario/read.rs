//! Words into values.

use jiff::SignedDuration;
use meridian_core::{Instant, alert::Labels, id::Name, incident::Severity};

pub(super) fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|why: meridian_core::id::NameError| why.to_string())
}

/// `2026-03-09T06:55Z`, with or without seconds.
pub(super) fn instant(text: &str) -> Result<Instant, String> {
    text.parse().map_err(|why| format!("`{text}` is no instant: {why}"))
}

pub(super) fn number<T: std::str::FromStr>(text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("`{text}` is no number"))
}

pub(super) fn severity(text: &str) -> Result<Severity, String> {
    text.parse()
}

pub(super) fn duration(count: &str, unit: &str) -> Result<SignedDuration, String> {
    let count: i64 = number(count)?;
    match unit.trim_end_matches('s') {
        "second" => Ok(SignedDuration::from_secs(count)),
        "minute" => Ok(SignedDuration::from_mins(count)),
        "hour" => Ok(SignedDuration::from_hours(count)),
        "day" => Ok(SignedDuration::from_hours(24 * count)),
        _ => Err(format!("`{unit}` is none of seconds, minutes, hours, days")),
    }
}

pub(super) fn labels(alertname: &str, labels: &[&str]) -> Result<Labels, String> {
    let mut pairs: Vec<(Box<str>, Box<str>)> = vec![("alertname".into(), alertname.into())];
    for label in labels {
        let (name, value) = label.split_once('=').ok_or_else(|| format!("`{label}` is no label=value"))?;
        pairs.push((name.into(), value.into()));
    }
    Ok(Labels::new(pairs))
}
