//! `/alerts` and `/silences`.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Instant, Reply, World,
    access::Action,
    alert::{Alert, AlertState, Matcher, Silence, SilenceState},
    command::SilenceWish,
    id::Fingerprint,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem, instant,
    listing::{Listed, Paging},
    moment::{Moment, room},
};
use crate::{hooks::alertmanager_v2::new_uuid, serve::House};

#[derive(Serialize, ToSchema)]
pub struct AlertView {
    fingerprint: String,
    /// `active`, `suppressed` or `unprocessed`.
    state: &'static str,
    #[schema(value_type = Object)]
    labels: Value,
    #[schema(value_type = Object)]
    annotations: Value,
    generator_url: String,
    #[schema(format = DateTime)]
    starts_at: String,
    /// When it expires unless it is sent again.
    #[schema(format = DateTime)]
    ends_at: String,
    receivers: Vec<String>,
    incidents: Vec<u64>,
    /// Ids of silences.
    silenced_by: Vec<String>,
    /// Fingerprints of alerts.
    inhibited_by: Vec<String>,
}

fn view(world: &World, fp: Fingerprint, alert: &Alert, now: Instant) -> AlertView {
    let status = world.alerts.status(fp, now);
    let labels = |labels| serde_json::to_value(labels).unwrap_or_default();
    AlertView {
        fingerprint: fp.to_string(),
        state: status.as_ref().map_or("active", |status| status.state.word()),
        labels: labels(&alert.labels),
        annotations: labels(alert.annotations()),
        generator_url: alert.generator_url.to_string(),
        starts_at: alert.starts_at.to_string(),
        ends_at: alert.ends_at().to_string(),
        receivers: world.alerts.receivers_of(alert).map(str::to_owned).collect(),
        incidents: alert.groups().filter_map(|key| world.alerts.group(key)?.incident).map(|id| id.0).collect(),
        silenced_by: status.iter().flat_map(|s| &s.silenced_by).map(ToString::to_string).collect(),
        inhibited_by: status.iter().flat_map(|s| &s.inhibited_by).map(ToString::to_string).collect(),
    }
}

#[derive(Deserialize)]
pub struct Filter {
    /// Alertmanager's matchers, separated by commas.
    filter: Option<String>,
    state: Option<String>,
    receiver: Option<String>,
    at: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Those that fire, by fingerprint.
pub async fn list(State(house): State<House>, caller: Caller, Params(wanted): Params<Filter>) -> Listed<AlertView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(wanted.limit, wanted.cursor);
    let after: Option<Fingerprint> = paging.after()?;
    let matchers = Matcher::parse(wanted.filter.as_deref().unwrap_or_default())
        .map_err(|why| Problem::query("filter", why.to_string()))?;
    let state = match wanted.state.as_deref() {
        None => None,
        Some("active") => Some(AlertState::Active),
        Some("suppressed") => Some(AlertState::Suppressed),
        Some("unprocessed") => Some(AlertState::Unprocessed),
        Some(_) => return Err(Problem::query("state", "active, suppressed or unprocessed is expected")),
    };
    let world = room(&house, wanted.at.as_deref()).await?;
    let now = world.now;
    let found = world.alerts.active().filter(|(fp, alert)| {
        after.is_none_or(|after| *fp > after)
            && matchers.iter().all(|matcher| matcher.matches(&alert.labels))
            && wanted.receiver.as_deref().is_none_or(|r| world.alerts.receivers_of(alert).any(|own| own == r))
            && state.is_none_or(|state| world.alerts.state(alert, now) == state)
    });
    paging.page(found.map(|(fp, alert)| (fp, view(&world, fp, alert, now))))
}

fn fingerprint(text: &str) -> Result<Fingerprint, Problem> {
    let shown: String = text.chars().take(40).collect();
    text.parse().map_err(|_| Problem::not_found(format!("alert `{shown}`")))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
    Params(moment): Params<Moment>,
) -> Result<Json<AlertView>, Problem> {
    caller.authorize(Action::Read)?;
    let fp = fingerprint(&id)?;
    let world = room(&house, moment.at.as_deref()).await?;
    let alert = world.alerts.get(fp).ok_or_else(|| Problem::not_found(format!("alert {fp}")))?;
    Ok(Json(view(&world, fp, alert, world.now)))
}

/// Whatever its source says. One that does not fire is resolved already.
pub async fn resolve(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Respond)?;
    house.keeper.ask(actor, Command::ResolveAlerts(vec![fingerprint(&id)?])).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
pub struct SilenceView {
    silence: String,
    /// `pending`, `active` or `expired`.
    state: &'static str,
    /// As they are written: `severity="critical"`.
    matchers: Vec<String>,
    #[schema(format = DateTime)]
    starts_at: String,
    #[schema(format = DateTime)]
    ends_at: String,
    created_by: String,
    comment: String,
}

fn silence(silence: &Silence, now: Instant) -> SilenceView {
    SilenceView {
        silence: silence.id.to_string(),
        state: silence.state(now).word(),
        matchers: silence.matchers.iter().map(ToString::to_string).collect(),
        starts_at: silence.starts_at.to_string(),
        ends_at: silence.ends_at.to_string(),
        created_by: silence.created_by.to_string(),
        comment: silence.comment.to_string(),
    }
}

#[derive(Deserialize)]
pub struct SilenceFilter {
    state: Option<SilenceState>,
    at: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// By id; those that ended within five days are still there.
pub async fn silences(
    State(house): State<House>,
    caller: Caller,
    Params(wanted): Params<SilenceFilter>,
) -> Listed<SilenceView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(wanted.limit, wanted.cursor);
    let after: Option<String> = paging.after()?;
    let world = room(&house, wanted.at.as_deref()).await?;
    let now = world.now;
    let found = world.alerts.silences().filter(|s| {
        after.as_deref().is_none_or(|after| &*s.id > after) && wanted.state.is_none_or(|state| s.state(now) == state)
    });
    paging.page(found.map(|found| (found.id.clone(), silence(found, now))))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// Alertmanager's matchers, e.g. `alertname="QueueStuck", site=~"nyc|ldn"`.
    matchers: String,
    /// RFC 3339; absent: now.
    starts_at: Option<String>,
    /// RFC 3339.
    ends_at: String,
    /// Why.
    comment: String,
    /// Absent: whoever asks. Only a program can name somebody else.
    created_by: Option<String>,
}

pub async fn set_silence(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewSilence>,
) -> Result<(StatusCode, Json<SilenceView>), Problem> {
    let actor = caller.authorize(Action::Silence)?;
    let matchers = Matcher::parse(&wish.matchers).map_err(|why| Problem::field("matchers", why.to_string()))?;
    let created_by = caller.principal.owner(wish.created_by.as_deref()).unwrap_or_default();
    let wish = SilenceWish {
        id: None,
        matchers,
        starts_at: wish.starts_at.as_deref().map(|text| instant("starts_at", text)).transpose()?,
        ends_at: instant("ends_at", &wish.ends_at)?,
        created_by: created_by.into(),
        comment: wish.comment.into(),
    };
    let id = new_uuid().map_err(|why| Problem::new(StatusCode::SERVICE_UNAVAILABLE, why))?.into();
    match house.keeper.ask(actor, Command::SetSilence { silence: wish, id }).await? {
        Reply::Silence(set) => Ok((StatusCode::CREATED, Json(silence(&set, house.clock.now())))),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was set, but its id is not known")),
    }
}

pub async fn expire_silence(
    State(house): State<House>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Silence)?;
    house.keeper.ask(actor, Command::ExpireSilence { id: id.into() }).await?;
    Ok(StatusCode::NO_CONTENT)
}
