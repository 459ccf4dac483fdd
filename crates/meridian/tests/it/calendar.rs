//! Calendar feeds, read back by the libraries that calendars are made with.

use super::ground::{PROGRAM, admin_token};
use meridian_testkit::servers::{Meridian, http, installed, python};
use serde_json::{Value, json};
use std::{io::Read as _, process::Command};

/// Three sites of the ring; in the window their clocks change on three days.
const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: hong-kong }
spec: { displayName: "Hong Kong; Central", timeZone: Asia/Hong_Kong, calendar: hk-public }
---
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { timeZone: Europe/London }
---
apiVersion: meridian/v1
kind: Site
metadata: { name: new-york }
spec: { timeZone: America/New_York }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { displayName: "Wen Li, 李文", site: hong-kong }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: tom }
spec: { site: london }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: oliver }
spec: { site: new-york }
---
apiVersion: meridian/v1
kind: Team
metadata: { name: ops }
spec: { members: [wen, tom, oliver], lead: tom }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: ops
  layers:
    - name: hong-kong
      site: hong-kong
      hours: [{ days: mon-fri, from: "06:00", to: "17:00" }]
      holidays: closed
      rotation: { start: 2026-01-05T06:00, every: 1 week, members: [wen] }
    - name: london
      site: london
      hours: [{ days: daily, from: "22:00", to: "06:00" }]
      rotation: { start: 2026-01-05T08:00, every: 1 day, members: [tom, [wen, oliver]] }
    - name: new-york
      site: new-york
      hours: [{ from: "08:00", to: "19:00" }]
      rotation: { start: 2026-01-05T08:00, every: 3 days, members: [oliver, tom] }
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
  route: { receiver: payments }
  severity: { label: severity, map: {}, default: SEV3 }
"#;

/// Reads an address with `icalendar`, and what takes place in a window with `recurring-ical-events`.
const READ: &str = r#"
import json, sys, datetime, urllib.request
import icalendar, recurring_ical_events
url, begin, end = sys.argv[1:]
with urllib.request.urlopen(url) as answer:
    kind, text = answer.headers["content-type"], answer.read()
calendar = icalendar.Calendar.from_ical(text)
moment = datetime.datetime.fromisoformat
found = recurring_ical_events.of(calendar).between(moment(begin), moment(end))
def one(event):
    start, end = event.start, event.end
    assert start.utcoffset() == datetime.timedelta(0) == end.utcoffset(), (start, end)
    return {"uid": str(event["uid"]), "sequence": int(event["sequence"]), "summary": str(event["summary"]),
            "location": str(event["location"]), "url": str(event["url"]),
            "from": start.strftime("%Y-%m-%dT%H:%M:%SZ"), "until": end.strftime("%Y-%m-%dT%H:%M:%SZ")}
events = sorted((one(event) for event in found), key=lambda event: (event["from"], event["uid"]))
errors = [str(e) for event in calendar.walk() for e in event.errors]
print(json.dumps({"kind": kind, "name": str(calendar["name"]), "errors": errors, "events": events}))
"#;

fn read(url: &str, from: &str, until: &str) -> Value {
    let read: Value = serde_json::from_str(&python(READ, &[url, from, until]).ok()).unwrap();
    assert_eq!((read["kind"].as_str(), &read["errors"]), (Some("text/calendar; charset=utf-8"), &json!([])));
    read
}

/// The shifts that the command line has from the same files, as `FROM UNTIL LAYER PERSON`.
fn shifts(meridian: &Meridian, from: &str, until: &str) -> Vec<String> {
    let mut command = Command::new(PROGRAM);
    command.args(["shifts", "--rota", "payments", "--json", "--from", from, "--to", until, "--estate"]);
    let printed = command.arg(meridian.estate()).output().unwrap();
    let shifts: Vec<Value> = serde_json::from_slice(&printed.stdout).unwrap();
    let text = |shift: &Value, key: &str| shift[key].as_str().unwrap().to_owned();
    let line = |shift: &Value| ["from", "until", "layer", "person"].map(|key| text(shift, key)).join(" ");
    let mut lines: Vec<String> = shifts.iter().map(line).filter(|line| is_whole(line, from, until)).collect();
    lines.sort();
    lines
}

/// A shift that reaches over an end of the window is clipped by the one and not by the other.
fn is_whole(line: &str, from: &str, until: &str) -> bool {
    let mut words = line.split(' ');
    words.next().is_some_and(|begin| begin > from) && words.next().is_some_and(|end| end < until)
}

fn lines(read: &Value, from: &str, until: &str) -> Vec<String> {
    let line = |event: &Value| {
        let uid: Vec<&str> = event["uid"].as_str().unwrap().trim_end_matches("@meridian").split('.').collect();
        let (layer, person) = (uid[1], uid[3]);
        format!("{} {} {layer} {person}", event["from"].as_str().unwrap(), event["until"].as_str().unwrap())
    };
    let events = read["events"].as_array().unwrap().iter().map(line);
    let mut lines: Vec<String> = events.filter(|line| is_whole(line, from, until)).collect();
    lines.sort();
    lines
}

/// Over every change of clocks in the coming year.
#[test]
fn a_feed_is_what_the_roster_says_and_changes_with_it() {
    if !installed() {
        return;
    }
    let mut meridian = Meridian::start(PROGRAM, &[("estate.yaml", ESTATE)], &[]);
    let token = admin_token(&meridian);
    meridian.set_token(&token);
    let make = |of: &str| meridian.post("/api/v1/feeds", &json!({ "of": of })).json();
    let made = make("rota/payments");
    let url = made["url"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
    assert!(url.starts_with(&meridian.url("/calendar/mrf_")) && url.ends_with(".ics"), "{url}");

    // A year from today, whole: two changes of clocks in London and two in New York.
    let today = jiff::Timestamp::now();
    let day = |days: i64| {
        let at = today + jiff::SignedDuration::from_hours(24 * days);
        at.strftime("%Y-%m-%dT00:00:00Z").to_string()
    };
    let (from, until) = (day(-29), day(366));
    let calendar = read(&url, &from, &until);
    assert_eq!(calendar["name"], "Watch: payments");
    let expected = shifts(&meridian, &from, &until);
    assert!(expected.len() > 700, "{}", expected.len());
    assert_eq!(lines(&calendar, &from, &until), expected);

    // An unchanged feed is told by its tag.
    let answer = http::get(&url).unwrap();
    let tag = answer.header("etag").unwrap().to_owned();
    let again = http::send("GET", &url, &[("if-none-match", &tag)], b"").unwrap();
    assert_eq!((again.status, again.text().as_str()), (304, ""));
    // Packed for whoever takes that, it is the same.
    let packed = http::send("GET", &url, &[("accept-encoding", "gzip")], b"").unwrap();
    assert_eq!((packed.header("content-encoding"), packed.header("etag")), (Some("gzip"), Some(tag.as_str())));
    let mut unpacked = String::new();
    flate2::read::GzDecoder::new(packed.body.as_slice()).read_to_string(&mut unpacked).unwrap();
    assert!(unpacked == answer.text() && packed.body.len() * 8 < unpacked.len(), "{}", packed.body.len());
    assert!(answer.text().contains("\r\nREFRESH-INTERVAL;VALUE=DURATION:PT15M\r\n"));

    // A change shows at once: another person, the same hours, a higher number.
    let event = |calendar: &Value, who: &str| {
        let of =
            |event: &&Value| event["uid"].as_str().unwrap().contains(&format!("new-york.{}.{who}", &day(30)[..10]));
        calendar["events"].as_array().unwrap().iter().find(of).cloned()
    };
    let before = ["oliver", "tom"].into_iter().find_map(|who| Some((who, event(&calendar, who)?)));
    let (who, before) = before.expect("somebody is on watch in New York on that day");
    let other = if who == "tom" { "oliver" } else { "tom" };
    let change =
        json!({ "from": before["from"], "until": before["until"], "replace": who, "with": other, "layer": "new-york" });
    let added = meridian.post("/api/v1/rotas/payments/overrides", &change);
    assert_eq!(added.status, 201, "{}", added.text());
    let changed = http::send("GET", &url, &[("if-none-match", &tag)], b"").unwrap();
    assert_eq!(changed.status, 200);
    let calendar = read(&url, &from, &until);
    assert_eq!(event(&calendar, who), None, "what was cancelled vanishes");
    let after = event(&calendar, other).expect("whoever stands in has it");
    assert_eq!((&after["from"], &after["until"]), (&before["from"], &before["until"]));
    assert!(after["sequence"].as_u64() > before["sequence"].as_u64(), "{before} {after}");
    // And one that is shortened keeps its name.
    let path = format!("/api/v1/rotas/payments/overrides/{}", added.json()["id"]);
    assert_eq!(meridian.send("DELETE", &path, &[], b"").status, 204);
    let back = event(&read(&url, &from, &until), who).expect("it is back");
    assert_eq!((&back["uid"], &back["from"]), (&before["uid"], &before["from"]));
    assert!(back["sequence"].as_u64() > after["sequence"].as_u64(), "{back} {after}");

    // The person's own feed has their watches alone, in their words.
    let own = make("person/wen");
    let own = read(own["url"].as_str().unwrap(), &from, &until);
    let of_wen: Vec<&String> = expected.iter().filter(|line| line.ends_with(" wen")).collect();
    assert_eq!(lines(&own, &from, &until).iter().collect::<Vec<_>>(), of_wen);
    // The library leaves the escapes of this text as they are.
    assert_eq!(own["name"], "On watch: Wen Li\\, 李文");
    let first = &own["events"][0];
    assert_eq!(
        (first["summary"].as_str(), first["url"].as_str()),
        (Some("On watch: payments (primary)"), Some(meridian.url("/rotas/payments").as_str()))
    );

    // A team's has the watches of all its rotas, here of the one.
    let team = make("team/ops");
    let team = read(team["url"].as_str().unwrap_or_else(|| panic!("{team}")), &from, &until);
    assert_eq!(team["name"], "Watch of the team ops");
    assert!(lines(&team, &from, &until) == expected);

    // The same after a restart, and nothing once it is revoked.
    let text = http::get(&url).unwrap().text();
    meridian.restart();
    assert_eq!(http::get(&url).unwrap().text(), text);
    let journal = meridian.get("/api/v1/journal?limit=500").text();
    assert!(
        journal.contains("feed.made") && !journal.contains(url.rsplit('/').next().unwrap().trim_end_matches(".ics"))
    );
    assert_eq!(meridian.send("DELETE", &format!("/api/v1/feeds/{}", made["feed"]), &[], b"").status, 204);
    assert_eq!(http::get(&url).unwrap().status, 404);
    assert_eq!(http::get(&meridian.url("/calendar/mrf_guessed.ics")).unwrap().status, 404);
}
