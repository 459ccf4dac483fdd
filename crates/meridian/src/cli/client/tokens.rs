//! `meridian token …`.

use serde::Deserialize;
use serde_json::json;

use super::{
    Client,
    args::{Part, TokenCommand},
    failure::Failure,
    output::{Form, Output, Usual},
    table::{Cell, Table, Tone, clean},
};

#[derive(Deserialize)]
struct Token {
    token: String,
    prefix: String,
    scopes: Vec<String>,
    created_by: String,
    created_at: String,
    expires: Option<String>,
    expired: bool,
    secret: Option<String>,
}

pub(super) async fn run(client: &Client, command: TokenCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        TokenCommand::List => {
            let all = Part { limit: None, cursor: None };
            let show = |out: &Output, found: Vec<Token>| out.table(&table(out, &found), "There is no API token.");
            out.list(server, ("list API tokens", &["tokens"]), &[], (&all, Usual::All), show).await
        }
        TokenCommand::Create { name, scopes, expires_in } => {
            let scopes: Vec<&str> = scopes.iter().map(|scope| scope.word()).collect();
            let body = json!({ "token": name, "scopes": scopes, "expires_in_days": expires_in });
            let answer = server.post(&format!("make the token {name}"), &["tokens"], &body).await?;
            if out.is_json() {
                return Ok(answer.body);
            }
            let made: Token = answer.read()?;
            // Beside the secret, so that the standard output can go into a file.
            if out.form == Form::People {
                let until = made
                    .expires
                    .as_ref()
                    .map_or_else(|| "does not expire".into(), |at| format!("expires {}", out.instant(at)));
                eprintln!("The token {name} may {} and {until}. This secret is told only now:", made.scopes.join(", "));
            }
            made.secret.map(|secret| format!("{}\n", clean(&secret))).ok_or_else(|| {
                Failure::new(format!("show the secret of the token {name}"), "the server did not tell it")
                    .hint(format!("revoke it (`meridian token revoke {name}`) and make another"))
            })
        }
        TokenCommand::Revoke { names } => {
            let mut text = String::new();
            for name in names {
                match server.delete(&format!("revoke the token {name}"), &["tokens", name.as_str()]).await {
                    Ok(_) => text += &out.said(format!("The token {name} is revoked.")),
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

fn table(out: &Output, tokens: &[Token]) -> Table {
    let mut table = Table::new(["TOKEN", "BEGINS", "SCOPES", "MADE", "BY", "EXPIRES"]);
    for token in tokens {
        let expires = match &token.expires {
            Some(at) if token.expired => Cell::new(format!("{} (expired)", out.instant(at)), Tone::Bad),
            Some(at) => out.instant(at).into(),
            None => "never".into(),
        };
        table.row([
            (&token.token).into(),
            (&token.prefix).into(),
            token.scopes.join(",").into(),
            out.instant(&token.created_at).into(),
            (&token.created_by).into(),
            expires,
        ]);
    }
    table
}
