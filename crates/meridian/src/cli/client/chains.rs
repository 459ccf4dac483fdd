//! `meridian chain list | where | found | findings | withdraw`.

use std::path::Path;

use meridian_core::chain::fault::{Evidence, answer};
use serde::Deserialize;
use serde_json::json;

use super::{
    Client,
    args::{ChainCommand, FoundHere},
    failure::Failure,
    output::{Form, Output, Usual},
    table::{Cell, Table, Tone, clean},
};
use crate::{
    api::{
        chains::ChainView,
        fault::{ExplanationView, FaultView, view},
    },
    cli::roster::source::world_of,
    serve::chains::Room,
    ui::{read::short, shell::thousands},
};

#[derive(Deserialize)]
struct Finding {
    finding: u64,
    state: String,
    incident: Option<u64>,
    chain: String,
    hop: String,
    side: String,
    seen: bool,
    note: String,
    by: Option<String>,
    made_by: String,
    made_at: String,
}

pub(super) async fn run(client: &Client, command: ChainCommand) -> Result<String, Failure> {
    let Client { server, out } = client;
    match command {
        ChainCommand::List(_) => {
            let part = super::args::Part { limit: None, cursor: None };
            let show =
                |out: &Output, found: Vec<ChainView>| out.table(&chains(out, &found), "The estate has no chain.");
            out.list(server, ("list chains", &["chains"]), &[], (&part, Usual::All), show).await
        }
        ChainCommand::Where(asked) => {
            let found: FaultView = match asked.data {
                None => {
                    let answer = server.get("ask where the fault is", &["where"], &[]).await?;
                    if out.form == Form::Json {
                        return Ok(answer.body);
                    }
                    answer.read()?
                }
                Some(data) => offline(&data).await.map_err(|why| Failure::new("ask where the fault is", why))?,
            };
            match out.form {
                Form::Json => serde_json::to_string_pretty(&found)
                    .map_err(|error| Failure::new("print the answer", error.to_string())),
                _ => Ok(told(out, &found)),
            }
        }
        ChainCommand::Found(found) => {
            let FoundHere { chain, hop, side, seen, note, by, incident, .. } = *found;
            let body = json!({
                "chain": chain, "hop": hop, "side": side.word(), "seen": seen, "note": note, "by": by, "incident": incident,
            });
            let answer = server.post("record what was found", &["findings"], &body).await?;
            if out.form == Form::Ids {
                return answer.read().map(|one: Finding| format!("{}\n", one.finding));
            }
            out.done(&answer, |one: Finding| {
                let of = one.incident.map_or_else(|| "no incident".to_owned(), |incident| format!("INC-{incident}"));
                format!("Finding {} of {of}: {} of {}, {}.\n", one.finding, place(&one), clean(&one.chain), word(&one))
            })
        }
        ChainCommand::Findings { state, incident, part, .. } => {
            let query = [("state", state), ("incident", incident.map(|incident| incident.to_string()))];
            let show =
                |out: &Output, found: Vec<Finding>| out.table(&findings(out, &found), "Nothing was found by hand.");
            out.list(server, ("list findings", &["findings"]), &query, (&part, Usual::Newest(50)), show).await
        }
        ChainCommand::Withdraw { finding, reason, .. } => {
            let path = ["findings", &finding.to_string(), "withdraw"];
            let answer =
                server.post(&format!("withdraw finding {finding}"), &path, &json!({ "reason": reason })).await?;
            out.done(&answer, |_: Finding| format!("Finding {finding} is withdrawn.\n"))
        }
    }
}

fn word(one: &Finding) -> &'static str {
    if one.seen { "seen" } else { "not seen" }
}

fn place(one: &Finding) -> String {
    match &*one.side {
        "at" => format!("at {}", clean(&one.hop)),
        side => format!("at the {} of {}", clean(side), clean(&one.hop)),
    }
}

/// What a server's files say up to their end.
async fn offline(data: &Path) -> Result<FaultView, String> {
    let world = world_of(data, None).await?;
    let plans = world.chain_plans();
    let room = Room::read(&data.join("checkpoints"), plans)?;
    // The time of the house that the log tells: a log that ended yesterday is not late today.
    let at = room.now().unwrap_or_else(|| world.at());
    let evidence = Evidence::of(&room.engine, &world.findings_that_count(), at);
    Ok(view(&answer(&evidence), at))
}

fn chains(out: &Output, all: &[ChainView]) -> Table {
    let mut table = Table::new([
        "CHAIN",
        "STATE",
        "SINCE",
        "CONFIRMED",
        "HELD",
        "UNDER WAY",
        "OLDEST",
        "PER MINUTE",
        "P50",
        "P99",
        "INCIDENT",
    ]);
    let count = |n: u64| thousands(usize::try_from(n).unwrap_or(usize::MAX));
    let took = |seconds: Option<f64>| {
        seconds.map_or_else(String::new, |seconds| short((seconds * 1e9) as i64).replace('\u{a0}', " "))
    };
    let instant = |at: &Option<String>| at.as_deref().map_or_else(String::new, |at| out.instant(at));
    for one in all {
        let tone = match &*one.state {
            "flows" => Tone::Good,
            "unheard" => Tone::Faint,
            "lost" | "altered" | "doubled" => Tone::Bad,
            _ => Tone::Warn,
        };
        let state = if one.state == "lost" { "held" } else { &one.state };
        let messages = &one.messages;
        table.row([
            (&one.chain).into(),
            Cell::new(state, tone),
            instant(&one.since).into(),
            format!("{} of {}", count(messages.confirmed), count(messages.originated)).into(),
            count(messages.held).into(),
            count(messages.under_way).into(),
            instant(&one.oldest_unconfirmed).into(),
            format!("{:.1}", one.rate_per_minute).into(),
            took(one.end_to_end.p50_seconds).into(),
            took(one.end_to_end.p99_seconds).into(),
            one.incident.map_or_else(String::new, |incident| format!("INC-{incident}")).into(),
        ]);
    }
    table
}

fn findings(out: &Output, all: &[Finding]) -> Table {
    let mut table = Table::new(["FINDING", "STATE", "INCIDENT", "CHAIN", "WHERE", "FOUND", "WHEN", "WHO", "NOTE"]);
    for one in all {
        let tone = if one.state == "counts" { Tone::Plain } else { Tone::Faint };
        table.row([
            one.finding.to_string().into(),
            Cell::new(&one.state, tone),
            one.incident.map_or_else(String::new, |incident| format!("INC-{incident}")).into(),
            (&one.chain).into(),
            place(one).into(),
            word(one).into(),
            out.instant(&one.made_at).into(),
            one.by.as_deref().unwrap_or(&one.made_by).into(),
            clean(&one.note).into(),
        ]);
    }
    table
}

fn percent(share: f64) -> String {
    match share * 100.0 {
        p if p >= 99.5 => ">99 %".to_owned(),
        p if p < 1.0 => "<1 %".to_owned(),
        p => format!("{p:.0} %"),
    }
}

/// What people read: the explanations, where to look next, and how to say what was found.
fn told(out: &Output, found: &FaultView) -> String {
    let mut text = String::new();
    if found.explanations.is_empty() {
        text += "No message is proven to be held anywhere.\n";
    } else {
        let (failing, all) = (found.lanes_failing, found.lanes_failing + found.lanes_healthy);
        let since = found.since.as_deref().map_or_else(String::new, |since| format!(" since {}", out.instant(since)));
        text += &format!("{failing} of {all} lanes miss messages{since}.\n\n");
        found.explanations.iter().for_each(|one| text += &explained(found, one));
        text += &format!("{:>6}  nothing is faulty, and only reports are missing\n", percent(found.nothing));
        let rivals: Vec<String> = found.rivals.iter().map(|set| clean(&set.join(", and "))).collect();
        if !rivals.is_empty() {
            text += &format!("\nExplains as well, with more or fewer faults at once: {}.\n", rivals.join("; "));
        }
    }
    for one in &found.dark {
        text += &format!("Dark, so that what passes there is unknown: {} of {}.\n", clean(&one.hop), clean(&one.chain));
    }
    found.left_out.iter().for_each(|what| text += &format!("Not weighed: {}.\n", clean(what)));
    if !found.next.is_empty() {
        text += "\nLook next whether messages that go missing are seen:\n";
    }
    for look in &found.next {
        text += &format!("  {} of {}: {}\n", clean(&look.spot.words), clean(&look.spot.chain), clean(&look.why));
    }
    if let Some(best) = found.next.first() {
        let (chain, hop, side) = (clean(&best.spot.chain), clean(&best.spot.hop), clean(&best.spot.side));
        text += &format!("\nThen: meridian chain found {chain} {hop} --side {side} --seen (or --not-seen)\n");
    }
    text
}

fn explained(found: &FaultView, one: &ExplanationView) -> String {
    let together = percent(one.probability * one.sets.len() as f64);
    let mut text = String::new();
    for (place, set) in one.sets.iter().enumerate() {
        let head = match place {
            0 => format!("{together:>6}"),
            _ => "    or".to_owned(),
        };
        text += &format!(
            "{head}  {}: explains {} of {} failing, spares {} of {} healthy\n",
            clean(&set.words),
            set.explains,
            found.lanes_failing,
            set.spares,
            found.lanes_healthy
        );
    }
    if one.sets.len() > 1 {
        text += &format!("        nothing that is known tells these {} apart\n", one.sets.len());
    }
    text
}
