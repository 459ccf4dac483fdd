//! `/pages` and `/deliveries`: whom Meridian tried to reach, how, and what came of it.

use axum::{
    Json,
    extract::{Path, State},
};
use meridian_core::{
    Command, World,
    access::Action,
    id::{IncidentId, PageId},
    page::{Attempt, Delivery, DeliveryState, Page},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem,
    incidents::responder,
    listing::{Listed, Paging},
    number,
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct PageView {
    page: u64,
    incident: u64,
    person: String,
    /// `high` or `low`.
    urgency: &'static str,
    because: String,
    #[schema(format = DateTime)]
    opened_at: String,
    deliveries: Vec<DeliveryView>,
}

#[derive(Serialize, ToSchema)]
pub struct DeliveryView {
    delivery: u64,
    page: u64,
    incident: u64,
    person: String,
    contact: String,
    technology: String,
    /// What it tells beyond the page itself.
    notice: Option<String>,
    /// `waiting`, `sending`, `delivered`, `failed` or `cancelled`.
    state: &'static str,
    attempts: Vec<AttemptView>,
}

#[derive(Serialize, ToSchema)]
pub struct AttemptView {
    #[schema(format = DateTime)]
    at: String,
    /// What the other side said.
    receipt: Option<String>,
    error: Option<String>,
}

/// What came of each attempt, oldest first.
pub fn attempts(attempts: &[Attempt]) -> Vec<AttemptView> {
    let view = |attempt: &Attempt| AttemptView {
        at: attempt.at.to_string(),
        receipt: attempt.outcome.as_ref().ok().map(ToString::to_string),
        error: attempt.outcome.as_ref().err().map(ToString::to_string),
    };
    attempts.iter().map(view).collect()
}

pub fn state(state: &DeliveryState) -> &'static str {
    match state {
        DeliveryState::Waiting { .. } => "waiting",
        DeliveryState::Sending { .. } => "sending",
        DeliveryState::Delivered { .. } => "delivered",
        DeliveryState::Failed { .. } => "failed",
        DeliveryState::Cancelled { .. } => "cancelled",
    }
}

fn delivery(delivery: &Delivery) -> DeliveryView {
    DeliveryView {
        delivery: delivery.id.0,
        page: delivery.page.0,
        incident: delivery.incident.0,
        person: delivery.person.to_string(),
        contact: delivery.contact.to_string(),
        technology: format!("{:?}", delivery.technology).to_lowercase(),
        notice: delivery.notice.as_ref().map(|notice| notice.words()),
        state: state(&delivery.state),
        attempts: attempts(&delivery.attempts),
    }
}

fn view(world: &World, page: &Page) -> PageView {
    PageView {
        page: page.id.0,
        incident: page.incident.0,
        person: page.person.to_string(),
        urgency: page.urgency.word(),
        because: page.because.words(),
        opened_at: page.opened_at.to_string(),
        deliveries: page.deliveries.iter().filter_map(|id| world.pages.delivery(*id)).map(delivery).collect(),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    incident: Option<u64>,
    person: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn list(State(house): State<House>, caller: Caller, Params(filter): Params<Filter>) -> Listed<PageView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(filter.limit, filter.cursor);
    let after: Option<u64> = paging.after()?;
    let world = house.keeper.world();
    let found = world.pages.pages().rev().filter(|page| {
        after.is_none_or(|after| page.id.0 < after)
            && filter.incident.is_none_or(|incident| page.incident.0 == incident)
            && filter.person.as_deref().is_none_or(|person| page.person.as_str() == person)
    });
    paging.page(found.map(|page| (page.id, view(&world, page))))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<PageView>, Problem> {
    caller.authorize(Action::Read)?;
    shown(&house, PageId(number("page", &id)?))
}

fn shown(house: &House, id: PageId) -> Result<Json<PageView>, Problem> {
    let world = house.keeper.world();
    let page = world.pages.page(id).ok_or_else(|| Problem::not_found(format!("page {id}")))?;
    Ok(Json(view(&world, page)))
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PassOn {
    /// The person who cannot. Absent: whoever asks.
    by: Option<String>,
}

/// "I cannot": the next step follows at once.
pub async fn pass_on(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(wish): Body<PassOn>,
) -> Result<Json<PageView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let page = PageId(number("page", &id)?);
    let by = responder(&house, &caller, wish.by.as_deref())?;
    house.keeper.ask(actor, Command::PassOn { page, by }).await?;
    shown(&house, page)
}

#[derive(Deserialize)]
pub struct DeliveryFilter {
    incident: u64,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Of one incident, oldest first.
pub async fn deliveries(
    State(house): State<House>,
    caller: Caller,
    Params(filter): Params<DeliveryFilter>,
) -> Listed<DeliveryView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(filter.limit, filter.cursor);
    let after: Option<u64> = paging.after()?;
    let world = house.keeper.world();
    let mut found: Vec<&Delivery> = world.pages.deliveries_of(IncidentId(filter.incident)).collect();
    found.sort_unstable_by_key(|delivery| delivery.id);
    let found = found.into_iter().filter(|delivery| after.is_none_or(|after| delivery.id.0 > after));
    paging.page(found.map(|found| (found.id, delivery(found))))
}
