//! `/announcements`: work on the systems, freezes, and events outside.

use std::collections::BTreeSet;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command, Instant, Reply, World,
    access::Action,
    announcement::{Announced, AnnouncedKind, Announcement, AnnouncementState},
    id::{AnnouncementId, Name},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Body, Caller, Params, Problem, instant,
    listing::{Listed, Paging},
    moment::room,
    name, number,
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct AnnouncementView {
    announcement: u64,
    /// `work`, `freeze` or `event`.
    kind: &'static str,
    /// `ahead`, `under_way`, `over`, or `withdrawn`: called off before it began.
    state: &'static str,
    title: String,
    /// What others know it by, e.g. `CHG-2291`.
    reference: String,
    link: String,
    #[schema(format = DateTime)]
    from: String,
    /// When it is over: as announced, or when it was withdrawn while it was under way.
    #[schema(format = DateTime)]
    until: String,
    /// Whom it concerns; empty: every rota.
    rotas: Vec<String>,
    owner: Option<String>,
    /// What is done if it goes wrong.
    if_wrong: String,
    /// Of work: the freezes that it falls in. Of a freeze: the work that is announced in it.
    collides_with: Vec<u64>,
    #[schema(format = DateTime)]
    made_at: String,
    made_by: String,
    #[schema(format = DateTime)]
    changed_at: Option<String>,
    changed_by: Option<String>,
    #[schema(format = DateTime)]
    withdrawn_at: Option<String>,
    withdrawn_by: Option<String>,
    reason: Option<String>,
}

fn view(world: &World, one: &Announcement, now: Instant) -> AnnouncementView {
    let what = &one.what;
    let against = if one.is_called_off() { Vec::new() } else { world.announcements.collisions(what, Some(one.id)) };
    let (changed, withdrawn) = (one.changed.as_ref(), one.withdrawn.as_ref());
    AnnouncementView {
        announcement: one.id.0,
        kind: what.kind.word(),
        state: one.state(now).word(),
        title: what.title.clone(),
        reference: what.reference.clone(),
        link: what.link.clone(),
        from: what.from.to_string(),
        until: one.ends_at().to_string(),
        rotas: what.rotas.iter().map(Name::to_string).collect(),
        owner: what.owner.as_ref().map(Name::to_string),
        if_wrong: what.if_wrong.clone(),
        collides_with: against.iter().map(|other| other.id.0).collect(),
        made_at: one.made_at.to_string(),
        made_by: one.made_by.to_string(),
        changed_at: changed.map(|(at, _)| at.to_string()),
        changed_by: changed.map(|(_, by)| by.to_string()),
        withdrawn_at: withdrawn.map(|(at, _, _)| at.to_string()),
        withdrawn_by: withdrawn.map(|(_, by, _)| by.to_string()),
        reason: withdrawn.map(|(_, _, reason)| reason.clone()),
    }
}

#[derive(Deserialize)]
pub struct AnnouncementFilter {
    state: Option<String>,
    kind: Option<String>,
    rota: Option<String>,
    from: Option<String>,
    until: Option<String>,
    at: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Newest first.
pub async fn announcements(
    State(house): State<House>,
    caller: Caller,
    Params(wanted): Params<AnnouncementFilter>,
) -> Listed<AnnouncementView> {
    caller.authorize(Action::Read)?;
    let paging = Paging::new(wanted.limit, wanted.cursor);
    let before: Option<AnnouncementId> = paging.after()?;
    let query = |field: &str, text: &Option<String>| match text {
        Some(text) => instant(field, text).map(Some),
        None => Ok(None),
    };
    let from = query("from", &wanted.from)?.unwrap_or(Instant::MIN);
    let until = query("until", &wanted.until)?.unwrap_or(Instant::MAX);
    let rota = wanted.rota.as_deref().map(|rota| name("rota", rota)).transpose()?;
    let kind: Option<AnnouncedKind> =
        wanted.kind.map(|kind| kind.parse().map_err(|why: String| Problem::query("kind", why))).transpose()?;
    let state = wanted.state.as_deref().map(state).transpose()?;
    let world = room(&house, wanted.at.as_deref()).await?;
    let now = world.now;
    let found = world.announcements.iter().rev().filter(|one| {
        before.is_none_or(|before| one.id < before)
            && one.what.from < until
            && from < one.ends_at()
            && rota.as_ref().is_none_or(|rota| one.what.concerns(rota))
            && kind.is_none_or(|kind| one.what.kind == kind)
            && state.is_none_or(|state| one.state(now) == state)
    });
    paging.page(found.map(|one| (one.id, view(&world, one, now))))
}

fn state(text: &str) -> Result<AnnouncementState, Problem> {
    let found = AnnouncementState::ALL.into_iter().find(|state| state.word() == text);
    let shown = text.escape_debug();
    found.ok_or_else(|| Problem::query("state", format!("`{shown}` is none of ahead, under_way, over, withdrawn")))
}

fn id(text: &str) -> Result<AnnouncementId, Problem> {
    number("announcement", text).map(AnnouncementId)
}

pub async fn announcement(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<Json<AnnouncementView>, Problem> {
    caller.authorize(Action::Read)?;
    shown(&house, id(&wanted)?).map(Json)
}

fn shown(house: &House, id: AnnouncementId) -> Result<AnnouncementView, Problem> {
    let (world, now) = (house.keeper.world(), house.clock.now());
    let one = world.announcements.get(id).ok_or_else(|| Problem::not_found(format!("announcement {id}")))?;
    Ok(view(&world, one, now))
}

/// What is announced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAnnouncement {
    /// `work` (a change, a maintenance), `freeze` or `event`.
    kind: String,
    /// In a few words.
    title: String,
    /// What others know it by, e.g. `CHG-2291`.
    #[serde(default)]
    reference: String,
    /// Where more stands: `https://…`.
    #[serde(default)]
    link: String,
    /// RFC 3339; absent: now.
    from: Option<String>,
    /// RFC 3339.
    until: String,
    /// Whom it concerns; absent or empty: every rota.
    #[serde(default)]
    rotas: Vec<String>,
    /// The person who does it, or can be asked.
    owner: Option<String>,
    /// What is done if it goes wrong; for work the next watch has to ask for it if it is not said.
    #[serde(default)]
    if_wrong: String,
}

impl NewAnnouncement {
    fn read(self, now: Instant) -> Result<Announced, Problem> {
        Ok(Announced {
            kind: self.kind.parse().map_err(|why: String| Problem::field("kind", why))?,
            title: self.title,
            reference: self.reference,
            link: self.link,
            from: self.from.as_deref().map_or(Ok(now), |from| instant("from", from))?,
            until: instant("until", &self.until)?,
            rotas: self.rotas.iter().map(|rota| name("rotas", rota)).collect::<Result<BTreeSet<Name>, Problem>>()?,
            owner: self.owner.as_deref().map(|owner| name("owner", owner)).transpose()?,
            if_wrong: self.if_wrong,
        })
    }
}

/// The same once more is answered with the one that stands.
pub async fn announce(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewAnnouncement>,
) -> Result<(StatusCode, Json<AnnouncementView>), Problem> {
    let actor = caller.authorize(Action::Announce)?;
    let what = wish.read(house.clock.now())?;
    match house.keeper.ask(actor, Command::Announce(what.into())).await? {
        Reply::Announcement(id) => Ok((StatusCode::CREATED, Json(shown(&house, id)?))),
        _ => Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "it was announced, but its number is not known")),
    }
}

/// All of it is as the body says.
pub async fn change(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<NewAnnouncement>,
) -> Result<Json<AnnouncementView>, Problem> {
    let actor = caller.authorize(Action::Announce)?;
    let announcement = id(&wanted)?;
    let what = wish.read(house.clock.now())?.into();
    house.keeper.ask(actor, Command::ChangeAnnouncement { announcement, what }).await?;
    shown(&house, announcement).map(Json)
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Withdrawal {
    reason: String,
}

/// Before it began it is called off; while it is under way it ends.
pub async fn withdraw(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Withdrawal>,
) -> Result<Json<AnnouncementView>, Problem> {
    let actor = caller.authorize(Action::Announce)?;
    let announcement = id(&wanted)?;
    let command = Command::WithdrawAnnouncement { announcement, reason: wish.reason };
    house.keeper.ask(actor, command).await?;
    shown(&house, announcement).map(Json)
}
