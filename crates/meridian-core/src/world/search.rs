//! Which handoffs somebody means: by words, person, edge, dates, and how they went; and where the words were found.

use super::World;
use crate::{
    Instant,
    handoff::{FoundIn, Handoff, Item, ItemKey, Only, Part, Question, ReadBack, Search, Waiver, plain},
    id::Name,
};

/// What a handoff says, part by part.
#[derive(Default)]
struct Told(Vec<(FoundIn, String)>);

impl Told {
    fn say(&mut self, item: Option<&ItemKey>, part: Part, text: impl Into<String>) {
        self.0.push((FoundIn { item: item.cloned(), part }, text.into()));
    }
}

impl World {
    /// Where the words of the search were found; of a search without words nowhere. None: it is not what is meant.
    pub fn handoff_found(&self, handoff: &Handoff, search: &Search, now: Instant) -> Option<Vec<FoundIn>> {
        let (edge, due) = (&handoff.edge, handoff.edge.due());
        let is = |wanted: &Option<Name>, found: &Name| wanted.as_ref().is_none_or(|wanted| wanted == found);
        let person = |person: &Name| {
            let sides = edge.from.persons.contains(person) || edge.to.persons.contains(person);
            sides || handoff.accepted().is_some_and(|(_, by)| by == person)
        };
        let meets = is(&search.rota, handoff.rota())
            && is(&search.from, &edge.from.site)
            && is(&search.to, &edge.to.site)
            && search.person.as_ref().is_none_or(person)
            && search.since.is_none_or(|since| since <= due)
            && search.until.is_none_or(|until| due < until)
            && search.only.is_none_or(|only| handoff.is(only));
        if meets { self.words_found(handoff, &search.words, now) } else { None }
    }

    /// It has all of these words, wherever they stand; each place that has one of them is named.
    fn words_found(&self, handoff: &Handoff, words: &str, now: Instant) -> Option<Vec<FoundIn>> {
        let words = words.to_lowercase();
        let words: Vec<&str> = words.split_whitespace().collect();
        if words.is_empty() {
            return Some(Vec::new());
        }
        let mut missing: Vec<&str> = words.clone();
        let mut found: Vec<FoundIn> = Vec::new();
        for (place, text) in self.told_of(handoff, now).0 {
            let text = text.to_lowercase();
            missing.retain(|word| !text.contains(word));
            if words.iter().any(|word| text.contains(word)) && !found.contains(&place) {
                found.push(place);
            }
        }
        missing.is_empty().then_some(found)
    }

    fn told_of(&self, handoff: &Handoff, now: Instant) -> Told {
        let mut told = Told::default();
        told.say(None, Part::Title, format!("{} {}", self.handoff_title(&handoff.edge), handoff.rota()));
        let persons = handoff.edge.from.persons.iter().chain(&handoff.edge.to.persons);
        for person in persons.chain(handoff.accepted().map(|(_, by)| by)) {
            told.say(None, Part::Person, format!("{person} {}", self.display_name(person)));
        }
        for refusal in &handoff.refusals {
            told.say(None, Part::Refusal, &*refusal.reason);
        }
        let items = self.brief(handoff.id, now).map(|brief| brief.items).unwrap_or_default();
        for item in &items {
            told_of_item(&mut told, item);
        }
        // A void handoff keeps no items, and what was said of them all the same.
        for (key, said) in handoff.all_said().filter(|(key, _)| items.iter().all(|item| item.key != **key)) {
            let read = said.read_back.as_ref().map(|kept| &kept.read);
            told_by_people(&mut told, key, (&said.questions, &said.waivers, read));
        }
        told
    }
}

fn told_of_item(told: &mut Told, item: &Item) {
    let mut say = |part, text: String| told.say(Some(&item.key), part, text);
    say(Part::Summary, format!("{} {}", item.key, plain(&item.summary)));
    say(Part::Detail, plain(&item.detail));
    for text in [&item.note, &item.latest].into_iter().flatten() {
        say(Part::Note, text.clone());
    }
    for action in &item.actions {
        say(Part::Action, format!("{} {}", action.text, String::from(action.owner.clone())));
    }
    if let Some(contingency) = &item.contingency {
        say(Part::Contingency, plain(contingency));
    }
    told_by_people(told, &item.key, (&item.questions, &item.waivers, item.read_back.as_ref()));
}

fn told_by_people(
    told: &mut Told,
    item: &ItemKey,
    (questions, waivers, read): (&[Question], &[Waiver], Option<&ReadBack>),
) {
    let mut say = |part, text: &str| told.say(Some(item), part, text);
    for question in questions {
        say(Part::Question, &question.text);
        if let Some(answer) = &question.answer {
            say(Part::Answer, &answer.text);
        }
    }
    for waiver in waivers {
        say(Part::Waiver, &waiver.reason);
    }
    if let Some(read) = read {
        say(Part::ReadBack, &read.words);
        if let Some(next) = &read.next {
            say(Part::NextTrigger, next);
        }
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
