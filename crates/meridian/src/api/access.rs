//! `/me`, `/session`, `/setup`, `/join`, `/tokens`.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    access::{Access, Action, ApiToken, Principal, Scope, may},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Body, Caller, Problem,
    accounts::{new_password, person},
    auth,
    idempotency::ToldOnce,
    listing::{Listed, whole},
    name,
};
use crate::serve::House;

/// Who asks.
#[derive(Serialize, ToSchema)]
pub struct Me {
    /// `session`, `token` or `demo`.
    kind: &'static str,
    name: String,
    role: Option<&'static str>,
    scopes: Vec<&'static str>,
    /// The person of the estate.
    person: Option<String>,
    /// What may be done.
    may: Vec<&'static str>,
    /// For the header `X-CSRF-Token` of every change that a browser makes with its session.
    csrf: Option<String>,
}

pub async fn me(caller: Caller) -> Result<Json<Me>, Problem> {
    let (kind, name, role, scopes) = match &caller.principal {
        Principal::Anonymous => return Err(Problem::forbidden(&caller.principal, Action::Read)),
        Principal::Session { account, role, .. } => ("session", account.to_string(), Some(role.word()), vec![]),
        Principal::Token { token, scopes } => {
            ("token", token.to_string(), None, scopes.iter().map(|s| s.word()).collect())
        }
        Principal::Demo => ("demo", "demo".to_owned(), None, vec![]),
    };
    let may = Action::ALL.into_iter().filter(|action| may(&caller.principal, *action)).map(Action::word).collect();
    let csrf = Some(caller.csrf().to_owned()).filter(|csrf| !csrf.is_empty());
    let person = caller.principal.person().map(ToString::to_string);
    Ok(Json(Me { kind, name, role, scopes, person, may, csrf }))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Login {
    account: String,
    password: String,
}

pub async fn log_in(State(house): State<House>, caller: Caller, Body(login): Body<Login>) -> Result<Response, Problem> {
    let cookie = auth::log_in(&house, caller.address, &login.account, login.password).await?;
    Ok(with_cookie(cookie))
}

fn with_cookie(cookie: HeaderValue) -> Response {
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response()
}

pub async fn log_out(State(house): State<House>, caller: Caller) -> Result<Response, Problem> {
    caller.authorize(Action::OwnAccount)?;
    Ok(with_cookie(auth::log_out(&house, &caller).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// From the link that was printed at the start.
    token: String,
    account: String,
    display_name: String,
    password: String,
    person: Option<String>,
}

pub async fn set_up(State(house): State<House>, caller: Caller, Body(wish): Body<Setup>) -> Result<Response, Problem> {
    auth::check_setup(&house, caller.address, &wish.token)?;
    let account = name("account", &wish.account)?;
    let person = person(&house, wish.person.as_deref())?;
    let Setup { token, display_name, password, .. } = wish;
    let from = caller.address;
    Ok(with_cookie(auth::set_up(&house, from, &token, account, display_name, password, person).await?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnPassword {
    old: String,
    new: String,
}

/// Changes one's own password, which logs every browser of the account out.
pub async fn own_password(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<OwnPassword>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::OwnAccount)?;
    let Principal::Session { account, .. } = &caller.principal else {
        return Err(Problem::forbidden(&caller.principal, Action::OwnAccount));
    };
    // The same limit as for a login: a stolen session must not become a way to guess the password.
    auth::log_in_again(&house, caller.address, account, wish.old).await?;
    let password_hash = new_password(&house, "new", wish.new).await?;
    house.keeper.ask(actor, Command::ChangePassword { account: account.clone(), password_hash }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Logs all browsers of one's own account out; a browser that asks stays logged in.
pub async fn end_own_sessions(State(house): State<House>, caller: Caller) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::OwnAccount)?;
    auth::end_other_sessions(&house, &caller, actor).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// From the one-time link.
    token: String,
    password: String,
}

/// Whoever holds a one-time link chooses the password, and is logged in.
pub async fn join(State(house): State<House>, _: Caller, Body(wish): Body<Join>) -> Result<Response, Problem> {
    Ok(with_cookie(auth::join(&house, &wish.token, wish.password).await?))
}

#[derive(Serialize, ToSchema)]
pub struct TokenView {
    token: String,
    /// The first characters of the secret.
    prefix: String,
    scopes: Vec<&'static str>,
    created_by: String,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    expires: Option<String>,
    expired: bool,
    /// The account that made it is disabled: it opens nothing until that is enabled.
    dormant: bool,
    /// Told only once, when the token is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

fn token_view(access: &Access, token: &ApiToken, now: Instant) -> TokenView {
    TokenView {
        token: token.name.to_string(),
        prefix: token.prefix.clone(),
        scopes: token.scopes.iter().map(|scope| scope.word()).collect(),
        created_by: token.created_by.clone(),
        created_at: token.created_at.to_string(),
        expires: token.expires.map(|at| at.to_string()),
        expired: token.is_expired(now),
        dormant: access.is_dormant(token),
        secret: None,
    }
}

pub async fn tokens(State(house): State<House>, caller: Caller) -> Listed<TokenView> {
    caller.authorize(Action::Tokens)?;
    let now = house.clock.now();
    let world = house.keeper.world();
    whole(world.access.tokens().into_iter().map(|token| token_view(&world.access, token, now)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    token: String,
    /// Of `read`, `ingest`, `respond`, `admin`.
    #[schema(value_type = Vec<String>)]
    scopes: Vec<Scope>,
    /// From 1 to 3650; absent: it does not expire.
    expires_in_days: Option<u32>,
}

/// The account that answers for what is made.
pub fn maker(house: &House, principal: &Principal) -> String {
    match principal {
        Principal::Session { account, .. } => account.to_string(),
        // What a token makes belongs to the same account, so that it goes with it.
        Principal::Token { token, .. } => {
            house.keeper.world().access.token(token.as_str()).map(|t| t.created_by.clone()).unwrap_or_default()
        }
        other => other.actor().to_string(),
    }
}

pub async fn create_token(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewToken>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<TokenView>), Problem> {
    let actor = caller.authorize(Action::Tokens)?;
    let token = name("token", &wish.token)?;
    let now = house.clock.now();
    let expires = match wish.expires_in_days {
        None => None,
        Some(days @ 1..=3650) => now.checked_add(SignedDuration::from_hours(24 * i64::from(days))).ok(),
        Some(_) => return Err(Problem::field("expires_in_days", "it is not between 1 and 3650")),
    };
    let drawn = auth::draw_token().map_err(|e| Problem::new(StatusCode::SERVICE_UNAVAILABLE, e.to_string()))?;
    let created_by = maker(&house, &caller.principal);
    let auth::Drawn { secret, hash, prefix } = drawn;
    let command = Command::CreateToken { token: token.clone(), hash, prefix, scopes: wish.scopes, created_by, expires };
    house.keeper.ask(actor, command).await?;
    let world = house.keeper.world();
    let made = world.access.token(token.as_str()).ok_or_else(|| Problem::not_found(format!("the token `{token}`")))?;
    Ok((
        StatusCode::CREATED,
        Extension(ToldOnce),
        Json(TokenView { secret: Some(secret), ..token_view(&world.access, made, now) }),
    ))
}

pub async fn revoke_token(
    State(house): State<House>,
    caller: Caller,
    Path(token): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Tokens)?;
    house.keeper.ask(actor, Command::RevokeToken { token: name("token", &token)? }).await?;
    Ok(StatusCode::NO_CONTENT)
}
