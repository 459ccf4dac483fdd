//! Errors as `application/problem+json` (RFC 9457): what, where, why and what to do.

use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use meridian_core::{
    Refusal,
    access::{Action, Principal},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    hooks::body::{self, BodyError},
    serve::{AskError, House},
};

/// The body of a request to the API is small.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Why a request led to nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// A name for this kind of problem: `urn:meridian:problem:not-found`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
    #[serde(skip)]
    pub retry_after_s: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldProblem {
    /// A JSON pointer into the request's body, or the name of a query parameter.
    pub pointer: String,
    pub message: String,
}

impl Problem {
    pub fn new(status: StatusCode, detail: impl Into<String>) -> Problem {
        let title = status.canonical_reason().unwrap_or("Error");
        let kind = format!("urn:meridian:problem:{}", title.to_lowercase().replace(' ', "-"));
        let title = title.to_owned();
        Problem { kind, title, status: status.as_u16(), detail: detail.into(), errors: vec![], retry_after_s: None }
    }

    pub fn not_found(what: impl std::fmt::Display) -> Problem {
        Problem::new(StatusCode::NOT_FOUND, format!("{what} does not exist"))
    }

    /// A field of the body is wrong.
    pub fn field(field: &str, message: impl Into<String>) -> Problem {
        let message = message.into();
        let mut problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, format!("{field}: {message}"));
        problem.errors.push(FieldProblem { pointer: format!("/{field}"), message });
        problem
    }

    /// A parameter of the query is wrong.
    pub fn query(parameter: &str, message: impl Into<String>) -> Problem {
        let message = message.into();
        let mut problem = Problem::new(StatusCode::BAD_REQUEST, format!("{parameter}: {message}"));
        problem.errors.push(FieldProblem { pointer: parameter.to_owned(), message });
        problem
    }

    pub fn retry_after(mut self, seconds: u64) -> Problem {
        self.retry_after_s = Some(seconds);
        self
    }

    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Who asks may not: 401 where a login would help, 403 where it would not.
    pub fn forbidden(principal: &Principal, action: Action) -> Problem {
        match principal {
            Principal::Anonymous => Problem::new(
                StatusCode::UNAUTHORIZED,
                format!("to {} needs a login or an API token (`Authorization: Bearer mrd_…`)", action.word()),
            ),
            _ => Problem::new(StatusCode::FORBIDDEN, format!("{principal} may not {}", action.word())),
        }
    }

    fn json(error: &serde_json::Error) -> Problem {
        let message = error.to_string();
        let status = if error.is_data() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::BAD_REQUEST };
        let mut problem = Problem::new(status, format!("the body is not what is expected: {message}"));
        let named = ["missing field `", "unknown field `"].iter().find_map(|begin| message.strip_prefix(begin));
        let field = named.and_then(|rest| rest.split_once('`')).map(|(field, _)| field);
        problem.errors.push(FieldProblem { pointer: field.map_or_else(String::new, |f| format!("/{f}")), message });
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let retry_after_s = self.retry_after_s;
        let mut response = (status, Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer realm=\"meridian\""));
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        match refusal {
            Refusal::NotFound(what) => Problem::not_found(what),
            Refusal::Invalid { field, why } => Problem::field(field, why),
            Refusal::Conflict(why) => Problem::new(StatusCode::CONFLICT, why),
        }
    }
}

impl From<AskError> for Problem {
    fn from(error: AskError) -> Problem {
        match error {
            AskError::Refused(refusal) => refusal.into(),
            AskError::Unavailable { why, retry_after_s } => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).retry_after(retry_after_s)
            }
        }
    }
}

impl From<BodyError> for Problem {
    fn from(error: BodyError) -> Problem {
        Problem::new(error.status(), error.to_string())
    }
}

/// A JSON body of at most so many bytes.
pub struct Body<T, const BYTES_MAX: usize = BODY_BYTES_MAX>(pub T);

impl<T: DeserializeOwned, const BYTES_MAX: usize> FromRequest<House> for Body<T, BYTES_MAX> {
    type Rejection = Problem;
    async fn from_request(request: Request, _: &House) -> Result<Body<T, BYTES_MAX>, Problem> {
        let (parts, body) = request.into_parts();
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !is_json(kind) {
            let shown: String = kind.chars().take(80).collect();
            let detail = format!("Content-Type is `{shown}`; `application/json` is expected");
            return Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let bytes = body::read(&parts.headers, body, BYTES_MAX).await?;
        serde_json::from_slice(&bytes).map(Body).map_err(|e| Problem::json(&e))
    }
}

/// `application/json`, with or without parameters.
pub fn is_json(content_type: &str) -> bool {
    content_type.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// The query's parameters.
pub struct Params<T>(pub T);

impl<T: DeserializeOwned> FromRequestParts<House> for Params<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _: &House) -> Result<Params<T>, Problem> {
        Query::try_from_uri(&parts.uri).map(|Query(params)| Params(params)).map_err(|rejection| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                format!("the query is not what is expected: {}", rejection.body_text()),
            )
        })
    }
}
