//! `/accounts`: who can log in, as an admin sees and changes it.

use axum::{
    Extension, Json,
    extract::{Path, State},
    http::StatusCode,
};
use meridian_core::{
    Command,
    access::{Access, Account, AccountRole, Action},
    id::Name,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Body, Caller, Problem, auth,
    idempotency::ToldOnce,
    listing::{Listed, whole},
    name,
};
use crate::serve::House;

#[derive(Serialize, ToSchema)]
pub struct AccountView {
    account: String,
    display_name: String,
    role: &'static str,
    person: Option<String>,
    /// `active`, `invited` (nobody chose its password yet) or `disabled`.
    state: &'static str,
    #[schema(format = DateTime)]
    created_at: String,
    #[schema(format = DateTime)]
    last_login: Option<String>,
    /// Browsers that are logged in.
    sessions: usize,
    /// Until when a one-time link is good that nobody used yet.
    #[schema(format = DateTime)]
    link_until: Option<String>,
    /// The one-time link by which the password is chosen. Told only once, when it is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

fn view(access: &Access, name: &Name, account: &Account, now: meridian_core::Instant) -> AccountView {
    AccountView {
        account: name.to_string(),
        display_name: account.display_name.clone(),
        role: account.role.word(),
        person: account.person.as_ref().map(ToString::to_string),
        state: account.standing().word(),
        created_at: account.created_at.to_string(),
        last_login: account.last_login.map(|at| at.to_string()),
        sessions: access.sessions_of(name).iter().filter(|(_, session)| session.until > now).count(),
        link_until: account.link.as_ref().filter(|link| link.until > now).map(|link| link.until.to_string()),
        link: None,
    }
}

pub async fn accounts(State(house): State<House>, caller: Caller) -> Listed<AccountView> {
    caller.authorize(Action::Accounts)?;
    let (world, now) = (house.keeper.world(), house.clock.now());
    whole(world.access.accounts().map(|(name, account)| view(&world.access, name, account, now)))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAccount {
    account: String,
    display_name: String,
    /// Absent: the answer tells a one-time link by which whoever gets the account chooses it.
    password: Option<String>,
    /// `viewer`, `responder` or `admin`.
    #[schema(value_type = String)]
    role: AccountRole,
    /// The person of the estate that this account is.
    person: Option<String>,
}

pub async fn create_account(
    State(house): State<House>,
    caller: Caller,
    Body(wish): Body<NewAccount>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<AccountView>), Problem> {
    let actor = caller.authorize(Action::Accounts)?;
    let account = name("account", &wish.account)?;
    let person = person(&house, wish.person.as_deref())?;
    let NewAccount { display_name, role, password, .. } = wish;
    let link = match password {
        Some(password) => {
            let password_hash = new_password(&house, "password", password).await?;
            let (account, first) = (account.clone(), false);
            let command = Command::CreateAccount { account, display_name, password_hash, role, person, first };
            house.keeper.ask(actor, command).await?;
            None
        }
        None => Some(auth::invite(&house, actor, &account, display_name, role, person).await?),
    };
    Ok((StatusCode::CREATED, Extension(ToldOnce), Json(AccountView { link, ..known(&house, &account)? })))
}

fn known(house: &House, account: &Name) -> Result<AccountView, Problem> {
    let world = house.keeper.world();
    let known = world.access.account(account.as_str());
    let known = known.ok_or_else(|| Problem::not_found(format!("the account `{account}`")))?;
    Ok(view(&world.access, account, known, house.clock.now()))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountChange {
    display_name: String,
    #[schema(value_type = String)]
    role: AccountRole,
    person: Option<String>,
    /// Present: a new password, which logs every browser of the account out.
    password: Option<String>,
}

pub async fn change_account(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
    Body(wish): Body<AccountChange>,
) -> Result<Json<AccountView>, Problem> {
    let actor = caller.authorize(Action::Accounts)?;
    let account = name("account", &account)?;
    let person = person(&house, wish.person.as_deref())?;
    let AccountChange { display_name, role, password, .. } = wish;
    let password_hash = match password {
        Some(password) => Some(new_password(&house, "password", password).await?),
        None => None,
    };
    let change = Command::ChangeAccount { account: account.clone(), display_name, role, person };
    house.keeper.ask(actor.clone(), change).await?;
    if let Some(password_hash) = password_hash {
        house.keeper.ask(actor, Command::ChangePassword { account: account.clone(), password_hash }).await?;
    }
    Ok(Json(known(&house, &account)?))
}

/// Asks for what has no other words than the account's name, and answers the account as it is then.
async fn asked(
    house: &House,
    caller: &Caller,
    account: &str,
    command: impl FnOnce(Name) -> Command,
) -> Result<Json<AccountView>, Problem> {
    let actor = caller.authorize(Action::Accounts)?;
    let account = name("account", account)?;
    house.keeper.ask(actor, command(account.clone())).await?;
    Ok(Json(known(house, &account)?))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleChange {
    /// `viewer`, `responder` or `admin`.
    #[schema(value_type = String)]
    role: AccountRole,
}

pub async fn change_role(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
    Body(wish): Body<RoleChange>,
) -> Result<Json<AccountView>, Problem> {
    asked(&house, &caller, &account, |account| Command::ChangeRole { account, role: wish.role }).await
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    password: String,
}

/// A password that somebody else chose is known to two: a one-time link is better where the person can open one.
pub async fn set_password(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
    Body(wish): Body<NewPassword>,
) -> Result<Json<AccountView>, Problem> {
    caller.authorize(Action::Accounts)?;
    // Before the slow hash, so that it is not done for nobody.
    known(&house, &name("account", &account)?)?;
    let password_hash = new_password(&house, "password", wish.password).await?;
    asked(&house, &caller, &account, |account| Command::ChangePassword { account, password_hash }).await
}

pub async fn disable_account(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    asked(&house, &caller, &account, |account| Command::DisableAccount { account }).await
}

pub async fn enable_account(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<Json<AccountView>, Problem> {
    asked(&house, &caller, &account, |account| Command::EnableAccount { account }).await
}

pub async fn make_link(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<(StatusCode, Extension<ToldOnce>, Json<AccountView>), Problem> {
    let actor = caller.authorize(Action::Accounts)?;
    let account = name("account", &account)?;
    let link = auth::make_link(&house, actor, &account).await?;
    Ok((StatusCode::CREATED, Extension(ToldOnce), Json(AccountView { link: Some(link), ..known(&house, &account)? })))
}

pub async fn end_sessions(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Accounts)?;
    let account = name("account", &account)?;
    house.keeper.ask(actor, Command::EndSessions { account, but: None }).await?;
    Ok(StatusCode::NO_CONTENT)
}

pub async fn remove_account(
    State(house): State<House>,
    caller: Caller,
    Path(account): Path<String>,
) -> Result<StatusCode, Problem> {
    let actor = caller.authorize(Action::Accounts)?;
    house.keeper.ask(actor, Command::RemoveAccount { account: name("account", &account)? }).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The person of the estate that an account shall be; empty means nobody.
pub(super) fn person(house: &House, text: Option<&str>) -> Result<Option<Name>, Problem> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let person = name("person", text)?;
    match house.keeper.world().estate().persons.contains_key(&person) {
        true => Ok(Some(person)),
        false => Err(Problem::field("person", format!("the estate has no person `{person}`"))),
    }
}

pub(super) async fn new_password(house: &House, field: &str, password: String) -> Result<String, Problem> {
    auth::check_length(&password).map_err(|why| Problem::field(field, why))?;
    let hashed = auth::hash_password(&house.gate, password).await;
    hashed.map_err(|why| Problem::new(StatusCode::SERVICE_UNAVAILABLE, why).retry_after(5))
}
