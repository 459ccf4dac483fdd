mod interval;
mod matcher;

use super::Labels;

/// `labels("alertname=X severity=critical")`.
pub(crate) fn labels(text: &str) -> Labels {
    text.split_whitespace().filter_map(|pair| pair.split_once('=')).collect()
}
