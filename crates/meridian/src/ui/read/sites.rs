//! The sites: what time it is there, who is on watch, who comes next.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    estate::{Role, Rota, Site},
    id::Name,
    roster::Shift,
};

use super::{
    Lens,
    control::{FORTNIGHT, SOON},
    day::by_sun,
    watch::holds_now,
};
use crate::ui::view::control::{NextWatch, SiteState, SiteView, Watch};

/// So many sites are shown, those of the ring before others.
const SITES: usize = 12;
const WATCHES: usize = 4;
/// Whose watch ends later than this is on watch always, as people say.
const ALWAYS: SignedDuration = SignedDuration::from_hours(24 * 55);

pub(super) fn sites(lens: &Lens<'_>, main: Option<&Rota>, known_until: Instant) -> (Vec<SiteView>, usize) {
    let in_ring = |site: &Site| main.is_some_and(|rota| rota.layers.iter().any(|layer| layer.site == site.name));
    let all = by_sun(lens);
    let mut shown: Vec<&Site> = all.iter().copied().filter(|site| in_ring(site)).collect();
    shown.extend(all.iter().copied().filter(|site| !in_ring(site)));
    let more = shown.len().saturating_sub(SITES);
    shown.truncate(SITES);
    // By the sun again: which are shown is one question, their order another.
    let shown: Vec<&Site> = all.into_iter().filter(|site| shown.iter().any(|one| one.name == site.name)).collect();
    let now: Vec<Shift> =
        lens.world.estate().rotas.keys().flat_map(|rota| lens.world.on_watch(rota, lens.now)).collect();
    let holder = main.and_then(|rota| holds_now(lens, rota, known_until));
    let main = main.map(|rota| &rota.name);
    (shown.into_iter().map(|site| view(lens, site, main, &now, holder.as_ref())).collect(), more)
}

fn view(lens: &Lens<'_>, site: &Site, main: Option<&Name>, now: &[Shift], holder: Option<&(Name, bool)>) -> SiteView {
    let here = || now.iter().filter(|shift| shift.site == site.name);
    let watches = of_main(lens, here().filter(|shift| Some(&shift.rota) == main));
    let also = of_others(lens, here().filter(|shift| Some(&shift.rota) != main));
    let holds = holder.filter(|(holds, _)| *holds == site.name);
    let state = match (holds, watches.is_empty() && also.is_none()) {
        (Some((_, true)), _) => SiteState::Stays,
        (Some(_), _) => SiteState::Holds,
        (None, false) => SiteState::OnWatch,
        (None, true) => SiteState::Off,
    };
    // Nearly always somebody comes within two days, and only then it is worth looking further.
    let next = || [SOON, FORTNIGHT].into_iter().find_map(|ahead| next_at(lens, site, main, ahead));
    SiteView {
        name: site.display_name.clone(),
        zone: site.zone.clone(),
        location: site.location,
        state,
        more: watches.len().saturating_sub(WATCHES),
        next: if watches.is_empty() { next() } else { None },
        also,
        watches: watches.into_iter().take(WATCHES).collect(),
    }
}

fn of_main<'a>(lens: &Lens<'_>, shifts: impl Iterator<Item = &'a Shift>) -> Vec<Watch> {
    let mut shifts: Vec<&Shift> = shifts.collect();
    shifts.sort_by_key(|shift| shift.role);
    let label = |role| match role {
        Role::Primary => "Primary",
        Role::Secondary => "Second",
        Role::Shadow => "Shadow",
        Role::ReverseShadow => "Leads, learning",
    };
    shifts.into_iter().map(|shift| watch(lens, shift, label(shift.role))).collect()
}

/// Who is on watch in other rotas from here, each once, on one line: their rows and pages say more.
fn of_others<'a>(lens: &Lens<'_>, shifts: impl Iterator<Item = &'a Shift>) -> Option<String> {
    let persons: BTreeSet<&Name> =
        shifts.filter(|shift| shift.role == Role::Primary).map(|shift| &shift.person).collect();
    let names: Vec<String> = persons.into_iter().map(|person| lens.person(person)).collect();
    (!names.is_empty()).then(|| names.join(", "))
}

fn watch(lens: &Lens<'_>, shift: &Shift, label: &'static str) -> Watch {
    let ends = shift.until.duration_since(lens.now) < ALWAYS;
    Watch {
        label,
        who: match lens.world.is_sick(&shift.person, lens.now) {
            true => format!("{}, sick", lens.person(&shift.person)),
            false => lens.person(&shift.person),
        },
        you: lens.me == Some(&shift.person),
        until: ends.then_some(shift.until),
    }
}

/// The first primary who comes on watch at a site: in the rota in the middle, if that watches from there.
fn next_at(lens: &Lens<'_>, site: &Site, main: Option<&Name>, ahead: SignedDuration) -> Option<NextWatch> {
    let until = lens.now.saturating_add(ahead).ok()?;
    let rotas = lens.world.estate().rotas.values();
    let here = rotas.filter(|rota| rota.layers.iter().any(|layer| layer.site == site.name));
    let (ours, others): (Vec<&Rota>, Vec<&Rota>) = here.partition(|rota| Some(&rota.name) == main);
    let first = |rotas: &[&Rota]| {
        let coming = rotas.iter().flat_map(|rota| lens.world.shifts(&rota.name, lens.now, until));
        let of_site = |shift: &Shift| shift.site == site.name && shift.role == Role::Primary && shift.from > lens.now;
        coming.filter(of_site).min_by_key(|shift| shift.from)
    };
    let shift = first(&ours).or_else(|| first(&others))?;
    Some(NextWatch { who: lens.person(&shift.person), at: shift.from })
}
