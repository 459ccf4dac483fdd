//! What to do with a wish about access, or why not.

use super::{Access, AccessFact, Account, AccountRole, Scope};
use crate::{
    Instant,
    command::{Command, Refusal},
    id::Name,
};

/// A browser more than this many logs the account's oldest one out.
const SESSIONS_PER_ACCOUNT_MAX: usize = 20;
const DISPLAY_NAME_CHARS_MAX: usize = 100;
const TOKENS_MAX: usize = 10_000;

/// The facts that `command` leads to; none if it is so already. `None`: the command is about something else.
pub fn plan(access: &Access, command: &Command, now: Instant) -> Option<Result<Vec<AccessFact>, Refusal>> {
    Some(match command {
        Command::CreateAccount { account, display_name, password_hash, role, person, first } => {
            create_account(access, account, *role, *first).and_then(|()| check_display_name(display_name)).map(|()| {
                vec![AccessFact::AccountCreated {
                    account: account.clone(),
                    display_name: display_name.clone(),
                    password_hash: password_hash.clone(),
                    role: *role,
                    person: person.clone(),
                }]
            })
        }
        Command::ChangeAccount { account, display_name, role, person } => {
            change_account(access, account, display_name, *role, person.as_ref())
        }
        Command::ChangePassword { account, password_hash } => known(access, account).map(|_| {
            vec![AccessFact::PasswordChanged { account: account.clone(), password_hash: password_hash.clone() }]
        }),
        Command::RemoveAccount { account } => remove_account(access, account),
        Command::OpenSession { hash, account, until } => open_session(access, hash, account, *until, now),
        Command::CloseSession { hash } if access.by_session(hash, Instant::MIN).is_none() => Ok(vec![]),
        Command::CloseSession { hash } => Ok(vec![AccessFact::SessionClosed { hash: hash.clone() }]),
        Command::CreateToken { token, hash, prefix, scopes, created_by, expires } => {
            create_token(access, token, scopes, *expires, now).map(|scopes| {
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

fn known<'a>(access: &'a Access, account: &Name) -> Result<&'a Account, Refusal> {
    access.account(account.as_str()).ok_or_else(|| Refusal::NotFound(format!("the account `{account}`")))
}

fn check_display_name(text: &str) -> Result<(), Refusal> {
    let why = if text.trim().is_empty() {
        "it is empty".into()
    } else if text.chars().count() > DISPLAY_NAME_CHARS_MAX {
        format!("it is longer than {DISPLAY_NAME_CHARS_MAX} characters")
    } else if text.chars().any(char::is_control) {
        "it holds a control character".into()
    } else {
        return Ok(());
    };
    Err(Refusal::Invalid { field: "display_name", why })
}

fn create_account(access: &Access, account: &Name, role: AccountRole, first: bool) -> Result<(), Refusal> {
    if first && !access.is_empty() {
        return Err(Refusal::Conflict("the first account was made already; ask an admin for yours".into()));
    }
    if access.is_empty() && role != AccountRole::Admin {
        return Err(Refusal::Invalid { field: "role", why: "the first account must be an admin".into() });
    }
    match access.account(account.as_str()) {
        Some(_) => Err(Refusal::Conflict(format!("there is an account `{account}` already; choose another name"))),
        None => Ok(()),
    }
}

fn change_account(
    access: &Access,
    account: &Name,
    display_name: &str,
    role: AccountRole,
    person: Option<&Name>,
) -> Result<Vec<AccessFact>, Refusal> {
    let before = known(access, account)?;
    check_display_name(display_name)?;
    if role != AccountRole::Admin && access.is_last_admin(account) {
        return Err(last_admin(account, "made a smaller role"));
    }
    if before.display_name == display_name && before.role == role && before.person.as_ref() == person {
        return Ok(vec![]);
    }
    let mut facts = vec![AccessFact::AccountChanged {
        account: account.clone(),
        display_name: display_name.to_owned(),
        role,
        person: person.cloned(),
    }];
    // Whoever may less from now on must not keep the power in a token.
    facts.extend(revoked(access, account, |scopes| scopes.iter().any(|scope| !role.grants(*scope))));
    Ok(facts)
}

fn remove_account(access: &Access, account: &Name) -> Result<Vec<AccessFact>, Refusal> {
    known(access, account)?;
    if access.is_last_admin(account) {
        return Err(last_admin(account, "removed"));
    }
    let mut facts = vec![AccessFact::AccountRemoved { account: account.clone() }];
    facts.extend(revoked(access, account, |_| true));
    Ok(facts)
}

fn last_admin(account: &Name, what: &str) -> Refusal {
    Refusal::Conflict(format!("`{account}` is the last admin and can't be {what}; make somebody else an admin first"))
}

/// The tokens that `account` made and that `concerns`.
fn revoked(access: &Access, account: &Name, concerns: impl Fn(&[Scope]) -> bool) -> Vec<AccessFact> {
    let made = access.tokens().into_iter().filter(|t| t.created_by == account.as_str() && concerns(&t.scopes));
    made.map(|token| AccessFact::TokenRevoked { token: token.name.clone() }).collect()
}

fn open_session(
    access: &Access,
    hash: &str,
    account: &Name,
    until: Instant,
    now: Instant,
) -> Result<Vec<AccessFact>, Refusal> {
    known(access, account)?;
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

fn create_token(
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
