//! Switches: beginning one, the page of one, and what is done on its way.

use std::collections::BTreeMap;

use axum::{
    Form, Router,
    extract::Path,
    http::StatusCode,
    response::Response,
    routing::{get, post},
};
use jiff::tz::TimeZone;
use meridian_core::{
    Command, Reply,
    access::Action,
    id::{Name, NameError, SwitchId},
    switch::{Answer, Deed, LaneEpoch, MessageRef, SwitchWish, paper::Row},
};

use super::{Fields, moment};
use crate::{
    serve::{
        House,
        switches::{NoList, Switches},
    },
    ui::{
        pages,
        parts::list::Tone,
        read,
        visitor::{Member, Visitor},
    },
};

pub fn router() -> Router<House> {
    Router::new()
        .route("/chains/{name}/switch", post(declare))
        .route("/switches/{id}", get(one))
        .route("/switches/{id}/{deed}", post(does))
}

fn nothing(v: &Visitor) -> Response {
    v.oops(StatusCode::NOT_FOUND, "There is no such switch", "It may be long over; the journal has it.")
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, NoList> + Send + 'static) -> Result<T, String> {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(done)) => Ok(done),
        Ok(Err(NoList::Conflict(why) | NoList::Failed(why))) => Err(why),
        Err(why) => Err(why.to_string()),
    }
}

async fn one(Member(v): Member, Path(id): Path<String>) -> Response {
    let Ok(id) = id.parse::<SwitchId>() else { return nothing(&v) };
    let Some(known) = v.house.keeper.world().switches.get(id).cloned() else { return nothing(&v) };
    let rows: Result<Vec<Row>, String> = match &known.partition {
        None => Ok(Vec::new()),
        Some(_) => {
            let (switches, known) = (v.house.switches.clone(), known.clone());
            blocking(move || switches.rows(&known)).await
        }
    };
    let hash = match &known.reconciled {
        None => None,
        Some((_, _, entry)) => v.house.journal.read(*entry, 1).await.ok().and_then(|sealed| Some(sealed.first()?.hash)),
    };
    let view = {
        let world = v.house.keeper.world();
        let rows = rows.as_ref().map(Vec::as_slice).map_err(String::as_str);
        read::switch(&v.lens(&world), &v.house.switches, id, rows, hash.map(|hash| hash.to_string()))
    };
    match view {
        Some(view) => v.ok(|shell, _| pages::switch(shell, &view)),
        None => nothing(&v),
    }
}

async fn declare(Member(v): Member, Path(name): Path<String>, Form(pairs): Form<Vec<(String, String)>>) -> Response {
    let (fields, back) = (Fields(pairs), format!("/chains/{name}"));
    let actor = match v.act(Action::Switch, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let named = |text: &str| text.parse::<Name>().map_err(|why: NameError| why.to_string());
    let wish = (|| {
        let (from, reason) = (Some(named(fields.get("from"))?), fields.get("reason").to_owned());
        Ok::<_, String>(SwitchWish { chain: named(&name)?, from, to: named(fields.get("to"))?, reason, incident: None })
    })();
    let wish = match wish {
        Ok(wish) => wish,
        Err(why) => return v.back(&back, Tone::Bad, &format!("Nothing was changed: {why}.")),
    };
    match v.house.keeper.ask(actor, Command::DeclareSwitch(wish.into())).await {
        Ok(Reply::Switch(id)) => {
            v.back(&format!("/switches/{id}"), Tone::Good, "The cut is fixed. Nothing is closed yet.")
        }
        Ok(_) => v.back(&back, Tone::Good, "The cut is fixed."),
        Err(error) => v.refused(&back, &error),
    }
}

async fn does(
    Member(v): Member,
    Path((id, deed)): Path<(String, String)>,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Switch, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Ok(switch) = id.parse::<SwitchId>() else { return nothing(&v) };
    let back = format!("/switches/{switch}");
    let deed = match wished(v.house.switches.clone(), switch, &deed, &fields).await {
        Ok(Some(deed)) => Box::new(deed),
        Ok(None) => return nothing(&v),
        Err(why) => return v.back(&back, Tone::Bad, &format!("Nothing was changed: {why}.")),
    };
    match v.house.keeper.ask(actor, Command::Switch { switch, deed }).await {
        Ok(Reply::Already) => v.back(&back, Tone::Good, "It was so already."),
        Ok(_) => v.back(&back, Tone::Good, "Written down."),
        Err(error) => v.refused(&back, &error),
    }
}

/// What the form of this name wishes for; none: there is no such form.
async fn wished(switches: Switches, id: SwitchId, deed: &str, fields: &Fields) -> Result<Option<Deed>, String> {
    let note = fields.get("note").to_owned();
    Ok(Some(match deed {
        "fence" => Deed::Fence { dry: false },
        "rehearse-fence" => Deed::Fence { dry: true },
        "fenced" => Deed::Fenced { note },
        "counters" => Deed::Counters(counters(fields.get("counters"))?),
        "drain" => Deed::Drain,
        "partition" => Deed::Partition(blocking(move || switches.partition(id)).await?),
        "ask" => {
            let promised = match fields.get("promised") {
                "" => None,
                text => Some(moment(text, &TimeZone::UTC)?),
            };
            Deed::Ask { whom: fields.get("whom").to_owned(), promised, note }
        }
        "answer" => answered(fields, note)?,
        "replay" => Deed::Replay(blocking(move || switches.replay(id)).await?),
        "rehearse-replay" => Deed::RehearseReplay,
        "again" => Deed::Again,
        "replayed" => Deed::Replayed { note },
        "epoch" => Deed::Number { lanes: lanes(fields.get("lanes"))?, note },
        "reconcile" => Deed::Reconcile(blocking(move || switches.reconcile(id)).await?),
        "call-off" => Deed::CallOff { reason: note },
        "done" => {
            let run = fields.get("run").parse().map_err(|_| "this is no try of an action".to_owned())?;
            Deed::SayDone { run, note }
        }
        _ => return Ok(None),
    }))
}

fn answered(fields: &Fields, note: String) -> Result<Deed, String> {
    let messages: Vec<MessageRef> = fields.all("message").map(str::parse).collect::<Result<_, String>>()?;
    if messages.is_empty() {
        return Err("no message was chosen".to_owned());
    }
    if fields.get("fate") == "release" {
        return Ok(Deed::Vouch { messages, note });
    }
    let fate = fields.get("fate").parse()?;
    let answers = messages.into_iter().map(|message| Answer { message, fate }).collect();
    Ok(Deed::Answer { answers, note })
}

/// `cust-1 17138, bank-1 9`
fn counters(text: &str) -> Result<BTreeMap<String, u64>, String> {
    let one = |part: &str| {
        let wrong = || format!("`{}` is not a lane and a number", part.chars().take(40).collect::<String>());
        let (lane, last) = part.trim().rsplit_once(char::is_whitespace).ok_or_else(wrong)?;
        Ok((lane.trim().to_owned(), last.replace(',', "").parse().map_err(|_| wrong())?))
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(one).collect()
}

/// `cust-1 17138 cust-1/42 1, …`
fn lanes(text: &str) -> Result<Vec<LaneEpoch>, String> {
    let one = |part: &str| {
        let wrong = || {
            let shown: String = part.chars().take(60).collect();
            format!("`{shown}` is not a lane, its last number, a new lane and its first number")
        };
        let words: Vec<&str> = part.split_whitespace().collect();
        let [lane, last, to, first] = words[..] else { return Err(wrong()) };
        let number = |text: &str| text.parse().map_err(|_| wrong());
        Ok(LaneEpoch { lane: lane.to_owned(), last: number(last)?, to: to.to_owned(), first: number(first)? })
    };
    text.split(',').filter(|part| !part.trim().is_empty()).map(one).collect()
}
