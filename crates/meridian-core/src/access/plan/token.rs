//! API tokens: what may be made, and what is revoked.

use super::super::{Access, AccessFact, Scope};
use crate::{
    Instant,
    command::{Command, Refusal},
    id::Name,
};

const TOKENS_MAX: usize = 10_000;

pub(super) fn plan(access: &Access, command: &Command, now: Instant) -> Option<Result<Vec<AccessFact>, Refusal>> {
    Some(match command {
        Command::CreateToken { token, hash, prefix, scopes, created_by, expires } => {
            create(access, token, scopes, *expires, now).map(|scopes| {
                vec![AccessFact::TokenCreated {
                    token: token.clone(),
                    hash: hash.clone(),
                    prefix: prefix.clone(),
                    scopes,
                    created_by: created_by.clone(),
                    expires: *expires,
                }]
            })
        }
        Command::RevokeToken { token } => match access.token(token.as_str()) {
            None => Err(Refusal::NotFound(format!("the token `{token}`"))),
            Some(_) => Ok(vec![AccessFact::TokenRevoked { token: token.clone() }]),
        },
        _ => return None,
    })
}

fn create(
    access: &Access,
    token: &Name,
    scopes: &[Scope],
    expires: Option<Instant>,
    now: Instant,
) -> Result<Vec<Scope>, Refusal> {
    if access.token(token.as_str()).is_some() {
        return Err(Refusal::Conflict(format!("there is a token `{token}` already; revoke it or choose another name")));
    }
    if access.tokens().len() >= TOKENS_MAX {
        return Err(Refusal::Conflict(format!("there are {TOKENS_MAX} tokens; revoke those that are not needed")));
    }
    if scopes.is_empty() {
        return Err(Refusal::Invalid { field: "scopes", why: "a token without a scope may do nothing".into() });
    }
    if expires.is_some_and(|end| end <= now) {
        return Err(Refusal::Invalid { field: "expires", why: "it is past".into() });
    }
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    Ok(scopes)
}
