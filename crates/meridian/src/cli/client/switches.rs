//! `meridian switch …`: from one route of a chain to another.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Client,
    args::{Lane, SwitchCommand},
    failure::Failure,
    output::{Form, Output, Usual},
    server::Answer,
    table::{Cell, Table, Tone, clean},
};

#[derive(Deserialize)]
struct Switch {
    switch: u64,
    chain: String,
    from: String,
    to: String,
    state: String,
    step: Option<String>,
    reason: String,
    cut: String,
    steps: Vec<Step>,
    runs: Vec<Run>,
}

#[derive(Deserialize)]
struct Step {
    number: u64,
    state: String,
    title: String,
    words: String,
}

#[derive(Deserialize)]
struct Run {
    run: u64,
    phase: String,
    action: String,
    dry_run: bool,
    outcome: Option<String>,
    said: String,
}

pub(super) async fn run(client: &Client, command: SwitchCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        SwitchCommand::List { chain, state, part } => {
            let query = [("chain", chain.map(|chain| chain.to_string())), ("state", state)];
            let show = |out: &Output, found: Vec<Switch>| out.table(&table(out, &found), "No switch.");
            out.list(server, ("list switches", &["switches"]), &query, (&part, Usual::Newest(50)), show).await
        }
        SwitchCommand::Show { switch } => {
            let answer = server.get(&format!("show switch {switch}"), &["switches", &switch.to_string()], &[]).await?;
            shown(out, &answer)
        }
        SwitchCommand::Begin { chain, to, from, reason, incident } => {
            let body = json!({"chain": chain, "to": to, "from": from, "reason": reason, "incident": incident});
            shown(out, &server.post("begin the switch", &["switches"], &body).await?)
        }
        SwitchCommand::Messages { switch, of, set, format } => {
            let id = switch.to_string();
            let path: Vec<&str> = match of.as_str() {
                "messages" => vec!["switches", &id, "messages"],
                of => vec!["switches", &id, of, "list"],
            };
            let mut query = vec![("format", format)];
            query.extend(set.map(|set| ("set", set)));
            Ok(server.get(&format!("print the list of switch {switch}"), &path, &query).await?.body)
        }
        other => {
            let (switch, deed, body) = deed(other);
            let id = switch.to_string();
            let path: Vec<&str> = ["switches", id.as_str()].into_iter().chain(deed.split('/')).collect();
            let wish = format!("{} switch {switch}", deed.split('/').next().unwrap_or_default());
            shown(out, &server.post(&wish, &path, &body).await?)
        }
    }
}

/// The switch, the name of what is done, and the body that says more.
fn deed(command: SwitchCommand) -> (u64, String, Value) {
    let (switch, deed, body) = match command {
        SwitchCommand::Fence { switch, dry_run, note } => (switch, "fence", json!({"dry_run": dry_run, "note": note})),
        SwitchCommand::Counters { switch, counters } => {
            let counters: BTreeMap<String, u64> = counters.into_iter().collect();
            (switch, "counters", json!({ "counters": counters }))
        }
        SwitchCommand::Drain { switch } => (switch, "drain", json!({})),
        SwitchCommand::Partition { switch } => (switch, "partition", json!({})),
        SwitchCommand::Ask { switch, whom, promised, note } => {
            (switch, "ask", json!({"whom": whom, "promised": promised, "note": note}))
        }
        SwitchCommand::Answer { switch, fate, messages, note } => {
            let messages: Vec<Value> = messages.iter().map(|text| named(text, Some(fate.word()))).collect();
            (switch, "answers", json!({"messages": messages, "note": note}))
        }
        SwitchCommand::Release { switch, messages, note } => {
            let messages: Vec<Value> = messages.iter().map(|text| named(text, None)).collect();
            (switch, "release", json!({"messages": messages, "note": note}))
        }
        SwitchCommand::Replay { switch, dry_run, again, note } => {
            (switch, "replay", json!({"dry_run": dry_run, "again": again, "note": note}))
        }
        SwitchCommand::Epoch { switch, lanes } => {
            let lane =
                |Lane { lane, last, to, first }: &Lane| json!({"lane": lane, "last": last, "to": to, "first": first});
            (switch, "epoch", json!({ "lanes": lanes.iter().map(lane).collect::<Vec<_>>() }))
        }
        SwitchCommand::CallOff { switch, reason } => (switch, "call-off", json!({ "reason": reason })),
        SwitchCommand::Done { switch, run, note } => {
            return (switch, format!("runs/{run}/done"), json!({ "note": note }));
        }
        SwitchCommand::Reconcile { switch }
        | SwitchCommand::Show { switch }
        | SwitchCommand::Messages { switch, .. } => (switch, "reconcile", json!({})),
        SwitchCommand::List { .. } | SwitchCommand::Begin { .. } => (0, "reconcile", json!({})),
    };
    (switch, deed.to_owned(), body)
}

/// `cust-1/4102771` is a lane and a number; all else is a business key.
fn named(text: &str, fate: Option<&str>) -> Value {
    let number = text.rsplit_once('/').and_then(|(lane, seq)| Some((lane, seq.parse::<u64>().ok()?)));
    let mut message = match number {
        Some((lane, seq)) => json!({"lane": lane, "seq": seq}),
        None => json!({ "id": text }),
    };
    if let Some(fate) = fate {
        message["fate"] = fate.into();
    }
    message
}

fn shown(out: &Output, answer: &Answer) -> Result<String, Failure> {
    if out.form == Form::Ids {
        return answer.read().map(|one: Switch| format!("{}\n", one.switch));
    }
    out.done(answer, |one: Switch| {
        let chain = clean(&one.chain);
        let mut text =
            format!("Switch {} of {chain}: route {} to route {}, {}.\n", one.switch, one.from, one.to, standing(&one));
        for Step { number, state, title, words } in &one.steps {
            text += &format!("  {number}  {:<14} {title}. {}\n", state.replace('_', " "), clean(words));
        }
        for Run { run, phase, action, dry_run, outcome, said } in &one.runs {
            let dry = if *dry_run { ", dry run" } else { "" };
            let outcome = outcome.as_deref().unwrap_or("runs");
            text += &format!("  try {run}  {phase} {action}{dry}: {outcome} {}\n", clean(said));
        }
        text
    })
}

fn standing(one: &Switch) -> String {
    match (&one.step, one.state.as_str()) {
        (Some(step), _) => format!("it is the turn of: {step}"),
        (None, state) => state.replace('_', " "),
    }
}

fn table(out: &Output, all: &[Switch]) -> Table {
    let mut table = Table::new(["SWITCH", "CHAIN", "FROM", "TO", "STATE", "STEP", "CUT", "REASON"]);
    for one in all {
        let tone = if one.state == "open" { Tone::Warn } else { Tone::Faint };
        table.row([
            one.switch.to_string().into(),
            (&one.chain).into(),
            (&one.from).into(),
            (&one.to).into(),
            Cell::new(one.state.replace('_', " "), tone),
            one.step.as_deref().unwrap_or("").into(),
            out.instant(&one.cut).into(),
            clean(&one.reason).into(),
        ]);
    }
    table
}
