//! Setup, login, and API tokens.

use maud::{Markup, html};
use meridian_core::access::Scope;

use crate::ui::{
    parts::{
        Detail, Glyph, button_form, empty, field,
        form::csrf,
        glyph,
        glyph::mark,
        list::{Tone, note},
        scroll, section_head, time,
    },
    shell::{Place, Shell, Theme, bare, frame},
    view::access::{LoginView, SetupView, TokenRow, TokensView},
};

pub fn login(theme: Theme, token: &str, view: &LoginView) -> Markup {
    let content = html! {
        main.door #main {
            span.brand { (mark()) "Meridian" }
            h1 { "Log in" }
            @if let Some((error, hint)) = &view.error { div role="alert" { (note(Tone::Bad, error, html! { (hint) })) } }
            @if view.first {
                (note(Tone::Warning, "There is no account yet", html! {
                    "The first one is made by the setup link that Meridian printed when it started. It stands in the log of the server, after " b { "Make the first account" } ", and a restart prints a new one."
                }))
            }
            form.form method="post" action="/login" {
                (csrf(token))
                input type="hidden" name="next" value=(view.next);
                (field("account", "Account").input_as("account", "text", &view.account, true, Some("username")))
                (field("password", "Password").input_as("password", "password", "", true, Some("current-password")))
                button.btn.primary.large { "Log in" }
            }
        }
    };
    bare("Log in", theme, content)
}

pub fn setup(theme: Theme, token: &str, view: &SetupView) -> Markup {
    let wrong = |name: &str| view.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let mut people: Vec<(&str, &str)> = view.people.iter().map(|(name, word)| (name.as_str(), word.as_str())).collect();
    people.insert(0, ("", "nobody of the estate"));
    let content = html! {
        main.door #main {
            span.brand { (mark()) "Meridian" }
            h1 { "The first account" }
            p.dim { "It administers: it makes the other accounts, and API tokens. This link works once." }
            @if let Some(error) = wrong("") { div role="alert" { (note(Tone::Bad, error, html! {})) } }
            form.form method="post" action="/setup" {
                (csrf(token))
                input type="hidden" name="key" value=(view.key);
                (field("account", "Account").hint("1 to 63 of a-z, 0-9 and -").error(wrong("account")).input_as("account", "text", &view.account, true, Some("username")))
                (field("display_name", "Your name").error(wrong("display_name")).input_as("display_name", "text", &view.display_name, true, Some("name")))
                (field("person", "Who you are in the estate").hint("So that it knows what needs you, and your time zone").error(wrong("person")).select("person", &people, &view.person))
                (field("password", "Password").hint("At least 12 characters").error(wrong("password")).input_as("password", "password", "", true, Some("new-password")))
                (field("again", "Password again").error(wrong("again")).input_as("again", "password", "", true, Some("new-password")))
                button.btn.primary.large { "Make the account" }
            }
        }
    };
    bare("The first account", theme, content)
}

pub fn tokens(shell: &Shell, view: &TokensView) -> Markup {
    let content = html! {
        div.title { h1 { "API tokens" } span.dim { "for programs; each with the least it needs" } }
        @if let Some((name, secret)) = &view.fresh {
            div.gap-top role="status" {
                (note(Tone::Good, &format!("Token {name} was made. It is shown this once; only its hash is kept."), html! { span.secret { (secret) } }))
            }
        }
        div.cols.main-side.gap-top {
            section #tokens data-live aria-label="Tokens" {
                (section_head("Tokens", html! { (view.rows.len()) }))
                @if view.rows.is_empty() { (empty("No token yet", html! { "A Prometheus needs one with the scope ingest." })) }
                @else {
                    (scroll("Tokens", html! {
                        table {
                            caption.sr { "API tokens" }
                            thead { tr { th scope="col" { "Token" } th scope="col" { "May" } th scope="col" { "Made by" } th.num scope="col" { "Expires" } th { span.sr { "Actions" } } } }
                            tbody { @for row in &view.rows { (token_row(shell, row)) } }
                        }
                    }))
                }
            }
            (new_token(shell, view))
        }
    };
    frame(shell, "API tokens", Place::Tokens, "page", content)
}

fn token_row(shell: &Shell, row: &TokenRow) -> Markup {
    html! {
        tr {
            td.main { b { (row.name) } " " code.faint { (row.prefix) "…" } }
            td data-th="May" { (row.scopes.iter().map(|s| scope_word(*s)).collect::<Vec<_>>().join(", ")) }
            td.dim data-th="Made by" { (row.created_by) @if row.dormant { " " span.state.warn { (glyph(Glyph::Risk)) "disabled: it opens nothing" } } }
            td.num data-th="Expires" {
                @match row.expires { Some(at) => (time(&shell.clock, at, None, Detail::Minute)), None => span.faint { "never" } }
                @if row.expired { " " span.state.crit { (glyph(Glyph::Fail)) "expired" } }
            }
            td.act { (button_form(&shell.csrf, &format!("/tokens/{}/revoke", row.name), "quiet", html! { "Revoke" span.sr { " " (row.name) } })) }
        }
    }
}

pub fn scope_word(scope: Scope) -> &'static str {
    match scope {
        Scope::Read => "read",
        Scope::Ingest => "ingest",
        Scope::Respond => "respond",
        Scope::Admin => "admin",
    }
}

fn new_token(shell: &Shell, view: &TokensView) -> Markup {
    let wrong = |name: &str| view.error.as_ref().filter(|(field, _)| *field == name).map(|(_, why)| why.as_str());
    let scopes = [
        (Scope::Read, "what a viewer sees"),
        (Scope::Ingest, "send alerts and events"),
        (Scope::Respond, "acknowledge, note, silence, override"),
        (Scope::Admin, "accounts, tokens, reload"),
    ];
    let lengths = [("30", "in 30 days"), ("90", "in 90 days"), ("365", "in a year"), ("", "never")];
    html! {
        section aria-label="New token" {
            (section_head("New token", html! {}))
            form.form.tight method="post" action="/tokens" {
                (csrf(&shell.csrf))
                (field("name", "Name").hint("Of the program that uses it: 1 to 63 of a-z, 0-9 and -").error(wrong("name")).text("token-name", &view.name, true))
                fieldset.plain {
                    legend.label { "May" }
                    @for (scope, what) in scopes {
                        label.check { input type="checkbox" name="scope" value=(scope_word(scope)) checked[scope == Scope::Ingest]; span { b { (scope_word(scope)) } ", " (what) } }
                    }
                    @if let Some(error) = wrong("scope") { small.crit role="alert" { (glyph(Glyph::Fail)) " " (error) } }
                }
                (field("days", "Expires").select("token-days", &lengths, "90"))
                button.btn.primary { "Make a token" }
            }
        }
    }
}
