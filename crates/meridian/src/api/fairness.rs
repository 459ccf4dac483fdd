//! `/fairness`: who carries how much of the watch.

use axum::extract::State;
use meridian_core::{
    access::Action,
    estate::Estate,
    roster::{Burden, Share, Whose},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Caller, Listing, Params, Problem, instant,
    listing::{Listed, whole},
};
use crate::serve::House;

/// One person's part of the watch in a window. Hours are decimal.
#[derive(Serialize, ToSchema)]
pub struct ShareView {
    person: String,
    /// On watch; two layers at once count twice.
    hours: f64,
    /// From 22:00 to 06:00 by the clock of the person's site.
    nights: BurdenView,
    weekends: BurdenView,
    /// The public holidays of the person's site.
    holidays: BurdenView,
    /// Pages because they were on watch, of the incidents that are still kept.
    pages: u32,
    fair_hours: f64,
    /// Above zero: more than the fair share.
    balance_hours: f64,
}

/// How many were touched, and the hours on watch in them.
#[derive(Serialize, ToSchema)]
pub struct BurdenView {
    count: u32,
    hours: f64,
}

/// As the answer shows it, on the command line as well.
pub fn shown(shares: Vec<Share>) -> Listing<ShareView> {
    Listing { items: shares.into_iter().map(view).collect(), next_cursor: None, remarks: Vec::new() }
}

fn view(share: Share) -> ShareView {
    // To the second: what is less is no work, and would only look like precision.
    let hours = |length: jiff::SignedDuration| length.as_secs() as f64 / 3600.0;
    let burden = |burden: Burden| BurdenView { count: burden.count, hours: hours(burden.hours) };
    ShareView {
        person: share.person.to_string(),
        hours: hours(share.hours),
        nights: burden(share.nights),
        weekends: burden(share.weekends),
        holidays: burden(share.holidays),
        pages: share.pages,
        fair_hours: hours(share.fair),
        balance_hours: hours(share.balance),
    }
}

/// Whose watch a rota or a team means, or which of them does not exist.
pub fn whose(estate: &Estate, rota: Option<&str>, team: Option<&str>) -> Result<Whose, (&'static str, String)> {
    let missing = |what, name: &str| {
        let shown: String = name.chars().take(80).collect();
        (what, format!("there is no {what} `{}`", shown.escape_debug()))
    };
    match (rota, team) {
        (Some(_), Some(_)) => Err(("team", "ask for a rota or for a team, not for both".into())),
        (Some(rota), None) => match estate.rotas.get(rota) {
            Some(rota) => Ok(Whose::Rota(rota.name.clone())),
            None => Err(missing("rota", rota)),
        },
        (None, Some(team)) => match estate.teams.get(team) {
            Some(team) => Ok(Whose::Team(team.name.clone())),
            None => Err(missing("team", team)),
        },
        (None, None) => Ok(Whose::Everybody),
    }
}

#[derive(Deserialize)]
pub struct FairnessQuery {
    rota: Option<String>,
    team: Option<String>,
    from: String,
    until: String,
}

/// Who carries how much of the watch in a window.
pub async fn fairness(
    State(house): State<House>,
    caller: Caller,
    Params(query): Params<FairnessQuery>,
) -> Listed<ShareView> {
    caller.authorize(Action::Read)?;
    let (from, until) = (instant("from", &query.from)?, instant("until", &query.until)?);
    if until <= from || until.duration_since(from) > super::rotas::WINDOW_MAX {
        return Err(Problem::query("until", "it must lie after `from`, at most two years"));
    }
    let world = house.keeper.world();
    let whose = whose(world.estate(), query.rota.as_deref(), query.team.as_deref())
        .map_err(|(field, why)| Problem::query(field, why))?;
    whole(shown(world.fairness(&whose.rotas(world.estate()), from, until)).items)
}
