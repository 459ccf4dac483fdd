//! Holes, and why they are there: the causes are peeled off one after the other.
//!
//! What would be covered if public holidays were staffed is a holiday's fault; what would be covered if nobody had left is
//! due to those who did, and what would be covered if every rotation had begun to its start. What is left then is the pattern of the hours, day after day.

use std::collections::BTreeMap;

use super::{
    model::{Because, Finding, Phase, Scope, What},
    phase::{Edge, Group, Occurrence, groups},
    proposal,
    relied::relied,
    seen::{Peeled, Seen},
    set::{Stretch, both, joined, minus},
};
use crate::{
    calendar::Days,
    estate::{Estate, Holidays, Role, Rota, Target},
    roster::{Absences, Overrides, Shift},
};

/// Rotas that are looked at together.
pub(super) struct Ring<'a> {
    pub estate: &'a Estate,
    pub added: &'a Overrides,
    pub away: &'a Absences,
    pub of: Scope,
    pub rotas: Vec<&'a Peeled<'a>>,
    pub window: Stretch,
    /// The window and what lies around it, so that its edges have reasons, too.
    pub wide: Stretch,
}

/// Nobody is there, over the wide window.
pub(super) struct Nobody {
    pub holes: Vec<Stretch>,
    pub off: Vec<Stretch>,
}

pub(super) fn clip(these: &[Stretch], window: Stretch) -> Vec<Stretch> {
    both(these, &[window])
}

impl<'a> Ring<'a> {
    /// All of its rotas, as they are or would be.
    pub(super) fn seen(&self, view: fn(&'a Peeled<'a>) -> &'a Seen<'a>) -> Vec<&'a Seen<'a>> {
        self.rotas.iter().map(|rota| view(rota)).collect()
    }

    fn layers(&self) -> impl Iterator<Item = Edge<'a>> + '_ {
        self.rotas.iter().flat_map(|rota| edges_of(&rota.real))
    }

    pub(super) fn nobody(&self) -> Nobody {
        let real = self.seen(Peeled::real);
        let gaps = gaps(&real);
        let mut loud = Vec::new();
        for seen in real {
            loud.extend(relied(self.estate, self.added, &seen.rota, seen.gaps().to_vec(), self.wide).holes);
        }
        let holes = both(&gaps, &joined(loud));
        Nobody { off: minus(&gaps, &holes), holes }
    }

    pub(super) fn holes(&self, nobody: &Nobody) -> Vec<Finding> {
        if nobody.holes.is_empty() {
            return Vec::new();
        }
        let (staffed, begun) = (self.seen(Peeled::staffed), self.seen(Peeled::begun));
        let real = gaps(&self.seen(Peeled::real));
        let without_holidays = gaps(&staffed);
        let with_members = gaps(&self.seen(Peeled::complete));
        let pattern = gaps(&begun);

        let shown = clip(&nobody.holes, self.window);
        let mut found = self.holidays(&staffed, &both(&shown, &minus(&real, &without_holidays)));
        found.extend(self.no_member(&both(&shown, &minus(&without_holidays, &with_members))));
        found.extend(self.not_started(&both(&shown, &minus(&with_members, &pattern))));
        let occurrences = occurrences(&begun, &pattern, &shown);
        found.extend(groups(occurrences).into_iter().map(|group| self.pattern(&begun, group)));
        found
    }

    /// The stretches that would be covered on a working day.
    fn holidays(&self, staffed: &[&'a Seen<'a>], missing: &[Stretch]) -> Vec<Finding> {
        if missing.is_empty() {
            return Vec::new();
        }
        let mut found: BTreeMap<_, (Vec<Stretch>, Vec<Because>)> = BTreeMap::new();
        let real = self.seen(Peeled::real);
        for shift in primaries(staffed) {
            let Some(edge) = edge_of(&real, shift) else { continue };
            if edge.layer.holidays != Holidays::Closed {
                continue;
            }
            for piece in both(missing, &[(shift.from, shift.until)]) {
                let date = edge.layer.zone.to_datetime(piece.0).date();
                // What runs overnight belongs to the day on which it starts.
                let on = [Some(date), date.yesterday().ok()].into_iter().flatten();
                let Some((date, name)) = on.filter_map(|date| Some((date, edge.layer.calendar.holiday(date)?))).next()
                else {
                    continue;
                };
                let (stretches, because) = found.entry(edge.place()).or_default();
                stretches.push(piece);
                let reason = Because::Holiday { site: edge.layer.site.clone(), date, name: name.to_owned() };
                if !because.contains(&reason) {
                    because.push(reason);
                }
            }
        }
        let finding = |(layer, (stretches, because))| {
            let phases = vec![Phase { stretches: joined(stretches), begun_by: Vec::new(), ended_by: Vec::new() }];
            let what = What::UnstaffedHoliday { layer };
            Finding { of: self.of.clone(), what, phases, because, proposals: Vec::new() }
        };
        found.into_iter().map(finding).collect()
    }

    /// What would be covered if everybody who takes turns at some time did so always.
    fn no_member(&self, missing: &[Stretch]) -> Option<Finding> {
        let (first, last) = (missing.first()?, missing.last()?);
        let mut because = Vec::new();
        for edge in self.layers().filter(|edge| edge.layer.role == Role::Primary) {
            let (from, until) = (edge.layer.zone.to_datetime(first.0), edge.layer.zone.to_datetime(last.1));
            for member in edge.layer.rotation.members.iter().flatten() {
                let (person, layer) = (member.person.clone(), edge.place());
                if let Some(until) = member.until.filter(|left| *left <= until) {
                    because.push(Because::MemberLeft { person, layer, until });
                } else if let Some(from) = member.from.filter(|joins| *joins >= from) {
                    because.push(Because::MemberJoins { person, layer, from });
                }
            }
        }
        let phases = vec![Phase { stretches: missing.to_vec(), begun_by: Vec::new(), ended_by: Vec::new() }];
        let what = What::Hole { leaving: None, arriving: None };
        Some(Finding { of: self.of.clone(), what, phases, because, proposals: Vec::new() })
    }

    /// What would be covered if every rotation had begun: nobody is on watch before its start.
    fn not_started(&self, missing: &[Stretch]) -> Option<Finding> {
        let first = missing.first()?;
        let late = |edge: &Edge<'_>| {
            let started = edge.layer.zone.to_datetime(first.0);
            edge.layer.role == Role::Primary && edge.layer.rotation.start > started
        };
        let because = self
            .layers()
            .filter(late)
            .map(|edge| Because::RotationNotStarted { layer: edge.place(), start: edge.layer.rotation.start });
        Some(Finding {
            of: self.of.clone(),
            what: What::Hole { leaving: None, arriving: None },
            because: because.collect(),
            phases: vec![Phase { stretches: missing.to_vec(), begun_by: Vec::new(), ended_by: Vec::new() }],
            proposals: Vec::new(),
        })
    }

    fn pattern(&self, rotas: &[&'a Seen<'a>], group: Group<'_>) -> Finding {
        let first = &group.occurrences[0];
        let leaving = first.begins.map(|edge| edge.side(first.whole.0));
        let arriving = first.ends.map(|edge| edge.side(first.whole.1));
        let mut because: Vec<Because> = Vec::new();
        because.extend(leaving.clone().map(Because::HoursEnd));
        because.extend(arriving.clone().map(Because::HoursBegin));
        because.extend(self.days_off(first).map(|days| Because::DaysOff { days }));
        let mut changes: Vec<_> =
            group.phases.iter().flat_map(|phase| phase.begun_by.iter().chain(&phase.ended_by)).cloned().collect();
        changes.sort();
        changes.dedup();
        because.extend(changes.into_iter().map(Because::ClockChange));
        if !self.layers().any(|edge| edge.layer.role == Role::Primary) {
            because.push(Because::NoPrimary);
        }
        because.extend(self.escalations().map(|escalation| Because::Relied { escalation }));
        let proposals = proposal::proposals(self, rotas, &group);
        let what = What::Hole { leaving, arriving };
        Finding { of: self.of.clone(), what, phases: group.phases, because, proposals }
    }

    /// The days of the week on which nobody has hours, where the hole is made of whole days.
    fn days_off(&self, hole: &Occurrence<'_>) -> Option<Days> {
        if hole.days_apart() < 2 {
            return None;
        }
        let primary = self.layers().filter(|edge| edge.layer.role == Role::Primary);
        let worked = primary.fold(0, |days, edge| match edge.layer.hours.as_slice() {
            [] => Days::DAILY.0,
            hours => hours.iter().fold(days, |days, hours| days | hours.days.0),
        });
        Some(Days(!worked & Days::DAILY.0)).filter(|days| days.0 != 0)
    }

    /// The escalations that ask one of these rotas first.
    fn escalations(&self) -> impl Iterator<Item = crate::id::Name> {
        let asks = |target: &Target| matches!(target, Target::Rota(name, Role::Primary) if self.rotas.iter().any(|rota| rota.real.rota.name == *name));
        let all = self.estate.escalations.values();
        let relied =
            all.filter(move |escalation| escalation.steps.iter().any(|step| step.page.first().is_some_and(asks)));
        relied.map(|escalation| escalation.name.clone())
    }
}

/// Where none of these rotas has a primary.
pub(super) fn gaps(rotas: &[&Seen<'_>]) -> Vec<Stretch> {
    let mut rotas = rotas.iter();
    let Some(first) = rotas.next() else { return Vec::new() };
    rotas.fold(first.gaps().to_vec(), |gaps, other| both(&gaps, other.gaps()))
}

/// The primaries of these rotas, rota by rota.
fn primaries<'r>(rotas: &'r [&Seen<'_>]) -> impl Iterator<Item = &'r Shift> {
    rotas.iter().flat_map(|rota| rota.primaries())
}

pub(super) fn edges_of<'a>(seen: &'a Seen<'a>) -> impl Iterator<Item = Edge<'a>> {
    let rota: &Rota = &seen.rota;
    rota.layers.iter().map(move |layer| Edge { rota, layer })
}

pub(super) fn edge_of<'a>(rotas: &[&'a Seen<'a>], shift: &Shift) -> Option<Edge<'a>> {
    let rota: &'a Rota = &rotas.iter().find(|seen| seen.rota.name == shift.rota)?.rota;
    let layer = rota.layers.iter().find(|layer| *layer.name == *shift.layer)?;
    Some(Edge { rota, layer })
}

/// Each gap with the layers before and after it.
fn occurrences<'a>(rotas: &[&'a Seen<'a>], gaps: &[Stretch], shown: &[Stretch]) -> Vec<Occurrence<'a>> {
    let (mut begins, mut ends) = (BTreeMap::new(), BTreeMap::new());
    for shift in primaries(rotas) {
        begins.entry(shift.from).or_insert(shift);
        ends.entry(shift.until).or_insert(shift);
    }
    let (mut found, mut next) = (Vec::with_capacity(gaps.len()), 0);
    for whole in gaps {
        while shown.get(next).is_some_and(|shown| shown.1 <= whole.0) {
            next += 1;
        }
        let near: Vec<Stretch> = shown[next..].iter().take_while(|shown| shown.0 < whole.1).copied().collect();
        found.push(Occurrence {
            shown: clip(&near, *whole),
            whole: *whole,
            begins: ends.get(&whole.0).and_then(|shift| edge_of(rotas, shift)),
            ends: begins.get(&whole.1).and_then(|shift| edge_of(rotas, shift)),
        });
    }
    found
}
