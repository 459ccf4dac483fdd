//! Rotas: the list, and one with its coming two weeks.

use jiff::civil;
use meridian_core::{Instant, estate::Role, id::Name};

use crate::ui::parts::lanes::{Axis, Row};

#[derive(Clone, Debug, Default)]
pub struct RotasView {
    pub rows: Vec<RotaRow>,
}

#[derive(Clone, Debug)]
pub struct RotaRow {
    pub name: Name,
    pub display_name: String,
    pub team: String,
    /// The primaries now.
    pub now: Vec<String>,
    pub until: Option<Instant>,
    pub next: Vec<String>,
    /// The first stretch within the coming two weeks in which an escalation would find nobody here.
    pub hole: Option<(Instant, Instant)>,
    pub holes: usize,
    /// Nobody is on watch now, and nobody relies on it.
    pub off: bool,
}

#[derive(Clone, Debug)]
pub struct RotaView {
    pub name: Name,
    pub display_name: String,
    pub team: String,
    pub axis: Axis,
    pub rows: Vec<Row>,
    pub shifts: Vec<ShiftRow>,
    pub holes: Vec<(Instant, Instant)>,
    pub turns: Vec<LayerRow>,
    pub overrides: Vec<OverrideRow>,
    pub people: Vec<(Name, String)>,
    pub layers: Vec<String>,
    pub form: OverrideForm,
    pub span: Span,
    /// The first day of the stretch shown, of the one before and of the one after.
    pub from: civil::Date,
    pub earlier: civil::Date,
    pub later: civil::Date,
    pub is_now: bool,
}

/// How much of a rota is looked at together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// From a day on.
    #[default]
    Fortnight,
    /// Of the calendar.
    Month,
}

impl Span {
    pub const ALL: [Span; 2] = [Span::Fortnight, Span::Month];

    /// As an address says it.
    pub fn word(self) -> &'static str {
        match self {
            Span::Fortnight => "fortnight",
            Span::Month => "month",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Span::Fortnight => "Fortnight",
            Span::Month => "Month",
        }
    }

    /// As sentences say it: "in these two weeks".
    pub fn said(self) -> &'static str {
        match self {
            Span::Fortnight => "these two weeks",
            Span::Month => "this month",
        }
    }
}

#[derive(Clone, Debug)]
pub struct ShiftRow {
    /// Where it can be changed, unless it is over.
    pub change: Option<String>,
    pub rota: String,
    pub layer: String,
    pub role: Role,
    pub who: String,
    pub from: Instant,
    pub until: Instant,
    pub zone: jiff::tz::TimeZone,
    /// "rotation", "override".
    pub because: String,
}

/// How a layer takes turns.
#[derive(Clone, Debug)]
pub struct LayerRow {
    pub name: String,
    pub role: Role,
    pub site: String,
    /// `mon-fri 08:00-17:00`; empty: always.
    pub hours: Vec<String>,
    pub closed_on_holidays: bool,
    /// `1 week`; `4 days, then 3 days`.
    pub every: String,
    /// Only a turn that was worked counts.
    pub served: bool,
    /// In the order of their turns.
    pub members: Vec<Vec<MemberRow>>,
}

#[derive(Clone, Debug)]
pub struct MemberRow {
    pub who: String,
    /// `from 1 Mar 2026`, `left 1 Sep 2026`; empty: all the time.
    pub when: String,
    /// Not yet, or no longer.
    pub absent: bool,
}

#[derive(Clone, Debug)]
pub struct OverrideRow {
    /// Absent: it stands in the estate and is changed there.
    pub id: Option<u64>,
    pub from: Instant,
    pub until: Instant,
    pub with: String,
    pub replace: Option<String>,
    pub layer: Option<String>,
    /// Nobody is replaced by it.
    pub idle: bool,
    /// From when until when a later one counts instead of it, and whom that puts on watch.
    pub gives_way: Vec<(Instant, Instant, String)>,
}

#[derive(Clone, Debug, Default)]
pub struct OverrideForm {
    pub from: String,
    pub until: String,
    pub zone: String,
    pub with: String,
    pub replace: String,
    pub layer: String,
    pub error: Option<(&'static str, String)>,
}
