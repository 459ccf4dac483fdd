//! What can happen to accounts, sessions and API tokens. Only hashes are kept.

use serde::{Deserialize, Serialize};

use crate::{Instant, id::Name};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessFact {
    #[serde(rename = "account.created")]
    AccountCreated {
        account: Name,
        display_name: String,
        /// A PHC string (argon2id).
        password_hash: String,
        role: AccountRole,
        /// The person of the estate that this account is.
        person: Option<Name>,
    },
    /// An account without a password: whoever holds the one-time link chooses it.
    #[serde(rename = "account.invited")]
    AccountInvited {
        account: Name,
        display_name: String,
        role: AccountRole,
        person: Option<Name>,
        /// SHA-256 of the link's secret, hex.
        link_hash: String,
        until: Instant,
    },
    /// A new one-time link to choose a password; the link before is worth nothing any more.
    #[serde(rename = "account.link_made")]
    LinkMade { account: Name, link_hash: String, until: Instant },
    #[serde(rename = "account.changed")]
    AccountChanged { account: Name, display_name: String, role: AccountRole, person: Option<Name> },
    #[serde(rename = "account.password_changed")]
    PasswordChanged { account: Name, password_hash: String },
    /// It can't be used until it is enabled: no login, no session, and the tokens that it made open nothing.
    #[serde(rename = "account.disabled")]
    AccountDisabled { account: Name },
    #[serde(rename = "account.enabled")]
    AccountEnabled { account: Name },
    /// Every browser is logged out, but for the session `but`.
    #[serde(rename = "account.sessions_ended")]
    SessionsEnded { account: Name, but: Option<String> },
    #[serde(rename = "account.removed")]
    AccountRemoved { account: Name },
    #[serde(rename = "session.opened")]
    SessionOpened {
        /// SHA-256 of the cookie's secret, hex.
        hash: String,
        account: Name,
        until: Instant,
    },
    #[serde(rename = "session.closed")]
    SessionClosed { hash: String },
    #[serde(rename = "token.created")]
    TokenCreated {
        token: Name,
        /// SHA-256 of the token, hex.
        hash: String,
        /// The first characters, so that people recognise it: `mrd_3fQ…`.
        prefix: String,
        scopes: Vec<Scope>,
        created_by: String,
        expires: Option<Instant>,
    },
    #[serde(rename = "token.revoked")]
    TokenRevoked { token: Name },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AccountRole {
    /// Reads.
    Viewer,
    /// Acknowledges, notes, silences, overrides.
    Responder,
    /// Accounts, tokens and reload, too.
    Admin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    /// Read everything that a viewer may.
    Read,
    /// Send alerts and events.
    Ingest,
    /// What a responder may.
    Respond,
    /// What an admin may.
    Admin,
}
