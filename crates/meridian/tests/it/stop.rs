//! A stop in good order, under load: what was answered is durable, what was sent is recorded, and the next start is quick.

use super::ground::Ground;
use meridian_testkit::servers::{Answer, http};
use serde_json::json;
use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

#[test]
fn a_stop_under_load_loses_nothing() {
    let mut ground = Ground::start();
    // Messages are under way when the stop comes.
    ground.hook.answer(|_| Answer::status(200).after(Duration::from_millis(300)));
    let (url, sent) = (ground.meridian.url("/api/v2/alerts"), AtomicUsize::new(0));
    let (accepted, status) = std::thread::scope(|scope| {
        let (url, sent) = (&url, &sent);
        let senders: Vec<_> = (0..4).map(|sender| scope.spawn(move || send_until_closed(sender, url, sent))).collect();
        while sent.load(Ordering::Relaxed) < 40 {
            std::thread::sleep(Duration::from_millis(5));
        }
        let status = ground.meridian.stop();
        let accepted: BTreeSet<String> = senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect();
        (accepted, status)
    });
    assert_eq!(status.and_then(|status| status.code()), Some(0), "{}", ground.meridian.log());

    let journal = ground.journal();
    let text = serde_json::to_string(&journal).unwrap();
    let lost: Vec<_> = accepted.iter().filter(|name| !text.contains(&format!("\"{name}\""))).collect();
    assert!(lost.is_empty(), "answered with 200 and lost: {lost:?}");
    assert!(journal.last().is_some_and(|last| last["fact"].get("house.stopped").is_some()), "{:?}", journal.last());
    let recorded = journal.iter().filter(|entry| entry["fact"].get("delivery.succeeded").is_some()).count();
    assert_eq!(recorded, ground.hook.requests().len(), "what was sent and not recorded would be sent again");

    ground.meridian.restart();
    for name in &accepted {
        ground.hook.wait_until(&format!("the page of {name}"), |all| all.iter().any(|r| r.text().contains(name)));
    }
    let keys: Vec<_> =
        ground.hook.requests().iter().filter_map(|r| r.header("webhook-id").map(str::to_owned)).collect();
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "a stop in good order repeats nothing");
    let snapshots = std::fs::read_dir(ground.meridian.data().join("journal.db.snapshots")).unwrap().count();
    assert!(snapshots > 0, "the next start folds from a snapshot");
    ground.is_sound();
}

fn send_until_closed(sender: usize, url: &str, sent: &AtomicUsize) -> Vec<String> {
    let mut accepted = Vec::new();
    for n in 0.. {
        let name = format!("Last-{sender}-{n}-");
        let body = json!([{ "labels": { "alertname": name } }]).to_string();
        match http::post(url, "application/json", body) {
            Ok(answer) if answer.status == 200 => accepted.push(name),
            Ok(answer) => assert_eq!(answer.status, 503, "{}", answer.text()),
            Err(_) => break,
        }
        sent.fetch_add(1, Ordering::Relaxed);
    }
    accepted
}

/// Clients that keep their connection, idle or in the middle of a request, must not hold up the stop.
#[test]
fn idle_connections_do_not_hold_up_a_stop() {
    let mut ground = Ground::start();
    let address = ground.meridian.url("").replace("http://", "");
    let mut open = Vec::new();
    for said in ["", "GET /-/healthy HTTP/1.1\r\nhost: x\r\n\r\n"] {
        let mut stream = TcpStream::connect(&address).unwrap();
        stream.write_all(said.as_bytes()).unwrap();
        if !said.is_empty() {
            let _ = stream.read(&mut [0; 1000]).unwrap();
        }
        open.push(stream);
    }
    let began = Instant::now();
    assert_eq!(ground.meridian.stop().and_then(|status| status.code()), Some(0));
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    assert!(!ground.meridian.log().contains("still under way"), "{}", ground.meridian.log());
    drop(open);
}
