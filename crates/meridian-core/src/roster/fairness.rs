//! Who carries how much: hours, nights, weekends, holidays and pages of each person, and the balance against a fair
//! share.
//!
//! The fair share of a layer: at every instant the people on watch in it are shared out evenly among those who are its
//! members then. So a person who joined last week owes nothing of the month before, and the balances of a layer add up
//! to zero. Whoever stands in without being a member has a share of nothing and a balance above zero. Leave reduces no
//! share: whoever was away comes back with a balance below zero, and the next cover is offered to them first.
//!
//! What it does *not* do: it weighs nothing. A night counts as many hours as a day; nights, weekends and holidays stand
//! beside the hours, and people judge. A shadow only watches along, and counts for nothing here. A reverse shadow is paged
//! first and does the work under supervision: their hours count, and so do those of the primary beside them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;

use super::{
    Overrides, Shift,
    order::{dates, is_member},
    shifts,
};
use crate::{
    Instant,
    calendar::offsets::{DAY, Offsets, instant, wall_seconds},
    estate::{Estate, Layer, Role, Rota, Site},
    id::Name,
};

/// One person's part of the watch in a window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Share {
    pub person: Name,
    /// Time on watch. Two layers at once count twice, so that all hours together are all cover.
    pub hours: SignedDuration,
    /// From 22:00 to 06:00 by the clock of the person's own site.
    pub nights: Burden,
    /// Saturdays and Sundays there.
    pub weekends: Burden,
    /// The public holidays of their site.
    pub holidays: Burden,
    /// Pages that came because they were on watch.
    pub pages: u32,
    /// What would have been their part.
    pub fair: SignedDuration,
    /// Hours beyond the fair share; below zero: others carried some of theirs.
    pub balance: SignedDuration,
}

/// How many nights, weekends or holidays were touched, and the time on watch in them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Burden {
    pub count: u32,
    pub hours: SignedDuration,
}

/// Whose watch is shared out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// All rotas.
    Everybody,
    Rota(Name),
    /// The rotas of a team.
    Team(Name),
}

impl Whose {
    /// The rotas that are meant, by name; none where the estate has no such rota or team.
    pub fn rotas(&self, estate: &Estate) -> Vec<Name> {
        let meant = |rota: &&Rota| match self {
            Whose::Everybody => true,
            Whose::Rota(name) => rota.name == *name,
            Whose::Team(name) => rota.team.as_ref() == Some(name),
        };
        estate.rotas.values().filter(meant).map(|rota| rota.name.clone()).collect()
    }
}

/// A night is from here to [`NIGHT_UNTIL`] of the next day, in seconds of the day.
const NIGHT_FROM: i64 = 22 * 3600;
const NIGHT_UNTIL: i64 = 6 * 3600;

/// The share of everybody who is a member of these rotas in `[from, until)` or was on watch in them, by name. `paged`
/// says who was paged when; what lies outside the window does not count.
pub fn fairness<'a>(
    estate: &Estate,
    overrides: &Overrides,
    paged: impl IntoIterator<Item = (&'a Name, Instant)>,
    rotas: &[Name],
    from: Instant,
    until: Instant,
) -> Vec<Share> {
    let mut people: BTreeMap<Name, Carried> = BTreeMap::new();
    for rota in rotas.iter().collect::<BTreeSet<_>>().into_iter().filter_map(|name| estate.rotas.get(name)) {
        carry(rota, overrides, (from, until), &mut people);
    }
    for (person, _) in paged.into_iter().filter(|(_, at)| (from..until).contains(at)) {
        people.entry(person.clone()).or_default().pages += 1;
    }
    people.into_iter().map(|(person, carried)| carried.share(person, estate)).collect()
}

/// What is known of a person before nights and the like are counted.
#[derive(Default)]
struct Carried {
    watches: Vec<(Instant, Instant)>,
    /// Where they watched last: for somebody whom the estate no longer has, the best guess of where they live.
    seen_at: Option<Name>,
    fair: SignedDuration,
    pages: u32,
}

fn carry(rota: &Rota, overrides: &Overrides, window: (Instant, Instant), people: &mut BTreeMap<Name, Carried>) {
    let all = shifts(rota, &overrides.of(&rota.name), window.0, window.1);
    for layer in rota.layers.iter().filter(|layer| layer.role != Role::Shadow) {
        let own: Vec<&Shift> = all.iter().filter(|shift| *shift.layer == *layer.name).collect();
        for (members, from, until) in memberships(layer, window) {
            let pieces = own.iter().filter_map(|shift| {
                let part = (shift.from.max(from), shift.until.min(until));
                (part.0 < part.1).then_some((&shift.person, part))
            });
            share_out(&members, &pieces.collect::<Vec<_>>(), people);
        }
        for shift in own {
            let carried = people.entry(shift.person.clone()).or_default();
            carried.watches.push((shift.from, shift.until));
            carried.seen_at = Some(shift.site.clone());
        }
    }
}

/// The parts of a window in each of which the same people are members of a layer. Who has two turns stands there twice.
fn memberships(layer: &Layer, (from, until): (Instant, Instant)) -> Vec<(Vec<&Name>, Instant, Instant)> {
    let instants = dates(&layer.rotation)
        .into_iter()
        .map(|date| (instant(Offsets::new(&layer.zone, date, date).start(date)), date));
    let within: Vec<(Instant, i64)> = instants.filter(|(at, _)| from < *at && *at < until).collect();
    let begins = std::iter::once((from, None)).chain(within.iter().map(|(at, date)| (*at, Some(*date))));
    let ends = within.iter().map(|(at, _)| *at).chain([until]);
    begins
        .zip(ends)
        .map(|((from, date), until)| {
            let wall = date.unwrap_or_else(|| wall_seconds(layer.zone.to_datetime(from)));
            let members = layer.rotation.members.iter().flatten().filter(|member| is_member(member, wall));
            (members.map(|member| &member.person).collect(), from, until)
        })
        .collect()
}

/// Gives every member an even part of the time that these pieces last together.
fn share_out(members: &[&Name], pieces: &[(&Name, (Instant, Instant))], people: &mut BTreeMap<Name, Carried>) {
    if members.is_empty() {
        // Nobody's turn: who was there anyway had exactly their part.
        for (person, (from, until)) in pieces {
            people.entry((*person).clone()).or_default().fair += until.duration_since(*from);
        }
        return;
    }
    let total: i128 = pieces.iter().map(|(_, (from, until))| until.duration_since(*from).as_nanos()).sum();
    let (each, rest) = (total / members.len() as i128, total % members.len() as i128);
    for (number, person) in members.iter().enumerate() {
        // What can't be divided, in nanoseconds, goes to the first, so that nothing is lost.
        let part = each + i128::from((number as i128) < rest);
        people.entry((*person).clone()).or_default().fair += SignedDuration::from_nanos_i128(part);
    }
}

impl Carried {
    fn share(self, person: Name, estate: &Estate) -> Share {
        let site = estate.persons.get(&person).map(|person| &person.site).or(self.seen_at.as_ref());
        let local = site.and_then(|site| estate.sites.get(site)).map(|site| Local::new(site, &self.watches));
        let [nights, weekends, holidays] = local.map_or_else(Default::default, |mut local| local.count(&self.watches));
        let hours = self.watches.iter().map(|(from, until)| until.duration_since(*from)).sum();
        Share {
            person,
            hours,
            nights,
            weekends,
            holidays,
            pages: self.pages,
            fair: self.fair,
            balance: hours - self.fair,
        }
    }
}

/// Nights, weekends and holidays of these watches, by the clock and the holidays of a site.
pub(super) fn burdens(site: &Site, watches: &[(Instant, Instant)]) -> [Burden; 3] {
    Local::new(site, watches).count(watches)
}

/// A person's own wall clock over the time that they watched.
struct Local<'a> {
    offsets: Offsets,
    /// The holidays of the site, in order.
    closed: &'a [(i64, Box<str>)],
}

impl<'a> Local<'a> {
    fn new(site: &'a Site, watches: &[(Instant, Instant)]) -> Local<'a> {
        let first = watches.iter().map(|watch| watch.0.as_second()).min().unwrap_or_default();
        let last = watches.iter().map(|watch| watch.1.as_second()).max().unwrap_or_default();
        let around = 3 * DAY;
        let offsets = Offsets::new(&site.zone, first.saturating_sub(around), last.saturating_add(around));
        Local { offsets, closed: site.calendar.days() }
    }

    /// Nights, weekends and holidays.
    fn count(&mut self, watches: &[(Instant, Instant)]) -> [Burden; 3] {
        let mut touched: [BTreeSet<i64>; 3] = Default::default();
        let mut time = [SignedDuration::ZERO; 3];
        for watch in watches {
            // A day around, for what the offset moves and for the night that began the evening before.
            let (first, last) = (watch.0.as_second().div_euclid(DAY) - 2, watch.1.as_second().div_euclid(DAY) + 2);
            for day in first..=last {
                let whole = (day * DAY, (day + 1) * DAY);
                // 1970-01-01 was a Thursday; a weekend is known by its Saturday.
                let weekday = (day + 3).rem_euclid(7);
                let holiday = self.closed.binary_search_by_key(&day, |closed| closed.0).is_ok();
                let found = [
                    Some((day, (day * DAY + NIGHT_FROM, (day + 1) * DAY + NIGHT_UNTIL))),
                    (weekday > 4).then_some((day + 5 - weekday, whole)),
                    holiday.then_some((day, whole)),
                ];
                for (kind, found) in found.into_iter().enumerate() {
                    let Some((key, wall)) = found else { continue };
                    let within = self.within(*watch, wall);
                    if within > SignedDuration::ZERO {
                        touched[kind].insert(key);
                        time[kind] += within;
                    }
                }
            }
        }
        std::array::from_fn(|kind| Burden { count: touched[kind].len() as u32, hours: time[kind] })
    }

    /// How much of a watch lies in a stretch of wall clock.
    fn within(&mut self, watch: (Instant, Instant), wall: (i64, i64)) -> SignedDuration {
        // Neighbours share a boundary, so that no second counts twice where the clock is turned back at midnight.
        let (from, until) = (instant(self.offsets.start(wall.0)), instant(self.offsets.start(wall.1)));
        let (from, until) = (watch.0.max(from), watch.1.min(until));
        until.duration_since(from).max(SignedDuration::ZERO)
    }
}
