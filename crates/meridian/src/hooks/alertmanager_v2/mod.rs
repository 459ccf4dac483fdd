//! Alertmanager's API v2 at `/api/v2`, so that Prometheus, Grafana and `amtool` find here what they look for.
//!
//! Status codes and bodies are those of Alertmanager 0.25, with the fields that later versions require added; a test runs
//! both side by side and compares. What is otherwise here, and on purpose:
//!
//! - A 200 means that the alerts are durable. A batch in which one alert has a wrong type keeps the others.
//! - Label names are taken as Prometheus 3 sends them, with dots and other characters.
//! - `inhibitedBy` names one alert of *every* rule that inhibits, not of the first rule alone.
//! - `mutedBy` is filled, and the state is `suppressed`, as later versions have it in `/alerts/groups`; in `/alerts`, too,
//!   when all groups of the alert are muted. `muted=false` leaves muted groups out.
//! - `receivers` are sorted, each once, and the alerts of a group are ordered by fingerprint.
//! - `filter` takes several matchers at once, in braces or not.
//! - A silence whose matchers stand in another order is the same silence. A silence needs an owner and a reason, and one
//!   that is over already may be expired again.
//! - An alert is in its groups at once, and leaves them when it is resolved.

mod alerts;
mod answer;
mod silences;
mod status;

use axum::{
    Router,
    http::{Method, StatusCode, Uri},
    routing::get,
};

use self::answer::Answer;
use crate::serve::House;
pub use silences::new_uuid;

pub fn router() -> Router<House> {
    let paths = Router::new()
        .route("/alerts", get(alerts::list).post(alerts::post))
        .route("/alerts/groups", get(alerts::groups))
        .route("/silences", get(silences::list).post(silences::post))
        .route("/silence/{id}", get(silences::one).delete(silences::expire))
        .route("/status", get(status::status))
        .route("/receivers", get(status::receivers))
        .method_not_allowed_fallback(async |method: Method| {
            Answer::code(StatusCode::METHOD_NOT_ALLOWED, 405, format!("method {method} is not allowed here"))
        })
        .fallback(async |uri: Uri| {
            Answer::code(StatusCode::NOT_FOUND, 404, format!("path /api/v2{} was not found", uri.path()))
        });
    Router::new().nest("/api/v2", paths)
}

#[cfg(test)]
mod tests;
