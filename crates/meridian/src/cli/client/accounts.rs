//! `meridian account …`.

use meridian_core::id::Name;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    args::{AccountCommand, Part},
    failure::Failure,
    output::{Form, Output, Usual},
    password,
    server::Answer,
    table::{Cell, Table, Tone, clean},
};

#[derive(Deserialize)]
struct Account {
    account: String,
    display_name: String,
    role: String,
    person: Option<String>,
    state: String,
    last_login: Option<String>,
    link_until: Option<String>,
    link: Option<String>,
}

pub(super) async fn run(client: &Client, command: AccountCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        AccountCommand::List => {
            let all = Part { limit: None, cursor: None };
            let show = |out: &Output, found: Vec<Account>| out.table(&table(out, &found), "There is no account.");
            out.list(server, ("list accounts", &["accounts"]), &[], (&all, Usual::All), show).await
        }
        AccountCommand::Add { account, name, role, person } => {
            let display_name = name.unwrap_or_else(|| account.to_string());
            let body =
                json!({ "account": account, "display_name": display_name, "role": role.word(), "person": person });
            let answer = server.post(&format!("make the account {account}"), &["accounts"], &body).await?;
            link(out, &account, answer)
        }
        AccountCommand::Link { account } => {
            let wish = format!("make a link for the account {account}");
            let answer = server.post(&wish, &["accounts", account.as_str(), "link"], &Value::Null).await?;
            link(out, &account, answer)
        }
        AccountCommand::Password { account } => {
            let password = password::read(&account)?;
            let body = json!({ "password": password });
            let wish = format!("set the password of the account {account}");
            let answer = server.post(&wish, &["accounts", account.as_str(), "password"], &body).await?;
            out.done(&answer, |of: Account| {
                clean(&format!("{} has a new password; its browsers are logged out.", of.account)) + "\n"
            })
        }
        AccountCommand::Role { account, role } => {
            let body = json!({ "role": role.word() });
            let wish = format!("change the role of the account {account}");
            let answer = server.post(&wish, &["accounts", account.as_str(), "role"], &body).await?;
            out.done(&answer, |of: Account| clean(&format!("{} is {} now.", of.account, of.role)) + "\n")
        }
        AccountCommand::Disable { accounts } => each(client, &accounts, "disable", "is disabled").await,
        AccountCommand::Enable { accounts } => each(client, &accounts, "enable", "is enabled").await,
        AccountCommand::Logout { accounts } => {
            without(client, &accounts, Some("sessions"), "log out", "is logged out everywhere").await
        }
        AccountCommand::Remove { accounts } => without(client, &accounts, None, "remove", "is removed").await,
    }
}

/// The link alone on the standard output, so that it can be passed on.
fn link(out: &Output, account: &Name, answer: Answer) -> Result<String, Failure> {
    if out.is_json() {
        return Ok(answer.body);
    }
    let made: Account = answer.read()?;
    if out.form == Form::People {
        let until = made.link_until.as_deref().map_or_else(String::new, |at| format!(", until {}", out.instant(at)));
        eprintln!("Whoever opens this link first chooses the password of {account}{until}. It is told only now:");
    }
    made.link.map(|link| format!("{}\n", clean(&link))).ok_or_else(|| {
        Failure::new(format!("show the link for the account {account}"), "the server did not tell it")
            .hint(format!("make another: `meridian account link {account}`"))
    })
}

/// One after the other; what was done before a failure is told.
async fn each(client: &Client, accounts: &[Name], act: &str, done: &str) -> Result<String, Failure> {
    let mut text = String::new();
    for account in accounts {
        let wish = format!("{act} the account {account}");
        match client.server.post(&wish, &["accounts", account.as_str(), act], &Value::Null).await {
            Ok(answer) if client.out.is_json() => text += &format!("{}\n", answer.body.trim_end()),
            Ok(_) => text += &client.out.said(format!("The account {account} {done}.")),
            Err(failure) => {
                super::print_if_any(&text);
                return Err(failure);
            }
        }
    }
    Ok(text)
}

async fn without(
    client: &Client,
    accounts: &[Name],
    below: Option<&str>,
    act: &str,
    done: &str,
) -> Result<String, Failure> {
    let mut text = String::new();
    for account in accounts {
        let path: Vec<&str> = ["accounts", account.as_str()].into_iter().chain(below).collect();
        match client.server.delete(&format!("{act} the account {account}"), &path).await {
            Ok(_) => text += &client.out.said(format!("The account {account} {done}.")),
            Err(failure) => {
                super::print_if_any(&text);
                return Err(failure);
            }
        }
    }
    Ok(text)
}

fn table(out: &Output, accounts: &[Account]) -> Table {
    let mut table = Table::new(["ACCOUNT", "NAME", "PERSON", "ROLE", "STATE", "LAST LOGIN"]);
    for account in accounts {
        let tone = match account.state.as_str() {
            "disabled" => Tone::Bad,
            "invited" => Tone::Warn,
            _ => Tone::Plain,
        };
        table.row([
            (&account.account).into(),
            (&account.display_name).into(),
            account.person.as_deref().unwrap_or("nobody").into(),
            (&account.role).into(),
            Cell::new(&account.state, tone),
            account.last_login.as_deref().map_or_else(|| "never".to_owned(), |at| out.instant(at)).into(),
        ]);
    }
    table
}
