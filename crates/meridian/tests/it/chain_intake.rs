//! `POST /api/v1/checkpoints` under hardship: the program killed in the middle of writing, a disk without room, reporters that
//! err and that lie.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use meridian_testkit::servers::{http, http::Response, wait_until};
use serde_json::{Value, json};

use super::{
    client::{ESTATE, House},
    full_disk::Small,
};

const CHAIN: &str = "
apiVersion: meridian/v1
kind: Chain
metadata: { name: wires }
spec: { hops: [{ name: office }, { name: gateway, limit: 1h }, { name: fed, limit: 1h }], retryHorizon: 2d }
";
const BATCH: u64 = 50;

fn house() -> House {
    House::with(&format!("{ESTATE}---{CHAIN}"))
}

fn ago(seconds: i64) -> String {
    (Timestamp::now() - SignedDuration::from_secs(seconds)).to_string()
}

fn send(house: &House, body: &[u8]) -> Response {
    let bearer = format!("Bearer {}", house.token);
    house.meridian.send("POST", "/api/v1/checkpoints", &[("authorization", &bearer)], body)
}

fn chain(house: &House) -> Value {
    let bearer = format!("Bearer {}", house.token);
    house.meridian.send("GET", "/api/v1/chains/wires", &[("authorization", &bearer)], b"").json()
}

/// A batch of a reporter with its counter, always the same bytes.
fn batch(reporter: u64, number: u64, at: &str) -> String {
    let line = |n: u64| {
        let (lane, reporter) = (format!("lane-{reporter}"), format!("office-{reporter}"));
        json!({"chain": "wires", "lane": lane, "seq": n, "id": format!("{lane}/{n}"), "hop": "office", "at": at,
               "amount": "10.25", "currency": "USD", "reporter": reporter, "epoch": 1, "n": n})
    };
    (number * BATCH + 1..=(number + 1) * BATCH).map(|n| format!("{}\n", line(n))).collect()
}

/// Four reporters send at once, and each of them goes on with what was not answered, as reporters do.
#[test]
fn what_was_answered_is_there_once_after_every_kill() {
    const REPORTERS: u64 = 4;
    let mut house = house();
    let at = ago(60);
    let mut answered = [0_u64; REPORTERS as usize];
    for kill in 0..5 {
        let killed = AtomicBool::new(false);
        let url = house.meridian.url("/api/v1/checkpoints");
        let bearer = format!("Bearer {}", house.token);
        std::thread::scope(|scope| {
            let senders: Vec<_> = (0..REPORTERS)
                .map(|reporter| {
                    let (killed, at, url, bearer, mut next) =
                        (&killed, &at, &url, &bearer, answered[reporter as usize]);
                    scope.spawn(move || {
                        while !killed.load(Ordering::Relaxed) {
                            let body = batch(reporter, next, at);
                            match http::send("POST", url, &[("authorization", bearer)], body.as_bytes()) {
                                Ok(answer) if answer.status == 200 => next += 1,
                                Ok(answer) => panic!("{}: {}", answer.status, answer.text()),
                                Err(_) => break,
                            }
                        }
                        next
                    })
                })
                .collect();
            std::thread::sleep(Duration::from_millis(300 + 70 * kill));
            house.meridian.kill9();
            killed.store(true, Ordering::Relaxed);
            for (reporter, sender) in senders.into_iter().enumerate() {
                answered[reporter] = sender.join().unwrap();
            }
        });
        house.meridian.restart();
        // What was answered is known again; the batch after it may have been written without an answer, whole or not at all.
        for (reporter, next) in (0..REPORTERS).zip(&mut answered) {
            if *next > 0 {
                let again = send(&house, batch(reporter, *next - 1, &at).as_bytes()).json();
                assert_eq!((&again["accepted"], &again["absorbed"]), (&json!(0), &json!(BATCH)), "{again}");
            }
            let on = send(&house, batch(reporter, *next, &at).as_bytes()).json();
            let (accepted, absorbed) = (on["accepted"].as_u64().unwrap(), on["absorbed"].as_u64().unwrap());
            assert!(accepted + absorbed == BATCH && (accepted == 0 || absorbed == 0), "{on}");
            *next += 1;
        }
        let whole: u64 = answered.iter().sum::<u64>() * BATCH;
        let found = chain(&house);
        assert_eq!(found["messages"]["originated"], whole, "after kill {kill}: {found:#}");
        assert_eq!(found["breaches"], json!([]));
    }
    assert!(answered.iter().sum::<u64>() > 20, "{answered:?}");
    house.meridian.kill9();
    let verified = house.command(&["chain", "log", "verify", "--data"]).arg(house.meridian.data()).output().unwrap();
    assert!(verified.status.success(), "{verified:?}");
}

#[test]
fn a_full_disk_refuses_checkpoints_and_room_brings_them_back() {
    let house = house();
    let directory = house.meridian.data().join("checkpoints");
    std::fs::create_dir_all(&directory).unwrap();
    // Smaller than one segment, which is reserved whole.
    let Some(small) = Small::over(directory) else { return };
    let at = ago(60);
    let refused = send(&house, batch(0, 0, &at).as_bytes());
    assert_eq!(refused.status, 503, "{}", refused.text());
    assert!(refused.header("retry-after").is_some(), "{refused:?}");
    assert!(refused.text().contains("No space left"), "{}", refused.text());
    assert_eq!(house.meridian.get("/-/ready").status, 200, "everything else goes on");
    small.grow("300m");
    let taken = wait_until("checkpoints are taken again", || {
        let answer = send(&house, batch(0, 0, &at).as_bytes());
        (answer.status == 200).then(|| answer.json())
    });
    assert_eq!(taken["accepted"], BATCH);
    // The room is gone again, in the middle of a log.
    small.fill();
    assert_eq!(send(&house, batch(0, 1, &at).as_bytes()).status, 200, "the segment's space is reserved");
}

#[test]
fn reporters_that_err_and_that_lie() {
    let house = house();
    let line = |more: Value| {
        let mut line = json!({"chain": "wires", "lane": "a", "seq": 1, "id": "m1", "hop": "office", "at": ago(60),
                              "reporter": "r", "epoch": 1, "n": 1});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        line
    };
    let take = |body: String, accepted: u64, absorbed: u64, reasons: &[&str]| {
        let answer = send(&house, body.as_bytes());
        assert_eq!(answer.status, 200, "{body:.200}: {}", answer.text());
        let told = answer.json();
        assert_eq!((&told["accepted"], &told["absorbed"]), (&json!(accepted), &json!(absorbed)), "{body:.200}: {told}");
        let refused: Vec<String> = told["refused"].as_array().unwrap().iter().map(Value::to_string).collect();
        assert_eq!(refused.len(), reasons.len(), "{body:.200}: {told}");
        for (refused, reason) in refused.iter().zip(reasons) {
            assert!(refused.contains(reason), "{reason} is not in {refused}");
        }
    };
    let first = line(json!({})).to_string();
    take(first.clone(), 1, 0, &[]);
    take(first.clone(), 0, 1, &[]);
    take(line(json!({"id": "other"})).to_string(), 0, 0, &["another report of this number"]);
    take(line(json!({"hop": "nowhere", "n": 2})).to_string(), 0, 0, &["no such hop"]);
    take(line(json!({"chain": "unknown", "n": 3})).to_string(), 0, 0, &["no chain of that name"]);
    take(line(json!({"id": "x".repeat(10_000), "n": 4})).to_string(), 0, 0, &["id"]);
    take(line(json!({"id": "", "n": 4})).to_string(), 0, 0, &["id"]);
    take(line(json!({"at": "yesterday", "n": 4})).to_string(), 0, 0, &["at"]);
    take(line(json!({"seq": 2, "id": "m2", "n": 4, "at": ago(-7200)})).to_string(), 1, 0, &[]);
    take(line(json!({"seq": 3, "id": "m3", "n": 5, "at": ago(7200)})).to_string(), 1, 0, &[]);
    // A counter at its end, and a leap of the sequence: the lane does not grow by that.
    take(line(json!({"seq": u64::MAX, "id": "max", "n": 6})).to_string(), 0, 0, &["millions away"]);
    take(line(json!({"seq": 4, "id": "m4", "n": u64::MAX})).to_string(), 1, 0, &[]);
    // Back and forth between epochs.
    take(line(json!({"seq": 5, "id": "m5", "epoch": 3, "n": 1})).to_string(), 1, 0, &[]);
    take(line(json!({"seq": 6, "id": "m6", "epoch": 2, "n": 1})).to_string(), 1, 0, &[]);
    take(json!({"reporter": "r", "epoch": 3, "through": u64::MAX, "at": ago(0)}).to_string(), 1, 0, &[]);
    // The good lines of a bad batch count, also before one that is cut.
    let good = |n: u64| line(json!({"seq": n, "id": format!("m{n}"), "epoch": 3, "n": n})).to_string();
    let batch = format!("{}\nnonsense\n{}\n{}", good(7), good(8), &good(9)[..40]);
    take(batch, 2, 0, &["\"line\":2", "\"line\":4"]);
    for (body, encoding, status, said) in [
        (format!("[{},", good(10)).into_bytes(), "", 200, "array"),
        (b"MCKB\x01\x05nonsense".to_vec(), "", 400, "block"),
        (b"{}".to_vec(), "gzip", 400, "gzip"),
        (vec![b' '; 33 << 20], "", 413, "bytes"),
    ] {
        let bearer = format!("Bearer {}", house.token);
        let headers = [("authorization", bearer.as_str()), ("content-encoding", encoding)];
        let headers = &headers[..if encoding.is_empty() { 1 } else { 2 }];
        let answer = house.meridian.send("POST", "/api/v1/checkpoints", headers, &body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(40)]).into_owned();
        assert_eq!(answer.status, status, "{shown}: {}", answer.text());
        assert!(answer.text().contains(said), "{shown}: {}", answer.text());
    }
    // Messages 1 to 8 and 10; the ninth was cut. A reporter of whom something is missing is named.
    let told = chain(&house);
    assert_eq!((&told["messages"]["originated"], &told["lanes"][0]["unseen"]), (&json!(9), &json!(1)), "{told:#}");
    assert_eq!((&told["state"], &told["reports"][0]["stalled"]), (&json!("contradiction"), &json!(["r"])), "{told:#}");
    assert!(told["breaches"].to_string().contains("with two contents"), "{told:#}");
    assert_eq!(house.meridian.get("/-/ready").status, 200);
}
