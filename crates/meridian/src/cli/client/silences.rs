//! `meridian silence …`.

use meridian_core::Instant;
use serde::Deserialize;
use serde_json::json;

use super::{
    Client, alerts,
    args::{End, Part, SilenceCommand},
    failure::Failure,
    output::{Form, Output, Usual},
    table::{Cell, Table, Tone, clean},
    text_or_stdin,
};

#[derive(Deserialize)]
struct Silence {
    silence: String,
    state: String,
    matchers: Vec<String>,
    starts_at: String,
    ends_at: String,
    created_by: String,
    comment: String,
}

/// What is wanted, apart from the matchers.
struct Wish {
    from: Option<Instant>,
    end: End,
    comment: String,
    by: Option<String>,
}

pub(super) async fn run(client: &Client, command: SilenceCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        SilenceCommand::List { state, part } => {
            let query = [("state", state.map(|state| state.word().to_owned()))];
            let show = |out: &Output, found: Vec<Silence>| out.table(&table(out, &found), "There is no such silence.");
            out.list(server, ("list silences", &["silences"]), &query, (&part, Usual::All), show).await
        }
        SilenceCommand::Add { matchers, dry_run: true, .. } => {
            let none = "No alert that fires now would fall silent.";
            let (wish, all) = ("list what would fall silent", Part { limit: None, cursor: None });
            alerts::list(client, wish, &matchers, [("state", None), ("receiver", None)], &all, none).await
        }
        SilenceCommand::Add { matchers, end, from, comment, by, dry_run: false } => {
            add(client, &matchers, Wish { from, end, comment, by }).await
        }
        SilenceCommand::Expire { silences } => {
            let mut text = String::new();
            for id in silences {
                match server.delete(&format!("expire the silence {}", clean(&id)), &["silences", &id]).await {
                    Ok(_) => text += &out.said(format!("The silence {} is ended.", clean(&id))),
                    Err(failure) => {
                        super::print_if_any(&text);
                        return Err(failure);
                    }
                }
            }
            Ok(text)
        }
    }
}

async fn add(client: &Client, matchers: &[String], wish: Wish) -> Result<String, Failure> {
    let Wish { from, end, comment, by } = wish;
    let ends_at = end.after(from.unwrap_or(client.out.now))?;
    let comment = text_or_stdin(comment)?;
    let body = json!({
        "matchers": matchers.join(","), "starts_at": from, "ends_at": ends_at, "comment": comment, "created_by": by,
    });
    let answer = client.server.post("set the silence", &["silences"], &body).await?;
    if client.out.form == Form::Ids {
        return answer.read().map(|made: Silence| format!("{}\n", clean(&made.silence)));
    }
    client.out.done(&answer, |made: Silence| {
        let until = client.out.instant(&made.ends_at);
        format!("Silence {} is {} until {until}.\n", clean(&made.silence), clean(&made.state))
    })
}

impl End {
    /// The instant of the end of what begins at `from`.
    pub(super) fn after(&self, from: Instant) -> Result<Instant, Failure> {
        let far = |_| Failure::new("tell when it ends", "that is further away than calendars reach");
        match (self.until, self.lasting) {
            (Some(until), _) => Ok(until),
            (None, lasting) => from.checked_add(lasting.unwrap_or_default()).map_err(far),
        }
    }
}

fn table(out: &Output, silences: &[Silence]) -> Table {
    let mut table = Table::new(["SILENCE", "STATE", "FROM", "UNTIL", "BY", "MATCHERS", "COMMENT"]);
    for silence in silences {
        let tone = match &*silence.state {
            "active" => Tone::Warn,
            "expired" => Tone::Faint,
            _ => Tone::Plain,
        };
        table.row([
            (&silence.silence).into(),
            Cell::new(&silence.state, tone),
            out.instant(&silence.starts_at).into(),
            out.instant(&silence.ends_at).into(),
            (&silence.created_by).into(),
            silence.matchers.join(", ").into(),
            (&silence.comment).into(),
        ]);
    }
    table
}
