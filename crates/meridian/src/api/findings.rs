//! `/findings`: what was seen by hand while a fault is looked for.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Reply, World,
    access::Action,
    finding::{Finding, Found, Side, Spot},
    id::{FindingId, IncidentId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem,
    listing::{Listed, Paging},
    name, number,
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct FoundView {
    finding: u64,
    /// `counts`; `replaced` by a newer one of the same place; `withdrawn`; `over` with its fault.
    state: &'static str,
    /// The incident that it belongs to; absent: nobody is paged for its chain.
    #[serde(skip_serializing_if = "Option::is_none")]
    incident: Option<u64>,
    chain: String,
    hop: String,
    /// `entrance` (arrived there), `at` (the hop has it) or `exit` (the hop has sent it).
    side: &'static str,
    /// Whether the messages that go missing were seen there.
    seen: bool,
    note: String,
    /// The person who looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    #[schema(format = DateTime)]
    made_at: String,
    made_by: String,
    #[schema(format = DateTime)]
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    withdrawn_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

fn view(world: &World, one: &Finding) -> FoundView {
    let (found, withdrawn) = (&one.found, one.withdrawn.as_ref());
    FoundView {
        finding: one.id.0,
        state: world.finding_state(one).word(),
        incident: one.incident.map(|incident| incident.0),
        chain: found.at.chain.to_string(),
        hop: found.at.hop.to_string(),
        side: found.at.side.word(),
        seen: found.seen,
        note: found.note.clone(),
        by: found.by.as_ref().map(ToString::to_string),
        made_at: one.made_at.to_string(),
        made_by: one.made_by.to_string(),
        withdrawn_at: withdrawn.map(|(at, _, _)| at.to_string()),
        withdrawn_by: withdrawn.map(|(_, by, _)| by.to_string()),
        reason: withdrawn.map(|(_, _, reason)| reason.clone()),
    }
}

#[derive(Deserialize)]
pub struct FindingFilter {
    incident: Option<u64>,
    chain: Option<String>,
    state: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn findings(
    State(house): State<House>,
    caller: Caller,
    Params(wanted): Params<FindingFilter>,
) -> Listed<FoundView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(wanted.limit, wanted.cursor);
    let before: Option<FindingId> = paging.after()?;
    let chain = wanted.chain.as_deref().map(|chain| name("chain", chain)).transpose()?;
    let state = wanted.state.as_deref();
    if let Some(state) = state.filter(|state| !["counts", "replaced", "withdrawn", "over"].contains(state)) {
        let shown = state.escape_debug();
        return Err(Problem::query("state", format!("`{shown}` is none of counts, replaced, withdrawn, over")));
    }
    let world = house.keeper.world();
    let found = world.findings.iter().rev().filter(|one| {
        before.is_none_or(|before| one.id < before)
            && wanted.incident.is_none_or(|incident| one.incident == Some(IncidentId(incident)))
            && chain.as_ref().is_none_or(|chain| one.found.at.chain == *chain)
            && state.is_none_or(|state| world.finding_state(one).word() == state)
    });
    paging.page(found.map(|one| (one.id, view(&world, one))))
}

fn id(text: &str) -> Result<FindingId, Problem> {
    number("finding", text).map(FindingId)
}

pub async fn finding(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<Json<FoundView>, Problem> {
    caller.authorize(Action::Read)?;
    shown(&house, id(&wanted)?).map(Json)
}

fn shown(house: &House, id: FindingId) -> Result<FoundView, Problem> {
    let world = house.keeper.world();
    let one = world.findings.get(id).ok_or_else(|| Problem::not_found(format!("finding {id}")))?;
    Ok(view(&world, one))
}

/// What was found.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewFinding {
    chain: String,
    hop: String,
    /// `entrance` (arrived there), `at` (the hop has it) or `exit` (the hop has sent it); absent: `at`.
    side: Option<String>,
    /// Whether the messages that go missing were seen there.
    seen: bool,
    /// How it was looked, or what else was seen.
    #[serde(default)]
    note: String,
    /// The person who looked; absent: whoever asks, where that is a person of the estate.
    by: Option<String>,
    /// The incident that it belongs to; absent: that of what is held, late or dark on the chain.
    incident: Option<u64>,
}

/// The same once more is answered with the one that stands.
pub async fn find(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewFinding>,
) -> Result<(StatusCode, Json<FoundView>), Problem> {
    let actor = caller.authorize(Action::Find)?;
    let side = wish.side.as_deref().map(|side| side.parse().map_err(|why: String| Problem::field("side", why)));
    let (chain, hop) = (name("chain", &wish.chain)?, name("hop", &wish.hop)?);
    let at = Spot { chain, hop, side: side.transpose()?.unwrap_or(Side::At) };
    let by = match (wish.by, caller.principal.person()) {
        (Some(by), _) => Some(name("by", &by)?),
        (None, own) => own.cloned(),
    };
    let found = Found { at, seen: wish.seen, note: wish.note, by }.into();
    let incident = wish.incident.map(IncidentId);
    match house.keeper.ask(actor, Command::Find { incident, found }).await? {
        Reply::Finding(id) => Ok((StatusCode::CREATED, Json(shown(&house, id)?))),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was recorded, but its number is not known")),
    }
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FindingWithdrawal {
    reason: String,
}

pub async fn withdraw(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<FindingWithdrawal>,
) -> Result<Json<FoundView>, Problem> {
    let actor = caller.authorize(Action::Find)?;
    let finding = id(&wanted)?;
    house.keeper.ask(actor, Command::WithdrawFinding { finding, reason: wish.reason }).await?;
    shown(&house, finding).map(Json)
}
