//! The watch: which rota's ring the day shows, who holds its watch, and where it passes on.

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    estate::{Override, Role, Rota},
    id::Name,
    roster::{Edge, Holder, Side, edges, holder},
};

use super::{Lens, cover::absent};
use crate::ui::view::day::Stretch;

/// A hole over which the watch is still waited for may have begun so long before a window.
const BEFORE: SignedDuration = SignedDuration::from_hours(15 * 24);

/// One rota's watch over a window.
pub(super) struct Thread {
    pub holds: Vec<Hold>,
    /// In the window, each at the instant at which it can be taken.
    pub edges: Vec<Edge>,
}

/// One side's time with the watch.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    pub side: Side,
    pub from: Instant,
    pub until: Instant,
    /// From when on they are no longer scheduled, and stay responsible because nobody else is.
    pub alone_from: Option<Instant>,
}

/// The rota in the middle: the wanted one; the reader's; one with a hole in the window; the one that most sites watch.
pub(super) fn main_rota<'a>(lens: &Lens<'a>, wanted: Option<&str>, from: Instant, until: Instant) -> Option<&'a Rota> {
    let rotas = &lens.world.estate().rotas;
    let named = wanted.and_then(|name| name.parse::<Name>().ok()).and_then(|name| rotas.get(&name));
    let mine = || {
        let me = lens.me?;
        rotas.values().find(|rota| lens.world.shifts(&rota.name, from, until).iter().any(|shift| shift.person == *me))
    };
    let sites = |rota: &Rota| {
        let mut sites: Vec<&Name> =
            rota.layers.iter().filter(|layer| layer.role == Role::Primary).map(|layer| &layer.site).collect();
        sites.sort_unstable();
        sites.dedup();
        sites.len()
    };
    named.or_else(mine).or_else(|| {
        let widest = rotas.values().map(sites).max()?;
        let mut rings = rotas.values().filter(|rota| sites(rota) == widest);
        let with_hole = rings.clone().find(|rota| !absent(lens, rota, from, until).holes.is_empty());
        with_hole.or_else(|| rings.next())
    })
}

pub(super) fn thread(lens: &Lens<'_>, rota: &Rota, from: Instant, until: Instant) -> Thread {
    let added: Vec<Override> = lens.world.overrides.of(&rota.name);
    let begin = from.saturating_sub(BEFORE).unwrap_or(from);
    let edges: Vec<Edge> =
        edges(rota, &added, begin, until).into_iter().filter(|edge| from < edge.due() && edge.due() < until).collect();
    let first = holder(rota, &added, from).map(|holder| (holder, from)).or_else(|| {
        // Nobody ever was on watch before the window: the thread begins with the first who comes.
        let coming = lens.world.shifts(&rota.name, from, until);
        let first = coming.iter().find(|shift| shift.role == Role::Primary)?;
        holder(rota, &added, first.from).map(|holder| (holder, first.from))
    });
    let mut holds = Vec::new();
    let Some((Holder { side, ended, .. }, mut since)) = first else { return Thread { holds, edges } };
    let (mut side, mut alone_from) = (side, ended);
    for edge in &edges {
        let alone = alone_from.or_else(|| (edge.at < edge.due()).then_some(edge.at));
        holds.push(Hold { side, from: since, until: edge.due(), alone_from: alone });
        (side, since, alone_from) = (edge.to.clone(), edge.due(), None);
    }
    let last = holder(rota, &added, until).and_then(|holder| holder.ended).filter(|ended| *ended < until);
    holds.push(Hold { side, from: since, until, alone_from: alone_from.or(last) });
    Thread { holds, edges }
}

/// Who holds this rota's watch now.
pub(super) fn holds_now(lens: &Lens<'_>, rota: &Rota) -> Option<Holder> {
    holder(rota, &lens.world.overrides.of(&rota.name), lens.now)
}

/// Where nobody is scheduled within a hold, cut from it.
pub(super) fn pieces(hold: &Hold) -> Vec<(Stretch, bool)> {
    let cut = hold.alone_from.map_or(hold.until, |alone| alone.clamp(hold.from, hold.until));
    let pieces = [((hold.from, cut), false), ((cut, hold.until), true)];
    pieces.into_iter().filter(|((from, until), _)| from < until).collect()
}
