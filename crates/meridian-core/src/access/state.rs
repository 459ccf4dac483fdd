//! The fold: accounts, sessions and tokens as they are now.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{AccessFact, AccountRole, Principal, Scope};
use crate::{
    Instant,
    id::{Actor, Name},
};

/// All accounts, sessions and API tokens.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    accounts: BTreeMap<Name, Account>,
    /// By hash.
    sessions: BTreeMap<String, Session>,
    /// By hash, for that is what a request brings.
    tokens: BTreeMap<String, ApiToken>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub display_name: String,
    /// A PHC string (argon2id). Never shown. Absent until somebody used the link of the invitation.
    pub password_hash: Option<String>,
    pub role: AccountRole,
    /// The person of the estate that this account is.
    pub person: Option<Name>,
    pub created_at: Instant,
    pub last_login: Option<Instant>,
    pub disabled: bool,
    /// The one-time link by which a password can be chosen.
    pub link: Option<OneTimeLink>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneTimeLink {
    /// SHA-256 of its secret, hex.
    pub hash: String,
    pub until: Instant,
}

/// Whether somebody can log in to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Active,
    /// Nobody chose its password yet.
    Invited,
    Disabled,
}

impl Standing {
    pub fn word(self) -> &'static str {
        match self {
            Standing::Active => "active",
            Standing::Invited => "invited",
            Standing::Disabled => "disabled",
        }
    }
}

impl Account {
    fn new(display_name: &str, role: AccountRole, person: Option<&Name>, at: Instant) -> Account {
        Account {
            display_name: display_name.to_owned(),
            password_hash: None,
            role,
            person: person.cloned(),
            created_at: at,
            last_login: None,
            disabled: false,
            link: None,
        }
    }

    pub fn standing(&self) -> Standing {
        match self {
            Account { disabled: true, .. } => Standing::Disabled,
            Account { password_hash: None, .. } => Standing::Invited,
            _ => Standing::Active,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    pub account: Name,
    pub opened_at: Instant,
    pub until: Instant,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiToken {
    pub name: Name,
    pub prefix: String,
    pub scopes: Vec<Scope>,
    /// An account's name.
    pub created_by: String,
    pub created_at: Instant,
    pub expires: Option<Instant>,
}

impl ApiToken {
    pub fn is_expired(&self, now: Instant) -> bool {
        self.expires.is_some_and(|end| end <= now)
    }
}

impl Access {
    /// Takes a fact in. A fact about something that is not there changes nothing.
    pub fn fold(&mut self, at: Instant, fact: &AccessFact) {
        match fact {
            AccessFact::AccountCreated { account, display_name, password_hash, role, person } => {
                let made = Account::new(display_name, *role, person.as_ref(), at);
                let password_hash = Some(password_hash.clone());
                self.accounts.insert(account.clone(), Account { password_hash, ..made });
            }
            AccessFact::AccountInvited { account, display_name, role, person, link_hash, until } => {
                let made = Account::new(display_name, *role, person.as_ref(), at);
                let link = Some(OneTimeLink { hash: link_hash.clone(), until: *until });
                self.accounts.insert(account.clone(), Account { link, ..made });
            }
            AccessFact::LinkMade { account, link_hash, until } => self.change(account, |known| {
                known.link = Some(OneTimeLink { hash: link_hash.clone(), until: *until });
            }),
            AccessFact::AccountChanged { account, display_name, role, person } => self.change(account, |known| {
                known.display_name.clone_from(display_name);
                known.role = *role;
                known.person.clone_from(person);
            }),
            // Whoever knew the old password is logged out by the new one, and a link that is under way leads nowhere.
            AccessFact::PasswordChanged { account, password_hash } => {
                self.change(account, |known| {
                    (known.password_hash, known.link) = (Some(password_hash.clone()), None);
                });
                self.end_sessions(account, None);
            }
            AccessFact::AccountDisabled { account } => {
                self.change(account, |known| (known.disabled, known.link) = (true, None));
                self.end_sessions(account, None);
            }
            AccessFact::AccountEnabled { account } => self.change(account, |known| known.disabled = false),
            AccessFact::AccountRemoved { account } => {
                self.accounts.remove(account);
                self.end_sessions(account, None);
            }
            AccessFact::SessionsEnded { account, but } => self.end_sessions(account, but.as_deref()),
            AccessFact::SessionOpened { hash, account, until } => self.open_session(at, hash, account, *until),
            AccessFact::SessionClosed { hash } => drop(self.sessions.remove(hash)),
            AccessFact::TokenCreated { token, hash, prefix, scopes, created_by, expires } => {
                let made = ApiToken {
                    name: token.clone(),
                    prefix: prefix.clone(),
                    scopes: scopes.clone(),
                    created_by: created_by.clone(),
                    created_at: at,
                    expires: *expires,
                };
                self.tokens.insert(hash.clone(), made);
            }
            AccessFact::TokenRevoked { token } => self.tokens.retain(|_, known| known.name != *token),
        }
    }

    fn change(&mut self, account: &Name, change: impl FnOnce(&mut Account)) {
        self.accounts.get_mut(account).map(change).unwrap_or_default()
    }

    fn end_sessions(&mut self, account: &Name, but: Option<&str>) {
        self.sessions.retain(|hash, session| session.account != *account || Some(hash.as_str()) == but);
    }

    /// Sessions that ended by time leave no fact; they go when the next one comes.
    fn open_session(&mut self, at: Instant, hash: &str, account: &Name, until: Instant) {
        self.sessions.retain(|_, session| session.until > at);
        self.sessions.insert(hash.to_owned(), Session { account: account.clone(), opened_at: at, until });
        self.change(account, |known| known.last_login = Some(at));
    }

    /// Whether the first account is still to be made.
    pub fn is_empty(&self) -> bool {
        self.accounts.is_empty()
    }

    pub fn accounts(&self) -> impl ExactSizeIterator<Item = (&Name, &Account)> {
        self.accounts.iter()
    }

    pub fn account(&self, name: &str) -> Option<&Account> {
        self.accounts.get(name)
    }

    /// By name, expired ones too.
    pub fn tokens(&self) -> Vec<&ApiToken> {
        let mut all: Vec<_> = self.tokens.values().collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    }

    pub fn token(&self, name: &str) -> Option<&ApiToken> {
        self.tokens.values().find(|known| known.name.as_str() == name)
    }

    /// The sessions of an account, oldest first, with their hashes.
    pub fn sessions_of(&self, account: &Name) -> Vec<(&str, &Session)> {
        let mut all: Vec<_> =
            self.sessions.iter().filter(|(_, s)| s.account == *account).map(|(h, s)| (h.as_str(), s)).collect();
        all.sort_by_key(|(_, session)| session.opened_at);
        all
    }

    /// Whose session this is, if it has not ended.
    pub fn by_session(&self, hash: &str, now: Instant) -> Option<Principal> {
        let session = self.sessions.get(hash).filter(|session| session.until > now)?;
        let account = self.accounts.get(&session.account).filter(|account| !account.disabled)?;
        Some(Principal::Session {
            account: session.account.clone(),
            role: account.role,
            person: account.person.clone(),
        })
    }

    /// Which token this is, if it has not expired and whoever made it is not disabled.
    pub fn by_token(&self, hash: &str, now: Instant) -> Option<Principal> {
        let token = self.tokens.get(hash).filter(|token| !token.is_expired(now) && !self.is_dormant(token))?;
        Some(Principal::Token { token: token.name.clone(), scopes: token.scopes.clone() })
    }

    /// Whether this token opens nothing until the account that made it is enabled again.
    pub fn is_dormant(&self, token: &ApiToken) -> bool {
        self.accounts.get(token.created_by.as_str()).is_some_and(|account| account.disabled)
    }

    /// The tokens that an account made, expired ones too.
    pub fn tokens_of<'a>(&'a self, account: &'a Name) -> impl Iterator<Item = &'a ApiToken> {
        self.tokens.values().filter(move |token| token.created_by == account.as_str())
    }

    /// The person who stands behind an actor, where two have to be different people: whoever made a token, and the
    /// account of whoever followed a link.
    pub fn person(&self, actor: &Actor) -> Actor {
        let account = match actor {
            Actor::Token(token) => self.token(token).map(|token| token.created_by.as_str()),
            Actor::Link(person) => {
                let is_theirs = |account: &Account| account.person.as_ref() == Some(person);
                self.accounts.iter().find(|(_, account)| is_theirs(account)).map(|(name, _)| name.as_str())
            }
            _ => None,
        };
        account.map_or_else(|| actor.clone(), |account| Actor::Account(account.into()))
    }

    /// Whose one-time link this is, if it has not ended.
    pub fn by_link(&self, hash: &str, now: Instant) -> Option<(&Name, &Account)> {
        let fits = |account: &Account| account.link.as_ref().is_some_and(|link| link.hash == hash && link.until > now);
        self.accounts.iter().find(|(_, account)| !account.disabled && fits(account))
    }

    /// Whether `account` is the only admin who can log in. An admin who was only invited can help nobody.
    pub(super) fn is_last_admin(&self, account: &Name) -> bool {
        let is_able = |a: &Account| a.role == AccountRole::Admin && a.standing() == Standing::Active;
        self.accounts.get(account).is_some_and(is_able) && self.accounts.values().filter(|a| is_able(a)).count() == 1
    }
}
