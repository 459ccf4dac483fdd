//! Changes as a world makes them: each case says who asks for what, and which facts follow.

mod ask;
mod away;
mod laws;
mod leave;
mod swap;
mod undo;

use crate::{
    Command, Instant, Refusal, Reply, World,
    cover::{Need, PartWish, Remark},
    estate::{self, SourceFile},
    id::{Actor, ChangeId, Name},
    journal::Entry,
};

pub fn name(text: &str) -> Name {
    text.parse().unwrap()
}

pub fn at(text: &str) -> Instant {
    text.parse().unwrap_or_else(|why| panic!("{text}: {why}"))
}

/// A world, its clock and its journal.
pub struct Room {
    pub world: World,
    pub now: Instant,
    pub journal: Vec<Entry>,
}

pub fn said(need: &Need) -> String {
    match need {
        Need::Cover { change, place, .. } => format!("take {change} as {place}"),
        Need::Answer { change } => format!("answer {change}"),
        Need::Approve { change } => format!("approve {change}"),
        Need::Untaken { change } => format!("untaken {change}"),
        Need::Conflict(conflict) => {
            let shift = &conflict.shift;
            format!("{} is on watch in {} and {}", shift.person, shift.rota, conflict.because.words())
        }
    }
}

/// `part("payments wen 2026-03-10T02:00Z 2026-03-10T04:00Z")`
pub fn part(text: &str) -> PartWish {
    let words: Vec<&str> = text.split(' ').collect();
    PartWish { rota: name(words[0]), layer: None, person: name(words[1]), from: at(words[2]), until: at(words[3]) }
}

pub const ESTATE: &str = include_str!("estate.yaml");

impl Room {
    pub fn new(now: &str) -> Room {
        let mut room = Room { world: World::default(), now: at(now), journal: Vec::new() };
        room.load(ESTATE);
        room
    }

    pub fn load(&mut self, text: &str) {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: text.into() }];
        estate::load(&files).unwrap_or_else(|problems| panic!("{problems:#?}"));
        let digest = estate::digest(&files);
        self.ask(Command::LoadEstate { files, digest }).unwrap();
    }

    pub fn ask(&mut self, command: Command) -> Result<Reply, Refusal> {
        self.world.handle(self.now, Actor::Account("wen".into()), command, &mut self.journal)
    }

    /// The facts that a command leads to, by name, and the sentences that whoever asked is told.
    pub fn does(&mut self, command: Command) -> (Vec<ChangeId>, Vec<String>) {
        let before = self.journal.len();
        let reply = self.ask(command).unwrap_or_else(|refusal| panic!("{refusal}"));
        let mut said = self.changes_since(before);
        let Reply::Changes { changes, remarks } = reply else { return (vec![], said) };
        said.extend(remarks.iter().map(Remark::words));
        (changes, said)
    }

    pub fn refuses(&mut self, command: Command, why: &str) {
        let before = self.journal.len();
        match self.ask(command) {
            Err(refusal) => assert_eq!(refusal.to_string(), why),
            Ok(reply) => panic!("{reply:?} instead of: {why}"),
        }
        assert_eq!(self.journal.len(), before, "a refusal changes nothing");
    }

    /// The journal folded anew, also by way of a snapshot in its middle, is this very world.
    pub fn survives(&self) {
        let bytes = self.world.to_snapshot().unwrap();
        let mut folded = World::default();
        for (number, entry) in self.journal.iter().enumerate() {
            folded.fold(entry);
            if number == self.journal.len() / 2 {
                folded = World::from_snapshot(&folded.to_snapshot().unwrap()).unwrap();
            }
        }
        assert_eq!(String::from_utf8(folded.to_snapshot().unwrap()).unwrap(), String::from_utf8(bytes).unwrap());
    }

    /// Who is on watch in a rota, by layer: `hong-kong wen, london ana`.
    pub fn watch(&self, rota: &str, when: &str) -> String {
        let shifts = self.world.on_watch(&name(rota), at(when)).into_iter();
        shifts.map(|shift| format!("{} {}", shift.layer, shift.person)).collect::<Vec<_>>().join(", ")
    }

    pub fn tick(&mut self, now: &str) -> Vec<String> {
        self.now = at(now);
        let before = self.journal.len();
        self.world.tick(self.now, &mut self.journal);
        self.changes_since(before)
    }

    /// What was recorded of changes; whom it was told stands in the tests of notices.
    pub fn changes_since(&self, before: usize) -> Vec<String> {
        let names = self.journal[before..].iter().map(|entry| entry.fact.name());
        names.filter(|name| !name.starts_with("notice.") && !name.starts_with("delivery.")).collect()
    }

    /// What waits for this person, in short.
    pub fn needs(&self, person: &str) -> Vec<String> {
        let needs = self.world.change_needs(Some(&name(person)), self.now);
        needs.into_iter().map(|need| said(&need)).collect()
    }

    /// The requests that somebody can take: `12 payments/london ana 2026-03-16T12:00 oliver,mei`.
    pub fn wanted(&self) -> Vec<String> {
        let line = |(change, request): (&crate::cover::Change, &crate::cover::Request)| {
            let part = &request.part;
            let asked: Vec<&str> = request.offers.iter().map(|offer| offer.person.as_str()).collect();
            let from = part.from.strftime("%Y-%m-%dT%H:%M");
            format!("{} {}/{} {} {from} {}", change.id, part.rota, part.layer, part.person, asked.join(","))
        };
        self.world.covers.wanted(self.now).map(line).collect()
    }
}
