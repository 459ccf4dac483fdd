//! The day in words: the same facts as in its picture, in the order of time, for those who can't see it.

use meridian_core::Instant;

use crate::ui::view::day::{Day, LegKind, PassingState, PlannedKind, Wrong};

pub(super) fn told(day: &Day) -> Vec<(Instant, Option<Instant>, String)> {
    let mut told = Vec::new();
    let lane = |at: usize| day.lanes.get(at).map_or("", |lane| lane.name.as_str());
    for leg in &day.thread {
        let what = match leg.kind {
            LegKind::Held => format!("{}, {}: responsible", lane(leg.lane), leg.who),
            LegKind::Alone => format!("{}, {}: stays responsible, nobody is scheduled", lane(leg.lane), leg.who),
            LegKind::Nobody => "Nobody is responsible: nobody is scheduled".into(),
        };
        told.push((leg.from, Some(leg.until), what));
    }
    for passing in &day.passings {
        let between = format!("from {} to {}", lane(passing.from_lane), lane(passing.to_lane));
        match passing.state {
            PassingState::Accepted => told.push((passing.at, None, format!("Handoff accepted {between}"))),
            PassingState::Late => told.push((passing.at, None, format!("Handoff accepted late {between}"))),
            PassingState::Due => told.push((passing.at, None, format!("Handoff due {between}, {}", passing.title))),
            PassingState::Nobody => {
                let more = passing.label.as_deref().unwrap_or("nobody to take it");
                told.push((passing.at, None, format!("Handoff {between}: {more}")));
            }
        }
    }
    for one in &day.lanes {
        for watching in one.primary.iter().chain(&one.seconds).flatten() {
            told.push((watching.from, Some(watching.until), format!("{}: {}", one.name, watching.title)));
            for (from, until) in &watching.wanted {
                told.push((*from, Some(*until), format!("{}: cover wanted for {}", one.name, watching.who)));
            }
        }
    }
    let rings = day.ring.iter().chain(day.others.iter().map(|other| &other.ring));
    for ring in rings {
        told.extend(ring.holes.iter().map(|(from, until)| (*from, Some(*until), format!("Hole in {}", ring.rota))));
        let overlaps = ring.overlaps.iter();
        told.extend(overlaps.map(|(from, until)| (*from, Some(*until), format!("Overlap in {}", ring.rota))));
    }
    for one in day.incidents.iter().flatten() {
        let state = if one.until.is_some() { "resolved" } else { "open" };
        told.push((one.from, one.until, format!("INC-{} {} {}, {state}", one.id, one.severity.word(), one.title)));
    }
    for chain in &day.chains {
        let told_of = |wrong: &Wrong| (wrong.from, Some(wrong.until), format!("{}: {}", chain.title, wrong.words));
        told.extend(chain.wrong.iter().map(told_of));
    }
    for one in &day.planned {
        let kind = match one.kind {
            PlannedKind::Work => "Work announced",
            PlannedKind::Freeze => "Freeze announced",
            PlannedKind::Event => "Event announced",
            PlannedKind::Override => "Override",
            PlannedKind::Silence => "Silence",
        };
        let against = one.collides.as_ref().map_or(String::new(), |other| format!(", collides with {other}"));
        told.push((one.from, Some(one.until), format!("{kind}: {}{against}", one.what)));
    }
    told.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    told
}
