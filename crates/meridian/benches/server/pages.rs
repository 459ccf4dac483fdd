//! What people and programs read, with 10,000 alerts firing in 1,000 open incidents: how long each answer takes.

use std::time::{Duration, Instant};

use meridian_testkit::servers::{Receiver, http};

use crate::{
    alerts,
    client::{self, Connection},
    figures::{Figures, runs},
    intake::{CONNECTIONS, GROUPS},
    rivals::{Rival, Running, Timing},
};

const ALERTS: usize = 10_000;
const REQUESTS: usize = 300;
const TIMING: Timing = Timing { group_wait: "0s", group_interval: "5m" };
/// After the intake, so that no page is still being sent.
const SETTLE: Duration = Duration::from_secs(3);
const OURS: [&str; 7] =
    ["/", "/alerts", "/alerts?q=node-00", "/incidents", "/incidents/1", "/api/v1/alerts", "/api/v1/incidents"];
const BOTH: [&str; 2] = ["/api/v2/alerts", "/api/v2/alerts/groups"];

pub fn run() {
    let mut figures = Figures::default();
    let requests = alerts::requests(ALERTS, 50, GROUPS);
    for _ in 0..runs() {
        for rival in Rival::BOTH {
            let receiver = Receiver::start();
            let running = rival.start(TIMING, &receiver);
            client::send_all(&running.address(), &requests, CONNECTIONS);
            std::thread::sleep(SETTLE);
            let cookie = match &running {
                Running::Meridian(meridian) => log_in(&meridian.setup_link(), &running.address()),
                Running::Alertmanager(_) => String::new(),
            };
            let ours = OURS.iter().filter(|_| rival == Rival::Meridian);
            for path in ours.chain(&BOTH) {
                let repeats = if path.starts_with("/api/v2") { REQUESTS / 10 } else { REQUESTS };
                let name = format!("10,000 alerts: {}, GET {path}", rival.name());
                if let Some(mut times) = read(&running.address(), path, &cookie, repeats) {
                    figures.add_percentiles(&name, &mut times);
                }
            }
        }
    }
    figures.print();
}

/// Nothing where there is no such page.
pub fn read(address: &str, path: &str, cookie: &str, repeats: usize) -> Option<Vec<Duration>> {
    let mut connection = Connection::open(address);
    let request = format!("GET {path} HTTP/1.1\r\nhost: {address}\r\naccept: */*\r\ncookie: {cookie}\r\n\r\n");
    let mut times = Vec::with_capacity(repeats);
    for _ in 0..repeats {
        let begun = Instant::now();
        let answer = connection.send(request.as_bytes());
        times.push(begun.elapsed());
        if answer.status == 404 {
            eprintln!("{path} is not there");
            return None;
        }
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
    Some(times)
}

/// Makes the first account by the setup link, as its page does, and returns the session's cookie.
pub fn log_in(link: &str, address: &str) -> String {
    let token = link.rsplit(['/', '=']).next().unwrap();
    let body = serde_json::json!({
        "token": token, "account": "ana", "display_name": "Ana", "password": "correct horse battery staple",
    });
    let answer = http::post(&format!("http://{address}/api/v1/setup"), "application/json", body.to_string()).unwrap();
    assert_eq!(answer.status, 204, "{}", answer.text());
    answer.header("set-cookie").unwrap().split(';').next().unwrap().to_owned()
}
