//! One alert at a time: how long from its 200 to its webhook.

use std::{
    sync::mpsc,
    time::{Duration, Instant},
};

use meridian_testkit::servers::{Answer, Receiver};

use crate::{
    alerts,
    client::Connection,
    figures::{Figures, runs},
    rivals::{Rival, Timing},
};

const ALERTS: usize = 600;
const PAUSE: Duration = Duration::from_millis(5);
const TIMING: Timing = Timing { group_wait: "0s", group_interval: "5m" };

pub fn run() {
    let mut figures = Figures::default();
    for _ in 0..runs() {
        for rival in Rival::BOTH {
            let (sender, arrivals) = mpsc::channel();
            let receiver = Receiver::start();
            receiver.answer(move |request| {
                // The other end is gone only when the run is over.
                let _ = sender.send(request.at);
                Answer::status(200)
            });
            let running = rival.start(TIMING, &receiver);
            let mut connection = Connection::open(&running.address());
            let (mut answered, mut told, mut in_all) = (Vec::new(), Vec::new(), Vec::new());
            for index in 0..ALERTS {
                // Each is a group of its own.
                let request = alerts::request(&[index], ALERTS);
                let begun = Instant::now();
                let answer = connection.send(&request);
                let accepted = Instant::now();
                assert_eq!(answer.status, 200, "{}", answer.text());
                let arrived = arrivals.recv_timeout(Duration::from_secs(30)).unwrap();
                answered.push(accepted - begun);
                // It may come before the answer does.
                told.push(arrived.saturating_duration_since(accepted));
                in_all.push(arrived - begun);
                std::thread::sleep(PAUSE);
            }
            let name = |figure: &str| format!("one alert: {}, {figure}", rival.name());
            figures.add_percentiles(&name("POST to 200"), &mut answered);
            figures.add_percentiles(&name("200 to webhook"), &mut told);
            figures.add_percentiles(&name("POST to webhook"), &mut in_all);
        }
    }
    figures.print();
}
