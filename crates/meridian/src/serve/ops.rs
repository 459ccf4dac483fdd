//! What operators and their tools ask: is it alive, is it ready, read the estate again, the metrics.

use axum::{
    Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use meridian_core::access::Action;
use tokio::sync::oneshot;

use super::House;
use crate::{
    api::{Caller, Problem},
    hooks::intake::admit,
};

pub fn router() -> Router<House> {
    Router::new()
        .route("/-/healthy", get(async || "Meridian is healthy.\n"))
        .route("/-/ready", get(ready))
        .route("/-/reload", post(reload))
        .route("/metrics", get(metrics))
}

/// The front opens only when the journal is folded; ready says more: the journal takes entries.
async fn ready(State(house): State<House>) -> Response {
    if house.keeper.is_healthy() {
        "Meridian is ready.\n".into_response()
    } else {
        let why = "The journal does not take entries now; see the log. What is known is still shown.\n";
        (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "5")], why).into_response()
    }
}

async fn reload(State(house): State<House>, headers: HeaderMap, caller: Result<Caller, Problem>) -> Response {
    if let Err(problem) = admit(&house, caller, Action::Reload, &headers) {
        return problem.into_response();
    }
    let (answer, answered) = oneshot::channel();
    if house.reload.send(Some(answer)).await.is_err() {
        return (StatusCode::SERVICE_UNAVAILABLE, "Meridian is stopping.\n").into_response();
    }
    match answered.await {
        Ok(Ok(())) => "".into_response(),
        Ok(Err(why)) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{why}\n")).into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "Meridian is stopping.\n").into_response(),
    }
}

async fn metrics(State(house): State<House>) -> Response {
    let text = house.metrics.text(&house);
    ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response()
}
