//! Live: an event when the world changed, a beat otherwise; and the files that pages ask for.

use std::convert::Infallible;

use axum::{
    extract::Path,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{
        IntoResponse, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use jiff::SignedDuration;

use crate::{
    serve::House,
    ui::{assets, visitor::Member},
};

/// A page that hears nothing for ten seconds says that it is disconnected.
const BEAT_MS: f64 = 4_000.0;
/// A storm of facts makes one event, not one each.
const REST_MS: f64 = 250.0;
/// Messages may pass without end.
const FOLD_REST_MS: f64 = 1_000.0;

pub async fn live(Member(v): Member, uri: Uri) -> Response {
    match uri.query() {
        Some("of=chains") => of_chains(&v.house),
        _ => stream(&v.house),
    }
}

/// For pages that show messages on their way: also when something of them was folded, at most once a second.
fn of_chains(house: &House) -> Response {
    let (clock, keeper) = (house.clock.clone(), house.keeper.clone());
    let real = move |ms: f64, speed: f64| SignedDuration::from_millis((ms * speed) as i64);
    let begin = (keeper.changed(), house.chains.changed(), true);
    let events = stream::unfold(begin, move |(mut changed, mut folded, first)| {
        let (clock, keeper) = (clock.clone(), keeper.clone());
        async move {
            let now = || clock.now().as_millisecond().to_string();
            if first {
                changed.borrow_and_update();
                folded.borrow_and_update();
                return Some((
                    Ok::<_, Infallible>(Event::default().event("beat").data(now())),
                    (changed, folded, false),
                ));
            }
            let event = tokio::select! {
                alive = changed.changed() => {
                    alive.ok()?;
                    clock.sleep(real(REST_MS, clock.speed())).await;
                    "changed"
                }
                alive = folded.changed() => {
                    alive.ok()?;
                    clock.sleep(real(FOLD_REST_MS, clock.speed())).await;
                    "changed"
                }
                () = clock.sleep(real(BEAT_MS, clock.speed())) => "beat",
                () = keeper.ending() => return None,
            };
            changed.borrow_and_update();
            folded.borrow_and_update();
            Some((Ok(Event::default().event(event).data(now())), (changed, folded, false)))
        }
    });
    ([("x-accel-buffering", "no")], Sse::new(events)).into_response()
}

/// Whoever may hear it was asked before.
pub(super) fn stream(house: &House) -> Response {
    let (clock, keeper) = (house.clock.clone(), house.keeper.clone());
    // The demo's clock runs faster; people's eyes do not.
    let real = move |ms: f64, speed: f64| SignedDuration::from_millis((ms * speed) as i64);
    let events = stream::unfold((keeper.changed(), true), move |(mut changed, first)| {
        let (clock, keeper) = (clock.clone(), keeper.clone());
        async move {
            let beat = |clock: &crate::clock::Clock| {
                Event::default().event("beat").data(clock.now().as_millisecond().to_string())
            };
            if first {
                changed.borrow_and_update();
                return Some((Ok::<_, Infallible>(beat(&clock)), (changed, false)));
            }
            let event = tokio::select! {
                alive = changed.changed() => {
                    alive.ok()?;
                    clock.sleep(real(REST_MS, clock.speed())).await;
                    let seq = *changed.borrow_and_update();
                    Event::default().event("changed").data(seq.to_string())
                }
                () = clock.sleep(real(BEAT_MS, clock.speed())) => beat(&clock),
                () = keeper.ending() => return None,
            };
            Some((Ok(event), (changed, false)))
        }
    });
    ([("x-accel-buffering", "no")], Sse::new(events)).into_response()
}

/// The hash in the path makes each content an address of its own, so that browsers may keep it forever.
pub async fn asset(Path((hash, name)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(asset) = assets::named(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", asset.hash);
    if headers.get(header::IF_NONE_MATCH).is_some_and(|sent| sent.as_bytes() == tag.as_bytes()) {
        return (StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response();
    }
    let keep = if hash == asset.hash { "public, max-age=31536000, immutable" } else { "no-cache" };
    let headers = [
        (header::CONTENT_TYPE, asset.media_type.to_owned()),
        (header::CACHE_CONTROL, keep.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::ETAG, tag),
    ];
    (headers, asset.body.clone()).into_response()
}
