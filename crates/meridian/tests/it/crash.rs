//! `kill -9` in the middle of a storm, again and again: what was answered with 200 is there afterwards and was paged,
//! and nobody hears more than the crashes account for.

use super::ground::Ground;
use meridian_testkit::seeds::Seeds;
use meridian_testkit::servers::http;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

const KILLS: usize = 20;
const SENDERS: u64 = 4;
const BATCH: u64 = 4;

/// What the senders got their 200 for, by `alertname`.
#[derive(Default)]
struct Accepted {
    fired: BTreeSet<String>,
    resolved: BTreeSet<String>,
}

impl Accepted {
    /// What should have arrived and has not: the page of every alert, and the end of every one that ended.
    fn untold(&self, arrivals: &Arrivals) -> Vec<(&'static str, &String)> {
        let pages = self.fired.iter().map(|alert| ("incident.page", alert));
        let ends = self.resolved.iter().map(|alert| ("incident.resolved", alert));
        pages.chain(ends).filter(|(kind, alert)| !arrivals.has(kind, alert)).collect()
    }
}

/// What has arrived when it is enough, or when nothing more came for a while.
fn settled(ground: &Ground, is_enough: impl Fn(&Arrivals) -> bool) -> Arrivals {
    let (mut count, mut quiet) = (0, 0);
    loop {
        let arrivals = Arrivals::of(ground);
        let came = arrivals.by_key.values().sum();
        quiet = if came == count { quiet + 1 } else { 0 };
        count = came;
        if is_enough(&arrivals) || quiet > 50 {
            return arrivals;
        }
        std::thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn nothing_that_was_answered_is_lost_by_a_kill() {
    let seed = std::env::var("MERIDIAN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = seed.unwrap_or_else(|| u64::from(std::process::id()));
    println!("replay with MERIDIAN_SEED={seed}");
    let mut ground = Ground::start();
    let accepted = storm(&mut ground, &mut Seeds::new(seed));
    assert!(accepted.fired.len() > 10 * KILLS, "too small a storm to prove anything: {}", accepted.fired.len());
    assert!(accepted.resolved.len() > KILLS, "too few resolves to prove anything: {}", accepted.resolved.len());

    let is_told = |arrivals: &Arrivals| accepted.untold(arrivals).is_empty();
    let arrivals = settled(&ground, is_told);
    assert!(is_told(&arrivals), "nobody was told of {:#?}", accepted.untold(&arrivals));
    // A stop in good order settles what is under way, so that the journal tells all.
    ground.meridian.stop();
    let journal = ground.journal();
    let lost: Vec<_> = accepted.fired.difference(&named(&journal, "alert.fired")).cloned().collect();
    assert!(lost.is_empty(), "answered with 200 and lost: {lost:?}");
    arrivals.are_in_order();
    let repeated = arrivals.are_explained_by(&journal);
    println!(
        "{} alerts accepted, {} of them resolved, {} messages, {repeated} repeated by {KILLS} kills",
        accepted.fired.len(),
        accepted.resolved.len(),
        arrivals.by_key.len()
    );
    ground.is_sound();
}

/// Senders that go on through all the kills, as Prometheus does: each sends a batch until it gets its 200.
fn storm(ground: &mut Ground, seeds: &mut Seeds) -> Accepted {
    let (over, url) = (AtomicBool::new(false), ground.meridian.url("/api/v2/alerts"));
    std::thread::scope(|scope| {
        let (over, url) = (&over, &url);
        let senders: Vec<_> = (0..SENDERS)
            .map(|sender| {
                let seeds = Seeds::new(seeds.draw());
                scope.spawn(move || send_until_over(sender, seeds, url, over))
            })
            .collect();
        for _ in 0..KILLS {
            std::thread::sleep(Duration::from_millis(20 + seeds.below(250)));
            ground.meridian.kill9();
            ground.meridian.restart();
        }
        over.store(true, Ordering::Release);
        let mut all = Accepted::default();
        for accepted in senders.into_iter().map(|sender| sender.join().expect("a sender")) {
            all.fired.extend(accepted.fired);
            all.resolved.extend(accepted.resolved);
        }
        all
    })
}

fn send_until_over(sender: u64, mut seeds: Seeds, url: &str, over: &AtomicBool) -> Accepted {
    let mut accepted = Accepted::default();
    for batch in 0_u64.. {
        if over.load(Ordering::Acquire) {
            break;
        }
        let names: Vec<String> = (0..BATCH).map(|n| format!("Storm-{sender}-{batch}-{n}")).collect();
        // Some of the old are sent again, and some have ended.
        let old: Vec<String> = accepted.fired.iter().filter(|_| seeds.chance(3)).cloned().collect();
        let ended: Vec<String> = old.iter().filter(|_| seeds.chance(50)).cloned().collect();
        let again = old.iter().filter(|name| !ended.contains(name) && !accepted.resolved.contains(*name));
        let firing = names.iter().chain(again).map(|name| json!({ "labels": labels(name) }));
        let over_now = ended.iter().map(|name| json!({ "labels": labels(name), "endsAt": "2026-01-01T00:00:00Z" }));
        let body = Value::from_iter(firing.chain(over_now)).to_string();
        while http::post(url, "application/json", &body).ok().is_none_or(|answer| answer.status != 200) {
            std::thread::sleep(Duration::from_millis(5));
        }
        accepted.fired.extend(names);
        accepted.resolved.extend(ended);
        std::thread::sleep(Duration::from_millis(seeds.below(60)));
    }
    accepted
}

fn labels(name: &str) -> Value {
    json!({ "alertname": name, "severity": "warning" })
}

/// The `alertname` of every alert in the facts of this name.
fn named(journal: &[Value], fact: &str) -> BTreeSet<String> {
    let alerts = journal.iter().filter_map(|entry| entry["fact"][fact]["alerts"].as_array()).flatten();
    alerts.filter_map(|alert| alert["labels"]["alertname"].as_str().map(str::to_owned)).collect()
}

/// What the receiver heard.
struct Arrivals {
    /// How often each `webhook-id` came.
    by_key: BTreeMap<String, usize>,
    /// When a kind of message about an alert came first, counted in messages.
    first: BTreeMap<(String, String), usize>,
}

impl Arrivals {
    fn of(ground: &Ground) -> Self {
        let (mut by_key, mut first) = (BTreeMap::new(), BTreeMap::new());
        for (at, request) in ground.hook.requests().iter().enumerate() {
            let body = request.json();
            let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let about = (said(&body["type"]), said(&body["data"]["incident"]["title"]));
            first.entry(about).or_insert(at);
            *by_key.entry(request.header("webhook-id").unwrap_or_default().to_owned()).or_default() += 1;
        }
        Self { by_key, first }
    }

    fn has(&self, kind: &str, alert: &str) -> bool {
        self.first.contains_key(&(kind.to_owned(), alert.to_owned()))
    }

    /// Nobody hears the end of what he never heard begin.
    fn are_in_order(&self) {
        for ((kind, alert), at) in self.first.iter().filter(|(about, _)| about.0 == "incident.resolved") {
            let paged = self.first.get(&("incident.page".to_owned(), alert.clone()));
            assert!(paged.is_some_and(|paged| paged < at), "{kind} of {alert} came at {at}, its page at {paged:?}");
        }
    }

    /// A message comes once, and once more only for each crash between its sending and its outcome in the journal.
    fn are_explained_by(&self, journal: &[Value]) -> usize {
        let crashes: Vec<u64> = of(journal, "house.started").map(|(seq, _)| seq).collect();
        let mut lives: BTreeMap<u64, (u64, u64)> = BTreeMap::new();
        let planned = ["page.opened", "page.noticed"].into_iter().flat_map(|fact| of(journal, fact));
        let planned = planned.flat_map(|(seq, fact)| {
            let deliveries = fact["deliveries"].as_array().into_iter().flatten();
            deliveries.filter_map(move |delivery| Some((delivery["delivery"].as_u64()?, seq)))
        });
        lives.extend(planned.map(|(delivery, seq)| (delivery, (seq, u64::MAX))));
        for (seq, fact) in of(journal, "delivery.succeeded") {
            if let Some((_, end)) = fact["delivery"].as_u64().and_then(|delivery| lives.get_mut(&delivery)) {
                *end = seq;
            }
        }
        let failed: Vec<_> = of(journal, "delivery.failed").collect();
        assert!(failed.is_empty(), "the receiver refused nothing, and yet: {failed:?}");
        for (key, &came) in &self.by_key {
            let delivery = key.rsplit_once("-d").and_then(|(_, number)| number.parse().ok());
            let life = delivery.and_then(|delivery: u64| lives.get(&delivery));
            let &(begin, end) = life.unwrap_or_else(|| panic!("the journal knows nothing of {key}"));
            let torn = crashes.iter().filter(|crash| (begin..end).contains(crash)).count();
            assert!(came <= 1 + torn, "{key} came {came} times, and {torn} crashes could have torn it");
        }
        self.by_key.values().map(|came| came - 1).sum()
    }
}

/// The entries of a fact: their numbers and what they say.
fn of<'a>(journal: &'a [Value], fact: &'a str) -> impl Iterator<Item = (u64, &'a Value)> {
    journal.iter().filter_map(move |entry| Some((entry["seq"].as_u64()?, entry["fact"].get(fact)?)))
}
