//! What is expected, and what was seen instead.

use meridian_core::{
    Fact,
    id::IncidentId,
    incident::{Incident, Moment},
    page::{Notice, PageFact},
};

use super::{
    Play, Told,
    read::{self, number},
};
use crate::sim::Sent;

impl Play {
    pub(super) fn expect(&mut self, words: &[&str]) -> Told {
        let world = &self.sim.world;
        match words {
            ["nothing"] => match self.unexpected.front() {
                None => Ok(()),
                Some(sent) => Err(self.tell(sent)),
            },
            ["responsible", target, rest @ ..] => self.responsible(target, rest),
            ["handoff", standing] => same(standing, self.newest_handoff()?.standing(self.sim.now).word()),
            ["item", key, severity] => same(severity, self.item(key)?.ok_or("the brief has no such item")?.word()),
            ["no", "item", key] => match self.item(key)? {
                None => Ok(()),
                Some(severity) => Err(format!("it is there, {}", severity.word())),
            },
            ["incident", status] => same(status, self.of_incident(|incident| incident.status().word())?),
            ["severity", severity] => same(severity, self.of_incident(|incident| incident.severity.word())?),
            ["because", reason] => same(reason, &self.because(self.incident()?, None).unwrap_or_default()),
            ["nobody", target, "because", reason] => {
                let said = self.said_of(target);
                match said.iter().any(|said| said == reason) {
                    true => Ok(()),
                    false => Err(format!("of {target} it was said: {said:?}")),
                }
            }
            ["next", persons @ ..] => {
                let next = world.next_paged(self.incident()?).map(|next| next.persons).unwrap_or_default();
                let next: Vec<&str> = next.iter().map(|person| person.as_str()).collect();
                let next = if next.is_empty() { vec!["nobody"] } else { next };
                if next == persons { Ok(()) } else { Err(format!("next is {}", next.join(" "))) }
            }
            [count, "incidents" | "incident"] => same(count, &world.incidents.open_count().to_string()),
            [count, "alerts" | "alert"] => same(count, &world.alerts.active_count().to_string()),
            [kind @ ("page" | "update" | "reminder" | "resolved"), person, rest @ ..] => {
                self.message(kind, person, rest)
            }
            _ => Err("nothing like that can be expected; see the module's table".into()),
        }
    }

    fn of_incident(&self, ask: impl FnOnce(&Incident) -> &'static str) -> Result<&'static str, String> {
        self.sim.world.incidents.get(self.incident()?).map(ask).ok_or_else(|| "the incident is gone".into())
    }

    fn message(&mut self, kind: &str, person: &str, rest: &[&str]) -> Told {
        let sent = self.unexpected.pop_front().ok_or("no message was sent")?;
        let mut fits = kind_of(&sent) == kind && sent.person.as_str() == person;
        let mut rest = rest;
        while let [key, value, more @ ..] = rest {
            fits &= match *key {
                "via" => sent.contact == *value,
                "because" => self.because(sent.incident, Some(&sent)).is_some_and(|reason| reason == *value),
                "as" => self.paged_as(&sent).is_some_and(|reason| reason == *value),
                "at" => sent.at == read::instant(value)?,
                "attempt" => sent.attempt == number::<u32>(value)?,
                _ => return Err(format!("`{key}` is none of via, because, as, at, attempt")),
            };
            rest = more;
        }
        if !rest.is_empty() {
            return Err(format!("`{}` has no value", rest.join(" ")));
        }
        if fits { Ok(()) } else { Err(format!("the next message was: {}", self.tell(&sent))) }
    }

    /// The reason of the step that opened the page of this message, else of the newest step.
    fn because(&self, incident: IncidentId, sent: Option<&Sent>) -> Option<String> {
        let page = sent.and_then(|sent| self.sim.world.pages.delivery(sent.delivery)).map(|delivery| delivery.page);
        let mut newest = None;
        for moment in &self.sim.world.incidents.get(incident)?.timeline {
            match moment.fact() {
                Fact::Page(PageFact::Stepped { because, .. } | PageFact::Exhausted { because, .. }) => {
                    newest = Some(variant(because));
                }
                Fact::Page(PageFact::Opened { page: opened, .. }) if Some(*opened) == page => break,
                _ => {}
            }
        }
        newest
    }

    fn paged_as(&self, sent: &Sent) -> Option<String> {
        let pages = &self.sim.world.pages;
        Some(variant(&pages.page(pages.delivery(sent.delivery)?.page)?.because))
    }

    fn said_of(&self, target: &str) -> Vec<String> {
        let incident = self.incident().ok().and_then(|id| self.sim.world.incidents.get(id));
        let facts = incident.into_iter().flat_map(|incident| &incident.timeline).map(Moment::fact);
        let steps = facts.filter_map(|what| match what {
            Fact::Page(PageFact::Stepped { nobody, .. }) => Some(nobody),
            _ => None,
        });
        steps.flatten().filter(|(of, _)| of.to_string() == target).map(|(_, why)| variant(why)).collect()
    }

    fn tell(&self, sent: &Sent) -> String {
        let (because, paged) = (self.because(sent.incident, Some(sent)), self.paged_as(sent));
        let (because, paged) = (because.unwrap_or_default(), paged.unwrap_or_default());
        let Sent { person, contact, at, attempt, .. } = sent;
        format!("{} {person} via {contact} because {because} as {paged} at {at} attempt {attempt}", kind_of(sent))
    }
}

fn kind_of(sent: &Sent) -> &'static str {
    match &sent.notice {
        None => "page",
        Some(Notice::Update { .. }) => "update",
        Some(Notice::Reminder) => "reminder",
        Some(Notice::Resolved) => "resolved",
    }
}

fn same(expected: &str, is: &str) -> Told {
    if expected == is { Ok(()) } else { Err(format!("it is {is}")) }
}

/// `StepTimedOut`, `PassedOn`: the reason without what it carries.
pub(super) fn variant(reason: &impl std::fmt::Debug) -> String {
    format!("{reason:?}").split([' ', '{', '(']).next().unwrap_or_default().to_owned()
}
