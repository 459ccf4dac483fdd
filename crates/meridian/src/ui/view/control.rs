//! The control room: who is on watch where, what needs you, what is open, what happened last.

use jiff::tz::TimeZone;
use meridian_core::{Instant, id::Name};

use super::{Told, day::Day, incident::IncidentRow};
use crate::ui::parts::{Clock, Glyph, Say};

#[derive(Clone, Debug)]
pub struct ControlView {
    /// As at the moment that is looked at.
    pub clock: Clock,
    pub moment: Option<Moment>,
    /// The rota in the middle, where the address names one.
    pub rota: Option<Name>,
    pub sites: Vec<SiteView>,
    /// Sites that are not shown.
    pub sites_more: usize,
    pub day: Day,
    pub needs: Vec<Need>,
    pub behind: Vec<Behind>,
    /// What comes next when nothing needs you.
    pub next: Option<Say>,
    pub incidents: Vec<IncidentRow>,
    pub incidents_open: usize,
    /// The latest incident that was resolved, said when none is open.
    pub last_resolved: Option<Say>,
    pub latest: Vec<Told>,
}

/// Another moment than now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// As it was: the journal, folded up to there.
    Past(Instant),
    /// As it is planned: who will be on watch, and nothing else is known.
    Ahead { at: Instant, now: Instant },
}

impl Moment {
    pub fn at(self) -> Instant {
        match self {
            Moment::Past(at) | Moment::Ahead { at, .. } => at,
        }
    }
}

#[derive(Clone, Debug)]
pub struct SiteView {
    pub name: String,
    pub zone: TimeZone,
    /// Degrees north and east.
    pub location: Option<(f64, f64)>,
    pub state: SiteState,
    pub watches: Vec<Watch>,
    /// On watch as well, and not shown.
    pub more: usize,
    /// On watch in other rotas than the one in the middle.
    pub also: Option<String>,
    /// Who comes next at this site.
    pub next: Option<NextWatch>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteState {
    Off,
    OnWatch,
    /// Responsible: its people hold the watch of the rota in the middle.
    Holds,
    /// Nobody is scheduled, and its people stay responsible.
    Stays,
}

impl SiteState {
    pub fn word(self) -> &'static str {
        match self {
            SiteState::Off => "off watch",
            SiteState::OnWatch => "on watch",
            SiteState::Holds => "holds the watch",
            SiteState::Stays => "stays responsible",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Watch {
    /// `Primary`, `Second`, `Shadow`.
    pub label: &'static str,
    pub who: String,
    pub you: bool,
    pub until: Option<Instant>,
}

#[derive(Clone, Debug)]
pub struct NextWatch {
    pub who: String,
    pub at: Instant,
}

/// What waits besides, and where all of it is listed.
#[derive(Clone, Debug)]
pub struct Behind {
    pub count: usize,
    pub what: String,
    pub href: &'static str,
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
    /// Another one that says no, where that is an answer, too.
    pub refuse: Option<(String, &'static str)>,
    pub open: String,
}
