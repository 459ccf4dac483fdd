//! The endpoint: what an event leads to, and the vendor's own answers.

use std::sync::atomic::Ordering;

use axum::{
    Json, Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use meridian_core::{
    Command, Refusal,
    access::{Action as May, may},
    alert::{Incoming, Labels},
    id::{Actor, Name},
    incident::AcknowledgedBecause,
};
use serde_json::json;

use super::{Action, BODY_BYTES_MAX, Errors, Event, event};
use crate::{
    api::{Caller, Problem, auth},
    hooks::{NEVER, alertmanager_v2::new_uuid, body, intake::admit},
    serve::{AskError, House},
};

pub fn router() -> Router<House> {
    Router::new().route("/v2/enqueue", post(receive))
}

async fn receive(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Response> {
    let bytes = body::read(&headers, body, BODY_BYTES_MAX).await.map_err(|e| invalid(e.status(), &[e.to_string()]))?;
    let (event, routing_key) = event(&bytes).map_err(|errors| invalid(StatusCode::BAD_REQUEST, &errors))?;
    let actor = sender(&house, caller, &headers, &routing_key, &event).map_err(|status| {
        invalid(status, &["'routing_key' is no API token of Meridian with the scope `ingest`".to_owned()])
    })?;
    let dedup_key = match &event.dedup_key {
        Some(key) => key.clone(),
        None => new_uuid().map_err(|why| unavailable(why, 5))?.replace('-', ""),
    };
    for command in commands(&house, &event, &dedup_key) {
        match house.keeper.ask(actor.clone(), command).await {
            // Resolved or acknowledged meanwhile: the vendor drops such events, too.
            Ok(_) | Err(AskError::Refused(Refusal::NotFound(_) | Refusal::Conflict(_))) => {}
            Err(AskError::Refused(refusal)) => return Err(invalid(StatusCode::BAD_REQUEST, &[refusal.to_string()])),
            Err(AskError::Unavailable { why, retry_after_s }) => return Err(unavailable(why, retry_after_s)),
        }
    }
    let answer = json!({ "status": "success", "message": "Event processed", "dedup_key": dedup_key });
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// Clients of this API know no header for a token; so the routing key may be one.
fn sender(
    house: &House,
    caller: Result<Caller, Problem>,
    headers: &HeaderMap,
    routing_key: &str,
    event: &Event,
) -> Result<Actor, StatusCode> {
    let token = auth::by_token(routing_key, house).filter(|principal| may(principal, May::Ingest));
    if let Some(principal) = token {
        return Ok(principal.actor());
    }
    // The vendor answers 400 for a key that it does not know; 403 is kept for a page of another site.
    let actor = admit(house, caller, May::Ingest, headers).map_err(|problem| match problem.status() {
        StatusCode::FORBIDDEN => StatusCode::FORBIDDEN,
        _ => StatusCode::BAD_REQUEST,
    })?;
    Ok(match actor {
        Actor::Source(_) => Actor::source(&format!("pagerduty-{}", event.integration)),
        known => known,
    })
}

fn commands(house: &House, event: &Event, dedup_key: &str) -> Vec<Command> {
    let now = house.clock.now();
    let world = house.keeper.world();
    let same_key = world.alerts.with_dedup_key(dedup_key);
    let firing: Vec<_> = same_key.filter(|(_, alert)| event.speaks_of(dedup_key, &alert.labels)).collect();
    match &event.action {
        Action::Trigger(trigger) => {
            house.metrics.alerts_received.fetch_add(1, Ordering::Relaxed);
            let known = firing.first().map(|(_, alert)| &alert.labels);
            vec![Command::Alerts(vec![trigger.alert(event, dedup_key, known, now)])]
        }
        Action::Resolve if firing.is_empty() => vec![],
        Action::Resolve => {
            let over = |labels: &Labels, annotations: &Labels| Incoming {
                labels: labels.clone(),
                annotations: annotations.clone(),
                starts_at: None,
                ends_at: Some(now.min(NEVER)),
                generator_url: "".into(),
            };
            vec![Command::Alerts(firing.iter().map(|(_, alert)| over(&alert.labels, alert.annotations())).collect())]
        }
        Action::Acknowledge => {
            let Ok(by) = format!("pagerduty-{}", event.integration).parse::<Name>() else { return vec![] };
            let alerts = firing.iter().map(|(fingerprint, _)| *fingerprint).collect();
            vec![Command::AcknowledgeAlerts { alerts, by, because: AcknowledgedBecause::Source }]
        }
    }
}

fn invalid(status: StatusCode, errors: &[String]) -> Response {
    let errors: Errors = errors.to_vec();
    let answer = json!({ "status": "invalid event", "message": "Event object is invalid", "errors": errors });
    (status, Json(answer)).into_response()
}

fn unavailable(why: String, retry_after_s: u64) -> Response {
    let answer = json!({ "status": "error", "message": why });
    (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, retry_after_s.to_string())], Json(answer)).into_response()
}
