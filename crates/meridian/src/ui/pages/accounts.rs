//! Accounts: who can log in, what each may, and one's own password.

use maud::{Markup, html};
use meridian_core::access::{AccountRole, Standing};

use crate::ui::{
    parts::{
        Clock, Detail, Glyph, button_form, elapsed, empty, field,
        form::{csrf, pop_form},
        glyph,
        glyph::mark,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, Theme, bare, frame},
    view::accounts::{AccountForm, AccountRow, AccountView, AccountsView, FreshLink, JoinView, OwnAccountView},
};

pub fn accounts(shell: &Shell, view: &AccountsView) -> Markup {
    let content = html! {
        div.title { h1 { "Accounts" } span.dim { "who can log in, and what each may" } }
        (fresh_link(shell, view.fresh.as_ref()))
        div.cols.main-side.gap-top {
            section #accounts data-live aria-label="Accounts" {
                (section_head("Accounts", html! { (view.rows.len()) }))
                @if view.rows.is_empty() { (empty("No account yet", html! { "The setup link in the server's log makes the first one." })) }
                @else {
                    (scroll("Accounts", html! {
                        table {
                            caption.sr { "Accounts" }
                            thead { tr { th scope="col" { "Account" } th scope="col" { "Person" } th scope="col" { "Role" } th scope="col" { "State" } th.num scope="col" { "Last login" } } }
                            tbody { @for row in &view.rows { (account_row(&shell.clock, row)) } }
                        }
                    }))
                }
            }
            (invite_form(shell, view))
        }
    };
    frame(shell, "Accounts", Place::Accounts, "page", content)
}

fn account_row(clock: &Clock, row: &AccountRow) -> Markup {
    let href = format!("/accounts/{}", row.name);
    html! {
        tr data-href=(href) {
            td.main { a.cover href=(href) { b { (row.display_name) } } " " code.faint { (row.name) } }
            td data-th="Person" { @match &row.person { Some(person) => (person), None => span.faint { "nobody of the estate" } } }
            td data-th="Role" { (row.role.word()) }
            td data-th="State" { (standing(clock, row)) }
            td.num data-th="Last login" { @match row.last_login { Some(at) => (time(clock, at, None, Detail::Minute)), None => span.faint { "never" } } }
        }
    }
}

fn standing(clock: &Clock, row: &AccountRow) -> Markup {
    html! {
        @match (row.standing, row.link_until) {
            (Standing::Active, None) => "active",
            (Standing::Active, Some(until)) => { "active, a link is good until " (time(clock, until, None, Detail::Minute)) },
            (Standing::Invited, Some(until)) => { "invited, until " (time(clock, until, None, Detail::Minute)) },
            (Standing::Invited, None) => span.state.warn { (glyph(Glyph::Risk)) "invited; the link has ended" },
            (Standing::Disabled, _) => span.state { (glyph(Glyph::Fail)) "disabled" },
        }
    }
}

fn fresh_link(shell: &Shell, fresh: Option<&FreshLink>) -> Markup {
    html! {
        @if let Some(FreshLink { account, link, until }) = fresh {
            div.gap-top role="status" {
                (note(Tone::Good, &format!("A link for {account} was made. It is shown this once; whoever opens it first chooses the password."), html! {
                    span.secret { (link) } br; "Good until " (time(&shell.clock, *until, None, Detail::Minute)) ", and once."
                }))
            }
        }
    }
}

fn roles() -> [(&'static str, &'static str); 3] {
    AccountRole::ALL.map(|role| {
        let says = match role {
            AccountRole::Viewer => "viewer: reads",
            AccountRole::Responder => "responder: acknowledges, notes, silences, overrides",
            AccountRole::Admin => "admin: accounts, tokens and reload, too",
        };
        (role.word(), says)
    })
}

/// Name, person and role, as both forms ask for them.
fn who_and_what(form: &AccountForm, people: &[(String, String)]) -> Markup {
    let wrong = |name: &str| form.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let mut choices: Vec<(&str, &str)> = people.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    choices.insert(0, ("", "nobody of the estate"));
    html! {
        (field("display_name", "Name").hint("As others read it").error(wrong("display_name")).text("account-display-name", &form.display_name, true))
        (field("person", "Who it is in the estate").hint("So that it knows what needs this person, and the time zone").error(wrong("person")).select("account-person", &choices, &form.person))
        (field("role", "Role").error(wrong("role")).select("account-role", &roles(), form.role.word()))
    }
}

fn invite_form(shell: &Shell, view: &AccountsView) -> Markup {
    let wrong = view.form.error.as_ref().filter(|(field, _)| *field == "account").map(|(_, why)| why.as_str());
    html! {
        section aria-label="New account" {
            (section_head("New account", html! {}))
            form.form.tight method="post" action="/accounts" {
                (csrf(&shell.csrf))
                (field("account", "Account").hint("1 to 63 of a-z, 0-9 and -").error(wrong).text("account-name", &view.form.account, true))
                (who_and_what(&view.form, &view.people))
                p.faint { "No password is handed around: you get a link, and whoever opens it chooses one." }
                button.btn.primary { "Make the account and its link" }
            }
        }
    }
}

pub fn account(shell: &Shell, view: &AccountView) -> Markup {
    let clock = &shell.clock;
    let row = &view.row;
    let content = html! {
        div.crumb { a href="/accounts" { "Accounts" } " / " span.id { (row.name) } }
        div.title { h1 { (row.display_name) } div.row { (actions(shell, view)) } }
        (fresh_link(shell, view.fresh.as_ref()))
        div.cols.main-side.gap-top {
            section #account data-live aria-label="The account" {
                dl.kv {
                    dt { "Account" } dd { code { (row.name) } @if view.own { " " span.faint { "you" } } }
                    dt { "Role" } dd { (row.role.word()) }
                    dt { "Person" } dd { @match &row.person { Some(person) => (person), None => span.faint { "nobody of the estate" } } }
                    dt { "State" } dd { (standing(clock, row)) }
                    dt { "Last login" } dd { @match row.last_login { Some(at) => { (time(clock, at, None, Detail::Minute)) ", " (elapsed(clock, at)) " ago" }, None => span.faint { "never" } } }
                    dt { "Browsers" } dd { (view.sessions) " logged in" }
                    dt { "API tokens" } dd { (view.tokens) " made by it" @if row.standing == Standing::Disabled && view.tokens > 0 { ", asleep while it is disabled" } }
                    dt { "Made" } dd { (time(clock, view.created, None, Detail::Minute)) }
                }
            }
            section aria-label="Change it" {
                (section_head("Change it", html! {}))
                form.form.tight method="post" action={ "/accounts/" (row.name) } {
                    (csrf(&shell.csrf))
                    (who_and_what(&view.form, &view.people))
                    button.btn.primary { "Change" }
                }
            }
        }
    };
    frame(shell, &format!("Account {}", row.name), Place::Accounts, "page", content)
}

fn actions(shell: &Shell, view: &AccountView) -> Markup {
    let path = |act: &str| format!("/accounts/{}/{act}", view.row.name);
    let stops = match view.tokens {
        0 => "It can't log in, and its browsers are logged out, until it is enabled again.".to_owned(),
        1 => "It can't log in, its browsers are logged out, and the API token that it made opens nothing, until it is enabled again.".to_owned(),
        n => format!("It can't log in, its browsers are logged out, and the {n} API tokens that it made open nothing, until it is enabled again."),
    };
    html! {
        @if view.row.standing == Standing::Disabled {
            (button_form(&shell.csrf, &path("enable"), "primary", html! { "Enable" }))
        } @else {
            (button_form(&shell.csrf, &path("link"), "", html! { "New one-time link" }))
            @if view.sessions > 0 { (button_form(&shell.csrf, &path("sessions"), "", html! { "Log out everywhere" })) }
            (pop_form(&shell.csrf, &path("disable"), "disable", html! { "Disable" }, html! {
                p { (stops) }
                button.btn.primary { "Disable " (view.row.name) }
            }))
        }
        (pop_form(&shell.csrf, &path("remove"), "remove", html! { "Remove" }, html! {
            p { "It is gone for good, and the API tokens that it made are revoked. What it did stays in the journal." }
            button.btn.primary { "Remove " (view.row.name) }
        }))
    }
}

pub fn own_account(shell: &Shell, view: &OwnAccountView) -> Markup {
    let row = &view.row;
    let wrong = |name: &str| view.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let content = html! {
        div.title { h1 { "Your account" } span.dim { (row.display_name) } }
        div.cols.main-side.gap-top {
            section #own data-live aria-label="Your account" {
                dl.kv {
                    dt { "Account" } dd { code { (row.name) } }
                    dt { "Role" } dd { (row.role.word()) }
                    dt { "Person" } dd { @match &row.person { Some(person) => (person), None => span.faint { "nobody of the estate; an admin can say who you are" } } }
                    dt { "Browsers" } dd {
                        @match view.others { 0 => "this one", 1 => "this one and another", n => { "this one and " (n) " others" } }
                    }
                }
                @if view.others > 0 {
                    p.tight { (button_form(&shell.csrf, "/account/sessions", "", html! { "Log the others out" })) }
                }
            }
            section aria-label="Change your password" {
                (section_head("Change your password", html! {}))
                form.form.tight method="post" action="/account/password" {
                    (csrf(&shell.csrf))
                    input type="text" name="username" value=(row.name) autocomplete="username" hidden;
                    (field("old", "Present password").error(wrong("old")).input_as("password-old", "password", "", true, Some("current-password")))
                    (field("password", "New password").hint("At least 12 characters").error(wrong("password")).input_as("password-new", "password", "", true, Some("new-password")))
                    (field("again", "New password again").error(wrong("again")).input_as("password-again", "password", "", true, Some("new-password")))
                    p.faint { "Your other browsers are logged out." }
                    button.btn.primary { "Change it" }
                }
            }
        }
    };
    frame(shell, "Your account", Place::Elsewhere, "page", content)
}

/// Behind a one-time link.
pub fn join(theme: Theme, token: &str, view: &JoinView) -> Markup {
    let wrong = |name: &str| view.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let content = html! {
        main.door #main {
            span.brand { (mark()) "Meridian" }
            h1 { "Choose a password" }
            p.dim { "For the account " b { (view.account) } ", " (view.display_name) ". This link works once." }
            @if let Some(error) = wrong("") { div role="alert" { (note(Tone::Bad, error, html! {})) } }
            form.form method="post" action="/join" {
                (csrf(token))
                input type="hidden" name="key" value=(view.key);
                input type="text" name="username" value=(view.account) autocomplete="username" hidden;
                (field("password", "Password").hint("At least 12 characters").error(wrong("password")).input_as("password", "password", "", true, Some("new-password")))
                (field("again", "Password again").error(wrong("again")).input_as("again", "password", "", true, Some("new-password")))
                button.btn.primary.large { "Choose it and log in" }
            }
        }
    };
    bare("Choose a password", theme, content)
}
