//! Where the fault is, and what somebody found.

use axum::{
    Form, Router,
    extract::{Path, rejection::FormRejection},
    response::Response,
    routing::{get, post},
};
use meridian_core::{Command, access::Action, finding::Found, id::FindingId};

use super::Fields;
use crate::{
    serve::{House, chains::fault},
    ui::{pages, parts::list::Tone, read, visitor::Member},
};

const HERE: &str = "/where";

type Sent = Result<Form<Vec<(String, String)>>, FormRejection>;

pub fn router() -> Router<House> {
    Router::new()
        .route(HERE, get(here))
        .route("/where/findings", post(find))
        .route("/where/findings/{id}/withdraw", post(withdraw))
}

async fn here(Member(v): Member) -> Response {
    let found = fault(&v.house).await;
    v.ok(|shell, lens| pages::fault(shell, &read::fault(lens, &found.answer)))
}

async fn find(Member(v): Member, sent: Sent) -> Response {
    let fields = Fields(sent.map(|Form(pairs)| pairs).unwrap_or_default());
    let actor = match v.act(Action::Find, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let seen = match fields.get("seen") {
        "yes" => true,
        "no" => false,
        _ => return v.back(HERE, Tone::Bad, "Nothing was recorded: say whether the messages were seen."),
    };
    let Some(at) = read::place(fields.get("place")) else {
        return v.back(HERE, Tone::Bad, "Nothing was recorded: choose a place.");
    };
    let by = v.principal.person().cloned();
    let said = format!("Recorded: {} {}.", if seen { "seen" } else { "not seen" }, at.words());
    let found = Found { at, seen, note: fields.get("note").to_owned(), by };
    match v.house.keeper.ask(actor, Command::Find { incident: None, found: found.into() }).await {
        Ok(_) => v.back(HERE, Tone::Good, &said),
        Err(error) => v.refused(HERE, &error),
    }
}

async fn withdraw(Member(v): Member, Path(id): Path<u64>, sent: Sent) -> Response {
    let fields = Fields(sent.map(|Form(pairs)| pairs).unwrap_or_default());
    let actor = match v.act(Action::Find, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let command = Command::WithdrawFinding { finding: FindingId(id), reason: fields.get("reason").to_owned() };
    match v.house.keeper.ask(actor, command).await {
        Ok(_) => v.back(HERE, Tone::Good, "Withdrawn; it counts no more."),
        Err(error) => v.refused(HERE, &error),
    }
}
