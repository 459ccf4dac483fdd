//! `/incidents`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Reply, World,
    access::Action,
    id::{IncidentId, Name},
    incident::{AcknowledgedBecause, Incident, Severity, Status},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem,
    listing::{Listed, Paging},
    moment::{Moment, room},
    name, number,
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct IncidentView {
    incident: u64,
    title: String,
    /// `SEV1` to `SEV5`.
    severity: String,
    /// `open`, `acknowledged` or `resolved`.
    status: &'static str,
    escalation: String,
    #[schema(format = DateTime)]
    opened_at: String,
    /// Fingerprints of those that fire.
    alerts: Vec<String>,
    acknowledged: Option<AcknowledgementView>,
    #[schema(format = DateTime)]
    resolved_at: Option<String>,
    /// Who is paged next if nobody acknowledges.
    next: Option<NextView>,
    /// Only of a single incident: each fact, with its number, when, by whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<Object>>)]
    timeline: Option<Value>,
    /// Of a very long timeline the beginning and the end are given; so many facts between stand in the journal alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline_left_out: Option<u64>,
}

#[derive(Serialize, ToSchema)]
pub struct AcknowledgementView {
    by: String,
    #[schema(format = DateTime)]
    at: String,
}

#[derive(Serialize, ToSchema)]
pub struct NextView {
    persons: Vec<String>,
    #[schema(format = DateTime)]
    at: String,
}

fn view(world: &World, incident: &Incident, whole: bool) -> IncidentView {
    let next = if whole { world.next_paged(incident.id) } else { None };
    IncidentView {
        incident: incident.id.0,
        title: incident.title.clone(),
        severity: incident.severity.to_string(),
        status: incident.status().word(),
        escalation: incident.escalation.to_string(),
        opened_at: incident.opened_at.to_string(),
        alerts: incident.alerts.iter().map(ToString::to_string).collect(),
        acknowledged: incident
            .acknowledged
            .as_ref()
            .map(|a| AcknowledgementView { by: a.by.to_string(), at: a.at.to_string() }),
        resolved_at: incident.resolved.as_ref().map(|r| r.at.to_string()),
        next: next
            .map(|n| NextView { persons: n.persons.iter().map(ToString::to_string).collect(), at: n.at.to_string() }),
        timeline: if whole { serde_json::to_value(incident.timeline.iter().collect::<Vec<_>>()).ok() } else { None },
        timeline_left_out: incident.timeline.left_out().filter(|_| whole).map(|(count, _)| count),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    status: Option<Status>,
    severity: Option<String>,
    escalation: Option<String>,
    at: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn list(State(house): State<House>, caller: Caller, Params(filter): Params<Filter>) -> Listed<IncidentView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(filter.limit, filter.cursor);
    let after: Option<u64> = paging.after()?;
    let severity = filter.severity.as_deref().map(severity).transpose()?;
    let world = room(&house, filter.at.as_deref()).await?;
    let found = world.incidents.iter().rev().filter(|incident| {
        after.is_none_or(|after| incident.id.0 < after)
            && filter.status.is_none_or(|status| incident.status() == status)
            && severity.is_none_or(|severity| incident.severity == severity)
            && filter.escalation.as_deref().is_none_or(|wanted| incident.escalation.as_str() == wanted)
    });
    paging.page(found.map(|incident| (incident.id, view(&world, incident, false))))
}

fn severity(text: &str) -> Result<Severity, Problem> {
    text.parse().map_err(|why: String| Problem::field("severity", why))
}

fn shown(house: &House, id: IncidentId) -> Result<Json<IncidentView>, Problem> {
    found(&house.keeper.world(), id)
}

fn found(world: &World, id: IncidentId) -> Result<Json<IncidentView>, Problem> {
    let incident = world.incidents.get(id).ok_or_else(|| Problem::not_found(format!("incident {id}")))?;
    Ok(Json(view(world, incident, true)))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Params(moment): Params<Moment>,
) -> Result<Json<IncidentView>, Problem> {
    caller.authorize(Action::Read)?;
    let id = IncidentId(number("incident", &id)?);
    let room = room(&house, moment.at.as_deref()).await?;
    found(&room, id)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewIncident {
    title: String,
    /// `SEV1` to `SEV5`.
    severity: String,
    /// The name of the escalation to walk.
    escalation: String,
}

pub async fn open(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewIncident>,
) -> Result<(StatusCode, Json<IncidentView>), Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let escalation = name("escalation", &wish.escalation)?;
    let command = Command::OpenIncident { title: wish.title, severity: severity(&wish.severity)?, escalation };
    match house.keeper.ask(actor, command).await? {
        Reply::Incident(id) => Ok((StatusCode::CREATED, shown(&house, id)?)),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was opened, but its number is not known")),
    }
}

/// Who does it: the caller's own person; a program names one.
pub fn responder(house: &House, caller: &Caller, by: Option<&str>) -> Result<Name, Problem> {
    let own = caller.principal.person();
    match (own, by) {
        (Some(own), None) => Ok(own.clone()),
        (Some(own), Some(by)) if own.as_str() == by => Ok(own.clone()),
        (Some(own), Some(_)) => Err(Problem::field("by", format!("you are `{own}`"))),
        (None, Some(by)) => {
            let by = name("by", by)?;
            match house.keeper.world().estate().persons.contains_key(&by) {
                true => Ok(by),
                false => Err(Problem::field("by", format!("the estate has no person `{by}`"))),
            }
        }
        (None, None) => {
            use meridian_core::access::Principal;
            match &caller.principal {
                Principal::Session { account, .. } => Ok(account.clone()),
                Principal::Token { token, .. } => Ok(token.clone()),
                Principal::Demo | Principal::Anonymous => name("by", "demo"),
            }
        }
    }
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Acknowledgement {
    /// The person who takes it. Absent: whoever asks.
    by: Option<String>,
}

pub async fn acknowledge(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(wish): Body<Acknowledgement>,
) -> Result<Json<IncidentView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let incident = IncidentId(number("incident", &id)?);
    let by = responder(&house, &caller, wish.by.as_deref())?;
    house.keeper.ask(actor, Command::Acknowledge { incident, by, because: AcknowledgedBecause::Api }).await?;
    shown(&house, incident)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Note {
    text: String,
}

pub async fn note(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(wish): Body<Note>,
) -> Result<(StatusCode, Json<IncidentView>), Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let incident = IncidentId(number("incident", &id)?);
    house.keeper.ask(actor, Command::Note { incident, text: wish.text }).await?;
    Ok((StatusCode::CREATED, shown(&house, incident)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Reassignment {
    /// A person of the estate.
    to: String,
    reason: String,
}

pub async fn reassign(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(wish): Body<Reassignment>,
) -> Result<Json<IncidentView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let incident = IncidentId(number("incident", &id)?);
    let command = Command::Reassign { incident, to: name("to", &wish.to)?, reason: wish.reason };
    house.keeper.ask(actor, command).await?;
    shown(&house, incident)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SeverityChange {
    severity: String,
    reason: String,
}

pub async fn change_severity(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(wish): Body<SeverityChange>,
) -> Result<Json<IncidentView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let incident = IncidentId(number("incident", &id)?);
    let command = Command::ChangeSeverity { incident, severity: severity(&wish.severity)?, reason: wish.reason };
    house.keeper.ask(actor, command).await?;
    shown(&house, incident)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Resolution {
    reason: String,
}

pub async fn resolve(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Body(wish): Body<Resolution>,
) -> Result<Json<IncidentView>, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    let incident = IncidentId(number("incident", &id)?);
    house.keeper.ask(actor, Command::Resolve { incident, reason: wish.reason }).await?;
    shown(&house, incident)
}
