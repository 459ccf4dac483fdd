//! What stands behind the signed links of messages. Opening a link changes nothing; only its POST does.

use axum::{
    extract::Path,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use meridian_core::{Command, id::Actor, incident::AcknowledgedBecause};

use crate::{
    notify::link::{self, LinkClaims, Purpose},
    serve::AskError,
    ui::{pages, read, visitor::Visitor},
};

pub async fn ask(v: Visitor, Path(token): Path<String>) -> Response {
    show(&v, &token, Purpose::Acknowledge, StatusCode::OK)
}

pub async fn ask_pass(v: Visitor, Path(token): Path<String>) -> Response {
    show(&v, &token, Purpose::PassOn, StatusCode::OK)
}

fn show(v: &Visitor, token: &str, purpose: Purpose, status: StatusCode) -> Response {
    let claims = match link::open(&v.house.link_key, token, purpose, v.now) {
        Ok(claims) => claims,
        Err(why) => return v.page(StatusCode::GONE, pages::ack_gone(v.theme(), &why.to_string())),
    };
    // Whoever holds the link of one purpose is the person that was paged, and gets the other with it.
    let path = |purpose: Purpose, word: &str| {
        format!("/{word}/{}", link::sign(&v.house.link_key, &LinkClaims { purpose, ..claims.clone() }))
    };
    let (action, pass_on) = (path(Purpose::Acknowledge, "ack"), path(Purpose::PassOn, "pass"));
    let world = v.house.keeper.world();
    let view = read::ack(&v.lens(&world), claims.page, &claims.person, action, Some(pass_on));
    let clock = v.clock(&world);
    drop(world);
    match view {
        Some(view) => v.page(status, pages::ack(&clock, v.theme(), "", &view)),
        None => v.page(
            StatusCode::GONE,
            pages::ack_gone(v.theme(), "The incident is over for long; the journal still has it."),
        ),
    }
}

pub async fn acknowledge(v: Visitor, Path(token): Path<String>) -> Response {
    act(&v, &token, Purpose::Acknowledge, "ack").await
}

pub async fn pass(v: Visitor, Path(token): Path<String>) -> Response {
    act(&v, &token, Purpose::PassOn, "pass").await
}

/// Whether the page is of an earlier episode of the incident, or its person has left: such a link takes nothing.
fn is_stale(v: &Visitor, claims: &LinkClaims) -> bool {
    let world = v.house.keeper.world();
    let reopened = world.incidents.get(claims.incident).and_then(|incident| incident.reopened_at);
    let opened = world.pages.page(claims.page).map(|page| page.opened_at);
    let earlier = opened.zip(reopened).is_some_and(|(opened, reopened)| opened < reopened);
    earlier || !world.estate().persons.contains_key(&claims.person)
}

async fn act(v: &Visitor, token: &str, purpose: Purpose, word: &str) -> Response {
    let Ok(claims) = link::open(&v.house.link_key, token, purpose, v.now) else {
        return show(v, token, purpose, StatusCode::GONE);
    };
    if is_stale(v, &claims) {
        return show(v, token, purpose, StatusCode::GONE);
    }
    let by = claims.person.clone();
    let command = match purpose {
        Purpose::Acknowledge => {
            Command::Acknowledge { incident: claims.incident, by: by.clone(), because: AcknowledgedBecause::Link }
        }
        Purpose::PassOn => Command::PassOn { page: claims.page, by: by.clone() },
        // A notice is answered on a page of its own.
        Purpose::Answer => return show(v, token, purpose, StatusCode::GONE),
    };
    match v.house.keeper.ask(Actor::Link(by), command).await {
        Err(AskError::Unavailable { why, .. }) => {
            v.oops(StatusCode::SERVICE_UNAVAILABLE, "Not taken yet", &format!("{why}. Press the button again."))
        }
        // A refusal says that the incident moved on meanwhile, and that is what the page shows.
        Ok(_) | Err(AskError::Refused(_)) => Redirect::to(&format!("/{word}/{token}")).into_response(),
    }
}
