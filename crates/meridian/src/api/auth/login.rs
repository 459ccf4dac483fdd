//! Logging in and out, and making the first account.

use std::net::IpAddr;

use axum::http::{HeaderValue, StatusCode};
use jiff::SignedDuration;
use meridian_core::{
    Command,
    access::{AccountRole, Action, Principal},
    id::{Actor, Name},
};

use super::{Caller, Via, password, secret};
use crate::{
    api::Problem,
    serve::{AskError, House},
};

/// How long a browser stays logged in. On-call people must not meet a login at night without need.
pub const SESSION_KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Why somebody was not let in. The same for a wrong password and an unknown account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoginError {
    Wrong,
    /// Told only to who knows the password.
    Disabled,
    TooOften,
    Unavailable(String),
}

impl std::fmt::Display for LoginError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            LoginError::Wrong => f.write_str("the account or the password is wrong"),
            LoginError::Disabled => f.write_str("this account is disabled; an admin can enable it"),
            LoginError::TooOften => f.write_str("too many tries from this address; wait a minute"),
            LoginError::Unavailable(why) => f.write_str(why),
        }
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Problem {
        let detail = error.to_string();
        match error {
            LoginError::Wrong => Problem::new(StatusCode::UNAUTHORIZED, detail),
            LoginError::Disabled => Problem::new(StatusCode::FORBIDDEN, detail),
            LoginError::TooOften => Problem::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(60),
            LoginError::Unavailable(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(5),
        }
    }
}

/// The `Set-Cookie` of a new session.
pub async fn log_in(house: &House, from: IpAddr, account: &str, password: String) -> Result<HeaderValue, LoginError> {
    let outcome = try_log_in(house, from, account, password).await;
    if let Err(why) = &outcome {
        // Not the account: people type their password there by mistake.
        tracing::info!("a login from {from} was refused: {why}");
    }
    outcome
}

async fn try_log_in(house: &House, from: IpAddr, account: &str, password: String) -> Result<HeaderValue, LoginError> {
    if !house.gate.may_try(from, account) {
        return Err(LoginError::TooOften);
    }
    let known = house.keeper.world().access.account(account).and_then(|known| known.password_hash.clone());
    let fits = password::verify(&house.gate, password, known).await.map_err(LoginError::Unavailable)?;
    let (true, Ok(account)) = (fits, account.parse::<Name>()) else { return Err(LoginError::Wrong) };
    if house.keeper.world().access.account(account.as_str()).is_some_and(|known| known.disabled) {
        return Err(LoginError::Disabled);
    }
    open_session(house, account).await
}

/// Whether somebody who is logged in still knows the password.
pub async fn log_in_again(house: &House, from: IpAddr, account: &Name, password: String) -> Result<(), LoginError> {
    if !house.gate.may_try(from, account.as_str()) {
        return Err(LoginError::TooOften);
    }
    let known = house.keeper.world().access.account(account.as_str()).and_then(|known| known.password_hash.clone());
    match password::verify(&house.gate, password, known).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(LoginError::Wrong),
        Err(why) => Err(LoginError::Unavailable(why)),
    }
}

/// Opens a session without asking for a password again; the answer is its `Set-Cookie`.
pub async fn open_session(house: &House, account: Name) -> Result<HeaderValue, LoginError> {
    let drawn = secret::draw_session().map_err(|e| LoginError::Unavailable(format!("no random numbers: {e}")))?;
    let until = house.clock.now().saturating_add(SESSION_KEPT).unwrap_or(meridian_core::Instant::MAX);
    let actor = Actor::Account(account.as_str().into());
    match house.keeper.ask(actor, Command::OpenSession { hash: drawn.hash, account, until }).await {
        Ok(_) => Ok(session_cookie(house, &drawn.secret)),
        Err(AskError::Unavailable { why, .. }) => Err(LoginError::Unavailable(why)),
        // Removed or disabled between the look and the wish.
        Err(AskError::Refused(_)) => Err(LoginError::Wrong),
    }
}

/// Ends the session that asks; the answer is the `Set-Cookie` that makes the browser forget it.
pub async fn log_out(house: &House, caller: &Caller) -> Result<HeaderValue, Problem> {
    if let Via::Session { hash } = &caller.via {
        house.keeper.ask(caller.principal.actor(), Command::CloseSession { hash: hash.clone() }).await?;
    }
    Ok(session_cookie(house, ""))
}

/// Logs all browsers of the caller's account out but the one that asks.
pub async fn end_other_sessions(house: &House, caller: &Caller, actor: Actor) -> Result<(), Problem> {
    let Principal::Session { account, .. } = &caller.principal else {
        return Err(Problem::forbidden(&caller.principal, Action::OwnAccount));
    };
    let but = match &caller.via {
        Via::Session { hash } => Some(hash.clone()),
        _ => None,
    };
    house.keeper.ask(actor, Command::EndSessions { account: account.clone(), but }).await?;
    Ok(())
}

/// A session's cookie; an empty secret makes the browser forget it.
pub fn session_cookie(house: &House, secret: &str) -> HeaderValue {
    let name = cookie_name(house);
    let secure = if is_https(house) { "; Secure" } else { "" };
    let age_s = if secret.is_empty() { 0 } else { SESSION_KEPT.as_secs() };
    let text = format!("{name}={secret}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// With `__Host-` a browser takes the cookie only over TLS and from this very host.
pub(super) fn cookie_name(house: &House) -> &'static str {
    if is_https(house) { "__Host-meridian" } else { "meridian" }
}

fn is_https(house: &House) -> bool {
    house.settings.tls.is_some() || house.settings.external_url.starts_with("https://")
}

/// Where the first account is made, while there is none.
pub fn setup_link(house: &House) -> Option<String> {
    let open = !house.settings.demo && house.keeper.world().access.is_empty();
    open.then(|| format!("{}/setup?token={}", house.settings.external_url, house.gate.setup_secret))
}

/// Whether this is the setup link, and there is still no account. Asked before anything else, so that nobody without
/// the link learns a name of the estate.
pub fn check_setup(house: &House, from: IpAddr, token: &str) -> Result<(), Problem> {
    if !house.gate.may_try(from, "setup") {
        return Err(LoginError::TooOften.into());
    }
    if !house.keeper.world().access.is_empty() {
        return Err(Problem::new(StatusCode::CONFLICT, "the first account was made already; log in instead"));
    }
    // Hashes are compared, so that the time it takes tells nothing about the secret.
    if secret::hash(token) != secret::hash(&house.gate.setup_secret) {
        return Err(Problem::new(StatusCode::FORBIDDEN, "this is not the setup link that was printed at the start"));
    }
    Ok(())
}

/// Makes the first account, an admin, and logs it in: the answer is the `Set-Cookie`.
pub async fn set_up(
    house: &House,
    from: IpAddr,
    token: &str,
    account: Name,
    display_name: String,
    password: String,
    person: Option<Name>,
) -> Result<HeaderValue, Problem> {
    check_setup(house, from, token)?;
    password::check_length(&password).map_err(|why| Problem::field("password", why))?;
    let password_hash = password::hash(&house.gate, password).await.map_err(LoginError::Unavailable)?;
    let actor = Actor::Account(account.as_str().into());
    let role = AccountRole::Admin;
    let command =
        Command::CreateAccount { account: account.clone(), display_name, password_hash, role, person, first: true };
    house.keeper.ask(actor, command).await?;
    Ok(open_session(house, account).await?)
}
