//! A whole Meridian in one thread without a socket: the same world, a journal in memory, and contacts that fail on wish.
//!
//! It does what the keeper and the notifier do, in the same order, with a clock that is a variable: a year of bad luck
//! takes a second. A crash drops the world and folds it anew from the journal, as a start does.

use std::collections::{BTreeMap, BTreeSet};

use meridian_core::{
    Command, Instant, Refusal, Reply, World,
    command::Outcome,
    id::{Actor, DeliveryId, IncidentId, Name},
    journal::{Entry, Head, Sealed, link, open, seal_all},
    page::{DeliveryState, Notice},
};

/// What a contact does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    Delivers,
    /// Fails; another try may help.
    Fails,
    /// Refuses for good.
    Refuses,
}

/// A message that left, as the other side saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub at: Instant,
    pub delivery: DeliveryId,
    pub attempt: u32,
    pub incident: IncidentId,
    pub person: Name,
    pub contact: String,
    pub notice: Option<Notice>,
    pub arrived: bool,
    /// Counted up at each crash.
    pub life: u32,
}

/// A simulated Meridian.
pub struct Sim {
    pub world: World,
    pub now: Instant,
    pub journal: Vec<Sealed>,
    pub head: Head,
    pub sent: Vec<Sent>,
    pub life: u32,
    /// By person and contact; absent: delivers.
    pub contacts: BTreeMap<(Name, String), Behaviour>,
    /// Sent in this life and not yet told to the keeper.
    in_flight: BTreeSet<(DeliveryId, u32)>,
    /// Crashes that came while a delivery was under way.
    pub torn: BTreeMap<(DeliveryId, u32), u32>,
}

impl Sim {
    pub fn begin(now: Instant) -> Sim {
        let mut sim = Sim {
            world: World::default(),
            now,
            journal: Vec::new(),
            head: Head::GENESIS,
            sent: Vec::new(),
            life: 0,
            contacts: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            torn: BTreeMap::new(),
        };
        sim.start();
        sim
    }

    fn start(&mut self) {
        let started = self.ask(Actor::System, Command::Start { version: "simulated".into() });
        started.expect("a start is never refused");
    }

    /// One command, committed; nothing is sent yet.
    pub fn ask(&mut self, actor: Actor, command: Command) -> Result<Reply, Refusal> {
        let mut entries = Vec::new();
        let reply = self.world.handle(self.now, actor, command, &mut entries);
        self.commit(&entries);
        reply
    }

    /// What is due at this very instant, committed.
    pub fn tick(&mut self) {
        let mut entries = Vec::new();
        self.world.tick(self.now, &mut entries);
        self.commit(&entries);
    }

    fn commit(&mut self, entries: &[Entry]) {
        for sealed in seal_all(self.head.hash, entries) {
            self.head = link(self.head, &sealed).expect("what was sealed verifies");
            self.journal.push(sealed);
        }
    }

    /// Sends everything in the outbox that was not sent in this life; the outcome is not told yet.
    pub fn send(&mut self) -> Vec<(DeliveryId, u32, Outcome)> {
        let mut outcomes = Vec::new();
        for delivery in self.world.pages.outbox() {
            let DeliveryState::Sending { attempt, .. } = delivery.state else { continue };
            if !self.in_flight.insert((delivery.id, attempt)) {
                continue;
            }
            let road = (delivery.person.clone(), delivery.contact.clone());
            let behaviour = self.contacts.get(&road).copied().unwrap_or(Behaviour::Delivers);
            self.sent.push(Sent {
                at: self.now,
                delivery: delivery.id,
                attempt,
                incident: delivery.incident,
                person: delivery.person.clone(),
                contact: delivery.contact.clone(),
                notice: delivery.notice.clone(),
                arrived: behaviour == Behaviour::Delivers,
                life: self.life,
            });
            let outcome = match behaviour {
                Behaviour::Delivers => Outcome::Sent { receipt: "simulated".into() },
                Behaviour::Fails => Outcome::Failed { error: "simulated failure".into(), retry_after: None },
                Behaviour::Refuses => Outcome::Refused { error: "simulated refusal".into() },
            };
            outcomes.push((delivery.id, attempt, outcome));
        }
        outcomes
    }

    /// Tells the keeper what came of a message.
    pub fn tell(&mut self, (delivery, attempt, outcome): (DeliveryId, u32, Outcome)) {
        self.in_flight.remove(&(delivery, attempt));
        let told = self.ask(Actor::System, Command::DeliveryOutcome { delivery, attempt, outcome });
        told.expect("an outcome is never refused");
    }

    /// Everything that has to happen at this instant.
    pub fn settle(&mut self) {
        loop {
            self.tick();
            let outcomes = self.send();
            if outcomes.is_empty() {
                return;
            }
            outcomes.into_iter().for_each(|outcome| self.tell(outcome));
        }
    }

    /// Lets time pass until `until`, stopping wherever something is due.
    pub fn advance(&mut self, until: Instant) {
        self.settle();
        while let Some(due) = self.world.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.settle();
        }
        self.now = self.now.max(until);
    }

    /// The process dies now; what was under way has no outcome. Then it starts again.
    pub fn crash(&mut self) {
        for torn in std::mem::take(&mut self.in_flight) {
            *self.torn.entry(torn).or_default() += 1;
        }
        self.life += 1;
        self.world = self.replay();
        self.start();
    }

    /// The world that the journal alone gives.
    pub fn replay(&self) -> World {
        let mut world = World::default();
        let mut head = Head::GENESIS;
        for sealed in &self.journal {
            head = link(head, sealed).expect("the chain verifies");
            world.fold(&open(sealed).expect("every entry reads"));
        }
        world
    }
}
