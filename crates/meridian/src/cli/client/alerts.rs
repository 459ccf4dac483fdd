//! `meridian alert …`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{
    Client,
    args::{AlertCommand, Part},
    failure::Failure,
    output::{Output, Usual},
    table::{Cell, Table, Tone},
};

#[derive(Deserialize)]
struct Alert {
    fingerprint: String,
    state: String,
    labels: BTreeMap<String, String>,
    starts_at: String,
    receivers: Vec<String>,
    incidents: Vec<u64>,
}

pub(super) async fn run(client: &Client, command: AlertCommand) -> Result<String, Failure> {
    let AlertCommand::List { matchers, state, receiver, part } = command;
    let query = [("state", state.map(|state| state.word().to_owned())), ("receiver", receiver.map(String::from))];
    list(client, "list alerts", &matchers, query, &part, "No such alert fires.").await
}

/// Those that fit all matchers.
pub(super) async fn list(
    client: &Client,
    wish: &str,
    matchers: &[String],
    [state, receiver]: [(&str, Option<String>); 2],
    part: &Part,
    empty: &str,
) -> Result<String, Failure> {
    let query = [("filter", Some(matchers.join(",")).filter(|text| !text.is_empty())), state, receiver];
    let show = |out: &Output, found: Vec<Alert>| out.table(&table(out, &found), empty);
    client.out.list(&client.server, (wish, &["alerts"]), &query, (part, Usual::All), show).await
}

fn table(out: &Output, alerts: &[Alert]) -> Table {
    let mut table = Table::new(["FINGERPRINT", "STATE", "SINCE", "RECEIVERS", "INCIDENTS", "ALERT", "LABELS"]);
    for alert in alerts {
        let tone = match &*alert.state {
            "active" => Tone::Bad,
            "suppressed" => Tone::Faint,
            _ => Tone::Plain,
        };
        let name = alert.labels.get("alertname").cloned().unwrap_or_default();
        let others = alert.labels.iter().filter(|(name, _)| *name != "alertname");
        let others: Vec<String> = others.map(|(name, value)| format!("{name}={value:?}")).collect();
        let incidents: Vec<String> = alert.incidents.iter().map(u64::to_string).collect();
        table.row([
            (&alert.fingerprint).into(),
            Cell::new(&alert.state, tone),
            out.instant(&alert.starts_at).into(),
            alert.receivers.join(",").into(),
            incidents.join(",").into(),
            name.into(),
            others.join(" ").into(),
        ]);
    }
    table
}
