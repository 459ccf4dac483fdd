//! `meridian announcement …`.

use meridian_core::{
    Instant,
    announcement::{AnnouncedKind, AnnouncementState},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    args::{AnnouncementCommand, What},
    failure::Failure,
    output::{Form, Output, Usual},
    server::Answer,
    table::{Cell, Table, Tone, clean},
};

#[derive(Deserialize)]
struct Announcement {
    announcement: u64,
    kind: String,
    state: String,
    title: String,
    reference: String,
    from: String,
    until: String,
    rotas: Vec<String>,
    owner: Option<String>,
    collides_with: Vec<u64>,
}

pub(super) async fn run(client: &Client, command: AnnouncementCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        AnnouncementCommand::List { state, kind, rota, part } => {
            let query = [
                ("state", state.map(|state: AnnouncementState| state.word().to_owned())),
                ("kind", kind.map(|kind: AnnouncedKind| kind.word().to_owned())),
                ("rota", rota.map(|rota| rota.to_string())),
            ];
            let show = |out: &Output, found: Vec<Announcement>| {
                out.table(&table(out, &found), "Nothing of that is announced.")
            };
            out.list(server, ("list announcements", &["announcements"]), &query, (&part, Usual::Newest(50)), show).await
        }
        AnnouncementCommand::Add(what) => {
            let answer = server.post("announce it", &["announcements"], &body(out.now, *what)?).await?;
            said(out, &answer)
        }
        AnnouncementCommand::Change { announcement, what } => {
            let wish = format!("change announcement {announcement}");
            let path = ["announcements", &announcement.to_string()];
            said(out, &server.put(&wish, &path, &body(out.now, *what)?).await?)
        }
        AnnouncementCommand::Withdraw { announcement, reason } => {
            let wish = format!("withdraw announcement {announcement}");
            let path = ["announcements", &announcement.to_string(), "withdraw"];
            let answer = server.post(&wish, &path, &json!({ "reason": reason })).await?;
            out.done(&answer, |one: Announcement| match one.state.as_str() {
                "withdrawn" => format!("Announcement {announcement} is called off.\n"),
                _ => format!("Announcement {announcement} is over.\n"),
            })
        }
    }
}

fn body(now: Instant, what: What) -> Result<Value, Failure> {
    let from = what.from.unwrap_or(now);
    Ok(json!({
        "kind": what.kind.word(), "title": what.title, "reference": what.reference, "link": what.link,
        "from": from, "until": what.end.after(from)?, "rotas": what.rotas, "owner": what.owner, "if_wrong": what.if_wrong,
    }))
}

/// `Announcement 3: CHG-2291 fw-2 rules, from … until …`, and what it collides with.
fn said(out: &Output, answer: &Answer) -> Result<String, Failure> {
    if out.form == Form::Ids {
        return answer.read().map(|one: Announcement| format!("{}\n", one.announcement));
    }
    out.done(answer, |one: Announcement| {
        let (from, until) = (out.instant(&one.from), out.instant(&one.until));
        let mut text = format!("Announcement {}: {}, from {from} until {until}.\n", one.announcement, name(&one));
        for other in &one.collides_with {
            text += &format!("Note: it collides with announcement {other}.\n");
        }
        text
    })
}

fn name(one: &Announcement) -> String {
    clean(format!("{} {}", one.reference, one.title).trim())
}

fn table(out: &Output, all: &[Announcement]) -> Table {
    let mut table = Table::new(["ANNOUNCEMENT", "KIND", "STATE", "FROM", "UNTIL", "ROTAS", "OWNER", "WHAT"]);
    for one in all {
        let tone = match &*one.state {
            "under_way" => Tone::Warn,
            "over" | "withdrawn" => Tone::Faint,
            _ => Tone::Plain,
        };
        let rotas = if one.rotas.is_empty() { "every".to_owned() } else { one.rotas.join(", ") };
        let collides: String = one.collides_with.iter().map(|other| format!(" (collides with {other})")).collect();
        table.row([
            one.announcement.to_string().into(),
            (&one.kind).into(),
            Cell::new(&one.state, tone),
            out.instant(&one.from).into(),
            out.instant(&one.until).into(),
            rotas.into(),
            one.owner.as_deref().unwrap_or("nobody").into(),
            format!("{}{collides}", name(one)).into(),
        ]);
    }
    table
}
