//! What to do with a wish about access, or why not.

mod account;
mod token;

use super::{Access, AccessFact};
use crate::{
    Instant,
    command::{Command, Refusal},
    id::Name,
};

/// A browser more than this many logs the account's oldest one out.
const SESSIONS_PER_ACCOUNT_MAX: usize = 20;

/// The facts that `command` leads to; none if it is so already. `None`: the command is about something else.
pub fn plan(access: &Access, command: &Command, now: Instant) -> Option<Result<Vec<AccessFact>, Refusal>> {
    account::plan(access, command, now).or_else(|| token::plan(access, command, now)).or_else(|| {
        Some(match command {
            Command::OpenSession { hash, account, until } => open_session(access, hash, account, *until, now),
            Command::CloseSession { hash } if access.by_session(hash, Instant::MIN).is_none() => Ok(vec![]),
            Command::CloseSession { hash } => Ok(vec![AccessFact::SessionClosed { hash: hash.clone() }]),
            Command::EndSessions { account, but } => end_sessions(access, account, but.as_deref()),
            _ => return None,
        })
    })
}

fn open_session(
    access: &Access,
    hash: &str,
    account: &Name,
    until: Instant,
    now: Instant,
) -> Result<Vec<AccessFact>, Refusal> {
    if account::known(access, account)?.disabled {
        return Err(account::disabled(account));
    }
    if until <= now {
        return Err(Refusal::Invalid { field: "until", why: format!("{until} is past") });
    }
    let live: Vec<_> = access.sessions_of(account).into_iter().filter(|(_, session)| session.until > now).collect();
    let surplus = (live.len() + 1).saturating_sub(SESSIONS_PER_ACCOUNT_MAX);
    let mut facts: Vec<_> =
        live.iter().take(surplus).map(|(hash, _)| AccessFact::SessionClosed { hash: (*hash).to_owned() }).collect();
    facts.push(AccessFact::SessionOpened { hash: hash.to_owned(), account: account.clone(), until });
    Ok(facts)
}

fn end_sessions(access: &Access, account: &Name, but: Option<&str>) -> Result<Vec<AccessFact>, Refusal> {
    account::known(access, account)?;
    let others = access.sessions_of(account).into_iter().any(|(hash, _)| Some(hash) != but);
    let ended = || AccessFact::SessionsEnded { account: account.clone(), but: but.map(str::to_owned) };
    Ok(others.then(ended).into_iter().collect())
}
