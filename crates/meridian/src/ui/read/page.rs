//! Pages: rows of attempts, and what stands behind a signed link.

use meridian_core::{
    id::{IncidentId, Name, PageId},
    page::{Delivery, DeliveryState, Page},
};

use super::{Lens, alert, story::paged_because};
use crate::ui::{
    parts::{Say, say::verb},
    view::page::{AckState, AckView, Attempt, AttemptState, PageRow, PagesView, Tried, TriedWay},
};

const PER_PAGE: usize = 50;

pub(super) fn row(lens: &Lens<'_>, page: &Page) -> PageRow {
    let incident = lens.world.incidents.get(page.incident);
    let answered = incident.and_then(|i| i.acknowledged.as_ref()).is_some_and(|a| a.by == page.person);
    PageRow {
        id: page.id,
        incident: page.incident,
        severity: incident.map_or(meridian_core::incident::Severity::Sev5, |i| i.severity),
        who: lens.person(&page.person),
        opened: page.opened_at,
        because: paged_because(lens, &page.because).into(),
        attempts: page
            .deliveries
            .iter()
            .filter_map(|id| lens.world.pages.delivery(*id))
            .map(|d| attempt(page, d))
            .collect(),
        answered,
    }
}

/// Who was tried about an incident, the latest first, with everything of one person together.
pub(super) fn tried(lens: &Lens<'_>, incident: IncidentId) -> Vec<Tried> {
    const PEOPLE_SHOWN: usize = 20;
    let mut people: Vec<(&Name, Tried)> = Vec::new();
    for page in lens.world.pages.pages_of(incident).rev() {
        let row = row(lens, page);
        let at = people.iter().position(|(name, _)| **name == page.person).unwrap_or_else(|| {
            let (who, because) = (row.who.clone(), row.because.clone());
            people.push((&page.person, Tried { who, because, pages: 0, answered: row.answered, ways: Vec::new() }));
            people.len() - 1
        });
        let tried = &mut people[at].1;
        tried.pages += 1;
        for attempt in row.attempts {
            match tried.ways.iter_mut().find(|way| way.last.way == attempt.way) {
                Some(way) => way.times += 1,
                None => tried.ways.push(TriedWay { last: attempt, times: 1 }),
            }
        }
    }
    people.into_iter().map(|(_, tried)| tried).take(PEOPLE_SHOWN).collect()
}

fn attempt(page: &Page, delivery: &Delivery) -> Attempt {
    let last = delivery.attempts.last();
    let detail = || last.map(|a| a.outcome.as_ref().unwrap_or_else(|error| error).to_string()).unwrap_or_default();
    let failed_before = last.is_some_and(|a| a.outcome.is_err());
    let (state, at, detail) = match &delivery.state {
        DeliveryState::Waiting { due } if failed_before => (AttemptState::Retrying, *due, detail()),
        DeliveryState::Waiting { due } => (AttemptState::Due, *due, String::new()),
        DeliveryState::Sending { since, .. } => (AttemptState::Sending, *since, String::new()),
        DeliveryState::Delivered { at } => (AttemptState::Sent, *at, detail()),
        DeliveryState::Failed { at } => (AttemptState::Failed, *at, detail()),
        DeliveryState::Cancelled { because } => {
            (AttemptState::Cancelled, last.map_or(page.opened_at, |a| a.at), because.words().to_owned())
        }
    };
    let what = delivery.notice.as_ref().map(|notice| format!(": {}", notice.words())).unwrap_or_default();
    let technology = format!("{:?}", delivery.technology).to_lowercase();
    let detail: String = detail.chars().take(120).collect();
    Attempt {
        way: format!("{}, {technology}{what}", delivery.contact),
        at,
        state,
        detail,
        tries: delivery.attempts.len() as u32,
    }
}

pub fn pages(lens: &Lens<'_>, before: Option<u64>) -> PagesView {
    let all = lens.world.pages.pages().rev().filter(|page| before.is_none_or(|before| page.id.0 < before));
    let mut rows: Vec<PageRow> = all.take(PER_PAGE + 1).map(|page| row(lens, page)).collect();
    let more = rows.len() > PER_PAGE;
    rows.truncate(PER_PAGE);
    PagesView {
        older: rows.last().filter(|_| more).map(|row| row.id.0),
        newer: before.is_some(),
        waiting: lens.counts().pages,
        rows,
    }
}

/// What the person who holds a link sees. `None`: the incident or the page is not kept any more.
pub fn ack(lens: &Lens<'_>, id: PageId, person: &Name, action: String, pass_on: Option<String>) -> Option<AckView> {
    let world = lens.world;
    let page = world.pages.page(id)?;
    let incident = world.incidents.get(page.incident)?;
    let zone = world.estate().persons.get(person).map_or(jiff::tz::TimeZone::UTC, |p| lens.site(&p.site).1);
    let walk = world.pages.walk(incident.id);
    let state = match (&incident.resolved, &incident.acknowledged) {
        (Some(resolved), _) => AckState::Resolved { at: resolved.at },
        (_, Some(taken)) if taken.by == *person => AckState::Yours { at: taken.at },
        (_, Some(taken)) => AckState::TakenBy { who: lens.person(&taken.by), at: taken.at },
        _ => {
            let next = world.next_paged(incident.id).filter(|next| !next.persons.is_empty());
            AckState::Waiting {
                next: next.map(|next| {
                    let are = verb(next.persons.len(), "is", "are");
                    (Say::new().strong(lens.people(&next.persons)).text(format!(" {are} paged")), next.at)
                }),
            }
        }
    };
    let others = world.pages.pages_of(incident.id).filter(|other| other.person != *person);
    let pass_on = pass_on.filter(|_| walk.is_some_and(|walk| walk.pages.contains(&id)));
    let alerts = incident.alerts.iter().take(3).filter_map(|fp| alert::row(lens, *fp));
    Some(AckView {
        incident: incident.id,
        severity: incident.severity,
        title: incident.title.clone(),
        who: lens.person(person),
        zone,
        opened: incident.opened_at,
        state,
        why: Say::new().text(format!("You are {}.", paged_because(lens, &page.because))),
        alerts: alerts
            .map(|a| if a.summary.is_empty() { a.name } else { format!("{}: {}", a.name, a.summary) })
            .collect(),
        alerts_total: incident.alerts.len(),
        others: others
            .take(5)
            .map(|o| Say::new().strong(lens.person(&o.person)).text(", paged ").at(o.opened_at))
            .collect(),
        action,
        pass_on,
    })
}
