//! `meridian tap` from the outside: killed at any moment, its files rotated, its server away, it loses and doubles nothing.

use std::{
    collections::BTreeMap,
    fs::{self, File},
    io::Write as _,
    path::Path,
    process::{Child, Command, Stdio},
    thread::sleep,
    time::Duration,
};

use meridian_testkit::servers::{Meridian, free_port, installed, wait_until};
use serde_json::{Value, json};

use super::{client::Ran, estate::PROGRAM};

const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { timeZone: Asia/Hong_Kong }
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires }
spec:
  hops: [{ name: gateway }, { name: fed, limit: 15s }]
  endToEnd: 30s
  retryHorizon: 2d
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { displayName: Wen Li, site: hong-kong, contacts: [{ name: hook, webhook: "http://127.0.0.1:9/" }] }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: hooks }
spec: { webhook: { secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: all }
spec: { steps: [{ page: [person/wen], within: 10m }] }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: house }
spec: { route: { receiver: all }, severity: { label: severity, map: {}, default: SEV3 } }
"#;

fn wire(seq: u64) -> String {
    let at = jiff::Timestamp::now();
    format!("{}\n", json!({ "id": format!("IMAD-{seq}"), "lane": "A", "seq": seq, "at": at.to_string() }))
}

fn write(path: &Path, text: &str) {
    let mut file = File::options().create(true).append(true).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn tap(directory: &Path, more: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", PROGRAM, "tap", "wires.ndjson", "--chain", "wires", "--hop", "gateway"]);
    command.current_dir(directory).args(more).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn once(directory: &Path, more: &[&str]) -> Ran {
    tap(directory, &[&["--once"], more].concat()).stdout(Stdio::piped()).output().expect("it ends").into()
}

fn kill(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

/// The reports in a file, without the heartbeats.
fn reports(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let lines =
        text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|why| panic!("{line}: {why}")));
    lines.filter(|line| line.get("through").is_none()).collect()
}

#[test]
fn a_tap_that_is_killed_reads_on_where_it_was_over_every_rotation() {
    let directory = tempfile::tempdir().unwrap();
    let (log, out) = (directory.path().join("wires.ndjson"), directory.path().join("out.ndjson"));
    let to = ["--to", "out.ndjson", "--lag", "1s"];
    let mut seq = 0;
    for turn in 0..12 {
        let child = tap(directory.path(), &to).spawn().unwrap();
        // What was rotated before the tap was begun is not its own.
        let position = directory.path().join("tap-gateway.position");
        wait_until("it has begun", || position.exists().then_some(()));
        for burst in 0..6 {
            for _ in 0..40 {
                seq += 1;
                let line = wire(seq);
                // In two pieces, so that a look falls between them.
                let (first, second) = line.split_at(9);
                write(&log, first);
                write(&log, second);
            }
            sleep(Duration::from_millis(20 + 17 * ((turn * 5 + burst * 3) % 7)));
            match (turn + burst) % 5 {
                1 => fs::rename(&log, directory.path().join(format!("wires.ndjson.{turn}-{burst}"))).unwrap(),
                // Copied and cut, as `copytruncate` does.
                3 => {
                    fs::copy(&log, directory.path().join(format!("wires.ndjson.{turn}-{burst}"))).unwrap();
                    File::create(&log).unwrap();
                }
                _ => {}
            }
        }
        kill(child);
    }
    let said = format!("{:?}", once(directory.path(), &to));
    let found: Vec<u64> = reports(&out).iter().map(|line| line["seq"].as_u64().unwrap()).collect();
    let mut sorted = found.clone();
    sorted.sort_unstable();
    let missing: Vec<u64> = (1..=seq).filter(|seq| sorted.binary_search(seq).is_err()).collect();
    assert!(missing.is_empty(), "lost: {missing:?}\n{said}");
    assert_eq!(found.len() as u64, seq, "some are there twice");
    let numbers: Vec<u64> = reports(&out).iter().map(|line| line["n"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (1..=seq).collect::<Vec<_>>(), "the counter has no hole");
}

#[test]
fn a_server_gets_every_report_once_though_it_was_away_and_the_tap_killed() {
    if !installed() {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("wires.ndjson");
    (1..=500).for_each(|seq| write(&log, &wire(seq)));
    let port = free_port();
    let server = format!("http://127.0.0.1:{port}");
    // Nobody is there yet: it waits, and its position keeps the batch.
    let early = tap(directory.path(), &["--server", &server]).spawn().unwrap();
    let position = directory.path().join("tap-gateway.position");
    wait_until("the batch is kept", || fs::read_to_string(&position).ok().filter(|text| text.contains("IMAD-500")));
    kill(early);
    let meridian = Meridian::start(PROGRAM, &[("estate.yaml", ESTATE)], &[]);
    let server = meridian.url("");
    let child = tap(directory.path(), &["--server", &server, "--lag", "1s"]).spawn().unwrap();
    let metric = |outcome: &str| {
        let text = meridian.get("/metrics").text();
        let line = format!("meridian_checkpoints_total{{outcome=\"{outcome}\"}} ");
        text.lines().find_map(|told| told.strip_prefix(&line)?.parse::<u64>().ok()).unwrap_or_default()
    };
    wait_until("all 500 are taken", || (metric("new") >= 500).then_some(()));
    kill(child);
    (501..=600).for_each(|seq| write(&log, &wire(seq)));
    once(directory.path(), &["--server", &server]).ok();
    let reader: BTreeMap<&str, u64> = ["contradicted", "set_aside"].map(|outcome| (outcome, metric(outcome))).into();
    assert_eq!(reader, BTreeMap::from([("contradicted", 0), ("set_aside", 0)]));
    let sum = "meridian_chain_messages{chain=\"wires\",state=\"originated\"} 600";
    // A test point that the chain does not have: the server says so, and the tap does.
    let nowhere = ["--server", &server, "--reporter", "other", "--hop", "nowhere"];
    let mut command = Command::new(PROGRAM);
    command.args(["tap", "wires.ndjson", "--once", "--chain", "wires"]).args(nowhere).current_dir(directory.path());
    let ran = Ran::from(command.output().unwrap()).fails(1, &["no such hop", "600 reports, the first is 1,"]);
    assert_eq!(ran.out, "600 reported, 0 refused, 600 by the server, 0 lines that tell of no message\n");
    wait_until("all 600 are counted once", || meridian.get("/metrics").text().contains(sum).then_some(()));
}

#[test]
fn what_is_wrong_is_said_and_the_rest_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let log = directory.path().join("wires.ndjson");
    write(&log, &wire(1));
    write(&log, "{\"id\":\"2\"}\nnonsense\n");
    write(&log, wire(3).trim_end());
    let to = ["--to", "out.ndjson"];
    let ran = once(directory.path(), &to);
    let ran = ran.fails(1, &["refused: wires.ndjson, byte", "at: ", "no JSON object"]);
    assert_eq!(ran.out, "2 reported, 2 refused, 0 lines that tell of no message\n");
    // Another tap may not go on with this position, and two may not use it at once.
    let other = once(
        directory.path(),
        &["--to", "out.ndjson", "--lane", "B", "--reporter", "other", "--position", "tap-gateway.position"],
    );
    assert!(other.err.contains("belongs to another tap"), "{}", other.err);
    let out = directory.path().join("out.ndjson");
    let heartbeats = || fs::read_to_string(&out).unwrap_or_default().matches("through").count();
    let before = heartbeats();
    let running = tap(directory.path(), &to).spawn().unwrap();
    wait_until("it runs, and holds its position", || (heartbeats() > before).then_some(()));
    once(directory.path(), &to).fails(1, &["is in use"]);
    kill(running);
    // What the first one told, `chain audit` reads.
    fs::write(directory.path().join("estate.yaml"), ESTATE).unwrap();
    fs::create_dir(directory.path().join("estate")).unwrap();
    fs::rename(directory.path().join("estate.yaml"), directory.path().join("estate/estate.yaml")).unwrap();
    let mut audit = Command::new(PROGRAM);
    audit.args(["chain", "audit", "--estate", "estate", "out.ndjson"]).current_dir(directory.path());
    let told: Ran = audit.output().unwrap().into();
    assert!(told.out.contains("wires: 2 messages"), "{}\n{}", told.out, told.err);
}
