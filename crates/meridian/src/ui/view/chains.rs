//! Chains: all of them as ribbons, one as its path, and where one message is.

use meridian_core::{
    Instant,
    id::{IncidentId, Name},
};

use super::switch::SwitchPanel;
use crate::ui::parts::Glyph;

/// All chains.
pub struct ChainsView {
    pub ribbons: Vec<Ribbon>,
    /// Why no checkpoints are taken now.
    pub fault: Option<String>,
    /// Chains and hops that reporters name and the estate does not have, with how many records came.
    pub unknown: Vec<(String, u64)>,
    /// What else is set aside: why and what to do, with how many records.
    pub aside: Vec<(&'static str, u64)>,
}

/// How a chain is, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    pub shape: Glyph,
    /// `crit`, `warn`, `ok`, or nothing.
    pub class: &'static str,
    pub word: String,
    pub since: Option<Instant>,
}

/// One chain in a line.
pub struct Ribbon {
    pub name: String,
    pub title: String,
    pub health: Health,
    pub incident: Option<IncidentId>,
    pub account: Account,
    pub path: Path,
    /// Since when the oldest message that has not ended is on its way.
    pub oldest: Option<Instant>,
    /// Confirmed a minute, lately.
    pub rate: f64,
    pub p50: Option<i64>,
    pub p99: Option<i64>,
}

/// What began today and what became of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Account {
    pub originated: u64,
    pub confirmed: u64,
    pub rejected: u64,
    pub cancelled: u64,
    pub held: u64,
    pub under_way: u64,
}

/// A way through the chain: its test points, one after the other.
pub struct Path {
    /// None: the chain has one way.
    pub name: Option<String>,
    pub idle: bool,
    pub points: Vec<Point>,
}

pub struct Point {
    pub name: String,
    /// Whose it is, where it isn't ours.
    pub organisation: Option<String>,
    pub seen: u64,
    /// Nothing is known of what passes here.
    pub dark: bool,
    /// Nothing was ever heard from here.
    pub unheard: bool,
    pub note: Option<String>,
    /// Between here and the next one; none at the end.
    pub after: Option<Segment>,
}

pub struct Segment {
    /// Messages that are proven not to have come further.
    pub held: u64,
    /// The others that were seen at its beginning last.
    pub between: u64,
    /// How likely the fault lies here.
    pub suspect: Option<f64>,
}

/// One chain.
pub struct ChainView {
    pub ribbon: Ribbon,
    pub others: Vec<Path>,
    /// Value by currency: originated, confirmed.
    pub values: Vec<(String, String, String)>,
    /// Of the switch that is not over.
    pub switch: Option<SwitchPanel>,
    pub routes: Vec<Name>,
    /// What is wrong, the worst first.
    pub breaches: Vec<BreachRow>,
    pub latencies: Vec<LatencyView>,
    pub lanes: Vec<LaneRow>,
    pub ordered: bool,
    /// Test points and how far each has reported.
    pub reports: Vec<ReportRow>,
}

pub struct BreachRow {
    pub shape: Glyph,
    pub words: String,
    pub since: Instant,
    pub examples: Vec<String>,
    pub incident: Option<IncidentId>,
}

pub struct LatencyView {
    pub into: String,
    /// Nanoseconds.
    pub p50: Option<i64>,
    pub p99: Option<i64>,
    /// Step by step, the latest one last; none: nothing was measured then.
    pub steps: Vec<Option<(i64, i64)>>,
    pub note: String,
}

pub struct LaneRow {
    pub name: String,
    pub account: Account,
    pub first_held: Option<u64>,
    pub unseen: u64,
    pub oldest: Option<Instant>,
    /// How many are out of order.
    pub out_of_order: bool,
}

pub struct ReportRow {
    pub hop: String,
    pub through: Option<Instant>,
    pub dark: bool,
    pub stalled: Vec<String>,
}

/// What was found by a key.
pub struct MessagesView {
    pub key: String,
    pub found: Vec<MessageView>,
    /// Whether there are more.
    pub more: bool,
}

pub struct MessageView {
    pub chain: String,
    pub title: String,
    pub lane: String,
    pub key: String,
    pub shape: Glyph,
    /// Where it is, as a sentence.
    pub place: String,
    pub sightings: Vec<(String, Instant)>,
}
