//! Accounts by form. The rules stand in core and with the API's own; here are only the forms.

use axum::{
    Form,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use meridian_core::{
    Command,
    access::{AccountRole, Action, Principal},
    id::{Actor, Name},
};
use serde::Deserialize;

use super::{
    Fields,
    access::{sentence, with_cookie},
};
use crate::{
    api::{
        Problem,
        auth::{self, LoginError},
    },
    ui::{
        pages,
        parts::list::Tone,
        read,
        view::accounts::{AccountForm, AccountView, AccountsView, FreshLink, JoinView, OwnAccountView},
        visitor::{Member, Visitor},
    },
};

type Sent = Form<Vec<(String, String)>>;

fn reader(v: &Visitor) -> Option<&Name> {
    match &v.principal {
        Principal::Session { account, .. } => Some(account),
        _ => None,
    }
}

fn not_yours(v: &Visitor) -> Response {
    v.oops(StatusCode::FORBIDDEN, "This is not yours to see", "Only an admin sees and changes accounts.")
}

fn no_account(v: &Visitor) -> Response {
    v.oops(StatusCode::NOT_FOUND, "There is no such account", "It was removed, or never made.")
}

fn show_all(v: &Visitor, status: StatusCode, fill: impl FnOnce(AccountsView) -> AccountsView) -> Response {
    let world = v.house.keeper.world();
    let markup = pages::accounts(&v.shell(&world), &fill(read::accounts(&v.lens(&world))));
    drop(world);
    v.page(status, markup)
}

fn show_one(v: &Visitor, name: &Name, status: StatusCode, fill: impl FnOnce(AccountView) -> AccountView) -> Response {
    let world = v.house.keeper.world();
    let markup =
        read::account(&v.lens(&world), name, reader(v)).map(|view| pages::account(&v.shell(&world), &fill(view)));
    drop(world);
    match markup {
        Some(markup) => v.page(status, markup),
        None => no_account(v),
    }
}

pub async fn all(Member(v): Member) -> Response {
    match v.caller.allow(Action::Accounts) {
        Ok(_) => show_all(&v, StatusCode::OK, |view| view),
        Err(_) => not_yours(&v),
    }
}

pub async fn one(Member(v): Member, Path(name): Path<String>) -> Response {
    match (v.caller.allow(Action::Accounts), name.parse::<Name>()) {
        (Err(_), _) => not_yours(&v),
        (_, Err(_)) => no_account(&v),
        (Ok(_), Ok(name)) => show_one(&v, &name, StatusCode::OK, |view| view),
    }
}

/// What a form said of an account.
fn wished(fields: &Fields) -> AccountForm {
    let role = AccountRole::ALL.into_iter().find(|role| role.word() == fields.get("role"));
    AccountForm {
        account: fields.get("account").to_owned(),
        display_name: fields.get("display_name").to_owned(),
        person: fields.get("person").to_owned(),
        // What no form of ours sends gets the least.
        role: role.unwrap_or(AccountRole::Viewer),
        error: None,
    }
}

/// Beside which field a problem belongs; `account` where it is about the whole.
fn misplaced(problem: &Problem) -> (&'static str, String) {
    let pointer = problem.errors.first().map_or("", |error| error.pointer.trim_start_matches('/'));
    let field = ["display_name", "person", "role"].into_iter().find(|field| *field == pointer);
    let why = problem.errors.first().map_or(&problem.detail, |error| &error.message);
    (field.unwrap_or("account"), sentence(why))
}

fn chosen_person(v: &Visitor, form: &AccountForm) -> Result<Option<Name>, (&'static str, String)> {
    let Some(text) = Some(&form.person).filter(|text| !text.is_empty()) else { return Ok(None) };
    let world = v.house.keeper.world();
    let known = text.parse::<Name>().ok().filter(|person| world.estate().persons.contains_key(person));
    known.map(Some).ok_or_else(|| ("person", "The estate has no such person now".to_owned()))
}

/// The link is in this very answer and nowhere else: no redirect, nothing kept but its hash.
pub async fn invite(Member(v): Member, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Accounts, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let form = wished(&fields);
    let wish = form.account.parse::<Name>().map_err(|why| ("account", sentence(&why.to_string())));
    let error = match wish.and_then(|account| Ok((account, chosen_person(&v, &form)?))) {
        Err(error) => error,
        Ok((account, person)) => {
            let made = auth::invite(&v.house, actor, &account, form.display_name.clone(), form.role, person).await;
            match made {
                Ok(link) => {
                    let fresh = fresh(&v, &account, link);
                    return show_all(&v, StatusCode::OK, |view| AccountsView { fresh, ..view });
                }
                Err(problem) if problem.status == 503 => return problem.into_response(),
                Err(problem) => misplaced(&problem),
            }
        }
    };
    let form = AccountForm { error: Some(error), ..form };
    show_all(&v, StatusCode::UNPROCESSABLE_ENTITY, |view| AccountsView { form, ..view })
}

fn fresh(v: &Visitor, account: &Name, link: String) -> Option<FreshLink> {
    let world = v.house.keeper.world();
    let until = world.access.account(account.as_str())?.link.as_ref()?.until;
    Some(FreshLink { account: account.to_string(), link, until })
}

pub async fn change(Member(v): Member, Path(name): Path<String>, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let (actor, account) = match admin(&v, &name, &fields) {
        Ok(both) => both,
        Err(refused) => return *refused,
    };
    let form = wished(&fields);
    let error = match chosen_person(&v, &form) {
        Err(error) => error,
        Ok(person) => {
            let (display_name, role) = (form.display_name.clone(), form.role);
            let command = Command::ChangeAccount { account: account.clone(), display_name, role, person };
            match v.house.keeper.ask(actor, command).await {
                Ok(_) => return v.back(&format!("/accounts/{account}"), Tone::Good, "The account is changed."),
                Err(error) => {
                    let problem = Problem::from(error);
                    if problem.status == 503 {
                        return problem.into_response();
                    }
                    let (field, why) = misplaced(&problem);
                    // What is refused here is the role: the account itself stands already.
                    (if field == "account" { "role" } else { field }, why)
                }
            }
        }
    };
    let form = AccountForm { error: Some(error), ..form };
    show_one(&v, &account, StatusCode::UNPROCESSABLE_ENTITY, |view| AccountView { form, ..view })
}

/// Whether the visitor may change this account by a form of ours.
fn admin(v: &Visitor, name: &str, fields: &Fields) -> Result<(Actor, Name), Box<Response>> {
    let actor = v.act(Action::Accounts, fields.get("csrf"))?;
    let account = name.parse::<Name>().map_err(|_| Box::new(no_account(v)))?;
    Ok((actor, account))
}

pub async fn make_link(Member(v): Member, Path(name): Path<String>, Form(pairs): Sent) -> Response {
    let (actor, account) = match admin(&v, &name, &Fields(pairs)) {
        Ok(both) => both,
        Err(refused) => return *refused,
    };
    match auth::make_link(&v.house, actor, &account).await {
        Ok(link) => {
            let fresh = fresh(&v, &account, link);
            show_one(&v, &account, StatusCode::OK, |view| AccountView { fresh, ..view })
        }
        Err(problem) => problem.into_response(),
    }
}

/// A button that needs no more than the account's name.
pub async fn act(Member(v): Member, Path((name, act)): Path<(String, String)>, Form(pairs): Sent) -> Response {
    let (actor, account) = match admin(&v, &name, &Fields(pairs)) {
        Ok(both) => both,
        Err(refused) => return *refused,
    };
    let here = format!("/accounts/{account}");
    let own = reader(&v) == Some(&account);
    let (command, to, said) = match act.as_str() {
        "disable" => (
            Command::DisableAccount { account },
            &*here,
            "It is disabled: it can't log in, and its tokens open nothing.",
        ),
        "enable" => (Command::EnableAccount { account }, &*here, "It is enabled; its tokens work again."),
        "sessions" => (Command::EndSessions { account, but: None }, &*here, "Its browsers are logged out."),
        "remove" => (Command::RemoveAccount { account }, "/accounts", "The account is removed."),
        _ => return no_account(&v),
    };
    match v.house.keeper.ask(actor, command).await {
        // Whoever just logged out, disabled or removed themselves has no page to come back to.
        Ok(_) if own => Redirect::to("/login").into_response(),
        Ok(_) => v.back(to, Tone::Good, said),
        Err(error) => v.refused(&here, &error),
    }
}

fn show_own(v: &Visitor, status: StatusCode, error: Option<(&'static str, String)>) -> Response {
    let world = v.house.keeper.world();
    let view = reader(v).and_then(|name| read::own_account(&v.lens(&world), name));
    let markup = view.map(|view| pages::own_account(&v.shell(&world), &OwnAccountView { error, ..view }));
    drop(world);
    match markup {
        Some(markup) => v.page(status, markup),
        None => {
            v.oops(StatusCode::FORBIDDEN, "You have no account here", "A demonstration and an API token have none.")
        }
    }
}

pub async fn own(Member(v): Member) -> Response {
    show_own(&v, StatusCode::OK, None)
}

pub async fn own_password(Member(v): Member, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::OwnAccount, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Some(account) = reader(&v).cloned() else { return show_own(&v, StatusCode::FORBIDDEN, None) };
    match new_password(&v, &account, &fields).await {
        Err((status, error)) => show_own(&v, status, Some(error)),
        Ok(password_hash) => {
            let command = Command::ChangePassword { account: account.clone(), password_hash };
            if let Err(error) = v.house.keeper.ask(actor, command).await {
                return v.refused("/account", &error);
            }
            // The new password logged this browser out, too; whoever chose it need not type it again.
            let back = v.back("/account", Tone::Good, "Your password is changed; your other browsers are logged out.");
            match auth::open_session(&v.house, account).await {
                Ok(cookie) => with_cookie(back, cookie),
                Err(_) => Redirect::to("/login").into_response(),
            }
        }
    }
}

/// The hash of a new password, when the old one was right; or what stands beside which field.
async fn new_password(
    v: &Visitor,
    account: &Name,
    fields: &Fields,
) -> Result<String, (StatusCode, (&'static str, String))> {
    // Spaces at the ends of a password are part of it.
    let raw = |name| fields.all(name).next().unwrap_or_default().to_owned();
    let wrong = |field, why: &str| (StatusCode::UNPROCESSABLE_ENTITY, (field, sentence(why)));
    if raw("password") != raw("again") {
        return Err(wrong("again", "The two passwords differ"));
    }
    auth::check_length(&raw("password")).map_err(|why| wrong("password", &why))?;
    auth::log_in_again(&v.house, v.caller.address, account, raw("old")).await.map_err(|error| match error {
        LoginError::Wrong => wrong("old", "this is not your present password"),
        LoginError::TooOften => (StatusCode::TOO_MANY_REQUESTS, ("old", sentence(&error.to_string()))),
        other => (StatusCode::SERVICE_UNAVAILABLE, ("old", sentence(&other.to_string()))),
    })?;
    let hashed = auth::hash_password(&v.house.gate, raw("password")).await;
    hashed.map_err(|why| (StatusCode::SERVICE_UNAVAILABLE, ("password", sentence(&why))))
}

pub async fn own_sessions(Member(v): Member, Form(pairs): Sent) -> Response {
    let actor = match v.act(Action::OwnAccount, Fields(pairs).get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    match auth::end_other_sessions(&v.house, &v.caller, actor).await {
        Ok(()) => v.back("/account", Tone::Good, "Your other browsers are logged out."),
        Err(problem) => problem.into_response(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    token: String,
}

pub async fn join_form(v: Visitor, Query(asked): Query<Asked>) -> Response {
    show_join(&v, asked.token, StatusCode::OK, None)
}

fn show_join(v: &Visitor, key: String, status: StatusCode, error: Option<(&'static str, String)>) -> Response {
    let account = match auth::by_link(&v.house, &key) {
        Ok(account) => account,
        Err(problem) => {
            return v.oops(
                StatusCode::FORBIDDEN,
                "This link opens nothing",
                &format!("{}.", sentence(&problem.detail)),
            );
        }
    };
    let known = v.house.keeper.world().access.account(account.as_str()).map(|known| known.display_name.clone());
    let view = JoinView { account: account.to_string(), display_name: known.unwrap_or_default(), key, error };
    v.page(status, pages::join(v.theme(), v.caller.csrf(), &view))
}

pub async fn join(v: Visitor, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    if let Err(stale) = v.caller.check_form(fields.get("csrf")) {
        return stale.into_response();
    }
    let key = fields.get("key").to_owned();
    let raw = |name| fields.all(name).next().unwrap_or_default().to_owned();
    let error = if raw("password") == raw("again") {
        match auth::join(&v.house, &key, raw("password")).await {
            Ok(cookie) => return with_cookie(Redirect::to("/").into_response(), cookie),
            Err(problem) => match problem.errors.first() {
                Some(field) => ("password", sentence(&field.message)),
                None => ("", sentence(&problem.detail)),
            },
        }
    } else {
        ("again", "The two passwords differ".to_owned())
    };
    show_join(&v, key, StatusCode::UNPROCESSABLE_ENTITY, Some(error))
}
