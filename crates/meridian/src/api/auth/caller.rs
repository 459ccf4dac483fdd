//! The extractor that says who is asking.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use meridian_core::{
    access::{Action, Principal, may},
    id::Actor,
};

use super::{login::cookie_name, secret};
use crate::{
    api::Problem,
    serve::{House, front::Peer, proxy},
};

/// Who asks, and how that was proved. As an extractor it refuses only a token that is wrong and a request that another
/// site made; whether the caller may do what it asks for is [`Caller::allow`]'s or [`Caller::authorize`]'s to say.
#[derive(Clone, Debug)]
pub struct Caller {
    pub principal: Principal,
    pub via: Via,
    /// Where the request came from; a trusted proxy's word is believed.
    pub address: IpAddr,
    csrf_proved: bool,
    csrf: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Via {
    Nothing,
    /// A cookie; what counts is the hash of its secret.
    Session {
        hash: String,
    },
    /// `Authorization: Bearer`, or `Basic` with the token as the password.
    Token,
    Demo,
}

impl FromRequestParts<House> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, house: &House) -> Result<Caller, Problem> {
        let peer = parts.extensions.get::<Peer>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip());
        let address = proxy::client(peer, &parts.headers, &house.settings.trusted_proxies);
        let (principal, via) = identify(&parts.headers, house)?;
        let unsafe_method = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
        // A browser never brings a token by itself; and even a login form of another site would be a trap.
        if unsafe_method && via != Via::Token && !is_from_here(&parts.headers, &house.settings.external_url) {
            let why = "another site made this request; open Meridian itself and try there";
            return Err(Problem::new(StatusCode::FORBIDDEN, why));
        }
        let csrf = match &via {
            Via::Session { hash } => Some(house.gate.csrf(hash)),
            _ => None,
        };
        let sent = parts.headers.get("x-csrf-token").and_then(|v| v.to_str().ok());
        let csrf_proved = !unsafe_method || csrf.is_none() || csrf.as_deref() == sent;
        Ok(Caller { principal, via, address, csrf_proved, csrf })
    }
}

impl Caller {
    /// For pages: may the caller? The proof against foreign forms is [`Caller::check_form`].
    pub fn allow(&self, action: Action) -> Result<Actor, Problem> {
        if may(&self.principal, action) {
            Ok(self.principal.actor())
        } else {
            Err(Problem::forbidden(&self.principal, action))
        }
    }

    /// For the API: may the caller, and did a browser prove that the request comes from our own page?
    pub fn authorize(&self, action: Action) -> Result<Actor, Problem> {
        if !self.csrf_proved {
            return Err(no_csrf("the header X-CSRF-Token is missing or stale; `GET /api/v1/me` tells it"));
        }
        self.allow(action)
    }

    /// What forms carry in the hidden field `csrf`; empty where none is needed.
    pub fn csrf(&self) -> &str {
        self.csrf.as_deref().unwrap_or_default()
    }

    /// Whether a form came from our own page.
    pub fn check_form(&self, csrf: &str) -> Result<(), Problem> {
        match &self.csrf {
            Some(expected) if expected != csrf => Err(no_csrf("this page is stale; load it again and repeat")),
            _ => Ok(()),
        }
    }
}

fn no_csrf(why: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, why)
}

fn identify(headers: &HeaderMap, house: &House) -> Result<(Principal, Via), Problem> {
    if let Some(value) = headers.get(header::AUTHORIZATION) {
        let token = value.to_str().ok().and_then(token_of);
        let known = token.and_then(|token| by_token(&token, house));
        return known.map(|principal| (principal, Via::Token)).ok_or_else(|| {
            Problem::new(
                StatusCode::UNAUTHORIZED,
                "this API token is unknown, revoked or expired; an admin can make a new one",
            )
        });
    }
    if let Some(secret) = cookie(headers, cookie_name(house)) {
        let hash = secret::hash(secret);
        if let Some(principal) = house.keeper.world().access.by_session(&hash, house.clock.now()) {
            return Ok((principal, Via::Session { hash }));
        }
    }
    Ok(if house.settings.demo { (Principal::Demo, Via::Demo) } else { (Principal::Anonymous, Via::Nothing) })
}

/// Whose token this is, if it is one and lives.
pub fn by_token(token: &str, house: &House) -> Option<Principal> {
    if !secret::is_token(token) {
        return None;
    }
    house.keeper.world().access.by_token(&secret::hash(token), house.clock.now())
}

fn token_of(authorization: &str) -> Option<String> {
    let (scheme, rest) = authorization.split_once(' ')?;
    if scheme.eq_ignore_ascii_case("bearer") {
        return Some(rest.trim().to_owned());
    }
    if scheme.eq_ignore_ascii_case("basic") {
        let decoded = String::from_utf8(BASE64_STANDARD.decode(rest.trim()).ok()?).ok()?;
        return decoded.split_once(':').map(|(_, password)| password.to_owned());
    }
    None
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).into_iter().filter_map(|v| v.to_str().ok());
    lines.flat_map(|line| line.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// A browser says where a request comes from; programs say nothing and bring no cookie by themselves.
pub fn is_from_here(headers: &HeaderMap, external_url: &str) -> bool {
    let text = |name: &str| headers.get(name).map(|v| v.to_str().unwrap_or("?"));
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    let Some(origin) = text("origin") else { return true };
    // A sandboxed page has the origin `null`, which has no host.
    let Some((_, host)) = origin.split_once("://") else { return false };
    text("host").is_some_and(|own| host.eq_ignore_ascii_case(own)) || is_origin_of(origin, external_url)
}

fn is_origin_of(origin: &str, url: &str) -> bool {
    let Some((begin, rest)) = url.split_at_checked(origin.len()) else { return false };
    begin.eq_ignore_ascii_case(origin) && (rest.is_empty() || rest.starts_with('/'))
}
