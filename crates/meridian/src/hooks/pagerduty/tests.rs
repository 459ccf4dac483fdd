use proptest::prelude::*;

use super::*;
use crate::hooks::capture;

fn now() -> Instant {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

#[test]
fn every_real_client_is_understood() {
    #[track_caller]
    fn check(file: &str, action: &str, dedup_key: Option<&str>) {
        let capture = capture(file);
        assert_eq!(capture.path, "/v2/enqueue");
        let (event, _) = event(capture.body.as_bytes()).unwrap();
        let found = match event.action {
            Action::Trigger(_) => "trigger",
            Action::Acknowledge => "acknowledge",
            Action::Resolve => "resolve",
        };
        assert_eq!((found, event.dedup_key.as_deref()), (action, dedup_key));
    }
    let of_alertmanager = Some("f56e812c97e532594b50480f75f2eb16b0e7589b0187fa7691a8e50d20b54104");
    check("alertmanager_pagerduty_trigger.http", "trigger", of_alertmanager);
    check("alertmanager_pagerduty_resolve.http", "resolve", of_alertmanager);
    check("pagerduty7_trigger.http", "trigger", Some("k1"));
    check("pagerduty7_ack.http", "acknowledge", Some("k1"));
    check("pagerduty7_resolve.http", "resolve", Some("k1"));
    check("pdjs_trigger.http", "trigger", None);
    check("pdpyras_trigger.http", "trigger", None);
}

#[test]
fn a_trigger_becomes_an_alert() {
    let (event, key) = event(capture("pagerduty7_trigger.http").body.as_bytes()).unwrap();
    let Action::Trigger(trigger) = &event.action else { panic!("a trigger") };
    let alert = trigger.alert(&event, "k1", None, now());
    assert_eq!(
        serde_json::to_string(&alert.labels).unwrap(),
        format!(
            r#"{{"alertname":"Queue stuck","dedup_key":"k1","integration":"{}","severity":"critical","source":"fedwire-gw"}}"#,
            event.integration
        )
    );
    assert_eq!(
        serde_json::to_string(&alert.annotations).unwrap(),
        r#"{"details":"{\"depth\":9}","links":"https://x rb","summary":"Queue stuck"}"#
    );
    assert_eq!((alert.starts_at, alert.ends_at), (Some(now()), Some(NEVER)));
    assert!(!format!("{alert:?}").contains(&key), "the routing key is a secret");
    assert!(event.speaks_of("k1", &alert.labels));
    assert!(!event.speaks_of("k2", &alert.labels));
    let other = Event { integration: integration("another key"), ..event.clone() };
    assert!(!other.speaks_of("k1", &alert.labels));
}

#[test]
fn a_later_trigger_keeps_the_labels_of_the_first() {
    let json = |summary: &str| {
        format!(
            r#"{{"routing_key":"r","event_action":"trigger","dedup_key":"k","payload":{{"summary":"{summary}","source":"s","severity":"error"}}}}"#
        )
    };
    let alert = |summary: &str, known: Option<&Labels>| {
        let (event, _) = event(json(summary).as_bytes()).unwrap();
        let Action::Trigger(trigger) = &event.action else { panic!("a trigger") };
        trigger.alert(&event, "k", known, now())
    };
    let first = alert("queue 9", None);
    let second = alert("queue 10", Some(&first.labels));
    assert_eq!(first.labels.fingerprint(), second.labels.fingerprint());
    assert_eq!(second.annotations.get("summary"), Some("queue 10"));
}

#[test]
fn what_is_wrong_is_said_all_at_once() {
    #[track_caller]
    fn check(body: &str, expected: &[&str]) {
        assert_eq!(event(body.as_bytes()).expect_err("refused"), expected);
    }
    check("{}", &["'routing_key' is missing or blank", "'event_action' is missing or blank"]);
    check(r#"{"routing_key":"r","event_action":"trigger"}"#, &["'payload' is missing or blank"]);
    check(r#"{"routing_key":"r","event_action":"trigger","payload":[]}"#, &["'payload' must be an object"]);
    check(
        r#"{"routing_key":"r","event_action":"stop"}"#,
        &["'event_action' must be one of trigger, acknowledge, resolve"],
    );
    check(r#"{"routing_key":"r","event_action":"resolve"}"#, &["'dedup_key' is missing or blank"]);
    check(r#"{"routing_key":["r"],"event_action":"resolve","dedup_key":"k"}"#, &["'routing_key' must be a string"]);
    check(
        r#"{"routing_key":"r","event_action":"trigger","payload":{"summary":" ","severity":"bad"}}"#,
        &[
            "'payload.severity' must be one of critical, error, warning, info",
            "'payload.summary' is missing or blank",
            "'payload.source' is missing or blank",
        ],
    );
    let long = "x".repeat(256);
    check(
        &format!(r#"{{"routing_key":"r","event_action":"resolve","dedup_key":"{long}"}}"#),
        &["'dedup_key' is longer than 255 characters"],
    );
    assert!(event(b"[]").unwrap_err()[0].contains("the body is no event"));
    assert!(event(b"{\"routing_key\":\"\xff\"}").unwrap_err()[0].contains("the body is no event"));
}

#[test]
fn odd_but_harmless_events_are_taken() {
    let body = r#"{"routing_key":"r","event_action":"trigger","dedup_key":7,"extra":{},"links":[{"href":"javascript:x"},{"href":"https://a"},9],
        "images":[{"src":"https://b","alt":"graph"}],"client":"C","client_url":"https://c",
        "payload":{"summary":"a\nb\u0000","source":"s","severity":"Info","class":"disk","timestamp":"yesterday","custom_details":null}}"#;
    let (event, _) = event(body.as_bytes()).unwrap();
    let Action::Trigger(trigger) = &event.action else { panic!("a trigger") };
    let alert = trigger.alert(&event, "7", None, now());
    assert_eq!(event.dedup_key.as_deref(), Some("7"));
    assert_eq!((alert.labels.get("alertname"), alert.labels.get("severity")), (Some("disk"), Some("info")));
    assert_eq!(alert.annotations.get("links"), Some("https://a\nhttps://b graph"));
    assert_eq!(&*alert.generator_url, "https://c");
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = event(&body);
    }

    #[test]
    fn no_text_breaks_the_labels(summary in ".{1,300}", source in ".{1,300}", class in prop::option::of(".{0,300}")) {
        let body = serde_json::json!({"routing_key": "r", "event_action": "trigger", "dedup_key": "k",
            "payload": {"summary": summary, "source": source, "severity": "info", "class": class}});
        if let Ok((event, _)) = event(body.to_string().as_bytes()) {
            let Action::Trigger(trigger) = &event.action else { panic!("a trigger") };
            for (_, value) in trigger.alert(&event, "k", None, now()).labels.iter() {
                prop_assert!(!value.is_empty() && value.chars().count() <= 255 && !value.contains(char::is_control));
            }
        }
    }
}
