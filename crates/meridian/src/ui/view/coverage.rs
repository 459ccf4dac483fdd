//! Coverage: a quarter at a glance, and what was found in it.

use jiff::civil::Date;
use meridian_core::id::Name;

use crate::ui::parts::Say;

#[derive(Clone, Debug)]
pub struct CoverageView {
    pub from: Date,
    /// The last day shown.
    pub last: Date,
    pub earlier: Date,
    pub later: Date,
    pub is_now: bool,
    pub quarter: Quarter,
    pub panels: Vec<Panel>,
    /// Rotas that found no place, none of them with a hole unless there are very many.
    pub more: usize,
    pub holes: Section,
    pub people: Section,
    pub doubles: Section,
    pub overlaps: Section,
}

/// The days, from the top to the bottom: the same in every panel.
#[derive(Clone, Debug)]
pub struct Quarter {
    pub days: u32,
    pub zone_name: String,
    /// The first day of each month.
    pub months: Vec<(u32, String)>,
    /// Days on which clocks change: the day, and whose by how much.
    pub changes: Vec<(u32, String, String)>,
    pub today: Option<u32>,
}

/// One rota: a thin row for each day.
#[derive(Clone, Debug)]
pub struct Panel {
    pub name: Name,
    pub title: String,
    pub covered: Vec<Block>,
    pub overlaps: Vec<Block>,
    pub holes: Vec<Block>,
    pub off: Vec<Block>,
    /// `13 holes, 31 h`; none: no hole.
    pub hole: Option<String>,
}

/// The same hours on several days in a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Block {
    pub day: u32,
    pub days: u32,
    /// In per cent of the day.
    pub from: f64,
    pub until: f64,
}

#[derive(Clone, Debug, Default)]
pub struct Section {
    pub rows: Vec<Row>,
    pub more: usize,
    /// Merely worth knowing: shown in less room.
    pub aside: bool,
}

/// One finding.
#[derive(Clone, Debug)]
pub struct Row {
    /// The rota, the team or the estate, as people call it.
    pub of: Say,
    pub title: String,
    pub phases: Vec<PhaseRow>,
    pub because: String,
    /// What would close it, and on how many days.
    pub proposals: Vec<String>,
    pub closes: String,
}

#[derive(Clone, Debug)]
pub struct PhaseRow {
    /// `22:30-00:00`, in UTC.
    pub times: String,
    pub length: String,
    /// `on 36 days, 5 Jan to 5 Mar 2026`.
    pub days: String,
    /// `17:30-19:00 in New York`.
    pub there: Vec<String>,
    pub since: Vec<String>,
    pub until: Vec<String>,
}
