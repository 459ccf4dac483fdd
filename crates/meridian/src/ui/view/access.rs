//! Setup, login, tokens.

use meridian_core::{Instant, access::Scope};

#[derive(Clone, Debug, Default)]
pub struct LoginView {
    pub account: String,
    /// What was refused, and what to do about it.
    pub error: Option<(String, &'static str)>,
    /// There is no account yet: the first one is made by the setup link.
    pub first: bool,
    /// Where to go afterwards: a path of ours.
    pub next: String,
}

#[derive(Clone, Debug, Default)]
pub struct SetupView {
    pub account: String,
    pub display_name: String,
    pub person: String,
    /// The people of the estate that the account may be.
    pub people: Vec<(String, String)>,
    /// The one-time key of the link.
    pub key: String,
    pub error: Option<(&'static str, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct TokensView {
    pub rows: Vec<TokenRow>,
    /// The new token in full: shown once.
    pub fresh: Option<(String, String)>,
    pub error: Option<(&'static str, String)>,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct TokenRow {
    pub name: String,
    pub prefix: String,
    pub scopes: Vec<Scope>,
    pub created_by: String,
    pub expires: Option<Instant>,
    pub expired: bool,
    /// Its maker is disabled: it opens nothing meanwhile.
    pub dormant: bool,
}
