//! Over HTTP, with the requests of real clients and with bad ones.

use std::io::Write;

use serde_json::{Value, json};

use crate::{
    api::tests::house::{Asked, Mock},
    hooks::capture,
    serve::Intake,
};
use meridian_core::access::Scope;
use meridian_store::Fault;

const ALERTS: &str = "/api/v2/alerts";

async fn post(mock: &Mock, path: &str, body: &str) -> (u16, String) {
    let (status, _, bytes) = mock.send(&Asked::default(), "post", path, body.as_bytes().to_vec()).await;
    (status.as_u16(), String::from_utf8(bytes).unwrap())
}

async fn get(mock: &Mock, path: &str) -> Value {
    let (status, body) = mock.ask(&Asked::default(), "get", path, "").await;
    assert_eq!(status, 200, "{path}: {body}");
    body
}

/// The keys of an object, nested ones too, in their order.
fn keys(value: &Value) -> Vec<String> {
    value.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

#[tokio::test]
async fn real_clients_are_taken_in_and_shown_as_alertmanager_shows() {
    let mock = Mock::new(Intake::Open).await;
    let mut prometheus = capture("prometheus_2.42_post_alerts.http").body;
    prometheus = prometheus.replace("2026-11-22T09:46:36.730Z", "2030-01-01T00:00:00.000Z");
    assert_eq!(post(&mock, ALERTS, &prometheus).await, (200, String::new()));
    assert_eq!(post(&mock, ALERTS, &capture("amtool_alert_add.http").body).await, (200, String::new()));
    let shown = get(&mock, ALERTS).await;
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/captures");
    let of_theirs = |file: &str| -> Value { serde_json::from_slice(&std::fs::read(path.join(file)).unwrap()).unwrap() };
    let watchdog = shown.as_array().unwrap().iter().find(|a| a["labels"]["alertname"] == "Watchdog").unwrap();
    assert_eq!(keys(watchdog), keys(&of_theirs("am_alerts_v0.25.json")[0]));
    assert_eq!(watchdog["endsAt"], "2030-01-01T00:00:00.000Z");
    assert_eq!(watchdog["status"], json!({"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"}));
    let groups = get(&mock, "/api/v2/alerts/groups").await;
    for key in keys(&of_theirs("am_groups_v0.25.json")[0]) {
        assert!(groups[0].get(&key).is_some(), "{key}");
    }
    let status = get(&mock, "/api/v2/status").await;
    let theirs = of_theirs("am_status_v0.25.json");
    assert_eq!((keys(&status), keys(&status["versionInfo"])), (keys(&theirs), keys(&theirs["versionInfo"])));
    assert!(status["config"]["original"].as_str().unwrap().contains("catch-all"));
    assert!(get(&mock, "/api/v2/receivers").await.as_array().unwrap().contains(&json!({"name": "payments"})));
}

#[tokio::test]
async fn filters_of_the_list() {
    let mock = Mock::new(Intake::Open).await;
    let body = r#"[{"labels":{"alertname":"A","team":"payments"}},{"labels":{"alertname":"B","team":"trading"}}]"#;
    assert_eq!(post(&mock, ALERTS, body).await.0, 200);
    let check = async |query: &str, expected: &[&str]| {
        let found = get(&mock, &format!("{ALERTS}?{query}")).await;
        let mut names: Vec<_> = found.as_array().unwrap().iter().map(|a| a["labels"]["alertname"].clone()).collect();
        names.sort_by_key(|name| name.to_string());
        assert_eq!(names, expected, "{query}");
    };
    check("", &["A", "B"]).await;
    check("filter=alertname%3DA", &["A"]).await;
    check("filter=alertname%3D~%22A%7CB%22&filter=team%21%3Dpayments", &["B"]).await;
    check("receiver=pay.*", &["A"]).await;
    check("receiver=pay", &[]).await;
    check("active=false", &[]).await;
    check("silenced=false&inhibited=false&unprocessed=false", &["A", "B"]).await;
    for (query, expected) in
        [("filter=%7Ba", "bad matcher format: {a"), ("receiver=%5B", "failed to parse receiver param")]
    {
        let (status, body) = mock.ask(&Asked::default(), "get", &format!("{ALERTS}?{query}"), "").await;
        assert!(status == 400 && body.as_str().unwrap().starts_with(expected), "{body}");
    }
}

#[tokio::test]
async fn bad_bodies_get_alertmanagers_answers() {
    let mock = Mock::new(Intake::Open).await;
    let check = async |body: &str, status: u16, expected: &str| {
        let (found, text) = post(&mock, ALERTS, body).await;
        assert!(found == status && text.contains(expected), "{body}: {found} {text}");
    };
    check("", 422, r#"{"code":602,"message":"alerts in body is required"}"#).await;
    check("{}", 400, r#"{"code":400,"message":"parsing alerts body"#).await;
    check("{", 400, r#"{"code":400"#).await;
    check("null", 200, "").await;
    check("[]", 200, "").await;
    check("[{}]", 422, r#"{"code":602,"message":"0.labels in body is required"}"#).await;
    check(r#"[{"labels":{}}]"#, 400, r#""alert 0: labels: at least one label pair required (0 of 1"#).await;
    let half = r#"[{"labels":{"alertname":"kept"}},{"labels":{"a":7}}]"#;
    check(half, 400, "alert 1: labels.a: invalid type: integer `7`, expected a string (1 of 2 alerts were taken)")
        .await;
    assert_eq!(get(&mock, "/api/v2/alerts?filter=alertname%3Dkept").await.as_array().unwrap().len(), 1);
    let plain = Asked::default().header("content-type", "text/plain");
    let (status, body) = mock.ask(&plain, "post", ALERTS, "[]").await;
    assert_eq!((status.as_u16(), &body["code"]), (415, &json!(415)));
    assert_eq!(mock.ask(&Asked::default(), "put", ALERTS, "").await.0, 405);
    assert_eq!(mock.ask(&Asked::default(), "get", "/api/v2/none", "").await.0, 404);
}

#[tokio::test]
async fn large_bodies_are_stopped_and_compressed_ones_read() {
    let mock = Mock::new(Intake::Open).await;
    let (status, _, body) = mock.send(&Asked::default(), "post", ALERTS, vec![b' '; 17 * 1024 * 1024]).await;
    assert!(status == 413 && String::from_utf8_lossy(&body).contains("larger than 16777216 bytes"));
    let announced = Asked::default().header("content-length", "100000000");
    assert_eq!(mock.ask(&announced, "post", ALERTS, "[]").await.0, 413);
    let zip = |plain: &[u8]| {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(plain).unwrap();
        encoder.finish().unwrap()
    };
    let zipped = Asked::default().header("content-encoding", "gzip");
    let (status, ..) = mock.send(&zipped, "post", ALERTS, zip(br#"[{"labels":{"a":"zipped"}}]"#)).await;
    assert_eq!(status, 200);
    assert_eq!(get(&mock, "/api/v2/alerts?filter=a%3Dzipped").await.as_array().unwrap().len(), 1);
    let (status, ..) = mock.send(&zipped, "post", ALERTS, zip(&vec![b' '; 100_000_000])).await;
    assert_eq!(status, 413);
    // 10,000 alerts are parsed off the threads that serve, in one request.
    let many: Vec<_> = (0..10_000).map(|n| json!({"labels": {"alertname": "Many", "n": n.to_string()}})).collect();
    assert_eq!(post(&mock, ALERTS, &json!(many).to_string()).await.0, 200);
    assert_eq!(get(&mock, "/api/v2/alerts?filter=alertname%3DMany").await.as_array().unwrap().len(), 10_000);
}

#[tokio::test]
async fn silences_as_amtool_sets_them() {
    let mock = Mock::new(Intake::Open).await;
    let wish = capture("amtool_silence_add.http").body.replace("2026-11-22T10:45", "2030-11-22T10:45");
    let (status, set) = post(&mock, "/api/v2/silences", &wish).await;
    assert_eq!(status, 200, "{set}");
    let id = serde_json::from_str::<Value>(&set).unwrap()["silenceID"].as_str().unwrap().to_owned();
    let shown = get(&mock, &format!("/api/v2/silence/{id}")).await;
    assert_eq!(shown["matchers"], json!([{"isEqual": true, "isRegex": false, "name": "alertname", "value": "A"}]));
    assert_eq!(shown["status"], json!({"state": "active"}));
    assert_eq!(post(&mock, ALERTS, r#"[{"labels":{"alertname":"A"}}]"#).await.0, 200);
    assert_eq!(get(&mock, ALERTS).await[0]["status"]["silencedBy"], json!([id]));
    assert_eq!(get(&mock, "/api/v2/alerts?silenced=false").await, json!([]));
    assert_eq!(get(&mock, "/api/v2/silences?filter=alertname%3DB").await, json!([]));
    let (status, _) = mock.ask(&Asked::default(), "delete", &format!("/api/v2/silence/{id}"), "").await;
    assert_eq!(status, 200);
    assert_eq!(get(&mock, "/api/v2/silences").await[0]["status"]["state"], "expired");
    let unknown = "/api/v2/silence/11111111-1111-4111-8111-111111111111";
    for (method, path, expected) in [
        ("get", unknown, 404),
        ("delete", unknown, 404),
        ("get", "/api/v2/silence/x", 422),
        ("delete", "/api/v2/silence/x", 422),
    ] {
        assert_eq!(mock.ask(&Asked::default(), method, path, "").await.0.as_u16(), expected, "{method} {path}");
    }
}

#[tokio::test]
async fn bad_silences_get_alertmanagers_answers() {
    let mock = Mock::new(Intake::Open).await;
    let good = json!({"matchers": [{"name": "a", "value": "b", "isRegex": false}], "startsAt": "2026-11-22T09:45:09Z",
        "endsAt": "2030-11-22T09:45:09Z", "createdBy": "c", "comment": "d"});
    let check = async |change: Value, status: u16, expected: &str| {
        let mut wish = good.clone();
        for (key, value) in change.as_object().unwrap() {
            wish[key] = value.clone();
        }
        let (found, text) = post(&mock, "/api/v2/silences", &wish.to_string()).await;
        assert!(found == status && text.contains(expected), "{wish}: {found} {text}");
    };
    check(json!({}), 200, "silenceID").await;
    check(json!({"comment": null}), 422, r#"{"code":602,"message":"comment in body is required"}"#).await;
    check(json!({"createdBy": null}), 422, "createdBy in body is required").await;
    check(json!({"matchers": []}), 422, r#""code":612"#).await;
    check(json!({"matchers": [{"name": "a"}]}), 422, "matchers.0.isRegex in body is required").await;
    check(json!({"matchers": [{"name": "a", "value": "", "isRegex": false}]}), 400, "empty string").await;
    check(json!({"matchers": [{"name": "a", "value": "[", "isRegex": true}]}), 400, "invalid label matcher 0").await;
    check(json!({"endsAt": "2024-11-22T09:45:09Z"}), 400, "past").await;
    check(json!({"endsAt": "0001-01-01T00:00:00Z"}), 400, "endsAt is not set").await;
    check(json!({"id": "zz"}), 404, "silence not found").await;
    check(json!({"createdBy": 5}), 400, r#"{"code":400,"message":"parsing silence body"#).await;
}

#[tokio::test]
async fn who_may_send() {
    let mock = Mock::new(Intake::Token).await;
    let secret = mock.secret("prometheus", &[Scope::Ingest]).await;
    let bearer = Asked::default().header("authorization", &format!("Bearer {secret}"));
    use base64::{Engine, prelude::BASE64_STANDARD};
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("anybody:{secret}")));
    let basic = Asked::default().header("authorization", &basic);
    let body = r#"[{"labels":{"a":"b"}}]"#;
    let check = async |asked: &Asked, method: &str, path: &str, expected: u16| {
        let (status, answer) = mock.ask(asked, method, path, body).await;
        assert_eq!(status.as_u16(), expected, "{method} {path}: {answer}");
    };
    check(&Asked::default(), "post", ALERTS, 401).await;
    check(&Asked::default(), "get", ALERTS, 401).await;
    check(&Asked::default(), "post", "/hooks/alertmanager", 401).await;
    check(&bearer, "post", ALERTS, 200).await;
    check(&basic, "post", ALERTS, 200).await;
    check(&bearer, "get", ALERTS, 403).await;
    check(&bearer, "delete", "/api/v2/silence/11111111-1111-4111-8111-111111111111", 403).await;
    check(&mock.token("reader", &[Scope::Read]).await, "get", ALERTS, 200).await;
    check(&Asked::default(), "post", "/-/reload", 401).await;
    check(&bearer, "post", "/-/reload", 403).await;
    check(&mock.token("reader2", &[Scope::Read]).await, "post", ALERTS, 403).await;

    let open = Mock::new(Intake::Open).await;
    let foreign = Asked::default().header("authorization", "Bearer SECRET");
    assert_eq!(open.ask(&foreign, "post", ALERTS, body).await.0, 200, "a token of another system loses no alert");
    let page = Asked::default().header("sec-fetch-site", "cross-site");
    assert_eq!(open.ask(&page, "post", ALERTS, body).await.0, 403);
}

#[tokio::test]
async fn what_is_not_durable_is_not_acknowledged() {
    let mock = Mock::new(Intake::Open).await;
    mock.journal.fail_next(Fault::DiskFull);
    let (status, headers, _) =
        mock.send(&Asked::default(), "post", ALERTS, br#"[{"labels":{"a":"b"}}]"#.to_vec()).await;
    assert_eq!(status, 503);
    assert!(headers.contains_key("retry-after"));
    assert_eq!(get(&mock, ALERTS).await, json!([]));
}

#[tokio::test]
async fn the_webhook_fires_and_resolves() {
    let mock = Mock::new(Intake::Open).await;
    let firing = capture("alertmanager_webhook_v4_firing.http").body;
    assert_eq!(post(&mock, "/hooks/alertmanager", &firing).await.0, 200);
    assert_eq!(get(&mock, ALERTS).await[0]["endsAt"], "9999-01-01T00:00:00.000Z");
    let resolved = capture("alertmanager_webhook_v4_resolved.http").body;
    assert_eq!(post(&mock, "/hooks/alertmanager", &resolved).await.0, 200);
    assert_eq!(get(&mock, ALERTS).await, json!([]));
    let (status, problem) = post(&mock, "/hooks/alertmanager", r#"{"alerts":[{"labels":{"a":1}}]}"#).await;
    assert!(status == 400 && problem.contains("/alerts/0/labels/a"), "{problem}");
    mock.journal.fail_next(Fault::DiskFull);
    assert_eq!(post(&mock, "/hooks/alertmanager", &firing).await.0, 503);
}

#[tokio::test]
async fn pagerdutys_clients_trigger_acknowledge_and_resolve() {
    let mock = Mock::new(Intake::Open).await;
    let send = async |file: &str| {
        let (status, body) = post(&mock, "/v2/enqueue", &capture(file).body).await;
        assert_eq!(status, 202, "{file}: {body}");
        serde_json::from_str::<Value>(&body).unwrap()
    };
    let done = json!({"status": "success", "message": "Event processed", "dedup_key": "k1"});
    assert_eq!(send("pagerduty7_ack.http").await, done, "of something unknown: taken and dropped");
    assert_eq!(send("pagerduty7_trigger.http").await, done);
    assert_eq!(send("pagerduty7_trigger.http").await, done);
    let found = get(&mock, "/api/v2/alerts?filter=dedup_key%3Dk1").await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert!(!found.to_string().contains("00000000000000000000000000000000"), "the routing key is a secret");
    assert_eq!(send("pagerduty7_ack.http").await, done);
    assert_eq!(send("pagerduty7_resolve.http").await, done);
    assert_eq!(get(&mock, "/api/v2/alerts?filter=dedup_key%3Dk1").await, json!([]));
    assert_eq!(send("pdpyras_trigger.http").await["dedup_key"].as_str().unwrap().len(), 32);
    let (status, body) = post(&mock, "/v2/enqueue", "{}").await;
    assert!(status == 400 && body.contains("'routing_key' is missing or blank"), "{body}");
    assert_eq!(post(&mock, "/v2/enqueue", &" ".repeat(600_000)).await.0, 413);
}

#[tokio::test]
async fn a_routing_key_can_be_a_token() {
    let mock = Mock::new(Intake::Token).await;
    let event = |key: &str| json!({"routing_key": key, "event_action": "resolve", "dedup_key": "k"}).to_string();
    assert_eq!(post(&mock, "/v2/enqueue", &event("00000000000000000000000000000000")).await.0, 400);
    let secret = mock.secret("pd", &[Scope::Ingest]).await;
    assert_eq!(post(&mock, "/v2/enqueue", &event(&secret)).await.0, 202);
    let reader = mock.secret("reader", &[Scope::Read]).await;
    assert_eq!(post(&mock, "/v2/enqueue", &event(&reader)).await.0, 400);
}
