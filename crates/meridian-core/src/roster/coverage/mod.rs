//! Where the ring is thin, months ahead: holes, unstaffed holidays, double cover, people who can't be reached; and how
//! long the watch overlaps where it passes on. Each finding says why it is so, above all which change of the clocks made
//! a day differ from the day before, and a hole says which other hours would close it.
//!
//! What it does *not* do: it changes nothing, and it has no rules of its own about who is on watch. It resolves the
//! rotas as everybody else does, and compares the answer with the one for other hours, calendars and starts.

mod clock;
mod days_off;
mod hole;
mod model;
mod people;
mod phase;
mod proposal;
mod relied;
mod say;
mod seen;
mod set;
mod together;

pub use model::*;
pub use relied::{Absent, absent};
pub use say::{lasting, listed, span};
pub use set::{Stretch, both, joined, minus};

use std::collections::{BTreeMap, BTreeSet};

use hole::{Ring, clip};
use phase::REMEMBERED;
use seen::Peeled;

use crate::{
    Instant,
    estate::{Estate, Rota},
    id::Name,
    roster::{Absences, Overrides},
};

/// Looks at `[from, until)`: at one rota, or at all of them, alone and together.
pub fn coverage(
    estate: &Estate,
    added: &Overrides,
    away: &Absences,
    only: Option<&Name>,
    (from, until): Stretch,
) -> Coverage {
    let rotas: Vec<&Rota> = estate.rotas.values().filter(|rota| only.is_none_or(|only| rota.name == *only)).collect();
    let wide = (from.saturating_sub(REMEMBERED).unwrap_or(from), until.saturating_add(REMEMBERED).unwrap_or(until));
    let ring = |of, rotas| Ring { estate, added, away, of, rotas, window: (from, until), wide };
    let mut found = Coverage { window: (from, until), covers: vec![], findings: vec![], clock_changes: vec![] };
    if from >= until {
        return found;
    }
    let peeled: Vec<Peeled<'_>> = rotas.iter().map(|rota| Peeled::new(rota, added, wide)).collect();
    for (rota, peeled) in rotas.iter().zip(&peeled) {
        alone(&ring(Scope::Rota(rota.name.clone()), vec![peeled]), rota, &mut found);
    }
    if only.is_none() {
        let mut teams: BTreeMap<&Name, Vec<&Peeled<'_>>> = BTreeMap::new();
        for (rota, peeled) in rotas.iter().zip(&peeled) {
            if let Some(team) = &rota.team {
                teams.entry(team).or_default().push(peeled);
            }
        }
        teams.retain(|_, rotas| rotas.len() > 1);
        let mut rings: Vec<_> = teams.into_iter().map(|(team, rotas)| ring(Scope::Team(team.clone()), rotas)).collect();
        rings.extend((rotas.len() > 1).then(|| ring(Scope::Estate, peeled.iter().collect())));
        rings.iter().for_each(|ring| all_together(ring, &mut found));
    }
    found.clock_changes = clock_changes(&rotas, from, until);
    let order = |finding: &Finding| (finding.rank(), finding.of.clone(), finding.stretches().next());
    found.findings.sort_by_cached_key(order);
    found
}

fn alone(ring: &Ring<'_>, rota: &Rota, found: &mut Coverage) {
    let nobody = ring.nobody();
    let together = together::together(ring, rota);
    found.covers.push(cover(ring, &nobody, clip(&together.stretches, ring.window)));
    found.findings.extend(ring.holes(&nobody));
    found.findings.extend(together.findings);
    found.findings.extend(people::people(ring, rota));
}

fn all_together(ring: &Ring<'_>, found: &mut Coverage) {
    let nobody = ring.nobody();
    found.covers.push(cover(ring, &nobody, Vec::new()));
    found.findings.extend(ring.holes(&nobody));
}

fn cover(ring: &Ring<'_>, nobody: &hole::Nobody, overlaps: Vec<Stretch>) -> Cover {
    let (holes, off) = (clip(&nobody.holes, ring.window), clip(&nobody.off, ring.window));
    let absent = joined(holes.iter().chain(&off).copied().collect());
    Cover { of: ring.of.clone(), covered: minus(&[ring.window], &absent), holes, off, overlaps }
}

fn clock_changes(rotas: &[&Rota], from: Instant, until: Instant) -> Vec<ClockChange> {
    let layers = rotas.iter().flat_map(|rota| &rota.layers);
    let mut seen = BTreeSet::new();
    let sites = layers.filter(|layer| seen.insert(layer.site.clone()));
    let mut changes: Vec<_> = sites.flat_map(|layer| clock::changes(&layer.site, &layer.zone, from, until)).collect();
    changes.sort();
    changes
}
