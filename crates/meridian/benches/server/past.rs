//! How long the control room of an earlier instant takes, with a long journal behind it and the snapshots that a real run
//! leaves. Each instant is asked for once, so that no world is at hand yet.

use meridian_testkit::servers::{Meridian, Receiver};

use crate::{
    figures::{Figures, from_environment, runs},
    pages::{log_in, read},
    rivals::{Timing, estate},
    start::{make, remove_journal},
};

/// So many instants, spread over the whole journal.
const INSTANTS: i32 = 40;
const TIMING: Timing = Timing { group_wait: "0s", group_interval: "1m" };

pub fn run() {
    let entries: u64 = from_environment("MERIDIAN_BENCH_ENTRIES", 1_000_000);
    let receiver = Receiver::start();
    let text = estate(TIMING, &receiver.url("/hook"));
    let mut figures = Figures::default();
    let mut meridian = Meridian::start(env!("CARGO_BIN_EXE_meridian"), &[("estate.yaml", &text)], &[]);
    meridian.stop();
    let data = meridian.data().to_owned();
    remove_journal(&data);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (_, [from, until]) = runtime.block_on(make(&data, &text, entries));
    meridian.restart();
    let address = meridian.url("").trim_start_matches("http://").trim_end_matches('/').to_owned();
    let cookie = log_in(&meridian.setup_link(), &address);
    let step = until.duration_since(from) / INSTANTS;
    for run in 0..runs() as i32 {
        let mut times = Vec::new();
        for place in 0..INSTANTS {
            // Another minute in each run: the world of none is at hand.
            let at = from + step * place + jiff::SignedDuration::from_mins(i64::from(run) + 1);
            times.extend(read(&address, &format!("/?at={at}"), &cookie, 1).unwrap());
        }
        figures
            .add_percentiles(&format!("{entries} entries: GET / as it was at one of {INSTANTS} instants"), &mut times);
    }
    figures.print();
}
