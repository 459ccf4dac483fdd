//! Holes, and why they are there: the causes are peeled off one after the other.
//!
//! What would be covered if public holidays were staffed is a holiday's fault; what would be covered if nobody had left is
//! due to those who did, and what would be covered if every rotation had begun to its start. What is left then is the pattern of the hours, day after day.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Span, civil};

use super::{
    model::{Because, Finding, Phase, Scope, What},
    phase::{Edge, Group, Occurrence, groups},
    proposal,
    relied::relied,
    set::{Stretch, both, joined, minus},
};
use crate::{
    Instant,
    calendar::Days,
    estate::{Estate, Holidays, Role, Rota, Target},
    roster::{Absences, Overrides, Shift, holes, shifts},
};

/// Rotas that are looked at together.
pub(super) struct Ring<'a> {
    pub estate: &'a Estate,
    pub added: &'a Overrides,
    pub away: &'a Absences,
    pub of: Scope,
    pub rotas: Vec<&'a Rota>,
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
    pub(super) fn gaps(&self, rotas: &[&Rota]) -> Vec<Stretch> {
        let of = |rota: &&Rota| holes(rota, &self.added.of(&rota.name), Role::Primary, self.wide.0, self.wide.1);
        rotas.iter().map(of).reduce(|one, other| both(&one, &other)).unwrap_or_default()
    }

    /// The primaries of some of these rotas, over the wide window.
    pub(super) fn primaries(&self, rotas: &[&Rota]) -> Vec<Shift> {
        let of = |rota: &&Rota| shifts(rota, &self.added.of(&rota.name), self.wide.0, self.wide.1);
        rotas.iter().flat_map(of).filter(|shift| shift.role == Role::Primary).collect()
    }

    pub(super) fn nobody(&self) -> Nobody {
        let gaps = self.gaps(&self.rotas);
        let mut loud = Vec::new();
        for rota in &self.rotas {
            let own = if self.rotas.len() == 1 { gaps.clone() } else { self.gaps(&[rota]) };
            loud.extend(relied(self.estate, self.added, rota, own, self.wide).holes);
        }
        let holes = both(&gaps, &joined(loud));
        Nobody { off: minus(&gaps, &holes), holes }
    }

    pub(super) fn holes(&self, nobody: &Nobody) -> Vec<Finding> {
        if nobody.holes.is_empty() {
            return Vec::new();
        }
        let real = self.gaps(&self.rotas);
        let staffed: Vec<Rota> = self.rotas.iter().map(|rota| staffed(rota)).collect();
        let staffed: Vec<&Rota> = staffed.iter().collect();
        let without_holidays = self.gaps(&staffed);
        let complete: Vec<Rota> = staffed.iter().map(|rota| complete(rota)).collect();
        let complete: Vec<&Rota> = complete.iter().collect();
        let with_members = self.gaps(&complete);
        let begun: Vec<Rota> = complete.iter().map(|rota| begun(rota, self.wide.0)).collect();
        let begun: Vec<&Rota> = begun.iter().collect();
        let pattern = self.gaps(&begun);

        let shown = clip(&nobody.holes, self.window);
        let mut found = self.holidays(&staffed, &both(&shown, &minus(&real, &without_holidays)));
        found.extend(self.no_member(&both(&shown, &minus(&without_holidays, &with_members))));
        found.extend(self.not_started(&both(&shown, &minus(&with_members, &pattern))));
        let occurrences = occurrences(&begun, &self.primaries(&begun), &pattern, &shown);
        found.extend(groups(occurrences).into_iter().map(|group| self.pattern(&begun, group)));
        found
    }

    /// The stretches that would be covered on a working day.
    fn holidays(&self, staffed: &[&'a Rota], missing: &[Stretch]) -> Vec<Finding> {
        if missing.is_empty() {
            return Vec::new();
        }
        let mut found: BTreeMap<_, (Vec<Stretch>, Vec<Because>)> = BTreeMap::new();
        for shift in self.primaries(staffed) {
            let Some(edge) = edge_of(&self.rotas, &shift) else { continue };
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
        for edge in edges(&self.rotas).filter(|edge| edge.layer.role == Role::Primary) {
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
        let because = edges(&self.rotas)
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

    fn pattern(&self, rotas: &[&Rota], group: Group<'_>) -> Finding {
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
        if !edges(&self.rotas).any(|edge| edge.layer.role == Role::Primary) {
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
        let primary = edges(&self.rotas).filter(|edge| edge.layer.role == Role::Primary);
        let worked = primary.fold(0, |days, edge| match edge.layer.hours.as_slice() {
            [] => Days::DAILY.0,
            hours => hours.iter().fold(days, |days, hours| days | hours.days.0),
        });
        Some(Days(!worked & Days::DAILY.0)).filter(|days| days.0 != 0)
    }

    /// The escalations that ask one of these rotas first.
    fn escalations(&self) -> impl Iterator<Item = crate::id::Name> {
        let asks = |target: &Target| matches!(target, Target::Rota(name, Role::Primary) if self.rotas.iter().any(|rota| rota.name == *name));
        let all = self.estate.escalations.values();
        let relied =
            all.filter(move |escalation| escalation.steps.iter().any(|step| step.page.first().is_some_and(asks)));
        relied.map(|escalation| escalation.name.clone())
    }
}

pub(super) fn edges<'r, 'a: 'r>(rotas: &'r [&'a Rota]) -> impl Iterator<Item = Edge<'a>> + 'r {
    rotas.iter().flat_map(|rota| rota.layers.iter().map(move |layer| Edge { rota, layer }))
}

pub(super) fn edge_of<'a>(rotas: &[&'a Rota], shift: &Shift) -> Option<Edge<'a>> {
    let rota = rotas.iter().find(|rota| rota.name == shift.rota)?;
    let layer = rota.layers.iter().find(|layer| *layer.name == *shift.layer)?;
    Some(Edge { rota, layer })
}

/// Each gap with the layers before and after it.
fn occurrences<'a>(
    rotas: &[&'a Rota],
    primaries: &[Shift],
    gaps: &[Stretch],
    shown: &[Stretch],
) -> Vec<Occurrence<'a>> {
    let begins: BTreeMap<Instant, &Shift> = primaries.iter().rev().map(|shift| (shift.from, shift)).collect();
    let ends: BTreeMap<Instant, &Shift> = primaries.iter().rev().map(|shift| (shift.until, shift)).collect();
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

fn staffed(rota: &Rota) -> Rota {
    let mut rota = rota.clone();
    rota.layers.iter_mut().for_each(|layer| layer.holidays = Holidays::Staffed);
    rota
}

/// As if nobody joined late, and nobody left.
fn complete(rota: &Rota) -> Rota {
    let mut rota = rota.clone();
    let members = rota.layers.iter_mut().flat_map(|layer| layer.rotation.members.iter_mut().flatten());
    members.for_each(|member| (member.from, member.until) = (None, None));
    rota
}

/// As if each rotation had begun before `from`.
fn begun(rota: &Rota, from: Instant) -> Rota {
    let mut rota = rota.clone();
    for layer in &mut rota.layers {
        let local = layer.zone.to_datetime(from.saturating_sub(SignedDuration::from_hours(48)).unwrap_or(from));
        let midnight = local.date().to_datetime(civil::Time::midnight());
        let earlier = midnight.checked_sub(Span::new().days(1)).unwrap_or(midnight);
        layer.rotation.start = layer.rotation.start.min(earlier);
    }
    rota
}
