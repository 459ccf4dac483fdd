//! `/feeds`, and the feeds themselves at `/calendar/{secret}.ics`.
//!
//! A feed has no login: whoever has its address reads it, until it is revoked. So its address is told once, when it is
//! made, and only a hash is kept.

use std::io::Write as _;

use axum::{
    Extension, Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use meridian_core::{
    Command, Refusal, Reply,
    access::{Action, Principal, may_make_feed, may_revoke_feed},
    feed::{self, Feed, FeedOf, title},
    id::FeedId,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use super::access::maker;
use super::{
    Body, Caller, Problem,
    auth::{self, Drawn, hash_secret},
    idempotency::ToldOnce,
    listing::{Listed, whole},
    number,
};
use crate::serve::{AskError, House};

#[derive(Serialize, ToSchema)]
pub struct FeedView {
    feed: u64,
    /// `person/NAME`, `rota/NAME` or `team/NAME`.
    of: String,
    title: String,
    /// The first characters of the secret in its address.
    prefix: String,
    made_by: String,
    #[schema(format = DateTime)]
    made_at: String,
    /// Told only once, when the feed is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
}

fn view(feed: &Feed, title: String) -> FeedView {
    FeedView {
        feed: feed.id.0,
        of: feed.of.to_string(),
        title,
        prefix: feed.prefix.clone(),
        made_by: feed.made_by.clone(),
        made_at: feed.made_at.to_string(),
        url: None,
    }
}

/// Those that the caller may revoke.
pub async fn list(State(house): State<House>, caller: Caller) -> Listed<FeedView> {
    caller.authorize(Action::Feeds)?;
    let account = maker(&house, &caller.principal);
    let world = house.keeper.world();
    let seen = world.feeds.iter().filter(|feed| may_revoke_feed(&caller.principal, &account, feed));
    whole(seen.map(|feed| view(feed, title(world.estate(), &feed.of))))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFeed {
    /// `person/NAME`, `rota/NAME` or `team/NAME`.
    of: String,
}

pub async fn create(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewFeed>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<FeedView>), Problem> {
    caller.authorize(Action::Feeds)?;
    let of: FeedOf = wish.of.parse().map_err(|why: String| Problem::field("of", why))?;
    if !may_make_feed(&caller.principal, &of) {
        return Err(Problem::new(StatusCode::FORBIDDEN, not_yours(&caller.principal, &of)));
    }
    let (id, url) = make(&house, &caller.principal, of).await?;
    let world = house.keeper.world();
    let made = world.feeds.get(id).ok_or_else(|| Problem::not_found(format!("calendar feed {id}")))?;
    let view = view(made, title(world.estate(), &made.of));
    Ok((StatusCode::CREATED, Extension(ToldOnce), Json(FeedView { url: Some(url), ..view })))
}

/// Why a feed is refused, as a person reads it.
pub fn not_yours(principal: &Principal, of: &FeedOf) -> String {
    match principal.person() {
        Some(person) => format!("{principal} is {person}: a feed of {of} is theirs to make, or an admin's"),
        None => format!("{principal} is no person of the estate: a feed of {of} is theirs to make, or an admin's"),
    }
}

/// Makes a feed and tells its address, this once. Whether the caller may was asked before.
pub async fn make(house: &House, principal: &Principal, of: FeedOf) -> Result<(FeedId, String), AskError> {
    let unavailable = |error: getrandom::Error| AskError::Unavailable { why: error.to_string(), retry_after_s: 5 };
    let Drawn { secret, hash, prefix } = auth::draw_feed().map_err(unavailable)?;
    let command = Command::MakeFeed { of, hash, prefix, made_by: maker(house, principal) };
    match house.keeper.ask(principal.actor(), command).await? {
        Reply::Feed(id) => Ok((id, format!("{}/calendar/{secret}.ics", house.settings.external_url))),
        _ => Err(AskError::Refused(Refusal::Conflict("it was made, but its number is not known".into()))),
    }
}

/// Whether there is such a feed, and `principal` may revoke it.
pub fn is_theirs(house: &House, principal: &Principal, id: FeedId) -> bool {
    let account = maker(house, principal);
    house.keeper.world().feeds.get(id).is_some_and(|feed| may_revoke_feed(principal, &account, feed))
}

pub async fn revoke(
    State(house): State<House>,
    caller: Caller,
    Path(feed): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Feeds)?;
    let id = FeedId(number("calendar feed", &feed)?);
    // Whether somebody else has a feed of this number is nobody's business.
    if !is_theirs(&house, &caller.principal, id) {
        return Err(Problem::not_found(format!("calendar feed {id}")));
    }
    house.keeper.ask(actor, Command::RevokeFeed { feed: id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Where calendars read.
pub fn router() -> Router<House> {
    Router::new().route("/calendar/{file}", get(read))
}

async fn read(State(house): State<House>, Path(file): Path<String>, headers: HeaderMap) -> Response {
    let gone =
        || (StatusCode::NOT_FOUND, "There is no such calendar: it was revoked, or never made.\n").into_response();
    let Some(hash) = file.strip_suffix(".ics").map(hash_secret) else { return gone() };
    let (of, source) = {
        let world = house.keeper.world();
        let Some(feed) = world.feed(&hash) else { return gone() };
        (feed.of.clone(), world.feed_source())
    };
    let (now, name) = (house.clock.now(), format!("{}-{}.ics", of.kind(), of.name()));
    let text =
        tokio::task::spawn_blocking(move || feed::calendar(&source, &of, now, &house.settings.external_url).to_ics());
    let Ok(text) = text.await else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let tag = format!("\"{}\"", blake3::hash(text.as_bytes()).to_hex());
    let known = headers.get_all(header::IF_NONE_MATCH).iter().any(|value| names(value, &tag));
    // Weak: packed or not, it is the same calendar.
    let common = [
        (header::ETAG, format!("W/{tag}")),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
        (header::VARY, header::ACCEPT_ENCODING.to_string()),
    ];
    if known {
        return (StatusCode::NOT_MODIFIED, common).into_response();
    }
    let kind = (header::CONTENT_TYPE, "text/calendar; charset=utf-8");
    let file = (header::CONTENT_DISPOSITION, format!("inline; filename=\"{name}\""));
    if !headers.get_all(header::ACCEPT_ENCODING).iter().any(takes_gzip) {
        return (common, [kind], [file], text).into_response();
    }
    match tokio::task::spawn_blocking(move || packed(&text)).await {
        Ok(Ok(bytes)) => (common, [kind], [file], [(header::CONTENT_ENCODING, "gzip")], bytes).into_response(),
        _ => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// A year of a busy rota is more than a megabyte, and most of that is said again and again.
fn packed(text: &str) -> std::io::Result<Vec<u8>> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes())?;
    encoder.finish()
}

/// Whether an `Accept-Encoding` names gzip, and not as refused.
fn takes_gzip(value: &HeaderValue) -> bool {
    value.to_str().unwrap_or_default().split(',').any(|one| {
        let mut parts = one.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let weight = parts.find_map(|part| part.strip_prefix("q=")?.parse::<f32>().ok());
        is_gzip && weight != Some(0.0)
    })
}

/// Whether an `If-None-Match` names this tag.
fn names(value: &HeaderValue, tag: &str) -> bool {
    let tags = value.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.into_iter().any(|one| one == "*" || one.trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_gzip() {
        let cases = [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.0, br", false),
            ("identity", false),
            ("", false),
        ];
        for (header, expected) in cases {
            assert_eq!(takes_gzip(&HeaderValue::from_static(header)), expected, "{header}");
        }
    }
}
