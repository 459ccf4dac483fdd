//! Changes of who is on watch: what waits, who is away, and what was changed before.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant,
    id::{ChangeId, Name},
};

use super::Told;

#[derive(Clone, Debug, Default)]
pub struct ChangesView {
    pub wanted: Vec<WantedRow>,
    pub swaps: Vec<SwapRow>,
    pub away: Vec<AwayRow>,
    pub conflicts: Vec<ConflictRow>,
    /// Newest first.
    pub history: Vec<HistoryRow>,
    /// In whose name the reader may say something; the first is the reader, where known.
    pub people: Vec<(Name, String)>,
    pub zone: String,
    /// As a form has it: today there, and tomorrow's same hour.
    pub today: String,
    pub tomorrow: String,
}

/// A part of a watch.
#[derive(Clone, Debug)]
pub struct PartSaid {
    pub rota: Name,
    pub rota_title: String,
    pub layer: String,
    pub who: String,
    pub from: Instant,
    pub until: Instant,
    pub zone: TimeZone,
}

#[derive(Clone, Debug)]
pub struct WantedRow {
    pub id: ChangeId,
    pub part: PartSaid,
    pub why: String,
    /// Its watch began untaken, or everybody declined, or nobody can be asked.
    pub untaken: Option<&'static str>,
    pub asked: Vec<Asked>,
    /// Those in whose name the reader may take it.
    pub takers: Vec<(Name, String)>,
    /// The reader is asked.
    pub declines: bool,
    pub withdraws: bool,
    pub told: Vec<ToldOf>,
}

/// Somebody who was or will be told of a change.
#[derive(Clone, Debug)]
pub struct ToldOf {
    pub who: String,
    /// Completes "because …".
    pub because: &'static str,
    /// Over which contacts, or why not.
    pub how: String,
    pub at: Option<Instant>,
    /// It reached nobody.
    pub failed: bool,
    pub error: Option<String>,
}

#[derive(Clone, Debug)]
pub struct Asked {
    pub who: String,
    pub because: String,
    pub declined: bool,
}

#[derive(Clone, Debug)]
pub struct SwapRow {
    pub id: ChangeId,
    pub one: PartSaid,
    pub other: PartSaid,
    pub why: String,
    /// Whose answer is awaited.
    pub waits_for: String,
    pub accepts: Option<Name>,
    pub approves: Option<Name>,
    pub withdraws: bool,
    pub told: Vec<ToldOf>,
}

#[derive(Clone, Debug)]
pub struct AwayRow {
    /// Absent: it stands in the estate.
    pub id: Option<ChangeId>,
    pub who: String,
    pub sick: bool,
    pub from: Instant,
    pub until: Instant,
    pub note: String,
    pub still_on_watch: usize,
    pub removes: bool,
}

#[derive(Clone, Debug)]
pub struct ConflictRow {
    pub part: PartSaid,
    pub because: &'static str,
    pub asked: Option<ChangeId>,
}

#[derive(Clone, Debug)]
pub struct HistoryRow {
    pub id: ChangeId,
    pub told: Told,
    pub notices: Vec<ToldOf>,
    pub state: &'static str,
    pub undoes: bool,
}

/// One watch, and what can be done about it.
#[derive(Clone, Debug)]
pub struct WatchView {
    pub part: PartSaid,
    pub person: Name,
    /// As a form has them, in `zone`.
    pub from: String,
    pub until: String,
    pub zone: String,
    /// The reader may ask for cover of it, and propose to swap it.
    pub asks: bool,
    /// Those in whose name the reader may take it.
    pub takers: Vec<(Name, String)>,
    /// The watches of others for which it could be swapped: their value in the form, and what it says.
    pub others: Vec<(String, String)>,
}
