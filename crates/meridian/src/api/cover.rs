//! What changes who is on watch: asking for cover, taking, swapping, leave, sickness, undoing.
//!
//! Each wish is in somebody's name: the caller's own person, or somebody for whom the caller may act.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use jiff::civil::Date;
use meridian_core::{
    Command, Reply,
    access::Action,
    cover::{LeaveWhen, LeaveWish, PartWish, Remark, may_act_for},
    id::{Actor, ChangeId, Name},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Body, Caller, Problem, changes::Made, instant, name, number};
use crate::serve::House;

/// In whose name: `named`, else the caller's own person.
pub(super) fn person(house: &House, caller: &Caller, field: &str, named: Option<&str>) -> Result<Name, Problem> {
    let person = match (named, caller.principal.person()) {
        (Some(named), _) => name(field, named)?,
        (None, Some(own)) => own.clone(),
        (None, None) => return Err(Problem::field(field, "name the person: whoever asks is none of the estate")),
    };
    if may_act_for(house.keeper.world().estate(), &caller.principal, &person) {
        return Ok(person);
    }
    let why =
        format!("{} may not act for `{person}`: only they, the lead of their team and an admin may", caller.principal);
    Err(Problem::new(StatusCode::FORBIDDEN, why))
}

async fn ask(house: &House, actor: Actor, command: Command) -> Result<Made, Problem> {
    match house.keeper.ask(actor, command).await? {
        Reply::Changes { changes, remarks } => {
            Ok(Made::new(house, &changes, remarks.iter().map(Remark::words).collect()))
        }
        _ => Ok(Made::new(house, &[], Vec::new())),
    }
}

type Answer = Result<Json<Made>, Problem>;
type New = Result<(StatusCode, Json<Made>), Problem>;

fn id(what: &str, text: &str) -> Result<ChangeId, Problem> {
    number(what, text).map(ChangeId)
}

/// A part of a watch.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WishedPart {
    rota: String,
    /// Absent: whatever layers they are on watch in.
    layer: Option<String>,
    /// Whose watch. Absent: whoever asks.
    person: Option<String>,
    /// RFC 3339.
    from: String,
    /// RFC 3339.
    until: String,
}

impl WishedPart {
    fn read(self, person: Name) -> Result<PartWish, Problem> {
        let (from, until) = (instant("from", &self.from)?, instant("until", &self.until)?);
        Ok(PartWish { rota: name("rota", &self.rota)?, layer: self.layer, person, from, until })
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCover {
    rota: String,
    /// Absent: whatever layers they are on watch in.
    layer: Option<String>,
    /// Whose watch. Absent: whoever asks.
    person: Option<String>,
    /// RFC 3339.
    from: String,
    /// RFC 3339.
    until: String,
    #[serde(default)]
    reason: String,
}

/// One request for each watch in that time.
pub async fn ask_cover(State(house): State<House>, caller: Caller, Body(wish): Body<NewCover>) -> New {
    let actor = caller.authorize(Action::Override)?;
    let person = person(&house, &caller, "person", wish.person.as_deref())?;
    let NewCover { rota, layer, from, until, reason, .. } = wish;
    let part = WishedPart { rota, layer, person: None, from, until }.read(person)?;
    Ok((StatusCode::CREATED, Json(ask(&house, actor, Command::AskCover { part, reason }).await?)))
}

/// Who answers.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Answering {
    /// Absent: whoever asks.
    by: Option<String>,
    reason: String,
}

/// Somebody answers a request or a swap, in their own name or in that of somebody for whom they may act.
async fn answer(
    house: &House,
    caller: &Caller,
    (noun, change): (&'static str, &str),
    wish: &Answering,
    command: impl FnOnce(ChangeId, Name) -> Command,
) -> Answer {
    let actor = caller.authorize(Action::Override)?;
    let change = id(noun, change)?;
    let by = person(house, caller, "by", wish.by.as_deref())?;
    ask(house, actor, command(change, by)).await.map(Json)
}

pub async fn take(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
    Body(wish): Body<Answering>,
) -> Answer {
    answer(&house, &caller, ("cover request", &change), &wish, |change, by| Command::TakeCover { change, by }).await
}

pub async fn decline(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
    Body(wish): Body<Answering>,
) -> Answer {
    answer(&house, &caller, ("cover request", &change), &wish, |change, by| Command::DeclineCover { change, by }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakenShift {
    rota: String,
    layer: Option<String>,
    /// Whose watch it is.
    person: String,
    /// RFC 3339.
    from: String,
    /// RFC 3339.
    until: String,
    /// Who takes it. Absent: whoever asks.
    by: Option<String>,
    #[serde(default)]
    reason: String,
}

/// Without having been asked.
pub async fn take_shift(State(house): State<House>, caller: Caller, Body(wish): Body<TakenShift>) -> New {
    let actor = caller.authorize(Action::Override)?;
    let by = person(&house, &caller, "by", wish.by.as_deref())?;
    let TakenShift { rota, layer, from, until, reason, .. } = wish;
    let part = WishedPart { rota, layer, person: None, from, until }.read(name("person", &wish.person)?)?;
    Ok((StatusCode::CREATED, Json(ask(&house, actor, Command::TakeShift { part, by, reason }).await?)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSwap {
    /// Of whoever proposes.
    one: WishedPart,
    /// Of the other person, who is named in it.
    other: WishedPart,
    #[serde(default)]
    reason: String,
}

pub async fn propose_swap(State(house): State<House>, caller: Caller, Body(wish): Body<NewSwap>) -> New {
    let actor = caller.authorize(Action::Override)?;
    let own = person(&house, &caller, "one", wish.one.person.as_deref())?;
    let other = wish.other.person.as_deref().ok_or_else(|| Problem::field("other", "name the person in it"))?;
    let other = name("other", other)?;
    let (one, other) = (wish.one.read(own)?, wish.other.read(other)?);
    let command = Command::ProposeSwap { one, other, reason: wish.reason };
    Ok((StatusCode::CREATED, Json(ask(&house, actor, command).await?)))
}

pub async fn accept_swap(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
    Body(wish): Body<Answering>,
) -> Answer {
    answer(&house, &caller, ("swap", &change), &wish, |change, by| Command::AcceptSwap { change, by }).await
}

pub async fn approve_swap(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
    Body(wish): Body<Answering>,
) -> Answer {
    answer(&house, &caller, ("swap", &change), &wish, |change, by| Command::ApproveSwap { change, by }).await
}

pub async fn refuse_swap(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
    Body(wish): Body<Answering>,
) -> Answer {
    let reason = wish.reason.clone();
    answer(&house, &caller, ("swap", &change), &wish, |change, by| Command::RefuseSwap { change, by, reason }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewLeave {
    /// Absent: whoever asks.
    person: Option<String>,
    /// The first day (`2026-03-30`, by the clock of the person's site), or an instant (RFC 3339).
    from: String,
    /// The last day, which belongs to it, or an instant.
    until: String,
    #[serde(default)]
    note: String,
}

/// A day, if it is written as one.
fn day(field: &str, text: &str) -> Result<Option<Date>, Problem> {
    if text.len() != "2026-03-30".len() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|_| Problem::field(field, format!("`{text}` is no day of the calendar")))
}

/// The leave, and a request for each watch in it.
pub async fn add_leave(State(house): State<House>, caller: Caller, Body(wish): Body<NewLeave>) -> New {
    let actor = caller.authorize(Action::Override)?;
    let person = person(&house, &caller, "person", wish.person.as_deref())?;
    let when = match (day("from", &wish.from)?, day("until", &wish.until)?) {
        (Some(first), Some(last)) => LeaveWhen::Days { first, last },
        (Some(_), None) => return Err(Problem::field("until", "the leave begins with a day and must end with one")),
        (None, Some(_)) => return Err(Problem::field("from", "the leave ends with a day and must begin with one")),
        (None, None) => {
            LeaveWhen::Instants { from: instant("from", &wish.from)?, until: instant("until", &wish.until)? }
        }
    };
    let wish = LeaveWish { person, when, note: wish.note, origin: None };
    Ok((StatusCode::CREATED, Json(ask(&house, actor, Command::AddLeave(wish)).await?)))
}

pub async fn remove_leave(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Override)?;
    let change = id("leave", &change)?;
    may_undo(&house, &caller, change)?;
    house.keeper.ask(actor, Command::RemoveLeave { change }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sickness {
    /// Absent: whoever asks.
    person: Option<String>,
    /// RFC 3339.
    until: String,
    #[serde(default)]
    note: String,
}

/// From now on the pager passes them over.
pub async fn report_sick(State(house): State<House>, caller: Caller, Body(wish): Body<Sickness>) -> New {
    let actor = caller.authorize(Action::Override)?;
    let person = person(&house, &caller, "person", wish.person.as_deref())?;
    let until = instant("until", &wish.until)?;
    let command = Command::ReportSick { person, until, note: wish.note };
    Ok((StatusCode::CREATED, Json(ask(&house, actor, command).await?)))
}

/// They are back.
pub async fn end_sick(
    State(house): State<House>,
    caller: Caller,
    Path(named): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Override)?;
    let shown: String = named.chars().take(80).collect();
    let known = house.keeper.world().estate().persons.contains_key(named.as_str());
    if !known {
        return Err(Problem::not_found(format!("person `{shown}`")));
    }
    let person = person(&house, &caller, "person", Some(&named))?;
    house.keeper.ask(actor, Command::EndSick { person }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Whoever it is about may undo it, and whoever may act for one of them.
fn may_undo(house: &House, caller: &Caller, change: ChangeId) -> Result<(), Problem> {
    let world = house.keeper.world();
    let people = match world.covers.get(change) {
        Some(found) => found.people(),
        None => return Err(Problem::not_found(format!("change {change}"))),
    };
    if people.is_empty() || people.iter().any(|person| may_act_for(world.estate(), &caller.principal, person)) {
        return Ok(());
    }
    let names: Vec<&str> = people.iter().map(|person| person.as_str()).collect();
    let why = format!("{} may not undo it: it is about {}", caller.principal, names.join(" and "));
    Err(Problem::new(StatusCode::FORBIDDEN, why))
}

pub async fn undo(
    State(house): State<House>,
    caller: Caller,
    Path(change): Path<String>,
    Body(wish): Body<Answering>,
) -> Answer {
    let actor = caller.authorize(Action::Override)?;
    let change = id("change", &change)?;
    may_undo(&house, &caller, change)?;
    let by = match (wish.by.as_deref(), caller.principal.person()) {
        (None, None) => None,
        (named, _) => Some(person(&house, &caller, "by", named)?),
    };
    ask(&house, actor, Command::UndoChange { change, by }).await.map(Json)
}
