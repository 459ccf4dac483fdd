//! The lists of a switch, to be downloaded: NDJSON for programs, CSV for spreadsheets.

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use meridian_core::{
    access::Action,
    chain::engine::Set,
    id::SwitchId,
    switch::{
        Switch,
        paper::{self, AccountRow, ReplayRow, Row},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{id, word};
use crate::{
    api::{Caller, Params, Problem},
    serve::House,
};

const ROW: [&str; 9] = ["lane", "seq", "id", "set", "hop", "at", "attempts", "amount", "currency"];
const REPLAY: [&str; 8] = ["n", "lane", "seq", "id", "possdup", "because", "amount", "currency"];
const ACCOUNT: [&str; 9] = ["lane", "seq", "id", "set", "part", "arrivals", "attempts", "amount", "currency"];
const SETS: [Set; 5] = [Set::Confirmed, Set::Rejected, Set::Cancelled, Set::NeverLeft, Set::InDoubt];

/// A line of a list; which fields it has depends on the list.
#[derive(Serialize, ToSchema)]
pub struct ListLine {
    lane: Option<String>,
    seq: Option<u64>,
    /// The business key.
    id: Option<String>,
    /// `confirmed`, `rejected`, `cancelled`, `never_left` or `in_doubt`, as it was at the partition.
    set: Option<String>,
    /// Whether it has to carry the mark of a possible duplicate.
    possdup: Option<bool>,
    /// What became of it: `confirmed`, `rejected`, `cancelled` or `outstanding`.
    part: Option<String>,
    amount: Option<String>,
    currency: Option<String>,
}

#[derive(Deserialize)]
pub struct ListWish {
    set: Option<String>,
    format: Option<String>,
}

fn answer<T: Serialize>(name: &str, rows: &[T], columns: &[&str], format: Option<&str>) -> Result<Response, Problem> {
    let (kind, body) = match format {
        None | Some("ndjson") => ("application/x-ndjson", paper::to_ndjson(rows)),
        Some("csv") => ("text/csv; charset=utf-8", paper::to_csv(rows, columns).into_bytes()),
        Some(other) => {
            let shown: String = other.chars().take(40).collect();
            return Err(Problem::query("format", format!("`{}` is none of ndjson, csv", shown.escape_debug())));
        }
    };
    let ending = if kind.starts_with("text") { "csv" } else { "ndjson" };
    let named = format!("attachment; filename=\"{name}.{ending}\"");
    Ok(([(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, named)], body).into_response())
}

fn known(house: &House, id: SwitchId) -> Result<Switch, Problem> {
    let world = house.keeper.world();
    world.switches.get(id).cloned().ok_or_else(|| Problem::not_found(format!("switch {id}")))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Problem> + Send + 'static) -> Result<T, Problem> {
    let broken = |why| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, format!("the list was not made: {why}"));
    tokio::task::spawn_blocking(work).await.map_err(broken)?
}

/// The messages of the cut, as they were at the partition.
pub async fn messages(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Params(wish): Params<ListWish>,
) -> Result<Response, Problem> {
    caller.authorize(Action::Read)?;
    let set = wish.set.as_deref().map(of_set).transpose()?;
    let switch = known(&house, id(&wanted)?)?;
    blocking(move || {
        let mut rows: Vec<Row> = house.switches.rows(&switch)?;
        rows.retain(|row| set.is_none_or(|set| row.set == set));
        let of = set.map_or("messages".to_owned(), |set| word(&set).replace('_', "-"));
        answer(&format!("switch-{}-{of}", switch.id), &rows, &ROW, wish.format.as_deref())
    })
    .await
}

fn of_set(text: &str) -> Result<Set, Problem> {
    SETS.into_iter().find(|set| word(set) == text).ok_or_else(|| {
        let shown: String = text.chars().take(40).collect();
        let all = SETS.map(|set| word(&set)).join(", ");
        Problem::query("set", format!("`{}` is none of {all}", shown.escape_debug()))
    })
}

/// What is sent, in its order: as it was fixed, or as it would be now.
pub async fn replay_list(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Params(wish): Params<ListWish>,
) -> Result<Response, Problem> {
    caller.authorize(Action::Read)?;
    let switch = known(&house, id(&wanted)?)?;
    blocking(move || {
        let rows: Vec<ReplayRow> = match &switch.replay {
            None => house.switches.outlook(switch.id)?.list,
            Some((_, replay)) => kept(&house, &replay.paper)?,
        };
        answer(&format!("switch-{}-replay", switch.id), &rows, &REPLAY, wish.format.as_deref())
    })
    .await
}

/// What became of every message: as it was signed, or as it is now.
pub async fn account_list(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
    Params(wish): Params<ListWish>,
) -> Result<Response, Problem> {
    caller.authorize(Action::Read)?;
    let switch = known(&house, id(&wanted)?)?;
    blocking(move || {
        let rows: Vec<AccountRow> = match &switch.reconciled {
            None => house.switches.account(switch.id)?.0,
            Some((_, account, _)) => kept(&house, &account.paper)?,
        };
        answer(&format!("switch-{}-account", switch.id), &rows, &ACCOUNT, wish.format.as_deref())
    })
    .await
}

fn kept<T: for<'de> Deserialize<'de>>(house: &House, hash: &str) -> Result<Vec<T>, Problem> {
    let failed = |why: String| Problem::new(StatusCode::INTERNAL_SERVER_ERROR, why);
    let text = house.switches.papers().read(hash).map_err(|why| failed(why.to_string()))?;
    paper::read(&text).map_err(failed)
}
