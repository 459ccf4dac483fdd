//! `Idempotency-Key`: a POST that is sent again with the same key and body gets the first answer again.
//!
//! Answers are kept in memory for 24 hours, at most [`KEPT_MAX`] of them; a restart forgets them.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use jiff::SignedDuration;
use meridian_core::Instant;

use super::problem::{BODY_BYTES_MAX, Problem};
use crate::{hooks::body, serve::House};

const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
const KEPT_MAX: usize = 10_000;
const KEY_CHARS_MAX: usize = 255;
/// A longer answer is not kept; none of the API's POSTs gives one.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// The answers that are kept.
#[derive(Default)]
pub struct Remembered(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    by_key: HashMap<[u8; 32], Known>,
    order: VecDeque<(Instant, [u8; 32])>,
}

struct Known {
    body: [u8; 32],
    /// Absent: the first request is still under way.
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
}

enum Found {
    New,
    UnderWay,
    OtherBody,
    Answer(StatusCode, HeaderMap, Bytes),
}

impl Remembered {
    fn begin(&self, key: [u8; 32], body: [u8; 32], now: Instant) -> Found {
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        while let Some((at, oldest)) = kept.order.front().copied()
            && (now.duration_since(at) >= KEPT_FOR || kept.order.len() >= KEPT_MAX)
        {
            kept.order.pop_front();
            kept.by_key.remove(&oldest);
        }
        match kept.by_key.get(&key) {
            Some(known) if known.body != body => Found::OtherBody,
            Some(Known { answer: None, .. }) => Found::UnderWay,
            Some(Known { answer: Some((status, headers, body)), .. }) => {
                Found::Answer(*status, headers.clone(), body.clone())
            }
            None => {
                kept.by_key.insert(key, Known { body, answer: None });
                kept.order.push_back((now, key));
                Found::New
            }
        }
    }

    /// Keeps the answer, or forgets the key so that the request can be tried again.
    fn end(&self, key: [u8; 32], answer: Option<(StatusCode, HeaderMap, Bytes)>) {
        let mut kept = self.0.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match answer {
            Some(answer) => {
                if let Some(known) = kept.by_key.get_mut(&key) {
                    known.answer = Some(answer);
                }
            }
            None => {
                kept.by_key.remove(&key);
                kept.order.retain(|(_, known)| *known != key);
            }
        }
    }
}

/// Forgets the key when the client goes away in the middle.
struct UnderWay<'a> {
    remembered: &'a Remembered,
    key: [u8; 32],
    answer: Option<(StatusCode, HeaderMap, Bytes)>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.remembered.end(self.key, self.answer.take());
    }
}

/// The layer around the API.
pub async fn layer(State(house): State<House>, request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get("idempotency-key").cloned() else { return next.run(request).await };
    if request.method() != Method::POST || request.uri().path().ends_with("/session") {
        return next.run(request).await;
    }
    match answer(&house, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn answer(house: &House, key: &HeaderValue, request: Request, next: Next) -> Result<Response, Problem> {
    if key.is_empty() || key.len() > KEY_CHARS_MAX {
        let why = format!("Idempotency-Key must have 1 to {KEY_CHARS_MAX} characters");
        return Err(Problem::new(StatusCode::BAD_REQUEST, why));
    }
    let (mut parts, body) = request.into_parts();
    let bytes = body::read(&parts.headers, body, BODY_BYTES_MAX).await?;
    // The body is plain from here on.
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.remove(header::CONTENT_LENGTH);
    let mut scope = blake3::Hasher::new();
    for name in [header::AUTHORIZATION, header::COOKIE] {
        scope.update(parts.headers.get(&name).map_or(&[][..], HeaderValue::as_bytes)).update(&[0]);
    }
    scope.update(parts.uri.path().as_bytes()).update(&[0]).update(key.as_bytes());
    let scope = *scope.finalize().as_bytes();
    match house.gate.idempotency.begin(scope, *blake3::hash(&bytes).as_bytes(), house.clock.now()) {
        Found::New => {}
        Found::UnderWay => {
            return Err(
                Problem::new(StatusCode::CONFLICT, "the first request with this key is still under way").retry_after(1)
            );
        }
        Found::OtherBody => {
            let why = "this Idempotency-Key was used with another body; use a new key";
            return Err(Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why));
        }
        Found::Answer(status, headers, body) => return Ok((status, headers, body).into_response()),
    }
    let mut under_way = UnderWay { remembered: &house.gate.idempotency, key: scope, answer: None };
    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let (parts, body) = response.into_parts();
    let bytes = body::read(&HeaderMap::new(), body, usize::MAX).await?;
    // What failed on our side, or for want of a login, may be tried again with the same key.
    let keep = !parts.status.is_server_error() && !matches!(parts.status.as_u16(), 401 | 403 | 429);
    if keep && bytes.len() <= ANSWER_BYTES_MAX {
        under_way.answer = Some((parts.status, parts.headers.clone(), bytes.clone()));
    }
    drop(under_way);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
