//! From the world to views: what each page shows, read at one instant for one reader.
//!
//! What it does *not* do: it asks the world's own public questions and never computes their answers a second time.

mod accounts;
mod alert;
mod announcement;
mod answer;
mod chains;
mod changes;
mod control;
mod cover;
mod coverage;
mod day;
mod estate;
mod fairness;
mod fault;
mod feed;
mod finding;
mod handoff;
mod incident;
mod page;
mod pulse;
mod rota;
mod sites;
mod story;
mod switch;
mod told;
mod wall;
mod watch;

use jiff::{SignedDuration, tz::TimeZone};
use meridian_core::{
    Instant, World,
    id::{Actor, Name},
};

pub use accounts::{account, accounts, own_account};
pub use alert::{PER_PAGE, alerts, silences};
pub use announcement::{announcement_form, announcements, with_choices};
pub use answer::answer;
pub use chains::{chain, chains, messages, short};
pub use changes::{Acting, changes, watch as changes_watch};
pub use control::control;
pub use coverage::coverage;
pub use estate::{estate, people, tokens};
pub use fairness::{Wish as FairnessWish, fairness};
pub use fault::{fault, place, suspect};
pub use feed::feeds;
pub use handoff::{InName, brief, handoffs};
pub use incident::{incident, incidents};
pub use page::{ack, pages};
pub use rota::{change_of, rota, rotas, zone_of_reader};
pub use story::{journal, tell};
pub use switch::switch;
pub use wall::wall;

use super::{parts::say::listed, shell::Counts};

/// So far ahead a hole is announced beside the page that tells all of them.
const COMING_WEEKS: SignedDuration = SignedDuration::from_hours(28 * 24);

/// The world at an instant, as one reader sees it.
#[derive(Clone, Copy)]
pub struct Lens<'a> {
    pub world: &'a World,
    pub now: Instant,
    /// Who reads, where that is a person of the estate.
    pub me: Option<&'a Name>,
}

impl Lens<'_> {
    /// As people call this person.
    pub fn person(&self, name: &Name) -> String {
        match self.world.estate().persons.get(name) {
            Some(person) => person.display_name.clone(),
            None => match self.world.access.account(name.as_str()) {
                Some(account) => account.display_name.clone(),
                None => name.to_string(),
            },
        }
    }

    pub fn people(&self, names: &[Name]) -> String {
        listed(&names.iter().map(|name| self.person(name)).collect::<Vec<_>>())
    }

    pub fn actor(&self, actor: &Actor) -> Option<String> {
        match actor {
            Actor::System => None,
            Actor::Account(account) => {
                Some(self.world.access.account(account).map_or_else(|| account.to_string(), |a| a.display_name.clone()))
            }
            Actor::Link(person) => Some(self.person(person)),
            Actor::Token(token) => Some(format!("the token {token}")),
            Actor::Source(source) => Some(source.to_string()),
        }
    }

    /// As people call this site, and its zone.
    pub fn site(&self, name: &Name) -> (String, TimeZone) {
        match self.world.estate().sites.get(name) {
            Some(site) => (site.display_name.clone(), site.zone.clone()),
            None => (name.to_string(), TimeZone::UTC),
        }
    }

    pub fn rota_title(&self, name: &Name) -> String {
        self.world.estate().rotas.get(name).map_or_else(|| name.to_string(), |rota| rota.display_name.clone())
    }

    /// Everybody of the estate, with their site, for a form that chooses one.
    pub fn choices(&self) -> Vec<(Name, String)> {
        let persons = self.world.estate().persons.values();
        let mut all: Vec<_> =
            persons.map(|p| (p.name.clone(), format!("{}, {}", p.display_name, self.site(&p.site).0))).collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        all
    }

    pub fn counts(&self) -> Counts {
        let waits = |incident: &&meridian_core::incident::Incident| incident.acknowledged.is_none();
        Counts {
            incidents: self.world.incidents.open_count(),
            incidents_wait: self.world.incidents.open().any(|incident| waits(&incident)),
            alerts: self.world.alerts.active_count(),
            pages: self.world.incidents.open().filter(waits).map(|i| self.waiting_pages(i.id)).sum(),
            hole: self.hole_soon(),
            changes: self.world.covers.wanted(self.now).count() + self.world.covers.pending().count(),
            under_way: self.world.announcements.touching(self.now, soonest(self.now)).len(),
            handoffs: self.world.handoffs.open().count(),
            chains: self.world.breaches.open().map(|open| open.breach.key.trouble).min(),
            handoff_late: self.world.handoffs.open().any(|handoff| handoff.edge.due() <= self.now),
        }
    }

    /// Whether somebody who is relied upon is missing at some instant of the coming weeks.
    fn hole_soon(&self) -> bool {
        let soon = self.now.saturating_add(COMING_WEEKS).unwrap_or(self.now);
        self.world.estate().rotas.values().any(|rota| !cover::absent(self, rota, self.now, soon).holes.is_empty())
    }

    /// Pages of the present step that nobody answered.
    fn waiting_pages(&self, incident: meridian_core::id::IncidentId) -> usize {
        self.world.pages.walk(incident).map_or(0, |walk| walk.pages.len())
    }

    /// The zone of the site that is on watch now: what "site" means for an instant that belongs to none.
    pub fn watch_zone(&self) -> TimeZone {
        let estate = self.world.estate();
        let on_watch = estate.rotas.keys().find_map(|rota| self.world.on_watch(rota, self.now).into_iter().next());
        let site = on_watch.map(|shift| shift.site).or_else(|| estate.sites.keys().next().cloned());
        site.map_or(TimeZone::UTC, |site| self.site(&site).1)
    }
}

/// The end of this very instant.
fn soonest(now: Instant) -> Instant {
    now.saturating_add(jiff::SignedDuration::from_nanos(1)).unwrap_or(now)
}
