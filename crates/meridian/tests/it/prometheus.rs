//! An alert's way through the house: a rule fires, Wen gets a mail and a signed webhook, the rule stops firing.

use super::estate::House;
use meridian_testkit::servers::{Prometheus, installed};
use serde_json::json;

#[test]
fn a_rule_fires_the_one_on_watch_is_told_and_told_when_it_is_over() {
    if !installed() {
        return;
    }
    let house = House::start();
    let rules = |expr: &str| {
        format!(
            "groups:\n- name: payments\n  rules:\n  - alert: QueueStuck\n    expr: {expr}\n    \
             labels: {{ severity: critical, service: payments }}\n    annotations: {{ summary: The queue stands still }}\n"
        )
    };
    let prometheus = Prometheus::start(&rules("vector(1)"), &house.meridian.url(""));

    let mail = house.smtp.wait_for(1).remove(0);
    assert_eq!(mail.to, ["wen@example.com"]);
    assert!(mail.subject.contains("SEV1") && mail.subject.contains("The queue stands still"), "{}", mail.subject);
    assert!(mail.link("/ack/").is_some(), "no link to acknowledge in {}", mail.text);
    prometheus.set_rules(&rules("vector(1) > 1"));
    house.wait_for_facts("incident.resolved", 1);
    house.hook.wait_until("the resolve", |requests| requests.iter().any(|r| r.json()["type"] == "incident.resolved"));

    // Prometheus sent it again and again; the journal tells of it once, and nobody else was woken.
    assert_eq!(house.facts("alert.fired").len(), 1);
    assert_eq!(house.facts("page.opened").len(), 1);
    let pages = |path: &str| {
        house.hook.requests().iter().filter(|r| r.path == path && r.json()["type"] == "incident.page").count()
    };
    assert_eq!((pages("/wen"), pages("/ana")), (1, 0));
    house.verify();
}

#[test]
fn a_webhook_is_signed_and_carries_the_link() {
    if !installed() {
        return;
    }
    let house = House::start();
    let alert = json!([{ "labels": { "alertname": "QueueStuck", "severity": "critical" } }]);
    assert_eq!(house.meridian.post("/api/v2/alerts", &alert).status, 200);
    let request = house.hook.wait_for(1).remove(0);
    assert_eq!((request.path.as_str(), &request.json()["type"]), ("/wen", &json!("incident.page")));
    for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert!(request.header(header).is_some(), "{header}: {:?}", request.headers);
    }
    let link = request.json()["data"]["acknowledgeUrl"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&house.meridian.url("/ack/")), "{link}");
}
