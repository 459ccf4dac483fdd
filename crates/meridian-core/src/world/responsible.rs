//! Who is responsible: one answer for the pager, the API, the pages and the thread of the day.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::World;
use crate::{
    Instant,
    estate::{Role, Rota},
    handoff::{self, Handoff},
    id::Name,
    page::PagedBecause,
    roster::{self, Shift},
};

/// Somebody who is responsible, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Responsible {
    pub person: Name,
    pub because: PagedBecause,
}

/// A stretch in which the same persons are responsible for the same reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    pub from: Instant,
    pub until: Instant,
    /// Where the line runs: the site of those who come first.
    pub site: Option<Name>,
    pub who: Vec<Responsible>,
    /// It has not been yet: as planned, with every handoff accepted in time.
    pub planned: bool,
}

impl World {
    /// Who is responsible in this role of this rota at `at`, in the order in which they are paged.
    ///
    /// Whoever is sick is not responsible: the pager passes them over. Without a handoff rule: everybody else on watch, as
    /// by the clock. With one, for the primary watch:
    /// - the persons on watch at the site that holds it; another site that is on watch as well waits for its turn;
    /// - from the moment a handoff was due until it is accepted, first the outgoing, then those on watch;
    /// - from an early acceptance on, the incoming;
    /// - where nobody is scheduled, the last watch;
    /// - where all of these are sick, the primaries on watch elsewhere, else the secondaries;
    /// - where there is nobody yet, the leads, else the team; if these are sick as well, the leads all the same: there is no
    ///   instant without somebody responsible.
    ///
    /// `now` parts what was from what is planned: at a later instant every handoff counts as accepted in time.
    pub fn responsible(&self, rota: &Name, role: Role, at: Instant, now: Instant) -> Vec<Responsible> {
        let mut found = self.in_line(rota, role, at, now);
        if found.iter().any(|found| !self.covers.is_sick(&found.person, at)) || !self.is_handed_over(rota, role) {
            found.retain(|found| !self.covers.is_sick(&found.person, at));
        }
        found
    }

    fn is_handed_over(&self, rota: &Name, role: Role) -> bool {
        role == Role::Primary && self.estate.parsed.rotas.get(rota).is_some_and(|rota| rota.handoff.is_some())
    }

    /// The same for the pager. In a rota without a handoff rule those are among them who are sick: it passes them over,
    /// and says so.
    pub(super) fn in_line(&self, rota: &Name, role: Role, at: Instant, now: Instant) -> Vec<Responsible> {
        let Some(rota) = self.estate.parsed.rotas.get(rota) else { return Vec::new() };
        let just_after = at.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(at);
        let mut scheduled = self.shifts(&rota.name, at, just_after);
        scheduled.retain(|shift| shift.role == role);
        if role != Role::Primary || rota.handoff.is_none() {
            return scheduled.into_iter().map(on_watch).collect();
        }
        let mut found: Vec<Responsible> = Vec::new();
        for handoff in self.handoffs.of(&rota.name).filter(|handoff| at <= now && handoff.keeps_outgoing(at)) {
            let because = PagedBecause::HandoffNotAccepted { rota: rota.name.clone(), handoff: handoff.id };
            self.join(&mut found, &handoff.edge.from.persons, &because);
        }
        let early = self.handoffs.of(&rota.name).rev().find(|handoff| at <= now && handoff.is_early(at));
        match early.filter(|_| found.is_empty()) {
            Some(handoff) => self.join_incoming(&mut found, handoff, &scheduled),
            None => self.join_planned(&mut found, rota, scheduled, at),
        }
        let named = found.len();
        found.retain(|found| !self.covers.is_sick(&found.person, at));
        if found.is_empty() && named > 0 {
            self.join_others(&mut found, rota, (at, just_after));
        }
        if found.is_empty() {
            self.join_leads(&mut found, rota, at);
        }
        found
    }

    /// In the place of those who are sick: the primaries at other sites, else the secondaries.
    fn join_others(&self, found: &mut Vec<Responsible>, rota: &Rota, (at, until): (Instant, Instant)) {
        let mut others = self.shifts(&rota.name, at, until);
        others.retain(|shift| shift.role <= Role::Secondary && !self.covers.is_sick(&shift.person, at));
        let role = others.iter().map(|shift| shift.role).min();
        for shift in others.into_iter().filter(|shift| Some(shift.role) == role) {
            let because = on_watch(shift.clone()).because;
            self.join(found, [&shift.person], &because);
        }
    }

    fn join_leads(&self, found: &mut Vec<Responsible>, rota: &Rota, at: Instant) {
        let (because, leads) = (PagedBecause::NobodyElse { rota: rota.name.clone() }, self.leads(rota));
        if found.is_empty() {
            self.join(found, leads.iter().filter(|lead| !self.covers.is_sick(lead, at)), &because);
        }
        if found.is_empty() {
            let team = rota.team.as_ref().and_then(|team| self.estate.parsed.teams.get(team));
            let members = team.into_iter().flat_map(|team| &team.members);
            self.join(found, members.filter(|member| !self.covers.is_sick(member, at)), &because);
        }
        if found.is_empty() {
            self.join(found, &leads, &because);
        }
    }

    /// See [`handoff::leads`].
    pub fn leads(&self, rota: &Rota) -> BTreeSet<Name> {
        handoff::leads(&self.estate.parsed, rota)
    }

    fn join<'a>(
        &self,
        found: &mut Vec<Responsible>,
        persons: impl IntoIterator<Item = &'a Name>,
        because: &PagedBecause,
    ) {
        for person in persons {
            let here = self.estate.parsed.persons.contains_key(person);
            if here && !found.iter().any(|known| known.person == *person) {
                found.push(Responsible { person: person.clone(), because: because.clone() });
            }
        }
    }

    /// The incoming who took the watch before it was due: those of their site on watch now, else whom the edge names.
    fn join_incoming(&self, found: &mut Vec<Responsible>, handoff: &Handoff, scheduled: &[Shift]) {
        let there = scheduled.iter().filter(|shift| shift.site == handoff.edge.to.site);
        let on: Vec<&Name> = there.map(|shift| &shift.person).collect();
        let because = PagedBecause::HandoffAccepted { rota: handoff.rota().clone(), handoff: handoff.id };
        if on.is_empty() {
            let by = handoff.accepted().map(|(_, by)| by);
            self.join(found, by.into_iter().chain(&handoff.edge.to.persons), &because);
        } else {
            self.join(found, on, &because);
        }
    }

    fn join_planned(&self, found: &mut Vec<Responsible>, rota: &Rota, scheduled: Vec<Shift>, at: Instant) {
        // Between the edges that are known the site is known, too: a storm asks often.
        let known = self.handoffs.next_edge(&rota.name);
        let known = known.filter(|(since, edge)| *since <= at && at < edge.at).map(|(_, edge)| &edge.from.site);
        let site = known.filter(|site| scheduled.iter().any(|shift| shift.site == **site)).cloned();
        let held = || roster::holder(rota, &self.overrides.of(&rota.name), at);
        let (site, ended) = match site {
            Some(site) => (Some(site), None),
            None => held().map_or((None, None), |held| match held.ended {
                Some(_) => (None, Some(held.side.persons)),
                None => (Some(held.side.site), None),
            }),
        };
        if let Some(persons) = ended {
            self.join(found, &persons, &PagedBecause::NobodyScheduled { rota: rota.name.clone() });
            return;
        }
        for shift in scheduled.into_iter().filter(|shift| site.as_ref().is_none_or(|site| shift.site == *site)) {
            let because = on_watch(shift.clone()).because;
            self.join(found, [&shift.person], &because);
        }
    }

    /// The thread of the day: who is responsible for the primary watch of this rota in `[from, until)`.
    pub fn thread(&self, rota: &Name, from: Instant, until: Instant, now: Instant) -> Vec<Thread> {
        let Some(known) = self.estate.parsed.rotas.get(rota) else { return Vec::new() };
        let shifts = self.shifts(rota, from, until);
        // `now` itself has been; just after it begins what is planned.
        let just_after = now.saturating_add(SignedDuration::from_nanos(1)).unwrap_or(now);
        let mut cuts: BTreeSet<Instant> = BTreeSet::from([from, just_after]);
        cuts.extend(self.covers.sick_stretches().flat_map(|(from, until)| [from, until]));
        cuts.extend(shifts.iter().filter(|s| s.role == Role::Primary).flat_map(|shift| [shift.from, shift.until]));
        if known.handoff.is_some() {
            let edges = roster::edges(known, &self.overrides.of(rota), from, until);
            cuts.extend(edges.iter().flat_map(|edge| [edge.at, edge.due()]));
            let kept = self.handoffs.of(rota).rev().take_while(|handoff| {
                // One that stayed open for long may still matter; older ones ended before the window.
                handoff.ended_at().is_none_or(|ended| ended >= from) || handoff.edge.due() >= from
            });
            cuts.extend(kept.flat_map(|handoff| [Some(handoff.edge.due()), handoff.ended_at()]).flatten());
        }
        let cuts: Vec<Instant> = cuts.into_iter().filter(|cut| from <= *cut && *cut < until).collect();
        let mut thread: Vec<Thread> = Vec::new();
        for (number, cut) in cuts.iter().enumerate() {
            let end = cuts.get(number + 1).copied().unwrap_or(until);
            let who = self.responsible(rota, Role::Primary, *cut, now);
            let planned = *cut > now;
            match thread.last_mut() {
                Some(last) if last.who == who && last.planned == planned => last.until = end,
                _ => {
                    let site = self.site_of(known, who.first(), &shifts, *cut);
                    thread.push(Thread { from: *cut, until: end, site, who, planned });
                }
            }
        }
        thread
    }

    /// The site in whose lane the thread runs: where the first responsible is on watch, was, or is at home.
    fn site_of(&self, rota: &Rota, first: Option<&Responsible>, shifts: &[Shift], at: Instant) -> Option<Name> {
        let first = first?;
        if let PagedBecause::HandoffNotAccepted { handoff, .. } = &first.because {
            return self.handoffs.get(*handoff).map(|handoff| handoff.edge.from.site.clone());
        }
        if let PagedBecause::HandoffAccepted { handoff, .. } = &first.because {
            return self.handoffs.get(*handoff).map(|handoff| handoff.edge.to.site.clone());
        }
        let on = shifts.iter().find(|shift| shift.person == first.person && shift.from <= at && at < shift.until);
        let held = || roster::holder(rota, &self.overrides.of(&rota.name), at).map(|held| held.side.site);
        let home = || self.estate.parsed.persons.get(&first.person).map(|person| person.site.clone());
        on.filter(|shift| shift.role == Role::Primary).map(|shift| shift.site.clone()).or_else(held).or_else(home)
    }
}

fn on_watch(shift: Shift) -> Responsible {
    let because = PagedBecause::OnWatch { rota: shift.rota, layer: shift.layer.to_string(), role: shift.role };
    Responsible { person: shift.person, because }
}
