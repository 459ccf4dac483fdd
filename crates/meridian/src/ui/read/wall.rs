//! The wall, read from the world: the ring, what is most pressing, and three things beside it.

use meridian_core::{Instant, estate::Rota, incident::Incident, page::WalkState, roster::Edge};

use super::{
    Lens,
    control::SOON,
    cover::absent,
    day::{day, window},
    sites::sites,
    watch::{edges_in, main_rota},
};
use crate::ui::{
    parts::{Clock, Glyph, Say},
    view::wall::{Figure, Item, Stake, WallSite, WallView},
    view::{
        control::{SiteState, SiteView},
        day::Day,
    },
};

/// So many sites stand side by side.
const SITES: usize = 4;
/// So many lanes leave room for what stands above and below.
const LANES: usize = 4;

pub fn wall(lens: &Lens<'_>, clock: &Clock, estate: &str, wanted: Option<&str>) -> WallView {
    let (from, until) = window(lens.now);
    let main = main_rota(lens, wanted, from, until);
    let edges = main.map(|rota| edges_in(lens, rota, lens.now, until)).unwrap_or_default();
    let takes = |name: &str| {
        let to = |edge: &&Edge| edge.is_between_sites() && lens.site(&edge.to.site).0 == name;
        edges.iter().find(to).map(Edge::due)
    };
    let in_ring = |name: &str| main.is_none_or(|rota| rota.layers.iter().any(|layer| lens.site(&layer.site).0 == name));
    let shown = foremost(sites(lens, main, lens.now).0.into_iter().filter(|site| in_ring(&site.name)).collect(), takes);
    let mut open: Vec<&Incident> = lens.world.incidents.open().collect();
    open.sort_by_key(|incident| (incident.severity, incident.acknowledged.is_some(), std::cmp::Reverse(incident.id)));
    let hole = hole_ahead(lens);
    let next = edges.iter().find(|edge| edge.is_between_sites());
    let stake = match (open.first(), &hole, next) {
        (Some(worst), _, _) => of_incident(lens, worst),
        (None, Some((rota, from)), _) => of_hole(lens, rota, *from),
        (None, None, Some(edge)) => of_handoff(lens, edge),
        _ => Stake { shape: None, figure: Figure::None, urgent: false, what: "Nothing is open".into(), more: vec![] },
    };
    WallView {
        clock: clock.clone(),
        estate: estate.to_owned(),
        sites: shown.into_iter().map(|site| WallSite { takes: takes(&site.name), site }).collect(),
        stake,
        day: narrowed(day(lens, clock, main, lens.now, None)),
        list: vec![also_open(&open), next_handoff(lens, next), next_hole(hole)],
    }
}

/// With more sites than stand side by side: who is responsible, who takes the watch next, who is on watch.
fn foremost(mut sites: Vec<SiteView>, takes: impl Fn(&str) -> Option<Instant>) -> Vec<SiteView> {
    if sites.len() > SITES {
        let pressing = |site: &SiteView| match site.state {
            SiteState::Holds | SiteState::Stays => (0, Some(Instant::MIN)),
            _ if takes(&site.name).is_some() => (1, takes(&site.name)),
            SiteState::OnWatch => (2, None),
            SiteState::Off => (3, site.next.as_ref().map(|next| next.at)),
        };
        let mut ranks: Vec<_> = sites.iter().map(pressing).collect();
        ranks.sort_unstable();
        let last = ranks[SITES - 1];
        sites.retain(|site| pressing(site) <= last);
        sites.truncate(SITES);
    }
    sites
}

/// Of many lanes those through which the thread runs, then others, in their order.
fn narrowed(mut day: Day) -> Day {
    let used = |lane: &usize| day.thread.iter().any(|leg| leg.lane == *lane);
    let mut kept: Vec<usize> = (0..day.lanes.len()).filter(used).collect();
    kept.extend((0..day.lanes.len()).filter(|lane| !used(lane)));
    kept.truncate(LANES);
    kept.sort_unstable();
    let place = |lane: usize| kept.iter().position(|one| *one == lane);
    day.passings.retain_mut(|passing| match place(passing.from_lane) {
        Some(at) => {
            passing.from_lane = at;
            true
        }
        None => false,
    });
    day.lanes_more += day.lanes.len() - kept.len();
    day.lanes = kept.iter().map(|lane| day.lanes[*lane].clone()).collect();
    day
}

/// The first hole of the coming two days, in any rota.
fn hole_ahead<'a>(lens: &Lens<'a>) -> Option<(&'a Rota, Instant)> {
    let soon = lens.now.saturating_add(SOON).unwrap_or(lens.now);
    let first = |rota: &'a Rota| Some((rota, absent(lens, rota, lens.now, soon).holes.first()?.0));
    lens.world.estate().rotas.values().filter_map(first).min_by_key(|(_, from)| *from)
}

fn of_incident(lens: &Lens<'_>, incident: &Incident) -> Stake {
    let number = Say::new().strong(format!("{} INC-{}", incident.severity.word(), incident.id));
    let since = Say::new().text("Open since ").at(incident.opened_at).text(".");
    let (figure, who) = match (&incident.acknowledged, lens.world.pages.walk(incident.id).map(|walk| &walk.state)) {
        (Some(taken), _) => {
            let has = format!("{} has it since ", lens.person(&taken.by));
            (Figure::Since(incident.opened_at), Say::new().text(has).at(taken.at).text("."))
        }
        (None, Some(WalkState::Waiting { until })) => {
            let next = lens.world.next_paged(incident.id).filter(|next| !next.persons.is_empty());
            let then = next.map_or("After that everybody was tried.".into(), |next| {
                Say::new().text(format!("Then {} at ", lens.people(&next.persons))).at(next.at).text(".")
            });
            (Figure::Left(*until), then)
        }
        (None, Some(WalkState::Exhausted { again })) => (
            Figure::Since(incident.opened_at),
            Say::new().text("Everybody was tried. It begins anew at ").at(*again).text("."),
        ),
        _ => (Figure::Since(incident.opened_at), "Nobody has it yet.".into()),
    };
    Stake {
        shape: Some((Glyph::Severity(incident.severity), Some(incident.severity))),
        figure,
        urgent: incident.acknowledged.is_none(),
        what: Say::new().text(incident.title.trim_end_matches('.').to_owned()),
        more: vec![number.text(if incident.acknowledged.is_some() { "" } else { " waits for an answer" }), since, who],
    }
}

fn of_hole(lens: &Lens<'_>, rota: &Rota, from: Instant) -> Stake {
    let now = from <= lens.now;
    let said = if now { "Nobody is on watch in " } else { "Nobody will be on watch in " };
    Stake {
        shape: Some((Glyph::Nobody, None)),
        figure: if now { Figure::Since(from) } else { Figure::Left(from) },
        urgent: now,
        what: Say::new().text(format!("{said}{}", rota.display_name)),
        more: vec![Say::new().text("From ").at(from).text(", and no incident is open.")],
    }
}

fn of_handoff(lens: &Lens<'_>, edge: &Edge) -> Stake {
    let site = |name| lens.site(name).0;
    Stake {
        shape: Some((Glyph::Due, None)),
        figure: Figure::Left(edge.due()),
        urgent: false,
        what: Say::new().text(format!("{} hands to {}", site(&edge.from.site), site(&edge.to.site))),
        more: vec![Say::new().text("At ").at(edge.due()).text(". No incident is open.")],
    }
}

/// `open` begins with the one that is shown large.
fn also_open(open: &[&Incident]) -> Item {
    match open {
        [] | [_] => Item { label: "Also open", shape: Glyph::Ok, what: "Nothing else".into() },
        [_, next, rest @ ..] => {
            let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
            let said = format!("{} INC-{}{more}", next.severity.word(), next.id);
            Item { label: "Also open", shape: Glyph::Severity(next.severity), what: said.into() }
        }
    }
}

fn next_handoff(lens: &Lens<'_>, next: Option<&Edge>) -> Item {
    let what = next.map_or("None in the coming day".into(), |edge| {
        Say::new().text(format!("{}, ", lens.site(&edge.to.site).0)).at(edge.due())
    });
    Item { label: "Next handoff", shape: Glyph::Due, what }
}

fn next_hole(hole: Option<(&Rota, Instant)>) -> Item {
    match hole {
        Some((rota, from)) => {
            let what = Say::new().text(format!("{}, ", rota.display_name)).at(from);
            Item { label: "Next hole", shape: Glyph::Nobody, what }
        }
        None => Item { label: "Holes", shape: Glyph::Ok, what: "None in two days".into() },
    }
}
