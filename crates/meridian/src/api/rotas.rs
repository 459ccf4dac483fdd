//! `/oncall`, `/shifts`, `/rotas` and their overrides.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, Reply, World,
    access::Action,
    cover::Remark,
    estate::{Estate, Layer, Member, Override},
    id::Name,
    roster::{OverrideRemark, Shift},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem, instant,
    listing::{Listed, remarked, whole},
    moment::{room, room_or_plan},
    name, number,
};
use crate::serve::House;

/// Resolving a rota costs time in proportion to its window.
pub(super) const WINDOW_MAX: SignedDuration = SignedDuration::from_hours(24 * 732);

/// One stretch of one person on watch.
#[derive(Serialize, ToSchema)]
pub struct ShiftView {
    rota: String,
    layer: String,
    /// `primary`, `secondary`, `shadow` or `reverse-shadow`.
    role: &'static str,
    person: String,
    site: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    because: String,
    /// The IANA zone of the site.
    zone: Option<String>,
}

fn view(estate: &Estate, shift: Shift) -> ShiftView {
    let zone = estate.sites.get(&shift.site).and_then(|site| site.zone.iana_name());
    ShiftView {
        zone: zone.map(str::to_owned),
        rota: shift.rota.to_string(),
        layer: shift.layer.to_string(),
        role: shift.role.word(),
        person: shift.person.to_string(),
        site: shift.site.to_string(),
        from: shift.from.to_string(),
        until: shift.until.to_string(),
        because: shift.because.to_string(),
    }
}

pub(super) fn known(house: &House, rota: &str) -> Result<Name, Problem> {
    known_in(&house.keeper.world(), rota)
}

fn known_in(world: &World, rota: &str) -> Result<Name, Problem> {
    let shown: String = rota.chars().take(80).collect();
    let found = world.estate().rotas.get_key_value(rota).map(|(name, _)| name.clone());
    found.ok_or_else(|| Problem::not_found(format!("rota `{shown}`")))
}

#[derive(Deserialize)]
pub struct OncallQuery {
    rota: Option<String>,
    at: Option<String>,
}

/// Who is on watch, in one rota or all.
pub async fn oncall(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<OncallQuery>,
) -> Listed<ShiftView> {
    caller.authorize(Action::Read)?;
    let room = room_or_plan(&house, query.at.as_deref()).await?;
    let only = query.rota.as_deref().map(|rota| known_in(&room, rota)).transpose()?;
    let rotas = || room.estate().rotas.keys().filter(|rota| only.as_ref().is_none_or(|only| only == *rota));
    let until = room.now.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(room.now);
    let said = rotas().flat_map(|rota| remarks(&room, rota, room.now, until)).collect();
    remarked(rotas().flat_map(|rota| room.on_watch(rota, room.now)).map(|shift| view(room.estate(), shift)), said)
}

/// What is worth knowing about the overrides of a rota in a window, on the command line as well.
pub fn remarks(world: &World, rota: &Name, from: Instant, until: Instant) -> Vec<String> {
    world.remarks_on_overrides(rota, from, until).iter().map(OverrideRemark::to_string).collect()
}

#[derive(Deserialize)]
pub struct ShiftsQuery {
    rota: String,
    from: String,
    until: String,
    at: Option<String>,
}

/// The shifts of a rota in a window, clipped to it; as they were planned at another instant, if one is named.
pub async fn shifts(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<ShiftsQuery>,
) -> Listed<ShiftView> {
    caller.authorize(Action::Read)?;
    let room = room(&house, query.at.as_deref()).await?;
    let rota = known_in(&room, &query.rota)?;
    let (from, until) = (instant("from", &query.from)?, instant("until", &query.until)?);
    if until <= from || until.duration_since(from) > WINDOW_MAX {
        return Err(Problem::query("until", "it must lie after `from`, at most two years"));
    }
    let shifts = room.shifts(&rota, from, until).into_iter().map(|shift| view(room.estate(), shift));
    remarked(shifts, remarks(&room, &rota, from, until))
}

#[derive(Deserialize)]
pub struct NextQuery {
    after: Option<String>,
}

/// When who is on watch changes.
#[derive(Serialize, ToSchema)]
pub struct NextView {
    rota: String,
    /// The instant that was asked about; now, if none was.
    #[schema(format = DateTime)]
    after: String,
    /// Absent: it does not change.
    #[schema(format = DateTime)]
    at: Option<String>,
}

pub async fn next_change(
    State(house): State<House>,
    caller: Caller,
    Path(rota): Path<String>,
    Params(query): Params<NextQuery>,
) -> Result<Json<NextView>, Problem> {
    caller.authorize(Action::Read)?;
    let rota = known(&house, &rota)?;
    let after = query.after.as_deref().map(|text| instant("after", text)).transpose()?.unwrap_or(house.clock.now());
    let at = house.keeper.world().next_change(&rota, after).map(|at| at.to_string());
    Ok(Json(NextView { rota: rota.to_string(), after: after.to_string(), at }))
}

#[derive(Serialize, ToSchema)]
pub struct RotaView {
    rota: String,
    display_name: String,
    team: Option<String>,
    layers: Vec<LayerView>,
}

#[derive(Serialize, ToSchema)]
pub struct LayerView {
    layer: String,
    site: String,
    role: &'static str,
    /// How long the turns last, one after the other.
    every: Vec<String>,
    /// `elapsed`: the calendar advances the turn; `served`: only a turn that was worked does.
    turns: &'static str,
    /// In the order of their turns; those of one turn together.
    members: Vec<Vec<MemberView>>,
}

#[derive(Serialize, ToSchema)]
pub struct MemberView {
    person: String,
    /// Wall clock of the site; absent: from the start of the rotation.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// Absent: for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<String>,
}

fn layer_view(layer: &Layer) -> LayerView {
    let member = |member: &Member| MemberView {
        person: member.person.to_string(),
        from: member.from.map(|from| from.to_string()),
        until: member.until.map(|until| until.to_string()),
    };
    LayerView {
        layer: layer.name.clone(),
        site: layer.site.to_string(),
        role: layer.role.word(),
        every: layer.rotation.every.iter().map(ToString::to_string).collect(),
        turns: layer.rotation.turns.word(),
        members: layer.rotation.members.iter().map(|turn| turn.iter().map(member).collect()).collect(),
    }
}

pub async fn rotas(State(house): State<House>, caller: Caller) -> Listed<RotaView> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    whole(world.estate().rotas.values().map(|rota| RotaView {
        rota: rota.name.to_string(),
        display_name: rota.display_name.clone(),
        team: rota.team.as_ref().map(ToString::to_string),
        layers: rota.layers.iter().map(layer_view).collect(),
    }))
}

#[derive(Serialize, ToSchema)]
pub struct OverrideView {
    /// Absent: it stands in the estate's files.
    id: Option<u64>,
    rota: String,
    #[schema(format = DateTime)]
    from: String,
    #[schema(format = DateTime)]
    until: String,
    replace: Option<String>,
    with: String,
    layer: Option<String>,
    /// What is worth knowing of it: that it covers nobody, or a later one that counts instead of it, and when. Of one
    /// that was just added also the earlier ones that it wins over.
    remarks: Vec<String>,
}

fn override_view(rota: &Name, id: Option<u64>, change: &Override) -> OverrideView {
    OverrideView {
        id,
        rota: rota.to_string(),
        from: change.from.to_string(),
        until: change.until.to_string(),
        replace: change.replace.as_ref().map(ToString::to_string),
        with: change.with.to_string(),
        layer: change.layer.clone(),
        remarks: Vec::new(),
    }
}

/// Those of the estate's files first.
pub async fn overrides(State(house): State<House>, caller: Caller, Path(rota): Path<String>) -> Listed<OverrideView> {
    caller.authorize(Action::Read)?;
    let rota = known(&house, &rota)?;
    let world = house.keeper.world();
    let written = world.estate().rotas.get(&rota).map_or(&[][..], |known| &known.overrides);
    let added = world.overrides.numbered(&rota).iter().map(|(id, change)| (Some(*id), change));
    let remarks = world.remarks_on_overrides(&rota, Instant::MIN, Instant::MAX);
    let said = |id: Option<u64>, change: &Override| {
        let of = remarks.iter().filter(|remark| remark.is_about(id, change));
        of.map(|remark| remark.what.words(change)).collect()
    };
    let all = written.iter().map(|change| (None, change)).chain(added);
    whole(all.map(|(id, change)| OverrideView { remarks: said(id, change), ..override_view(&rota, id, change) }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    /// RFC 3339.
    from: String,
    /// RFC 3339.
    until: String,
    /// Absent: `with` is on watch in addition.
    replace: Option<String>,
    with: String,
    /// Only this layer.
    layer: Option<String>,
}

pub async fn add_override(
    State(house): State<House>,
    caller: Caller,
    Path(rota): Path<String>,
    Body(wish): Body<NewOverride>,
) -> Result<(StatusCode, Json<OverrideView>), Problem> {
    let actor = caller.authorize(Action::Override)?;
    let rota = known(&house, &rota)?;
    let change = Override {
        from: instant("from", &wish.from)?,
        until: instant("until", &wish.until)?,
        replace: wish.replace.as_deref().map(|text| name("replace", text)).transpose()?,
        with: name("with", &wish.with)?,
        layer: wish.layer,
    };
    let command = Command::AddOverride { rota: rota.clone(), change: change.clone() };
    match house.keeper.ask(actor, command).await? {
        Reply::Override(id) => {
            let remarks = house.keeper.world().override_remarks(&rota, id);
            let remarks = remarks.iter().map(Remark::words).collect();
            Ok((StatusCode::CREATED, Json(OverrideView { remarks, ..override_view(&rota, Some(id), &change) })))
        }
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was made, but its number is not known")),
    }
}

pub async fn remove_override(
    State(house): State<House>,
    caller: Caller,
    Path((rota, id)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Override)?;
    let rota = known(&house, &rota)?;
    house.keeper.ask(actor, Command::RemoveOverride { rota, id: number("override", &id)? }).await?;
    Ok(StatusCode::NO_CONTENT)
}
