//! A request with a key that is sent again after `kill -9`: the same answer, and nothing is done twice.

use super::client::House;
use meridian_testkit::seeds::Seeds;
use meridian_testkit::servers::http::{self, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::process::Command;
use std::time::Duration;

const KILLS: usize = 6;

fn open(url: &str, token: &str, key: &str, severity: &str) -> std::io::Result<Response> {
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", &*bearer), ("content-type", "application/json"), ("idempotency-key", key)];
    let body = json!({ "title": format!("wish {key}"), "severity": severity, "escalation": "payments" }).to_string();
    http::send("POST", url, &headers, body.as_bytes()).map_err(|error| std::io::Error::other(error.to_string()))
}

/// How often each incident was opened, by its title.
fn opened(house: &House) -> BTreeMap<String, usize> {
    let data = house.meridian.data().display().to_string();
    let journal = house.run(&["journal", "export", "--data", &data]).ok();
    let mut found = BTreeMap::new();
    for line in journal.lines() {
        let entry: Value = serde_json::from_str(line).expect("a line of JSON");
        if let Some(title) = entry.pointer("/fact/incident.opened/title").and_then(Value::as_str) {
            *found.entry(title.to_owned()).or_default() += 1;
        }
    }
    found
}

#[test]
fn what_is_repeated_after_a_kill_is_done_once() {
    let mut house = House::start();
    let url = house.meridian.url("/api/v1/incidents");
    let token = house.token.clone();
    let first = open(&url, &token, "calm", "SEV3").unwrap();
    assert_eq!(first.status, 201, "{}", first.text());
    house.meridian.kill9();
    house.meridian.restart();
    let again = open(&url, &token, "calm", "SEV3").unwrap();
    assert_eq!((again.status, again.text()), (201, first.text()));
    assert_eq!(again.header("content-type"), Some("application/json"));
    assert_eq!(open(&url, &token, "calm", "SEV4").unwrap().status, 422, "the same key with another body");

    let mut seeds = Seeds::new(u64::from(std::process::id()));
    let mut answers: BTreeMap<String, String> = BTreeMap::new();
    for round in 0..KILLS {
        let pid = house.meridian.pid().expect("it runs").to_string();
        let after = Duration::from_millis(20 + seeds.below(180));
        let killer = std::thread::spawn(move || {
            std::thread::sleep(after);
            Command::new("kill").args(["-9", &pid]).status().expect("kill")
        });
        let mut keys = Vec::new();
        for n in 0.. {
            let key = format!("{round}-{n}");
            let answer = open(&url, &token, &key, "SEV4");
            keys.push(key.clone());
            match answer {
                Ok(answer) => drop(answers.insert(key, answer.text())),
                Err(_) => break,
            }
        }
        assert!(killer.join().expect("it ends").success());
        house.meridian.kill9();
        house.meridian.restart();
        for key in keys {
            let again = open(&url, &token, &key, "SEV4").unwrap();
            assert_eq!(again.status, 201, "{}", again.text());
            if let Some(told) = answers.get(&key) {
                assert_eq!(&again.text(), told, "another answer than before the kill");
            }
        }
    }
    assert!(answers.len() > KILLS, "too few answers to prove anything: {}", answers.len());
    let twice: Vec<_> = opened(&house).into_iter().filter(|(_, times)| *times != 1).collect();
    assert_eq!(twice, [], "done twice");
}
