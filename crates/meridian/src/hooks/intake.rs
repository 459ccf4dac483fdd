//! Who may send: the setting `intake`, and by which name the journal knows a sender.

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
        (Intake::Open, Err(_)) => Ok(Actor::source(&sender(headers))),
        (Intake::Token, Err(problem)) => Err(problem),
    }
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
