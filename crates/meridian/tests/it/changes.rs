//! Changes of who is on watch, as people make them in a browser and hear of them: over a real mail server and a webhook.

use super::ground::{PROGRAM, admin_token};
use jiff::{SignedDuration, Timestamp};
use meridian_testkit::servers::{Browser, Meridian, Receiver, Smtp, http, installed, wait_until};
use serde_json::{Value, json};

/// Wen and Mei share the watch day by day; Ana leads the team and approves swaps.
const ESTATE: &str = r#"
apiVersion: meridian/v1
kind: Site
metadata: { name: london }
spec: { displayName: London, timeZone: UTC }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: mail }
spec: { smtp: { host: 127.0.0.1, port: {smtp}, from: meridian@example.com, tls: none } }
---
apiVersion: meridian/v1
kind: Channel
metadata: { name: signed }
spec: { webhook: { secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: wen }
spec: { displayName: Wen Li, site: london, contacts: [{ name: mail, email: wen@example.com }] }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: mei }
spec: { displayName: Mei Chan, site: london, contacts: [{ name: hook, webhook: "{hook}/mei" }, { name: mail, email: mei@example.com }], reach: { high: [{ contact: hook }, { contact: mail }], low: [{ contact: hook }, { contact: mail, after: 1m }] } }
---
apiVersion: meridian/v1
kind: Person
metadata: { name: ana }
spec: { displayName: Ana Ruiz, site: london, contacts: [{ name: hook, webhook: "{hook}/ana" }] }
---
apiVersion: meridian/v1
kind: Team
metadata: { name: payments }
spec: { members: [wen, mei, ana], lead: ana, approveSwaps: true }
---
apiVersion: meridian/v1
kind: Rota
metadata: { name: payments }
spec:
  team: payments
  layers:
    - name: london
      site: london
      rotation: { start: "2020-01-06T00:00", every: 1 day, members: [wen, mei] }
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
  route: { receiver: payments, group_by: [alertname] }
  severity: { label: severity, map: { critical: SEV1 }, default: SEV3 }
"#;

fn house() -> (Meridian, Smtp, Receiver) {
    let (smtp, hook) = (Smtp::start(), Receiver::start());
    let estate = ESTATE.replace("{smtp}", &smtp.port().to_string()).replace("{hook}", &hook.url(""));
    (Meridian::start(PROGRAM, &[("estate.yaml", &estate)], &[]), smtp, hook)
}

fn change(meridian: &Meridian, id: u64) -> Value {
    meridian.get(&format!("/api/v1/changes/{id}")).json()
}

/// How a notice about the change to this person stands.
fn told(meridian: &Meridian, id: u64, person: &str, because: &str) -> Option<String> {
    let change = change(meridian, id);
    let told = change["told"].as_array()?.iter().find(|one| one["person"] == person && one["because"] == because)?;
    Some(told["state"].as_str()?.to_owned())
}

#[test]
fn whoever_can_take_a_watch_is_told_and_takes_it_by_the_link() {
    if !installed() {
        return;
    }
    let (mut meridian, smtp, hook) = house();
    meridian.set_token(&admin_token(&meridian));
    let now = Timestamp::now();
    let on_watch = meridian.get("/api/v1/oncall?rota=payments").json();
    let (owner, other) = match on_watch["items"][0]["person"].as_str().unwrap() {
        "wen" => ("wen", "mei"),
        _ => ("mei", "wen"),
    };
    // The watch runs, and its person is sick: those who can take it are told over the contacts of a page.
    let until = (now + SignedDuration::from_mins(30)).to_string();
    let made = meridian.post("/api/v1/sick", &json!({ "person": owner, "until": until }));
    assert_eq!(made.status, 201, "{}", made.text());
    let request = made.json()["changes"].as_array().unwrap().iter().find(|c| c["kind"] == "cover").unwrap()["change"]
        .as_u64()
        .unwrap();
    let body = |path: &'static str| {
        move |requests: &[meridian_testkit::servers::Request]| requests.iter().any(|request| request.path == path)
    };
    hook.wait_until("the notice to Ana", body("/ana"));
    let letter = hook.requests().into_iter().find(|request| request.path == "/ana").unwrap();
    let said = letter.json();
    assert_eq!((&said["type"], &said["data"]["because"]), (&json!("change.notice"), &json!("asked")), "{said}");
    assert!(letter.header("webhook-signature").is_some_and(|signature| signature.starts_with("v1,")));
    let mail = smtp.wait_for(1).remove(0);
    let name = if owner == "wen" { "Wen Li" } else { "Mei Chan" };
    for words in [name, "who is sick", "UTC", "payments"] {
        assert!(mail.text.contains(words), "`{words}` is not in {}", mail.text);
    }
    let link = mail.link("/answer/").unwrap_or_else(|| panic!("no link to answer in {}", mail.text)).to_owned();
    // A scanner opens every link: nothing happens.
    for method in ["GET", "HEAD"] {
        assert_eq!(http::send(method, &link, &[], b"").unwrap().status, 200);
    }
    assert_eq!(change(&meridian, request)["state"], "open");
    Browser::new().axe(&[&link]).ok();
    // What the notice does not ask can't be done with its link.
    let form = [("content-type", "application/x-www-form-urlencoded")];
    http::send("POST", &link, &form, b"change=999&answer=take").unwrap();
    http::send("POST", &link, &form, format!("change={request}&answer=approve").as_bytes()).unwrap();
    assert_eq!(change(&meridian, request)["state"], "open");
    http::send("POST", &link, &form, format!("change={request}&answer=take").as_bytes()).unwrap();
    let taken = change(&meridian, request);
    assert_eq!((&taken["state"], &taken["with"]), (&json!("taken"), &json!(other)), "{taken}");
    let now_on = meridian.get("/api/v1/oncall?rota=payments").json();
    assert_eq!(now_on["items"][0]["person"], other);
    wait_until("the notices are settled", || (told(&meridian, request, other, "asked")? == "delivered").then_some(()));
    assert_eq!(told(&meridian, request, owner, "relieved"), None, "who is sick is left in peace");
}

#[test]
fn what_can_not_be_delivered_is_tried_the_other_way_and_shown() {
    if !installed() {
        return;
    }
    let (mut meridian, _smtp, hook) = house();
    meridian.set_token(&admin_token(&meridian));
    hook.answer(|_| meridian_testkit::servers::Answer::status(410));
    let now = Timestamp::now();
    let window = |minutes: i64| (now + SignedDuration::from_mins(minutes)).to_string();
    // Ana has one contact, which is gone; Mei has another way.
    for (id, person, state) in [(1, "ana", "failed"), (2, "mei", "delivered")] {
        let body = json!({ "from": window(1), "until": window(300), "with": person });
        let made = meridian.post("/api/v1/rotas/payments/overrides", &body);
        assert_eq!(made.status, 201, "{}", made.text());
        wait_until(&format!("the notice to {person} is {state}"), || {
            (told(&meridian, id, person, "on_watch")? == state).then_some(())
        });
    }
    let shown = change(&meridian, 1).to_string();
    assert!(shown.contains("410"), "the error is shown: {shown}");
}

#[test]
fn changes_are_made_in_a_browser_and_seen_everywhere_at_once() {
    if !installed() {
        return;
    }
    let (meridian, _smtp, _hook) = house();
    // It is printed right after the first answer.
    let printed = || meridian.log().split_once("/setup?token=").is_some_and(|(_, rest)| rest.contains('\n'));
    wait_until("the setup link", || printed().then_some(()));
    Browser::new().run("changes", &[&meridian.url(""), &meridian.setup_link()]).ok();
}
