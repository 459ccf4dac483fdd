//! Accounts: made, invited, changed, disabled, removed; and never the last admin.

use super::super::{Access, AccessFact, Account, AccountRole, Scope, Standing};
use crate::{
    Instant,
    command::{Command, Refusal},
    id::Name,
};

const DISPLAY_NAME_CHARS_MAX: usize = 100;
const ACCOUNTS_MAX: usize = 10_000;

pub(super) fn plan(access: &Access, command: &Command, now: Instant) -> Option<Result<Vec<AccessFact>, Refusal>> {
    Some(match command {
        Command::CreateAccount { account, display_name, password_hash, role, person, first } => {
            may_make(access, account, *role, *first).and_then(|()| check_display_name(display_name)).map(|()| {
                vec![AccessFact::AccountCreated {
                    account: account.clone(),
                    display_name: display_name.clone(),
                    password_hash: password_hash.clone(),
                    role: *role,
                    person: person.clone(),
                }]
            })
        }
        Command::InviteAccount { account, display_name, role, person, link_hash, until } => {
            may_invite(access, account, *role, *until, now).and_then(|()| check_display_name(display_name)).map(|()| {
                vec![AccessFact::AccountInvited {
                    account: account.clone(),
                    display_name: display_name.clone(),
                    role: *role,
                    person: person.clone(),
                    link_hash: link_hash.clone(),
                    until: *until,
                }]
            })
        }
        Command::MakeLink { account, link_hash, until } => make_link(access, account, link_hash, *until, now),
        Command::Join { link_hash, password_hash } => join(access, link_hash, password_hash, now),
        Command::ChangeAccount { account, display_name, role, person } => {
            change(access, account, display_name, *role, person.as_ref())
        }
        Command::ChangeRole { account, role } => known(access, account).and_then(|before| {
            let (display_name, person) = (before.display_name.clone(), before.person.clone());
            change(access, account, &display_name, *role, person.as_ref())
        }),
        Command::ChangePassword { account, password_hash } => known(access, account).map(|_| {
            vec![AccessFact::PasswordChanged { account: account.clone(), password_hash: password_hash.clone() }]
        }),
        Command::DisableAccount { account } => disable(access, account),
        Command::EnableAccount { account } => known(access, account).map(|known| {
            let enabled = || AccessFact::AccountEnabled { account: account.clone() };
            known.disabled.then(enabled).into_iter().collect()
        }),
        Command::RemoveAccount { account } => remove(access, account),
        _ => return None,
    })
}

pub(super) fn known<'a>(access: &'a Access, account: &Name) -> Result<&'a Account, Refusal> {
    access.account(account.as_str()).ok_or_else(|| Refusal::NotFound(format!("the account `{account}`")))
}

pub(super) fn disabled(account: &Name) -> Refusal {
    Refusal::Conflict(format!("the account `{account}` is disabled; an admin can enable it"))
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

fn may_make(access: &Access, account: &Name, role: AccountRole, first: bool) -> Result<(), Refusal> {
    if first && !access.is_empty() {
        return Err(Refusal::Conflict("the first account was made already; ask an admin for yours".into()));
    }
    if access.is_empty() && role != AccountRole::Admin {
        return Err(Refusal::Invalid { field: "role", why: "the first account must be an admin".into() });
    }
    if access.accounts().len() >= ACCOUNTS_MAX {
        return Err(Refusal::Conflict(format!("there are {ACCOUNTS_MAX} accounts; remove those that are not needed")));
    }
    match access.account(account.as_str()) {
        Some(_) => Err(Refusal::Conflict(format!("there is an account `{account}` already; choose another name"))),
        None => Ok(()),
    }
}

fn may_invite(access: &Access, account: &Name, role: AccountRole, until: Instant, now: Instant) -> Result<(), Refusal> {
    // The setup link works while there is no account: an invitation that nobody uses would close the house for good.
    if access.is_empty() {
        return Err(Refusal::Conflict("the first account is made by the setup link, not by an invitation".into()));
    }
    check_until(until, now)?;
    may_make(access, account, role, false)
}

fn check_until(until: Instant, now: Instant) -> Result<(), Refusal> {
    if until > now { Ok(()) } else { Err(Refusal::Invalid { field: "until", why: format!("{until} is past") }) }
}

fn make_link(
    access: &Access,
    account: &Name,
    link_hash: &str,
    until: Instant,
    now: Instant,
) -> Result<Vec<AccessFact>, Refusal> {
    if known(access, account)?.disabled {
        return Err(Refusal::Conflict(format!("the account `{account}` is disabled; enable it first")));
    }
    check_until(until, now)?;
    Ok(vec![AccessFact::LinkMade { account: account.clone(), link_hash: link_hash.to_owned(), until }])
}

fn join(access: &Access, link_hash: &str, password_hash: &str, now: Instant) -> Result<Vec<AccessFact>, Refusal> {
    let Some((account, _)) = access.by_link(link_hash, now) else {
        return Err(Refusal::Conflict("this link was used or has ended; an admin can make another".into()));
    };
    Ok(vec![AccessFact::PasswordChanged { account: account.clone(), password_hash: password_hash.to_owned() }])
}

fn change(
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

fn disable(access: &Access, account: &Name) -> Result<Vec<AccessFact>, Refusal> {
    if known(access, account)?.standing() == Standing::Disabled {
        return Ok(vec![]);
    }
    if access.is_last_admin(account) {
        return Err(last_admin(account, "disabled"));
    }
    Ok(vec![AccessFact::AccountDisabled { account: account.clone() }])
}

fn remove(access: &Access, account: &Name) -> Result<Vec<AccessFact>, Refusal> {
    known(access, account)?;
    if access.is_last_admin(account) {
        return Err(last_admin(account, "removed"));
    }
    let mut facts = vec![AccessFact::AccountRemoved { account: account.clone() }];
    facts.extend(revoked(access, account, |_| true));
    Ok(facts)
}

fn last_admin(account: &Name, what: &str) -> Refusal {
    Refusal::Conflict(format!(
        "`{account}` is the last admin who can log in and can't be {what}; make somebody else an admin first"
    ))
}

/// The tokens that `account` made and that `concerns`.
fn revoked<'a>(
    access: &'a Access,
    account: &'a Name,
    concerns: impl Fn(&[Scope]) -> bool,
) -> impl Iterator<Item = AccessFact> {
    let mut made: Vec<_> = access.tokens_of(account).filter(|token| concerns(&token.scopes)).collect();
    made.sort_by(|a, b| a.name.cmp(&b.name));
    made.into_iter().map(|token| AccessFact::TokenRevoked { token: token.name.clone() })
}
