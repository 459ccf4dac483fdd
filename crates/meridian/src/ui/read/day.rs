//! The picture of the day, read from the world.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use meridian_core::{
    Instant,
    announcement::{AnnouncedKind, Announcement},
    estate::{Role, Rota, Site},
    id::Name,
    roster::{Shift, WatchBecause},
};

use super::{
    Lens,
    cover::absent,
    pulse::pulses,
    rota::zone_words,
    told::told,
    watch::{legs, passings},
};
use crate::{
    serve::chains::Chains,
    ui::{
        parts::{Clock, axis::Axis, sun::nights},
        view::day::{Day, Lane, OtherWatch, Planned, PlannedKind, Ring, Running, Stretch, Watching},
    },
};

const BACK_HOURS: i64 = 12;
const WHOLE: SignedDuration = SignedDuration::from_hours(36);
/// So many sites have a lane, rotas a row, incidents a bar, plans a line; their pages have all.
const LANES: usize = 16;
const OTHERS: usize = 6;
const INCIDENTS: usize = 6;
const PLANNED: usize = 5;

/// From twelve hours back to twenty-four ahead, from a full hour on so that the picture stands still between refreshes.
pub(super) fn window(now: Instant) -> Stretch {
    let second = now.as_second().div_euclid(3600) * 3600 - BACK_HOURS * 3600;
    let from = Instant::from_second(second).unwrap_or(now);
    (from, from.saturating_add(WHOLE).unwrap_or(now))
}

/// In the order of the sun: east first.
pub(super) fn by_sun<'a>(lens: &Lens<'a>) -> Vec<&'a Site> {
    let mut sites: Vec<&Site> = lens.world.estate().sites.values().collect();
    sites.sort_by_key(|site| std::cmp::Reverse(site.zone.to_offset(lens.now).seconds()));
    sites
}

/// `known_until` is where the journal ends. Ahead of that only who is scheduled is known, and no incident.
/// Of the `chains` nothing is drawn where they are not given.
pub(super) fn day(
    lens: &Lens<'_>,
    clock: &Clock,
    main: Option<&Rota>,
    known_until: Instant,
    chains: Option<&Chains>,
) -> Day {
    let (from, until) = window(lens.now);
    let known = lens.now <= known_until;
    let shifts = main.map(|rota| lens.world.shifts(&rota.name, from, until)).unwrap_or_default();
    let (sites, lanes_more) = lane_sites(lens, main);
    let lanes: Vec<Lane> = sites.iter().map(|site| lane(lens, site, &shifts, from, until)).collect();
    let places: BTreeMap<&Name, usize> = sites.iter().enumerate().map(|(at, site)| (&site.name, at)).collect();
    let ring = main.map(|rota| ring(lens, rota, &shifts, from, until));
    let (others, others_more) = others(lens, main, from, until);
    let (incidents, incidents_more) = incidents(lens, from);
    let (chains, chains_more) =
        chains.filter(|_| known).map(|chains| pulses(lens, chains, (from, until))).unwrap_or_default();
    let mut day = Day {
        axis: Axis::of(clock, from, until, 2),
        thread: main.map(|rota| legs(lens, rota, (from, until), known_until, &places)).unwrap_or_default(),
        passings: main.map(|rota| passings(lens, rota, (from, until), &places)).unwrap_or_default(),
        ring,
        lanes,
        lanes_more,
        others,
        others_more,
        incidents: known.then_some(incidents),
        incidents_more: if known { incidents_more } else { 0 },
        chains,
        chains_more,
        planned: planned(lens, main, known, from, until),
        told: Vec::new(),
    };
    day.told = told(&day);
    day
}

/// The sites of the ring; of a rota-less estate all.
fn lane_sites<'a>(lens: &Lens<'a>, main: Option<&Rota>) -> (Vec<&'a Site>, usize) {
    let mut sites = by_sun(lens);
    if let Some(rota) = main {
        sites.retain(|site| rota.layers.iter().any(|layer| layer.site == site.name));
    }
    let more = sites.len().saturating_sub(LANES);
    sites.truncate(LANES);
    (sites, more)
}

fn lane(lens: &Lens<'_>, site: &Site, shifts: &[Shift], from: Instant, until: Instant) -> Lane {
    let here: Vec<&Shift> = shifts.iter().filter(|shift| shift.site == site.name).collect();
    let of = |primary: bool| here.iter().copied().filter(move |shift| (shift.role == Role::Primary) == primary);
    Lane {
        name: site.display_name.clone(),
        sub: zone_words(lens.now, &site.zone),
        zone: site.zone.clone(),
        nights: site.location.map(|location| nights(location, from, until)).unwrap_or_default(),
        primary: pack(lens, of(true)),
        seconds: pack(lens, of(false)),
    }
}

fn pack<'a>(lens: &Lens<'_>, shifts: impl Iterator<Item = &'a Shift>) -> Vec<Vec<Watching>> {
    let mut lines: Vec<Vec<Watching>> = Vec::new();
    for shift in shifts {
        let who = lens.person(&shift.person);
        let why = match &shift.because {
            WatchBecause::Rotation { .. } => String::new(),
            WatchBecause::Override { replaces: Some(person) } => format!(", for {}", lens.person(person)),
            WatchBecause::Override { replaces: None } => ", in addition".into(),
        };
        let title = format!("{who}, {} in {}{why}", shift.role.word(), lens.rota_title(&shift.rota));
        let changed = matches!(shift.because, WatchBecause::Override { .. });
        let asked = lens.world.covers.wanted(lens.now).map(|(_, request)| &request.part);
        let of_shift = asked.filter(|part| part.rota == shift.rota && part.person == shift.person);
        let clipped = of_shift.map(|part| (part.from.max(shift.from), part.until.min(shift.until)));
        let wanted = clipped.filter(|(from, until)| from < until).collect();
        let one = Watching { from: shift.from, until: shift.until, who, title, changed, wanted };
        match lines.iter_mut().find(|line| line.last().is_none_or(|last| last.until <= one.from)) {
            Some(line) => line.push(one),
            None => lines.push(vec![one]),
        }
    }
    lines
}

fn ring(lens: &Lens<'_>, rota: &Rota, shifts: &[Shift], from: Instant, until: Instant) -> Ring {
    let primary: Vec<&Shift> = shifts.iter().filter(|s| s.role == Role::Primary).collect();
    let mut overlaps: Vec<Stretch> = Vec::new();
    for (i, one) in primary.iter().enumerate() {
        for other in primary[i + 1..].iter().take_while(|other| other.from < one.until) {
            // Whoever of one site is on watch together is so by intent; an overlap is between sites.
            if other.site != one.site {
                overlaps.push((other.from, one.until.min(other.until)));
            }
        }
    }
    let gone = absent(lens, rota, from, until);
    Ring {
        rota: rota.display_name.clone(),
        covered: joined(primary.iter().map(|s| (s.from, s.until)).collect()),
        overlaps: joined(overlaps),
        holes: gone.holes,
        off: gone.off,
    }
}

fn joined(mut all: Vec<Stretch>) -> Vec<Stretch> {
    all.sort();
    let mut joined: Vec<Stretch> = Vec::new();
    for (from, until) in all {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
    }
    joined
}

/// Those with a hole first, then by name.
fn others(lens: &Lens<'_>, main: Option<&Rota>, from: Instant, until: Instant) -> (Vec<OtherWatch>, usize) {
    let rotas = lens.world.estate().rotas.values();
    let rest: Vec<&Rota> = rotas.filter(|rota| main.is_none_or(|main| main.name != rota.name)).collect();
    let more = rest.len().saturating_sub(OTHERS);
    let (mut shown, calm): (Vec<&Rota>, Vec<&Rota>) =
        rest.into_iter().partition(|rota| !absent(lens, rota, from, until).holes.is_empty());
    shown.extend(calm);
    let watch = |rota: &Rota| {
        let shifts = lens.world.shifts(&rota.name, from, until);
        let on = |s: &&Shift| s.role == Role::Primary && s.from <= lens.now && lens.now < s.until;
        let mut now: Vec<String> = shifts.iter().filter(on).map(|shift| lens.person(&shift.person)).collect();
        now.dedup();
        OtherWatch { name: rota.name.clone(), ring: ring(lens, rota, &shifts, from, until), now }
    };
    (shown.into_iter().take(OTHERS).map(watch).collect(), more)
}

/// The open ones by gravity, then those resolved last; shown by their beginning.
fn incidents(lens: &Lens<'_>, from: Instant) -> (Vec<Running>, usize) {
    let all = &lens.world.incidents;
    let running = |incident: &meridian_core::incident::Incident| Running {
        id: incident.id,
        severity: incident.severity,
        title: incident.title.clone(),
        from: incident.opened_at,
        until: incident.resolved.as_ref().map(|resolved| resolved.at),
        waits: incident.acknowledged.is_none() && incident.resolved.is_none(),
    };
    let mut open: Vec<&meridian_core::incident::Incident> = all.open().collect();
    open.sort_by_key(|incident| (incident.severity, std::cmp::Reverse(incident.id)));
    let over = |i: &&meridian_core::incident::Incident| i.resolved.as_ref().is_some_and(|resolved| resolved.at > from);
    let mut resolved: Vec<&meridian_core::incident::Incident> = all.iter().rev().filter(over).collect();
    resolved.sort_by_key(|incident| incident.resolved.as_ref().map(|resolved| std::cmp::Reverse(resolved.at)));
    let total = open.len() + resolved.len();
    let mut shown: Vec<Running> = open.into_iter().chain(resolved).take(INCIDENTS).map(running).collect();
    shown.sort_by_key(|one| (one.from, one.id));
    let more = total - shown.len();
    (shown, more)
}

/// What is announced first, then changes of the watch, then silences.
fn planned(lens: &Lens<'_>, main: Option<&Rota>, known: bool, from: Instant, until: Instant) -> Vec<Planned> {
    let within = |one: &Planned| one.from < until && from < one.until;
    let added = main.map(|rota| lens.world.overrides.numbered(&rota.name)).unwrap_or_default();
    let fixed = main.map(|rota| rota.overrides.as_slice()).unwrap_or_default();
    let overrides = fixed.iter().chain(added.iter().map(|(_, change)| change)).map(|change| Planned {
        kind: PlannedKind::Override,
        from: change.from,
        until: change.until,
        what: match &change.replace {
            Some(replaced) => format!("{} for {}", lens.person(&change.with), lens.person(replaced)),
            None => format!("{} in addition", lens.person(&change.with)),
        },
        collides: None,
    });
    let mut all = announced(lens, main, from, until);
    all.extend(overrides.filter(within).take(PLANNED));
    let silences = lens.world.alerts.silences().filter(|_| known).map(|silence| Planned {
        kind: PlannedKind::Silence,
        from: silence.starts_at,
        until: silence.ends_at,
        what: silence.matchers.iter().map(|m| m.value.to_string()).collect::<Vec<_>>().join(", "),
        collides: None,
    });
    let mut silences: Vec<Planned> = silences.filter(within).collect();
    silences.sort_by_key(|one| (one.until <= lens.now, one.until));
    all.extend(silences.into_iter().take(PLANNED));
    all
}

/// What is not over first, by its beginning; drawn in the order of time.
fn announced(lens: &Lens<'_>, main: Option<&Rota>, from: Instant, until: Instant) -> Vec<Planned> {
    let known = &lens.world.announcements;
    let mut found = match main {
        Some(rota) => known.of(&rota.name, from, until),
        None => known.touching(from, until),
    };
    found.sort_by_key(|one| (one.ends_at() <= lens.now, one.what.from, one.id));
    found.truncate(PLANNED);
    found.sort_by_key(|one| (one.what.from, one.id));
    let planned = |one: &Announcement| {
        let against = known.collisions(&one.what, Some(one.id));
        Planned {
            kind: match one.what.kind {
                AnnouncedKind::Work => PlannedKind::Work,
                AnnouncedKind::Freeze => PlannedKind::Freeze,
                AnnouncedKind::Event => PlannedKind::Event,
            },
            from: one.what.from,
            until: one.ends_at(),
            what: one.what.name(),
            collides: against.first().map(|other| other.what.name()),
        }
    };
    found.into_iter().map(planned).collect()
}
