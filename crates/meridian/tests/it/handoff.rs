//! The watch is handed over in a browser, over a real server: three sites around this very minute.

use super::ground::PROGRAM;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use meridian_testkit::servers::{Browser, Meridian, Receiver, installed};
use serde_json::{Value, json};

const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { displayName: Hong Kong, timeZone: UTC }
---
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { displayName: London, timeZone: UTC }
---
apiVersion: meridian/v1
kind: Site
metadata: { name: new-york }
spec: { displayName: New York, timeZone: UTC }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: signed }
spec: { webhook: { secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { displayName: Wen Li, site: hong-kong, contacts: [{ name: hook, webhook: "{hook}/wen" }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: tom }
spec: { displayName: Tom Ashdown, site: london, contacts: [{ name: hook, webhook: "{hook}/tom" }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: oliver }
spec: { displayName: Oliver Grant, site: new-york, contacts: [{ name: hook, webhook: "{hook}/oliver" }] }
---
apiVersion: meridian/v1
kind: Team
metadata: { name: payments }
spec: { members: [wen, tom, oliver], lead: wen }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: payments
  layers:
    - name: hong-kong
      site: hong-kong
      hours: [{ days: daily, from: "{in 6h}", to: "{in 8h}" }]
      rotation: { start: 2020-01-06T00:00, every: 1 week, members: [wen] }
    - name: london
      site: london
      hours: [{ days: daily, from: "{in -8h}", to: "{in -6h}" }]
      rotation: { start: 2020-01-06T00:00, every: 1 week, members: [tom] }
    - name: new-york
      site: new-york
      hours: [{ days: daily, from: "{in -1h}", to: "{in 7h}" }]
      rotation: { start: 2020-01-06T00:00, every: 1 week, members: [oliver] }
  overrides:
    - { from: "{at -7h}", until: "{at 45s}", with: tom, layer: london }
  handoff: { opens: 1h, late: 1s }
---
apiVersion: meridian/v1
kind: Escalation
metadata: { name: payments }
spec: { steps: [{ page: [rota/payments], within: 10m }] }
---
apiVersion: meridian/v1
kind: Routing
metadata: { name: house }
spec:
  route: { receiver: payments, group_by: [alertname], group_wait: 0s }
  severity: { label: severity, map: { critical: SEV1 }, default: SEV3 }
"#;

/// The estate around this moment: `{in 6h}` is a wall clock, `{at 45s}` an instant.
fn estate(hook: &Receiver, now: Timestamp) -> String {
    let mut text = ESTATE.replace("{hook}", &hook.url(""));
    for hours in [-8, -6, -1, 6, 7, 8] {
        let there = (now + SignedDuration::from_hours(hours)).to_zoned(TimeZone::UTC);
        text = text.replace(&format!("{{in {hours}h}}"), &there.strftime("%H:%M").to_string());
    }
    let instant = |by: SignedDuration| (now + by).strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    text.replace("{at -7h}", &instant(SignedDuration::from_hours(-7)))
        .replace("{at 45s}", &instant(SignedDuration::from_secs(45)))
}

#[test]
fn a_watch_is_handed_over_in_a_browser() {
    if !installed() {
        return;
    }
    let hook = Receiver::start();
    let meridian = Meridian::start(PROGRAM, &[("estate.yaml", &estate(&hook, Timestamp::now()))], &[]);
    let alert = json!([{ "labels": { "alertname": "Wires", "severity": "critical" } }]);
    assert_eq!(meridian.post("/api/v2/alerts", &alert).status, 200);
    // London holds the watch and is paged alone.
    hook.wait_until("the page", |requests| requests.iter().any(|request| request.text().contains("Wires")));
    Browser::new().run("handoff", &[&meridian.url(""), &meridian.setup_link()]).ok();
    let facts = journal(&meridian);
    let of = |name: &str| facts.iter().filter(|entry| entry["fact"].get(name).is_some()).count();
    for (name, count) in
        [("handoff.refused", 1), ("handoff.read_back", 1), ("handoff.late", 1), ("handoff.accepted", 1)]
    {
        assert_eq!(of(name), count, "{name}");
    }
    // Both sides were paged for the late one.
    hook.wait_until("the pages of both sides", |requests| {
        let told = |path: &str| {
            requests.iter().any(|request| request.path == path && request.text().contains("is not accepted"))
        };
        told("/tom") && told("/oliver")
    });
}

/// Every entry of the journal, oldest first.
fn journal(meridian: &Meridian) -> Vec<Value> {
    let out = std::process::Command::new(PROGRAM).args(["journal", "export", "--data"]).arg(meridian.data()).output();
    let out = String::from_utf8_lossy(&out.expect("the program starts").stdout).into_owned();
    out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
