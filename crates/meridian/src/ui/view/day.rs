//! The day: 36 hours on one axis, who is on watch and who is responsible, what went wrong, what is planned.

use jiff::tz::TimeZone;
use meridian_core::{
    Instant,
    id::{IncidentId, Name},
    incident::Severity,
};

use crate::ui::parts::axis::Axis;

pub type Stretch = (Instant, Instant);

#[derive(Clone, Debug)]
pub struct Day {
    pub axis: Axis,
    /// The rota whose ring this is; none in an estate without rotas.
    pub ring: Option<Ring>,
    /// One a site, in the order of the sun.
    pub lanes: Vec<Lane>,
    pub lanes_more: usize,
    pub thread: Vec<Leg>,
    pub passings: Vec<Passing>,
    /// The other rotas, a row each.
    pub others: Vec<OtherWatch>,
    pub others_more: usize,
    /// None: this view says nothing of incidents, because they are not known of then.
    pub incidents: Option<Vec<Running>>,
    pub incidents_more: usize,
    /// The chains that something was heard of, a row each.
    pub chains: Vec<Pulse>,
    pub chains_more: usize,
    pub planned: Vec<Planned>,
    /// The same in words, by time.
    pub told: Vec<(Instant, Option<Instant>, String)>,
}

/// Whether somebody is primary, over all sites.
#[derive(Clone, Debug, Default)]
pub struct Ring {
    pub rota: String,
    pub covered: Vec<Stretch>,
    pub overlaps: Vec<Stretch>,
    /// Nobody is there, and an escalation relies on somebody.
    pub holes: Vec<Stretch>,
    /// Nobody is there, and nobody needs to be.
    pub off: Vec<Stretch>,
}

#[derive(Clone, Debug)]
pub struct Lane {
    pub name: String,
    pub sub: String,
    pub zone: TimeZone,
    pub nights: Vec<Stretch>,
    /// Lines of bars: those of the same time lie below one another.
    pub primary: Vec<Vec<Watching>>,
    pub seconds: Vec<Vec<Watching>>,
}

#[derive(Clone, Debug)]
pub struct Watching {
    pub from: Instant,
    pub until: Instant,
    pub who: String,
    /// Said when the pointer rests on it.
    pub title: String,
    /// A temporary change of who.
    pub changed: bool,
    /// Where somebody else is asked for.
    pub wanted: Vec<Stretch>,
}

/// A piece of the thread: who is responsible, in the lane of their site.
#[derive(Clone, Debug, PartialEq)]
pub struct Leg {
    pub from: Instant,
    pub until: Instant,
    pub lane: usize,
    pub who: String,
    pub kind: LegKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegKind {
    Held,
    /// Nobody is scheduled, and the last watch stays responsible.
    Alone,
    /// Nobody is scheduled and nobody is responsible: the rota passes by the clock. No line is drawn.
    Nobody,
}

/// The watch passes on.
#[derive(Clone, Debug)]
pub struct Passing {
    pub at: Instant,
    pub from_lane: usize,
    pub to_lane: usize,
    pub state: PassingState,
    /// Said beside it.
    pub label: Option<String>,
    pub title: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PassingState {
    /// By the plan, at that time.
    Due,
    Accepted,
    /// Accepted after it was due.
    Late,
    /// Nobody took it yet although it was due, or nobody will be there to take it before.
    Nobody,
}

#[derive(Clone, Debug)]
pub struct OtherWatch {
    pub name: Name,
    pub ring: Ring,
    /// Who is on watch now.
    pub now: Vec<String>,
}

/// An incident as a bar.
#[derive(Clone, Debug)]
pub struct Running {
    pub id: IncidentId,
    pub severity: Severity,
    pub title: String,
    pub from: Instant,
    /// None: it is open.
    pub until: Option<Instant>,
    pub waits: bool,
}

/// Something with a beginning and an end that somebody decided.
#[derive(Clone, Debug)]
pub struct Planned {
    pub kind: PlannedKind,
    pub from: Instant,
    pub until: Instant,
    pub what: String,
    /// It stands against something else that is planned.
    pub collides: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlannedKind {
    /// Something is done to the systems.
    Work,
    /// Nothing may be done to them.
    Freeze,
    /// Something happens outside.
    Event,
    /// A temporary change of who is on watch.
    Override,
    Silence,
}

impl PlannedKind {
    pub fn word(self) -> &'static str {
        match self {
            PlannedKind::Work | PlannedKind::Freeze | PlannedKind::Event => "Announced",
            PlannedKind::Override => "Overrides",
            PlannedKind::Silence => "Silences",
        }
    }
}

/// How messages flow through a chain.
#[derive(Clone, Debug)]
pub struct Pulse {
    pub name: String,
    pub title: String,
    /// What was confirmed, step by step; empty: nothing was.
    pub rate: Vec<(Stretch, u32)>,
    pub wrong: Vec<Wrong>,
    /// The worst that is wrong now, and whether it is grave.
    pub now: Option<(String, bool)>,
}

/// A time in which messages were held, or in which nobody knows.
#[derive(Clone, Debug)]
pub struct Wrong {
    pub kind: PulseKind,
    pub from: Instant,
    pub until: Instant,
    pub words: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PulseKind {
    Held,
    Dark,
}
