//! Hostile and mistaken requests over real sockets: each has its own clear answer, and the server lives after all of them.

use super::ground::Ground;
use meridian_testkit::servers::http;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

const ALERTS: &str = "/api/v2/alerts";
const WEBHOOK: &str = "/hooks/alertmanager";
const EVENTS: &str = "/v2/enqueue";

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(plain).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn bodies() {
    let ground = Ground::start();
    let check = |path: &str, headers: &[(&str, &str)], body: &[u8], status: u16, expected: &str| {
        let headers: Vec<_> = [("content-type", "application/json")].iter().chain(headers).copied().collect();
        let answer = ground.meridian.send("POST", path, &headers, body);
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]);
        assert_eq!(answer.status, status, "{path} {shown}: {}", answer.text());
        assert!(answer.text().contains(expected), "{path} {shown}: {}", answer.text());
    };
    let bomb = gzip(&vec![b' '; 100_000_000]);
    let deep = [b"[{\"labels\":{\"alertname\":\"x\"},\"deep\":".as_slice(), &b"[".repeat(200_000)].concat();
    for path in [ALERTS, WEBHOOK, EVENTS] {
        check(path, &[], b"{", 400, "line 1 column");
        check(path, &[], b"7", 400, "integer `7`, expected a");
        check(path, &[], b"\"text\"", 400, "string");
        check(path, &[], &[0; 64], 400, "column 1");
        check(path, &[], b"[\"\xff\xfe\"]", 400, "");
        check(path, &[], &b"[".repeat(200_000), 400, "");
        check(path, &[], &deep, 400, "");
        check(path, &[], &vec![b' '; 100_000_000], 413, "bytes");
        check(path, &[("content-encoding", "gzip")], &bomb, 413, "decompressed");
        check(path, &[("content-encoding", "gzip")], b"[]", 400, "gzip");
        check(path, &[("content-encoding", "zstd")], b"[]", 400, "zstd");
        check(path, &[("content-encoding", "br")], b"[]", 415, "br");
    }
    check(ALERTS, &[], b"[{\"labels\":{\"alertname\":\"\xff\"}}]", 400, "unicode");
    check(ALERTS, &[], br#"[{"labels":{"alertname":"a\u0000b"}}]"#, 400, "NUL");
    check(ALERTS, &[], br#"[{"labels":{"a\u0000":"b"}}]"#, 400, "invalid name");
    let million = (0..1_000_000).map(|n| format!("\"a{n}\":\"\"")).collect::<Vec<_>>().join(",");
    check(ALERTS, &[], format!("[{{\"labels\":{{{million}}}}}]").as_bytes(), 400, "more than 256 labels");
    let value = json!([{ "labels": { "alertname": "x", "v": "v".repeat(10_000_000) } }]);
    check(ALERTS, &[], value.to_string().as_bytes(), 400, "labels.v: the value is longer than 65536 bytes");
    let text = json!([{ "labels": { "alertname": "LongText" }, "annotations": { "a": "x".repeat(10_000_000) } }]);
    check(ALERTS, &[], text.to_string().as_bytes(), 200, "");
    assert!(ground.meridian.get("/api/v2/alerts").body.len() < 100_000, "a text is cut, and its alert taken");
    ground.lives("AfterTheBodies");
    ground.is_sound();
}

#[test]
fn clocks_that_are_days_wrong() {
    let ground = Ground::start();
    let take = |name: &str, times: Value, status: u16, expected: &str| {
        let mut alert = json!({ "labels": { "alertname": name } });
        alert.as_object_mut().unwrap().extend(times.as_object().unwrap().clone());
        let answer = ground.meridian.post(ALERTS, &json!([alert]));
        assert_eq!(answer.status, status, "{name}: {}", answer.text());
        assert!(answer.text().contains(expected), "{name}: {}", answer.text());
    };
    let now = jiff::Timestamp::now();
    let days = |days: i64| (now + jiff::SignedDuration::from_hours(24 * days)).to_string();
    take("StartsInDays", json!({ "startsAt": days(5) }), 200, "");
    take("BeganDaysAgo", json!({ "startsAt": days(-5) }), 200, "");
    take("EndedDaysAgo", json!({ "endsAt": days(-5) }), 200, "");
    take("EndsInYears", json!({ "endsAt": days(4000) }), 200, "");
    take("Inverted", json!({ "startsAt": days(3), "endsAt": days(2) }), 400, "start time must be before end time");
    take("YearNought", json!({ "startsAt": "0000-01-01T00:00:00Z" }), 200, "");
    take("LastYear", json!({ "startsAt": days(-1), "endsAt": "9999-12-31T23:59:59Z" }), 200, "");
    take("TheEndOfTime", json!({ "startsAt": "9999-12-31T23:59:59Z" }), 200, "");
    take("ZeroOfGo", json!({ "startsAt": "0001-01-01T00:00:00Z", "endsAt": "0001-01-01T00:00:00Z" }), 200, "");
    for wrong in ["-009999-01-01T00:00:00Z", "+010000-01-01T00:00:00Z", "2026-02-29T00:00:00Z", "now", "1e9"] {
        take("Wrong", json!({ "startsAt": wrong }), 400, "is no RFC 3339 time");
        take("Wrong", json!({ "endsAt": wrong }), 400, "is no RFC 3339 time");
    }
    let firing = ["StartsInDays", "BeganDaysAgo", "EndsInYears", "YearNought", "LastYear", "TheEndOfTime", "ZeroOfGo"];
    for name in firing {
        let paged = |all: &[meridian_testkit::servers::Request]| all.iter().any(|r| r.text().contains(name));
        ground.hook.wait_until(&format!("the page of {name}"), paged);
    }
    assert!(!ground.hook.requests().iter().any(|request| request.text().contains("EndedDaysAgo")));
    for path in ["/api/v2/alerts", "/api/v2/alerts/groups", "/metrics", "/login"] {
        assert_eq!(ground.meridian.get(path).status, 200, "{path}");
    }
    let mut ground = ground;
    ground.meridian.kill9();
    ground.meridian.restart();
    assert_eq!(ground.meridian.get(ALERTS).json().as_array().unwrap().len(), firing.len());
    ground.is_sound();
}

#[test]
fn methods_media_types_and_paths() {
    let ground = Ground::start();
    let check = |method: &str, path: &str, headers: &[(&str, &str)], statuses: &[u16]| {
        let answer = ground.meridian.send(method, path, headers, b"");
        assert!(statuses.contains(&answer.status), "{method} {path}: {} {}", answer.status, answer.text());
    };
    for path in [WEBHOOK, EVENTS, "/-/reload"] {
        check("GET", path, &[], &[405]);
        check("DELETE", path, &[], &[405]);
    }
    check("PUT", ALERTS, &[], &[405]);
    check("BREW", ALERTS, &[], &[405]);
    check("POST", ALERTS, &[("content-type", "text/xml")], &[415]);
    check("GET", "/nowhere", &[], &[404]);
    for path in [
        "/../../etc/passwd",
        "/assets/../../../etc/passwd",
        "/assets/%2e%2e/%2e%2e/etc/passwd",
        "/assets/..%2f..%2fetc%2fpasswd/x",
        "/assets/0/%00",
        "/incidents/%ff%fe",
        "/incidents/99999999999999999999999999",
        "/incidents/-1",
        "/incidents/1%00",
        "/ack/%00",
        "/ack/..%2f..",
        "/api/v1/incidents/x",
        "//etc/passwd",
    ] {
        let answer = ground.meridian.get(path);
        assert!((300..500).contains(&answer.status), "{path}: {}", answer.status);
        assert!(!answer.text().contains("root:"), "{path}");
    }
    let long = format!("/{}", "a".repeat(40_000));
    check("GET", &long, &[], &[404, 414, 431]);
    for query in ["filter=%ff", "filter=%00", "filter=a%3D~%22(((((%22", "active=perhaps", "receiver=%5B", "&&==&"] {
        check("GET", &format!("{ALERTS}?{query}"), &[], &[200, 400]);
    }
    let filters = "filter=a%3Db&".repeat(3_000);
    check("GET", &format!("{ALERTS}?{filters}"), &[], &[200, 400, 414, 431]);
    check("GET", &format!("{ALERTS}?filter=a%3D~%22{}%22", "(a%2B)%2B".repeat(500)), &[], &[200, 400]);
    for cookie in ["=", ";;;", "mrd=\u{7f}", &"a=b;".repeat(5_000), "session=%00"] {
        check("GET", "/", &[("cookie", cookie)], &[200, 302, 303, 400]);
    }
    for bearer in ["Bearer", "Bearer ", "Bearer \u{e9}", "Basic !!!", &format!("Bearer {}", "x".repeat(20_000))] {
        check("GET", "/api/v1/incidents", &[("authorization", bearer)], &[400, 401]);
    }
    ground.lives("AfterThePaths");
    ground.is_sound();
}

/// Sends bytes and gives what came until the server closed, or two seconds long.
fn talk(ground: &Ground, said: &[u8]) -> String {
    let mut stream = TcpStream::connect(ground.meridian.url("").trim_start_matches("http://")).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
    // It may hang up before it has heard all.
    let _ = stream.write_all(said);
    let mut heard = Vec::new();
    let _ = stream.read_to_end(&mut heard);
    String::from_utf8_lossy(&heard).into_owned()
}

#[test]
fn heads_and_frames() {
    let ground = Ground::start();
    let check = |said: &[u8], begins: &[&str]| {
        let heard = talk(&ground, said);
        let shown = String::from_utf8_lossy(&said[..said.len().min(80)]);
        assert!(begins.iter().any(|begin| heard.starts_with(begin)), "{shown}: {}", &heard[..heard.len().min(300)]);
    };
    let (refused, closed) = ("HTTP/1.1 4", "");
    check(b"GET / HTTP/9.9\r\n\r\n", &[refused, closed]);
    check(b"\0\0\0\0\r\n\r\n", &[refused, closed]);
    check(b"GET /-/healthy HTTP/1.1\r\nbad header\r\n\r\n", &["HTTP/1.1 400"]);
    check(b"GET /-/healthy HTTP/1.1\r\na: \0\r\n\r\n", &["HTTP/1.1 400"]);
    check(b"POST /api/v2/alerts HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n[]", &["HTTP/1.1 400"]);
    check(
        b"POST /api/v2/alerts HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n[]",
        &["HTTP/1.1 400"],
    );
    check(
        b"POST /api/v2/alerts HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n[]\r\n0\r\n\r\n",
        &[refused],
    );
    let many: String = (0..5_000).map(|n| format!("x-{n}: y\r\n")).collect();
    check(
        format!("GET /-/healthy HTTP/1.1\r\nhost: 127.0.0.1\r\n{many}\r\n").as_bytes(),
        &["HTTP/1.1 431", "HTTP/1.1 400"],
    );
    let long = "y".repeat(1_000_000);
    check(
        format!("GET /-/healthy HTTP/1.1\r\nhost: 127.0.0.1\r\nx: {long}\r\n\r\n").as_bytes(),
        &["HTTP/1.1 431", closed],
    );
    for host in ["", "\"><script>", "a b c", "::::", "evil.example", &"h".repeat(10_000)] {
        let said = format!("GET /-/ready HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
        check(said.as_bytes(), &["HTTP/1.1 200", "HTTP/1.1 4"]);
    }
    // What a browser says to a port that speaks TLS.
    check(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03garbage", &[refused, closed]);
    // A prologue of HTTP/2 and then nonsense.
    check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", &["\0"]);
    // 100 MB in chunks, without a length: answered long before the end.
    let mut chunked = b"POST /api/v2/alerts HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [b"100000\r\n".as_slice(), &vec![b' '; 0x0010_0000], b"\r\n"].concat();
    (0..100).for_each(|_| chunked.extend_from_slice(&chunk));
    let heard = talk(&ground, &chunked);
    assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 413"), "{heard}");
    ground.lives("AfterTheHeads");
    ground.is_sound();
}

/// Connections that say nothing, or say it a byte at a time, take no place for long, and nobody else waits for them.
#[test]
fn slow_and_idle_connections() {
    let ground = Ground::start();
    let address = ground.meridian.url("").replace("http://", "");
    let mut held: Vec<TcpStream> = (0..600).filter_map(|_| TcpStream::connect(&address).ok()).collect();
    assert!(held.len() > 500);
    for (n, stream) in held.iter_mut().enumerate() {
        let said: &[u8] = match n % 4 {
            0 => b"",
            1 => b"P",
            2 => b"GET /-/healthy HTTP/1.1\r\nx: ",
            _ => b"POST /api/v2/alerts HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n[",
        };
        stream.write_all(said).unwrap();
    }
    ground.lives("BesideTheSlow");
    for stream in &mut held {
        stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
        let mut heard = Vec::new();
        let ended = stream.read_to_end(&mut heard);
        let patience = ended.as_ref().is_err_and(|why| why.kind() == std::io::ErrorKind::WouldBlock);
        assert!(!patience, "still held after 40 seconds: {}", String::from_utf8_lossy(&heard));
        let heard = String::from_utf8_lossy(&heard).into_owned();
        assert!(heard.is_empty() || heard.starts_with("HTTP/1.1 408"), "{heard}");
    }
    let answer = http::get(&ground.meridian.url("/-/ready")).unwrap();
    assert_eq!(answer.status, 200);
    ground.lives("AfterTheSlow");
    ground.is_sound();
}

/// HTTP/2 without TLS, as a proxy speaks it, and a handler's answer has its number in both versions.
#[test]
fn http2_by_prior_knowledge() {
    let ground = Ground::start();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let answer = runtime.block_on(async {
        let client = reqwest::Client::builder().http2_prior_knowledge().build().unwrap();
        client.get(ground.meridian.url("/-/ready")).send().await.unwrap()
    });
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    assert!(answer.headers().contains_key("x-request-id"));
    assert!(ground.meridian.get("/-/ready").header("x-request-id").is_some());
    ground.is_sound();
}
