//! Chains, one chain, and a message of one.

use axum::{
    Router,
    extract::{Path, Query},
    http::{StatusCode, Uri},
    response::Response,
    routing::get,
};

use super::Fields;
use crate::{
    serve::{House, chains::fault},
    ui::{pages, read, visitor::Member},
};

pub fn router() -> Router<House> {
    Router::new()
        .route("/chains", get(all))
        .route("/chains/find", get(find))
        .route("/chains/{name}", get(one))
        .route("/chains/{name}/find", get(find_in))
}

async fn all(Member(v): Member) -> Response {
    v.ok(|shell, lens| pages::chains(shell, &read::chains(lens, &v.house.chains)))
}

async fn one(Member(v): Member, Path(name): Path<String>) -> Response {
    let fault = fault(&v.house).await;
    let found = read::chain(&v.lens(&v.house.keeper.world()), &v.house.chains, &v.house.switches, &name);
    match found.map(|mut view| {
        read::suspect(&mut view, &fault.answer);
        view
    }) {
        Some(view) => v.ok(|shell, _| pages::chain(shell, &view)),
        None => v.oops(
            StatusCode::NOT_FOUND,
            "There is no such chain",
            "The estate has none of this name. It may have been renamed.",
        ),
    }
}

async fn find(Member(v): Member, uri: Uri) -> Response {
    let key = key(&uri);
    v.ok(|shell, lens| pages::messages(shell, &read::messages(lens, &v.house.chains, &key, None), None))
}

async fn find_in(Member(v): Member, Path(name): Path<String>, uri: Uri) -> Response {
    let (key, only) = (key(&uri), Some(name.as_str()));
    v.ok(|shell, lens| pages::messages(shell, &read::messages(lens, &v.house.chains, &key, only), only))
}

fn key(uri: &Uri) -> String {
    let fields = Fields(Query::try_from_uri(uri).map_or_else(|_| Vec::new(), |sent| sent.0));
    fields.get("key").chars().take(300).collect()
}
