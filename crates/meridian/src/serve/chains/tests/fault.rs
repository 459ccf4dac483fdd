//! Where the fault is, from traffic that was posted to what a person reads, and what a finding does to it.

use axum::http::StatusCode;
use meridian_core::{
    Command,
    access::{AccountRole, Scope},
    estate::{self, SourceFile},
    id::Actor,
};
use serde_json::{Value, json};

use super::{incidents, post};
use crate::{
    api::tests::house::{Asked, Mock},
    serve::Intake,
};

/// Two chains through one firewall, and a third one past it.
const CHAINS: &str = "
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires-a }
spec:
  hops: [{ name: app-a }, { name: mq-a, component: mq, limit: 5s }, { name: fw-a, component: firewall-x, limit: 5s }, { name: edge-a, limit: 5s }]
  breachPages: payments
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires-b }
spec:
  hops: [{ name: app-b }, { name: mq-b, limit: 5s }, { name: fw-b, component: firewall-x, limit: 5s }, { name: edge-b, limit: 5s }]
  breachPages: payments
---
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires-c }
spec:
  hops: [{ name: app-c }, { name: mq-c, component: mq, limit: 5s }, { name: edge-c, limit: 5s }]
";

/// The bank with these chains.
async fn room() -> Mock {
    let mock = Mock::new(Intake::Open).await;
    let mut files: Vec<SourceFile> = mock.house.keeper.world().estate_in_force().files.to_vec();
    files.push(SourceFile { path: "wires.yaml".into(), text: CHAINS.into() });
    estate::load(&files).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let digest = estate::digest(&files);
    mock.house.keeper.ask(Actor::System, Command::LoadEstate { files, digest }).await.unwrap();
    // The watch over chains follows on its own.
    for _ in 0..200 {
        if mock.house.chains.room().engine.plans().any(|plan| plan.name.as_str() == "wires-c") {
            return mock;
        }
        mock.house.clock.sleep(jiff::SignedDuration::from_millis(10)).await;
    }
    panic!("the chains are not watched");
}

/// Five messages of a chain, seen at these hops; the other ones have reported all, and saw nothing.
fn traffic(chain: &str, seen: &[&str], others: &[&str]) -> Vec<String> {
    let point = |seq: u64, place: usize, hop: &str| {
        let second = 10 * seq + place as u64;
        json!({
            "chain": format!("wires-{chain}"), "seq": seq, "id": format!("{chain}-{seq}"), "hop": format!("{hop}-{chain}"),
            "at": format!("2026-11-23T02:57:{second:02}Z"), "reporter": format!("{hop}-{chain}"), "epoch": 1, "n": seq,
        })
    };
    let points = (1..=5).flat_map(|seq| seen.iter().enumerate().map(move |(place, hop)| point(seq, place, hop)));
    // A hop is known to stand at a chain once it has said something of it.
    let first = others.iter().enumerate().map(|(place, hop)| {
        json!({
            "chain": format!("wires-{chain}"), "seq": 99, "id": format!("{chain}-99"), "hop": format!("{hop}-{chain}"),
            "at": format!("2026-11-23T02:56:{:02}Z", 10 + place), "reporter": format!("{hop}-{chain}"), "epoch": 1, "n": 1,
            "lane": "test",
        })
    });
    let beat = |hop: &&str, through: u64| json!({ "reporter": format!("{hop}-{chain}"), "epoch": 1, "through": through, "at": "2026-11-23T02:59:30Z" });
    let beats = seen.iter().map(|hop| beat(hop, 5)).chain(others.iter().map(|hop| beat(hop, 1)));
    points.chain(first).chain(beats).map(|line| line.to_string()).collect()
}

async fn hold_at_the_firewall(mock: &Mock, reader: &Asked) {
    let mut lines = traffic("a", &["app", "mq"], &["fw", "edge"]);
    lines.extend(traffic("b", &["app", "mq"], &["fw", "edge"]));
    lines.extend(traffic("c", &["app", "mq", "edge"], &[]));
    let answer = post(mock, &lines).await;
    assert_eq!(answer["refused_count"], 0, "{answer}");
    incidents(mock, reader, |found| found.len() >= 2).await;
}

async fn found_where(mock: &Mock, reader: &Asked) -> Value {
    let (status, answer) = mock.ask(reader, "get", "/api/v1/where", "").await;
    assert_eq!(status, StatusCode::OK, "{answer}");
    answer
}

fn first(answer: &Value) -> &str {
    answer["explanations"][0]["sets"][0]["words"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_hold_at_a_shared_firewall_is_named_and_a_finding_moves_the_answer() {
    let mock = room().await;
    let reader = mock.token("reader", &[Scope::Read]).await;
    let responder = mock.token("responder", &[Scope::Read, Scope::Respond]).await;
    let before = found_where(&mock, &reader).await;
    assert_eq!((&before["explanations"], &before["nothing"]), (&json!([]), &json!(1.0)), "{before}");

    hold_at_the_firewall(&mock, &reader).await;
    let named = found_where(&mock, &reader).await;
    assert_eq!(first(&named), "firewall-x, where it takes messages in", "{named:#}");
    assert!(named["explanations"][0]["probability"].as_f64().unwrap() > 0.9, "{named:#}");
    let set = &named["explanations"][0]["sets"][0];
    assert_eq!((&set["explains"], &set["suspects"][0]["chains"]), (&json!(2), &json!(["wires-a", "wires-b"])));
    assert_eq!((&named["lanes_failing"], &named["segments"][0]["lost"]), (&json!(2), &json!(5)));

    // Somebody looked at both doors of the firewall: nothing arrives there.
    let find = async |chain: &str, seen: bool| {
        let body = json!({ "chain": format!("wires-{chain}"), "hop": format!("fw-{chain}"), "side": "entrance", "seen": seen });
        let (status, answer) = mock.ask(&responder, "post", "/api/v1/findings", &body.to_string()).await;
        assert_eq!((status, &answer["state"]), (StatusCode::CREATED, &json!("counts")), "{answer}");
        answer
    };
    let one = find("a", false).await;
    let two = find("b", false).await;
    assert!(one["incident"].is_u64() && one["made_by"] == "token:responder", "{one}");
    let moved = found_where(&mock, &reader).await;
    assert!(!first(&moved).contains("firewall-x, where"), "{moved:#}");
    assert!(first(&moved).contains("the connection from mq"), "{moved:#}");
    let (_, incident) = mock.ask(&reader, "get", &format!("/api/v1/incidents/{}", one["incident"]), "").await;
    assert!(
        incident["timeline"].to_string().contains("finding.made")
            || incident["timeline"].to_string().contains("entrance"),
        "{incident}"
    );

    // Taken back, the answer is the one before.
    for finding in [&one, &two] {
        let path = format!("/api/v1/findings/{}/withdraw", finding["finding"]);
        let (status, answer) = mock.ask(&responder, "post", &path, r#"{"reason":"the wrong interface"}"#).await;
        assert_eq!((status, &answer["state"]), (StatusCode::OK, &json!("withdrawn")), "{answer}");
    }
    let restored = found_where(&mock, &reader).await;
    assert_eq!(restored["explanations"], named["explanations"]);
    // And the other way round it is surer.
    find("a", true).await;
    let surer = found_where(&mock, &reader).await;
    let probability = |answer: &Value| answer["explanations"][0]["probability"].as_f64().unwrap();
    assert!(first(&surer) == first(&named) && probability(&surer) > probability(&named), "{surer:#}");
}

#[tokio::test]
async fn the_numbers_of_a_chain_are_those_of_its_page() {
    let mock = room().await;
    let reader = mock.token("reader", &[Scope::Read]).await;
    hold_at_the_firewall(&mock, &reader).await;
    let (status, all) = mock.ask(&reader, "get", "/api/v1/chains", "").await;
    assert_eq!(status, StatusCode::OK);
    let names: Vec<&str> = all["items"].as_array().unwrap().iter().map(|one| one["chain"].as_str().unwrap()).collect();
    assert!(names.is_sorted() && names.contains(&"wires-a") && names.contains(&"usd-fedwire"), "{names:?}");
    let (_, one) = mock.ask(&reader, "get", "/api/v1/chains/wires-a", "").await;
    assert_eq!((&one["state"], &one["messages"]["held"]), (&json!("lost"), &json!(5)), "{one:#}");
    assert_eq!(one["path"][1]["held"], 5);
    assert!(one["incident"].is_u64() && !one["latencies"].as_array().unwrap().is_empty());
    assert_eq!(all["items"][names.iter().position(|name| *name == "wires-a").unwrap()]["messages"], one["messages"]);
    let (_, flows) = mock.ask(&reader, "get", "/api/v1/chains/wires-c", "").await;
    assert_eq!((&flows["state"], &flows["messages"]["confirmed"]), (&json!("flows"), &json!(5)));
    let (status, answer) = mock.ask(&reader, "get", "/api/v1/chains/none", "").await;
    assert_eq!((status, &answer["detail"]), (StatusCode::NOT_FOUND, &json!("chain `none` does not exist")));
}

#[tokio::test]
async fn the_page_shows_the_answer_and_takes_a_finding() {
    let mock = room().await;
    let person = mock.session("watcher", AccountRole::Responder).await;
    hold_at_the_firewall(&mock, &person).await;
    let page = async |path: &str| {
        let (status, _, body) = mock.send(&person, "get", path, Vec::new()).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        String::from_utf8(body).unwrap()
    };
    let text = page("/where").await;
    for says in [
        "firewall-x, where it takes messages in",
        "explains 2 of 2 failing",
        "at the entrance of fw-a",
        "Not seen",
        "Nobody has looked yet.",
    ] {
        assert!(text.contains(says), "{says} in {text}");
    }
    assert!(page("/chains/wires-a").await.contains("suspect "));
    let (_, me) = mock.ask(&person, "get", "/api/v1/me", "").await;
    let form = person.clone().header("content-type", "application/x-www-form-urlencoded");
    let send = async |path: &str, body: String| mock.send(&form, "post", path, body.into_bytes()).await.0;
    let csrf = me["csrf"].as_str().unwrap();
    let body = format!("csrf={csrf}&place=wires-a/entrance/fw-a&seen=yes&note=tcpdump");
    assert_eq!(send("/where/findings", body.replace(csrf, "x")).await, StatusCode::FORBIDDEN);
    assert_eq!(send("/where/findings", body).await, StatusCode::SEE_OTHER);
    let text = page("/where").await;
    assert!(
        text.contains("tcpdump") && text.contains("Withdraw") && !text.contains("Nobody has looked yet."),
        "{text}"
    );
    let incident = mock.house.keeper.world().findings.iter().next().unwrap().incident.unwrap();
    let text = page(&format!("/incidents/{incident}")).await;
    assert!(text.contains("at the entrance of fw-a") && text.contains("href=\"/where\""), "{text}");
    assert_eq!(send("/where/findings/1/withdraw", format!("csrf={csrf}")).await, StatusCode::SEE_OTHER);
    assert!(mock.house.keeper.world().findings_that_count().is_empty());
    for wrong in ["place=&seen=yes", "place=wires-a/entrance/fw-a&seen=perhaps", "place=a/b&seen=no"] {
        assert_eq!(send("/where/findings", format!("csrf={csrf}&{wrong}")).await, StatusCode::SEE_OTHER, "{wrong}");
    }
    assert_eq!(mock.house.keeper.world().findings.iter().count(), 1);
}

#[tokio::test]
async fn what_is_wrong_with_a_finding_is_said_by_its_field() {
    let mock = room().await;
    let responder = mock.token("responder", &[Scope::Respond]).await;
    let reader = mock.token("reader", &[Scope::Read]).await;
    let good = json!({ "chain": "wires-a", "hop": "fw-a", "side": "entrance", "seen": false });
    let (status, _) = mock.ask(&reader, "post", "/api/v1/findings", &good.to_string()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    let (status, answer) = mock.ask(&responder, "post", "/api/v1/findings", &good.to_string()).await;
    assert_eq!(status, StatusCode::CONFLICT, "nothing is wrong: {answer}");
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (body, why) in [
        (with("chain", json!("wires-z")), "no chain of the estate is called `wires-z`; did you mean `wires-"),
        (with("hop", json!("fw")), "no hop of this chain is called `fw`; did you mean `fw-a`?"),
        (with("side", json!("inside")), "`inside` is none of entrance, at, exit"),
        (with("by", json!("nobody")), "no person of the estate is called `nobody`"),
        (with("seen", json!("yes")), "invalid type"),
    ] {
        let (status, answer) = mock.ask(&responder, "post", "/api/v1/findings", &body.to_string()).await;
        assert_eq!(status.as_u16(), 422, "{body}: {answer}");
        assert!(answer.to_string().contains(why), "{why}: {answer}");
    }
    for path in ["/api/v1/findings/7", "/api/v1/findings/x"] {
        assert_eq!(mock.ask(&reader, "get", path, "").await.0, StatusCode::NOT_FOUND);
    }
    let (status, _) = mock.ask(&reader, "get", "/api/v1/findings?state=odd", "").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}
