//! The one answer to "may this one do that?".

use std::fmt;

use super::{AccountRole, Scope};
use crate::{
    feed::{Feed, FeedOf},
    id::{Actor, Name},
};

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// Nobody that we know.
    Anonymous,
    /// A person who is logged in.
    Session { account: Name, role: AccountRole, person: Option<Name> },
    /// A program.
    Token { token: Name, scopes: Vec<Scope> },
    /// Whoever looks at a demo: reads and responds without logging in, and administers nothing.
    Demo,
}

/// What can be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// See everything but other people's accounts and tokens.
    Read,
    /// Send alerts and events.
    Ingest,
    /// Open, acknowledge, note, reassign, resolve; pass a page on.
    Respond,
    /// Set and expire silences.
    Silence,
    /// Change who is on watch for a while.
    Override,
    /// Announce work, freezes and events.
    Announce,
    /// Switch a chain from one route to another.
    Switch,
    /// Record what was seen by hand while a fault is looked for.
    Find,
    /// Change one's own password, log out.
    OwnAccount,
    /// See and change accounts.
    Accounts,
    /// See, create and revoke API tokens.
    Tokens,
    /// Read the estate's files again.
    Reload,
    /// Make and revoke calendar feeds; of whom, [`may_make_feed`] says.
    Feeds,
}

impl Action {
    pub const ALL: [Action; 13] = [
        Action::Read,
        Action::Ingest,
        Action::Respond,
        Action::Silence,
        Action::Override,
        Action::Announce,
        Action::Switch,
        Action::Find,
        Action::OwnAccount,
        Action::Accounts,
        Action::Tokens,
        Action::Reload,
        Action::Feeds,
    ];

    /// As a person reads it after "may not".
    pub fn word(self) -> &'static str {
        match self {
            Action::Read => "read",
            Action::Ingest => "send alerts",
            Action::Respond => "respond to incidents",
            Action::Silence => "silence alerts",
            Action::Override => "change who is on watch",
            Action::Announce => "announce work, freezes and events",
            Action::Switch => "switch the routes of chains",
            Action::Find => "record findings",
            Action::OwnAccount => "change its own account",
            Action::Accounts => "manage accounts",
            Action::Tokens => "manage API tokens",
            Action::Reload => "reload the estate",
            Action::Feeds => "make calendar feeds",
        }
    }
}

/// May `principal` do `action`?
pub fn may(principal: &Principal, action: Action) -> bool {
    match principal {
        Principal::Anonymous => false,
        Principal::Session { role, .. } => action == Action::OwnAccount || role_may(*role, action),
        Principal::Token { scopes, .. } => scopes.iter().any(|scope| scope_may(*scope, action)),
        Principal::Demo => role_may(AccountRole::Responder, action),
    }
}

/// May `principal` have an address under which anybody reads these shifts? Everybody who reads may have those of a rota
/// and of a team; those of a person are the person's own.
pub fn may_make_feed(principal: &Principal, of: &FeedOf) -> bool {
    let own = match (of, principal) {
        (FeedOf::Rota(_) | FeedOf::Team(_), _) | (FeedOf::Person(_), Principal::Demo) => true,
        (FeedOf::Person(of), _) => principal.person() == Some(of) || may(principal, Action::Accounts),
    };
    own && may(principal, Action::Feeds)
}

/// May `principal` see and revoke this feed? Whoever made it may, the person whose shifts it has, and an admin.
/// `account` is the one that answers for `principal`: its own, or that of whoever made the token.
pub fn may_revoke_feed(principal: &Principal, account: &str, feed: &Feed) -> bool {
    let made = feed.made_by == account || *principal == Principal::Demo;
    let own = matches!(&feed.of, FeedOf::Person(of) if principal.person() == Some(of));
    (made || own || may(principal, Action::Accounts)) && may(principal, Action::Feeds)
}

fn role_may(role: AccountRole, action: Action) -> bool {
    match action {
        Action::Read | Action::Feeds => true,
        Action::Ingest
        | Action::Respond
        | Action::Silence
        | Action::Override
        | Action::Announce
        | Action::Switch
        | Action::Find => role >= AccountRole::Responder,
        Action::Accounts | Action::Tokens | Action::Reload => role >= AccountRole::Admin,
        Action::OwnAccount => false,
    }
}

/// A token has no account of its own, so [`Action::OwnAccount`] is never in a scope.
fn scope_may(scope: Scope, action: Action) -> bool {
    match scope {
        // The address of a feed is read long after a token is revoked.
        Scope::Read => action != Action::Feeds && role_may(AccountRole::Viewer, action),
        Scope::Ingest => action == Action::Ingest,
        Scope::Respond => action != Action::Ingest && role_may(AccountRole::Responder, action),
        Scope::Admin => role_may(AccountRole::Admin, action),
    }
}

impl AccountRole {
    pub const ALL: [AccountRole; 3] = [AccountRole::Viewer, AccountRole::Responder, AccountRole::Admin];

    pub fn word(self) -> &'static str {
        match self {
            AccountRole::Viewer => "viewer",
            AccountRole::Responder => "responder",
            AccountRole::Admin => "admin",
        }
    }

    /// The scopes that a token of somebody in this role can have.
    pub fn grants(self, scope: Scope) -> bool {
        match scope {
            Scope::Read => true,
            Scope::Ingest | Scope::Respond => self >= AccountRole::Responder,
            Scope::Admin => self >= AccountRole::Admin,
        }
    }
}

impl Scope {
    pub const ALL: [Scope; 4] = [Scope::Read, Scope::Ingest, Scope::Respond, Scope::Admin];

    pub fn word(self) -> &'static str {
        match self {
            Scope::Read => "read",
            Scope::Ingest => "ingest",
            Scope::Respond => "respond",
            Scope::Admin => "admin",
        }
    }
}

impl Principal {
    /// How the journal names this principal.
    pub fn actor(&self) -> Actor {
        match self {
            Principal::Anonymous => Actor::Source("anonymous".into()),
            Principal::Session { account, .. } => Actor::Account(account.as_str().into()),
            Principal::Token { token, .. } => Actor::Token(token.as_str().into()),
            Principal::Demo => Actor::Account("demo".into()),
        }
    }

    /// Under whose name this principal sets what has an owner, e.g. a silence: who is logged in under their own, whatever
    /// they name; a program under that of whom it acts for, or else its own; and where no login is asked for, whoever
    /// is named. `None`: nobody answers for it.
    pub fn owner(&self, named: Option<&str>) -> Option<String> {
        let named = named.map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned);
        match self {
            Principal::Anonymous => named,
            Principal::Session { account, person, .. } => Some(person.as_ref().unwrap_or(account).to_string()),
            Principal::Token { token, .. } => named.or_else(|| Some(token.to_string())),
            Principal::Demo => Some("demo".to_owned()),
        }
    }

    /// The person of the estate who asks, where that is known.
    pub fn person(&self) -> Option<&Name> {
        match self {
            Principal::Session { person, .. } => person.as_ref(),
            _ => None,
        }
    }
}

impl fmt::Display for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Principal::Anonymous => f.write_str("somebody who is not logged in"),
            Principal::Session { account, role, .. } => write!(f, "the {} `{account}`", role.word()),
            Principal::Token { token, scopes } => {
                write!(f, "the token `{token}` with the scopes ")?;
                for (n, scope) in scopes.iter().enumerate() {
                    write!(f, "{}{}", if n > 0 { ", " } else { "" }, scope.word())?;
                }
                Ok(())
            }
            Principal::Demo => f.write_str("a visitor of the demo"),
        }
    }
}
