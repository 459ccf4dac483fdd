//! Changes of who is on watch: the page of them, one watch, and what is asked there.

use axum::{
    Form, Router,
    extract::{Path, Query},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use jiff::tz::TimeZone;
use meridian_core::{
    Command, Instant, Reply,
    access::{Action, may},
    cover::{LeaveWhen, LeaveWish, Part, PartWish, Remark, may_act_for},
    id::{Actor, ChangeId, Name},
};
use serde::Deserialize;

use super::{Fields, moment};
use crate::serve::House;
use crate::ui::{
    pages,
    parts::list::Tone,
    read::{self, Acting},
    visitor::{Member, Visitor},
};

const HERE: &str = "/changes";

pub fn router() -> Router<House> {
    Router::new()
        .route("/changes", get(all))
        .route("/changes/watch", get(watch))
        .route("/changes/ask", post(ask))
        .route("/changes/take", post(take_shift))
        .route("/changes/swap", post(swap))
        .route("/changes/leave", post(leave))
        .route("/changes/sick", post(sick))
        .route("/changes/{id}/{answer}", post(answer))
}

fn acting(v: &Visitor) -> Acting<'_> {
    Acting { principal: &v.principal, responds: may(&v.principal, Action::Override) }
}

pub async fn all(Member(v): Member) -> Response {
    let mine = v.mine(&v.house.keeper.world());
    v.ok(|shell, lens| pages::changes(shell, &read::changes(lens, &acting(&v), &mine)))
}

#[derive(Deserialize)]
pub struct Watch {
    rota: String,
    layer: String,
    person: String,
    from: String,
    until: String,
}

impl Watch {
    fn read(self) -> Option<Part> {
        let (from, until) = (self.from.parse().ok()?, self.until.parse().ok()?);
        let (rota, person) = (self.rota.parse().ok()?, self.person.parse().ok()?);
        Some(Part { rota, layer: self.layer, person, from, until })
    }
}

/// One watch, as a link of a rota's page names it.
pub async fn watch(Member(v): Member, Query(query): Query<Watch>) -> Response {
    let part = query.read();
    let world = v.house.keeper.world();
    let mine = v.mine(&world);
    let view = part.and_then(|part| read::changes_watch(&v.lens(&world), &acting(&v), &part, &mine));
    drop(world);
    match view {
        Some(view) => v.ok(|shell, _| pages::watch(shell, &view)),
        None => v.oops(
            StatusCode::NOT_FOUND,
            "This watch is not there any more",
            "It is over, or somebody else has it by now. The page of the rota shows who is on watch.",
        ),
    }
}

/// The actor, if the form is ours and the visitor may change who is on watch.
fn actor(v: &Visitor, fields: &Fields) -> Result<Actor, Box<Response>> {
    v.act(Action::Override, fields.get("csrf"))
}

/// In whose name: whom the form names, else the visitor.
fn person(v: &Visitor, fields: &Fields, field: &str) -> Result<Name, Box<Response>> {
    let named = fields.get(field).parse::<Name>().ok().or_else(|| v.principal.person().cloned());
    let Some(named) = named else {
        return Err(Box::new(v.back(
            HERE,
            Tone::Bad,
            "Nothing was changed: say for whom. This account is nobody of the estate.",
        )));
    };
    if may_act_for(v.house.keeper.world().estate(), &v.principal, &named) {
        return Ok(named);
    }
    let why = format!("Only {named}, the lead of their team and an admin may do that.");
    Err(Box::new(v.oops(StatusCode::FORBIDDEN, "This is not yours to do", &why)))
}

/// Asks the keeper, and leads back to the page of changes with what came of it.
async fn tell(v: &Visitor, actor: Actor, command: Command, said: &str) -> Response {
    match v.house.keeper.ask(actor, command).await {
        Ok(Reply::Changes { remarks, .. }) => {
            let remarks: Vec<String> = remarks.iter().map(Remark::words).collect();
            let tone = if remarks.is_empty() { Tone::Good } else { Tone::Warning };
            let more = if remarks.is_empty() { String::new() } else { format!(" Note: {}.", remarks.join("; ")) };
            v.back(HERE, tone, &format!("{said}{more}"))
        }
        Ok(_) => v.back(HERE, Tone::Good, said),
        Err(error) => v.refused(HERE, &error),
    }
}

/// From and until of a form, by the wall clock that it names. What does not exist there is said.
fn times(v: &Visitor, fields: &Fields) -> Result<(Instant, Instant), Box<Response>> {
    Ok((time(v, fields, "from")?, time(v, fields, "until")?))
}

fn time(v: &Visitor, fields: &Fields, field: &str) -> Result<Instant, Box<Response>> {
    let zone = TimeZone::get(fields.get("zone")).unwrap_or(TimeZone::UTC);
    moment(fields.get(field), &zone)
        .map_err(|why| Box::new(v.back(HERE, Tone::Bad, &format!("Nothing was changed: {field}: {why}."))))
}

fn part(v: &Visitor, fields: &Fields) -> Result<PartWish, Box<Response>> {
    let (from, until) = times(v, fields)?;
    let (rota, person) = (fields.get("rota").parse::<Name>(), fields.get("person").parse::<Name>());
    let (Ok(rota), Ok(person)) = (rota, person) else {
        return Err(Box::new(v.back(
            "/rotas",
            Tone::Bad,
            "Nothing was changed: choose a watch on the page of its rota.",
        )));
    };
    let layer = Some(fields.get("layer").to_owned()).filter(|layer| !layer.is_empty());
    Ok(PartWish { rota, layer, person, from, until })
}

type Pairs = Form<Vec<(String, String)>>;

/// Early returns of a handler, as one.
fn answered(outcome: Result<Response, Box<Response>>) -> Response {
    outcome.unwrap_or_else(|refused| *refused)
}

pub async fn ask(Member(v): Member, Form(pairs): Pairs) -> Response {
    let (v, fields) = (&v, Fields(pairs));
    let outcome = async {
        let actor = actor(v, &fields)?;
        person(v, &fields, "person")?;
        let command = Command::AskCover { part: part(v, &fields)?, reason: fields.get("reason").to_owned() };
        Ok(tell(v, actor, command, "Asked. Until somebody takes it, the watch stays theirs.").await)
    };
    answered(outcome.await)
}

pub async fn take_shift(Member(v): Member, Form(pairs): Pairs) -> Response {
    let (v, fields) = (&v, Fields(pairs));
    let outcome = async {
        let actor = actor(v, &fields)?;
        let by = person(v, &fields, "by")?;
        let command = Command::TakeShift { part: part(v, &fields)?, by, reason: fields.get("reason").to_owned() };
        Ok(tell(v, actor, command, "Taken. The pager and the calendars know it already.").await)
    };
    answered(outcome.await)
}

pub async fn swap(Member(v): Member, Form(pairs): Pairs) -> Response {
    let (v, fields) = (&v, Fields(pairs));
    let outcome = async {
        let actor = actor(v, &fields)?;
        person(v, &fields, "person")?;
        let one = part(v, &fields)?;
        let other = other(&one, fields.get("other")).ok_or_else(|| {
            Box::new(v.back(HERE, Tone::Bad, "Nothing was changed: choose the watch to swap it for."))
        })?;
        let command = Command::ProposeSwap { one, other, reason: fields.get("reason").to_owned() };
        Ok(tell(v, actor, command, "Proposed. Nothing changes before all agreed.").await)
    };
    answered(outcome.await)
}

/// `layer|person|from|until`, as the form offers it.
fn other(one: &PartWish, text: &str) -> Option<PartWish> {
    let mut words = text.split('|');
    let (layer, person) = (words.next()?.to_owned(), words.next()?.parse().ok()?);
    let (from, until) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    Some(PartWish { rota: one.rota.clone(), layer: Some(layer), person, from, until })
}

pub async fn leave(Member(v): Member, Form(pairs): Pairs) -> Response {
    let (v, fields) = (&v, Fields(pairs));
    let outcome = async {
        let actor = actor(v, &fields)?;
        let person = person(v, &fields, "person")?;
        let (first, last) = (fields.get("first").parse(), fields.get("last").parse());
        let (Ok(first), Ok(last)) = (first, last) else {
            return Err(Box::new(v.back(HERE, Tone::Bad, "Nothing was changed: a leave has a first and a last day.")));
        };
        let when = LeaveWhen::Days { first, last };
        let wish = LeaveWish { person, when, note: fields.get("note").to_owned(), origin: None };
        let said = "The leave is known. Cover is asked for each watch in it; until it is taken, they stay on watch.";
        Ok(tell(v, actor, Command::AddLeave(wish), said).await)
    };
    answered(outcome.await)
}

pub async fn sick(Member(v): Member, Form(pairs): Pairs) -> Response {
    let (v, fields) = (&v, Fields(pairs));
    let outcome = async {
        let actor = actor(v, &fields)?;
        let person = person(v, &fields, "person")?;
        let until = time(v, &fields, "until")?;
        let command = Command::ReportSick { person, until, note: fields.get("note").to_owned() };
        Ok(tell(v, actor, command, "Nobody pages them from now on, and cover is asked for. Get well.").await)
    };
    answered(outcome.await)
}

/// What somebody answers to a change: take, decline, accept, approve, refuse, undo.
pub async fn answer(Member(v): Member, Path((id, answer)): Path<(u64, String)>, Form(pairs): Pairs) -> Response {
    let (v, fields, change) = (&v, Fields(pairs), ChangeId(id));
    let outcome = async {
        let actor = actor(v, &fields)?;
        if answer == "undo" {
            return undo(v, actor, change).await;
        }
        let by = person(v, &fields, "by")?;
        let reason = fields.get("reason").to_owned();
        let (command, said) = match answer.as_str() {
            "take" => (Command::TakeCover { change, by }, "Taken. The pager and the calendars know it already."),
            "decline" => (Command::DeclineCover { change, by }, "Noted. The next one is asked."),
            "accept" => (Command::AcceptSwap { change, by }, "Accepted."),
            "approve" => (Command::ApproveSwap { change, by }, "Approved, and made."),
            "refuse" => (Command::RefuseSwap { change, by, reason }, "Refused. Nothing changes."),
            _ => {
                return Err(Box::new(v.oops(
                    StatusCode::NOT_FOUND,
                    "There is no such answer",
                    "Open the page of changes and choose one there.",
                )));
            }
        };
        Ok(tell(v, actor, command, said).await)
    };
    answered(outcome.await)
}

async fn undo(v: &Visitor, actor: Actor, change: ChangeId) -> Result<Response, Box<Response>> {
    may_undo(v, change)?;
    let by = v.principal.person().cloned();
    Ok(tell(v, actor, Command::UndoChange { change, by }, "Undone.").await)
}

fn may_undo(v: &Visitor, change: ChangeId) -> Result<(), Box<Response>> {
    let may = {
        let world = v.house.keeper.world();
        let people = world.covers.get(change).map(|found| found.people());
        people.map(|people| {
            people.is_empty() || people.iter().any(|person| may_act_for(world.estate(), &v.principal, person))
        })
    };
    match may {
        Some(true) => Ok(()),
        Some(false) => {
            let why = "Only those whom it is about, the lead of their team and an admin may undo it.";
            Err(Box::new(v.oops(StatusCode::FORBIDDEN, "This is not yours to do", why)))
        }
        None => {
            let why = "It is older than what is kept; the journal has it.";
            Err(Box::new(v.oops(StatusCode::NOT_FOUND, "There is no such change", why)))
        }
    }
}
