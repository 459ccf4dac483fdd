//! How Alertmanager answers: a JSON value, a JSON text, or `{"code","message"}`.

use std::fmt;

use axum::{
    extract::Query,
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use meridian_core::{Instant, alert::Matcher};
use serde::{Serialize, Serializer};

use crate::{api::Problem, hooks::body::BodyError, serve::AskError};

/// An answer that is ready to go out.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    /// JSON, or nothing.
    body: Vec<u8>,
    retry_after_s: Option<u64>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: u32,
    message: &'a str,
}

impl Answer {
    pub fn empty(status: StatusCode) -> Answer {
        Answer { status, body: Vec::new(), retry_after_s: None }
    }

    pub fn json(value: &impl Serialize) -> Answer {
        Answer::with(StatusCode::OK, value)
    }

    pub fn bytes(body: Vec<u8>) -> Answer {
        Answer { status: StatusCode::OK, body, retry_after_s: None }
    }

    /// A JSON text.
    pub fn text(status: StatusCode, text: impl AsRef<str>) -> Answer {
        Answer::with(status, &text.as_ref())
    }

    pub fn code(status: StatusCode, code: u32, message: impl AsRef<str>) -> Answer {
        Answer::with(status, &Code { code, message: message.as_ref() })
    }

    fn with(status: StatusCode, value: &impl Serialize) -> Answer {
        match serde_json::to_vec(value) {
            Ok(body) => Answer { status, body, retry_after_s: None },
            Err(_) => Answer::empty(StatusCode::INTERNAL_SERVER_ERROR),
        }
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let empty = self.body.is_empty();
        let mut response = (self.status, self.body).into_response();
        let headers = response.headers_mut();
        headers.remove(header::CONTENT_TYPE);
        if !empty {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

impl From<Problem> for Answer {
    fn from(problem: Problem) -> Answer {
        let retry_after_s = problem.retry_after_s;
        Answer { retry_after_s, ..Answer::code(problem.status(), problem.status.into(), &problem.detail) }
    }
}

impl From<BodyError> for Answer {
    fn from(error: BodyError) -> Answer {
        Answer::from(Problem::from(error))
    }
}

impl From<AskError> for Answer {
    fn from(error: AskError) -> Answer {
        match error {
            AskError::Unavailable { why, retry_after_s } => {
                let retry_after_s = Some(retry_after_s);
                Answer { retry_after_s, ..Answer::text(StatusCode::SERVICE_UNAVAILABLE, why) }
            }
            AskError::Refused(refusal) => Answer::text(StatusCode::BAD_REQUEST, refusal.to_string()),
        }
    }
}

/// Only JSON is read.
pub fn check_json(headers: &HeaderMap) -> Result<(), Answer> {
    let found = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("application/octet-stream");
    if crate::api::is_json(found) {
        return Ok(());
    }
    let found: String = found.chars().take(80).collect();
    let message = format!("unsupported media type {found:?}, only [application/json] are allowed");
    Err(Answer::code(StatusCode::UNSUPPORTED_MEDIA_TYPE, 415, message))
}

/// The query's pairs; Alertmanager's parameters can come more than once.
pub fn pairs(uri: &Uri) -> Result<Vec<(String, String)>, Answer> {
    let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri);
    pairs.map(|Query(pairs)| pairs).map_err(|e| Answer::text(StatusCode::BAD_REQUEST, e.body_text()))
}

/// All matchers of all `filter` parameters.
pub fn filters(pairs: &[(String, String)]) -> Result<Vec<Matcher>, Answer> {
    let mut all = Vec::new();
    for (_, text) in pairs.iter().filter(|(name, _)| name == "filter") {
        let parsed = Matcher::parse(text);
        let shown: String = text.chars().take(200).collect();
        all.extend(
            parsed.map_err(|e| Answer::text(StatusCode::BAD_REQUEST, format!("bad matcher format: {shown}: {e}")))?,
        );
    }
    Ok(all)
}

/// An instant as Alertmanager writes it, with milliseconds.
pub struct Millis(pub Instant);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl Serialize for Millis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
