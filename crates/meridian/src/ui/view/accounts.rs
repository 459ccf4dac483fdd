//! Accounts: all of them, one, and one's own.

use meridian_core::{
    Instant,
    access::{AccountRole, Standing},
};

#[derive(Clone, Debug)]
pub struct AccountsView {
    pub rows: Vec<AccountRow>,
    /// The people of the estate that an account may be.
    pub people: Vec<(String, String)>,
    /// The link that was just made: shown once.
    pub fresh: Option<FreshLink>,
    pub form: AccountForm,
}

/// A one-time link by which somebody chooses a password.
#[derive(Clone, Debug)]
pub struct FreshLink {
    pub account: String,
    pub link: String,
    pub until: Instant,
}

#[derive(Clone, Debug)]
pub struct AccountForm {
    pub account: String,
    pub display_name: String,
    pub person: String,
    pub role: AccountRole,
    pub error: Option<(&'static str, String)>,
}

#[derive(Clone, Debug)]
pub struct AccountRow {
    pub name: String,
    pub display_name: String,
    pub person: Option<String>,
    pub role: AccountRole,
    pub standing: Standing,
    pub last_login: Option<Instant>,
    /// Until when a one-time link is good that nobody used yet.
    pub link_until: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct AccountView {
    pub row: AccountRow,
    pub created: Instant,
    /// Browsers that are logged in.
    pub sessions: usize,
    /// Tokens that it made and that open something.
    pub tokens: usize,
    /// Whoever looks at it is this account.
    pub own: bool,
    pub people: Vec<(String, String)>,
    pub fresh: Option<FreshLink>,
    pub form: AccountForm,
}

#[derive(Clone, Debug)]
pub struct OwnAccountView {
    pub row: AccountRow,
    /// Browsers that are logged in, beside this one.
    pub others: usize,
    pub error: Option<(&'static str, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct JoinView {
    pub account: String,
    pub display_name: String,
    /// The secret of the link.
    pub key: String,
    pub error: Option<(&'static str, String)>,
}
