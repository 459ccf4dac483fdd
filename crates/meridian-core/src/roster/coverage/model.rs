//! What is found, as values.

use jiff::{
    SignedDuration,
    civil::{Date, DateTime},
};
use serde::Serialize;

use super::set::Stretch;
use crate::{
    Instant,
    calendar::{Days, Hours, WallTime},
    estate::Reachable,
    id::Name,
    roster::Away,
};

/// The cover of one window: what is there, and what somebody should look at.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    pub window: Stretch,
    /// Rotas by name, then teams with more than one rota, then the estate as a whole.
    pub covers: Vec<Cover>,
    /// Faults first, the worst before all; overlaps last.
    pub findings: Vec<Finding>,
    /// When the clocks of the sites concerned change, in order.
    pub clock_changes: Vec<ClockChange>,
}

/// Whose cover it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Rota(Name),
    /// All rotas of a team together.
    Team(Name),
    /// All rotas together.
    Estate,
}

/// Where somebody is primary, and where nobody is. `covered`, `holes` and `off` together are the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cover {
    pub of: Scope,
    pub covered: Vec<Stretch>,
    /// Nobody is there, and somebody is relied upon.
    pub holes: Vec<Stretch>,
    /// Nobody is there, and nobody needs to be.
    pub off: Vec<Stretch>,
    /// People of several layers are there together.
    pub overlaps: Vec<Stretch>,
}

/// Something that is alike on many days.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    pub of: Scope,
    pub what: What,
    /// In the order of time; never empty.
    pub phases: Vec<Phase>,
    pub because: Vec<Because>,
    /// Each closes the whole of it: that was tried.
    pub proposals: Vec<Proposal>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Nobody is on watch between the end of one layer and the beginning of another.
    Hole { leaving: Option<Side>, arriving: Option<Side> },
    /// A layer is closed for a public holiday and nobody else covers.
    UnstaffedHoliday { layer: Place },
    /// Somebody is on watch while on leave or sick, and nobody covers.
    Away { person: Name },
    /// Somebody who is on watch can't be reached for certain.
    Unreachable { person: Name },
    /// An override to nobody: whom it would replace is not on watch.
    IdleOverride { with: Name, replace: Option<Name> },
    /// Two primaries of one site at once, and nobody put them there together.
    DoubleCover { leaving: Side, arriving: Side },
    /// Two sites are on watch together while the watch passes from one to the other.
    Overlap { leaving: Side, arriving: Side },
}

/// A layer of a rota, and its site.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Place {
    pub rota: Name,
    pub layer: String,
    pub site: Name,
}

/// A layer that comes or goes, and when, by its own wall clock.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Side {
    pub place: Place,
    pub wall: WallTime,
}

/// Days in a row on which it happens at the same time in UTC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phase {
    pub stretches: Vec<Stretch>,
    /// The clock changes that made its first day differ from the day before.
    pub begun_by: Vec<ClockChange>,
    /// Those that end it for good; the ones that lead to another phase stand there.
    pub ended_by: Vec<ClockChange>,
}

/// The clocks of a site move.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ClockChange {
    pub at: Instant,
    pub site: Name,
    /// Seconds east of UTC.
    pub from_offset: i32,
    pub to_offset: i32,
}

/// Why it is so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    HoursEnd(Side),
    HoursBegin(Side),
    /// No layer has hours on these days of the week.
    DaysOff {
        days: Days,
    },
    ClockChange(ClockChange),
    Holiday {
        site: Name,
        date: Date,
        name: String,
    },
    RotationNotStarted {
        layer: Place,
        start: DateTime,
    },
    /// They take no turns any more.
    MemberLeft {
        person: Name,
        layer: Place,
        until: DateTime,
    },
    /// They take no turns yet.
    MemberJoins {
        person: Name,
        layer: Place,
        from: DateTime,
    },
    /// The rota has no layer whose role is primary.
    NoPrimary,
    /// How far they can be reached.
    Reach(Reachable),
    /// What keeps them away.
    Away {
        person: Name,
        away: Away,
    },
    /// Whom an override would replace, and in which layer; none: the layer does not exist.
    NotOnWatch {
        replace: Option<Name>,
        layer: Option<String>,
    },
    /// Whom the escalations rely upon then.
    Relied {
        escalation: Name,
    },
}

/// Other hours, with which the hole is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// One, or one on either side.
    pub changes: Vec<HoursChange>,
    /// On how many days it closes the hole: not on those on which the site is closed for a holiday.
    pub closes: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoursChange {
    pub place: Place,
    pub end: End,
    /// The new end or beginning, by the wall clock of the site.
    pub wall: WallTime,
    /// On these days of the week.
    pub days: Days,
    /// All hours of the layer, as they would then stand in the estate.
    pub hours: Vec<Hours>,
    /// How long the longest shift of the layer then is.
    pub lasts: SignedDuration,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    From,
    Until,
    /// Hours are added to those that the layer has.
    Days,
}

impl Phase {
    pub fn days(&self) -> usize {
        self.stretches.len()
    }

    /// Of its first day: clipped days at the ends of a window are shorter.
    pub fn length(&self) -> SignedDuration {
        let lengths = self.stretches.iter().map(|(from, until)| until.duration_since(*from));
        lengths.max().unwrap_or_default()
    }
}

impl Finding {
    pub fn days(&self) -> usize {
        self.phases.iter().map(Phase::days).sum()
    }

    pub fn stretches(&self) -> impl Iterator<Item = Stretch> {
        self.phases.iter().flat_map(|phase| phase.stretches.iter().copied())
    }

    /// How grave it is: nobody there, nobody to be reached, a change for nothing, one too many, and what is merely worth
    /// knowing.
    pub fn rank(&self) -> u8 {
        match self.what {
            What::Hole { .. } => 0,
            What::UnstaffedHoliday { .. } => 1,
            What::Away { .. } => 2,
            What::Unreachable { .. } => 3,
            What::IdleOverride { .. } => 4,
            What::DoubleCover { .. } => 5,
            What::Overlap { .. } => 6,
        }
    }

    pub fn is_fault(&self) -> bool {
        self.rank() < 6
    }

    /// Whether nobody is on watch then.
    pub fn is_hole(&self) -> bool {
        self.rank() < 2
    }
}
