//! Calendar feeds: the list, a new one, the end of one.

use axum::{
    Form, Router,
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use meridian_core::{
    Command, Refusal,
    access::{Action, may_make_feed},
    feed::{FeedOf, title},
    id::FeedId,
};
use serde::Deserialize;

use super::Fields;
use crate::{
    api::feeds::{is_theirs, make, maker, not_yours},
    serve::{AskError, House},
    ui::{
        pages,
        parts::list::Tone,
        read,
        view::feed::{FeedsView, FreshFeed},
        visitor::{Member, Visitor},
    },
};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    of: String,
}

fn show(v: &Visitor, status: StatusCode, chosen: &str, fill: impl FnOnce(FeedsView) -> FeedsView) -> Response {
    let account = maker(&v.house, &v.principal);
    let world = v.house.keeper.world();
    let view = fill(read::feeds(&v.lens(&world), &v.principal, &account, chosen));
    let markup = pages::feeds(&v.shell(&world), &view);
    drop(world);
    v.page(status, markup)
}

pub fn router() -> Router<House> {
    let path = Router::new().route("/calendars", get(list).post(add));
    path.route("/calendars/{id}/revoke", post(revoke))
}

pub async fn list(Member(v): Member, Query(asked): Query<Asked>) -> Response {
    show(&v, StatusCode::OK, &asked.of, |view| view)
}

/// The address is in this very answer and nowhere else: no redirect, nothing kept but its hash.
pub async fn add(Member(v): Member, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let fields = Fields(pairs);
    if let Err(refused) = v.act(Action::Feeds, fields.get("csrf")) {
        return *refused;
    }
    let chosen = fields.get("of").to_owned();
    let wrong = |why: String| {
        show(&v, StatusCode::UNPROCESSABLE_ENTITY, &chosen, |view| FeedsView { error: Some(why), ..view })
    };
    let of: FeedOf = match chosen.parse() {
        Ok(of) => of,
        Err(why) => return wrong(why),
    };
    if !may_make_feed(&v.principal, &of) {
        return v.oops(
            StatusCode::FORBIDDEN,
            "This is not yours to make",
            &format!("{}.", not_yours(&v.principal, &of)),
        );
    }
    match make(&v.house, &v.principal, of.clone()).await {
        Ok((_, url)) => {
            let title = title(v.house.keeper.world().estate(), &of);
            let webcal = format!("webcal://{}", url.split_once("://").map_or(url.as_str(), |(_, rest)| rest));
            let fresh = Some(FreshFeed { title, url, webcal });
            show(&v, StatusCode::OK, &chosen, |view| FeedsView { fresh, ..view })
        }
        Err(AskError::Refused(Refusal::Invalid { why, .. } | Refusal::Conflict(why))) => wrong(why),
        Err(error) => v.refused("/calendars", &error),
    }
}

pub async fn revoke(Member(v): Member, Path(id): Path<u64>, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let actor = match v.act(Action::Feeds, Fields(pairs).get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let feed = FeedId(id);
    if !is_theirs(&v.house, &v.principal, feed) {
        return v.oops(
            StatusCode::NOT_FOUND,
            "There is no such feed",
            "It was revoked, or it is somebody else\u{2019}s.",
        );
    }
    match v.house.keeper.ask(actor, Command::RevokeFeed { feed }).await {
        Ok(_) => v.back("/calendars", Tone::Good, "Revoked. Whoever reads it finds nothing from now on."),
        Err(error) => v.refused("/calendars", &error),
    }
}
