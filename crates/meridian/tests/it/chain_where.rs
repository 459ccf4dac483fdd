//! `meridian chain list | where | found | findings | withdraw`: of a server, and of the files that it leaves.

use jiff::{SignedDuration, Timestamp};
use meridian_testkit::servers::wait_until;
use serde_json::{Value, json};

use crate::client::{ESTATE, House};

const CHAINS: &str = "
apiVersion: meridian/v1
kind: Chain
metadata: { name: usd }
spec: { hops: [{ name: app }, { name: fw-usd, component: firewall-x, limit: 5s }, { name: fed, limit: 5s }], breachPages: payments }
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: eur }
spec: { hops: [{ name: hub }, { name: fw-eur, component: firewall-x, limit: 5s }, { name: target, limit: 5s }], breachPages: payments }
";

/// Three messages of each chain were sent a minute ago, and the firewall says that none came.
fn held() -> String {
    let ago = |seconds: i64| (Timestamp::now() - SignedDuration::from_secs(seconds)).to_string();
    let mut lines: Vec<Value> = Vec::new();
    for (chain, first, second) in [("usd", "app", "fw-usd"), ("eur", "hub", "fw-eur")] {
        let point = |hop: &str, lane: &str, n: u64, seconds: i64| json!({ "chain": chain, "lane": lane, "seq": n, "id": format!("{chain}{lane}{n}"), "hop": hop, "at": ago(seconds), "reporter": hop, "epoch": 1, "n": n });
        lines.push(point(second, "test", 1, 90));
        lines.extend((1..=3).map(|n| point(first, "a", n, 60)));
        for (hop, through) in [(first, 3), (second, 1)] {
            lines.push(json!({ "reporter": hop, "epoch": 1, "through": through, "at": ago(0) }));
        }
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_server_and_its_files_name_the_shared_firewall_and_findings_are_recorded() {
    let mut house = House::with(&format!("{ESTATE}---{CHAINS}"));
    let sent = house.meridian.send(
        "POST",
        "/api/v1/checkpoints",
        &[("authorization", &format!("Bearer {}", house.token))],
        held().as_bytes(),
    );
    assert_eq!(sent.status, 200, "{}", sent.text());
    wait_until("the incidents", || {
        let ran = house.run(&["chain", "list", "--plain"]);
        (ran.out.matches("INC-").count() == 2).then_some(())
    });
    let ran = house.run(&["chain", "list"]);
    assert!(ran.out.contains("usd") && ran.out.contains("held") && ran.out.contains("0 of 4"), "{ran:?}");

    let ran = house.run(&["chain", "where"]);
    let named = "firewall-x, where it takes messages in: explains 2 of 2 failing, spares 0 of 0 healthy";
    assert!(ran.code == 0 && ran.out.contains(named), "{ran:?}");
    assert!(ran.out.contains("Look next") && ran.out.contains("Then: meridian chain found "), "{ran:?}");
    let json: Value = serde_json::from_str(&house.run(&["chain", "where", "--json"]).out).unwrap();
    assert_eq!(json["explanations"][0]["sets"][0]["explains"], 2);

    let ran = house
        .run(&["chain", "found", "usd", "fw-usd", "--side", "entrance", "--seen", "--note", "tcpdump", "--by", "wen"]);
    assert!(
        ran.out.starts_with("Finding 1 of INC-") && ran.out.ends_with("at the entrance of fw-usd of usd, seen.\n"),
        "{ran:?}"
    );
    let ran = house.run(&["chain", "findings", "--plain"]);
    assert!(ran.out.contains("counts") && ran.out.contains("wen") && ran.out.contains("tcpdump"), "{ran:?}");
    let incident = json["segments"].as_array().map(Vec::len);
    assert_eq!(incident, Some(2));
    let shown = house
        .run(&["incident", "list", "--quiet"])
        .out
        .lines()
        .map(|id| house.run(&["incident", "show", id]).out)
        .collect::<String>();
    assert!(shown.contains("seen at the entrance of fw-usd"), "{shown}");

    // What is wrong is said, and nothing is recorded.
    for (args, says) in [
        (&["chain", "found", "usd", "fw-us", "--seen"][..], "did you mean `fw-usd`?"),
        (&["chain", "found", "usd", "fw-usd"], "--seen"),
        (&["chain", "found", "usd", "fw-usd", "--seen", "--not-seen"], "cannot be used with"),
        (&["chain", "found", "usd", "fw-usd", "--side", "left", "--seen"], "none of entrance, at, exit"),
        (&["chain", "withdraw", "9"], "finding 9 does not exist"),
    ] {
        let ran = house.run(args);
        assert!(ran.code != 0 && ran.err.contains(says), "{args:?}: {ran:?}");
    }

    // The files say the same when the server is gone.
    let before = house.run(&["chain", "where"]).out;
    house.meridian.stop();
    let data = house.meridian.data().to_str().unwrap().to_owned();
    let ran = house.run(&["chain", "where", "--data", &data]);
    let answer = |text: &str| text.split("\n\n").nth(1).map(str::to_owned);
    assert!(ran.code == 0 && answer(&ran.out) == answer(&before), "{ran:?}\n{before}");
    house.meridian.restart();
    let ran = house.run(&["chain", "withdraw", "1", "--reason", "the wrong interface"]);
    assert_eq!(ran.out, "Finding 1 is withdrawn.\n", "{ran:?}");
    assert!(house.run(&["chain", "findings"]).out.contains("withdrawn"));
}
