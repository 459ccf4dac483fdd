//! What people get wrong about who is on watch, through the API and the pages: it is refused in words that help, and
//! nothing is changed; or it is resolved, said, and somebody is on watch all the same.
//!
//! Not here: files. What is wrong with an iCalendar file, the command line's own tests have.

use meridian_core::{
    Command, Instant,
    access::AccountRole,
    estate::{self, SourceFile},
    id::{Actor, IncidentId},
};
use serde_json::{Value, json};

use super::house::{Asked, Mock};
use crate::serve::Intake;

/// Hong Kong watches from 00:00 to 12:00 UTC: Wen today, Mei tomorrow. London watches the rest: Oliver today.
const ESTATE: &str = include_str!("../../../../meridian-core/src/cover/tests/estate.yaml");
const NOW: &str = "2026-03-10T01:00:00Z";

struct Room {
    mock: Mock,
    asked: Asked,
}

impl Room {
    async fn new(text: &str) -> Room {
        let mock = Mock::empty(NOW.parse().unwrap(), Intake::Open).await;
        let asked = mock.session("watcher", AccountRole::Admin).await;
        let room = Room { mock, asked };
        room.load(text).await;
        room
    }

    async fn load(&self, text: &str) {
        let files = vec![SourceFile { path: "estate.yaml".into(), text: text.into() }];
        estate::load(&files).unwrap_or_else(|problems| panic!("{problems:#?}\n{text}"));
        let digest = estate::digest(&files);
        self.mock.house.keeper.ask(Actor::System, Command::LoadEstate { files, digest }).await.unwrap();
    }

    /// What is due until then has happened.
    async fn until(&self, now: &str) {
        self.mock.house.clock.raise(now.parse::<Instant>().unwrap());
        let nothing = Command::Note { incident: IncidentId(0), text: "x".into() };
        assert!(self.mock.house.keeper.ask(Actor::System, nothing).await.is_err());
    }

    async fn does(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = self.mock.ask(&self.asked, method, &format!("/api/v1{path}"), &body).await;
        (status.as_u16(), answer)
    }

    async fn made(&self, path: &str, body: Value) -> Value {
        let (status, answer) = self.does("post", path, &body).await;
        assert_eq!(status, 201, "{path} {body}: {answer}");
        answer
    }

    async fn get(&self, path: &str) -> Value {
        let (status, answer) = self.does("get", path, &Value::Null).await;
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    async fn people(&self, path: &str) -> Vec<String> {
        let answer = self.get(path).await;
        let items = answer["items"].as_array().unwrap();
        items.iter().map(|one| one["person"].as_str().unwrap().to_owned()).collect()
    }

    async fn on_watch(&self, at: &str) -> Vec<String> {
        self.people(&format!("/oncall?rota=payments&at={at}")).await
    }

    async fn responsible(&self) -> Vec<String> {
        self.people("/responsible?rota=payments").await
    }

    /// Whom the pager pages now.
    async fn paged(&self) -> Vec<String> {
        let incident = json!({ "title": "x", "severity": "SEV2", "escalation": "payments" });
        let opened = self.made("/incidents", incident).await;
        let number = opened["incident"].as_u64().unwrap_or_else(|| panic!("{opened}"));
        let world = self.mock.house.keeper.world();
        world.pages.pages_of(IncidentId(number)).map(|page| page.person.to_string()).collect()
    }

    fn facts(&self) -> u64 {
        self.mock.house.keeper.world().seq()
    }

    async fn page(&self, asked: &Asked, path: &str) -> String {
        let (status, _, body) = self.mock.send(asked, "get", path, Vec::new()).await;
        assert!(status.is_success(), "{path}: {status}");
        String::from_utf8(body).unwrap()
    }
}

fn window(from: &str, until: &str) -> Value {
    json!({ "from": from, "until": until, "with": "mei" })
}

fn with(mut body: Value, more: &Value) -> Value {
    body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    body
}

fn swap(one: [&str; 3], other: [&str; 3]) -> Value {
    let part = |[person, from, until]: [&str; 3]| json!({ "rota": "payments", "person": person, "from": from, "until": until });
    json!({ "one": part(one), "other": part(other) })
}

const YESTERDAY: [&str; 2] = ["2026-03-09T00:00:00Z", "2026-03-09T12:00:00Z"];
const TODAY: [&str; 2] = ["2026-03-10T00:00:00Z", "2026-03-10T12:00:00Z"];
const TOMORROW: [&str; 2] = ["2026-03-11T00:00:00Z", "2026-03-11T12:00:00Z"];
const AFTER: [&str; 2] = ["2026-03-12T00:00:00Z", "2026-03-12T12:00:00Z"];

fn of<'a>(person: &'a str, [from, until]: [&'a str; 2]) -> [&'a str; 3] {
    [person, from, until]
}

/// Path, body, and what the refusal says.
fn refused() -> Vec<(&'static str, Value, &'static str)> {
    let overrides = "/rotas/payments/overrides";
    let tomorrow = |more: Value| with(window(TOMORROW[0], TOMORROW[1]), &more);
    let leave = |from: &str, until: &str| json!({ "person": "wen", "from": from, "until": until });
    vec![
        (
            overrides,
            window(YESTERDAY[0], YESTERDAY[1]),
            "until: 2026-03-09T12:00:00Z is past: what was stays as it was",
        ),
        (overrides, window(TOMORROW[1], TOMORROW[0]), "is not after 2026-03-11T12:00:00Z, where the override starts"),
        (overrides, window(TOMORROW[0], "2027-04-01T00:00:00Z"), "at most 366 days: change the rota instead"),
        (overrides, tomorrow(json!({ "with": "mai" })), "no person of the estate is called `mai`; did you mean `mei`?"),
        (overrides, tomorrow(json!({ "replace": "zoey" })), "no person of the estate is called `zoey`"),
        (overrides, tomorrow(json!({ "replace": "mei" })), "with: mei can't stand in for themselves"),
        (overrides, tomorrow(json!({ "layer": "asia" })), "has no layer `asia`, only hong-kong, london"),
        // A wall clock says no instant, least of all on the night on which it jumps.
        (overrides, window("2026-03-29T01:30:00", TOMORROW[1]), "`2026-03-29T01:30:00` is no RFC 3339 time"),
        (overrides, window("2026-03-29T01:30:00[Europe/London]", TOMORROW[1]), "is no RFC 3339 time"),
        (overrides, window("2026-02-30T00:00:00Z", TOMORROW[1]), "`2026-02-30T00:00:00Z` is no RFC 3339 time"),
        ("/swaps", swap(of("mei", YESTERDAY), of("wen", AFTER)), "one: it began at 2026-03-09T00:00:00Z"),
        ("/swaps", swap(of("wen", AFTER), of("mei", YESTERDAY)), "other: it began at 2026-03-09T00:00:00Z"),
        ("/swaps", swap(of("wen", TODAY), of("mei", TOMORROW)), "what was stays as it was"),
        ("/swaps", swap(of("wen", TOMORROW), of("mei", AFTER)), "one: wen is not on watch in payments"),
        ("/leave", leave("2026-03-01", "2026-03-02"), "is past: what was stays as it was"),
        ("/leave", leave("2026-03-12", "2026-03-11"), "until: the leave ends before it begins"),
        ("/leave", leave("2026-03-11", "2027-03-14"), "who is away for longer leaves the rota's members"),
        ("/leave", leave("2026-02-30", "2026-03-12"), "from: `2026-02-30` is no day of the calendar"),
        ("/leave", leave("2026-03-11", "2026-04-31"), "until: `2026-04-31` is no day of the calendar"),
        ("/sick", json!({ "person": "wen", "until": YESTERDAY[1] }), "is past"),
    ]
}

#[tokio::test]
async fn what_cannot_be_is_refused_and_changes_nothing() {
    let room = Room::new(ESTATE).await;
    let window = "/shifts?rota=payments&from=2026-03-09T00:00:00Z&until=2026-03-20T00:00:00Z";
    let (facts, shifts) = (room.facts(), room.get(window).await);
    for (path, body, words) in refused() {
        let (status, answer) = room.does("post", path, &body).await;
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(status == 422 && detail.contains(words), "{path} {body}: {status} {answer}");
        assert_eq!(room.facts(), facts, "{path} {body}");
    }
    assert_eq!(room.get(window).await, shifts);
}

#[tokio::test]
async fn of_overlapping_overrides_the_last_counts_and_says_so() {
    let room = Room::new(ESTATE).await;
    let add = async |from: &str, until: &str, replace: &str, by: &str| {
        let change = json!({ "from": from, "until": until, "replace": replace, "with": by });
        room.made("/rotas/payments/overrides", change).await["remarks"].clone()
    };
    assert_eq!(add("2026-03-11T02:00:00Z", "2026-03-11T06:00:00Z", "mei", "wen").await, json!([]));
    let said = add("2026-03-11T04:00:00Z", "2026-03-11T08:00:00Z", "mei", "ana").await;
    assert_eq!(said, json!(["it overlaps override 1; the later one counts"]));
    for (at, expected) in [
        ("2026-03-11T01:00:00Z", "mei"),
        ("2026-03-11T03:00:00Z", "wen"),
        ("2026-03-11T05:00:00Z", "ana"),
        ("2026-03-11T07:00:00Z", "ana"),
        ("2026-03-11T09:00:00Z", "mei"),
    ] {
        assert_eq!(room.on_watch(at).await, [expected], "{at}");
    }
}

#[tokio::test]
async fn an_override_that_covers_nobody_says_so_and_is_found() {
    let room = Room::new(ESTATE).await;
    let change = json!({ "from": TOMORROW[0], "until": TOMORROW[1], "replace": "ana", "with": "zoe" });
    let made = room.made("/rotas/payments/overrides", change).await;
    assert_eq!(made["remarks"], json!(["nothing changes: whom it replaces is not on watch in that time"]));
    assert_eq!(room.on_watch("2026-03-11T05:00:00Z").await, ["mei"]);
    let coverage = room.get("/coverage?rota=payments&from=2026-03-10&until=2026-03-20").await;
    let findings = coverage["findings"].as_array().unwrap();
    assert!(findings.iter().any(|one| one["what"] == "idle-override"), "{coverage}");
}

#[tokio::test]
async fn a_leave_longer_than_the_rota_says_what_it_leaves_open() {
    let room = Room::new(ESTATE).await;
    let year = json!({ "person": "wen", "from": "2026-03-11", "until": "2027-03-10" });
    let made = room.made("/leave", year).await;
    let said = made["remarks"].to_string();
    assert!(said.contains("for which nobody was asked: change the rota"), "{said}");
    assert_eq!(made["changes"].as_array().unwrap().len(), 101, "the leave, and a request for each of the next watches");
    // Until somebody takes it the watch stays theirs, and is shown as a watch of somebody who is away.
    assert_eq!(room.on_watch("2026-03-12T05:00:00Z").await, ["wen"]);
    let leave = room.get("/leave?person=wen").await;
    assert!(!leave["items"][0]["conflicts"].as_array().unwrap().is_empty(), "{leave}");
}

#[tokio::test]
async fn a_form_s_local_time_that_does_not_exist_is_sent_back() {
    let room = Room::new(ESTATE).await;
    let header = |name: &str| {
        let found = room.asked.0.iter().find(|(known, _)| *known == name).unwrap();
        found.1.to_str().unwrap().to_owned()
    };
    let (cookie, csrf) = (header("cookie"), header("x-csrf-token"));
    let form = room.asked.clone().header("content-type", "application/x-www-form-urlencoded");
    let words = "01:30:00 does not exist in Europe/London on that day: the clocks go forward";
    let (facts, wanted) = (room.facts(), "zone=Europe%2FLondon&layer=&replace=&reason=&note=");
    let body = format!("csrf={csrf}&{wanted}&from=2026-03-29T01%3A30&until=2026-03-29T05%3A00&with=mei");
    let (status, _, page) = room.mock.send(&form, "post", "/rotas/payments/overrides", body.into_bytes()).await;
    let page = String::from_utf8(page).unwrap();
    assert!(status == 422 && page.contains(words), "{status} {page}");
    assert!(page.contains("2026-03-29T05:00"), "what was filled in is still there");
    for (path, body) in [
        ("/changes/sick", "person=wen&until=2026-03-29T01%3A30"),
        ("/changes/ask", "rota=payments&person=wen&from=2026-03-29T01%3A30&until=2026-03-29T05%3A00"),
    ] {
        let body = format!("csrf={csrf}&{wanted}&{body}");
        let (status, headers, _) = room.mock.send(&form, "post", path, body.into_bytes()).await;
        assert_eq!(status, 303, "{path}");
        let flash = headers["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let led_to = room.asked.clone().header("cookie", &format!("{cookie}; {flash}"));
        let page = room.page(&led_to, "/changes").await;
        assert!(page.contains("Nothing was changed") && page.contains(words), "{path}: {page}");
    }
    assert_eq!(room.facts(), facts);
}

/// The watch of payments passes by acceptance.
fn handed_over() -> String {
    let (before, after) = ESTATE.split_once("metadata: { name: payments }\nspec:\n  team: payments\n").unwrap();
    let handoff = "  handoff: { opens: 1h, late: 10m, leadsAfter: 10m }\n";
    format!("{before}metadata: {{ name: payments }}\nspec:\n  team: payments\n{handoff}{after}")
}

#[tokio::test]
async fn a_site_that_is_renamed_on_watch_keeps_its_people() {
    let text = handed_over();
    let room = Room::new(&text).await;
    let feed = room.made("/feeds", json!({ "of": "rota/payments" })).await;
    let address = feed["url"].as_str().unwrap().trim_start_matches("http://meridian.test").to_owned();
    let uids = async || {
        let calendar = room.page(&Asked::default(), &address).await.replace("\r\n ", "");
        calendar.lines().filter(|line| line.starts_with("UID:")).map(str::to_owned).collect::<Vec<_>>()
    };
    let change =
        json!({ "from": "2026-03-10T14:00:00Z", "until": "2026-03-10T20:00:00Z", "replace": "oliver", "with": "ana" });
    room.made("/rotas/payments/overrides", change).await;
    // Handed over in an hour: the handoff is open, and stays the same.
    room.until("2026-03-10T11:30:00Z").await;
    let handoffs = room.get("/handoffs?rota=payments").await;
    let before = (uids().await, room.responsible().await, handoffs["items"][0]["handoff"].clone());
    assert_eq!((before.1.as_slice(), before.0.len() > 700), (["wen".to_owned()].as_slice(), true));
    let renamed = text
        .replace("site: hong-kong", "site: kowloon")
        .replace("name: hong-kong }\nspec: { timeZone", "name: kowloon }\nspec: { timeZone");
    assert_ne!(renamed, text);
    room.load(&renamed).await;
    let handoffs = room.get("/handoffs?rota=payments").await;
    assert_eq!((uids().await, room.responsible().await, handoffs["items"][0]["handoff"].clone()), before);
    assert_eq!(handoffs["items"].as_array().unwrap().len(), 1, "{handoffs}");
    assert_eq!(room.get("/oncall?rota=payments").await["items"][0]["site"], "kowloon");
    assert_eq!(room.on_watch("2026-03-10T15:00:00Z").await, ["ana"]);
    assert_eq!(room.paged().await, ["wen"]);
}

/// The estate without this person; where they were a member, somebody else is.
fn without(text: &str, person: &str, other: &str) -> String {
    let documents = text.split("---\n").filter(|document| {
        !(document.contains("kind: Person") && document.contains(&format!("metadata: {{ name: {person} }}")))
    });
    let rest = documents.collect::<Vec<_>>().join("---\n");
    // Of the team's members they are left out, in a rotation the other takes their place.
    let rest = rest.replace(&format!("members: [{person}, mei, "), "members: [mei, ");
    rest.replace(&format!("members: [{person}, "), &format!("members: [{other}, "))
}

#[tokio::test]
async fn whoever_leaves_the_estate_with_the_watch_leaves_somebody_responsible() {
    let text = handed_over();
    let room = Room::new(&text).await;
    // Wen's watch is over, and London has not accepted it.
    room.until("2026-03-10T12:05:00Z").await;
    assert_eq!(room.responsible().await, ["wen", "oliver"]);
    let left = without(&text, "wen", "ana");
    assert!(!left.contains("wen"), "{left}");
    room.load(&left).await;
    // The lead of the team stands in.
    assert_eq!(room.responsible().await, ["priya", "oliver"]);
    assert_eq!(room.paged().await, ["priya", "oliver"]);
}

#[tokio::test]
async fn a_watch_of_somebody_who_left_the_estate_is_asked_for_and_shown() {
    let room = Room::new(ESTATE).await;
    // Wen stands in for Mei tomorrow, and is gone.
    let change = json!({ "from": TOMORROW[0], "until": TOMORROW[1], "replace": "mei", "with": "wen" });
    room.made("/rotas/payments/overrides", change).await;
    room.load(&without(ESTATE, "wen", "ana")).await;
    let wanted = room.get("/cover").await;
    let request = &wanted["items"][0];
    assert_eq!(
        (&request["person"], &request["state"], &request["from"]),
        (&json!("wen"), &json!("open"), &json!(TOMORROW[0])),
        "{wanted}"
    );
    let offered: Vec<&Value> = request["offers"].as_array().unwrap().iter().map(|offer| &offer["person"]).collect();
    assert!(!offered.is_empty() && !offered.contains(&&json!("wen")), "{wanted}");
    let page = room.page(&room.asked, "/changes").await;
    assert!(page.contains("not in the estate any more"), "{page}");
    // When the watch begins and nobody took it, the escalation finds somebody.
    room.until("2026-03-11T01:00:00Z").await;
    let paged = room.paged().await;
    assert!(!paged.is_empty() && !paged.contains(&"wen".to_owned()), "{paged:?}");
}

#[tokio::test]
async fn figures_of_a_window_that_is_none_are_refused() {
    let room = Room::new(ESTATE).await;
    for (query, why) in [
        ("from=yesterday", "`yesterday` is no RFC 3339 time"),
        ("until=2026-03-10", "`2026-03-10` is no RFC 3339 time"),
        ("from=2026-03-10T00:00Z&until=2026-03-09T00:00Z", "it must lie after `from`"),
        ("from=2026-03-10T00:00Z&until=2026-03-10T00:00Z", "it must lie after `from`"),
    ] {
        let (status, answer) = room.does("get", &format!("/handoffs/figures?{query}"), &Value::Null).await;
        assert!((400..=422).contains(&status) && answer.to_string().contains(why), "{query}: {status} {answer}");
    }
    let whole = "from=2026-03-01T00:00Z&until=2026-04-01T00:00Z";
    let (status, answer) = room.does("get", &format!("/handoffs/figures?{whole}"), &Value::Null).await;
    assert_eq!((status, &answer["items"]), (200, &json!([])));
}
