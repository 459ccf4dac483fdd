//! A whole Meridian in one thread without a socket: the same world, a journal in memory, and contacts that fail on wish.
//!
//! It does what the keeper and the notifier do, in the same order, with a clock that is a variable: a year of bad luck
//! takes a second. A crash drops the world and folds it anew from the journal, as a start does; a journal that refuses
//! makes the keeper take back what it planned, rest, and try again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, Refusal, Reply, World,
    command::Outcome,
    id::{Actor, DeliveryId, IncidentId, Name, PageId},
    journal::{Entry, Head, Sealed, link, open, seal_all},
    page::{Delivery, Notice},
    world::Replay,
};

/// How long the keeper rests after the journal refused a commit: longer than the real one's second, because each try
/// folds the journal anew.
const REST: SignedDuration = SignedDuration::from_mins(15);

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
    pub page: PageId,
    pub person: Name,
    pub contact: String,
    pub notice: Option<Notice>,
    pub arrived: bool,
    /// What was still under way to the same contact about the same incident: nothing, if order holds.
    pub overtakes: Option<DeliveryId>,
    /// Counted up at each crash.
    pub life: u32,
}

/// A message of a notice that left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SentNotice {
    pub at: Instant,
    pub delivery: DeliveryId,
    pub attempt: u32,
    pub person: Name,
    pub contact: String,
    pub arrived: bool,
}

/// Where the process dies, as soon as something is to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrashAt {
    BeforeSending,
    /// It arrives, and nobody is told of it.
    AfterSending,
}

/// Why a command led to nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AskError {
    Refused(Refusal),
    /// The journal took nothing; nothing was changed.
    Unavailable,
}

impl fmt::Display for AskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AskError::Refused(refusal) => refusal.fmt(f),
            AskError::Unavailable => f.write_str("the journal takes nothing now"),
        }
    }
}

/// What came of an attempt.
pub type Told = (DeliveryId, u32, Outcome);

/// A simulated Meridian.
pub struct Sim {
    pub world: World,
    pub now: Instant,
    pub journal: Vec<Sealed>,
    pub head: Head,
    pub sent: Vec<Sent>,
    pub sent_notices: Vec<SentNotice>,
    pub life: u32,
    /// By person and contact; absent: delivers.
    pub contacts: BTreeMap<(Name, String), Behaviour>,
    /// How long a contact takes with a message, by person and contact; absent: no time at all.
    pub slow: BTreeMap<(Name, String), SignedDuration>,
    pub journal_refuses: bool,
    pub crash_at: Option<CrashAt>,
    /// A snapshot, and how many entries it stands for.
    kept: Option<(Vec<u8>, usize)>,
    /// Sent in this life and not yet told to the keeper.
    in_flight: BTreeSet<(DeliveryId, u32)>,
    /// Of those, what a slow contact has not answered yet, by when it does.
    unanswered: BTreeMap<(Instant, DeliveryId, u32), Outcome>,
    /// Outcomes that the keeper could not take.
    untold: Vec<Told>,
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
            sent_notices: Vec::new(),
            life: 0,
            contacts: BTreeMap::new(),
            slow: BTreeMap::new(),
            journal_refuses: false,
            crash_at: None,
            kept: None,
            in_flight: BTreeSet::new(),
            unanswered: BTreeMap::new(),
            untold: Vec::new(),
            torn: BTreeMap::new(),
        };
        sim.start();
        sim
    }

    fn start(&mut self) {
        // A start that the journal refuses is tried again by whoever starts the process.
        let refuses = std::mem::take(&mut self.journal_refuses);
        let started = self.ask(Actor::System, Command::Start { version: "simulated".into() });
        started.expect("a start is never refused");
        self.journal_refuses = refuses;
    }

    /// One command, committed; nothing is sent yet.
    pub fn ask(&mut self, actor: Actor, command: Command) -> Result<Reply, AskError> {
        let mut entries = Vec::new();
        let reply = self.world.handle(self.now, actor, command, &mut entries);
        let committed = self.commit(&entries);
        match (reply, committed) {
            // A refusal stands whether or not others were committed.
            (Err(refusal), _) => Err(AskError::Refused(refusal)),
            (Ok(reply), true) => Ok(reply),
            (Ok(_), false) => Err(AskError::Unavailable),
        }
    }

    /// What is due at this very instant, committed. False: the journal refused it.
    pub fn tick(&mut self) -> bool {
        let mut entries = Vec::new();
        self.world.tick(self.now, &mut entries);
        self.commit(&entries)
    }

    fn commit(&mut self, entries: &[Entry]) -> bool {
        if entries.is_empty() {
            return true;
        }
        if self.journal_refuses {
            self.world = self.fold();
            self.world.alerts.lose_resends(self.now);
            return false;
        }
        for sealed in seal_all(self.head.hash, entries) {
            self.head = link(self.head, &sealed).expect("what was sealed verifies");
            self.journal.push(sealed);
        }
        true
    }

    /// Sends everything in the outbox that was not sent in this life; what is known at once is not told yet.
    pub fn send(&mut self) -> Vec<Told> {
        let mut outcomes = Vec::new();
        for id in self.world.outbox() {
            let Some(attempt) = self.world.sending(id) else { continue };
            if !self.in_flight.insert((id, attempt)) {
                continue;
            }
            let of_page = self.world.pages.delivery(id).map(|delivery| (&delivery.person, &delivery.contact));
            let of_notice = || self.world.notices.delivery(id).map(|delivery| (&delivery.person, &delivery.contact));
            let Some((person, contact)) = of_page.or_else(of_notice) else { continue };
            let road = (person.clone(), contact.to_string());
            let behaviour = self.contacts.get(&road).copied().unwrap_or(Behaviour::Delivers);
            let takes = self.slow.get(&road).copied().unwrap_or_default();
            let known_at = self.now.saturating_add(takes).unwrap_or(Instant::MAX);
            self.note_sent(id, attempt, road, behaviour == Behaviour::Delivers);
            let outcome = match behaviour {
                Behaviour::Delivers => Outcome::Sent { receipt: "simulated".into() },
                Behaviour::Fails => Outcome::Failed { error: "simulated failure".into(), retry_after: None },
                Behaviour::Refuses => Outcome::Refused { error: "simulated refusal".into() },
            };
            if self.now < known_at {
                self.unanswered.insert((known_at, id, attempt), outcome);
            } else {
                outcomes.push((id, attempt, outcome));
            }
        }
        outcomes
    }

    fn note_sent(&mut self, id: DeliveryId, attempt: u32, (person, contact): (Name, String), arrived: bool) {
        let (at, life) = (self.now, self.life);
        let Some(delivery) = self.world.pages.delivery(id) else {
            self.sent_notices.push(SentNotice { at, delivery: id, attempt, person, contact, arrived });
            return;
        };
        self.sent.push(Sent {
            at,
            delivery: id,
            attempt,
            incident: delivery.incident,
            page: delivery.page,
            person,
            contact,
            notice: delivery.notice.clone(),
            arrived,
            overtakes: self.under_way_before(delivery),
            life,
        });
    }

    /// Another message on the way of this one that has no outcome yet in this life.
    fn under_way_before(&self, delivery: &Delivery) -> Option<DeliveryId> {
        let road = |of: &Delivery| (of.incident, of.person.clone(), of.contact.clone());
        let others = self.in_flight.iter().filter(|(other, _)| *other != delivery.id);
        let mut others = others.filter_map(|(other, _)| self.world.pages.delivery(*other));
        others.find(|other| road(other) == road(delivery)).map(|other| other.id)
    }

    /// Tells what slow contacts have answered by now.
    fn tell_answers(&mut self) {
        while let Some(answer) = self.unanswered.first_entry().filter(|answer| answer.key().0 <= self.now) {
            let ((_, delivery, attempt), outcome) = answer.remove_entry();
            self.tell((delivery, attempt, outcome));
        }
    }

    /// Tells the keeper what came of a message; what it can't take is told again later.
    pub fn tell(&mut self, (delivery, attempt, outcome): Told) {
        let command = Command::DeliveryOutcome { delivery, attempt, outcome: outcome.clone() };
        match self.ask(Actor::System, command) {
            Ok(_) => {
                self.in_flight.remove(&(delivery, attempt));
            }
            Err(AskError::Unavailable) => self.untold.push((delivery, attempt, outcome)),
            Err(AskError::Refused(refusal)) => panic!("an outcome is never refused: {refusal}"),
        }
    }

    /// Everything that has to happen at this instant.
    pub fn settle(&mut self) {
        loop {
            std::mem::take(&mut self.untold).into_iter().for_each(|outcome| self.tell(outcome));
            self.tell_answers();
            let ticked = self.tick();
            let something = !self.world.outbox().is_empty();
            match self.crash_at.filter(|_| something) {
                Some(CrashAt::BeforeSending) => {
                    self.crash();
                    continue;
                }
                Some(CrashAt::AfterSending) => {
                    self.send();
                    self.crash();
                    continue;
                }
                None => {}
            }
            let outcomes = self.send();
            if outcomes.is_empty() || !ticked {
                outcomes.into_iter().for_each(|outcome| self.tell(outcome));
                return;
            }
            outcomes.into_iter().for_each(|outcome| self.tell(outcome));
        }
    }

    /// Lets time pass until `until`, stopping wherever something is due.
    pub fn advance(&mut self, until: Instant) {
        self.settle();
        while let Some(due) = self.next_due().filter(|due| *due <= until) {
            self.now = self.now.max(due);
            self.settle();
        }
        self.now = self.now.max(until);
    }

    /// The next moment at which there is something to do; while the journal refuses, it is tried only so often.
    fn next_due(&self) -> Option<Instant> {
        let answer = self.unanswered.first_key_value().map(|((at, ..), _)| *at);
        let due = self.world.next_due().into_iter().chain(answer).min()?;
        let rest = if self.journal_refuses { REST } else { SignedDuration::ZERO };
        Some(due.max(self.now.saturating_add(rest).unwrap_or(Instant::MAX)))
    }

    /// Somebody sets the machine's clock.
    pub fn set_clock(&mut self, by: SignedDuration) {
        self.now = self.now.saturating_add(by).unwrap_or(self.now);
    }

    /// The process dies now; what was under way has no outcome. Then it starts again.
    pub fn crash(&mut self) {
        self.crash_at = None;
        for torn in std::mem::take(&mut self.in_flight) {
            *self.torn.entry(torn).or_default() += 1;
        }
        self.untold.clear();
        self.unanswered.clear();
        self.life += 1;
        self.world = self.fold();
        self.start();
    }

    /// Keeps the world as it is, so that a start need not fold the whole journal.
    pub fn snapshot(&mut self) {
        self.kept = Some((self.world.to_snapshot().expect("a world is writable as JSON"), self.journal.len()));
    }

    /// What a start makes: the snapshot, if there is one, and what came after it.
    fn fold(&self) -> World {
        let (world, kept) = match &self.kept {
            Some((bytes, kept)) => (World::from_snapshot(bytes).expect("a snapshot reads"), *kept),
            None => (World::default(), 0),
        };
        fold_on(world, &self.journal[kept..])
    }

    /// The world that the journal alone gives, its chain verified.
    pub fn replay(&self) -> World {
        self.journal.iter().try_fold(Head::GENESIS, link).expect("the chain verifies");
        fold_on(World::default(), &self.journal)
    }
}

fn fold_on(world: World, journal: &[Sealed]) -> World {
    let mut replay = Replay::from(world);
    journal.iter().for_each(|sealed| replay.fold(&open(sealed).expect("every entry reads")));
    replay.world()
}
