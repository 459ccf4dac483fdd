//! Whether a page soon after a handoff is about what the brief should have said.
//!
//! What was announced in another form is no miss: a silence that ended, alerts whose incident was closed, or an item in
//! whose words the incident is named. It does *not* guess: words that are merely alike announce nothing.

use super::World;
use crate::{
    Instant,
    alert::Alerts,
    handoff::{About, Item, PageAfter, plain},
    id::{IncidentId, Name, PageId},
    incident::{Incident, Incidents},
    page::PagedBecause,
};

impl World {
    /// A page soon after a handoff: was it about what the brief should have said?
    pub(super) fn note_page_after(
        &mut self,
        at: Instant,
        (page, because): (PageId, &PagedBecause),
        incident: IncidentId,
        person: &Name,
    ) {
        let (alerts, incidents) = (&self.alerts, &self.incidents);
        let Some(subject) = incidents.get(incident) else { return };
        if subject.handoff.is_some() {
            return;
        }
        let starts = subject.alerts.iter().filter_map(|alert| alerts.get(*alert)).map(|alert| alert.starts_at);
        let began = || starts.clone().chain([subject.opened_at]).min().unwrap_or(subject.opened_at);
        let announces = |item: &Item| announces(alerts, incidents, subject, item);
        let page = PageAfter { page, incident, at, missed: false };
        self.handoffs.note_page(person, because.rota(), page, announces, began);
    }
}

/// Whether who read this item knew of the incident, or of what it is about.
fn announces(alerts: &Alerts, incidents: &Incidents, subject: &Incident, item: &Item) -> bool {
    let same_group = |other: IncidentId| {
        let group = || incidents.get(other).and_then(|other| other.group.as_ref());
        other == subject.id || (subject.group.is_some() && group() == subject.group.as_ref())
    };
    let about = match &item.about {
        About::Incident { incident, .. } => same_group(*incident),
        // Its key names the incident that was closed.
        About::Alerts => {
            let closed = item.key.as_str().strip_prefix("alerts/").and_then(|number| number.parse().ok());
            closed.is_some_and(|number| same_group(IncidentId(number)))
        }
        About::Silence(silence) => {
            let covered = |alert| alerts.get(alert).is_some_and(|alert| alerts.covers(silence, &alert.labels));
            // Of several, one that nobody was told of is still news.
            !subject.alerts.is_empty() && subject.alerts.iter().copied().all(covered)
        }
        _ => false,
    };
    let names = || {
        let written = item.note.iter().chain(&item.latest).map(String::as_str);
        let text = [plain(&item.summary), plain(&item.detail)];
        let mut all = text.iter().map(String::as_str).chain(written);
        all.any(|text| has_words(text, &format!("INC-{}", subject.id)) || has_words(text, &subject.title))
    };
    about || names()
}

/// Whether the text has these very words, and not as a part of longer ones.
fn has_words(text: &str, words: &str) -> bool {
    let inside = |c: char| c.is_alphanumeric() || c == '-' || c == '_';
    let ends = |place: usize| !text[place..].starts_with(inside);
    let begins = |place: usize| !text[..place].ends_with(inside);
    let words = words.trim();
    !words.is_empty() && text.match_indices(words).any(|(place, _)| begins(place) && ends(place + words.len()))
}
