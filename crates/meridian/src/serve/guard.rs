//! Around every request: it has a number, what is kept of its body counts against the budget of all, and a handler that
//! panics answers 500 instead of hanging up.
//!
//! The number stands in the answer's `x-request-id` and, when something went wrong, in the log: whoever reports the
//! answer has named the line of the log. What this does *not* do: log every request.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use futures_util::FutureExt;

use super::buffer::{BUDGET, Counted};
use crate::api::Problem;

/// Uploads that fill the budget end, or are let go, within seconds.
const RETRY_AFTER_S: u64 = 5;

pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Numbers requests; unlike those of the process before.
#[derive(Clone, Debug)]
pub struct Numbers {
    process: u32,
    next: Arc<AtomicU64>,
}

impl Default for Numbers {
    fn default() -> Numbers {
        let mut bytes = [0; 4];
        // Without randomness the process's own number tells two starts apart well enough.
        let process = match getrandom::fill(&mut bytes) {
            Ok(()) => u32::from_le_bytes(bytes),
            Err(_) => std::process::id(),
        };
        Numbers { process, next: Arc::default() }
    }
}

impl Numbers {
    fn next(&self) -> String {
        format!("{:08x}-{}", self.process, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// The layer: `Router::layer(from_fn_with_state(Numbers::default(), guard::guard))`.
pub async fn guard(State(numbers): State<Numbers>, request: Request, next: Next) -> Response {
    let number = numbers.next();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let held = Arc::new(BUDGET.hold());
    let request = request.map(|body| Body::new(Counted::new(body, held.clone())));
    // Nothing of a request's own outlives it, and the world is changed by the keeper alone.
    let mut response = match AssertUnwindSafe(next.run(request)).catch_unwind().await {
        Ok(response) => response,
        Err(panic) => {
            let why = words(panic.as_ref());
            tracing::error!("request {number} ({method} {path}) panicked: {why}");
            let detail =
                format!("this is a fault of Meridian, and nothing else was harmed; its log tells more at {number}");
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
        }
    };
    if held.is_refused() && !response.status().is_success() {
        let why = "too much of other requests is held in memory; nothing of this one was taken";
        response = Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).retry_after(RETRY_AFTER_S).into_response();
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(RETRY_AFTER_S.into());
    }
    if let Ok(value) = HeaderValue::from_str(&number) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// What a panic said.
pub fn words(panic: &(dyn Any + Send)) -> &str {
    let owned = panic.downcast_ref::<String>().map(String::as_str);
    owned.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("without a word")
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware::from_fn_with_state, routing::get};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    use super::*;

    async fn ask(router: &Router, path: &str) -> (StatusCode, String, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let (status, number) = (response.status(), response.headers()[REQUEST_ID].to_str().unwrap().to_owned());
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, number, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn a_panic_is_an_answer_with_a_number() {
        let router = Router::new()
            .route("/falls", get(async || -> &str { panic!("it {}", "fell") }))
            .route("/stands", get(async || "standing"))
            .layer(from_fn_with_state(Numbers::default(), guard));
        let (status, number, body) = ask(&router, "/falls").await;
        assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
        assert!(body.contains(&number) && !body.contains("it fell"), "what it said is for the log: {body}");
        let (status, second, body) = ask(&router, "/stands").await;
        assert_eq!((status, body.as_str()), (StatusCode::OK, "standing"));
        assert_ne!(number, second);
        assert_eq!(ask(&router, "/nowhere").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn a_body_without_room_is_refused_and_may_come_again() {
        let read = async |body: axum::body::Bytes| body.len().to_string();
        let router = Router::new()
            .route("/read", axum::routing::post(read))
            .layer(axum::extract::DefaultBodyLimit::disable())
            .layer(from_fn_with_state(Numbers::default(), guard));
        let send = async |bytes: usize| {
            let request = Request::post("/read").body(Body::from(vec![b' '; bytes])).unwrap();
            let response = router.clone().oneshot(request).await.unwrap();
            let retry = response.headers().get(header::RETRY_AFTER).map(|after| after.to_str().unwrap().to_owned());
            (response.status().as_u16(), retry)
        };
        assert_eq!(send(1 << 20).await, (200, None));
        let filled = BUDGET.hold();
        assert!(filled.grow(127 << 20));
        assert_eq!(send(4 << 20).await, (503, Some("5".to_owned())));
        assert_eq!(send(1 << 10).await, (200, None), "a small one gets through");
        drop(filled);
        assert_eq!(send(4 << 20).await, (200, None));
    }
}
