//! The control room, read from the world.

use jiff::SignedDuration;
use meridian_core::{
    Fact, Instant,
    estate::{Role, Rota, Site},
    id::Name,
    incident::Incident,
    page::{PageFact, WalkState},
    roster::Shift,
};

use super::{
    Lens,
    cover::{Absent, absent},
    incident,
    rota::{cover, pack, shift_row, zone_words},
    story::tell,
};
use crate::ui::{
    parts::{
        Clock, Glyph, Say,
        lanes::{Axis, Row},
        say::verb,
        sun::nights,
    },
    view::control::{ControlView, Need, NextWatch, SiteView, Watch},
};

/// So many rotas have a row of their own in the picture, those with a hole before others; their page has all.
const ROTAS_SHOWN: usize = 8;
const HOLES_SHOWN: usize = 16;
const WATCHES_SHOWN: usize = 4;
const INCIDENTS_SHOWN: usize = 12;
const LATEST_SHOWN: usize = 14;
/// How far ahead a hole needs somebody.
pub(super) const SOON: SignedDuration = SignedDuration::from_hours(48);
const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

pub fn control(lens: &Lens<'_>, clock: &Clock) -> ControlView {
    let world = lens.world;
    let from = hour_before(lens.now, 3);
    let until = from.saturating_add(SignedDuration::from_hours(24)).unwrap_or(from);
    let rotas = shown_rotas(lens, from, until);
    let shifts: Vec<Shift> = rotas.iter().flat_map(|(rota, _)| world.shifts(&rota.name, from, until)).collect();
    let (needs, next) = (needs(lens), next(lens));
    let mut open: Vec<_> = world.incidents.open().rev().map(|i| incident::row(lens, i)).take(200).collect();
    open.sort_by_key(|row| (row.severity, std::cmp::Reverse(row.id)));
    open.truncate(INCIDENTS_SHOWN);
    let resolved = world.incidents.iter().filter_map(|i| Some((i, i.resolved.as_ref()?))).max_by_key(|(_, r)| r.at);
    ControlView {
        sites: sites(lens),
        axis: Axis::of(clock, from, until, 2),
        rotas_more: world.estate().rotas.len() - rotas.len(),
        rows: rows(lens, rotas, &shifts, from, until),
        shifts: shifts.iter().map(|shift| shift_row(lens, shift, true)).collect(),
        needs,
        next,
        incidents: open,
        incidents_open: world.incidents.open_count(),
        last_resolved: resolved.map(|(i, r)| {
            Say::new()
                .text("The last, ")
                .incident(i.id)
                .text(format!(" {}, was resolved at ", i.title))
                .at(r.at)
                .text(".")
        }),
        latest: world
            .recent()
            .filter(|e| is_news(&e.fact))
            .filter_map(|e| tell(lens, e.seq, e.at, &e.actor, &e.fact))
            .take(LATEST_SHOWN)
            .collect(),
    }
}

/// Those with a hole first, then the others by name, up to a limit.
fn shown_rotas<'a>(lens: &Lens<'a>, from: Instant, until: Instant) -> Vec<(&'a Rota, Absent)> {
    let all = lens.world.estate().rotas.values().map(|rota| (rota, absent(lens, rota, from, until)));
    let (mut shown, calm): (Vec<_>, Vec<_>) = all.partition(|(_, absent)| !absent.holes.is_empty());
    shown.truncate(HOLES_SHOWN);
    let room = ROTAS_SHOWN.saturating_sub(shown.len());
    shown.extend(calm.into_iter().take(room));
    shown
}

/// Messages that went their way are told where they belong; here they would push out what happened.
fn is_news(fact: &Fact) -> bool {
    !matches!(fact, Fact::Page(PageFact::DeliverySucceeded { .. } | PageFact::DeliveryCancelled { .. }))
}

fn hour_before(now: Instant, hours: i64) -> Instant {
    let second = now.as_second().div_euclid(3600) * 3600 - hours * 3600;
    Instant::from_second(second).unwrap_or(now)
}

/// In the order of the sun: east first.
fn ring<'a>(lens: &Lens<'a>) -> Vec<&'a Site> {
    let mut sites: Vec<&Site> = lens.world.estate().sites.values().collect();
    sites.sort_by_key(|site| std::cmp::Reverse(site.zone.to_offset(lens.now).seconds()));
    sites
}

fn sites(lens: &Lens<'_>) -> Vec<SiteView> {
    let world = lens.world;
    let rotas: Vec<&Name> = world.estate().rotas.keys().collect();
    let now: Vec<Shift> = rotas.iter().flat_map(|rota| world.on_watch(rota, lens.now)).collect();
    let many = rotas.len() > 1;
    let view = |site: &Site| {
        let mut here: Vec<&Shift> =
            now.iter().filter(|shift| shift.site == site.name && (!many || shift.role == Role::Primary)).collect();
        here.sort_by_key(|shift| (shift.role, shift.rota.clone()));
        let watch = |shift: &&Shift| Watch {
            role: shift.role,
            rota: many.then(|| lens.rota_title(&shift.rota)),
            who: lens.person(&shift.person),
            you: lens.me == Some(&shift.person),
            until: Some(shift.until)
                .filter(|until| until.duration_since(lens.now) < SignedDuration::from_hours(24 * 55)),
        };
        // Nearly always somebody comes within two days, and only then it is worth looking further.
        let next = || [SOON, FORTNIGHT].into_iter().find_map(|ahead| next_at(lens, site, ahead));
        SiteView {
            name: site.display_name.clone(),
            zone: site.zone.clone(),
            location: site.location,
            watches: here.iter().take(WATCHES_SHOWN).map(watch).collect(),
            more: here.len().saturating_sub(WATCHES_SHOWN),
            next: if here.is_empty() { next() } else { None },
        }
    };
    ring(lens).into_iter().map(view).collect()
}

/// The first primary who comes on watch at a site.
fn next_at(lens: &Lens<'_>, site: &Site, ahead: SignedDuration) -> Option<NextWatch> {
    let until = lens.now.saturating_add(ahead).ok()?;
    let rotas = lens.world.estate().rotas.values();
    let here = rotas.filter(|rota| rota.layers.iter().any(|layer| layer.site == site.name));
    let coming = here.flat_map(|rota| lens.world.shifts(&rota.name, lens.now, until));
    let first = coming
        .filter(|shift| shift.site == site.name && shift.role == Role::Primary && shift.from > lens.now)
        .min_by_key(|shift| shift.from)?;
    Some(NextWatch { who: lens.person(&first.person), at: first.from })
}

fn rows(lens: &Lens<'_>, rotas: Vec<(&Rota, Absent)>, shifts: &[Shift], from: Instant, until: Instant) -> Vec<Row> {
    let many = rotas.len() > 1;
    let covers = rotas.into_iter().map(|(rota, absent)| {
        let own: Vec<Shift> = shifts.iter().filter(|shift| shift.rota == rota.name).cloned().collect();
        cover(&rota.display_name, &own, absent)
    });
    let lanes = ring(lens).into_iter().map(|site| {
        let mut here: Vec<&Shift> = shifts.iter().filter(|shift| shift.site == site.name).collect();
        here.sort_by_key(|shift| (shift.rota.clone(), shift.from));
        let mut lines = Vec::new();
        for own in here.chunk_by(|a, b| a.rota == b.rota) {
            lines.extend(pack(lens, own, many));
        }
        let nights = site.location.map(|location| nights(location, from, until)).unwrap_or_default();
        Row::Lane {
            name: site.display_name.clone(),
            sub: zone_words(lens.now, &site.zone),
            zone: site.zone.clone(),
            nights,
            lines,
        }
    });
    covers.chain(lanes).collect()
}

fn needs(lens: &Lens<'_>) -> Vec<Need> {
    let world = lens.world;
    let waiting = world.incidents.open().filter(|i| i.acknowledged.is_none());
    let mut needs: Vec<Need> = waiting.filter_map(|i| page_need(lens, i)).collect();
    needs.sort_by_key(|need| need.until);
    needs.truncate(8);
    needs.extend(world.estate().rotas.values().filter_map(|rota| hole_need(lens, rota)).take(ROTAS_SHOWN));
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
            open: "/estate".into(),
        });
    }
    needs
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
        open: format!("/incidents/{}", incident.id),
    })
}

/// What comes next when nothing needs the reader.
fn next(lens: &Lens<'_>) -> Option<Say> {
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
