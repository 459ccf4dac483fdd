//! A year of bad luck from one seed: crashes, failing contacts, re-sends, silences, changes of the estate, and the
//! guarantees that must hold all the same. A failing seed prints the command that replays it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    alert::{Incoming, Labels, MatchOp, Matcher},
    command::SilenceWish,
    estate::{self, SourceFile},
    id::{Actor, IncidentId, Name},
    incident::AcknowledgedBecause,
    page::{Notice, WalkState},
};

use crate::{
    seeds::Seeds,
    sim::{Behaviour, Sim},
};

/// What broke a guarantee, in words.
pub type Broken = String;

const SERVICES: [&str; 5] = ["gateway", "ledger", "fedline", "matching", "recon"];
const PERSONS: [&str; 6] = ["wen", "mei", "tom", "priya", "oliver", "dana"];

/// Plays the seed and checks every guarantee on the way and at the end.
pub fn play(seed: u64, steps: u32) -> Result<(), Broken> {
    let mut chaos = Chaos::begin(seed);
    for _ in 0..steps {
        chaos.step();
        chaos.check_order()?;
    }
    chaos.check_replay()?;
    chaos.recover();
    chaos.check_replay()?;
    chaos.check_order()?;
    chaos.check_repeats()?;
    chaos.check_nobody_forgotten()
}

struct Chaos {
    seeds: Seeds,
    sim: Sim,
    /// What sources believe to fire.
    firing: BTreeSet<(usize, u64)>,
    silences: u64,
}

impl Chaos {
    fn begin(seed: u64) -> Chaos {
        let mut seeds = Seeds::new(seed);
        // Around the weeks in which the clocks change.
        let day = ["2026-03-07T20:00:00Z", "2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z", "2026-10-31T20:00:00Z"];
        let now: Instant = seeds.pick(&day).parse().expect("a valid instant");
        let mut sim = Sim::begin(now);
        load(&mut sim, ESTATE);
        Chaos { seeds, sim, firing: BTreeSet::new(), silences: 0 }
    }

    fn step(&mut self) {
        match self.seeds.below(100) {
            0..=24 => self.fire(),
            25..=39 => self.resend(),
            40..=49 => self.resolve(),
            50..=74 => self.pass_time(),
            75..=80 => self.answer(),
            81..=86 => self.break_a_contact(),
            87..=89 => self.silence(),
            90..=91 => self.change_estate(),
            92..=95 => self.crash_somewhere(),
            _ => self.sim.settle(),
        }
    }

    fn alerts(&mut self, which: &[(usize, u64)], ends: Option<SignedDuration>) {
        let incoming = which.iter().map(|(service, instance)| Incoming {
            labels: [
                ("alertname", "Stuck"),
                ("service", SERVICES[*service]),
                ("instance", &instance.to_string()),
                ("severity", if service % 2 == 0 { "critical" } else { "warning" }),
            ]
            .into_iter()
            .collect(),
            annotations: Labels::default(),
            starts_at: Some(self.sim.now),
            ends_at: ends.and_then(|ends| self.sim.now.checked_add(ends).ok()),
            generator_url: "".into(),
        });
        let incoming = incoming.collect();
        self.sim.ask(Actor::source("prometheus"), Command::Alerts(incoming)).expect("alerts are never refused");
    }

    fn fire(&mut self) {
        let mut batch = Vec::new();
        for _ in 0..=self.seeds.below(4) {
            batch.push((self.seeds.below(SERVICES.len() as u64) as usize, self.seeds.below(4)));
        }
        self.firing.extend(&batch);
        self.alerts(&batch, Some(SignedDuration::from_mins(4)));
    }

    fn resend(&mut self) {
        let all: Vec<_> = self.firing.iter().copied().collect();
        self.alerts(&all, Some(SignedDuration::from_mins(4)));
    }

    fn resolve(&mut self) {
        let all: Vec<_> = self.firing.iter().copied().collect();
        if !all.is_empty() {
            let one = *self.seeds.pick(&all);
            self.firing.remove(&one);
            self.alerts(&[one], Some(SignedDuration::from_secs(-1)));
        }
    }

    fn pass_time(&mut self) {
        let seconds = if self.seeds.chance(80) { self.seeds.below(400) } else { self.seeds.below(40_000) };
        let until = self.sim.now.checked_add(SignedDuration::from_secs(seconds as i64)).expect("in range");
        self.sim.advance(until);
    }

    fn answer(&mut self) {
        let open: Vec<IncidentId> = self.sim.world.incidents.open().map(|incident| incident.id).collect();
        if open.is_empty() {
            return;
        }
        let incident = *self.seeds.pick(&open);
        let by = name(self.seeds.pick::<&str>(&PERSONS));
        let page = self.sim.world.pages.pages_of(incident).next_back().map(|page| page.id);
        let command = match (self.seeds.below(5), page) {
            (0, _) => Command::Resolve { incident, reason: "mended".into() },
            (1, _) => Command::Reassign { incident, to: by, reason: "knows it".into() },
            (2, Some(page)) => Command::PassOn { page, by },
            _ => Command::Acknowledge { incident, by, because: AcknowledgedBecause::Link },
        };
        // A page may be passed on only while nobody acknowledged; that refusal is part of the story.
        let _ = self.sim.ask(Actor::System, command);
    }

    fn break_a_contact(&mut self) {
        let person = name(self.seeds.pick::<&str>(&PERSONS));
        let contact = if self.seeds.chance(50) { "mail" } else { "hook" };
        let behaviours = [Behaviour::Delivers, Behaviour::Fails, Behaviour::Refuses];
        self.sim.contacts.insert((person, contact.to_owned()), *self.seeds.pick(&behaviours));
    }

    fn silence(&mut self) {
        self.silences += 1;
        let service = *self.seeds.pick(&SERVICES);
        let minutes = 1 + self.seeds.below(90) as i64;
        let wish = SilenceWish {
            id: None,
            matchers: vec![Matcher::new("service", MatchOp::Equal, service).expect("a valid matcher")],
            starts_at: None,
            ends_at: self.sim.now.checked_add(SignedDuration::from_mins(minutes)).expect("in range"),
            created_by: "ana".into(),
            comment: "works on it".into(),
        };
        let id = format!("00000000-0000-4000-8000-{:012}", self.silences).into();
        self.sim.ask(Actor::System, Command::SetSilence { silence: wish, id }).expect("a valid silence");
    }

    fn change_estate(&mut self) {
        let text = if self.seeds.chance(50) { ESTATE.to_owned() } else { ESTATE.replace("within: 5m", "within: 3m") };
        load(&mut self.sim, &text);
    }

    /// The process dies between any two of: commit, send, tell.
    fn crash_somewhere(&mut self) {
        self.sim.tick();
        let mut outcomes = self.sim.send();
        let told = self.seeds.below(outcomes.len() as u64 + 1) as usize;
        outcomes.drain(..told).collect::<Vec<_>>().into_iter().for_each(|outcome| self.sim.tell(outcome));
        self.sim.crash();
    }

    /// All contacts work again, silences end, sources keep sending, a day passes.
    fn recover(&mut self) {
        self.sim.contacts.clear();
        for _ in 0..720 {
            self.resend();
            let until = self.sim.now.checked_add(SignedDuration::from_mins(2)).expect("in range");
            self.sim.advance(until);
        }
    }

    /// The journal alone gives the same world, byte for byte, also by way of a snapshot.
    fn check_replay(&self) -> Result<(), Broken> {
        let live = self.sim.world.to_snapshot().map_err(|error| error.to_string())?;
        let replayed = self.sim.replay().to_snapshot().map_err(|error| error.to_string())?;
        if live != replayed {
            return Err(format!("a replay gives another world: {}", first_difference(&live, &replayed)));
        }
        let restored = meridian_core::World::from_snapshot(&live).map_err(|error| error.to_string())?;
        let again = restored.to_snapshot().map_err(|error| error.to_string())?;
        if live == again {
            Ok(())
        } else {
            Err(format!("a snapshot gives another world: {}", first_difference(&live, &again)))
        }
    }

    /// Pages of one incident reach a contact in order, and a resolve never comes before its page.
    fn check_order(&self) -> Result<(), Broken> {
        let mut newest: BTreeMap<(IncidentId, &Name, &str), u64> = BTreeMap::new();
        let mut paged: BTreeSet<(IncidentId, &Name, &str)> = BTreeSet::new();
        for sent in &self.sim.sent {
            let road = (sent.incident, &sent.person, sent.contact.as_str());
            let before = newest.insert(road, sent.delivery.0).unwrap_or(0);
            if before > sent.delivery.0 {
                return Err(format!("delivery {} to {road:?} came after {before}", sent.delivery));
            }
            match &sent.notice {
                None if sent.arrived => {
                    paged.insert(road);
                }
                Some(Notice::Resolved) if !paged.contains(&road) => {
                    return Err(format!("{road:?} was told of the end and never of the beginning"));
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// The same attempt is sent once, and once more for each crash that came between sending and recording.
    fn check_repeats(&self) -> Result<(), Broken> {
        let mut times: BTreeMap<_, u32> = BTreeMap::new();
        for sent in &self.sim.sent {
            *times.entry((sent.delivery, sent.attempt)).or_default() += 1;
        }
        for (attempt, times) in times {
            let allowed = 1 + self.sim.torn.get(&attempt).copied().unwrap_or(0);
            if times > allowed {
                return Err(format!("attempt {attempt:?} was sent {times} times; {allowed} are allowed"));
            }
        }
        Ok(())
    }

    /// With all contacts well again: whatever fires is an incident that somebody was paged for, or that escalates.
    fn check_nobody_forgotten(&self) -> Result<(), Broken> {
        let world = &self.sim.world;
        let told: BTreeSet<_> = world.incidents.open().flat_map(|incident| incident.alerts.iter().copied()).collect();
        for (fingerprint, alert) in world.alerts.active() {
            let quiet = world.alerts.quiet(fingerprint, self.sim.now);
            if quiet.is_none() && !told.contains(&fingerprint) {
                return Err(format!("alert {:?} fires and no incident knows it", alert.labels));
            }
        }
        if world.alerts.active().count() != self.firing.len() {
            let count = world.alerts.active().count();
            return Err(format!("{} alerts are sent, {count} are active", self.firing.len()));
        }
        for incident in world.incidents.open() {
            let reached = world.pages.deliveries_of(incident.id).any(|delivery| delivery.is_delivered());
            let walk = world.pages.walk(incident.id).map(|walk| &walk.state);
            let goes_on = matches!(walk, Some(WalkState::Waiting { .. } | WalkState::Exhausted { .. }));
            if incident.acknowledged.is_none() && !(goes_on && reached) {
                return Err(format!("incident {} is open, and nobody was reached or will be: {walk:?}", incident.id));
            }
        }
        Ok(())
    }
}

fn load(sim: &mut Sim, text: &str) {
    let files = vec![SourceFile { path: "estate.yaml".into(), text: text.into() }];
    let digest = estate::digest(&files);
    sim.ask(Actor::System, Command::LoadEstate { files, digest }).expect("an estate is never refused");
}

fn name(text: &str) -> Name {
    text.parse().expect("a valid name")
}

fn first_difference(a: &[u8], b: &[u8]) -> String {
    let at = a.iter().zip(b).position(|(x, y)| x != y).unwrap_or(a.len().min(b.len()));
    let around =
        |bytes: &[u8]| String::from_utf8_lossy(&bytes[at.saturating_sub(120)..bytes.len().min(at + 120)]).into_owned();
    format!("\n  {}\n  {}", around(a), around(b))
}

/// Three sites, a rota with a hole at night, escalations that can find nobody.
pub const ESTATE: &str = include_str!("chaos.yaml");
