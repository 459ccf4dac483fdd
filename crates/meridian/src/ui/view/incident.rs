//! Incidents: the list, and one with its escalation, alerts, attempts and timeline.

use meridian_core::{
    Instant,
    id::{IncidentId, Name},
    incident::Severity,
};

use super::{Told, alert::AlertRow, page::Tried};
use crate::ui::parts::Say;

#[derive(Clone, Debug)]
pub struct IncidentRow {
    pub id: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub state: State,
    pub opened: Instant,
    pub alerts_firing: usize,
}

#[derive(Clone, Debug)]
pub enum State {
    /// Nobody has it yet.
    Waiting,
    /// Every step was walked and nobody took it.
    Exhausted,
    Acknowledged {
        by: String,
        at: Instant,
    },
    Resolved {
        at: Instant,
    },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tab {
    #[default]
    Open,
    Resolved,
}

#[derive(Clone, Debug, Default)]
pub struct IncidentsView {
    pub tab: Tab,
    pub rows: Vec<IncidentRow>,
    pub open: usize,
    pub resolved: usize,
    /// `?before=` of the next older page.
    pub older: Option<u64>,
    pub newer: bool,
    /// For opening one by hand.
    pub escalations: Vec<(Name, String)>,
}

#[derive(Clone, Debug)]
pub struct IncidentView {
    pub id: IncidentId,
    pub title: String,
    pub severity: Severity,
    pub state: State,
    pub opened: Instant,
    pub escalation: String,
    pub stake: Stake,
    /// The next update, promised and not given yet.
    pub promised: Option<Say>,
    pub steps: Vec<StepView>,
    /// "round 2 of 3", where there is more than one.
    pub round: Option<String>,
    pub alerts: Vec<AlertRow>,
    pub alerts_total: usize,
    pub tried: Vec<Tried>,
    /// Newest first, one screenful of them.
    pub told: Vec<Told>,
    /// How many facts the timeline has.
    pub told_total: usize,
    /// So many of its middle stand in the journal alone.
    pub left_out: Option<usize>,
    /// `?before=` of those before.
    pub older: Option<u64>,
    pub newer: bool,
    /// Messages of a chain go missing, and the question is where.
    pub where_is_it: bool,
    /// To whom it can be given.
    pub people: Vec<(Name, String)>,
}

/// The one thing that matters now, with its number.
#[derive(Clone, Debug)]
pub struct Stake {
    pub figure: Figure,
    pub under: String,
    pub urgent: bool,
    pub say: Say,
    pub more: Option<Say>,
}

#[derive(Clone, Debug)]
pub enum Figure {
    /// Counts down.
    Until(Instant),
    /// Counts up.
    Since(Instant),
    /// How long it took.
    Took(jiff::SignedDuration),
}

#[derive(Clone, Debug)]
pub struct StepView {
    pub name: String,
    pub state: StepState,
    pub say: Say,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    Passed,
    Here,
    Answered,
    /// It yielded nobody.
    Nobody,
    Ahead,
}
