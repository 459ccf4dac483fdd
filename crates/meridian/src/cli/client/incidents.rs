//! `meridian incident …`.

use std::cmp::{Ordering, Reverse};

use meridian_core::id::Name;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    args::IncidentCommand,
    failure::Failure,
    output::{Form, Output, Usual},
    server::Answer,
    table::{Cell, Table, Tone, clean},
    text_or_stdin, timeline,
};

/// An incident, as the API gives it.
#[derive(Deserialize)]
pub(super) struct Incident {
    incident: u64,
    title: String,
    severity: String,
    pub(super) status: String,
    escalation: String,
    opened_at: String,
    alerts: Vec<String>,
    acknowledged: Option<Acknowledged>,
    resolved_at: Option<String>,
    next: Option<Next>,
    timeline: Option<Value>,
}

impl Incident {
    /// What nobody took comes first, the worst of it before the rest, then the newest.
    pub(super) fn by_need(&self, other: &Incident) -> Ordering {
        let key = |one: &Incident| (one.status != "open", one.severity.clone(), Reverse(one.incident));
        key(self).cmp(&key(other))
    }
}

#[derive(Deserialize)]
struct Acknowledged {
    by: String,
    at: String,
}

#[derive(Deserialize)]
struct Next {
    persons: Vec<String>,
    at: String,
}

/// Newest first, as many as anybody reads.
const USUAL: Usual = Usual::Newest(50);

pub(super) async fn run(client: &Client, command: IncidentCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        IncidentCommand::List { status, severity, escalation, part } => {
            let query = [
                ("status", status.map(|status| status.word().to_owned())),
                ("severity", severity.map(|severity| severity.to_string())),
                ("escalation", escalation.map(String::from)),
            ];
            let show =
                |out: &Output, found: Vec<Incident>| out.table(&table(out, &found), "There is no such incident.");
            out.list(server, ("list incidents", &["incidents"]), &query, (&part, USUAL), show).await
        }
        IncidentCommand::Show { incident } => {
            let number = incident.to_string();
            let answer = server.get(&format!("show incident {number}"), &["incidents", &number], &[]).await?;
            if out.is_json() { Ok(answer.body) } else { Ok(show(out, &answer.read()?)) }
        }
        IncidentCommand::Open { title, severity, escalation } => {
            let body = json!({ "title": text_or_stdin(title)?, "severity": severity.word(), "escalation": escalation });
            let answer = server.post("open an incident", &["incidents"], &body).await?;
            if out.form == Form::Ids {
                return answer.read().map(|made: Incident| format!("{}\n", made.incident));
            }
            done(out, &answer, "opened")
        }
        IncidentCommand::Ack { incidents, by } => each(client, &incidents, "acknowledge", &by_whom(by), "").await,
        IncidentCommand::Note { incident, text } => {
            let body = json!({ "text": text_or_stdin(text)? });
            change(client, incident, ("write a note on", "notes"), &body, "noted").await
        }
        IncidentCommand::Reassign { incident, to, reason } => {
            let body = json!({ "to": to, "reason": text_or_stdin(reason)? });
            change(client, incident, ("reassign", "reassign"), &body, &format!("given to {to}")).await
        }
        IncidentCommand::Severity { incident, severity, reason } => {
            let body = json!({ "severity": severity.word(), "reason": text_or_stdin(reason)? });
            change(client, incident, ("change the severity of", "severity"), &body, "changed").await
        }
        IncidentCommand::Resolve { incidents, reason } => {
            each(client, &incidents, "resolve", &json!({ "reason": text_or_stdin(reason)? }), "").await
        }
    }
}

/// Absent: whoever asks.
pub(super) fn by_whom(by: Option<Name>) -> Value {
    by.map_or_else(|| json!({}), |by| json!({ "by": by }))
}

async fn each(client: &Client, incidents: &[u64], verb: &str, body: &Value, what: &str) -> Result<String, Failure> {
    let mut text = String::new();
    for incident in incidents {
        match change(client, *incident, (verb, verb), body, what).await {
            Ok(done) => text += &done,
            Err(failure) => {
                // What was done before is done, and must be known.
                super::print_if_any(&text);
                return Err(failure);
            }
        }
    }
    Ok(text)
}

async fn change(
    client: &Client,
    incident: u64,
    (verb, path): (&str, &str),
    body: &Value,
    what: &str,
) -> Result<String, Failure> {
    let number = incident.to_string();
    let wish = format!("{verb} incident {number}");
    done(&client.out, &client.server.post(&wish, &["incidents", &number, path], body).await?, what)
}

/// `INC-4 SEV1 acknowledged by wen: Fedwire answers late`
fn done(out: &Output, answer: &Answer, what: &str) -> Result<String, Failure> {
    out.done(answer, |incident: Incident| {
        let what = if what.is_empty() { String::new() } else { format!(" {what};") };
        let Incident { incident: number, severity, title, .. } = &incident;
        let (state, _) = state(&incident);
        clean(&format!("INC-{number}{what} {severity}, {state}: {title}")) + "\n"
    })
    .map(|text| if out.is_json() { text.trim_end().to_owned() + "\n" } else { text })
}

/// In words, and how it stands out.
fn state(incident: &Incident) -> (String, Tone) {
    match (&*incident.status, &incident.acknowledged) {
        ("open", _) => ("open".into(), Tone::Bad),
        ("acknowledged", Some(acknowledged)) => (format!("acknowledged by {}", acknowledged.by), Tone::Warn),
        (other, _) => (other.to_owned(), Tone::Good),
    }
}

pub(super) fn table(out: &Output, incidents: &[Incident]) -> Table {
    let mut table = Table::new(["INCIDENT", "SEVERITY", "STATE", "OPENED", "ESCALATION", "ALERTS", "TITLE"]);
    for incident in incidents {
        let (state, tone) = state(incident);
        let urgent = incident.severity.as_str() <= "SEV2" && incident.status != "resolved";
        table.row([
            incident.incident.to_string().into(),
            Cell::new(&incident.severity, if urgent { Tone::Bad } else { Tone::Plain }),
            Cell::new(state, tone),
            out.instant(&incident.opened_at).into(),
            (&incident.escalation).into(),
            incident.alerts.len().to_string().into(),
            (&incident.title).into(),
        ]);
    }
    table
}

/// An incident with its timeline.
fn show(out: &Output, incident: &Incident) -> String {
    let timeline = incident.timeline.as_ref().map(|moments| timeline::table(out, moments));
    if out.form == Form::Ids {
        return format!("{}\n", incident.incident);
    }
    let (state, tone) = state(incident);
    let mut facts = vec![
        ("incident", format!("INC-{}", incident.incident)),
        ("title", clean(&incident.title)),
        ("severity", clean(&incident.severity)),
        ("state", out.paint(tone, &clean(&state))),
        ("escalation", clean(&incident.escalation)),
        ("opened", out.instant(&incident.opened_at)),
    ];
    if let Some(acknowledged) = &incident.acknowledged {
        facts.push(("acknowledged", format!("{} by {}", out.instant(&acknowledged.at), clean(&acknowledged.by))));
    }
    if let Some(at) = &incident.resolved_at {
        facts.push(("resolved", out.instant(at)));
    }
    if let Some(next) = &incident.next {
        let who = if next.persons.is_empty() { "nobody".to_owned() } else { clean(&next.persons.join(", ")) };
        facts.push(("next paged", format!("{who} at {}", out.instant(&next.at))));
    }
    facts.push(("alerts", if incident.alerts.is_empty() { "none fires".into() } else { incident.alerts.join(" ") }));
    if out.form == Form::Plain {
        let lines = facts.iter().map(|(key, value)| format!("{key}\t{value}\n")).collect::<String>();
        let moments = timeline.map_or(String::new(), |table| table.plain());
        return lines + &moments.lines().map(|line| format!("timeline\t{line}\n")).collect::<String>();
    }
    let mut text: String = facts.iter().map(|(key, value)| format!("{key:<14}{value}\n")).collect();
    if let Some(table) = timeline {
        text += &format!("\n{}", table.aligned(out.color));
    }
    text
}
