//! Alerts taken in: how many a second, for how much CPU, and how much memory they then take.

use std::time::Duration;

use meridian_testkit::servers::Receiver;

use crate::{
    alerts, client,
    figures::{Figures, from_environment, runs},
    rivals::{Rival, Timing},
};

pub const CONNECTIONS: usize = 8;
pub const GROUPS: usize = 1_000;
/// What a server still does after its last answer belongs to the CPU time, too.
const SETTLE: Duration = Duration::from_secs(2);

/// All alerts come before the first group is told of.
const QUIET: Timing = Timing { group_wait: "2m", group_interval: "5m" };
/// Every group is told of at once, and every second while alerts join it.
const FLOWING: Timing = Timing { group_wait: "0s", group_interval: "1s" };

pub fn run(batch: usize) {
    let mut figures = Figures::default();
    measure(&mut figures, "intake", QUIET, batch);
    figures.print();
}

pub fn run_flowing() {
    let mut figures = Figures::default();
    measure(&mut figures, "intake with webhooks flowing", FLOWING, 50);
    figures.print();
}

fn measure(figures: &mut Figures, what: &str, timing: Timing, batch: usize) {
    let count: usize = from_environment("MERIDIAN_BENCH_ALERTS", 100_000);
    let scale = 100_000.0 / count as f64;
    let mut of = [(); 2].map(|()| (Vec::new(), Vec::new()));
    for _ in 0..runs() {
        for (rival, (rates, cpus)) in Rival::BOTH.into_iter().zip(&mut of) {
            let receiver = Receiver::start();
            let running = rival.start(timing, &receiver);
            // Written anew, because a group whose alerts began longer ago than its wait is told of at once.
            let requests = alerts::requests(count, batch, GROUPS);
            let before = running.cpu_seconds();
            let took = client::send_all(&running.address(), &requests, CONNECTIONS);
            std::thread::sleep(SETTLE);
            assert_eq!(running.alerts(), count, "{} lost alerts", rival.name());
            let cpu = (running.cpu_seconds() - before) * scale;
            let (now, highest) = running.memory_mib();
            let rate = count as f64 / took.as_secs_f64();
            let name = |figure: &str| format!("{what}, batches of {batch}: {}, {figure}", rival.name());
            figures.add(name("alerts taken"), "alerts/s", rate);
            figures.add(name("CPU per 100,000"), "s", cpu);
            figures.add(name("resident with all active"), "MiB", now);
            figures.add(name("resident at most"), "MiB", highest);
            rates.push(rate);
            cpus.push(cpu);
        }
    }
    let [(ours, our_cpu), (theirs, their_cpu)] = of;
    for run in 0..ours.len() {
        let name = |figure: &str| format!("{what}, batches of {batch}: Meridian / Alertmanager, {figure}");
        figures.add(name("alerts taken"), "x", ours[run] / theirs[run]);
        figures.add(name("CPU"), "x", our_cpu[run] / their_cpu[run]);
    }
}
