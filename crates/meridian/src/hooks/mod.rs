//! What others send us, in the formats they already speak: Alertmanager's API v2 ([`alertmanager_v2`]), its webhook
//! ([`alertmanager_webhook`]) and PagerDuty's Events v2 ([`pagerduty`]).
//!
//! What this does *not* do: it decides nothing. A request is parsed into [`Incoming`] alerts or a wish, the keeper
//! answers when the facts are durable, and only then does the sender get its 2xx.
//!
//! [`Incoming`]: meridian_core::alert::Incoming

pub mod alertmanager_v2;
pub mod alertmanager_webhook;
pub mod body;
pub mod incoming;
pub mod intake;
pub mod pagerduty;

use axum::Router;
use meridian_core::Instant;

use crate::serve::House;

pub fn router() -> Router<House> {
    Router::new().merge(alertmanager_v2::router()).merge(alertmanager_webhook::router()).merge(pagerduty::router())
}

/// The end of an alert that stays until its source or a person ends it.
pub const NEVER: Instant = Instant::constant(253_370_764_800, 0);

/// A request of a real client, as it was seen on the wire.
#[cfg(test)]
pub(crate) struct Capture {
    pub path: String,
    pub body: String,
}

/// Reads a capture from `tests/captures/`.
#[cfg(test)]
pub(crate) fn capture(file: &str) -> Capture {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures").join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display())).replace('\r', "");
    let (head, body) = text.split_once("\n\n").expect("a head and a body");
    let path = head.split(' ').nth(1).expect("a path").to_owned();
    Capture { path, body: body.trim_end().to_owned() }
}
