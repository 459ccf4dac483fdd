//! Where a rota has nobody: a hole where somebody is relied upon then, and merely off where nobody is.

use meridian_core::{Instant, estate::Rota};

pub(super) use meridian_core::roster::Absent;

use super::Lens;

pub(super) fn absent(lens: &Lens<'_>, rota: &Rota, from: Instant, until: Instant) -> Absent {
    lens.world.absent(&rota.name, from, until)
}
