//! The link in a mail: opening it changes nothing, its one button takes the page.

use super::estate::House;
use meridian_testkit::servers::{Browser, http, installed};
use serde_json::json;

#[test]
fn the_button_behind_the_link_takes_the_page_and_looking_does_not() {
    if !installed() {
        return;
    }
    let house = House::start();
    let alert = json!([{ "labels": { "alertname": "QueueStuck", "severity": "critical" } }]);
    assert_eq!(house.meridian.post("/api/v2/alerts", &alert).status, 200);
    let mail = house.smtp.wait_for(1).remove(0);
    let link = mail.link("/ack/").unwrap_or_else(|| panic!("no link to acknowledge in {}", mail.text));

    // A mail scanner opens every link, and a person may look before deciding: neither takes the page.
    let browser = Browser::new();
    let looked = browser.run("ack", &[link, "--look", "--bare"]).ok();
    assert!(looked.contains("QueueStuck"), "{looked}");
    for method in ["GET", "HEAD"] {
        assert_eq!(http::send(method, link, &[], b"").unwrap().status, 200);
    }
    browser.axe(&[link]).ok();
    assert!(house.facts("incident.acknowledged").is_empty());

    let pressed = browser.run("ack", &[link]).ok();
    let taken = house.wait_for_facts("incident.acknowledged", 1);
    assert!(taken.len() == 1 && house.journal().iter().any(|e| e["actor"].to_string().contains("wen")), "{pressed}");
    house.verify();
}
