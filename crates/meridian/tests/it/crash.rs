//! `kill -9` in the middle of a storm, again and again: what was answered with 200 is there afterwards and is paged.

use super::estate::House;
use meridian_testkit::servers::{http, installed, wait_until};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const KILLS: u32 = 20;
const BATCH: usize = 5;

#[test]
fn nothing_that_was_answered_is_lost_by_a_kill() {
    if !installed() {
        return;
    }
    let mut house = House::start();
    let mut accepted = BTreeSet::new();
    for round in 0..KILLS {
        let url = house.meridian.url("/api/v2/alerts");
        let sender = std::thread::spawn(move || send_until_it_dies(round, &url));
        // Each round is killed at another point of its storm.
        std::thread::sleep(Duration::from_millis(u64::from(15 + (round * 37) % 190)));
        house.meridian.kill9();
        accepted.extend(sender.join().unwrap());
        house.meridian.restart();
        // A page may be repeated once for each crash that it lives through; so each lives through one.
        wait_until("every delivery to have an outcome", || is_settled(&house).then_some(()));
    }
    assert!(accepted.len() > KILLS as usize, "the storms were too small to prove anything: {}", accepted.len());

    let fired = house.facts("alert.fired");
    let alerts = fired.iter().filter_map(|fact| fact["alerts"].as_array()).flatten();
    let kept: BTreeSet<String> = alerts.filter_map(|a| a["labels"]["alertname"].as_str().map(str::to_owned)).collect();
    let lost: Vec<_> = accepted.difference(&kept).collect();
    assert!(lost.is_empty(), "answered with 200 and lost: {lost:?}");

    let paged = || {
        let mut by_group: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        for request in house.hook.requests().iter().filter(|r| r.json()["type"] == "incident.page") {
            let group =
                request.json()["data"]["incident"]["group"]["alertname"].as_str().unwrap_or_default().to_owned();
            let key = request.header("webhook-id").unwrap_or_default().to_owned();
            *by_group.entry(group).or_default().entry(key).or_default() += 1;
        }
        by_group
    };
    let pages = wait_until("a page of every alert that was accepted", || {
        Some(paged()).filter(|pages| accepted.iter().all(|alert| pages.contains_key(alert)))
    });
    let mut repeated = 0;
    for (group, keys) in &pages {
        assert_eq!(keys.len(), 1, "{group} was paged under several keys: {keys:?}");
        let sent: usize = keys.values().sum();
        assert!(sent <= 2, "{group} was sent {sent} times; a crash may repeat it once");
        repeated += sent - 1;
    }
    println!("{} alerts accepted, {} paged, {repeated} pages repeated by {KILLS} kills", accepted.len(), pages.len());
    house.verify();
}

/// Whether nothing is on its way: every delivery that was started has succeeded or failed.
fn is_settled(house: &House) -> bool {
    let entries = house.journal();
    let of = |name: &'static str| entries.iter().filter_map(move |entry| entry["fact"][name]["delivery"].as_u64());
    let ended: BTreeSet<u64> = of("delivery.succeeded").chain(of("delivery.failed")).collect();
    of("delivery.started").all(|delivery| ended.contains(&delivery))
}

/// Sends one batch of new alerts after another; gives the names of those that got their 200.
fn send_until_it_dies(round: u32, url: &str) -> Vec<String> {
    let mut accepted = Vec::new();
    for batch in 0.. {
        let names: Vec<String> = (0..BATCH).map(|n| format!("Storm{round}x{batch}x{n}")).collect();
        let alerts: Vec<Value> = names
            .iter()
            .map(|name| json!({ "labels": { "alertname": name, "severity": "warning", "team": "payments" } }))
            .collect();
        match http::post(url, "application/json", json!(alerts).to_string()) {
            Ok(answer) if answer.status == 200 => accepted.extend(names),
            _ => break,
        }
    }
    accepted
}
