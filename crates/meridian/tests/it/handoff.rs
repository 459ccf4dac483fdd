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
kind: Person
metadata: { name: priya }
spec: { displayName: Priya Nair, site: london, contacts: [{ name: hook, webhook: "{hook}/priya" }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ruth }
spec: { displayName: Ruth Adeyemi, site: london, contacts: [{ name: hook, webhook: "{hook}/ruth" }] }
---
apiVersion: meridian/v1
kind: Team
metadata: { name: payments }
spec: { members: [wen, tom, oliver, priya, ruth], lead: ruth }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: payments
  layers:
    - name: hong-kong
      site: hong-kong
      hours: [{ days: {far}, from: "08:00", to: "09:00" }]
      rotation: { start: 2020-01-06T00:00, every: 1 week, members: [wen] }
    - name: london
      site: london
      hours: [{ days: {far}, from: "09:00", to: "10:00" }]
      rotation: { start: 2020-01-06T00:00, every: 1 week, members: [tom] }
    - name: new-york
      site: new-york
      hours: [{ days: {far}, from: "10:00", to: "11:00" }]
      rotation: { start: 2020-01-06T00:00, every: 1 week, members: [oliver] }
  overrides:
    - { from: "{at -57600s}", until: "{at -25200s}", with: wen, layer: hong-kong }
    - { from: "{at -28800s}", until: "{at 120s}", with: tom, layer: london }
    - { from: "{at -3600s}", until: "{at 150s}", with: oliver, layer: new-york }
    - { from: "{at 125s}", until: "{at 360s}", with: wen, layer: hong-kong }
    - { from: "{at 155s}", until: "{at 28800s}", with: priya, layer: london }
  handoff: { opens: 4m, late: 1s, leadsAfter: 1m }
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

/// The estate around this moment: `{at 120s}` is an instant, `{far}` another day of the week.
fn estate(hook: &Receiver, now: Timestamp) -> String {
    let mut text = ESTATE.replace("{hook}", &hook.url(""));
    // The layers watch of themselves on a day that is not in the picture.
    let far = (now + SignedDuration::from_hours(3 * 24)).to_zoned(TimeZone::UTC);
    text = text.replace("{far}", &far.strftime("%a").to_string().to_lowercase());
    for seconds in [-57_600, -28_800, -25_200, -3_600, 120, 125, 150, 155, 360, 28_800] {
        let at = now + SignedDuration::from_secs(seconds);
        text = text.replace(&format!("{{at {seconds}s}}"), &at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
    }
    text
}

#[test]
fn a_day_of_handoffs_in_a_browser() {
    if !installed() {
        return;
    }
    let hook = Receiver::start();
    let meridian = Meridian::start(PROGRAM, &[("estate.yaml", &estate(&hook, Timestamp::now()))], &[]);
    let alert = json!([{ "labels": { "alertname": "Wires", "severity": "critical" } }]);
    assert_eq!(meridian.post("/api/v2/alerts", &alert).status, 200);
    // London holds the watch and is paged alone.
    hook.wait_until("the page", |requests| requests.iter().any(|request| request.text().contains("Wires")));
    // The pictures stay, to be looked at.
    let pictures = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("day");
    Browser::new().run("day", &[&meridian.url(""), &meridian.setup_link(), &pictures.to_string_lossy()]).ok();
    let facts = journal(&meridian);
    let of = |name: &str| facts.iter().filter_map(|entry| entry["fact"].get(name)).collect::<Vec<_>>();
    let counts = [
        ("handoff.opened", 3),
        ("handoff.refused", 1),
        ("handoff.read", 3),
        ("handoff.read_back", 2),
        ("handoff.late", 1),
        ("handoff.escalated", 1),
        ("handoff.accepted", 3),
    ];
    for (name, count) in counts {
        assert_eq!(of(name).len(), count, "{name}");
    }
    let emergencies: Vec<bool> = of("handoff.accepted").iter().map(|fact| fact["emergency"] == true).collect();
    assert_eq!(emergencies, [false, false, true]);
    // Both sides were paged for the late one, then the lead.
    let told = |path: &str| {
        hook.wait_until(path, |requests| {
            requests.iter().any(|request| request.path == path && request.text().contains("is not accepted"))
        });
    };
    ["/oliver", "/wen", "/ruth"].into_iter().for_each(told);
}

/// Every entry of the journal, oldest first.
fn journal(meridian: &Meridian) -> Vec<Value> {
    let out = std::process::Command::new(PROGRAM).args(["journal", "export", "--data"]).arg(meridian.data()).output();
    let out = String::from_utf8_lossy(&out.expect("the program starts").stdout).into_owned();
    out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}
