//! What can happen.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant, Reply,
    alert::{Incoming, Labels, MatchOp, Matcher},
    command::SilenceWish,
    estate::{self, Override, SourceFile},
    id::{Actor, IncidentId, Name, PageId},
    incident::{AcknowledgedBecause, Severity},
};

use super::{Chaos, ESTATE, after::Seen, witness::Witness};
use crate::{
    seeds::Seeds,
    sim::{AskError, Behaviour, CrashAt, Sim},
};

const SERVICES: [&str; 5] = ["gateway", "ledger", "fedline", "matching", "recon"];
pub(super) const PERSONS: [&str; 6] = ["wen", "mei", "tom", "priya", "oliver", "dana"];
/// How long an alert lasts that is not sent again.
const LASTS: SignedDuration = SignedDuration::from_mins(4);
/// How far the machine's clock is behind what it showed before, at most.
const BACK_MOST: SignedDuration = SignedDuration::from_hours(3);
/// Longer than every silence, every rest, and `repeat_interval`.
const RECOVERY: SignedDuration = SignedDuration::from_hours(6);

impl Chaos {
    pub(super) fn begin(seed: u64) -> Chaos {
        let mut seeds = Seeds::new(seed);
        // Around the days on which the clocks change: just before, on the first evening of the week after them, when New
        // York hands over to Hong Kong, and on its first morning, when Hong Kong hands over to London.
        let day = [
            "2026-03-07T20:00:00Z",
            "2026-03-28T20:00:00Z",
            "2026-10-24T20:00:00Z",
            "2026-10-31T20:00:00Z",
            "2026-03-08T19:30:00Z",
            "2026-03-29T19:30:00Z",
            "2026-10-25T20:30:00Z",
            "2026-11-01T20:30:00Z",
            "2026-03-09T05:00:00Z",
            "2026-03-30T05:00:00Z",
            "2026-10-26T05:00:00Z",
            "2026-11-02T11:00:00Z",
        ];
        let now: Instant = seeds.pick(&day).parse().expect("a valid instant");
        let (sim, witness, seen) = (Sim::begin(now), Witness::default(), Seen::default());
        let mut chaos = Chaos {
            seeds,
            sim,
            witness,
            seen,
            firing: Default::default(),
            silences: 0,
            hands_over: false,
            latest: now,
        };
        chaos.hands_over = chaos.seeds.chance(50);
        chaos.load(ESTATE.to_owned());
        chaos
    }

    /// One thing happens; says what.
    pub(super) fn step(&mut self) -> &'static str {
        type Act = fn(&mut Chaos);
        let (what, act): (&str, Act) = match self.seeds.below(100) {
            0..=19 => ("alerts fire", Chaos::fire),
            20..=31 => ("alerts are sent again", Chaos::resend),
            32..=40 => ("an alert is resolved", Chaos::resolve),
            41..=62 => ("time passes", Chaos::pass_time),
            63..=66 => ("somebody answers", Chaos::answer),
            67..=70 => ("a handoff is worked on", Chaos::hand_over),
            71..=76 => ("a contact changes", Chaos::break_a_contact),
            77..=79 => ("a silence is set", Chaos::silence),
            80..=81 => ("the estate changes", Chaos::change_estate),
            82 => ("an override is made", Chaos::cover),
            83 | 97 => ("who is on watch changes", Chaos::change_watch),
            84..=86 => ("the process dies", Chaos::crash_somewhere),
            87..=88 => ("the process dies at the next message", Chaos::crash_at_message),
            89..=90 => ("a snapshot is kept", |chaos| chaos.sim.snapshot()),
            91..=93 => ("the disk is full, or no more", |chaos| chaos.sim.journal_refuses ^= true),
            94..=95 => ("the clock is set", Chaos::set_clock),
            96 => ("nonsense is asked", Chaos::ask_nonsense),
            _ => ("what is due happens", |chaos| chaos.sim.settle()),
        };
        act(self);
        self.latest = self.latest.max(self.sim.now);
        what
    }

    /// Asks on behalf of anybody. None: it led to nothing.
    pub(super) fn ask(&mut self, command: Command) -> Option<Reply> {
        let person: Name = name(self.seeds.pick::<&str>(&PERSONS));
        let actors = [Actor::System, Actor::Link(person), Actor::Token("ci".into()), Actor::source("prometheus")];
        let (actor, before) = (self.seeds.pick(&actors).clone(), self.sim.journal.len());
        match self.sim.ask(actor, command.clone()) {
            Ok(reply) => Some(reply),
            Err(AskError::Refused(_)) => {
                assert_eq!(before, self.sim.journal.len(), "a refusal changes nothing: {command:?}");
                None
            }
            Err(AskError::Unavailable) => None,
        }
    }

    fn later(&self, by: SignedDuration) -> Instant {
        self.sim.now.saturating_add(by).expect("in range")
    }

    /// True: they got their answer.
    fn alerts(&mut self, which: &[(usize, u64)], ends: SignedDuration) -> bool {
        let (starts_at, ends_at) = (self.sim.now.min(self.later(ends)), self.later(ends));
        let incoming = which.iter().map(|(service, instance)| Incoming {
            labels: [
                ("alertname", "Stuck"),
                ("service", SERVICES[*service]),
                ("instance", &instance.to_string()),
                ("severity", ["SEV1", "SEV2", "SEV4"][(*service + *instance as usize) % 3]),
            ]
            .into_iter()
            .collect(),
            annotations: Labels::default(),
            starts_at: Some(starts_at),
            ends_at: Some(ends_at),
            generator_url: "".into(),
        });
        let incoming = incoming.collect();
        self.ask(Command::Alerts(incoming)).is_some()
    }

    fn fire(&mut self) {
        let mut batch = Vec::new();
        for _ in 0..=self.seeds.below(4) {
            batch.push((self.seeds.below(SERVICES.len() as u64) as usize, self.seeds.below(4)));
        }
        if self.alerts(&batch, LASTS) {
            self.firing.extend(&batch);
        }
    }

    fn resend(&mut self) {
        let all: Vec<_> = self.firing.iter().copied().collect();
        self.alerts(&all, LASTS);
    }

    fn resolve(&mut self) {
        let all: Vec<_> = self.firing.iter().copied().collect();
        if !all.is_empty() {
            let one = *self.seeds.pick(&all);
            if self.alerts(&[one], SignedDuration::from_secs(-1)) {
                self.firing.remove(&one);
            }
        }
    }

    fn pass_time(&mut self) {
        let seconds = if self.seeds.chance(80) { self.seeds.below(400) } else { self.seeds.below(20_000) };
        self.sim.advance(self.later(SignedDuration::from_secs(seconds as i64)));
    }

    fn answer(&mut self) {
        let open: Vec<IncidentId> = self.sim.world.incidents.open().map(|incident| incident.id).collect();
        if open.is_empty() {
            return;
        }
        let incident = *self.seeds.pick(&open);
        let by = name(self.seeds.pick::<&str>(&PERSONS));
        let page = self.sim.world.pages.pages_of(incident).next_back().map(|page| page.id);
        let command = match (self.seeds.below(7), page) {
            (0, _) => Command::Resolve { incident, reason: "mended".into() },
            (1, _) => Command::Reassign { incident, to: by, reason: "knows it".into() },
            (2 | 3, Some(page)) => Command::PassOn { page, by },
            (4, _) => {
                let severity = *self.seeds.pick(&Severity::ALL);
                Command::ChangeSeverity { incident, severity, reason: "looked at it".into() }
            }
            _ => Command::Acknowledge { incident, by, because: AcknowledgedBecause::Link },
        };
        self.ask(command);
    }

    fn break_a_contact(&mut self) {
        let person = name(self.seeds.pick::<&str>(&PERSONS));
        let contact = if self.seeds.chance(50) { "mail" } else { "hook" };
        let behaviours = [Behaviour::Delivers, Behaviour::Fails, Behaviour::Refuses];
        let contact = (person, contact.to_owned());
        // Some answer at once, some take longer than a step of the escalation waits.
        let seconds = if self.seeds.chance(50) { 0 } else { self.seeds.below(500) };
        self.sim.slow.insert(contact.clone(), SignedDuration::from_secs(seconds as i64));
        self.sim.contacts.insert(contact, *self.seeds.pick(&behaviours));
    }

    fn silence(&mut self) {
        self.silences += 1;
        let service = *self.seeds.pick(&SERVICES);
        let minutes = 1 + self.seeds.below(90) as i64;
        let silence = SilenceWish {
            id: None,
            matchers: vec![Matcher::new("service", MatchOp::Equal, service).expect("a valid matcher")],
            starts_at: None,
            ends_at: self.later(SignedDuration::from_mins(minutes)),
            created_by: "ana".into(),
            comment: "works on it".into(),
        };
        let id = format!("00000000-0000-4000-8000-{:012}", self.silences).into();
        self.ask(Command::SetSilence { silence, id });
    }

    fn cover(&mut self) {
        let (minutes, hours) = (self.seeds.below(300) as i64, 1 + self.seeds.below(9) as i64);
        let from = self.later(SignedDuration::from_mins(minutes));
        let until =
            from.saturating_add(SignedDuration::from_hours(hours + self.seeds.below(9) as i64)).expect("in range");
        let replace = self.seeds.chance(60).then(|| name(self.seeds.pick::<&str>(&PERSONS)));
        let change = Override { from, until, replace, with: name(self.seeds.pick::<&str>(&PERSONS)), layer: None };
        let rota = name("payments");
        if let Some(Reply::Override(id)) = self.ask(Command::AddOverride { rota: rota.clone(), change })
            && self.seeds.chance(30)
        {
            self.ask(Command::RemoveOverride { rota, id });
        }
    }

    fn change_estate(&mut self) {
        self.hands_over ^= self.seeds.chance(20);
        let text = match self.seeds.below(4) {
            0 => ESTATE.to_owned(),
            1 => ESTATE.replace("within: 5m", "within: 20s"),
            2 => ESTATE.replace("watch-only", "watch-alone"),
            _ => ESTATE.replace("members: [wen, mei]", "members: [mei]"),
        };
        self.load(text);
    }

    fn load(&mut self, text: String) {
        let text = if self.hands_over { super::handoff::handed_over(&text) } else { text };
        let files = vec![SourceFile { path: "estate.yaml".into(), text }];
        let digest = estate::digest(&files);
        self.ask(Command::LoadEstate { files, digest });
    }

    /// The process dies between any two of: commit, send, tell.
    fn crash_somewhere(&mut self) {
        self.sim.tick();
        let mut outcomes = self.sim.send();
        let told = self.seeds.below(outcomes.len() as u64 + 1) as usize;
        outcomes.drain(..told).collect::<Vec<_>>().into_iter().for_each(|outcome| self.sim.tell(outcome));
        self.sim.crash();
    }

    fn crash_at_message(&mut self) {
        self.sim.crash_at = Some(*self.seeds.pick(&[CrashAt::BeforeSending, CrashAt::AfterSending]));
    }

    fn set_clock(&mut self) {
        let minutes = SignedDuration::from_mins(self.seeds.below(360) as i64);
        if self.seeds.chance(50) {
            return self.sim.set_clock(minutes);
        }
        let least = self.latest.saturating_sub(BACK_MOST).expect("in range");
        let wanted = self.sim.now.saturating_sub(minutes).expect("in range").max(least);
        self.sim.set_clock(wanted.duration_since(self.sim.now).min(SignedDuration::ZERO));
    }

    /// What does not exist is refused.
    fn ask_nonsense(&mut self) {
        let incident = IncidentId(10_000 + self.seeds.below(10));
        let by = name("nobody-of-us");
        let because = AcknowledgedBecause::Api;
        let newest = self.sim.world.incidents.iter().next_back().map_or(incident, |newest| newest.id);
        let wishes = [
            Command::Acknowledge { incident, by: by.clone(), because },
            Command::Reassign { incident: newest, to: by.clone(), reason: "who?".into() },
            Command::PassOn { page: PageId(10_000), by },
            Command::RemoveOverride { rota: name("payments"), id: 10_000 },
            Command::ExpireSilence { id: "no-such-silence".into() },
            Command::Note { incident: newest, text: String::new() },
        ];
        for wish in wishes {
            let replied = self.ask(wish.clone());
            assert!(replied.is_none(), "it is not refused: {wish:?}");
        }
    }

    /// The disk has room, the clock is right, all contacts work, sources keep sending, and some hours pass.
    pub(super) fn recover(&mut self) {
        self.sim.journal_refuses = false;
        self.sim.crash_at = None;
        self.sim.contacts.clear();
        self.sim.slow.clear();
        self.sim.now = self.sim.now.max(self.latest).max(self.sim.world.at());
        self.sim.settle();
        let all: Vec<_> = self.firing.iter().copied().collect();
        assert!(self.alerts(&all, RECOVERY * 2), "a journal with room takes alerts");
        self.sim.advance(self.later(RECOVERY));
    }
}

pub(super) fn name(text: &str) -> Name {
    text.parse().expect("a valid name")
}
