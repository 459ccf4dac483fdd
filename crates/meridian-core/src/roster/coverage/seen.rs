//! Rotas as they are, and as they would be without one cause of holes after the other: each is resolved once, however
//! many rings it belongs to and however many questions there are.

use std::{borrow::Cow, cell::OnceCell, rc::Rc};

use jiff::{SignedDuration, Span, civil};

use super::set::Stretch;
use crate::{
    Instant,
    estate::{Holidays, Override, Role, Rota},
    roster::{Overrides, Shift, shifts, uncovered},
};

/// A rota and what it resolves to over the wide window.
pub(super) struct Seen<'a> {
    pub rota: Cow<'a, Rota>,
    added: Rc<[Override]>,
    wide: Stretch,
    primaries: OnceCell<Vec<Shift>>,
    gaps: OnceCell<Vec<Stretch>>,
}

impl<'a> Seen<'a> {
    fn new(rota: Cow<'a, Rota>, added: Rc<[Override]>, wide: Stretch) -> Seen<'a> {
        Seen { rota, added, wide, primaries: OnceCell::new(), gaps: OnceCell::new() }
    }

    /// The same rota with other hours.
    pub(super) fn changed(&self, rota: Rota) -> Seen<'a> {
        Seen::new(Cow::Owned(rota), self.added.clone(), self.wide)
    }

    pub(super) fn primaries(&self) -> &[Shift] {
        self.primaries.get_or_init(|| {
            let all = shifts(&self.rota, &self.added, self.wide.0, self.wide.1);
            all.into_iter().filter(|shift| shift.role == Role::Primary).collect()
        })
    }

    /// Where nobody is primary.
    pub(super) fn gaps(&self) -> &[Stretch] {
        self.gaps.get_or_init(|| uncovered(self.primaries(), self.wide.0, self.wide.1))
    }
}

/// A rota, and what it would be if the causes of its holes were taken away in turn.
pub(super) struct Peeled<'a> {
    pub real: Seen<'a>,
    // Absent: no other than the one before.
    staffed: Option<Seen<'a>>,
    complete: Option<Seen<'a>>,
    begun: Option<Seen<'a>>,
}

impl<'a> Peeled<'a> {
    pub(super) fn new(rota: &'a Rota, added: &Overrides, wide: Stretch) -> Peeled<'a> {
        let real = Seen::new(Cow::Borrowed(rota), added.of(&rota.name).into(), wide);
        let staffed = staffed(rota).map(|rota| real.changed(rota));
        let complete = complete(&staffed.as_ref().unwrap_or(&real).rota).map(|rota| real.changed(rota));
        let so_far = complete.as_ref().or(staffed.as_ref()).unwrap_or(&real);
        let begun = begun(&so_far.rota, wide.0).map(|rota| real.changed(rota));
        Peeled { real, staffed, complete, begun }
    }

    pub(super) fn real(&self) -> &Seen<'a> {
        &self.real
    }

    /// As if public holidays were working days.
    pub(super) fn staffed(&self) -> &Seen<'a> {
        self.staffed.as_ref().unwrap_or(&self.real)
    }

    /// As if, besides, nobody joined late, and nobody left.
    pub(super) fn complete(&self) -> &Seen<'a> {
        self.complete.as_ref().unwrap_or(self.staffed())
    }

    /// As if, besides, each rotation had begun before the wide window.
    pub(super) fn begun(&self) -> &Seen<'a> {
        self.begun.as_ref().unwrap_or(self.complete())
    }
}

fn staffed(rota: &Rota) -> Option<Rota> {
    if rota.layers.iter().all(|layer| layer.holidays == Holidays::Staffed) {
        return None;
    }
    let mut rota = rota.clone();
    rota.layers.iter_mut().for_each(|layer| layer.holidays = Holidays::Staffed);
    Some(rota)
}

fn complete(rota: &Rota) -> Option<Rota> {
    let mut members = rota.layers.iter().flat_map(|layer| layer.rotation.members.iter().flatten());
    if members.all(|member| (member.from, member.until) == (None, None)) {
        return None;
    }
    let mut rota = rota.clone();
    let members = rota.layers.iter_mut().flat_map(|layer| layer.rotation.members.iter_mut().flatten());
    members.for_each(|member| (member.from, member.until) = (None, None));
    Some(rota)
}

fn begun(rota: &Rota, from: Instant) -> Option<Rota> {
    let mut begun = rota.clone();
    for layer in &mut begun.layers {
        let local = layer.zone.to_datetime(from.saturating_sub(SignedDuration::from_hours(48)).unwrap_or(from));
        let midnight = local.date().to_datetime(civil::Time::midnight());
        let earlier = midnight.checked_sub(Span::new().days(1)).unwrap_or(midnight);
        layer.rotation.start = layer.rotation.start.min(earlier);
    }
    let mut both = begun.layers.iter().zip(&rota.layers);
    both.any(|(begun, is)| begun.rotation.start != is.rotation.start).then_some(begun)
}
