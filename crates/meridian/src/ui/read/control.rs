//! The control room, read from the world.

use jiff::SignedDuration;
use meridian_core::{
    Fact,
    alert::SilenceState,
    estate::{Role, Rota},
    id::Name,
    incident::{Incident, Promise},
    page::{PageFact, WalkState},
    roster::Shift,
};

use super::{
    Lens, changes,
    cover::absent,
    day::{day, window},
    incident,
    sites::sites,
    story::tell,
    watch::main_rota,
};
use crate::{
    serve::chains::Chains,
    ui::{
        parts::{Clock, Glyph, Say, say::verb},
        view::control::{Behind, ControlView, Moment, Need},
    },
};

/// So many of each kind; more nobody reads.
const LISTED: usize = 8;
const INCIDENTS_SHOWN: usize = 12;
const LATEST_SHOWN: usize = 14;
/// How far ahead a hole needs somebody.
pub(super) const SOON: SignedDuration = SignedDuration::from_hours(48);
pub(super) const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

/// `wanted` names the rota in the middle. At another moment than now the lens and the clock are of that moment.
pub fn control(
    lens: &Lens<'_>,
    clock: &Clock,
    wanted: Option<&str>,
    moment: Option<Moment>,
    chains: &Chains,
) -> ControlView {
    let (from, until) = window(lens.now);
    let main = main_rota(lens, wanted, from, until);
    let known_until = match moment {
        Some(Moment::Ahead { now, .. }) => now,
        Some(Moment::Past(_)) | None => lens.now,
    };
    let (sites, sites_more) = sites(lens, main, known_until);
    let mut view = ControlView {
        clock: clock.clone(),
        moment,
        rota: main.filter(|rota| wanted == Some(rota.name.as_str())).map(|rota| rota.name.clone()),
        sites,
        sites_more,
        day: day(lens, clock, main, known_until, Some(chains)),
        needs: Vec::new(),
        behind: Vec::new(),
        next: None,
        incidents: Vec::new(),
        incidents_open: 0,
        last_resolved: None,
        latest: Vec::new(),
    };
    if lens.now <= known_until {
        happened(lens, &mut view);
    }
    view
}

/// What the journal tells, and what it asks of the reader.
fn happened(lens: &Lens<'_>, view: &mut ControlView) {
    let world = lens.world;
    ((view.needs, view.behind), view.next) = (needs(lens), next(lens));
    let mut open: Vec<_> = world.incidents.open().rev().map(|i| incident::row(lens, i)).take(200).collect();
    open.sort_by_key(|row| (row.severity, std::cmp::Reverse(row.id)));
    open.truncate(INCIDENTS_SHOWN);
    view.incidents = open;
    view.incidents_open = world.incidents.open_count();
    let resolved = world.incidents.iter().filter_map(|i| Some((i, i.resolved.as_ref()?))).max_by_key(|(_, r)| r.at);
    view.last_resolved = resolved.map(|(i, r)| {
        let said = Say::new().text("The last, ").incident(i.id).text(format!(" {}, was resolved at ", i.title));
        said.at(r.at).text(".")
    });
    let news = world.recent().filter(|e| is_news(&e.fact));
    view.latest = news.filter_map(|e| tell(lens, e.seq, e.at, &e.actor, &e.fact)).take(LATEST_SHOWN).collect();
}

/// Messages that went their way are told where they belong; here they would push out what happened.
fn is_news(fact: &Fact) -> bool {
    !matches!(fact, Fact::Page(PageFact::DeliverySucceeded { .. } | PageFact::DeliveryCancelled { .. }))
}

/// The most urgent of each kind, and how many more there are behind them.
fn needs(lens: &Lens<'_>) -> (Vec<Need>, Vec<Behind>) {
    let world = lens.world;
    let (mut needs, mut behind) = (Vec::new(), Vec::new());
    let mut list = |(listed, left): (Vec<Need>, usize), what: [&str; 2], href: &'static str| {
        needs.extend(listed);
        let what = format!("{left} more {}", what[usize::from(left > 1)]);
        behind.extend((left > 0).then_some(Behind { count: left, what, href }));
    };
    let waiting = world.incidents.open().filter(|i| i.acknowledged.is_none());
    let mut pages: Vec<Need> = waiting.filter_map(|i| page_need(lens, i)).collect();
    pages.sort_by_key(|need| need.until);
    list(most(pages), ["incident waits", "incidents wait"], "/incidents");
    let promises = world.promises_due(lens.me, lens.now);
    let promises = promises.into_iter().map(|(incident, promise)| promise_need(lens, incident, promise)).collect();
    list(most(promises), ["update is promised", "updates are promised"], "/incidents");
    let holes = world.estate().rotas.values().filter_map(|rota| hole_need(lens, rota)).collect();
    list(most(holes), ["rota has a hole", "rotas have a hole"], "/coverage");
    list(most(changes::needs(lens)), ["change waits", "changes wait"], "/changes");
    list(super::handoff::needs(lens, LISTED), ["handoff is open", "handoffs are open"], "/handoffs");
    if let Some(refused) = &world.estate_in_force().refused {
        needs.push(Need {
            shape: Glyph::Fail,
            what: "A change of the estate was refused".into(),
            until: None,
            urgent: true,
            more: Say::new()
                .text(format!("{} problems, at ", refused.problems.len()))
                .at(refused.at)
                .text(". The one before stays in force."),
            act: None,
            refuse: None,
            open: "/estate".into(),
        });
    }
    (needs, behind)
}

fn most(mut needs: Vec<Need>) -> (Vec<Need>, usize) {
    let left = needs.len().saturating_sub(LISTED);
    needs.truncate(LISTED);
    (needs, left)
}

fn hole_need(lens: &Lens<'_>, rota: &Rota) -> Option<Need> {
    let soon = lens.now.saturating_add(SOON).unwrap_or(lens.now);
    let (from, until) = *absent(lens, rota, lens.now, soon).holes.first()?;
    let now = from <= lens.now;
    let what = if now { "Nobody is on watch in" } else { "Hole in" };
    // The window ends somewhere in a hole that is longer.
    let until_known = Some(until).filter(|until| *until < soon);
    let more = Say::new().text("Nobody is scheduled from ").at(from);
    let more = match until_known {
        Some(until) => more.text(" to ").at(until).text("."),
        None => more.text(" for two days and more."),
    };
    Some(Need {
        shape: Glyph::Nobody,
        what: format!("{what} {}", rota.display_name),
        until: if now { until_known } else { Some(from) },
        urgent: now,
        more,
        act: None,
        refuse: None,
        open: format!("/rotas/{}", rota.name),
    })
}

/// An incident that waits for me, for everybody who answers when I am nobody of the estate.
fn page_need(lens: &Lens<'_>, incident: &Incident) -> Option<Need> {
    let walk = lens.world.pages.walk(incident.id)?;
    let paged: Vec<&Name> = lens.world.pages.pages_of(incident.id).map(|page| &page.person).collect();
    let mine = lens.me.is_none_or(|me| paged.contains(&me));
    let exhausted = matches!(walk.state, WalkState::Exhausted { .. });
    if !mine && !exhausted {
        return None;
    }
    let more = Say::new().text(format!("{}. ", incident.title.trim_end_matches('.')));
    let (until, more) = match &walk.state {
        WalkState::Waiting { until } => match lens.world.next_paged(incident.id) {
            Some(next) if !next.persons.is_empty() => (
                Some(*until),
                more.text(format!(
                    "Then {} {} paged, ",
                    lens.people(&next.persons),
                    verb(next.persons.len(), "is", "are")
                ))
                .at(next.at)
                .text("."),
            ),
            _ => (Some(*until), more.text("After that everybody was tried.")),
        },
        WalkState::Exhausted { again } => {
            (Some(*again), more.text("Everybody was tried. It begins anew at ").at(*again).text("."))
        }
        // What is quiet needs nobody.
        WalkState::Held { .. } => return None,
        WalkState::Ended => (None, more),
    };
    Some(Need {
        shape: Glyph::Severity(incident.severity),
        what: if lens.me.is_some() {
            format!("Page: INC-{}", incident.id)
        } else {
            format!("INC-{} waits for an answer", incident.id)
        },
        until,
        urgent: true,
        more,
        act: Some((format!("/incidents/{}/acknowledge", incident.id), "Acknowledge")),
        refuse: None,
        open: format!("/incidents/{}", incident.id),
    })
}

/// An update that somebody waits for.
fn promise_need(lens: &Lens<'_>, incident: &Incident, promise: &Promise) -> Need {
    let overdue = promise.due <= lens.now;
    let said = Say::new().text(if overdue { "Was due " } else { "Due " }).at(promise.due);
    let said =
        said.text(format!(": {}. {}. ", promise.what.trim_end_matches('.'), incident.title.trim_end_matches('.')));
    let more = match &incident.acknowledged {
        Some(has) => said.strong(lens.person(&has.by)).text(" has it. A note keeps the promise."),
        None => said.text("Nobody has it. A note keeps the promise."),
    };
    Need {
        shape: Glyph::Note,
        what: format!("Update promised: INC-{}", incident.id),
        until: Some(promise.due),
        urgent: overdue,
        more,
        act: None,
        refuse: None,
        open: format!("/incidents/{}", incident.id),
    }
}

/// What comes next when nothing needs the reader: their own watch, else what comes first of all.
fn next(lens: &Lens<'_>) -> Option<Say> {
    own_next(lens).or_else(|| first_of_all(lens))
}

fn first_of_all(lens: &Lens<'_>) -> Option<Say> {
    let until = lens.now.saturating_add(SOON).ok()?;
    let rotas = lens.world.estate().rotas.keys();
    let shifts = rotas.flat_map(|rota| lens.world.shifts(rota, lens.now, until));
    let comes = shifts.filter(|shift| shift.role == Role::Primary && shift.from > lens.now);
    let watch = comes.min_by_key(|shift| shift.from).map(|shift| {
        let said = Say::new().text("Next, ").strong(lens.person(&shift.person));
        (shift.from, said.text(format!(" comes on watch in {} at ", lens.rota_title(&shift.rota))))
    });
    let promised = lens.world.incidents.open().filter_map(|incident| Some((incident, incident.promise.as_ref()?.due)));
    let promise = promised
        .filter(|(_, due)| *due > lens.now)
        .min_by_key(|(_, due)| *due)
        .map(|(incident, due)| (due, Say::new().text("Next, an update on ").incident(incident.id).text(" is due at ")));
    let active = lens.world.alerts.silences().filter(|silence| silence.state(lens.now) == SilenceState::Active);
    let silence = active.map(|silence| silence.ends_at).min();
    let silence = silence.map(|at| (at, Say::new().text("Next, a silence ends at ")));
    let (at, said) = [watch, promise, silence].into_iter().flatten().min_by_key(|(at, _)| *at)?;
    Some(said.at(at).text("."))
}

fn own_next(lens: &Lens<'_>) -> Option<Say> {
    let me = lens.me?;
    let until = lens.now.saturating_add(FORTNIGHT).ok()?;
    let rotas = lens.world.estate().rotas.keys();
    let mut mine: Vec<Shift> =
        rotas.flat_map(|rota| lens.world.shifts(rota, lens.now, until)).filter(|s| s.person == *me).collect();
    mine.sort_by_key(|shift| shift.from);
    let first = mine.first()?;
    let title = lens.rota_title(&first.rota);
    Some(if first.from <= lens.now {
        Say::new().text(format!("You are on watch in {title} until ")).at(first.until).text(".")
    } else {
        Say::new().text(format!("You come on watch in {title} at ")).at(first.from).text(".")
    })
}
