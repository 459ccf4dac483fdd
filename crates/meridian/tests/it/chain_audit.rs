//! `meridian chain audit` from the outside: the bank's wires, from the standard input.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use serde_json::{Value, json};

use super::{client::Ran, estate::PROGRAM};

const ROUTE_A: [&str; 5] = ["back-office", "mq-gateway", "fw-2", "fedline", "fed"];

/// A wire that passes so many hops of the route A, a second each.
fn wire(seq: u64, hops: usize) -> String {
    let line = |(step, hop): (u64, &&str)| {
        let second = seq * 10 + step;
        let at = format!("2026-11-23T18:{:02}:{:02}Z", second / 60, second % 60);
        let line = json!({
            "chain": "usd-fedwire", "lane": "A", "seq": seq, "id": format!("20261123A1B2C3D4{seq:06}"),
            "hop": hop, "at": at, "amount": "1250000.00", "currency": "USD",
        });
        format!("{line}\n")
    };
    (0..).zip(&ROUTE_A).take(hops).map(line).collect()
}

fn audit(lines: &str, more: &[&str]) -> Ran {
    let bank = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/bank");
    let mut command = Command::new(PROGRAM);
    command.args(["chain", "audit", "--estate"]).arg(bank).arg("-").args(more);
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut program = piped.spawn().expect("the program starts");
    program.stdin.take().expect("a pipe").write_all(lines.as_bytes()).expect("it reads to the end");
    program.wait_with_output().expect("it ends").into()
}

#[test]
fn wires_that_stop_before_the_firewall() {
    let lines: String = (1..=60).map(|seq| wire(seq, if (31..=33).contains(&seq) { 2 } else { 5 })).collect();
    let told = audit(&lines, &[]).ok();
    for said in [
        "291 records read, 0 refused\n",
        "usd-fedwire: 60 messages = 57 confirmed + 0 rejected + 0 cancelled + 3 outstanding\n",
        "  2026-11-23 USD: 75000000 = 71250000 + 0 + 0 + 3750000\n",
        "usd-fedwire  lane A, number 31: lost between mq-gateway and fw-2\n",
        "securities-settlement: no message was seen\n",
    ] {
        assert!(told.contains(said), "{said:?} is not in\n{told}");
    }
    let found: Value = serde_json::from_str(&audit(&lines, &["--json", "--chain", "usd-fedwire"]).ok()).expect("JSON");
    assert_eq!(found["chains"].as_array().map(Vec::len), Some(1));
    assert_eq!(found["chains"][0]["verdicts"], json!({"lost": 3}), "{found:#}");
    let first = &found["verdicts"][0];
    let lost = (&first["rule"], &first["seq"], &first["last_seen"], &first["hop"]);
    assert_eq!(lost, (&json!("lost"), &json!(31), &json!("mq-gateway"), &json!("fw-2")), "{first:#}");
}

#[test]
fn a_chain_that_the_estate_does_not_have() {
    audit("", &["--chain", "usd-fedwir"]).fails(1, &["the estate has no chain `usd-fedwir`", "usd-fedwire"]);
    let found: Value =
        serde_json::from_str(&audit(&wire(1, 5).replace("usd-fedwire", "usd"), &["--json"]).ok()).expect("JSON");
    assert_eq!(found["unknown"], json!([{"chain": "usd", "records": 5}]));
}
