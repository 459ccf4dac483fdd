//! `meridian feed …`.

use serde::Deserialize;
use serde_json::json;

use super::{
    Client,
    args::{FeedCommand, Part},
    failure::Failure,
    output::{Form, Output, Usual},
    table::{Table, clean},
};

#[derive(Deserialize)]
struct Feed {
    feed: u64,
    of: String,
    title: String,
    prefix: String,
    made_by: String,
    made_at: String,
    url: Option<String>,
}

pub(super) async fn run(client: &Client, command: FeedCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        FeedCommand::List => {
            let all = Part { limit: None, cursor: None };
            let show = |out: &Output, found: Vec<Feed>| out.table(&table(out, &found), "There is no calendar feed.");
            out.list(server, ("list calendar feeds", &["feeds"]), &[], (&all, Usual::All), show).await
        }
        FeedCommand::Create { of } => {
            let body = json!({ "of": of.to_string() });
            let answer = server.post(&format!("make a calendar feed of {of}"), &["feeds"], &body).await?;
            if out.is_json() {
                return Ok(answer.body);
            }
            let made: Feed = answer.read()?;
            // Beside the address, so that the standard output can go into a file.
            if out.form == Form::People {
                let (number, title) = (made.feed, clean(&made.title));
                eprintln!("Calendar feed {number}: {title}. Whoever has this address reads it; it is told only now:");
            }
            made.url.map(|url| format!("{}\n", clean(&url))).ok_or_else(|| {
                Failure::new(format!("show the address of feed {}", made.feed), "the server did not tell it")
                    .hint(format!("revoke it (`meridian feed revoke {}`) and make another", made.feed))
            })
        }
        FeedCommand::Revoke { feeds } => {
            let mut text = String::new();
            for feed in feeds {
                match server.delete(&format!("revoke calendar feed {feed}"), &["feeds", &feed.to_string()]).await {
                    Ok(_) => text += &out.said(format!("Calendar feed {feed} is revoked.")),
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

fn table(out: &Output, feeds: &[Feed]) -> Table {
    let mut table = Table::new(["FEED", "OF", "TITLE", "BEGINS", "MADE", "BY"]);
    for one in feeds {
        table.row([
            one.feed.to_string().into(),
            (&one.of).into(),
            (&one.title).into(),
            (&one.prefix).into(),
            out.instant(&one.made_at).into(),
            (&one.made_by).into(),
        ]);
    }
    table
}
