//! The addresses of the pages. A handler parses, asks the keeper, and renders.

mod access;
mod accounts;
mod acks;
mod announcements;
mod answers;
mod chains;
mod changes;
mod fairness;
mod fault;
mod feeds;
mod handoffs;
mod incidents;
mod live;
mod look;
mod palette;
mod rotas;
mod silences;
mod switch;
mod wall;

use axum::{
    Router,
    routing::{get, post},
};

use crate::serve::House;

pub fn router() -> Router<House> {
    Router::new()
        .route("/", get(look::control))
        .route("/incidents", get(incidents::list).post(incidents::open))
        .route("/incidents/{id}", get(incidents::one))
        .route("/incidents/{id}/acknowledge", post(incidents::acknowledge))
        .route("/incidents/{id}/note", post(incidents::note))
        .route("/incidents/{id}/reassign", post(incidents::reassign))
        .route("/incidents/{id}/severity", post(incidents::severity))
        .route("/incidents/{id}/resolve", post(incidents::resolve))
        .route("/incidents/{id}/promise", post(incidents::promise))
        .route("/handoffs", get(handoffs::list))
        .route("/handoffs/{id}", get(handoffs::one))
        .route("/handoffs/{id}/{act}", post(handoffs::act))
        .route("/alerts", get(look::alerts))
        .route("/silences", get(silences::list).post(silences::set))
        .route("/silences/new", get(silences::form))
        .route("/silences/{id}/expire", post(silences::expire))
        .route("/pages", get(look::pages))
        .route("/coverage", get(look::coverage))
        .route("/rotas", get(look::rotas))
        .route("/rotas/{name}", get(rotas::one))
        .route("/rotas/{name}/overrides", post(rotas::add))
        .route("/rotas/{name}/overrides/{id}/remove", post(rotas::remove))
        .merge(announcements::router())
        .merge(chains::router())
        .merge(switch::router())
        .merge(changes::router())
        .merge(fault::router())
        .route("/fairness", get(fairness::fairness))
        .merge(feeds::router())
        .route("/people", get(look::people))
        .route("/estate", get(look::estate))
        .route("/journal", get(look::journal))
        .route("/find", get(look::find))
        .route("/preferences", post(look::preferences))
        .route("/ack/{token}", get(acks::ask).post(acks::acknowledge))
        .route("/pass/{token}", get(acks::ask_pass).post(acks::pass))
        .route("/answer/{token}", get(answers::ask).post(answers::answer))
        .route("/login", get(access::login_form).post(access::login))
        .route("/logout", post(access::logout))
        .route("/setup", get(access::setup_form).post(access::setup))
        .route("/join", get(accounts::join_form).post(accounts::join))
        .route("/account", get(accounts::own))
        .route("/account/password", post(accounts::own_password))
        .route("/account/sessions", post(accounts::own_sessions))
        .route("/accounts", get(accounts::all).post(accounts::invite))
        .route("/accounts/{name}", get(accounts::one).post(accounts::change))
        .route("/accounts/{name}/link", post(accounts::make_link))
        .route("/accounts/{name}/{act}", post(accounts::act))
        .route("/tokens", get(access::tokens).post(access::make_token))
        .route("/tokens/{name}/revoke", post(access::revoke_token))
        .route("/live", get(live::live))
        .merge(wall::router())
        .route("/assets/{hash}/{name}", get(live::asset))
        .fallback(look::nothing_here)
}

/// What a form sent, in order; a name may come more than once.
pub(crate) struct Fields(pub Vec<(String, String)>);

impl Fields {
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(n, _)| n == name).map_or("", |(_, value)| value.trim())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}

/// A path of ours to come back to; anything else leads home, so that no link of ours leads elsewhere.
pub(crate) fn own_path(path: &str) -> &str {
    let ours = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if ours { path } else { "/" }
}

/// A wall-clock time as a form sends it (`2026-03-29T01:30`) in a zone. What does not exist says what does.
pub(crate) fn moment(text: &str, zone: &jiff::tz::TimeZone) -> Result<meridian_core::Instant, String> {
    let civil: jiff::civil::DateTime = text.parse().map_err(|_| "is not a date and a time".to_owned())?;
    let there = zone.to_ambiguous_zoned(civil);
    if there.is_ambiguous() {
        let first = zone.to_ambiguous_zoned(civil).compatible().map_err(|e| e.to_string())?;
        let name = zone.iana_name().unwrap_or("there");
        if first.datetime() != civil {
            return Err(format!(
                "{} does not exist in {name} on that day: the clocks go forward. The first instant after is {}",
                civil.time(),
                first.strftime("%H:%M %Z")
            ));
        }
    }
    there.compatible().map(|zoned| zoned.timestamp()).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_time_that_does_not_exist_says_so() {
        let london = jiff::tz::TimeZone::get("Europe/London").expect("a zone");
        assert!(
            moment("2026-03-29T01:30", &london)
                .is_err_and(|why| why.contains("02:00 BST") || why.contains("02:30 BST"))
        );
        assert_eq!(moment("2026-03-29T02:30", &london).map(|i| i.to_string()).as_deref(), Ok("2026-03-29T01:30:00Z"));
        assert_eq!(moment("2026-10-25T01:30", &london).map(|i| i.to_string()).as_deref(), Ok("2026-10-25T00:30:00Z"));
        assert!(moment("tomorrow", &london).is_err());
    }

    #[test]
    fn only_our_own_paths_are_come_back_to() {
        for path in ["https://example.com", "//example.com", "/\\example.com", "", "incidents"] {
            assert_eq!(own_path(path), "/");
        }
        assert_eq!(own_path("/alerts?q=a"), "/alerts?q=a");
    }
}
