//! `meridian cover …`, `swap …`, `leave …` and `sick …`.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    args::{CoverCommand, LeaveCommand, Part, SickCommand, SwapCommand, Which},
    failure::Failure,
    output::{Form, Output, Usual},
    server::Answer,
    table::{Table, clean},
};
use crate::cli::calendar;

/// As the API shows a change.
#[derive(Deserialize)]
struct Change {
    change: u64,
    kind: String,
    state: String,
    person: Option<String>,
    with: Option<String>,
    rota: Option<String>,
    from: String,
    until: String,
    reason: String,
    offers: Vec<Offer>,
}

#[derive(Deserialize)]
struct Offer {
    person: String,
}

#[derive(Deserialize)]
struct Made {
    changes: Vec<Change>,
    remarks: Vec<String>,
}

#[derive(Deserialize)]
struct Leave {
    change: Option<u64>,
    person: String,
    from: String,
    until: String,
    note: String,
    conflicts: Vec<Value>,
}

/// As the API tells what became of a calendar.
#[derive(Deserialize)]
struct Imported {
    events: usize,
    added: Vec<u64>,
    changed: Vec<u64>,
    removed: Vec<u64>,
    unchanged: usize,
    past: usize,
    unread: Vec<String>,
    remarks: Vec<String>,
}

const EVERYTHING: Part = Part { limit: None, cursor: None };

pub(super) async fn cover(client: &Client, command: CoverCommand) -> Result<String, Failure> {
    match command {
        CoverCommand::List { all: true } => {
            list(client, ("list the changes", &["changes"]), Usual::Newest(50), "Nothing was changed yet.").await
        }
        CoverCommand::List { all: false } => {
            list(client, ("list what is asked for", &["cover"]), Usual::All, "Nobody is asked for cover.").await
        }
        CoverCommand::Ask { which, whose, reason } => {
            let mut body = part(&client.out, &which)?;
            body["person"] = json!(whose.person);
            body["reason"] = json!(reason);
            make(client, ("ask for cover", &["cover"]), body).await
        }
        CoverCommand::Take { change, by } => {
            answer(client, ("take", "cover", change, "take"), json!({ "by": by.by })).await
        }
        CoverCommand::Decline { change, by } => {
            answer(client, ("decline", "cover", change, "decline"), json!({ "by": by.by })).await
        }
        CoverCommand::TakeShift { which, of, by, reason } => {
            let mut body = part(&client.out, &which)?;
            body["person"] = json!(of);
            body["by"] = json!(by.by);
            body["reason"] = json!(reason);
            make(client, ("take the watch", &["shifts", "take"]), body).await
        }
        CoverCommand::Undo { change, by } => {
            answer(client, ("undo", "changes", change, "undo"), json!({ "by": by.by })).await
        }
    }
}

pub(super) async fn swap(client: &Client, command: SwapCommand) -> Result<String, Failure> {
    match command {
        SwapCommand::List => {
            list(client, ("list the swaps", &["swaps"]), Usual::All, "No swap waits for anybody.").await
        }
        SwapCommand::Propose { which, whose, with, their_rota, their_from, their_until, reason } => {
            let mut one = part(&client.out, &which)?;
            one["person"] = json!(whose.person);
            let rota = their_rota.as_ref().unwrap_or(&which.rota);
            let other = json!({ "rota": rota, "person": with, "from": their_from, "until": their_until });
            let body = json!({ "one": one, "other": other, "reason": reason });
            make(client, ("propose the swap", &["swaps"]), body).await
        }
        SwapCommand::Accept { change, by } => {
            answer(client, ("accept", "swaps", change, "accept"), json!({ "by": by.by })).await
        }
        SwapCommand::Approve { change, by } => {
            answer(client, ("approve", "swaps", change, "approve"), json!({ "by": by.by })).await
        }
        SwapCommand::Refuse { change, by, reason } => {
            answer(client, ("refuse", "swaps", change, "refuse"), json!({ "by": by.by, "reason": reason })).await
        }
    }
}

pub(super) async fn leave(client: &Client, command: LeaveCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        LeaveCommand::List { whose } => {
            let query = [("person", whose.person.map(|person| person.to_string()))];
            let show = |out: &Output, found: Vec<Leave>| out.table(&away(out, &found), "Nobody is on leave.");
            out.list(server, ("list the leave", &["leave"]), &query, (&EVERYTHING, Usual::All), show).await
        }
        LeaveCommand::Add { from, until, whose, note } => {
            let body = json!({ "person": whose.person, "from": from, "until": until, "note": note });
            make(client, ("add the leave", &["leave"]), body).await
        }
        LeaveCommand::Import { file, whose, source, from, to, lenient } => {
            let wish = format!("import {}", file.display());
            let bytes = calendar::bytes(&file).map_err(|why| Failure::new(&wish, why))?;
            let body = json!({
                "person": whose.person, "calendar": String::from_utf8_lossy(&bytes), "source": source,
                "from": from.map(|day| day.to_string()), "until": to.map(|day| day.to_string()), "lenient": lenient,
            });
            let answer = server.post(&wish, &["leave", "import"], &body).await?;
            out.done(&answer, |done: Imported| imported(&done))
        }
        LeaveCommand::Remove { change } => {
            server.delete(&format!("remove leave {change}"), &["leave", &change.to_string()]).await?;
            Ok(out.said(format!("Leave {change} is removed.")))
        }
    }
}

pub(super) async fn sick(client: &Client, command: SickCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        SickCommand::List => list(client, ("list who is sick", &["sick"]), Usual::All, "Nobody is sick.").await,
        SickCommand::Report { whose, end, note } => {
            let body = json!({ "person": whose.person, "until": end.after(out.now)?, "note": note });
            make(client, ("report it", &["sick"]), body).await
        }
        SickCommand::End { person } => {
            server.delete(&format!("end the sickness of {person}"), &["sick", person.as_str()]).await?;
            Ok(out.said(format!("{person} is back.")))
        }
    }
}

fn part(out: &Output, which: &Which) -> Result<Value, Failure> {
    let from = which.from.unwrap_or(out.now);
    Ok(json!({ "rota": which.rota, "layer": which.layer, "from": from, "until": which.end.after(from)? }))
}

async fn list(client: &Client, ask: (&str, &[&str]), usual: Usual, empty: &str) -> Result<String, Failure> {
    let show = |out: &Output, found: Vec<Change>| out.table(&table(out, &found), empty);
    client.out.list(&client.server, ask, &[], (&EVERYTHING, usual), show).await
}

async fn make(client: &Client, (wish, path): (&str, &[&str]), body: Value) -> Result<String, Failure> {
    let answer = client.server.post(wish, path, &body).await?;
    told(&client.out, &answer)
}

async fn answer(
    client: &Client,
    (verb, noun, change, action): (&str, &str, u64, &str),
    body: Value,
) -> Result<String, Failure> {
    let wish = format!("{verb} change {change}");
    let answer = client.server.post(&wish, &[noun, &change.to_string(), action], &body).await?;
    told(&client.out, &answer)
}

fn told(out: &Output, answer: &Answer) -> Result<String, Failure> {
    if out.form == Form::Ids {
        let made: Made = answer.read()?;
        return Ok(made.changes.iter().map(|one| format!("{}\n", one.change)).collect());
    }
    out.done(answer, |made: Made| {
        let changes = if made.changes.is_empty() { vec!["Nothing had to be changed.\n".to_owned()] } else { vec![] };
        let said = made.changes.iter().map(|one| sentence(out, one));
        let remarks = made.remarks.iter().map(|remark| clean(&format!("Note: {remark}.")) + "\n");
        changes.into_iter().chain(said).chain(remarks).collect()
    })
}

/// So many remarks are shown; a long calendar may lead to many of the same kind.
const REMARKS_SHOWN: usize = 20;

fn imported(done: &Imported) -> String {
    let Imported { added, changed, removed, unchanged, past, .. } = done;
    let (added, changed, removed) = (added.len(), changed.len(), removed.len());
    let mut text = format!(
        "Of {} events: {added} leaves added, {changed} changed, {removed} removed, {unchanged} as they were, {past} past.\n",
        done.events
    );
    for unread in &done.unread {
        text += &clean(&format!("Not read: {unread}."));
        text.push('\n');
    }
    for remark in done.remarks.iter().take(REMARKS_SHOWN) {
        text += &clean(&format!("Note: {remark}."));
        text.push('\n');
    }
    if done.remarks.len() > REMARKS_SHOWN {
        text += &format!("Note: and {} more; --json has them all.\n", done.remarks.len() - REMARKS_SHOWN);
    }
    text
}

/// `Change 12, cover in payments of wen, 18:00:00 UTC to 20:00:00 UTC: open. Asked: mei, ana.`
fn sentence(out: &Output, one: &Change) -> String {
    let of = |word: &str, name: &Option<String>| name.as_ref().map_or(String::new(), |name| format!(" {word} {name}"));
    let (from, until) = (out.instant(&one.from), out.instant(&one.until));
    let what = format!("{}{}{}{}", one.kind, of("in", &one.rota), of("of", &one.person), of("with", &one.with));
    let asked: Vec<&str> = one.offers.iter().map(|offer| offer.person.as_str()).collect();
    let asked = match (one.state.as_str(), asked.is_empty()) {
        ("open", true) if one.kind == "cover" => " Nobody can be asked.".to_owned(),
        ("open", false) => format!(" Asked: {}.", asked.join(", ")),
        _ => String::new(),
    };
    clean(&format!("Change {}, {what}, {from} to {until}: {}.{asked}", one.change, one.state.replace('_', " "))) + "\n"
}

fn table(out: &Output, changes: &[Change]) -> Table {
    let mut table = Table::new(["CHANGE", "KIND", "STATE", "ROTA", "PERSON", "WITH", "FROM", "UNTIL", "REASON"]);
    for one in changes {
        table.row([
            one.change.to_string().into(),
            (&one.kind).into(),
            one.state.replace('_', " ").into(),
            one.rota.as_deref().unwrap_or("").into(),
            one.person.as_deref().unwrap_or("").into(),
            one.with.as_deref().unwrap_or("").into(),
            out.instant(&one.from).into(),
            out.instant(&one.until).into(),
            (&one.reason).into(),
        ]);
    }
    table
}

fn away(out: &Output, leave: &[Leave]) -> Table {
    let mut table = Table::new(["LEAVE", "PERSON", "FROM", "UNTIL", "STILL ON WATCH", "NOTE"]);
    for one in leave {
        table.row([
            one.change.map_or_else(|| "estate".to_owned(), |change| change.to_string()).into(),
            (&one.person).into(),
            out.instant(&one.from).into(),
            out.instant(&one.until).into(),
            one.conflicts.len().to_string().into(),
            (&one.note).into(),
        ]);
    }
    table
}
