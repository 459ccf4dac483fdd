//! The handoffs: those that are open, the history, and the figures of each edge.

use meridian_core::{
    handoff::{EdgeName, End, Figures, FoundIn, Handoff, Search, Stability},
    roster::Side,
};

use crate::ui::{
    parts::{Say, lasting},
    read::Lens,
    view::handoff::{Asked, FigureRow, HandoffRow, HandoffsView, day, last_day},
};

/// So many ended handoffs stand on one page of the history.
const PER_PAGE: usize = 50;

pub fn handoffs(lens: &Lens<'_>, asked: &Asked) -> HandoffsView {
    let (world, search) = (lens.world, &asked.search);
    let mut open: Vec<HandoffRow> = world.handoffs.open().map(|handoff| row(lens, handoff)).collect();
    open.sort_by_key(|row| (row.due, row.id));
    let ended = world
        .handoffs
        .iter()
        .rev()
        .filter(|handoff| handoff.end.is_some() && asked.before.is_none_or(|before| handoff.id.0 < before));
    let found = ended.filter_map(|handoff| Some((handoff, world.handoff_found(handoff, search, lens.now)?)));
    let found = found.take(PER_PAGE + 1).map(|(handoff, places)| {
        let found_in = places.iter().map(FoundIn::words).collect();
        HandoffRow { found_in, ..row(lens, handoff) }
    });
    let mut rows: Vec<HandoffRow> = found.collect();
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    let rotas = world.estate().rotas.values().filter(|rota| rota.handoff.is_some());
    let next = rotas.clone().filter_map(|rota| world.handoffs.next_edge(&rota.name));
    let next = next
        .min_by_key(|(_, edge)| edge.at)
        .map(|(_, edge)| Say::new().text(format!("Next: {}, ", world.handoff_title(edge))).at(edge.due()).text("."));
    // Every edge can be looked for, whatever was due in the days that are asked for.
    let edges = world.handoffs.figures();
    let figures = world.handoffs.figures_of(search.since, search.until);
    HandoffsView {
        open,
        older: rows.last().filter(|_| more).map(|row| row.id.0),
        rows,
        edges: edges.keys().map(|edge| (edge_value(edge), edge_title(lens, edge))).collect(),
        people: lens.choices(),
        figures: figures.into_iter().map(|known| figure(lens, known, search)).collect(),
        asked: asked.clone(),
        is_handed_over: rotas.count() > 0,
        newer: asked.before.is_some(),
        next,
    }
}

/// `payments/london/new-york`: an edge in an address.
fn edge_value((rota, from, to): &EdgeName) -> String {
    format!("{rota}/{from}/{to}")
}

/// The days that are asked for, as an address goes on.
fn days(search: &Search) -> String {
    let since = search.since.map(|since| format!("&since={}", day(since)));
    let until = search.until.map(|until| format!("&until={}", last_day(until)));
    [since, until].into_iter().flatten().collect()
}

fn edge_title(lens: &Lens<'_>, (rota, from, to): &EdgeName) -> String {
    format!("{} to {}, {}", lens.site(from).0, lens.site(to).0, lens.rota_title(rota))
}

fn row(lens: &Lens<'_>, handoff: &Handoff) -> HandoffRow {
    let edge = &handoff.edge;
    let people = |side: &Side| lens.people(&side.persons.iter().cloned().collect::<Vec<_>>());
    // A brief that is kept is only counted.
    let brief = lens.world.brief(handoff.id, lens.now);
    let count = |severity| brief.as_ref().map_or(0, |brief| brief.count(severity));
    HandoffRow {
        id: handoff.id,
        title: lens.world.handoff_title(edge),
        rota: lens.rota_title(handoff.rota()),
        standing: handoff.standing(lens.now),
        was_late: handoff.late.is_some(),
        due: edge.due(),
        from: people(&edge.from),
        to: people(&edge.to),
        end: end(lens, handoff),
        counts: Stability::ALL.map(count),
        before: brief.map_or(0, |brief| brief.before_acceptance(None).len()),
        found_in: Vec::new(),
    }
}

pub(super) fn end(lens: &Lens<'_>, handoff: &Handoff) -> Option<Say> {
    Some(match handoff.end.as_ref()? {
        End::Accepted { at, by, emergency, .. } => {
            let due = handoff.edge.due();
            let how = if *emergency { "Accepted in an emergency by " } else { "Accepted by " };
            let when = match at.duration_since(due) {
                late if late.as_secs() > 59 || handoff.late.is_some() => format!(", {} late", lasting(late)),
                early if early.as_secs() < -59 => format!(", {} early", lasting(early.abs())),
                _ => ", on time".into(),
            };
            Say::new().text(how).strong(lens.person(by)).text(" at ").at(*at).text(when)
        }
        End::Void { at, because } => Say::new().text("Void since ").at(*at).text(format!(": {}", because.words())),
    })
}

fn figure(lens: &Lens<'_>, (edge, known): (EdgeName, Figures), search: &Search) -> FigureRow {
    let behind = format!("/handoffs?edge={}{}", edge_value(&edge), days(search));
    let (rota, from, to) = edge;
    let missed = known.pages.iter().filter(|(_, page)| page.missed);
    FigureRow {
        edge: format!("{} to {}", lens.site(&from).0, lens.site(&to).0),
        rota: lens.rota_title(&rota),
        behind,
        on_time: (known.on_time(), known.accepted.len()),
        late: known.late.len(),
        emergencies: known.emergencies.len(),
        read_back: (known.read_back, known.unstable),
        not_read_back: known.not_read_back.len(),
        missed: (known.missed(), known.pages.len()),
        missed_pages: missed.map(|(handoff, page)| (*handoff, page.incident)).collect(),
    }
}
