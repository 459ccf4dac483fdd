//! The pages in Chromium: reachable for everybody (WCAG 2.2 AA), and doing what they promise, with and without a script.

use super::estate::{House, PROGRAM};
use meridian_testkit::servers::{Browser, Meridian, free_port, http, installed, wait_until};
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

/// Twelve sites around the world, each on watch for three hours of its day, with two people and somebody who learns.
fn twelve_sites() -> String {
    let zones = [
        ("auckland", "Pacific/Auckland", "latitude: -36.8, longitude: 174.8"),
        ("sydney", "Australia/Sydney", "latitude: -33.9, longitude: 151.2"),
        ("tokyo", "Asia/Tokyo", "latitude: 35.7, longitude: 139.7"),
        ("hong-kong", "Asia/Hong_Kong", "latitude: 22.3, longitude: 114.2"),
        ("singapore", "Asia/Singapore", "latitude: 1.3, longitude: 103.8"),
        ("mumbai", "Asia/Kolkata", "latitude: 19.1, longitude: 72.9"),
        ("dubai", "Asia/Dubai", "latitude: 25.2, longitude: 55.3"),
        ("frankfurt", "Europe/Berlin", "latitude: 50.1, longitude: 8.7"),
        ("london", "Europe/London", "latitude: 51.5, longitude: -0.1"),
        ("sao-paulo", "America/Sao_Paulo", "latitude: -23.6, longitude: -46.6"),
        ("new-york", "America/New_York", "latitude: 40.7, longitude: -74.0"),
        ("chicago", "America/Chicago", "latitude: 41.9, longitude: -87.6"),
    ];
    let mut text = String::from(
        "apiVersion: meridian/v1\nkind: Channel\nmetadata: { name: hooks }\nspec: { webhook: { secret: \
         whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw } }\n",
    );
    // Who logs in.
    text += "---\napiVersion: meridian/v1\nkind: Person\nmetadata: { name: wen }\nspec: { displayName: Wen Li, site: hong-kong, \
             contacts: [{ name: hook, webhook: \"http://127.0.0.1:9/\" }] }\n";
    let mut layers = String::new();
    for (site, zone, place) in zones {
        text += &format!(
            "---\napiVersion: meridian/v1\nkind: Site\nmetadata: {{ name: {site} }}\nspec: {{ timeZone: {zone}, location: {{ \
             {place} }} }}\n"
        );
        for person in ["one", "two", "three"] {
            text += &format!(
                "---\napiVersion: meridian/v1\nkind: Person\nmetadata: {{ name: {site}-{person} }}\nspec: {{ displayName: \
                 Somebody {person} of {site}, site: {site}, contacts: [{{ name: hook, webhook: \"http://127.0.0.1:9/\" }}] }}\n"
            );
        }
        let layer = |name: &str, role: &str, members: &str| {
            format!(
                "    - name: {name}\n      site: {site}\n      role: {role}\n      hours: [{{ from: \"09:00\", to: \"12:30\" \
                 }}]\n      rotation: {{ start: 2026-01-05T00:00, every: 1 day, members: [{members}] }}\n"
            )
        };
        layers += &layer(site, "primary", &format!("{site}-one, {site}-two"));
        layers += &layer(&format!("{site}-second"), "secondary", &format!("{site}-three"));
    }
    text + "---\napiVersion: meridian/v1\nkind: Rota\nmetadata: { name: payments }\nspec:\n  displayName: Payments around the \
            world\n  handoff: {}\n  layers:\n"
        + &layers
        + "---\napiVersion: meridian/v1\nkind: Escalation\nmetadata: { name: payments }\nspec: { steps: [{ page: \
           [rota/payments], within: 10m }] }\n---\napiVersion: meridian/v1\nkind: Routing\nmetadata: { name: house }\nspec: { \
           route: { receiver: payments }, severity: { label: severity, map: {}, default: SEV3 } }\n"
}

#[test]
fn a_ring_of_twelve_sites_is_readable() {
    if !installed() {
        return;
    }
    let meridian = Meridian::start(PROGRAM, &[("estate.yaml", &twelve_sites())], &[]);
    let setup = meridian.setup_link();
    Browser::new().run("pages", &[&meridian.url(""), &setup, "--many"]).ok();
}
