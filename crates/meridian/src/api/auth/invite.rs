//! One-time links, by which people choose their passwords: no password is ever handed around.

use axum::http::{HeaderValue, StatusCode};
use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    access::AccountRole,
    id::{Actor, Name},
};

use super::{login, password, secret};
use crate::{api::Problem, serve::House};

/// How long a one-time link is good: over a weekend.
pub const LINK_KEPT: SignedDuration = SignedDuration::from_hours(3 * 24);

struct Drawn {
    link: String,
    link_hash: String,
    until: Instant,
}

fn draw(house: &House) -> Result<Drawn, Problem> {
    let unavailable = |why: getrandom::Error| {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, format!("no random numbers: {why}")).retry_after(5)
    };
    let drawn = secret::draw_session().map_err(unavailable)?;
    let until = house.clock.now().saturating_add(LINK_KEPT).unwrap_or(Instant::MAX);
    let link = format!("{}/join?token={}", house.settings.external_url, drawn.secret);
    Ok(Drawn { link, link_hash: drawn.hash, until })
}

/// Makes an account without a password. The answer is the link by which whoever gets it chooses one.
pub async fn invite(
    house: &House,
    actor: Actor,
    account: &Name,
    display_name: String,
    role: AccountRole,
    person: Option<Name>,
) -> Result<String, Problem> {
    let Drawn { link, link_hash, until } = draw(house)?;
    let account = account.clone();
    let command = Command::InviteAccount { account, display_name, role, person, link_hash, until };
    house.keeper.ask(actor, command).await?;
    Ok(link)
}

/// A new one-time link, for who lost the link or the password.
pub async fn make_link(house: &House, actor: Actor, account: &Name) -> Result<String, Problem> {
    let Drawn { link, link_hash, until } = draw(house)?;
    house.keeper.ask(actor, Command::MakeLink { account: account.clone(), link_hash, until }).await?;
    Ok(link)
}

/// Whose link this is. What is drawn has 250 random bits, so nothing needs to slow guessing down.
pub fn by_link(house: &House, token: &str) -> Result<Name, Problem> {
    let world = house.keeper.world();
    let found = world.access.by_link(&secret::hash(token), house.clock.now()).map(|(name, _)| name.clone());
    found.ok_or_else(|| {
        Problem::new(StatusCode::FORBIDDEN, "this link was used or has ended; an admin can make another")
    })
}

/// Chooses the password and logs in: the answer is the `Set-Cookie`.
pub async fn join(house: &House, token: &str, password: String) -> Result<HeaderValue, Problem> {
    // First of all, so that nobody without a link has passwords hashed.
    let account = by_link(house, token)?;
    password::check_length(&password).map_err(|why| Problem::field("password", why))?;
    let password_hash = password::hash(&house.gate, password).await.map_err(login::LoginError::Unavailable)?;
    let actor = Actor::Account(account.as_str().into());
    house.keeper.ask(actor, Command::Join { link_hash: secret::hash(token), password_hash }).await?;
    Ok(login::open_session(house, account).await?)
}
