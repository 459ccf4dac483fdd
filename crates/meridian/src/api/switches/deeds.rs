//! What is done on the way of a switch.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command,
    access::Action,
    id::SwitchId,
    switch::{Answer, Deed, LaneEpoch},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{SwitchView, id, shown};
use crate::{
    api::{Body, Caller, Problem, instant},
    serve::{
        House,
        switches::{Named, NoList},
    },
};

type Done = Result<Json<SwitchView>, Problem>;

/// Works out a list where it may block.
async fn list<T: Send + 'static>(
    house: &House,
    id: SwitchId,
    make: impl FnOnce(&crate::serve::switches::Switches, SwitchId) -> Result<T, NoList> + Send + 'static,
) -> Result<T, Problem> {
    if house.keeper.world().switches.get(id).is_none() {
        return Err(Problem::not_found(format!("switch {id}")));
    }
    let switches = house.switches.clone();
    let made = tokio::task::spawn_blocking(move || make(&switches, id)).await;
    let broken = |why| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the list was not made: {why}"));
    made.map_err(broken)?.map_err(Problem::from)
}

async fn does(house: &House, caller: &Caller, id: SwitchId, deed: Deed) -> Done {
    let actor = caller.authorize(Action::Switch)?;
    house.keeper.ask(actor, Command::Switch { switch: id, deed: Box::new(deed) }).await?;
    shown(house, id).map(Json)
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Fencing {
    /// Rehearse the actions; nothing is closed.
    dry_run: bool,
    /// How the route was closed, if people did it.
    note: Option<String>,
}

/// Where four eyes are asked for, the first wish asks, and that of another person fences.
pub async fn fence(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Fencing>,
) -> Done {
    let deed = match wish.note {
        Some(_) if wish.dry_run => return Err(Problem::field("note", "a rehearsal closes nothing; leave it out")),
        Some(note) => Deed::Fenced { note },
        None => Deed::Fence { dry: wish.dry_run },
    };
    does(&house, &caller, id(&wanted)?, deed).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Counters {
    /// By lane the last number that the sender gave.
    counters: BTreeMap<String, u64>,
}

pub async fn counters(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Counters>,
) -> Done {
    does(&house, &caller, id(&wanted)?, Deed::Counters(wish.counters)).await
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Nothing {}

pub async fn drain(State(house): State<House>, caller: Caller, Path(wanted): Path<String>, _: Body<Nothing>) -> Done {
    does(&house, &caller, id(&wanted)?, Deed::Drain).await
}

pub async fn partition(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    _: Body<Nothing>,
) -> Done {
    caller.authorize(Action::Switch)?;
    let id = id(&wanted)?;
    let made = list(&house, id, |switches, id| switches.partition(id)).await?;
    does(&house, &caller, id, Deed::Partition(made)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Asking {
    /// Who was asked.
    whom: String,
    /// RFC 3339: by when they promised to answer.
    promised: Option<String>,
    #[serde(default)]
    note: String,
}

pub async fn ask(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Asking>,
) -> Done {
    let promised = wish.promised.as_deref().map(|at| instant("promised", at)).transpose()?;
    does(&house, &caller, id(&wanted)?, Deed::Ask { whom: wish.whom, promised, note: wish.note }).await
}

/// A message of the partition: by its business key, or by lane and number.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Message {
    #[serde(default)]
    lane: String,
    seq: Option<u64>,
    id: Option<String>,
    /// `received`, `rejected` or `not_received`.
    fate: Option<String>,
}

impl Message {
    fn named(&self) -> Named {
        Named { lane: self.lane.clone(), seq: self.seq, id: self.id.clone() }
    }
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    messages: Vec<Message>,
    /// How they answered: a reference, a name, a call.
    #[serde(default)]
    note: String,
}

pub async fn answers(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Answers>,
) -> Done {
    caller.authorize(Action::Switch)?;
    let id = id(&wanted)?;
    let mut fates = Vec::with_capacity(wish.messages.len());
    for (place, message) in wish.messages.iter().enumerate() {
        let pointer = format!("messages/{place}/fate");
        let fate = message.fate.as_deref().ok_or_else(|| Problem::field(&pointer, "is missing"))?;
        fates.push(fate.parse().map_err(|why: String| Problem::field(&pointer, why))?);
    }
    let named: Vec<Named> = wish.messages.iter().map(Message::named).collect();
    let messages = list(&house, id, move |switches, id| switches.resolve(id, &named)).await?;
    let answers = messages.into_iter().zip(fates).map(|(message, fate)| Answer { message, fate }).collect();
    does(&house, &caller, id, Deed::Answer { answers, note: wish.note }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Release {
    messages: Vec<Message>,
    /// On what grounds; two people answer for it.
    note: String,
}

pub async fn release(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Release>,
) -> Done {
    caller.authorize(Action::Switch)?;
    let id = id(&wanted)?;
    if let Some(place) = wish.messages.iter().position(|message| message.fate.is_some()) {
        let why = "whoever releases a message does not know its fate; leave it out";
        return Err(Problem::field(&format!("messages/{place}/fate"), why));
    }
    let named: Vec<Named> = wish.messages.iter().map(Message::named).collect();
    let messages = list(&house, id, move |switches, id| switches.resolve(id, &named)).await?;
    does(&house, &caller, id, Deed::Vouch { messages, note: wish.note }).await
}

#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Replaying {
    /// Rehearse the actions; nothing is opened, nothing is sent.
    dry_run: bool,
    /// The list is fixed, and an action failed: try it again.
    again: bool,
    /// How the list was sent, if people did it.
    note: Option<String>,
}

/// Fixes the list, opens the new route and sends.
pub async fn replay(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Replaying>,
) -> Done {
    caller.authorize(Action::Switch)?;
    let id = id(&wanted)?;
    let deed = match (wish.dry_run, wish.again, wish.note) {
        (true, false, None) => Deed::RehearseReplay,
        (false, true, None) => Deed::Again,
        (false, false, Some(note)) => Deed::Replayed { note },
        (false, false, None) => Deed::Replay(list(&house, id, |switches, id| switches.replay(id)).await?),
        _ => return Err(Problem::field("dry_run", "only one of dry_run, again and note can be wished for")),
    };
    does(&house, &caller, id, deed).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Numbering {
    /// Empty: the numbers go on as they were.
    #[serde(default)]
    lanes: Vec<Lane>,
    #[serde(default)]
    note: String,
}

/// How a lane is numbered from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Lane {
    lane: String,
    /// The last number of the old epoch.
    last: u64,
    /// The lane's name from now on; a new epoch of a lane is a lane of another name.
    to: String,
    first: u64,
}

pub async fn epoch(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<Numbering>,
) -> Done {
    let lanes = wish.lanes.into_iter().map(|Lane { lane, last, to, first }| LaneEpoch { lane, last, to, first });
    does(&house, &caller, id(&wanted)?, Deed::Number { lanes: lanes.collect(), note: wish.note }).await
}

pub async fn reconcile(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    _: Body<Nothing>,
) -> Done {
    caller.authorize(Action::Switch)?;
    let id = id(&wanted)?;
    let account = list(&house, id, |switches, id| switches.reconcile(id)).await?;
    does(&house, &caller, id, Deed::Reconcile(account)).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallingOff {
    reason: String,
}

pub async fn call_off(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Body(wish): Body<CallingOff>,
) -> Done {
    does(&house, &caller, id(&wanted)?, Deed::CallOff { reason: wish.reason }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SaidDone {
    /// How you know that it was done.
    note: String,
}

/// Of a try that failed, or of which nobody knows.
pub async fn say_done(
    State(house): State<House>,
    caller: Caller,
    Path((wanted, run)): Path<(String, String)>,
    Body(wish): Body<SaidDone>,
) -> Done {
    let tried = crate::api::number("try", &run)?;
    let run = u32::try_from(tried).map_err(|_| Problem::not_found(format!("try {tried}")))?;
    does(&house, &caller, id(&wanted)?, Deed::SayDone { run, note: wish.note }).await
}
