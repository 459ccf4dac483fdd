//! Who can log in.

use meridian_core::{
    access::{Account, AccountRole},
    id::Name,
};

use super::Lens;
use crate::ui::view::accounts::{AccountForm, AccountRow, AccountView, AccountsView, OwnAccountView};

pub fn accounts(lens: &Lens<'_>) -> AccountsView {
    let rows = lens.world.access.accounts().map(|(name, account)| row(lens, name, account)).collect();
    let form = AccountForm {
        account: String::new(),
        display_name: String::new(),
        person: String::new(),
        role: AccountRole::Responder,
        error: None,
    };
    AccountsView { rows, people: people(lens), fresh: None, form }
}

fn people(lens: &Lens<'_>) -> Vec<(String, String)> {
    lens.choices().into_iter().map(|(name, word)| (name.to_string(), word)).collect()
}

fn row(lens: &Lens<'_>, name: &Name, account: &Account) -> AccountRow {
    AccountRow {
        name: name.to_string(),
        display_name: account.display_name.clone(),
        person: account.person.as_ref().map(|person| lens.person(person)),
        role: account.role,
        standing: account.standing(),
        last_login: account.last_login,
        link_until: account.link.as_ref().map(|link| link.until).filter(|until| *until > lens.now),
    }
}

fn sessions(lens: &Lens<'_>, name: &Name) -> usize {
    lens.world.access.sessions_of(name).iter().filter(|(_, session)| session.until > lens.now).count()
}

/// `reader` is the account that looks, if it is one.
pub fn account(lens: &Lens<'_>, name: &Name, reader: Option<&Name>) -> Option<AccountView> {
    let account = lens.world.access.account(name.as_str())?;
    let form = AccountForm {
        account: name.to_string(),
        display_name: account.display_name.clone(),
        person: account.person.as_ref().map(ToString::to_string).unwrap_or_default(),
        role: account.role,
        error: None,
    };
    Some(AccountView {
        row: row(lens, name, account),
        created: account.created_at,
        sessions: sessions(lens, name),
        tokens: lens.world.access.tokens_of(name).filter(|token| !token.is_expired(lens.now)).count(),
        own: reader == Some(name),
        people: people(lens),
        fresh: None,
        form,
    })
}

pub fn own_account(lens: &Lens<'_>, name: &Name) -> Option<OwnAccountView> {
    let account = lens.world.access.account(name.as_str())?;
    let others = sessions(lens, name).saturating_sub(1);
    Some(OwnAccountView { row: row(lens, name, account), others, error: None })
}
