//! Login, the first account, and API tokens. The rules stand with the API's own; here are only the forms.

use axum::{
    Form,
    extract::{Path, Query},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use jiff::SignedDuration;
use meridian_core::{
    Command,
    access::{Action, Principal, Scope},
    id::Name,
};
use serde::Deserialize;

use super::{Fields, own_path};
use crate::{
    api::auth::{self, LoginError},
    ui::{
        pages,
        parts::list::Tone,
        read,
        view::access::{LoginView, SetupView, TokensView},
        visitor::{Member, Visitor},
    },
};

type Sent = Form<Vec<(String, String)>>;

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    next: String,
    token: String,
}

pub async fn login_form(v: Visitor, Query(asked): Query<Asked>) -> Response {
    if v.principal != Principal::Anonymous {
        return Redirect::to(own_path(&asked.next)).into_response();
    }
    let first = auth::setup_link(&v.house).is_some();
    let view = LoginView { next: own_path(&asked.next).to_owned(), first, ..LoginView::default() };
    v.page(StatusCode::OK, pages::login(v.theme(), v.caller.csrf(), &view))
}

pub async fn login(v: Visitor, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let next = own_path(fields.get("next")).to_owned();
    // Spaces at the ends of a password are part of it.
    let password = fields.all("password").next().unwrap_or_default().to_owned();
    match auth::log_in(&v.house, v.caller.address, fields.get("account"), password).await {
        Ok(cookie) => with_cookie(Redirect::to(&next).into_response(), cookie),
        Err(error) => {
            let (status, hint) = match &error {
                LoginError::Wrong => (StatusCode::UNAUTHORIZED, "Check both; an admin can give you a new password."),
                LoginError::Disabled => {
                    (StatusCode::FORBIDDEN, "The password is right; nothing else is wrong with it.")
                }
                LoginError::TooOften => {
                    (StatusCode::TOO_MANY_REQUESTS, "Nothing was tried; the limit guards the passwords.")
                }
                LoginError::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "Try again in a moment."),
            };
            let view = LoginView {
                account: fields.get("account").to_owned(),
                error: Some((sentence(&error.to_string()), hint)),
                first: auth::setup_link(&v.house).is_some(),
                next,
            };
            v.page(status, pages::login(v.theme(), v.caller.csrf(), &view))
        }
    }
}

pub async fn logout(v: Visitor, Form(pairs): Sent) -> Response {
    if let Err(stale) = v.caller.check_form(Fields(pairs).get("csrf")) {
        return stale.into_response();
    }
    match auth::log_out(&v.house, &v.caller).await {
        Ok(cookie) => with_cookie(Redirect::to("/login").into_response(), cookie),
        Err(problem) => problem.into_response(),
    }
}

pub(super) fn with_cookie(mut response: Response, cookie: HeaderValue) -> Response {
    response.headers_mut().append(header::SET_COOKIE, cookie);
    response
}

pub(super) fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn people(v: &Visitor) -> Vec<(String, String)> {
    let world = v.house.keeper.world();
    v.lens(&world).choices().into_iter().map(|(name, word)| (name.to_string(), word)).collect()
}

pub async fn setup_form(v: Visitor, Query(asked): Query<Asked>) -> Response {
    if auth::setup_link(&v.house).is_none() {
        return Redirect::to("/login").into_response();
    }
    // The names of the estate are for whoever holds the link, and nobody else.
    let link = auth::setup_link(&v.house).unwrap_or_default();
    let holds = !asked.token.is_empty() && link.ends_with(&format!("token={}", asked.token));
    if !holds {
        return v.oops(
            StatusCode::FORBIDDEN,
            "This is not the setup link",
            "Meridian printed it when it started; open that one.",
        );
    }
    let view = SetupView { key: asked.token, people: people(&v), ..SetupView::default() };
    v.page(StatusCode::OK, pages::setup(v.theme(), v.caller.csrf(), &view))
}

pub async fn setup(v: Visitor, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let raw = |name| fields.all(name).next().unwrap_or_default().to_owned();
    let mut view = SetupView {
        account: fields.get("account").to_owned(),
        display_name: fields.get("display_name").to_owned(),
        person: fields.get("person").to_owned(),
        people: Vec::new(),
        key: fields.get("key").to_owned(),
        error: None,
    };
    if let Err(problem) = auth::check_setup(&v.house, v.caller.address, &view.key) {
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::FORBIDDEN);
        return v.oops(status, "This is not the setup link", &sentence(&problem.detail));
    }
    let outcome = match (view.account.parse::<Name>(), raw("password") == raw("again")) {
        (Err(why), _) => Err(("account", why.to_string())),
        (_, false) => Err(("again", "The two passwords differ".to_owned())),
        (Ok(_), true) if view.display_name.is_empty() => Err(("display_name", "is empty".to_owned())),
        (Ok(account), true) => {
            let password = raw("password");
            match auth::check_length(&password) {
                Err(why) => Err(("password", sentence(&why))),
                Ok(()) => {
                    let person = view.person.parse().ok();
                    let made = auth::set_up(
                        &v.house,
                        v.caller.address,
                        &view.key,
                        account,
                        view.display_name.clone(),
                        password,
                        person,
                    );
                    made.await.map_err(|problem| ("", sentence(&problem.detail)))
                }
            }
        }
    };
    match outcome {
        Ok(cookie) => with_cookie(Redirect::to("/").into_response(), cookie),
        Err(error) => {
            if !error.0.is_empty() {
                view.people = people(&v);
            }
            view.error = Some(error);
            v.page(StatusCode::UNPROCESSABLE_ENTITY, pages::setup(v.theme(), v.caller.csrf(), &view))
        }
    }
}

fn show_tokens(v: &Visitor, status: StatusCode, fill: impl FnOnce(TokensView) -> TokensView) -> Response {
    let world = v.house.keeper.world();
    let markup = pages::tokens(&v.shell(&world), &fill(read::tokens(&v.lens(&world))));
    drop(world);
    v.page(status, markup)
}

pub async fn tokens(Member(v): Member) -> Response {
    match v.caller.allow(Action::Tokens) {
        Ok(_) => show_tokens(&v, StatusCode::OK, |view| view),
        Err(_) => v.oops(StatusCode::FORBIDDEN, "This is not yours to see", "Only an admin sees and makes API tokens."),
    }
}

/// The token is in this very answer and nowhere else: no redirect, nothing kept but its hash.
pub async fn make_token(Member(v): Member, Form(pairs): Sent) -> Response {
    let fields = Fields(pairs);
    let actor = match v.act(Action::Tokens, fields.get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let named = fields.get("name").to_owned();
    let scopes: Vec<Scope> =
        Scope::ALL.into_iter().filter(|scope| fields.all("scope").any(|word| word == scope.word())).collect();
    let wrong = |field, why: String| {
        show_tokens(&v, StatusCode::UNPROCESSABLE_ENTITY, |view| TokensView {
            error: Some((field, why)),
            name: named.clone(),
            ..view
        })
    };
    let token = match named.parse::<Name>() {
        Ok(token) => token,
        Err(why) => return wrong("name", why.to_string()),
    };
    if scopes.is_empty() {
        return wrong("scope", "Choose at least one: a token that may nothing is of no use".into());
    }
    let days = fields.get("days").parse::<i64>().ok().filter(|days| (1..=3650).contains(days));
    let expires = days.and_then(|days| v.now.checked_add(SignedDuration::from_hours(days * 24)).ok());
    let auth::Drawn { secret, hash, prefix } = match auth::draw_token() {
        Ok(drawn) => drawn,
        Err(error) => {
            return v.oops(StatusCode::SERVICE_UNAVAILABLE, "Not now", &format!("No random numbers: {error}"));
        }
    };
    let created_by = match &v.principal {
        Principal::Session { account, .. } => account.to_string(),
        other => other.actor().to_string(),
    };
    let command = Command::CreateToken { token, hash, prefix, scopes, created_by, expires };
    match v.house.keeper.ask(actor, command).await {
        Ok(_) => show_tokens(&v, StatusCode::OK, |view| TokensView { fresh: Some((named.clone(), secret)), ..view }),
        Err(crate::serve::AskError::Refused(refusal)) => wrong("name", refusal.to_string()),
        Err(error) => v.refused("/tokens", &error),
    }
}

pub async fn revoke_token(Member(v): Member, Path(name): Path<String>, Form(pairs): Sent) -> Response {
    let actor = match v.act(Action::Tokens, Fields(pairs).get("csrf")) {
        Ok(actor) => actor,
        Err(refused) => return *refused,
    };
    let Ok(token) = name.parse::<Name>() else {
        return v.oops(StatusCode::NOT_FOUND, "There is no such token", "It was revoked, or never made.");
    };
    match v.house.keeper.ask(actor, Command::RevokeToken { token }).await {
        Ok(_) => v.back("/tokens", Tone::Good, "Revoked. Whoever uses it is refused from now on."),
        Err(error) => v.refused("/tokens", &error),
    }
}
