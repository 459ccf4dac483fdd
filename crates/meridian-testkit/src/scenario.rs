//! The scenario language: an incident written as people tell it, played against the simulated Meridian.
//!
//! ```text
//! at 2026-03-09T09:00Z
//! alert payments-gateway severity=critical
//! tick 10 seconds
//! expect page tom via hook because IncidentOpened
//! ack tom
//! resolve payments-gateway severity=critical
//! tick 5 minutes
//! expect resolved tom via hook
//! ```
//!
//! | line | does |
//! | --- | --- |
//! | `at INSTANT` | sets the clock (first line) or lets time pass until then |
//! | `tick N seconds\|minutes\|hours\|days` | lets time pass |
//! | `alert NAME label=value … [expires in N UNIT]`, `resolve NAME label=value …` | a source reports |
//! | `contact PERSON CONTACT delivers\|fails\|refuses` | from now on |
//! | `contact PERSON CONTACT takes N UNIT` | so long with each message, from now on |
//! | `silence label=value for N UNIT`, `unsilence` | by `scenario`; ends the newest |
//! | `cover ROTA PERSON by PERSON for N UNIT` | an override from now on |
//! | `ask ROTA PERSON for N UNIT`, `take PERSON`, `undo PERSON` | who can take the watch; the newest request; the newest change |
//! | `sick PERSON for N UNIT`, `well PERSON` | from now on |
//! | `open SEVERITY ESCALATION TITLE` | a person opens an incident |
//! | `incident N` | what follows speaks of this one; else of the newest |
//! | `ack PERSON`, `pass PERSON`, `reassign PERSON`, `close`, `note TEXT`, `severity SEVERITY` | on the incident |
//! | `handoff read PERSON`, `handoff accept PERSON [emergency]`, `handoff refuse PERSON REASON` | on the newest handoff |
//! | `handoff note PERSON TEXT`, `handoff ask\|read-back PERSON ITEM TEXT`, `handoff answer PERSON ITEM N TEXT` | as one says it |
//! | `handoff owner\|contingency PERSON ITEM TEXT`, `handoff waive PERSON ITEM owner\|contingency REASON` | what an item must have |
//! | `promise N UNIT TEXT` | the next update on the incident |
//! | `refused LINE` | the line is refused, and changes nothing |
//! | `estate TEXT => TEXT` | the estate is reloaded with the first text replaced by the second everywhere |
//! | `crash` | the process dies and starts again |
//! | `crash at next message before\|after sending` | as soon as something is to be sent |
//! | `snapshot` | from now on a start folds from here |
//! | `journal refuses\|accepts` | the disk is full, or no more |
//! | `clock back\|forward N UNIT` | the machine's clock is set |
//! | `expect page\|update\|reminder\|resolved PERSON …` | the next message that nobody expected yet |
//! | … `via CONTACT` `because REASON` `as REASON` `at INSTANT` `attempt N` | over what, why this step, why this person, when, which attempt |
//! | `expect nothing` | no message is left over |
//! | `expect incident open\|acknowledged\|resolved`, `expect severity SEVERITY` | of the incident |
//! | `expect because REASON` | the newest step of the incident, e.g. of one that found nobody |
//! | `expect nobody TARGET because REASON` | what a step said of a target |
//! | `expect next PERSON…`, `expect next nobody` | who is paged if nobody answers |
//! | `expect responsible rota/ROTA PERSON… [because REASON]` | all of them in order, and why the first |
//! | `expect handoff open\|late\|accepted\|void` | the newest |
//! | `expect item KEY unstable\|watcher\|stable`, `expect no item KEY` | of its brief |
//! | `expect N incidents\|alerts` | that are open, that fire |
//!
//! `#` begins a comment. The first line that does not hold ends the scenario with its number and what was seen. At the
//! end no message may be left over.

mod change;
mod expect;
mod handoff;
mod line;
mod read;

use std::collections::VecDeque;

use meridian_core::{
    Command,
    estate::{self, SourceFile},
    id::{Actor, IncidentId},
};

use crate::sim::{Sent, Sim};

/// Plays the scenario on this estate.
pub fn play(estate_yaml: &str, scenario: &str) -> Result<Sim, String> {
    let mut play: Option<Play> = None;
    for (number, line) in scenario.lines().enumerate() {
        // Only at the beginning or after a space, because `rota/payments#secondary` is a target.
        let line = if line.starts_with('#') { "" } else { line.split(" #").next().unwrap_or_default().trim() };
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
    let mut play = play.ok_or("the scenario has no line")?;
    play.line(&["expect", "nothing"]).map_err(|why| format!("at the end: a message is left over: {why}"))?;
    Ok(play.sim)
}

struct Play {
    sim: Sim,
    estate: String,
    /// The incident that is spoken of; none: the newest.
    subject: Option<IncidentId>,
    /// How many messages were looked at.
    seen: usize,
    unexpected: VecDeque<Sent>,
    silences: u64,
}

type Told = Result<(), String>;

impl Play {
    fn begin(estate_yaml: &str, words: &[&str]) -> Result<Play, String> {
        let ["at", instant] = words else { return Err("the first line says `at INSTANT`".into()) };
        let sim = Sim::begin(read::instant(instant)?);
        let estate = String::new();
        let mut play = Play { sim, estate, subject: None, seen: 0, unexpected: VecDeque::new(), silences: 0 };
        play.load(estate_yaml.to_owned())?;
        Ok(play)
    }

    fn load(&mut self, text: String) -> Told {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: text.clone() }];
        if let Err(problems) = estate::load(&files) {
            return Err(problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
        }
        self.estate = text;
        let digest = estate::digest(&files);
        self.ask(Command::LoadEstate { files, digest })
    }

    fn ask(&mut self, command: Command) -> Told {
        self.sim.ask(Actor::System, command).map_err(|why| why.to_string())?;
        self.settle();
        Ok(())
    }

    fn settle(&mut self) {
        self.sim.settle();
        self.collect();
    }

    fn collect(&mut self) {
        self.unexpected.extend(self.sim.sent[self.seen..].iter().cloned());
        self.seen = self.sim.sent.len();
    }

    fn incident(&self) -> Result<IncidentId, String> {
        let newest = || self.sim.world.incidents.iter().next_back().map(|incident| incident.id);
        self.subject.or_else(newest).ok_or_else(|| "no incident yet".into())
    }
}
