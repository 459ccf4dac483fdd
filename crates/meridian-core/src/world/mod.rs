//! The fold of all facts: everything that is known now.
//!
//! The world changes in one way only: a fact is applied to it. [`World::handle`] plans what a command leads to and
//! [`World::tick`] what the passing of time leads to; both apply the facts they make at once and hand them out as
//! entries, and whoever calls them makes those durable before anybody is told.
//!
//! What it does *not* do: it holds no rule of its own. Each noun folds and plans for itself; what crosses from one to
//! another is a fact or a public question.

mod apply;
mod brief;
mod chains;
mod changes;
mod findings;
mod handle;
mod handoffs;
mod incidents;
mod missed;
mod notices;
mod promises;
mod quiet;
mod replay;
mod responsible;
mod search;
mod switches;
mod tick;

pub use replay::Replay;

use std::{collections::VecDeque, sync::Arc};

use serde::{Deserialize, Serialize};

pub use responsible::{Responsible, Thread};

use crate::{
    Instant,
    access::Access,
    alert::Alerts,
    announcement::Announcements,
    chain::breach::Breaches,
    cover::Covers,
    estate::{Estate, RefusedProblem, Role, Routing, SourceFile},
    fact::Fact,
    feed::{Feed, Feeds, Revisions, Source},
    finding::Findings,
    handoff::Handoffs,
    id::{Actor, Name},
    incident::Incidents,
    journal::Entry,
    notice::Notices,
    page::{PagedBecause, Pages, Watcher},
    request::Requests,
    roster::{self, Overrides, Share, Shift},
    switch::Switches,
};

/// Counted up whenever the fold or its written form changes, so that older snapshots are passed over.
pub const SNAPSHOT_VERSION: u32 = 6;

/// So many of the latest facts worth telling are kept for the pages; the journal has them all.
const RECENT_KEPT: usize = 200;

/// All that is known now. Equal journals give equal worlds, byte for byte.
#[derive(Default, Serialize, Deserialize)]
pub struct World {
    pub alerts: Alerts,
    pub incidents: Incidents,
    pub pages: Pages,
    pub overrides: Overrides,
    #[serde(default)]
    pub covers: Covers,
    #[serde(default)]
    pub handoffs: Handoffs,
    #[serde(default)]
    pub notices: Notices,
    pub access: Access,
    pub requests: Requests,
    pub feeds: Feeds,
    #[serde(default)]
    pub breaches: Breaches,
    #[serde(default)]
    pub announcements: Announcements,
    #[serde(default)]
    pub switches: Switches,
    #[serde(default)]
    pub findings: Findings,
    pub(crate) revisions: Revisions,
    pub(crate) estate: EstateInForce,
    pub(crate) house: House,
    /// The newest facts worth telling, oldest first.
    pub(crate) recent: VecDeque<Entry>,
    pub(crate) seq: u64,
    pub(crate) at: Instant,
}

/// The estate that decides, and the last change that was refused, if that is newer.
#[derive(Default, Serialize, Deserialize)]
pub struct EstateInForce {
    pub digest: String,
    pub files: Arc<Vec<SourceFile>>,
    pub since: Option<Instant>,
    pub refused: Option<RefusedEstate>,
    #[serde(skip)]
    pub(crate) parsed: Arc<Estate>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedEstate {
    pub at: Instant,
    pub digest: String,
    pub problems: Vec<RefusedProblem>,
}

/// Meridian's own life.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct House {
    pub version: String,
    pub started_at: Option<Instant>,
    pub starts: u64,
    /// Whether the last stop was a graceful one; a start that follows no stop followed a crash.
    pub stopped: bool,
}

impl World {
    /// The number of the last fact that was applied.
    pub fn seq(&self) -> u64 {
        self.seq
    }

    /// The instant of the last fact.
    pub fn at(&self) -> Instant {
        self.at
    }

    pub fn estate(&self) -> &Arc<Estate> {
        &self.estate.parsed
    }

    pub fn estate_in_force(&self) -> &EstateInForce {
        &self.estate
    }

    pub fn routing(&self) -> Option<&Arc<Routing>> {
        self.estate.parsed.routing.as_ref()
    }

    pub fn house(&self) -> &House {
        &self.house
    }

    /// The newest facts worth telling, newest first.
    pub fn recent(&self) -> impl Iterator<Item = &Entry> {
        self.recent.iter().rev()
    }

    /// Who is on watch in this rota at `at`, in all roles, each with the whole shift.
    pub fn on_watch(&self, rota: &Name, at: Instant) -> Vec<Shift> {
        let Some(rota) = self.estate.parsed.rotas.get(rota) else { return Vec::new() };
        roster::on_watch(rota, &self.overrides.of(&rota.name), at)
    }

    /// When who is on watch in this rota changes next after `at`.
    pub fn next_change(&self, rota: &Name, at: Instant) -> Option<Instant> {
        let rota = self.estate.parsed.rotas.get(rota)?;
        roster::next_change(rota, &self.overrides.of(&rota.name), at)
    }

    /// The shifts of this rota in `[from, until)`.
    pub fn shifts(&self, rota: &Name, from: Instant, until: Instant) -> Vec<Shift> {
        let Some(rota) = self.estate.parsed.rotas.get(rota) else { return Vec::new() };
        roster::shifts(rota, &self.overrides.of(&rota.name), from, until)
    }

    /// Who carries how much of the watch in these rotas in `[from, until)`. Pages are those of the incidents that are
    /// still kept, opened because somebody was on watch there.
    pub fn fairness(&self, rotas: &[Name], from: Instant, until: Instant) -> Vec<Share> {
        let paged = self.pages.pages().filter_map(|page| match &page.because {
            PagedBecause::OnWatch { rota, .. } if rotas.contains(rota) => Some((&page.person, page.opened_at)),
            _ => None,
        });
        roster::fairness(&self.estate.parsed, &self.overrides, paged, rotas, from, until)
    }

    /// Where the cover of `[from, until)` has holes, in one rota or in all, alone and together.
    pub fn coverage(&self, rota: Option<&Name>, from: Instant, until: Instant) -> roster::Coverage {
        roster::coverage(&self.estate.parsed, &self.overrides, &self.absences(), rota, (from, until))
    }

    /// Where nobody is primary in this rota, and whether anybody relies on it then.
    pub fn absent(&self, rota: &Name, from: Instant, until: Instant) -> roster::Absent {
        let Some(known) = self.estate.parsed.rotas.get(rota) else { return roster::Absent::default() };
        roster::absent(&self.estate.parsed, &self.overrides, known, from, until)
    }

    /// The calendar feed whose secret has this hash. One whose maker may not log in now is not there either.
    pub fn feed(&self, hash: &str) -> Option<&Feed> {
        let feed = self.feeds.by_hash(hash)?;
        let disabled = self.access.account(&feed.made_by).is_some_and(|maker| maker.disabled);
        Some(feed).filter(|_| !disabled)
    }

    pub fn feed_source(&self) -> Source {
        let (estate, overrides) = (self.estate.parsed.clone(), self.overrides.clone());
        Source { estate, overrides, revisions: self.revisions.clone() }
    }

    /// Whom a page to this role of a rota reaches. With the primaries come those who learn by leading, before them; where
    /// no primary is on watch, a learner alone is nobody.
    fn watchers(&self, rota: &Name, role: Role, at: Instant) -> Vec<Watcher> {
        let responsible = self.in_line(rota, role, at, at);
        let until = at.saturating_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(at);
        let shifts = if role == Role::Primary { self.shifts(rota, at, until) } else { Vec::new() };
        let on = |site: &Name| {
            let there = shifts.iter().filter(|shift| shift.role == Role::Primary && shift.site == *site);
            there.into_iter().any(|shift| {
                let scheduled = |because: &PagedBecause| matches!(because, PagedBecause::OnWatch { .. });
                responsible.iter().any(|found| found.person == shift.person && scheduled(&found.because))
            })
        };
        let learners = shifts.iter().filter(|shift| shift.role == Role::ReverseShadow && on(&shift.site));
        let learners = learners.map(|shift| {
            let (rota, layer, role) = (shift.rota.clone(), shift.layer.to_string(), shift.role);
            Watcher { person: shift.person.clone(), because: PagedBecause::OnWatch { rota, layer, role } }
        });
        let watcher = |found: &Responsible| Watcher { person: found.person.clone(), because: found.because.clone() };
        learners.chain(responsible.iter().map(watcher)).collect()
    }

    /// The fold as bytes, for a snapshot.
    pub fn to_snapshot(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }

    /// The fold that a snapshot holds.
    pub fn from_snapshot(bytes: &[u8]) -> Result<World, serde_json::Error> {
        let mut world: World = serde_json::from_slice(bytes)?;
        world.parse_estate();
        world.derive();
        Ok(world)
    }

    /// Folds one entry of the journal. Many are folded faster by [`Replay`].
    pub fn fold(&mut self, entry: &Entry) {
        self.apply(entry);
    }

    /// Makes anew what follows from the rest and stands in no snapshot.
    fn derive(&mut self) {
        self.alerts.reindex(self.estate.parsed.routing.as_deref());
        self.pages.derive();
    }
}

/// One caller's turn: facts are applied as they are made, numbered, and kept for the journal.
pub(crate) struct Turn<'a> {
    pub world: &'a mut World,
    pub now: Instant,
    pub actor: Actor,
    pub out: &'a mut Vec<Entry>,
    /// The first fact of the turn is the cause of all that follow.
    cause: Option<u64>,
}

impl<'a> Turn<'a> {
    pub fn new(world: &'a mut World, now: Instant, actor: Actor, out: &'a mut Vec<Entry>) -> Turn<'a> {
        // The journal's time never runs backwards, whatever the machine's clock does.
        let now = now.max(world.at);
        Turn { world, now, actor, out, cause: None }
    }

    pub fn record(&mut self, fact: impl Into<Fact>) {
        let seq = self.world.seq + 1;
        let entry =
            Entry { seq, at: self.now, actor: self.actor.clone(), cause: self.cause, fact: Arc::new(fact.into()) };
        self.world.apply(&entry);
        self.cause.get_or_insert(seq);
        self.out.push(entry);
    }

    pub fn record_all<F: Into<Fact>>(&mut self, facts: Vec<F>) {
        facts.into_iter().for_each(|fact| self.record(fact));
    }
}
