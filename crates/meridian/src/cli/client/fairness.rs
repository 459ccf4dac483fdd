//! `meridian fairness`: asked of a server, of a journal, or of an estate's files alone.

use meridian_core::{
    estate::Estate,
    id::Name,
    roster::{self, Overrides},
};
use serde::Deserialize;

use super::{
    Client,
    args::{Fairness, Part},
    failure::Failure,
    output::{Output, Usual},
    table::{Cell, Table, Tone},
};
use crate::{
    api::fairness,
    cli::{estate, roster::source},
};

#[derive(Deserialize)]
struct Shares {
    items: Vec<Share>,
}

#[derive(Deserialize)]
struct Share {
    person: String,
    hours: f64,
    nights: Burden,
    weekends: Burden,
    holidays: Burden,
    pages: u32,
    fair_hours: f64,
    balance_hours: f64,
}

#[derive(Deserialize)]
struct Burden {
    count: u32,
    hours: f64,
}

const WISH: &str = "tell who carries how much";
const NOBODY: &str = "Nobody is a member of these rotas or was on watch in them then.";

pub(super) async fn run(client: &Client, wish: Fairness) -> Result<String, Failure> {
    let Client { server, out } = client;
    let failed = |why: String| Failure::new(WISH, why);
    if let Some(dir) = &wish.estate {
        let estate = estate::load(dir).map_err(failed)?;
        // As the files have it: no override of run time, and no page.
        return local(out, &estate, &wish, |rotas| {
            roster::fairness(&estate, &Overrides::default(), [], rotas, wish.from, wish.to)
        });
    }
    if let Some(dir) = &wish.data {
        let world = source::world_of(dir, None).await.map_err(failed)?;
        return local(out, world.estate(), &wish, |rotas| world.fairness(rotas, wish.from, wish.to));
    }
    let query = [
        ("rota", wish.rota.clone()),
        ("team", wish.team.clone()),
        ("from", Some(wish.from.to_string())),
        ("until", Some(wish.to.to_string())),
    ];
    let all = Part { limit: None, cursor: None };
    let show = |out: &Output, shares: Vec<Share>| out.table(&table(&shares), NOBODY);
    out.list(server, (WISH, &["fairness"]), &query, (&all, Usual::All), show).await
}

/// The same answer as a server would give, from what stands here.
fn local(
    out: &Output,
    estate: &Estate,
    wish: &Fairness,
    shares: impl FnOnce(&[Name]) -> Vec<roster::Share>,
) -> Result<String, Failure> {
    let failed = |why: String| Failure::new(WISH, why);
    if wish.to <= wish.from {
        return Err(failed(format!("--to {} is not after --from {}", wish.to, wish.from)));
    }
    let whose = fairness::whose(estate, wish.rota.as_deref(), wish.team.as_deref()).map_err(|(_, why)| failed(why))?;
    let shares = shares(&whose.rotas(estate));
    let answer = serde_json::to_string(&fairness::shown(shares)).map_err(|error| failed(error.to_string()))?;
    if out.is_json() {
        return Ok(answer);
    }
    let shares: Shares = serde_json::from_str(&answer).map_err(|error| failed(error.to_string()))?;
    Ok(out.table(&table(&shares.items), NOBODY))
}

fn table(shares: &[Share]) -> Table {
    let mut table = Table::new(["PERSON", "HOURS", "FAIR", "BALANCE", "NIGHTS", "WEEKENDS", "HOLIDAYS", "PAGES"]);
    let burden = |burden: &Burden| match burden.count {
        0 => String::new(),
        count => format!("{count} ({} h)", hours(burden.hours)),
    };
    for share in shares {
        let tone = if share.balance_hours < 0.0 { Tone::Faint } else { Tone::Plain };
        let sign = if share.balance_hours > 0.0 { "+" } else { "" };
        table.row([
            (&share.person).into(),
            hours(share.hours).into(),
            hours(share.fair_hours).into(),
            Cell::new(format!("{sign}{}", hours(share.balance_hours)), tone),
            burden(&share.nights).into(),
            burden(&share.weekends).into(),
            burden(&share.holidays).into(),
            share.pages.to_string().into(),
        ]);
    }
    table
}

/// `168`, `22.5`.
fn hours(hours: f64) -> String {
    // Zero has no sign.
    let tenths = (hours * 10.0).round() / 10.0 + 0.0;
    format!("{tenths}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{
        args::{Args, Command},
        client,
    };
    use clap::Parser;

    fn ask(more: &str) -> Result<String, String> {
        let bank = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/bank");
        let line = format!("meridian fairness --estate {bank} {more}");
        let Command::Remote(client::args::Command::Fairness(wish)) = Args::parse_from(line.split(' ')).command else {
            panic!("{line}")
        };
        let out = Output::new(&wish.flags, wish.from);
        let estate = estate::load(wish.estate.as_deref().unwrap())?;
        let shares = |rotas: &[Name]| roster::fairness(&estate, &Overrides::default(), [], rotas, wish.from, wish.to);
        local(&out, &estate, &wish, shares).map_err(|failure| failure.why)
    }

    #[test]
    fn an_estate_answers_alone() {
        let weeks = "--from 2026-03-02T00:00Z --to 2026-03-16T00:00Z";
        // Hong Kong's weeks begin at 22:00 UTC: two hours of the first are cut off, and two of a third week are there.
        let expected = [
            "dana\t154\t154\t0\t\t2 (44 h)\t\t0",
            "jun\t77\t102.7\t-25.7\t\t1 (22 h)\t\t0",
            "mei\t79\t102.7\t-23.7\t\t1 (22 h)\t\t0",
            "oliver\t154\t154\t0\t\t2 (44 h)\t\t0",
            "priya\t126\t126\t0\t\t2 (36 h)\t\t0",
            "tom\t126\t126\t0\t\t2 (36 h)\t\t0",
            "wen\t152\t102.7\t+49.3\t\t2 (44 h)\t\t0",
        ];
        let said = ask(&format!("--rota payments {weeks} --plain")).unwrap();
        assert_eq!(said.lines().collect::<Vec<_>>(), expected);
        let json: serde_json::Value =
            serde_json::from_str(&ask(&format!("--team trading {weeks} --json")).unwrap()).unwrap();
        let items = json["items"].as_array().unwrap();
        let sum: f64 = items.iter().map(|share| share["balance_hours"].as_f64().unwrap()).sum();
        assert!(items.len() >= 6 && sum.abs() < 0.01, "{json}");
        for (wish, why) in [
            (format!("--rota paymnts {weeks}"), "there is no rota `paymnts`"),
            (format!("--team nobody {weeks}"), "there is no team `nobody`"),
            (
                "--from 2026-03-16T00:00Z --to 2026-03-02T00:00Z".into(),
                "--to 2026-03-02T00:00:00Z is not after --from 2026-03-16T00:00:00Z",
            ),
        ] {
            assert_eq!(ask(&wish).unwrap_err(), why);
        }
    }

    #[test]
    fn hours_are_short() {
        for (given, expect) in
            [(168.0, "168"), (22.5, "22.5"), (-4.54, "-4.5"), (-0.04, "0"), (-0.5, "-0.5"), (0.0, "0")]
        {
            assert_eq!(hours(given), expect);
        }
    }
}
