//! `Idempotency-Key`: a POST that is sent again with the same key and body gets the first answer again, after a restart
//! too, and nothing is done twice.
//!
//! What must survive is in the journal ([`meridian_core::request`]): the keeper grants a command of the same request
//! once, and the short answers stand there as they were told. In memory is what need not survive: which requests are
//! under way, refusals, and answers that hold a secret or are long.

use std::{
    collections::{HashMap, VecDeque},
    sync::Mutex,
};

use axum::{
    body::Body,
    extract::{FromRequestParts, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use meridian_core::{
    Command, Instant,
    access::Principal,
    id::Actor,
    request::{Answer, KEPT_FOR, KEPT_MAX},
};

use super::{
    Caller,
    leave_import::CALENDAR_BYTES_MAX,
    problem::{BODY_BYTES_MAX, Problem},
};
use crate::{
    hooks::body,
    serve::{House, once::Served},
};

const KEY_CHARS_MAX: usize = 255;
/// A longer answer is not kept in memory; none of the API's POSTs gives one.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What open or close a session are safe to repeat by themselves, and their answers are cookies.
const WITHOUT: [&str; 3] = ["/session", "/setup", "/join"];

/// In an answer's extensions: it tells a secret that is told once. It never enters the journal.
#[derive(Clone, Copy, Debug)]
pub struct ToldOnce;

/// What is remembered in memory.
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
    answer: Option<Told>,
}

type Told = (StatusCode, HeaderMap, Bytes);

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
    fn end(&self, key: [u8; 32], answer: Option<Told>) {
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

/// Forgets the key when the client goes away in the middle. What was granted by then stands in the journal.
struct UnderWay<'a> {
    remembered: &'a Remembered,
    key: [u8; 32],
    answer: Option<Told>,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.remembered.end(self.key, self.answer.take());
    }
}

/// The layer around the API.
pub async fn layer(State(house): State<House>, request: Request, next: Next) -> Response {
    let Some(key) = request.headers().get("idempotency-key").cloned() else { return next.run(request).await };
    let path = request.uri().path();
    if request.method() != Method::POST || WITHOUT.iter().any(|end| path.ends_with(end)) {
        return next.run(request).await;
    }
    match answer(&house, &key, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// Who asks, what for, and the key that the client chose: the same key of somebody else is another request.
pub fn scope(actor: &Actor, path: &str, key: &[u8]) -> [u8; 32] {
    let mut scope = blake3::Hasher::new();
    scope.update(actor.to_string().as_bytes()).update(&[0]).update(b"POST ").update(path.as_bytes());
    *scope.update(&[0]).update(key).finalize().as_bytes()
}

fn hex(hash: [u8; 32]) -> String {
    blake3::Hash::from_bytes(hash).to_hex().to_string()
}

/// A calendar may be larger than what people write.
fn bytes_max(uri: &Uri) -> usize {
    if uri.path().ends_with("/leave/import") { CALENDAR_BYTES_MAX } else { BODY_BYTES_MAX }
}

async fn answer(house: &House, key: &HeaderValue, request: Request, next: Next) -> Result<Response, Problem> {
    if key.is_empty() || key.len() > KEY_CHARS_MAX {
        let why = format!("Idempotency-Key must have 1 to {KEY_CHARS_MAX} characters");
        return Err(Problem::new(StatusCode::BAD_REQUEST, why));
    }
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, house).await?;
    if caller.principal == Principal::Anonymous {
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let bytes = body::read(&parts.headers, body, bytes_max(&parts.uri)).await?;
    // The body is plain from here on.
    parts.headers.remove(header::CONTENT_ENCODING);
    parts.headers.remove(header::CONTENT_LENGTH);
    let actor = caller.principal.actor();
    let scope = scope(&actor, parts.uri.path(), key.as_bytes());
    let body_hash = *blake3::hash(&bytes).as_bytes();
    match house.gate.idempotency.begin(scope, body_hash, house.clock.now()) {
        Found::New => {}
        Found::UnderWay => {
            return Err(
                Problem::new(StatusCode::CONFLICT, "the first request with this key is still under way").retry_after(1)
            );
        }
        Found::OtherBody => return Err(other_body()),
        Found::Answer(status, headers, body) => return Ok((status, headers, body).into_response()),
    }
    let mut under_way = UnderWay { remembered: &house.gate.idempotency, key: scope, answer: None };
    let served = Served::new(hex(scope), hex(body_hash));
    let granted_before = match recalled(house, scope, body_hash)? {
        Recalled::Answer(response) => return Ok(response),
        Recalled::Granted => true,
        Recalled::New => false,
    };
    let response = served.by(next.run(Request::from_parts(parts, Body::from(bytes)))).await;
    if granted_before && response.extensions().get::<ToldOnce>().is_some() {
        // The secret of this answer was drawn just now, and is not the one that was granted.
        let why = "this was done when it was first asked, and its secret was told only then; make another";
        return Err(Problem::new(StatusCode::CONFLICT, why));
    }
    let (parts, body) = response.into_parts();
    let bytes = body::read(&HeaderMap::new(), body, usize::MAX).await?;
    if parts.status.is_success() && parts.extensions.get::<ToldOnce>().is_none() {
        keep(house, actor, hex(scope), parts.status, &bytes).await;
    }
    // What failed on our side, or for want of a login, may be tried again with the same key.
    let again = parts.status.is_server_error() || matches!(parts.status.as_u16(), 401 | 403 | 429);
    if !again && bytes.len() <= ANSWER_BYTES_MAX {
        under_way.answer = Some((parts.status, parts.headers.clone(), bytes.clone()));
    }
    drop(under_way);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn other_body() -> Problem {
    let why = "this Idempotency-Key was used with another body; use a new key";
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, why)
}

/// What the journal knows of a request.
enum Recalled {
    New,
    /// Its commands were granted, and what was answered was not kept: they lead to the same once more.
    Granted,
    Answer(Response),
}

fn recalled(house: &House, scope: [u8; 32], body_hash: [u8; 32]) -> Result<Recalled, Problem> {
    let world = house.keeper.world();
    match world.requests.get(&hex(scope), house.clock.now()) {
        None => Ok(Recalled::New),
        Some(known) if known.body_hash != hex(body_hash) => Err(other_body()),
        Some(known) => Ok(known.answer.as_ref().map_or(Recalled::Granted, |answer| Recalled::Answer(told(answer)))),
    }
}

fn told(answer: &Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    match answer.body.as_str() {
        "" => status.into_response(),
        body => (status, [(header::CONTENT_TYPE, "application/json")], body.to_owned()).into_response(),
    }
}

/// Before the client hears it. A journal that takes nothing just now loses no more than these bytes: the answer is made
/// anew from what was granted.
async fn keep(house: &House, actor: Actor, request: String, status: StatusCode, body: &Bytes) {
    let granted = house.keeper.world().requests.get(&request, house.clock.now()).is_some();
    let Ok(body) = std::str::from_utf8(body) else { return };
    if granted {
        let command = Command::AnswerRequest { request, status: status.as_u16(), body: body.to_owned() };
        let _ = house.keeper.ask(actor, command).await;
    }
}
