//! Who can take a part, and in which order they are asked: whose day it is, then whose balance is lowest.

use std::collections::BTreeSet;

use jiff::{SignedDuration, civil, tz::TimeZone};

use super::Context;
use crate::{
    Instant,
    cover::{Offer, Part},
    estate::{Person, Role},
    id::Name,
    roster,
};

/// So many are asked at once; the others when a quarter of the time that is left has passed.
const ASKED_FIRST: usize = 3;
const OTHERS_WAIT_AT_MOST: SignedDuration = SignedDuration::from_hours(12);

/// The day, by the wall clock: what lies outside is a night, as the table of fairness counts it.
pub(crate) const DAY: (i8, i8) = (6, 22);

impl Context<'_> {
    /// Those who can take the part, in the order in which they are asked.
    pub(super) fn offers(&self, part: &Part) -> Vec<Offer> {
        let Some(rota) = self.estate.rotas.get(&part.rota) else { return Vec::new() };
        let turns = rota.layers.iter().flat_map(|layer| roster::members(layer, part.from));
        let team = rota.team.as_ref().and_then(|team| self.estate.teams.get(team));
        let team = team.into_iter().flat_map(|team| &team.members);
        let busy = self.busy(part.from, part.until);
        let candidates: BTreeSet<&Name> = turns.chain(team).filter(|name| **name != part.person).collect();
        let persons = candidates.into_iter().filter_map(|name| self.estate.persons.get(name));
        let can = |person: &&Person| {
            !person.reach.high.is_empty()
                && !busy.contains(&person.name)
                && self.away(&person.name, part.from, part.until).is_none()
        };
        let mut offers: Vec<Offer> = persons.filter(can).map(|person| self.offer(part, person)).collect();
        offers.sort_by(|a, b| {
            let key = |offer: &Offer| (!offer.day, offer.balance_minutes.unwrap_or(0));
            key(a).cmp(&key(b)).then_with(|| a.person.cmp(&b.person))
        });
        let later = self.others_asked_from(part);
        offers.iter_mut().skip(ASKED_FIRST).for_each(|offer| offer.asked_from = later);
        offers
    }

    fn offer(&self, part: &Part, person: &Person) -> Offer {
        let zone = self.estate.sites.get(&person.site).map_or(TimeZone::UTC, |site| site.zone.clone());
        Offer {
            person: person.name.clone(),
            day: is_day(&zone, part.from, part.until),
            balance_minutes: (self.balance)(&part.rota, &person.name),
            asked_from: self.now,
        }
    }

    fn others_asked_from(&self, part: &Part) -> Instant {
        let left = self.now.duration_until(part.from);
        if left.is_negative() {
            return self.now;
        }
        self.now.saturating_add((left / 4).min(OTHERS_WAIT_AT_MOST)).unwrap_or(self.now)
    }

    /// Everybody who is on watch somewhere in that time. A shadow is free.
    fn busy(&self, from: Instant, until: Instant) -> BTreeSet<Name> {
        let shifts = self.estate.rotas.values().flat_map(|rota| self.shifts(rota, from, until));
        shifts.filter(|shift| shift.role != Role::Shadow).map(|shift| shift.person).collect()
    }

    /// Why this person can't be on watch in that time, in words; none: they can.
    pub(super) fn away(&self, person: &Name, from: Instant, until: Instant) -> Option<String> {
        let leave = self.leave_of(person).into_iter().map(|(_, leave)| leave).find(|leave| leave.touches(from, until));
        if let Some(leave) = leave {
            return Some(format!("{person} is on leave from {} to {}", leave.from, leave.until));
        }
        let sick = self.covers.sick(person, from.max(self.now))?;
        Some(format!("{person} is sick until {}", sick.1))
    }
}

/// Whether most of a time lies in the day there.
fn is_day(zone: &TimeZone, from: Instant, until: Instant) -> bool {
    let (mut day, mut light) = (from.to_zoned(zone.clone()).date(), SignedDuration::ZERO);
    let at = |day: civil::Date, hour: i8| Some(day.at(hour, 0, 0, 0).to_zoned(zone.clone()).ok()?.timestamp());
    while let (Some(dawn), Some(dusk)) = (at(day, DAY.0), at(day, DAY.1)) {
        if dawn >= until {
            break;
        }
        let (from, until) = (dawn.max(from), dusk.min(until));
        if from < until {
            light += from.duration_until(until);
        }
        let Ok(next) = day.tomorrow() else { break };
        day = next;
    }
    light * 2 > from.duration_until(until)
}
