//! Alertmanager's webhook, version 4, and what speaks like it (Grafana): `POST /hooks/alertmanager`.
//!
//! The sender repeats a notification only every few hours, so its alerts do not expire here: they end when it says
//! `resolved`, or by hand. It drops what is answered with any 4xx, 429 too; so overload is a 503.

use std::sync::atomic::Ordering;

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::post,
};
use meridian_core::{Command, Instant, access::Action};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    NEVER, body,
    incoming::{Batch, Element, Problem, careful},
    intake::admit,
};
use crate::{
    api::{self, Caller},
    serve::House,
};

const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

pub fn router() -> Router<House> {
    Router::new().route("/hooks/alertmanager", post(receive))
}

async fn receive(
    State(house): State<House>,
    caller: Result<Caller, api::Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, api::Problem> {
    let actor = admit(&house, caller, Action::Ingest, &headers)?;
    let bytes = body::read(&headers, body, BODY_BYTES_MAX).await?;
    let now = house.clock.now();
    let parsed = body::parse_off_thread(bytes, move |bytes| notification(bytes, now)).await?;
    let batch = parsed.map_err(|why| api::Problem::new(StatusCode::BAD_REQUEST, why))?;
    if !batch.alerts.is_empty() {
        house.metrics.alerts_received.fetch_add(batch.alerts.len() as u64, Ordering::Relaxed);
        house.keeper.ask(actor, Command::Alerts(batch.alerts)).await?;
    }
    if batch.problems.is_empty() {
        return Ok(StatusCode::OK);
    }
    // The sender would not try again after a 4xx anyway; those that could be read are taken already.
    let taken = batch.count - batch.problems.len();
    let detail = format!("{taken} of {} alerts were taken", batch.count);
    let mut problem = api::Problem::new(StatusCode::BAD_REQUEST, detail);
    problem.errors = batch
        .problems
        .iter()
        .take(20)
        .map(|p| api::FieldProblem {
            pointer: format!("/alerts/{}/{}", p.index, p.field.replace('.', "/")),
            message: p.why.clone(),
        })
        .collect();
    Err(problem)
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(default)]
    alerts: Option<Vec<Element>>,
}

#[derive(Deserialize)]
#[serde(expecting = "an object with `alerts`")]
struct Loose<'a> {
    #[serde(borrow, default)]
    alerts: Option<Vec<&'a RawValue>>,
}

/// Reads one notification. `Err`: it is no notification at all.
pub fn notification(body: &[u8], now: Instant) -> Result<Batch, String> {
    let missing = || "`alerts` is missing: an Alertmanager notification (version 4) is expected".to_owned();
    if let Ok(envelope) = serde_json::from_slice::<Envelope>(body) {
        let elements = envelope.alerts.ok_or_else(missing)?;
        let mut batch = Batch { count: elements.len(), ..Batch::default() };
        for (index, mut element) in elements.into_iter().enumerate() {
            element.settle_status(now, NEVER);
            match element.check() {
                Ok(incoming) => batch.alerts.push(incoming),
                Err((field, why)) => batch.problems.push(Problem { index, field, why }),
            }
        }
        return Ok(batch);
    }
    let loose: Loose<'_> = serde_json::from_slice(body).map_err(|e| e.to_string())?;
    Ok(careful(loose.alerts.ok_or_else(missing)?, |element| element.settle_status(now, NEVER)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hooks::capture;

    fn now() -> Instant {
        "2026-11-22T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn alertmanager_is_read_as_it_speaks() {
        #[track_caller]
        fn check(file: &str, ends_at: Instant) {
            let batch = notification(capture(file).body.as_bytes(), now()).unwrap();
            assert_eq!(batch.problems, []);
            let [alert] = batch.alerts.as_slice() else { panic!("one alert") };
            assert_eq!(alert.labels.fingerprint().to_string(), "c8977d94a94a172e");
            assert_eq!(alert.annotations.get("runbook_url"), Some("https://kb/x"));
            assert_eq!(alert.starts_at.unwrap().to_string(), "2026-11-22T09:43:54Z");
            assert_eq!(alert.ends_at, Some(ends_at));
        }
        check("alertmanager_webhook_v4_firing.http", NEVER);
        check("alertmanager_webhook_v4_resolved.http", "2026-11-22T09:43:54Z".parse().unwrap());
    }

    #[test]
    fn bad_notifications() {
        #[track_caller]
        fn check(body: &str, expected: &str) {
            let error = notification(body.as_bytes(), now()).expect_err("refused");
            assert!(error.contains(expected), "{error}");
        }
        check("", "EOF");
        check("{}", "`alerts` is missing");
        check(r#"{"alerts":null}"#, "`alerts` is missing");
        check("[]", "`alerts` is missing");
        check("7", "invalid type: integer `7`");
        check(r#"{"alerts":7}"#, "invalid type: integer `7`");
        let half = r#"{"alerts":[{"status":"firing","labels":{"a":1}},{"status":"firing","labels":{"a":"b"}}]}"#;
        let batch = notification(half.as_bytes(), now()).unwrap();
        assert_eq!((batch.alerts.len(), batch.problems[0].field.as_str()), (1, "labels.a"));
        assert_eq!(batch.alerts[0].ends_at, Some(NEVER));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
            let _ = notification(&body, now());
        }
    }
}
