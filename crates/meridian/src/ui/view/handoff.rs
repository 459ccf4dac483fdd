//! Handoffs: the list with its figures and history, and one brief.

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Instant,
    handoff::{ItemKey, Missing, Search, Stability, Standing},
    id::{HandoffId, IncidentId, Name},
};

use crate::ui::parts::{Glyph, Say};

/// What the address asks of the history.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub search: Search,
    pub before: Option<u64>,
}

/// A day as the address and its form say it.
pub fn day(at: Instant) -> String {
    at.to_zoned(TimeZone::UTC).date().to_string()
}

/// The last day that is meant, of an end that is not.
pub fn last_day(until: Instant) -> String {
    day(until.saturating_sub(SignedDuration::from_secs(1)).unwrap_or(until))
}

#[derive(Clone, Debug)]
pub struct HandoffsView {
    pub open: Vec<HandoffRow>,
    /// Those that ended, newest first.
    pub rows: Vec<HandoffRow>,
    pub figures: Vec<FigureRow>,
    /// What the history is asked for.
    pub asked: Asked,
    /// Edges and people to look for.
    pub edges: Vec<(String, String)>,
    pub people: Vec<(Name, String)>,
    /// Some rota is handed over.
    pub is_handed_over: bool,
    pub older: Option<u64>,
    pub newer: bool,
    /// What comes next when none is open.
    pub next: Option<Say>,
}

#[derive(Clone, Debug)]
pub struct HandoffRow {
    pub id: HandoffId,
    pub title: String,
    pub rota: String,
    pub standing: Standing,
    pub was_late: bool,
    pub due: Instant,
    pub from: String,
    pub to: String,
    pub end: Option<Say>,
    /// Unstable, watcher, stable.
    pub counts: [usize; 3],
    /// How much stands before acceptance.
    pub before: usize,
    /// Where the words of the search were found.
    pub found_in: Vec<String>,
}

/// How well an edge is handed over; each figure as so many of so many.
#[derive(Clone, Debug)]
pub struct FigureRow {
    pub edge: String,
    pub rota: String,
    /// The address of the handoffs of this edge.
    pub behind: String,
    pub on_time: (usize, usize),
    pub late: usize,
    pub emergencies: usize,
    pub read_back: (usize, usize),
    /// Handoffs with an unstable item that was not read back.
    pub not_read_back: usize,
    pub missed: (usize, usize),
    pub missed_pages: Vec<(HandoffId, IncidentId)>,
}

#[derive(Clone, Debug)]
pub struct BriefView {
    pub id: HandoffId,
    pub title: String,
    pub rota: String,
    pub standing: Standing,
    pub due: Instant,
    /// From which site and to which, with their zones.
    pub sites: [(String, TimeZone); 2],
    pub from: String,
    pub to: String,
    /// From when until when nobody is scheduled.
    pub hole: Option<(Instant, Instant)>,
    pub late_at: Option<Instant>,
    pub leads: String,
    pub late_incident: Option<IncidentId>,
    /// Unstable, watcher, stable.
    pub counts: [usize; 3],
    /// Acknowledgements and actions that move.
    pub moves: (usize, usize),
    pub before: Vec<Before>,
    /// What the brief says; who says that they have read it names this.
    pub revision: String,
    pub to_read: Option<ToRead>,
    pub read_by: Vec<Say>,
    pub items: Vec<ItemRow>,
    /// What is to be done within the incoming's watch.
    pub falls_due: Vec<(String, Instant)>,
    pub end: Option<Say>,
    pub refusals: Vec<Say>,
    /// Pages to the incoming in the first hours after acceptance, and whether they were misses.
    pub pages_after: Vec<(Say, bool)>,
    /// The reader may read back, accept and refuse, as the incoming or in their name.
    pub is_incoming: bool,
    /// Of a reader who is nobody of the estate: in whose name.
    pub acts: Option<Acts>,
    /// The newest entry of the journal, for the printed page.
    pub seq: u64,
}

/// In whose name somebody acts who is nobody of the estate: an administrator, a demonstration's visitor.
#[derive(Clone, Debug)]
pub struct Acts {
    pub outgoing: Option<Name>,
    pub incoming: Option<Name>,
    pub people: Vec<(Name, String)>,
    pub of_incoming: Vec<(Name, String)>,
}

/// What the reader has not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToRead {
    All,
    Changes,
}

/// One thing that stands before acceptance, and where it is on the page.
#[derive(Clone, Debug)]
pub struct Before {
    pub anchor: String,
    pub words: String,
}

#[derive(Clone, Debug)]
pub struct ItemRow {
    pub key: ItemKey,
    pub anchor: String,
    pub number: u32,
    pub severity: Stability,
    /// Completes "because …".
    pub because: String,
    /// What a person said of it does not count any more: that is printed, too.
    pub worse_since: bool,
    /// What is new to this reader.
    pub unread: Option<&'static str>,
    pub shape: Option<Glyph>,
    pub href: Option<String>,
    pub summary: Say,
    pub detail: Say,
    pub latest: Option<String>,
    pub note: Option<String>,
    pub amended: Option<Say>,
    /// What people said of it, to be changed.
    pub said: SaidRow,
    pub owner: Option<String>,
    pub actions: Vec<ActionRow>,
    pub contingency: Option<Say>,
    pub missing: Vec<Missing>,
    pub waivers: Vec<Say>,
    pub questions: Vec<QuestionRow>,
    pub read_back: Option<ReadRow>,
    pub needs_read_back: bool,
    pub is_note: bool,
}

/// Empty: nobody said so.
#[derive(Clone, Debug)]
pub struct SaidRow {
    pub severity: &'static str,
    pub owner: String,
    pub contingency: String,
    pub note: String,
}

#[derive(Clone, Debug)]
pub struct ActionRow {
    pub said: Say,
    pub by: Option<String>,
    /// Of those that people added.
    pub number: Option<u32>,
    pub text: String,
    pub owner: String,
    pub due: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct QuestionRow {
    pub number: u32,
    pub asked: String,
    pub answer: Option<String>,
}

#[derive(Clone, Debug)]
pub struct ReadRow {
    pub words: String,
    pub by: String,
    pub at: Instant,
    pub next: Option<String>,
    pub next_at: Option<Instant>,
}

impl BriefView {
    /// In whose name the outgoing's forms are sent, where the reader does not act for themselves.
    pub fn outgoing(&self) -> Option<&Name> {
        self.acts.as_ref()?.outgoing.as_ref()
    }

    pub fn incoming(&self) -> Option<&Name> {
        self.acts.as_ref()?.incoming.as_ref()
    }

    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Open | Standing::Late)
    }
}
