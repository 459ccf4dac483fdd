//! Handoffs: the list with its figures and history, and one brief.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant,
    handoff::{ItemKey, Missing, Stability, Standing},
    id::{HandoffId, IncidentId, Name},
};

use crate::ui::parts::{Glyph, Say};

#[derive(Clone, Debug)]
pub struct HandoffsView {
    pub open: Vec<HandoffRow>,
    /// Those that ended, newest first.
    pub rows: Vec<HandoffRow>,
    pub figures: Vec<FigureRow>,
    pub words: String,
    pub rota: String,
    /// The rotas that are handed over.
    pub rotas: Vec<(Name, String)>,
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
}

/// How well an edge is handed over; each figure as so many of so many.
#[derive(Clone, Debug)]
pub struct FigureRow {
    pub edge: String,
    pub rota: String,
    pub accepted: usize,
    pub on_time: (usize, usize),
    pub late: Vec<HandoffId>,
    pub emergencies: Vec<HandoffId>,
    pub read_back: (usize, usize),
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
    pub items: Vec<ItemRow>,
    /// What is to be done within the incoming's watch.
    pub falls_due: Vec<(String, Instant)>,
    pub end: Option<Say>,
    pub refusals: Vec<Say>,
    /// The reader may read back, accept and refuse, as the incoming or in their name.
    pub is_incoming: bool,
    /// The reader is nobody of the estate and says in whose name.
    pub chooses: bool,
    pub incoming: Vec<(Name, String)>,
    pub people: Vec<(Name, String)>,
    /// The newest entry of the journal, for the printed page.
    pub seq: u64,
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
    pub shape: Option<Glyph>,
    pub href: Option<String>,
    pub summary: Say,
    pub detail: Say,
    pub note: Option<String>,
    pub owner: Option<String>,
    pub actions: Vec<Say>,
    pub contingency: Option<Say>,
    pub missing: Vec<Missing>,
    pub waivers: Vec<Say>,
    pub questions: Vec<QuestionRow>,
    pub read_back: Option<ReadRow>,
    pub needs_read_back: bool,
    pub is_note: bool,
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
    pub next_at: Option<Instant>,
}

impl BriefView {
    pub fn is_open(&self) -> bool {
        matches!(self.standing, Standing::Open | Standing::Late)
    }
}
