//! The control room: who is on watch where, what needs you, what is open, what happened last.

use jiff::tz::TimeZone;
use meridian_core::{Instant, estate::Role};

use super::{Told, incident::IncidentRow, rota::ShiftRow};
use crate::ui::parts::{
    Glyph, Say,
    lanes::{Axis, Row},
};

#[derive(Clone, Debug)]
pub struct ControlView {
    pub sites: Vec<SiteView>,
    pub axis: Axis,
    pub rows: Vec<Row>,
    /// Rotas that have no row in the picture.
    pub rotas_more: usize,
    /// The same as a table, for those who can't see the picture.
    pub shifts: Vec<ShiftRow>,
    pub needs: Vec<Need>,
    /// What comes next when nothing needs you.
    pub next: Option<Say>,
    pub incidents: Vec<IncidentRow>,
    pub incidents_open: usize,
    /// The latest incident that was resolved, said when none is open.
    pub last_resolved: Option<Say>,
    pub latest: Vec<Told>,
}

#[derive(Clone, Debug)]
pub struct SiteView {
    pub name: String,
    pub zone: TimeZone,
    /// Degrees north and east.
    pub location: Option<(f64, f64)>,
    pub watches: Vec<Watch>,
    /// On watch as well, and not shown.
    pub more: usize,
    /// Who comes next at this site.
    pub next: Option<NextWatch>,
}

#[derive(Clone, Debug)]
pub struct Watch {
    pub role: Role,
    /// Said where the site has more than one rota.
    pub rota: Option<String>,
    pub who: String,
    pub you: bool,
    pub until: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct NextWatch {
    pub who: String,
    pub at: Instant,
}

/// One thing that waits for this reader.
#[derive(Clone, Debug)]
pub struct Need {
    pub shape: Glyph,
    pub what: String,
    /// Until when; what is over is urgent.
    pub until: Option<Instant>,
    pub urgent: bool,
    pub more: Say,
    /// A button that posts to this path: its word and its key.
    pub act: Option<(String, &'static str)>,
    pub open: String,
}
