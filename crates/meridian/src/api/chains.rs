//! `/chains`: how each chain is. The numbers are read by the function that the pages are made from.

use axum::{
    Json,
    extract::{Path, State},
};
use meridian_core::{access::Action, chain::breach::OpenBreach};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    Caller, Problem,
    listing::{Listed, whole},
};
use crate::{
    serve::House,
    ui::{
        read::{self, Lens},
        view::chains::{self as page, Account, BreachRow, LaneRow, LatencyView, Path as Way, Point, ReportRow, Ribbon},
    },
};

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChainView {
    pub chain: String,
    pub title: String,
    /// `flows`, `unheard` (nothing was reported yet), or the worst that is wrong: `lost`, `altered`, `doubled`, `dark`, `late`,
    /// `out_of_order`, `unexpected`, `unflagged`, `contradiction`.
    pub state: String,
    /// Since when.
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<u64>,
    /// Of what began since midnight UTC or has not ended.
    pub messages: MessagesView,
    /// When the oldest message that has not ended was seen first.
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_unconfirmed: Option<String>,
    /// Confirmed, over the last ten minutes.
    pub rate_per_minute: f64,
    /// From the first sighting to the confirmation, of the last twelve hours.
    pub end_to_end: QuantilesView,
    /// The way that most messages take.
    pub path: Vec<PointView>,
    pub breaches: Vec<BreachView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WholeChainView {
    #[serde(flatten)]
    pub chain: ChainView,
    /// The other ways.
    pub others: Vec<WayView>,
    /// What began today and what of it was confirmed, by currency.
    pub values: Vec<ValueView>,
    pub latencies: Vec<HopLatencyView>,
    pub ordered: bool,
    pub lanes: Vec<LaneView>,
    pub reports: Vec<ReportView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MessagesView {
    pub originated: u64,
    pub confirmed: u64,
    pub rejected: u64,
    pub cancelled: u64,
    /// Proven not to have come further.
    pub held: u64,
    pub under_way: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct QuantilesView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50_seconds: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99_seconds: Option<f64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PointView {
    pub hop: String,
    /// Whose it is, where it isn't ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    pub seen: u64,
    /// What passes here is unknown.
    pub dark: bool,
    /// Of those seen here last: proven not to have come further, and the others.
    pub held: u64,
    pub under_way: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct WayView {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Nobody takes it today.
    pub idle: bool,
    pub path: Vec<PointView>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ValueView {
    pub currency: String,
    pub originated: String,
    pub confirmed: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct BreachView {
    pub words: String,
    #[schema(format = DateTime)]
    pub since: String,
    pub examples: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incident: Option<u64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct HopLatencyView {
    /// `into mq-gateway`, or `end to end`.
    pub of: String,
    #[serde(flatten)]
    pub took: QuantilesView,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct LaneView {
    pub lane: String,
    pub messages: MessagesView,
    /// The lowest number that is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_held: Option<u64>,
    /// Numbers that nobody has seen.
    pub unseen: u64,
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub oldest_unconfirmed: Option<String>,
    pub out_of_order: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReportView {
    pub hop: String,
    /// Until when it has told all that it saw.
    #[schema(format = DateTime)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub through: Option<String>,
    pub dark: bool,
    /// Reporters whose heartbeats wait for a report that did not come.
    pub stalled: Vec<String>,
}

fn seconds(p50: Option<i64>, p99: Option<i64>) -> QuantilesView {
    let [p50_seconds, p99_seconds] = [p50, p99].map(|nanos| nanos.map(|nanos| nanos as f64 / 1e9));
    QuantilesView { p50_seconds, p99_seconds }
}

fn messages(account: &Account) -> MessagesView {
    let Account { originated, confirmed, rejected, cancelled, held, under_way } = *account;
    MessagesView { originated, confirmed, rejected, cancelled, held, under_way }
}

fn point(point: &Point) -> PointView {
    let after = point.after.as_ref();
    PointView {
        hop: point.name.clone(),
        organisation: point.organisation.clone(),
        seen: point.seen,
        dark: point.dark,
        held: after.map_or(0, |after| after.held),
        under_way: after.map_or(0, |after| after.between),
    }
}

fn path(way: &Way) -> Vec<PointView> {
    way.points.iter().map(point).collect()
}

fn breach(row: &BreachRow) -> BreachView {
    BreachView {
        words: row.words.clone(),
        since: row.since.to_string(),
        examples: row.examples.clone(),
        incident: row.incident.map(|incident| incident.0),
    }
}

fn short(lens: &Lens<'_>, ribbon: &Ribbon, rows: &[BreachRow]) -> ChainView {
    let of_chain = lens.world.breaches.open().filter(|open| open.breach.key.chain.as_str() == ribbon.name);
    let worst = of_chain.min_by_key(|open: &&OpenBreach| (open.breach.key.trouble, open.breach.since));
    let heard = ribbon.path.points.iter().any(|point| !point.unheard);
    let fine = if heard { "flows" } else { "unheard" };
    ChainView {
        chain: ribbon.name.clone(),
        title: ribbon.title.clone(),
        state: worst.map_or(fine, |open| open.breach.key.trouble.word()).to_owned(),
        since: ribbon.health.since.map(|since| since.to_string()),
        incident: ribbon.incident.map(|incident| incident.0),
        messages: messages(&ribbon.account),
        oldest_unconfirmed: ribbon.oldest.map(|oldest| oldest.to_string()),
        rate_per_minute: ribbon.rate,
        end_to_end: seconds(ribbon.p50, ribbon.p99),
        path: path(&ribbon.path),
        breaches: rows.iter().map(breach).collect(),
    }
}

fn lane(row: &LaneRow) -> LaneView {
    LaneView {
        lane: row.name.clone(),
        messages: messages(&row.account),
        first_held: row.first_held,
        unseen: row.unseen,
        oldest_unconfirmed: row.oldest.map(|oldest| oldest.to_string()),
        out_of_order: row.out_of_order,
    }
}

fn report(row: &ReportRow) -> ReportView {
    let through = row.through.map(|through| through.to_string());
    ReportView { hop: row.hop.clone(), through, dark: row.dark, stalled: row.stalled.clone() }
}

fn latency(view: &LatencyView) -> HopLatencyView {
    HopLatencyView { of: view.into.clone(), took: seconds(view.p50, view.p99) }
}

fn all(lens: &Lens<'_>, view: &page::ChainView) -> WholeChainView {
    let others = view.others.iter();
    WholeChainView {
        chain: short(lens, &view.ribbon, &view.breaches),
        others: others.map(|way| WayView { route: way.name.clone(), idle: way.idle, path: path(way) }).collect(),
        values: view
            .values
            .iter()
            .map(|(currency, originated, confirmed)| ValueView {
                currency: currency.clone(),
                originated: originated.to_string(),
                confirmed: confirmed.to_string(),
            })
            .collect(),
        latencies: view.latencies.iter().map(latency).collect(),
        ordered: view.ordered,
        lanes: view.lanes.iter().map(lane).collect(),
        reports: view.reports.iter().map(report).collect(),
    }
}

/// All of them, by name.
pub async fn list(State(house): State<House>, caller: Caller) -> Listed<ChainView> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    let lens = Lens { world: &world, now: house.clock.now(), me: None };
    let names = world.estate().chains.keys();
    let found = names.filter_map(|name| read::chain(&lens, &house.chains, &house.switches, name.as_str()));
    whole(found.map(|view| short(&lens, &view.ribbon, &view.breaches)))
}

pub async fn one(
    State(house): State<House>,
    caller: Caller,
    Path(wanted): Path<String>,
) -> Result<Json<WholeChainView>, Problem> {
    caller.authorize(Action::Read)?;
    let world = house.keeper.world();
    let lens = Lens { world: &world, now: house.clock.now(), me: None };
    let found = read::chain(&lens, &house.chains, &house.switches, &wanted);
    let shown: String = wanted.chars().take(80).collect();
    let view = found.ok_or_else(|| Problem::not_found(format!("chain `{}`", shown.escape_debug())))?;
    Ok(Json(all(&lens, &view)))
}
