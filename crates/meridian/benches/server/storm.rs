//! A storm: 10,000 alerts in 1,000 groups at once. When has every alert been told of, and was any told twice?

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use meridian_testkit::servers::{Answer, Receiver, Request};

use crate::{
    alerts, client,
    figures::{Figures, runs},
    intake::{CONNECTIONS, GROUPS},
    rivals::{Rival, Timing},
};

const ALERTS: usize = 10_000;
const BATCH: usize = 50;
/// The wait begins with a group's first alert and must be longer than the intake of all takes.
const TIMING: Timing = Timing { group_wait: "1s", group_interval: "5m" };
/// Nothing came for so long: nothing will come. It is longer than a retry would take.
const QUIET: Duration = Duration::from_secs(4);
const PATIENCE: Duration = Duration::from_secs(60);

pub fn run() {
    let mut figures = Figures::default();
    for _ in 0..runs() {
        for rival in Rival::BOTH {
            let receiver = Receiver::start();
            let last = count(&receiver);
            let running = rival.start(TIMING, &receiver);
            let before = running.cpu_seconds();
            // Written anew, because a group whose alerts began longer ago than its wait is told of at once.
            let requests = alerts::requests(ALERTS, BATCH, GROUPS);
            let begun = Instant::now();
            let intake = client::send_all(&running.address(), &requests, CONNECTIONS);
            wait_for_quiet(begun, &last);
            let cpu = running.cpu_seconds() - before;
            let told = Told::of(begun, &receiver.requests());
            let name = |figure: &str| format!("storm of 10,000 in 1,000 groups: {}, {figure}", rival.name());
            figures.add(name("all taken in after"), "s", intake.as_secs_f64());
            figures.add(name("last alert told of after"), "s", told.complete_after.as_secs_f64());
            figures.add(name("alerts told of"), "alerts", told.alerts as f64);
            figures.add(name("alerts told of twice"), "alerts", told.twice as f64);
            figures.add(name("messages"), "messages", told.messages as f64);
            figures.add(name("messages with a key seen before"), "messages", told.keys_again as f64);
            figures.add(name("CPU"), "s", cpu);
        }
    }
    figures.print();
}

/// Milliseconds since the receiver's start at which the newest request came; its answers stay cheap.
fn count(receiver: &Receiver) -> Arc<AtomicU64> {
    let origin = Instant::now();
    let last = Arc::new(AtomicU64::new(0));
    let seen = last.clone();
    receiver.answer(move |request| {
        seen.store(request.at.duration_since(origin).as_millis() as u64, Ordering::Relaxed);
        Answer::status(200)
    });
    last
}

fn wait_for_quiet(begun: Instant, last: &AtomicU64) {
    let (mut seen, mut since) = (0, Instant::now());
    while begun.elapsed() < PATIENCE {
        std::thread::sleep(Duration::from_millis(20));
        let now = last.load(Ordering::Relaxed);
        if now != seen {
            (seen, since) = (now, Instant::now());
        } else if seen != 0 && since.elapsed() > QUIET {
            return;
        }
    }
}

#[derive(Default)]
struct Told {
    alerts: usize,
    twice: usize,
    messages: usize,
    keys_again: usize,
    complete_after: Duration,
}

impl Told {
    fn of(begun: Instant, requests: &[Request]) -> Told {
        let mut told = Told { messages: requests.len(), ..Told::default() };
        let mut times: BTreeMap<String, usize> = BTreeMap::new();
        let mut keys: BTreeMap<String, usize> = BTreeMap::new();
        for request in requests {
            let body = request.json();
            // Ours lists the alerts in the incident, Alertmanager at the top.
            let alerts = body["data"]["incident"]["alerts"].as_array().or(body["alerts"].as_array()).unwrap();
            for alert in alerts {
                let instance = alert["labels"]["instance"].as_str().unwrap().to_owned();
                let times = times.entry(instance).or_default();
                *times += 1;
                if *times == 1 {
                    told.complete_after = told.complete_after.max(request.at.duration_since(begun));
                }
            }
            if let Some(key) = request.header("webhook-id") {
                *keys.entry(key.to_owned()).or_default() += 1;
            }
        }
        told.alerts = times.len();
        told.twice = times.values().filter(|times| **times > 1).count();
        told.keys_again = keys.values().map(|times| times - 1).sum();
        told
    }
}
