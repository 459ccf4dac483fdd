//! The scenario language: an incident written as people tell it, played against the simulated Meridian.
//!
//! ```text
//! at 2026-03-09T06:55Z
//! alert payments-gateway severity=critical
//! expect page wen via hook because IncidentOpened
//! tick 5 minutes
//! expect page tom because StepTimedOut
//! ack tom
//! resolve payments-gateway
//! tick 5 minutes
//! expect resolved tom via mail
//! expect nothing
//! ```
//!
//! | line | does |
//! | --- | --- |
//! | `at INSTANT` | sets the clock (first line) or lets time pass until then |
//! | `tick N seconds\|minutes\|hours` | lets time pass |
//! | `alert NAME label=value …`, `resolve NAME label=value …` | a source reports |
//! | `contact PERSON CONTACT delivers\|fails\|refuses` | from now on |
//! | `silence label=value for N minutes` | by `scenario` |
//! | `ack PERSON`, `pass PERSON`, `reassign PERSON`, `close` | on the newest incident |
//! | `crash` | the process dies and starts again |
//! | `expect page\|update\|reminder\|resolved PERSON [via CONTACT] [because REASON]` | the next message that nobody expected yet |
//! | `expect nothing` | no message is left over |
//! | `expect incident open\|acknowledged\|resolved` | of the newest incident |
//! | `expect because REASON` | the newest step of the newest incident, e.g. of one that found nobody |
//!
//! `#` begins a comment. The first line that does not hold ends the scenario with its number and what was seen.

use std::collections::VecDeque;

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    alert::{Incoming, Labels, MatchOp, Matcher},
    command::SilenceWish,
    estate::{self, SourceFile},
    id::{Actor, IncidentId, Name},
    incident::{AcknowledgedBecause, What},
    page::{Notice, PageFact},
};

use crate::sim::{Behaviour, Sent, Sim};

/// Plays the scenario on this estate.
pub fn play(estate_yaml: &str, scenario: &str) -> Result<Sim, String> {
    let mut play: Option<Play> = None;
    for (number, line) in scenario.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default().trim();
        if line.is_empty() {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        let told = match &mut play {
            None => Play::begin(estate_yaml, &words).map(|begun| play = Some(begun)),
            Some(play) => play.line(&words),
        };
        told.map_err(|why| format!("line {}: `{line}`: {why}", number + 1))?;
    }
    play.map(|play| play.sim).ok_or_else(|| "the scenario has no line".into())
}

struct Play {
    sim: Sim,
    /// How many messages were looked at.
    seen: usize,
    unexpected: VecDeque<Sent>,
    silences: u64,
}

type Told = Result<(), String>;

impl Play {
    fn begin(estate_yaml: &str, words: &[&str]) -> Result<Play, String> {
        let ["at", instant] = words else { return Err("the first line says `at INSTANT`".into()) };
        let mut sim = Sim::begin(parse_instant(instant)?);
        let files = vec![SourceFile { path: "estate.yaml".into(), text: estate_yaml.into() }];
        if let Err(problems) = estate::load(&files) {
            return Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
        let digest = estate::digest(&files);
        sim.ask(Actor::System, Command::LoadEstate { files, digest }).map_err(|why| why.to_string())?;
        Ok(Play { sim, seen: 0, unexpected: VecDeque::new(), silences: 0 })
    }

    fn line(&mut self, words: &[&str]) -> Told {
        match words {
            ["at", instant] => self.until(parse_instant(instant)?),
            ["tick", count, unit] => {
                let by = parse_duration(count, unit)?;
                self.until(self.sim.now.checked_add(by).map_err(|why| why.to_string())?)
            }
            ["alert", name, labels @ ..] => self.report(name, labels, Some(SignedDuration::from_hours(24 * 365))),
            ["resolve", name, labels @ ..] => self.report(name, labels, Some(SignedDuration::from_secs(-1))),
            ["contact", person, contact, does] => self.contact(person, contact, does),
            ["silence", label, "for", count, unit] => self.silence(label, parse_duration(count, unit)?),
            ["ack", person] => {
                let (incident, by) = (self.newest()?, name(person)?);
                self.ask(Command::Acknowledge { incident, by, because: AcknowledgedBecause::Link })
            }
            ["pass", person] => {
                let by = name(person)?;
                let of = self.sim.world.pages.pages_of(self.newest()?).rev().find(|page| page.person == by);
                let page = of.ok_or("that person has no page")?.id;
                self.ask(Command::PassOn { page, by })
            }
            ["reassign", person] => {
                let (incident, to) = (self.newest()?, name(person)?);
                self.ask(Command::Reassign { incident, to, reason: "scenario".into() })
            }
            ["close"] => {
                let incident = self.newest()?;
                self.ask(Command::Resolve { incident, reason: "scenario".into() })
            }
            ["crash"] => {
                self.sim.crash();
                self.settle();
                Ok(())
            }
            ["expect", rest @ ..] => self.expect(rest),
            _ => Err("no such line; see the module's table".into()),
        }
    }

    fn settle(&mut self) {
        self.sim.settle();
        self.collect();
    }

    fn collect(&mut self) {
        self.unexpected.extend(self.sim.sent[self.seen..].iter().cloned());
        self.seen = self.sim.sent.len();
    }

    fn until(&mut self, instant: Instant) -> Told {
        self.sim.advance(instant);
        self.collect();
        Ok(())
    }

    fn ask(&mut self, command: Command) -> Told {
        self.sim.ask(Actor::System, command).map_err(|why| why.to_string())?;
        self.settle();
        Ok(())
    }

    fn newest(&self) -> Result<IncidentId, String> {
        self.sim.world.incidents.iter().next_back().map(|incident| incident.id).ok_or_else(|| "no incident yet".into())
    }

    fn report(&mut self, alertname: &str, labels: &[&str], ends: Option<SignedDuration>) -> Told {
        let mut pairs: Vec<(Box<str>, Box<str>)> = vec![("alertname".into(), alertname.into())];
        for label in labels {
            let (name, value) = label.split_once('=').ok_or_else(|| format!("`{label}` is no label=value"))?;
            pairs.push((name.into(), value.into()));
        }
        let incoming = Incoming {
            labels: Labels::new(pairs),
            annotations: Labels::default(),
            starts_at: Some(self.sim.now),
            ends_at: ends.and_then(|ends| self.sim.now.checked_add(ends).ok()),
            generator_url: "".into(),
        };
        self.ask(Command::Alerts(vec![incoming]))
    }

    fn contact(&mut self, person: &str, contact: &str, does: &str) -> Told {
        let behaviour = match does {
            "delivers" => Behaviour::Delivers,
            "fails" => Behaviour::Fails,
            "refuses" => Behaviour::Refuses,
            _ => return Err("a contact delivers, fails or refuses".into()),
        };
        self.sim.contacts.insert((name(person)?, contact.to_owned()), behaviour);
        Ok(())
    }

    fn silence(&mut self, label: &str, duration: SignedDuration) -> Told {
        let (label, value) = label.split_once('=').ok_or("a silence needs label=value")?;
        let matcher = Matcher::new(label, MatchOp::Equal, value).map_err(|why| why.to_string())?;
        self.silences += 1;
        let silence = SilenceWish {
            id: None,
            matchers: vec![matcher],
            starts_at: None,
            ends_at: self.sim.now.checked_add(duration).map_err(|why| why.to_string())?,
            created_by: "scenario".into(),
            comment: "scenario".into(),
        };
        let id = format!("00000000-0000-4000-8000-{:012}", self.silences).into();
        self.ask(Command::SetSilence { silence, id })
    }

    fn expect(&mut self, words: &[&str]) -> Told {
        match words {
            ["nothing"] => match self.unexpected.front() {
                None => Ok(()),
                Some(sent) => Err(format!("{}", tell(sent))),
            },
            ["incident", status] => {
                let newest = self.newest()?;
                let is = self.sim.world.incidents.get(newest).map(|incident| incident.status().word());
                if is == Some(status) { Ok(()) } else { Err(format!("it is {}", is.unwrap_or("gone"))) }
            }
            ["because", reason] => {
                let because = self.because(self.newest()?, None).unwrap_or_default();
                if because == *reason { Ok(()) } else { Err(format!("the newest step is because {because}")) }
            }
            [kind @ ("page" | "update" | "reminder" | "resolved"), person, rest @ ..] => {
                self.message(kind, person, rest)
            }
            _ => Err("nothing like that can be expected; see the module's table".into()),
        }
    }

    fn message(&mut self, kind: &str, person: &str, rest: &[&str]) -> Told {
        let sent = self.unexpected.pop_front().ok_or("no message was sent")?;
        let is = match &sent.notice {
            None => "page",
            Some(Notice::Update { .. }) => "update",
            Some(Notice::Reminder) => "reminder",
            Some(Notice::Resolved) => "resolved",
        };
        let (via, because) = match rest {
            [] => (None, None),
            ["via", contact] => (Some(*contact), None),
            ["because", reason] => (None, Some(*reason)),
            ["via", contact, "because", reason] => (Some(*contact), Some(*reason)),
            _ => return Err("after the person come `via CONTACT` and `because REASON`".into()),
        };
        let reason = self.because(sent.incident, Some(&sent)).unwrap_or_default();
        let fits = is == kind
            && sent.person.as_str() == person
            && via.is_none_or(|via| via == sent.contact)
            && because.is_none_or(|because| because == reason);
        if fits { Ok(()) } else { Err(format!("the next message was: {} because {reason}", tell(&sent))) }
    }

    /// The reason of the step that opened the page of this message, else of the newest step.
    fn because(&self, incident: IncidentId, sent: Option<&Sent>) -> Option<String> {
        let page = sent.and_then(|sent| self.sim.world.pages.delivery(sent.delivery)).map(|delivery| delivery.page);
        let mut newest = None;
        for moment in &self.sim.world.incidents.get(incident)?.timeline {
            match &moment.what {
                What::Page(PageFact::Stepped { because, .. } | PageFact::Exhausted { because, .. }) => {
                    newest = Some(format!("{because:?}"));
                }
                What::Page(PageFact::Opened { page: opened, .. }) if Some(*opened) == page => break,
                _ => {}
            }
        }
        newest.map(|reason| reason.split([' ', '{']).next().unwrap_or_default().to_owned())
    }
}

fn tell(sent: &Sent) -> String {
    let kind = sent.notice.as_ref().map_or("page".to_owned(), |notice| format!("{notice:?}").to_lowercase());
    format!("{kind} {} via {} at {} (attempt {})", sent.person, sent.contact, sent.at, sent.attempt)
}

fn name(text: &str) -> Result<Name, String> {
    text.parse().map_err(|why: meridian_core::id::NameError| why.to_string())
}

fn parse_instant(text: &str) -> Result<Instant, String> {
    text.parse().map_err(|why| format!("`{text}` is no instant: {why}"))
}

fn parse_duration(count: &str, unit: &str) -> Result<SignedDuration, String> {
    let count: i64 = count.parse().map_err(|_| format!("`{count}` is no number"))?;
    match unit.trim_end_matches('s') {
        "second" => Ok(SignedDuration::from_secs(count)),
        "minute" => Ok(SignedDuration::from_mins(count)),
        "hour" => Ok(SignedDuration::from_hours(count)),
        _ => Err(format!("`{unit}` is none of seconds, minutes, hours")),
    }
}
