//! The open incidents of a brief, and how each of them stands.
//!
//! | an incident is | if |
//! | --- | --- |
//! | unstable | it is SEV1 or SEV2, or nobody acknowledged it |
//! | a watcher | it was reopened; its alerts ended and came back twice; it burns; an update is overdue |
//! | stable | none of that |
//!
//! It *burns* if somebody has it and an alert joined within the last hour after they had it, so that more alerts fire
//! than an hour ago (or than when they took it, if that is later); or if over the last three hours the number of its
//! alerts fell from no hour to the next, and rose at least twice.

use jiff::SignedDuration;

use super::Composing;
use crate::{
    Instant,
    fact::Fact,
    handoff::{About, Action, ItemKey, Phrase, Stability, StabilityBecause, Who},
    incident::{Incident, IncidentFact, Severity, Status},
};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// So many full hours back it is looked whether the alerts rise.
const HOURS: usize = 3;

/// So often they rise at least, from one hour to the next.
const RISES: usize = 2;

impl Composing<'_> {
    pub(super) fn incidents(&mut self) {
        let world = self.world;
        let ours = |incident: &&Incident| incident.handoff.is_none() && self.escalations.contains(&incident.escalation);
        let open: Vec<&Incident> = world.incidents.open().filter(ours).collect();
        for incident in open {
            let (severity, because) = stability(incident, self.now);
            let about =
                About::Incident { incident: incident.id, severity: incident.severity, status: incident.status() };
            let mut detail: Vec<Phrase> =
                vec![format!("{} since ", incident.severity).into(), incident.opened_at.into()];
            match &incident.acknowledged {
                Some(has) => {
                    detail.extend([format!(". {} has it since ", world.display_name(&has.by)).into(), has.at.into()]);
                }
                None => detail.push(". Nobody has it".into()),
            }
            detail.push(match incident.alerts.len() {
                0 => ".".into(),
                1 => ". 1 alert fires.".into(),
                count => format!(". {count} alerts fire.").into(),
            });
            let key = ItemKey::of("incident", incident.id);
            let promised = self.promised(incident, &key);
            let item = self.item(key, about, incident.reopened_at.unwrap_or(incident.opened_at));
            item.summary = vec![format!("INC-{}, {}", incident.id, incident.title).into()];
            (item.severity, item.because, item.detail) = (severity, because, detail);
            item.latest = newest_note(incident).map(str::to_owned);
            item.owner = incident.acknowledged.as_ref().map(|has| Who::Person(has.by.clone()));
            item.actions.extend(promised);
        }
    }

    /// An update that was promised is given by whoever the item is with, as people said or by acknowledgement. Who left the
    /// estate gives none, and what nobody has falls to the incoming: a promise never goes unsaid.
    fn promised(&self, incident: &Incident, key: &ItemKey) -> Option<Action> {
        let promise = incident.promise.as_ref()?;
        let named = self.world.handoffs.desk(self.handoff.rota()).get(key).and_then(|added| added.owner.clone());
        let has_it = || incident.acknowledged.as_ref().map(|has| Who::Person(has.by.clone()));
        let persons = &self.world.estate.parsed.persons;
        let here = |who: &Who| who.person().is_none_or(|person| persons.contains_key(person));
        let owner = named.or_else(has_it).filter(here).or_else(|| self.incoming()).or_else(|| self.lead());
        let owner = owner.unwrap_or_else(|| Who::Other("whoever comes on watch".into()));
        Some(Action::new(promise.what.clone(), owner, Some(promise.due)))
    }
}

fn stability(incident: &Incident, now: Instant) -> (Stability, Vec<StabilityBecause>) {
    let mut unstable = Vec::new();
    if incident.severity <= Severity::Sev2 {
        unstable.push(StabilityBecause::Severe(incident.severity));
    }
    if incident.status() == Status::Open {
        unstable.push(StabilityBecause::Unacknowledged);
    }
    let mut watcher = Vec::new();
    if incident.reopened_at.is_some() {
        watcher.push(StabilityBecause::Reopened);
    }
    let back = came_back(incident);
    if back >= 2 {
        watcher.push(StabilityBecause::Flapped(back));
    }
    watcher.extend(burning(incident, now));
    if incident.promise.as_ref().is_some_and(|promise| promise.due < now) {
        watcher.push(StabilityBecause::PromiseOverdue);
        // Who comes must know it of an unstable one, too.
        if !unstable.is_empty() {
            unstable.push(StabilityBecause::PromiseOverdue);
        }
    }
    match (unstable.is_empty(), watcher.is_empty()) {
        (false, _) => (Stability::Unstable, unstable),
        (true, false) => (Stability::Watcher, watcher),
        (true, true) => (Stability::Stable, vec![StabilityBecause::Calm]),
    }
}

/// How often alerts of the incident ended and came back.
fn came_back(incident: &Incident) -> u32 {
    let (mut left_before, mut times) = (false, 0);
    for moment in &incident.timeline {
        if let Fact::Incident(IncidentFact::AlertsChanged { joined, left, .. }) = moment.fact() {
            if left_before && !joined.is_empty() {
                (left_before, times) = (false, times + 1);
            }
            left_before |= !left.is_empty();
        }
    }
    times
}

fn newest_note(incident: &Incident) -> Option<&str> {
    incident.timeline.iter().rev().find_map(|moment| match moment.fact() {
        Fact::Incident(IncidentFact::Noted { text, .. }) => text.lines().next(),
        _ => None,
    })
}

/// See the [module](self).
fn burning(incident: &Incident, now: Instant) -> Option<StabilityBecause> {
    let taken = incident.acknowledged.as_ref()?.at;
    let began = incident.reopened_at.unwrap_or(incident.opened_at);
    let ago = |hours: usize| now.saturating_sub(HOUR * hours as i32).unwrap_or(Instant::MIN);
    let mut at: Vec<Instant> = (0..=HOURS).map(ago).collect();
    at.push(taken.max(ago(1)));
    let (counts, joined) = counts(incident, &at)?;
    let (to, since) = (counts[0], counts[HOURS + 1]);
    if to > since && joined.is_some_and(|joined| joined > taken.max(ago(1))) {
        return Some(StabilityBecause::Growing { from: since, to });
    }
    let hours = counts[..=HOURS].windows(2);
    let rises = hours.clone().filter(|pair| pair[0] > pair[1]).count();
    let rising = began <= ago(HOURS) && rises >= RISES && hours.into_iter().all(|pair| pair[0] >= pair[1]);
    rising.then_some(StabilityBecause::Rising { from: counts[HOURS], to })
}

/// How many alerts of the incident fired at each of these instants, and when one joined last. None: more happened since
/// the earliest of them than the timeline keeps.
fn counts(incident: &Incident, at: &[Instant]) -> Option<(Vec<u32>, Option<Instant>)> {
    let earliest = at.iter().min().copied()?;
    let began = incident.reopened_at.unwrap_or(incident.opened_at);
    let gap = incident.timeline.left_out().map(|(_, after)| after);
    let now = incident.alerts.len() as i64;
    let (mut counts, mut last_joined) = (vec![now; at.len()], None);
    for moment in incident.timeline.iter().rev() {
        if moment.at < earliest.max(began) {
            break;
        }
        if gap.is_some_and(|after| moment.seq <= after) {
            return None;
        }
        let Fact::Incident(IncidentFact::AlertsChanged { joined, left, .. }) = moment.fact() else { continue };
        if last_joined.is_none() && !joined.is_empty() {
            last_joined = Some(moment.at);
        }
        for (count, _) in counts.iter_mut().zip(at).filter(|(_, at)| **at < moment.at) {
            *count += left.len() as i64 - joined.len() as i64;
        }
    }
    Some((counts.into_iter().map(|count| count.max(0) as u32).collect(), last_joined))
}
