//! The command line for a running server: each command is one or a few requests to its API.
//!
//! What this does *not* do: decide or compute. Whatever the API answers is shown, for people as tables with every
//! instant in UTC and its zone, with `--plain` as tabs for `cut` and `awk`, with `--json` unchanged. Nothing is cut.

mod accounts;
mod alerts;
mod announcements;
pub mod args;
mod chains;
mod changes;
pub(super) mod failure;
mod fairness;
mod feeds;
mod handoffs;
mod incidents;
mod output;
mod overrides;
mod pages;
mod parse;
mod password;
mod secret;
pub(super) mod server;
mod silences;
mod status;
mod switches;
mod table;
mod timeline;
mod tokens;

pub(super) use parse::duration;

use std::{io::Read as _, process::ExitCode};

use args::{ChainCommand, Command, Flags};
use failure::Failure;
use output::Output;
use server::Server;

use super::{fail, print};
use crate::clock::Clock;

/// What a command prints, and whether all is well: `meridian status` can succeed and still have bad news.
struct Done {
    text: String,
    well: bool,
}

impl From<String> for Done {
    fn from(text: String) -> Done {
        Done { text, well: true }
    }
}

/// Everything a command needs.
struct Client {
    server: Server,
    out: Output,
}

impl Client {
    fn new(flags: &Flags) -> Result<Client, Failure> {
        let clock = Clock::system();
        Ok(Client { out: Output::new(flags, clock.now()), server: Server::new(flags, clock)? })
    }
}

/// What TLS needs, once in a process.
pub(super) fn install_tls() -> Result<(), String> {
    let installed = rustls::crypto::ring::default_provider().install_default();
    installed.map_err(|_| "the TLS provider was installed twice".to_owned())
}

/// Runs one command to its end.
pub fn run(command: Command) -> ExitCode {
    let json = command.flags().json;
    ended(json, answer(command))
}

/// Runs a command about chains that asks a server to its end.
pub fn run_chain(command: ChainCommand) -> ExitCode {
    let flags = command.flags().clone();
    ended(flags.json, async {
        let client = Client::new(&flags)?;
        chains::run(&client, command).await.map(Done::from)
    })
}

fn ended(json: bool, answer: impl Future<Output = Result<Done, Failure>>) -> ExitCode {
    if let Err(why) = install_tls() {
        return fail(&why);
    }
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&format!("no task can be started: {error}")),
    };
    match runtime.block_on(answer) {
        Ok(Done { text, well }) => {
            print_if_any(&text);
            if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(failure) => failure.tell(json),
    }
}

async fn answer(command: Command) -> Result<Done, Failure> {
    let client = Client::new(command.flags())?;
    Ok(match command {
        Command::Status(_) => return status::status(&client).await,
        Command::Reload(_) => status::reload(&client).await?.into(),
        Command::Incident(remote) => incidents::run(&client, remote.command).await?.into(),
        Command::Alert(remote) => alerts::run(&client, remote.command).await?.into(),
        Command::Silence(remote) => silences::run(&client, remote.command).await?.into(),
        Command::Page(remote) => pages::run(&client, remote.command).await?.into(),
        Command::Announcement(remote) => announcements::run(&client, remote.command).await?.into(),
        Command::Switch(remote) => switches::run(&client, remote.command).await?.into(),
        Command::Override(remote) => overrides::run(&client, remote.command).await?.into(),
        Command::Fairness(wish) => fairness::run(&client, wish).await?.into(),
        Command::Cover(remote) => changes::cover(&client, remote.command).await?.into(),
        Command::Swap(remote) => changes::swap(&client, remote.command).await?.into(),
        Command::Leave(remote) => changes::leave(&client, remote.command).await?.into(),
        Command::Sick(remote) => changes::sick(&client, remote.command).await?.into(),
        Command::Feed(remote) => feeds::run(&client, remote.command).await?.into(),
        Command::Handoff(remote) => handoffs::run(&client, remote.command).await?.into(),
        Command::Account(remote) => accounts::run(&client, remote.command).await?.into(),
        Command::Token(remote) => tokens::run(&client, remote.command).await?.into(),
    })
}

impl Command {
    fn flags(&self) -> &Flags {
        match self {
            Command::Status(flags) | Command::Reload(flags) => flags,
            Command::Incident(remote) => &remote.flags,
            Command::Alert(remote) => &remote.flags,
            Command::Silence(remote) => &remote.flags,
            Command::Page(remote) => &remote.flags,
            Command::Announcement(remote) => &remote.flags,
            Command::Switch(remote) => &remote.flags,
            Command::Override(remote) => &remote.flags,
            Command::Fairness(wish) => &wish.flags,
            Command::Cover(remote) => &remote.flags,
            Command::Swap(remote) => &remote.flags,
            Command::Leave(remote) => &remote.flags,
            Command::Sick(remote) => &remote.flags,
            Command::Feed(remote) => &remote.flags,
            Command::Handoff(remote) => &remote.flags,
            Command::Account(remote) => &remote.flags,
            Command::Token(remote) => &remote.flags,
        }
    }
}

/// A text of the command line; `-` stands for all of the standard input.
fn text_or_stdin(text: String) -> Result<String, Failure> {
    const BYTES_MAX: u64 = 1 << 20;
    if text != "-" {
        return Ok(text);
    }
    let mut read = String::new();
    let wrong = |why: String| Failure::new("read the standard input", why);
    std::io::stdin().take(BYTES_MAX).read_to_string(&mut read).map_err(|error| wrong(error.to_string()))?;
    match read.trim_end() {
        "" => Err(wrong("it is empty".into())),
        text => Ok(text.to_owned()),
    }
}

/// What was done before a failure.
fn print_if_any(text: &str) {
    if !text.is_empty() {
        print(text);
    }
}
