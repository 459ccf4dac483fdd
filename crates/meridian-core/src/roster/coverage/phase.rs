//! Days that are alike, as one: the same layers, the same wall clocks. Where the clocks of a site change, the same wall
//! clocks are other instants, and a new phase begins; it says which change that was.

use std::collections::BTreeMap;

use jiff::{SignedDuration, tz::TimeZone};

use super::{
    clock::changes,
    model::{ClockChange, Phase, Place, Side},
    set::Stretch,
};
use crate::{
    Instant,
    calendar::WallTime,
    estate::{Layer, Rota},
};

/// What happens at most once a week is still the same thing; what was away for longer begins anew.
pub(super) const REMEMBERED: SignedDuration = SignedDuration::from_hours(8 * 24);

/// A layer of a rota that comes on or goes off watch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge<'a> {
    pub rota: &'a Rota,
    pub layer: &'a Layer,
}

/// One hole, or one overlap.
#[derive(Clone, Debug)]
pub(super) struct Occurrence<'a> {
    /// What of it lies in the window.
    pub shown: Vec<Stretch>,
    pub whole: Stretch,
    /// Whose coming or going begins it, and whose ends it.
    pub begins: Option<Edge<'a>>,
    pub ends: Option<Edge<'a>>,
}

/// All occurrences of one kind, in the order of time, those around the window as well.
pub(super) struct Group<'a> {
    pub occurrences: Vec<Occurrence<'a>>,
    pub phases: Vec<Phase>,
}

impl Edge<'_> {
    pub(super) fn place(&self) -> Place {
        let (rota, site) = (self.rota.name.clone(), self.layer.site.clone());
        Place { rota, layer: self.layer.name.clone(), site }
    }

    pub(super) fn side(&self, at: Instant) -> Side {
        Side { place: self.place(), wall: wall(&self.layer.zone, at) }
    }
}

pub(super) fn wall(zone: &TimeZone, at: Instant) -> WallTime {
    let time = zone.to_datetime(at).time();
    WallTime(time.hour() as u32 * 3600 + time.minute() as u32 * 60 + time.second() as u32)
}

impl<'a> Occurrence<'a> {
    /// How many local days lie between the end of the one side and the beginning of the other.
    pub(super) fn days_apart(&self) -> i32 {
        let (Some(begins), Some(ends)) = (self.begins, self.ends) else { return 0 };
        let (first, last) = (begins.layer.zone.to_datetime(self.whole.0), ends.layer.zone.to_datetime(self.whole.1));
        (last.date() - first.date()).get_days()
    }

    fn likeness(&self) -> impl Ord + use<'a> {
        let side = |edge: Option<Edge<'a>>, at| {
            edge.map(|edge| (&edge.rota.name, &edge.layer.name, wall(&edge.layer.zone, at)))
        };
        (side(self.begins, self.whole.0), side(self.ends, self.whole.1), self.days_apart())
    }

    /// When in the day of UTC it is, and how long.
    fn in_utc(&self) -> (i64, i64) {
        let (from, until) = (self.whole.0.as_second(), self.whole.1.as_second());
        (from.rem_euclid(86_400), until - from)
    }

    /// The clock changes of either side between `earlier` and this one.
    fn changes_since(&self, earlier: Stretch) -> Changes {
        let of = |edge: Option<Edge<'_>>, from, until| {
            edge.map_or_else(Vec::new, |edge| changes(&edge.layer.site, &edge.layer.zone, from, until))
        };
        Changes { begin: of(self.begins, earlier.0, self.whole.0), end: of(self.ends, earlier.1, self.whole.1) }
    }

    fn length(&self) -> SignedDuration {
        self.whole.1.duration_since(self.whole.0)
    }

    fn moved(&self, by: SignedDuration) -> Stretch {
        let at = |instant: Instant| instant.saturating_add(by).unwrap_or(instant);
        (at(self.whole.0), at(self.whole.1))
    }
}

/// Those that moved the beginning, and those that moved the end.
struct Changes {
    begin: Vec<ClockChange>,
    end: Vec<ClockChange>,
}

impl Changes {
    fn all(self) -> Vec<ClockChange> {
        let mut all = self.begin;
        all.extend(self.end);
        all.sort();
        all.dedup();
        all
    }

    /// How much longer they make it: whose clock goes forward comes and goes earlier.
    fn longer_by(&self) -> SignedDuration {
        let by = |changes: &[ClockChange]| {
            changes.iter().fold(SignedDuration::ZERO, |sum, change| sum.saturating_add(change.by()))
        };
        by(&self.begin).saturating_sub(by(&self.end))
    }
}

/// Puts together what is alike. Groups come in the order of their first occurrence.
pub(super) fn groups<'a>(occurrences: Vec<Occurrence<'a>>) -> Vec<Group<'a>> {
    let mut alike: BTreeMap<_, Vec<Occurrence<'a>>> = BTreeMap::new();
    for occurrence in occurrences {
        alike.entry(occurrence.likeness()).or_default().push(occurrence);
    }
    let mut groups: Vec<Group<'a>> = alike
        .into_values()
        .map(|mut occurrences| {
            occurrences.sort_by_key(|occurrence| occurrence.whole);
            let phases = phases(&occurrences);
            Group { occurrences, phases }
        })
        .filter(|group| !group.phases.is_empty())
        .collect();
    groups.sort_by_key(|group| group.phases[0].stretches[0]);
    groups
}

fn phases(occurrences: &[Occurrence<'_>]) -> Vec<Phase> {
    let mut phases: Vec<Phase> = Vec::new();
    let mut last: Option<&Occurrence<'_>> = None;
    for occurrence in occurrences {
        let near = last.filter(|last| occurrence.whole.0.duration_since(last.whole.0) <= REMEMBERED);
        match (near, phases.last_mut()) {
            (Some(last), Some(phase)) if last.in_utc() == occurrence.in_utc() => {
                phase.stretches.extend(&occurrence.shown);
            }
            _ => {
                if let (None, Some(last), Some(phase)) = (near, last, phases.last_mut()) {
                    phase.ended_by = ended_by(last);
                }
                let begun_by = match near {
                    Some(last) => occurrence.changes_since(last.whole).all(),
                    None => opened_by(occurrence),
                };
                let stretches = occurrence.shown.clone();
                phases.push(Phase { stretches, begun_by, ended_by: Vec::new() });
            }
        }
        last = Some(occurrence);
    }
    if let (Some(last), Some(phase)) = (last, phases.last_mut()) {
        phase.ended_by = ended_by(last);
    }
    // What a change makes for a single night is over with that night.
    phases.iter_mut().filter(|phase| phase.ended_by == phase.begun_by).for_each(|phase| phase.ended_by.clear());
    phases.retain(|phase| !phase.stretches.is_empty());
    phases
}

/// The changes shortly before, when without them there would be nothing.
fn opened_by(first: &Occurrence<'_>) -> Vec<ClockChange> {
    let changes = first.changes_since(first.moved(-REMEMBERED));
    let opened = first.length() <= changes.longer_by();
    if opened { changes.all() } else { Vec::new() }
}

/// The changes shortly after, when with them there is nothing left.
fn ended_by(last: &Occurrence<'_>) -> Vec<ClockChange> {
    let mut later = last.clone();
    later.whole = last.moved(REMEMBERED);
    let changes = later.changes_since(last.whole);
    let ended = last.length() <= -changes.longer_by();
    if ended { changes.all() } else { Vec::new() }
}
