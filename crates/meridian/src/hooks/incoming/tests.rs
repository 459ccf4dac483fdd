use proptest::prelude::*;

use super::*;
use crate::hooks::{NEVER, capture};

fn at(text: &str) -> Instant {
    text.parse().unwrap()
}

#[test]
fn prometheus_is_read_as_it_speaks() {
    let batch = batch(capture("prometheus_2.42_post_alerts.http").body.as_bytes()).unwrap();
    let expected = Incoming {
        labels: [("alertname", "Watchdog"), ("severity", "none"), ("site", "ldn")].into_iter().collect(),
        annotations: [("summary", "always on")].into_iter().collect(),
        starts_at: Some(at("2026-11-22T09:46:16.730Z")),
        ends_at: Some(at("2026-11-22T09:46:36.730Z")),
        generator_url: "http://monitor:19091/graph?g0.expr=vector%281%29&g0.tab=1".into(),
    };
    assert_eq!(batch, Batch { alerts: vec![expected], problems: vec![], count: 1 });
}

#[test]
fn amtool_means_unset_by_zero_times() {
    let batch = batch(capture("amtool_alert_add.http").body.as_bytes()).unwrap();
    assert_eq!(batch.problems, []);
    assert_eq!((batch.alerts[0].starts_at, batch.alerts[0].ends_at), (None, None));
    assert_eq!(batch.alerts[0].labels, [("x", "y")].into_iter().collect());
}

/// Of each body: how many alerts are kept, and what is said of the others.
#[test]
fn bad_elements_are_named_and_good_ones_are_kept() {
    #[track_caller]
    fn check(body: &str, kept: usize, problems: &[&str]) {
        let batch = batch(body.as_bytes()).expect("an array");
        let said: Vec<_> = batch.problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            (batch.alerts.len(), said.iter().map(String::as_str).collect::<Vec<_>>()),
            (kept, problems.to_vec())
        );
    }
    check("null", 0, &[]);
    check("[]", 0, &[]);
    check(r#"[{"labels":{"a":"ok"}},{"labels":{}}]"#, 1, &["alert 1: labels: at least one label pair required"]);
    check(r#"[{"labels":{"a":""}}]"#, 0, &["alert 0: labels: at least one label pair required"]);
    check(r#"[{}]"#, 0, &["alert 0: labels: required, and missing"]);
    check(r#"[{"labels":null}]"#, 0, &["alert 0: labels: required, and missing"]);
    check(r#"[{"labels":{"a":"b","c":null},"new":{"x":[1]}}]"#, 1, &[]);
    check(r#"[{"labels":{"1-bad":"x"}}]"#, 0, &[r#"alert 0: labels.1-bad: invalid label set: invalid name "1-bad""#]);
    check(r#"[{"labels":{"":"x"}}]"#, 0, &[r#"alert 0: labels.: invalid label set: invalid name """#]);
    check(r#"[{"labels":{"http.status":"x","größe":"y"}}]"#, 1, &[]);
    check(r#"[{"labels":{"a":"x\u0000y"}}]"#, 0, &["alert 0: labels.a: the value holds a NUL character"]);
    check(
        r#"[{"labels":{"a":"b"},"startsAt":"2026-11-22T10:00:00Z","endsAt":"2026-11-22T09:00:00Z"}]"#,
        0,
        &["alert 0: startsAt: start time must be before end time"],
    );
    // Wrong types take the careful way.
    let number = "alert 1: labels.a: invalid type: integer `1`, expected a string";
    check(r#"[{"labels":{"a":"b"}},{"labels":{"a":1}},{"labels":{"c":"d"}}]"#, 2, &[number]);
    check(
        r#"[null,{"labels":{"a":"b"}}]"#,
        1,
        &["alert 0: alert: invalid type: null, expected an alert, which is an object"],
    );
    check(r#"[{"labels":[]}]"#, 0, &["alert 0: labels: invalid type: sequence, expected a map"]);
    check(
        r#"[{"labels":{"a":"b"},"generatorURL":7}]"#,
        0,
        &["alert 0: generatorURL: invalid type: integer `7`, expected a string"],
    );
    let time = r#"alert 0: startsAt: "soon" is no RFC 3339 time, such as 2026-11-22T09:46:36Z"#;
    check(r#"[{"labels":{"a":"b"},"startsAt":"soon"}]"#, 0, &[time]);
}

#[test]
fn what_is_no_array_is_refused_whole() {
    #[track_caller]
    fn check(body: &[u8], expected: &str) {
        let error = batch(body).expect_err("no array").to_string();
        assert!(error.contains(expected), "{error}");
    }
    check(b"", "EOF");
    check(b"[{", "EOF");
    check(b"{}", "invalid type: map");
    check(b"[{\"labels\":{\"a\":\"\xff\xfe\"}}]", "unicode");
    check(b"[{\"labels\":{\"a\":\"b\"}}]\0", "trailing");
    check(b"[{\"labels\":{\"a\":\"b\0\"}}]", "control character");
    check("[".repeat(200_000).as_bytes(), "EOF");
}

#[test]
fn sizes() {
    let labels = |n: usize| (0..n).map(|i| format!(r#""l{i}":"v""#)).collect::<Vec<_>>().join(",");
    let many = batch(format!(r#"[{{"labels":{{{}}}}}]"#, labels(1_000_000)).as_bytes()).unwrap();
    assert_eq!(many.problems[0].to_string(), "alert 0: labels: more than 256 labels");
    assert_eq!(batch(format!(r#"[{{"labels":{{{}}}}}]"#, labels(256)).as_bytes()).unwrap().alerts.len(), 1);

    let long = "é".repeat(40_000);
    let body = format!(
        r#"[{{"labels":{{"a":"{long}"}}}},{{"labels":{{"a":"b"}},"annotations":{{"s":"{long}","n":"\u0000"}}}}]"#
    );
    let sized = batch(body.as_bytes()).unwrap();
    assert_eq!(sized.problems[0].to_string(), "alert 0: labels.a: the value is longer than 65536 bytes");
    let summary = sized.alerts[0].annotations.get("s").unwrap();
    assert!(summary.ends_with("é… (cut, 80000 bytes)") && summary.len() < 65_600, "{}", summary.len());
    assert_eq!(sized.alerts[0].annotations.get("n"), Some("\u{fffd}"));
}

#[test]
fn only_links_of_the_web_are_kept() {
    #[track_caller]
    fn check(url: &str, kept: bool) {
        assert_eq!(!keep_url(url.to_owned()).is_empty(), kept, "{url}");
    }
    check("http://prom/graph?g0.expr=up", true);
    check("HTTPS://prom", true);
    check("javascript:alert(1)", false);
    check("", false);
    check("http://x/\u{0}", false);
    check(&format!("http://{}", "x".repeat(9000)), false);
}

#[test]
fn times() {
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(time(text).unwrap().map(|t| t.to_string()).as_deref(), expected);
    }
    check("", None);
    check("0001-01-01T00:00:00Z", None);
    check("2026-11-22T09:46:36Z", Some("2026-11-22T09:46:36Z"));
    check("2026-11-22T09:46:36.123456789+05:30", Some("2026-11-22T04:16:36.123456789Z"));
    check("9999-12-31T23:59:59Z", Some(Instant::MAX.to_string().as_str()));
    for wrong in ["x", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T09:46:36", "\0"] {
        assert!(time(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_webhooks_status_counts_more_than_its_times() {
    #[track_caller]
    fn check(json: &str, starts: Option<&str>, ends: Option<&str>) {
        let mut element: Element = serde_json::from_str(json).unwrap();
        element.settle_status(at("2026-11-22T10:00:00Z"), NEVER);
        let found = element.check().unwrap();
        assert_eq!((found.starts_at, found.ends_at), (starts.map(at), ends.map(at)), "{json}");
    }
    let (nine, ten, noon) = ("2026-11-22T09:00:00Z", "2026-11-22T10:00:00Z", "2026-11-22T12:00:00Z");
    let json = |status: &str, start: &str, end: &str| {
        format!(r#"{{"labels":{{"a":"b"}},"status":"{status}","startsAt":"{start}","endsAt":"{end}"}}"#)
    };
    let never = NEVER.to_string();
    check(&json("firing", nine, "0001-01-01T00:00:00Z"), Some(nine), Some(&never));
    check(&json("firing", noon, nine), Some(ten), Some(&never));
    check(&json("resolved", nine, nine), Some(nine), Some(nine));
    check(&json("resolved", noon, noon), Some(ten), Some(ten));
    check(&json("resolved", "", ""), None, Some(ten));
    check(&json("odd", nine, noon), Some(nine), Some(noon));
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i32>().prop_map(Into::into),
        ".{0,12}".prop_map(Into::into),
        prop::sample::select(vec!["2026-11-22T09:46:36Z", "0001-01-01T00:00:00Z", "firing"]).prop_map(Into::into),
    ];
    let key = prop::sample::select(vec![
        "labels",
        "annotations",
        "startsAt",
        "endsAt",
        "generatorURL",
        "status",
        "a",
        "1",
        "",
    ]);
    leaf.prop_recursive(4, 64, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Into::into),
            prop::collection::vec((key.clone(), inner), 0..6).prop_map(|pairs| serde_json::Value::Object(
                pairs.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(body in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = batch(&body);
    }

    /// Each element is either kept or named, also in a batch that takes the careful way.
    #[test]
    fn no_element_gets_lost(elements in prop::collection::vec(any_json(), 0..8)) {
        let found = batch(&serde_json::to_vec(&elements).unwrap()).expect("an array");
        prop_assert_eq!(found.count, elements.len());
        prop_assert_eq!(found.alerts.len() + found.problems.len(), elements.len());
        let alone = elements.iter().filter(|e| {
            let one = batch(&serde_json::to_vec(&[e]).unwrap()).unwrap();
            one.problems.is_empty()
        });
        prop_assert_eq!(found.alerts.len(), alone.count());
    }
}
