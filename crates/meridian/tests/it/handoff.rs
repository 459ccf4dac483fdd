//! The watch is handed over in a browser, over a real server: three sites around this very minute.

use super::ground::{PROGRAM, admin_token};
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
    - { from: "{at -57600}", until: "{at -25200}", with: wen, layer: hong-kong }
    - { from: "{at -28800}", until: "{at LONDON_ENDS}", with: tom, layer: london }
    - { from: "{at -3600}", until: "{at NEW_YORK_ENDS}", with: oliver, layer: new-york }
    - { from: "{at HONG_KONG_BEGINS}", until: "{at HONG_KONG_ENDS}", with: wen, layer: hong-kong }
    - { from: "{at LONDON_BEGINS}", until: "{at 86400}", with: priya, layer: london }
  handoff: { opens: 1h, late: 1s, leadsAfter: 1m }
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

/// When the watch passes, in seconds from now: London's stretch ends, New York's ends, Hong Kong has one, London begins.
struct Day {
    london_ends: i64,
    new_york_ends: i64,
    hong_kong: (i64, i64),
    london_begins: i64,
}

/// The estate around this moment; its layers watch of themselves on another day of the week, which is in no picture.
fn estate(hook: &Receiver, day: &Day) -> String {
    let now = Timestamp::now();
    let far = (now + SignedDuration::from_hours(3 * 24)).to_zoned(TimeZone::UTC);
    let text = ESTATE.replace("{hook}", &hook.url("")).replace("{far}", &far.strftime("%a").to_string().to_lowercase());
    let at = |text: String, name: &str, seconds: i64| {
        let at = now + SignedDuration::from_secs(seconds);
        text.replace(&format!("{{at {name}}}"), &at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    };
    let text = [-57_600, -28_800, -25_200, -3_600, 86_400]
        .into_iter()
        .fold(text, |text, seconds| at(text, &seconds.to_string(), seconds));
    let named = [
        ("LONDON_ENDS", day.london_ends),
        ("NEW_YORK_ENDS", day.new_york_ends),
        ("HONG_KONG_BEGINS", day.hong_kong.0),
        ("HONG_KONG_ENDS", day.hong_kong.1),
        ("LONDON_BEGINS", day.london_begins),
    ];
    named.into_iter().fold(text, |text, (name, seconds)| at(text, name, seconds))
}

/// A house on such a day, with an incident that London, which holds the watch, was paged for alone.
fn house(hook: &Receiver, day: &Day) -> Meridian {
    let mut meridian = Meridian::start(PROGRAM, &[("estate.yaml", &estate(hook, day))], &[]);
    meridian.set_token(&admin_token(&meridian));
    let alert = json!([{ "labels": { "alertname": "Wires", "severity": "critical" } }]);
    assert_eq!(meridian.post("/api/v2/alerts", &alert).status, 200);
    hook.wait_until("the page", |requests| requests.iter().any(|request| request.text().contains("Wires")));
    meridian
}

fn in_a_browser(meridian: &Meridian, part: &str) {
    // The pictures stay, to be looked at.
    let pictures = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("day");
    Browser::new().run("day", &[part, &meridian.url(""), &pictures.to_string_lossy()]).ok();
}

/// How often each of these happened.
fn check(facts: &[Value], counts: &[(&str, usize)]) {
    for (name, count) in counts {
        assert_eq!(of(facts, name).len(), *count, "{name}");
    }
}

fn of<'a>(facts: &'a [Value], name: &str) -> Vec<&'a Value> {
    facts.iter().filter_map(|entry| entry["fact"].get(name)).collect()
}

#[test]
fn a_handoff_in_time_in_a_browser() {
    if !installed() {
        return;
    }
    let hook = Receiver::start();
    // Due in the afternoon: nobody has to hurry.
    let day = Day { london_ends: 3_000, new_york_ends: 3_030, hong_kong: (3_005, 20_000), london_begins: 3_035 };
    let meridian = house(&hook, &day);
    in_a_browser(&meridian, "morning");
    let facts = journal(&meridian);
    check(
        &facts,
        &[
            ("handoff.opened", 2),
            ("handoff.refused", 1),
            ("handoff.read", 2),
            ("handoff.read_back", 1),
            ("handoff.late", 0),
            ("handoff.accepted", 1),
        ],
    );
}

#[test]
fn a_late_handoff_and_an_emergency_in_a_browser() {
    if !installed() {
        return;
    }
    let hook = Receiver::start();
    let day = Day { london_ends: 60, new_york_ends: 65, hong_kong: (61, 3_000), london_begins: 70 };
    let meridian = house(&hook, &day);
    // New York takes the watch at once, and then nobody comes.
    let taken = json!({ "by": "oliver", "emergency": true });
    assert_eq!(meridian.post("/api/v1/handoffs/1/accept", &taken).status, 200);
    in_a_browser(&meridian, "night");
    let facts = journal(&meridian);
    check(
        &facts,
        &[
            ("handoff.opened", 3),
            ("handoff.read", 1),
            ("handoff.read_back", 1),
            ("handoff.late", 1),
            ("handoff.escalated", 1),
            ("handoff.accepted", 3),
        ],
    );
    let emergencies: Vec<bool> = of(&facts, "handoff.accepted").iter().map(|fact| fact["emergency"] == true).collect();
    assert_eq!(emergencies, [true, false, true]);
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
