//! Which handoffs somebody means: by words, person, edge, dates, and how they went.

use super::World;
use crate::{
    Instant,
    handoff::{Handoff, Only, Search, plain},
    id::Name,
};

impl World {
    pub fn handoff_meets(&self, handoff: &Handoff, search: &Search, now: Instant) -> bool {
        let (edge, due) = (&handoff.edge, handoff.edge.due());
        let is = |wanted: &Option<Name>, found: &Name| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let person = |person: &Name| {
            let sides = edge.from.persons.contains(person) || edge.to.persons.contains(person);
            sides || handoff.accepted().is_some_and(|(_, by)| by == person)
        };
        is(&search.rota, handoff.rota())
            && is(&search.from, &edge.from.site)
            && is(&search.to, &edge.to.site)
            && search.person.as_ref().is_none_or(person)
            && search.since.is_none_or(|since| since <= due)
            && search.until.is_none_or(|until| due < until)
            && search.only.is_none_or(|only| handoff.is(only))
            && self.handoff_has(handoff, &search.words, now)
    }

    /// Whether it has all of these words: in its title, its rota, its persons or its brief.
    fn handoff_has(&self, handoff: &Handoff, words: &str, now: Instant) -> bool {
        if words.trim().is_empty() {
            return true;
        }
        let mut text = format!("{} {} ", self.handoff_title(&handoff.edge), handoff.rota());
        let persons = handoff.edge.from.persons.iter().chain(&handoff.edge.to.persons);
        let by = handoff.accepted().map(|(_, by)| by);
        for person in persons.chain(by) {
            text += &format!("{person} {} ", self.display_name(person));
        }
        for item in self.brief(handoff.id, now).map(|brief| brief.items).unwrap_or_default() {
            text += &format!("{} {} {} ", item.key, plain(&item.summary), plain(&item.detail));
            let said =
                [&item.note, &item.latest].into_iter().flatten().chain(item.read_back.iter().map(|read| &read.words));
            text.extend(said.flat_map(|said| [said.as_str(), " "]));
        }
        let text = text.to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| text.contains(word))
    }
}

impl Handoff {
    pub fn is(&self, only: Only) -> bool {
        use crate::handoff::{End, Stability};
        let Some(end) = &self.end else { return false };
        match (only, end) {
            (Only::Void, End::Void { .. }) => true,
            (_, End::Void { .. }) | (Only::Void, _) => false,
            (Only::Accepted, _) => true,
            (Only::OnTime, _) => self.late.is_none(),
            (Only::Late, _) => self.late.is_some(),
            (Only::Emergency, End::Accepted { emergency, .. }) => *emergency,
            (Only::NotReadBack, End::Accepted { items, .. }) => {
                items.iter().any(|item| item.severity == Stability::Unstable && item.read_back.is_none())
            }
            (Only::ReadBack, End::Accepted { items, .. }) => {
                items.iter().any(|item| item.severity == Stability::Unstable && item.read_back.is_some())
            }
            (Only::Paged, _) => !self.pages_after.is_empty(),
            (Only::Missed, _) => self.pages_after.iter().any(|page| page.missed),
        }
    }
}
