//! The timeline of an incident in words: when, what, why, by whom.

use std::collections::BTreeMap;

use meridian_core::{
    Fact,
    chain::breach::ChainFact,
    finding::FindingFact,
    id::{Actor, DeliveryId},
    incident::{AcknowledgedBecause, IncidentFact, IncidentResolvedBecause, Moment, OpenedBecause},
    page::{PageFact, Planned},
};
use serde_json::Value;

use super::{
    output::Output,
    table::{Cell, Table, Tone},
};

/// Whom a delivery goes to, and through which contact: told only when it was planned.
type Deliveries = BTreeMap<DeliveryId, String>;

/// A moment, told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    what: String,
    because: String,
    tone: Tone,
}

fn told(what: impl Into<String>, because: impl Into<String>) -> Told {
    Told { what: what.into(), because: because.into(), tone: Tone::Plain }
}

impl Told {
    fn tone(self, tone: Tone) -> Told {
        Told { tone, ..self }
    }
}

/// What this version does not know is shown as it came.
pub(super) fn table(out: &Output, moments: &Value) -> Table {
    // The words stand last, because a note may be long.
    let mut table = Table::new(["AT", "BY", "WHAT"]);
    let mut deliveries = Deliveries::new();
    for raw in moments.as_array().into_iter().flatten() {
        let at = out.instant(raw["at"].as_str().unwrap_or_default());
        let (told, by) = match serde_json::from_value::<Moment>(raw.clone()) {
            Ok(moment) => (tell(out, &mut deliveries, moment.fact()), by(&moment.actor)),
            Err(_) => (told(raw["what"].to_string(), ""), raw["actor"].as_str().unwrap_or_default().to_owned()),
        };
        let because = if told.because.is_empty() { String::new() } else { format!(", because {}", told.because) };
        table.row([at.into(), by.into(), Cell::new(told.what + &because, told.tone)]);
    }
    table
}

fn by(actor: &Actor) -> String {
    match actor {
        Actor::System => String::new(),
        Actor::Account(name) => name.to_string(),
        Actor::Link(name) => format!("{name}, by link"),
        Actor::Token(name) => format!("token {name}"),
        Actor::Source(name) => format!("source {name}"),
    }
}

fn tell(out: &Output, deliveries: &mut Deliveries, fact: &Fact) -> Told {
    match fact {
        Fact::Incident(fact) => incident(fact),
        Fact::Page(fact) => page(out, deliveries, fact),
        Fact::Chain(ChainFact::Breached { breach, .. } | ChainFact::Counted { breach, .. }) => {
            told(breach.words(), "").tone(Tone::Bad)
        }
        Fact::Chain(ChainFact::Cleared { key, .. }) => told(key.cleared(), "").tone(Tone::Good),
        Fact::Finding(fact) => finding(fact),
        other => told(other.name(), ""),
    }
}

fn finding(fact: &FindingFact) -> Told {
    match fact {
        FindingFact::Made { finding, found, .. } => {
            told(format!("finding {finding}, chain {}: {}", found.at.chain, found.words()), found.note.as_str())
        }
        FindingFact::Withdrawn { finding, reason, .. } => {
            told(format!("finding {finding} is withdrawn"), reason.as_str())
        }
    }
}

fn incident(fact: &IncidentFact) -> Told {
    match fact {
        IncidentFact::Opened { severity, because, .. } => {
            let why = match because {
                OpenedBecause::AlertsFired { alerts, .. } => count(alerts.len(), "alert fired", "alerts fired"),
                OpenedBecause::ByHand => "a person said so".into(),
                OpenedBecause::HandoffLate { handoff } => format!("handoff {handoff} was not accepted in time"),
                OpenedBecause::ChainBreached { breach } => format!("something is wrong with chain {}", breach.chain),
            };
            told(format!("opened as {severity}"), why).tone(Tone::Bad)
        }
        IncidentFact::Reopened { alerts, .. } => {
            let why = match alerts.len() {
                0 => "something is wrong with its chain again".to_owned(),
                n => count(n, "alert fires again", "alerts fire again"),
            };
            told("reopened", why).tone(Tone::Bad)
        }
        IncidentFact::AlertsChanged { joined, left, .. } => {
            let parts = [(joined.len(), "joined"), (left.len(), "resolved")];
            let parts = parts.iter().filter(|(n, _)| *n > 0);
            let said: Vec<String> = parts.map(|(n, verb)| format!("{} {verb}", count(*n, "alert", "alerts"))).collect();
            told(said.join(", "), "")
        }
        IncidentFact::Reminded { .. } => told("reminder to those who know", "it still fires"),
        IncidentFact::Acknowledged { by, because, .. } => {
            let through = match because {
                AcknowledgedBecause::Link => "through the link of a message",
                AcknowledgedBecause::Page => "on the page",
                AcknowledgedBecause::Api => "through the API",
                AcknowledgedBecause::Source => "at its source",
                AcknowledgedBecause::Handoff => "with the watch",
            };
            told(format!("acknowledged by {by} {through}"), "").tone(Tone::Good)
        }
        IncidentFact::Noted { text, .. } => told(format!("note: {text}"), ""),
        IncidentFact::HandedOver { to, handoff, .. } => {
            told(format!("handed over to {to}"), format!("handoff {handoff} was accepted"))
        }
        IncidentFact::Promised { due, what, .. } => told(format!("promised by {due}: {what}"), ""),
        IncidentFact::Reassigned { to, reason, .. } => told(format!("given to {to}"), reason),
        IncidentFact::Released { person, because, .. } => {
            let why = format!("{person} {}", because.words());
            told(format!("waits for somebody again, {person} had it"), why).tone(Tone::Bad)
        }
        IncidentFact::SeverityChanged { severity, reason, .. } => told(format!("severity is {severity} now"), reason),
        IncidentFact::Resolved { because, .. } => {
            let why = match because {
                IncidentResolvedBecause::AllAlertsResolved => "none of its alerts fires any more",
                IncidentResolvedBecause::HandoffEnded { .. } => "the handoff is over",
                IncidentResolvedBecause::BreachesCleared => "nothing is wrong any more with its messages",
                IncidentResolvedBecause::ByHand { reason } => reason,
            };
            told("resolved", why).tone(Tone::Good)
        }
    }
}

fn page(out: &Output, deliveries: &mut Deliveries, fact: &PageFact) -> Told {
    match fact {
        PageFact::Stepped { round, step, because, nobody, until, .. } => {
            let round = if *round > 0 { format!(" of round {}", round + 1) } else { String::new() };
            let mut what = format!("step {}{round}, until {}", step + 1, out.instant(&until.to_string()));
            for (target, why) in nobody {
                what += &format!("; {target} found nobody: {}", why.words());
            }
            told(what, because.words()).tone(if nobody.is_empty() { Tone::Plain } else { Tone::Warn })
        }
        PageFact::Held { because, until, .. } => {
            told(format!("nobody further is paged, until {}", out.instant(&until.to_string())), because.words())
        }
        PageFact::Exhausted { because, .. } => {
            told("everybody was tried and nobody answered", because.words()).tone(Tone::Bad)
        }
        PageFact::Opened { page, person, because, deliveries: planned, .. } => {
            plan(deliveries, planned, &format!("to {person}"));
            told(format!("page {page} to {person}{}", ways(planned)), because.words())
        }
        PageFact::Noticed { page, notice, deliveries: planned, .. } => {
            plan(deliveries, planned, &format!("about page {page}"));
            told(format!("quiet message about page {page}{}", ways(planned)), notice.words())
        }
        PageFact::DeliveryStarted { delivery, attempt } => {
            told(format!("{}: try {attempt}", named(deliveries, *delivery)), "")
        }
        PageFact::DeliverySucceeded { delivery, receipt, .. } => {
            told(format!("{}: sent, answer {receipt:?}", named(deliveries, *delivery)), "")
        }
        PageFact::DeliveryFailed { delivery, error, retry_at, .. } => {
            let then =
                retry_at.map_or_else(|| "given up".into(), |at| format!("again at {}", out.instant(&at.to_string())));
            told(format!("{}: failed, {then}", named(deliveries, *delivery)), &**error).tone(Tone::Warn)
        }
        PageFact::DeliveryCancelled { deliveries: cancelled, because } => {
            let names: Vec<String> = cancelled.iter().map(|id| named(deliveries, *id)).collect();
            told(format!("not needed any more: {}", names.join(", ")), because.words())
        }
    }
}

fn plan(deliveries: &mut Deliveries, planned: &[Planned], whom: &str) {
    deliveries.extend(planned.iter().map(|one| (one.delivery, format!("{} {whom}", one.contact))));
}

/// The contacts in the order of their time.
fn ways(planned: &[Planned]) -> String {
    let names: Vec<&str> = planned.iter().map(|one| &*one.contact).collect();
    if names.is_empty() { ", who has no way to be reached".into() } else { format!(" by {}", names.join(", then ")) }
}

fn named(deliveries: &Deliveries, delivery: DeliveryId) -> String {
    deliveries.get(&delivery).cloned().unwrap_or_else(|| format!("delivery {delivery}"))
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use meridian_core::fact::{Fact, samples::every_fact};
    use serde_json::json;

    use super::*;
    use crate::cli::client::output::Form;

    #[test]
    fn a_timeline_is_told() {
        let now = "2026-03-17T18:30:00Z".parse().unwrap();
        let out = Output { form: Form::People, color: false, now };
        let moments = json!([
            { "seq": 1, "at": "2026-03-17T14:00:00Z", "actor": "system", "what": { "Incident": { "incident.opened": {
                "incident": 1, "title": "t", "severity": "SEV2", "escalation": "payments", "because": "ByHand" } } } },
            { "seq": 2, "at": "2026-03-17T14:00:00Z", "actor": "system", "what": { "Page": { "page.opened": {
                "page": 1, "incident": 1, "person": "wen", "urgency": "high",
                "because": { "OnWatch": { "rota": "payments", "layer": "hong-kong", "role": "primary" } },
                "deliveries": [{ "delivery": 1, "contact": "phone", "technology": "twilio", "due": "2026-03-17T14:00:00Z" }] } } } },
            { "seq": 3, "at": "2026-03-17T14:00:01Z", "actor": "system", "what": { "Page": { "delivery.failed": {
                "delivery": 1, "attempt": 1, "error": "busy", "retry_at": "2026-03-17T14:00:31Z" } } } },
            { "seq": 4, "at": "2026-03-17T14:02:00Z", "actor": "link:wen", "what": { "Incident": { "incident.acknowledged": {
                "incident": 1, "by": "wen", "because": "Link" } } } },
            { "seq": 5, "at": "2026-03-17T14:03:00Z", "actor": "token:new", "what": { "Later": { "kind": 1 } } },
        ]);
        let expected = "AT            BY            WHAT
14:00:00 UTC                opened as SEV2, because a person said so
14:00:00 UTC                page 1 to wen by phone, because on watch for payments (hong-kong)
14:00:01 UTC                phone to wen: failed, again at 14:00:31 UTC, because busy
14:02:00 UTC  wen, by link  acknowledged by wen through the link of a message
14:03:00 UTC  token:new     {\"Later\":{\"kind\":1}}
";
        assert_eq!(table(&out, &moments).aligned(false), expected);
    }

    #[test]
    fn every_fact_has_words() {
        let out = Output { form: Form::People, color: false, now: meridian_core::Instant::UNIX_EPOCH };
        let mut deliveries = Deliveries::new();
        for fact in every_fact() {
            if matches!(fact, Fact::Incident(_) | Fact::Page(_)) {
                assert_ne!(tell(&out, &mut deliveries, &fact).what, fact.name(), "{fact:?}");
            }
        }
    }
}
