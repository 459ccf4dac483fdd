//! Alertmanager's API v2 at `/api/v2`, so that Prometheus, Grafana and `amtool` find here what they look for.
//!
//! Status codes and bodies are those of Alertmanager 0.25, with the fields that later versions require added. Unlike
//! it, a batch in which one alert has a wrong type keeps the others, and a 200 means that the alerts are durable.

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
