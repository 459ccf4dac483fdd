//! Who may send: the setting `intake`, and by which name the journal knows a sender.

use std::net::IpAddr;

use axum::http::{HeaderMap, StatusCode, header};
use meridian_core::{access::Action, id::Actor};

use crate::{
    api::{Caller, Problem, auth::is_from_here},
    serve::{House, Intake},
};

/// Who asks, if it may. With `Intake::Open` everybody may do what Alertmanager lets everybody do; then even a token of
/// another system in `Authorization` is no reason to lose an alert.
pub fn admit(
    house: &House,
    caller: Result<Caller, Problem>,
    action: Action,
    headers: &HeaderMap,
) -> Result<Actor, Problem> {
    let allowed = caller.and_then(|caller| caller.authorize(action));
    match (house.settings.intake, allowed) {
        (_, Ok(actor)) => Ok(actor),
        // What is open to this machine is not open to every page that its browser shows.
        (Intake::Open, Err(_)) if !is_from_here(headers, &house.settings.external_url) => {
            Err(Problem::new(StatusCode::FORBIDDEN, "a page of another site made this request"))
        }
        (Intake::Open, Err(_)) if is_named_as_expected(headers, &house.settings.external_url) => {
            Ok(Actor::source(&sender(headers)))
        }
        (Intake::Open, Err(_)) => Err(Problem::new(
            StatusCode::FORBIDDEN,
            "this server is not known under the name in `Host`; use its address, or set --external-url",
        )),
        (Intake::Token, Err(problem)) => Err(problem),
    }
}

/// Whether `Host` is an address, `localhost` or the external URL's host. A name that somebody else's DNS points to this
/// machine lets a foreign web page speak to it as if it were its own.
fn is_named_as_expected(headers: &HeaderMap, external_url: &str) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = host_name(host);
    let own = external_url.split_once("://").map_or(external_url, |(_, rest)| rest);
    let own = host_name(own.split('/').next().unwrap_or_default());
    name.eq_ignore_ascii_case("localhost") || name.eq_ignore_ascii_case(own) || name.parse::<IpAddr>().is_ok()
}

/// Without the port, and without the brackets of an IPv6 address.
fn host_name(host: &str) -> &str {
    if let Some((address, _)) = host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return address;
    }
    host.rsplit_once(':').map_or(host, |(name, _)| name)
}

/// `Prometheus/2.42.0` is `prometheus`.
pub fn sender(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let name: String = agent
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        .take(40)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    if name.is_empty() { "unknown".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_foreign_name_for_this_machine_is_refused() {
        let check = |host: &str, expected: bool| {
            let headers = HeaderMap::from_iter([(header::HOST, HeaderValue::from_str(host).unwrap())]);
            assert_eq!(is_named_as_expected(&headers, "https://watch.example.com:9443/"), expected, "{host}");
        };
        check("127.0.0.1:9094", true);
        check("[::1]:9094", true);
        check("localhost:9094", true);
        check("Watch.Example.com:9443", true);
        check("watch.example.com", true);
        check("evil.example", false);
        check("evil.example:9094", false);
        check("127.0.0.1.evil.example", false);
        assert!(is_named_as_expected(&HeaderMap::new(), "http://x"));
    }
}
