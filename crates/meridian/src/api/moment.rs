//! `?at=`: the control room as it was at an instant that is over.
//!
//! The same fold of the journal answers as on the page that is drawn back: everything journalled until then, and nothing
//! after it. What it does *not* do: foretell. Only who is on watch has an answer for an instant that is yet to come, by
//! the plan as it stands.

use std::{
    ops::Deref,
    sync::{Arc, RwLockReadGuard},
};

use axum::http::StatusCode;
use meridian_core::{Instant, World};
use serde::Deserialize;

use super::{Problem, instant};
use crate::serve::{House, past::PastError};

/// What an endpoint that shows one thing takes.
#[derive(Deserialize)]
pub struct Moment {
    pub at: Option<String>,
}

/// The world that answers, and the instant by whose clock it does.
pub struct Room<'a> {
    world: Held<'a>,
    pub now: Instant,
}

enum Held<'a> {
    Now(RwLockReadGuard<'a, World>),
    Then(Arc<World>),
}

impl Deref for Room<'_> {
    type Target = World;

    fn deref(&self) -> &World {
        match &self.world {
            Held::Now(world) => world,
            Held::Then(world) => world,
        }
    }
}

fn present(house: &House, now: Instant) -> Room<'_> {
    Room { world: Held::Now(house.keeper.world()), now }
}

/// The room at `at`; absent: now. An instant that is yet to come is refused.
pub async fn room<'a>(house: &'a House, at: Option<&str>) -> Result<Room<'a>, Problem> {
    match at {
        None => Ok(present(house, house.clock.now())),
        Some(text) => past(house, instant("at", text)?).await,
    }
}

/// The room at `at`; of an instant that is yet to come the room of now speaks, which knows what is planned.
pub async fn room_or_plan<'a>(house: &'a House, at: Option<&str>) -> Result<Room<'a>, Problem> {
    let now = house.clock.now();
    match at.map(|text| instant("at", text)).transpose()? {
        None => Ok(present(house, now)),
        Some(at) if at >= now => Ok(present(house, at)),
        Some(at) => past(house, at).await,
    }
}

async fn past(house: &House, at: Instant) -> Result<Room<'_>, Problem> {
    match house.at(at).await {
        Ok(world) => Ok(Room { world: Held::Then(world), now: at }),
        Err(why @ PastError::Busy) => {
            Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, why.to_string()).retry_after(5))
        }
        Err(why @ PastError::Unreadable(_)) => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why.to_string())),
        Err(why @ (PastError::NotYet | PastError::BeforeTheBeginning)) => {
            Err(Problem::query("at", format!("{at}: {why}")))
        }
    }
}
