//! What each line does.

use jiff::SignedDuration;
use meridian_core::{
    Command, Instant,
    alert::{Incoming, Labels, MatchOp, Matcher},
    command::SilenceWish,
    estate::Override,
    incident::AcknowledgedBecause,
};

use super::{
    Play, Told,
    read::{self, duration, name},
};
use crate::sim::{Behaviour, CrashAt};

impl Play {
    pub(super) fn line(&mut self, words: &[&str]) -> Told {
        match words {
            ["at", instant] => self.until(read::instant(instant)?),
            ["tick", count, unit] => {
                let by = duration(count, unit)?;
                self.until(self.sim.now.checked_add(by).map_err(|why| why.to_string())?)
            }
            ["alert", name, labels @ .., "expires", "in", count, unit] => {
                self.report(name, labels, duration(count, unit)?)
            }
            ["alert", name, labels @ ..] => self.report(name, labels, SignedDuration::from_hours(24 * 365)),
            ["resolve", name, labels @ ..] => self.report(name, labels, SignedDuration::from_secs(-1)),
            ["expect", rest @ ..] => self.expect(rest),
            ["refused", line @ ..] => match self.line(line) {
                Err(_) => Ok(()),
                Ok(()) => Err("it was not refused".into()),
            },
            ["estate", change @ ..] => self.change_estate(&change.join(" ")),
            ["incident", number] => {
                self.subject = Some(meridian_core::id::IncidentId(read::number(number)?));
                self.sim.world.incidents.get(self.incident()?).map(|_| ()).ok_or_else(|| "there is none".into())
            }
            _ => self
                .circumstance(words)
                .or_else(|| self.person_does(words))
                .unwrap_or_else(|| Err("no such line; see the module's table".into())),
        }
    }

    /// What happens to Meridian itself.
    fn circumstance(&mut self, words: &[&str]) -> Option<Told> {
        match words {
            ["contact", person, contact, does] => return Some(self.contact(person, contact, does)),
            ["contact", person, contact, "takes", count, unit] => {
                return Some(name(person).and_then(|person| {
                    self.sim.slow.insert((person, (*contact).to_owned()), duration(count, unit)?);
                    Ok(())
                }));
            }
            ["crash"] => self.sim.crash(),
            ["crash", "at", "next", "message", "before", "sending"] => self.sim.crash_at = Some(CrashAt::BeforeSending),
            ["crash", "at", "next", "message", "after", "sending"] => self.sim.crash_at = Some(CrashAt::AfterSending),
            ["snapshot"] => self.sim.snapshot(),
            ["journal", "refuses"] => self.sim.journal_refuses = true,
            ["journal", "accepts"] => self.sim.journal_refuses = false,
            ["clock", way @ ("back" | "forward"), count, unit] => match duration(count, unit) {
                Ok(by) => self.sim.set_clock(if *way == "back" { -by } else { by }),
                Err(why) => return Some(Err(why)),
            },
            _ => return None,
        }
        self.settle();
        Some(Ok(()))
    }

    fn person_does(&mut self, words: &[&str]) -> Option<Told> {
        let command = match words {
            ["ack", person] => self.acknowledge(person),
            ["pass", person] => self.pass(person),
            ["reassign", person] => self.reassign(person),
            ["close"] => self.incident().map(|incident| Command::Resolve { incident, reason: "scenario".into() }),
            ["note", text @ ..] => self.incident().map(|incident| Command::Note { incident, text: text.join(" ") }),
            ["severity", severity] => self.severity(severity),
            ["open", severity, escalation, title @ ..] => open(severity, escalation, title),
            ["handoff", rest @ ..] => self.hand_over(rest),
            ["promise", count, unit, what @ ..] => {
                duration(count, unit).and_then(|by| self.promise(by, &what.join(" ")))
            }
            ["silence", label, "for", count, unit] => duration(count, unit).and_then(|by| self.silence(label, by)),
            ["unsilence"] => Ok(Command::ExpireSilence { id: self.silence_id() }),
            ["cover", rota, absent, "by", with, "for", count, unit] => {
                duration(count, unit).and_then(|by| self.cover(rota, absent, with, by))
            }
            other => return self.changes_watch(other),
        };
        Some(command.and_then(|command| self.ask(command)))
    }

    fn until(&mut self, instant: Instant) -> Told {
        self.sim.advance(instant);
        self.collect();
        Ok(())
    }

    fn report(&mut self, alertname: &str, labels: &[&str], ends: SignedDuration) -> Told {
        let incoming = Incoming {
            labels: read::labels(alertname, labels)?,
            annotations: Labels::default(),
            starts_at: Some(self.sim.now.min(self.sim.now.saturating_add(ends).unwrap_or(self.sim.now))),
            ends_at: self.sim.now.checked_add(ends).ok(),
            generator_url: "".into(),
        };
        self.ask(Command::Alerts(vec![incoming]))
    }

    fn change_estate(&mut self, change: &str) -> Told {
        let (from, to) = change.split_once(" => ").ok_or("it is written `estate TEXT => TEXT`")?;
        if !self.estate.contains(from) {
            return Err(format!("the estate has no `{from}`"));
        }
        self.load(self.estate.replace(from, to))
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

    fn acknowledge(&mut self, person: &str) -> Result<Command, String> {
        let (incident, by) = (self.incident()?, name(person)?);
        Ok(Command::Acknowledge { incident, by, because: AcknowledgedBecause::Link })
    }

    fn pass(&mut self, person: &str) -> Result<Command, String> {
        let by = name(person)?;
        let of = self.sim.world.pages.pages_of(self.incident()?).rev().find(|page| page.person == by);
        Ok(Command::PassOn { page: of.ok_or("that person has no page")?.id, by })
    }

    fn reassign(&mut self, person: &str) -> Result<Command, String> {
        Ok(Command::Reassign { incident: self.incident()?, to: name(person)?, reason: "scenario".into() })
    }

    fn severity(&mut self, severity: &str) -> Result<Command, String> {
        let (incident, severity) = (self.incident()?, read::severity(severity)?);
        Ok(Command::ChangeSeverity { incident, severity, reason: "scenario".into() })
    }

    fn silence_id(&self) -> Box<str> {
        format!("00000000-0000-4000-8000-{:012}", self.silences).into()
    }

    fn silence(&mut self, label: &str, duration: SignedDuration) -> Result<Command, String> {
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
        Ok(Command::SetSilence { silence, id: self.silence_id() })
    }

    fn cover(&mut self, rota: &str, absent: &str, with: &str, by: SignedDuration) -> Result<Command, String> {
        let until = self.sim.now.checked_add(by).map_err(|why| why.to_string())?;
        let (replace, with) = (Some(name(absent)?), name(with)?);
        let change = Override { from: self.sim.now, until, replace, with, layer: None };
        Ok(Command::AddOverride { rota: name(rota)?, change })
    }
}

fn open(severity: &str, escalation: &str, title: &[&str]) -> Result<Command, String> {
    let (severity, escalation) = (read::severity(severity)?, name(escalation)?);
    Ok(Command::OpenIncident { title: title.join(" "), severity, escalation })
}
