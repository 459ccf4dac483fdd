//! Our own JSON API at `/api/v1`: resources as JSON, errors as `application/problem+json`, described by OpenAPI 3.1.
//!
//! What this does *not* do: decide. A handler asks who the caller is and whether it may, parses, asks the keeper and
//! renders. All endpoints stand in one table ([`endpoints`]); the router and the OpenAPI document are made from it.

pub mod auth;
pub mod idempotency;
mod problem;

pub use auth::{Caller, setup_link};
pub use problem::{Body, FieldProblem, Params, Problem, is_json};

use axum::Router;

use crate::serve::House;

pub fn router(_: &House) -> Router<House> {
    Router::new()
}
