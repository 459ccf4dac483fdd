//! What people do to a handoff: each is one wish, in somebody's name, answered with the handoff as it is then.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command,
    access::Action,
    handoff::{self, Change, ItemKey, Removed, Stability, Who, Wish},
    id::{HandoffId, Name},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{HandoffView, shown};
use crate::{
    api::{Body, Caller, Problem, incidents::responder, instant, number},
    serve::House,
};

async fn wish(
    house: &House,
    caller: &Caller,
    id: &str,
    by: Option<&str>,
    wish: Wish,
) -> Result<Json<HandoffView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let handoff = HandoffId(number("handoff", id)?);
    let by = responder(house, caller, by)?;
    house.keeper.ask(actor, Command::Handoff { handoff, by, wish }).await?;
    shown(house, handoff)
}

fn item(text: &str) -> Result<ItemKey, Problem> {
    text.parse().map_err(|why: String| Problem::field("item", why))
}

/// `person/NAME`, a bare name of the estate, or words.
fn who(house: &House, text: String) -> Who {
    match text.parse::<Name>().ok().filter(|name| house.keeper.world().estate().persons.contains_key(name)) {
        Some(person) => Who::Person(person),
        None => Who::from(text),
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// Absent: whoever asks.
    by: Option<String>,
    summary: String,
    #[serde(default)]
    detail: String,
    /// A person of the estate, or words.
    owner: Option<String>,
    /// If … then …
    contingency: Option<String>,
}

pub async fn note(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewNote>,
) -> Result<(StatusCode, Json<HandoffView>), Problem> {
    let NewNote { by, summary, detail, owner, contingency } = body;
    let note = Wish::AddNote { summary, detail, owner: owner.map(|text| who(&house, text)), contingency };
    Ok((StatusCode::CREATED, wish(&house, &caller, &id, by.as_deref(), note).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    by: Option<String>,
    /// Such as `incident/42`.
    item: String,
    /// `unstable`, `watcher` or `stable`.
    severity: Option<String>,
    owner: Option<String>,
    contingency: Option<String>,
    note: Option<String>,
    /// What was said and does not hold any more: `severity`, `owner`, `contingency`, `note`.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    remove: BTreeSet<Removed>,
    /// A note that is done leaves the brief.
    #[serde(default)]
    done: bool,
}

pub async fn amend(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Amendment>,
) -> Result<Json<HandoffView>, Problem> {
    let wrong = |why: String| Problem::field("severity", why);
    let change = Change {
        severity: body.severity.as_deref().map(str::parse::<Stability>).transpose().map_err(wrong)?,
        owner: body.owner.map(|text| who(&house, text)),
        contingency: body.contingency,
        note: body.note,
        actions: None,
        remove: body.remove,
        done: body.done,
    };
    let amend = Wish::Amend { item: item(&body.item)?, change };
    wish(&house, &caller, &id, body.by.as_deref(), amend).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAction {
    by: Option<String>,
    item: String,
    text: String,
    owner: String,
    #[schema(format = DateTime)]
    due: Option<String>,
    /// Of an action that people added: this one is changed instead.
    number: Option<u32>,
}

pub async fn action(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewAction>,
) -> Result<(StatusCode, Json<HandoffView>), Problem> {
    let due = body.due.as_deref().map(|text| instant("due", text)).transpose()?;
    let action = handoff::Action::new(body.text, who(&house, body.owner), due);
    let item = item(&body.item)?;
    let change = match body.number {
        Some(number) => Wish::ChangeAction { item, number, action },
        None => Wish::AddAction { item, action },
    };
    Ok((StatusCode::CREATED, wish(&house, &caller, &id, body.by.as_deref(), change).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActionOver {
    by: Option<String>,
    item: String,
    /// Its number on the item.
    number: u32,
}

/// It is done, or not needed any more.
pub async fn action_over(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<ActionOver>,
) -> Result<Json<HandoffView>, Problem> {
    let remove = Wish::RemoveAction { item: item(&body.item)?, number: body.number };
    wish(&house, &caller, &id, body.by.as_deref(), remove).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HaveRead {
    by: Option<String>,
    /// As the handoff was shown with it.
    revision: String,
}

pub async fn have_read(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<HaveRead>,
) -> Result<Json<HandoffView>, Problem> {
    wish(&house, &caller, &id, body.by.as_deref(), Wish::Read { revision: body.revision.into() }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewQuestion {
    by: Option<String>,
    item: String,
    text: String,
}

pub async fn ask(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewQuestion>,
) -> Result<(StatusCode, Json<HandoffView>), Problem> {
    let ask = Wish::Ask { item: item(&body.item)?, text: body.text };
    Ok((StatusCode::CREATED, wish(&house, &caller, &id, body.by.as_deref(), ask).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnswer {
    by: Option<String>,
    item: String,
    /// Its number on the item, counted from 1.
    question: u32,
    text: String,
}

pub async fn answer(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewAnswer>,
) -> Result<Json<HandoffView>, Problem> {
    let answer = Wish::Answer { item: item(&body.item)?, question: body.question, text: body.text };
    wish(&house, &caller, &id, body.by.as_deref(), answer).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReadBack {
    by: Option<String>,
    item: String,
    /// In own words: what it is, and what would change it.
    words: String,
    /// What is to happen next. Without it, and without when, the read-back is kept and does not count yet.
    next: Option<String>,
    /// When the next thing is to happen.
    #[schema(format = DateTime)]
    next_at: Option<String>,
}

pub async fn read_back(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewReadBack>,
) -> Result<Json<HandoffView>, Problem> {
    let next_at = body.next_at.as_deref().map(|text| instant("next_at", text)).transpose()?;
    let read = Wish::ReadBack { item: item(&body.item)?, words: body.words, next: body.next, next_at };
    wish(&house, &caller, &id, body.by.as_deref(), read).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewWaiver {
    by: Option<String>,
    item: String,
    /// `owner` or `contingency`.
    what: String,
    reason: String,
}

pub async fn waive(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<NewWaiver>,
) -> Result<Json<HandoffView>, Problem> {
    let what = body.what.parse().map_err(|why: String| Problem::field("what", why))?;
    let waive = Wish::Waive { item: item(&body.item)?, what, reason: body.reason };
    wish(&house, &caller, &id, body.by.as_deref(), waive).await
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Acceptance {
    by: Option<String>,
    /// In one action, whatever stands before it; it is marked as such.
    emergency: bool,
}

pub async fn accept(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Acceptance>,
) -> Result<Json<HandoffView>, Problem> {
    wish(&house, &caller, &id, body.by.as_deref(), Wish::Accept { emergency: body.emergency }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    by: Option<String>,
    reason: String,
}

pub async fn refuse(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(body): Body<Refusal>,
) -> Result<Json<HandoffView>, Problem> {
    wish(&house, &caller, &id, body.by.as_deref(), Wish::Refuse { reason: body.reason }).await
}
