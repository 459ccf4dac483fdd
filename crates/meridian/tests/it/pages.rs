//! The pages in Chromium: reachable for everybody (WCAG 2.2 AA), and doing what they promise, with and without a script.

use super::estate::{House, PROGRAM};
use meridian_testkit::servers::{Browser, free_port, http, installed, wait_until};
use serde_json::json;
use std::process::{Child, Command, Stdio};

#[test]
fn people_can_do_their_work_in_a_browser() {
    if !installed() {
        return;
    }
    let house = House::start();
    let script = "<img src=x onerror=\"globalThis.pwned=1\"><script>globalThis.pwned=1</script>";
    let alerts = json!([
        { "labels": { "alertname": "QueueStuck", "severity": "critical", "site": "hong-kong" } },
        { "labels": { "alertname": "mousetrap", "severity": "warning" }, "generatorURL": "javascript:globalThis.pwned=1" },
        { "labels": { "alertname": script, "severity": "critical", "x": "\"onmouseover=\"globalThis.pwned=1" },
          "annotations": { "summary": script }, "generatorURL": "https://example.com/\"><img src=x onerror=pwned=1>" },
    ]);
    assert_eq!(house.meridian.post("/api/v2/alerts", &alerts).status, 200);
    house.wait_for_facts("incident.opened", 3);
    let (base, setup) = (house.meridian.url(""), house.meridian.setup_link());
    let pid = house.meridian.pid().map(|pid| pid.to_string()).unwrap_or_default();
    Browser::new().run("pages", &[&base, &setup, &pid]).ok();
    house.verify();
}

/// A demonstration on its way, gone with the test.
struct Demo(Child);

impl Drop for Demo {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn every_page_of_a_busy_day_is_accessible() {
    if !installed() {
        return;
    }
    let base = format!("http://127.0.0.1:{}", free_port());
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--", PROGRAM, "demo", "--speed", "900", "--listen"]);
    command.arg(base.trim_start_matches("http://")).stdout(Stdio::null()).stderr(Stdio::null());
    let _demo = Demo(command.spawn().expect("the program starts"));
    let fourth = format!("{base}/incidents/4");
    wait_until("the fourth incident", || http::get(&fourth).ok().filter(|answer| answer.status == 200));
    // There is always something to decide: cover that nobody takes, cover that was just asked for, a swap.
    let changes = http::get(&format!("{base}/changes")).expect("the changes").text();
    for wish in ["everybody declined", "Dentist", "/accept"] {
        assert!(changes.contains(wish), "{wish}: {changes}");
    }
    Browser::new().run("pages", &[&base]).ok();
}
