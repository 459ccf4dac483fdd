//! `GET /status` and `GET /receivers`. `amtool` asks for the status before every command, and parses the
//! configuration in it for `config routes`.

use std::collections::BTreeSet;

use axum::{extract::State, http::HeaderMap};
use meridian_core::{
    access::Action,
    alert::{Route, routing_as_alertmanager_yaml},
};
use serde_json::json;

use super::answer::{Answer, Millis};
use crate::{
    api::{Caller, Problem},
    hooks::intake::admit,
    serve::House,
};

/// What is shown while the estate has no routing.
const NO_ROUTING: &str = "route:\n  receiver: nobody\nreceivers:\n- name: nobody\n";

pub async fn status(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    admit(&house, caller, Action::Read, &headers)?;
    let world = house.keeper.world();
    let original =
        world.routing().map_or_else(|| NO_ROUTING.to_owned(), |routing| routing_as_alertmanager_yaml(routing));
    // `amtool` complains about any version that is not its own; this is the one whose API this is.
    let (version, revision) = ("0.25.0", concat!("meridian ", env!("CARGO_PKG_VERSION")));
    Ok(Answer::json(&json!({
        "cluster": { "name": "", "peers": [], "status": "disabled" },
        "config": { "original": original },
        "uptime": Millis(world.house().started_at.unwrap_or(world.at())).to_string(),
        "versionInfo": { "branch": "meridian", "buildDate": "", "buildUser": "", "goVersion": "", "revision": revision, "version": version },
    })))
}

pub async fn receivers(
    State(house): State<House>,
    caller: Result<Caller, Problem>,
    headers: HeaderMap,
) -> Result<Answer, Answer> {
    admit(&house, caller, Action::Read, &headers)?;
    let world = house.keeper.world();
    let mut names = BTreeSet::new();
    if let Some(routing) = world.routing() {
        gather(&routing.route, &mut names);
    }
    Ok(Answer::json(&names.into_iter().map(|name| json!({ "name": name })).collect::<Vec<_>>()))
}

fn gather<'a>(route: &'a Route, names: &mut BTreeSet<&'a str>) {
    names.insert(route.receiver.as_str());
    route.routes.iter().for_each(|below| gather(below, names));
}
