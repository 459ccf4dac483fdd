//! Our own JSON API at `/api/v1`: resources as JSON, errors as `application/problem+json`, described by OpenAPI 3.1.
//!
//! What this does *not* do: decide. A handler asks who the caller is and whether it may, parses, asks the keeper and
//! renders. All endpoints stand in one table ([`endpoints`]); the router and the OpenAPI document are made from it.

mod access;
mod accounts;
mod alerts;
mod announcements;
pub mod auth;
pub mod chains;
mod changes;
mod checkpoints;
mod cover;
pub mod coverage;
pub mod endpoints;
mod estate;
pub mod fairness;
pub mod fault;
pub mod feeds;
mod findings;
mod handoffs;
pub mod idempotency;
mod incidents;
mod leave_import;
mod listing;
mod moment;
mod openapi;
mod pages;
mod problem;
mod rotas;
mod switches;

pub use auth::{Caller, setup_link};
pub use listing::{Listing, Paging};
pub use problem::{Body, FieldProblem, Params, Problem, is_json};
pub use rotas::remarks;

use axum::{
    Json, Router,
    extract::{FromRequestParts, Request, State},
    http::{Method, StatusCode, Uri},
    middleware::{Next, from_fn_with_state},
    response::Response,
    routing::get,
};
use meridian_core::{
    Instant,
    access::{Action, Principal},
    id::Name,
};

use self::endpoints::Needs;
use crate::{hooks::intake::admit, serve::House};

/// The routes below `/api/v1`. The house is needed already here, because a layer gets no state of its own.
pub fn router(house: &House) -> Router<House> {
    let mut paths = Router::new().route("/openapi.json", get(openapi));
    for endpoint in endpoints::endpoints() {
        let guard = Guard { house: house.clone(), needs: endpoint.needs };
        paths = paths.route(endpoint.path, endpoint.route.layer(from_fn_with_state(guard, authorize)));
    }
    let paths = paths
        .method_not_allowed_fallback(async |method: Method, uri: Uri| {
            let detail =
                format!("{method} is no method of /api/v1{}; the header Allow names those that are", uri.path());
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, detail)
        })
        .fallback(async |uri: Uri| Problem::not_found(format!("/api/v1{}", uri.path())))
        .layer(from_fn_with_state(house.clone(), idempotency::layer));
    Router::new().nest("/api/v1", paths)
}

#[derive(Clone)]
struct Guard {
    house: House,
    needs: Needs,
}

/// Who may not ask is told so before anything of the request's body is read.
async fn authorize(State(guard): State<Guard>, request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let caller = Caller::from_request_parts(&mut parts, &guard.house).await;
    if guard.needs == Needs::Intake {
        admit(&guard.house, caller, Action::Ingest, &parts.headers)?;
        return Ok(next.run(Request::from_parts(parts, body)).await);
    }
    let caller = caller?;
    match guard.needs {
        Needs::Nothing | Needs::Intake => {}
        Needs::Login if caller.principal != Principal::Anonymous => {}
        Needs::Login => return Err(Problem::forbidden(&caller.principal, Action::Read)),
        Needs::May(action) => drop(caller.authorize(action)?),
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}

async fn openapi(State(house): State<House>) -> Json<serde_json::Value> {
    Json(openapi::document(&house.settings.external_url))
}

/// A name in a body or a path.
fn name(field: &str, text: &str) -> Result<Name, Problem> {
    text.parse().map_err(|why: meridian_core::id::NameError| Problem::field(field, why.to_string()))
}

/// The number of something in a path.
fn number(what: &str, text: &str) -> Result<u64, Problem> {
    let shown: String = text.chars().take(40).collect();
    text.parse().map_err(|_| Problem::not_found(format!("{what} `{shown}`")))
}

fn instant(field: &str, text: &str) -> Result<Instant, Problem> {
    let shown: String = text.chars().take(40).collect();
    let wrong = |_| Problem::field(field, format!("`{shown}` is no RFC 3339 time, such as 2026-11-22T09:46:36Z"));
    text.parse().map_err(wrong)
}

#[cfg(test)]
pub(crate) mod tests;
