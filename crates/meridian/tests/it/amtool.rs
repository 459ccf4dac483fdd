//! Debian's `amtool`, unmodified, with Meridian where it expects an Alertmanager.

use super::estate::House;
use meridian_testkit::servers::{self, installed};
use serde_json::Value;

#[test]
fn amtool_takes_meridian_for_an_alertmanager() {
    if !installed() {
        return;
    }
    let house = House::start();
    let amtool = |args: &[&str]| servers::amtool(&house.meridian.url(""), args).ok();
    let json = |args: &[&str]| serde_json::from_str::<Value>(&amtool(args)).unwrap();

    amtool(&["alert", "add", "alertname=QueueStuck", "severity=critical", "site=hong-kong"]);
    let found = json(&["alert", "query", "--output=json"]);
    assert_eq!(found[0]["labels"]["site"], "hong-kong", "{found}");
    assert_eq!(found[0]["receivers"][0]["name"], "payments", "{found}");
    assert_eq!(house.facts("alert.fired").len(), 1);

    let silence = ["silence", "add", "alertname=QueueStuck", "--comment=known", "--author=wen", "--duration=1h"];
    let id = amtool(&silence).trim().to_owned();
    assert_eq!(json(&["silence", "query", "--output=json"])[0]["id"], id.as_str());
    assert_eq!(json(&["alert", "query", "--output=json"]), serde_json::json!([]), "a silenced alert is not shown");
    let shown = json(&["alert", "query", "--silenced", "--output=json"]);
    assert_eq!(shown[0]["status"]["silencedBy"][0], id.as_str(), "{shown}");

    let changed = amtool(&["silence", "update", "--duration=2h", "--comment=still known", &id]);
    let silences = json(&["silence", "query", "--output=json"]);
    assert_eq!(silences[0]["comment"], "still known", "{changed}{silences}");
    let id = silences[0]["id"].as_str().unwrap().to_owned();
    amtool(&["silence", "expire", &id]);
    assert_eq!(json(&["silence", "query", "--output=json"]), serde_json::json!([]));
    assert_eq!(json(&["alert", "query", "--output=json"])[0]["labels"]["alertname"], "QueueStuck");

    let tree = amtool(&["config", "routes", "show"]);
    assert!(tree.contains("receiver: catch-all") && tree.contains("receiver: payments"), "{tree}");
    let test = |labels: &[&str]| amtool(&[&["config", "routes", "test"], labels].concat()).trim().to_owned();
    assert_eq!(test(&["severity=critical"]), "payments");
    assert_eq!(test(&["severity=info", "alertname=QueueStuck"]), "catch-all");
    house.verify();
}
