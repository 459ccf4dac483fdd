//! Announcements over the API: announced once, changed, withdrawn, found again, and in the brief; what is wrong is said.

use meridian_core::access::{AccountRole, Scope};
use serde_json::{Value, json};

use super::house::{Asked, Mock};
use crate::serve::Intake;

struct Room {
    mock: Mock,
    asked: Asked,
}

impl Room {
    /// Monday, 23 November 2026, 03:00 UTC: Hong Kong has the watch.
    async fn new() -> Room {
        let mock = Mock::new(Intake::Open).await;
        let asked = mock.session("watcher", AccountRole::Responder).await;
        Room { mock, asked }
    }

    async fn does(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        let body = if body.is_null() { String::new() } else { body.to_string() };
        let (status, answer) = self.mock.ask(&self.asked, method, &format!("/api/v1{path}"), &body).await;
        (status.as_u16(), answer)
    }

    /// The numbers of those that a query finds.
    async fn found(&self, query: &str) -> Vec<u64> {
        let (status, answer) = self.does("get", &format!("/announcements{query}"), &Value::Null).await;
        assert_eq!(status, 200, "{query}: {answer}");
        answer["items"].as_array().unwrap().iter().map(|one| one["announcement"].as_u64().unwrap()).collect()
    }
}

fn work() -> Value {
    json!({
        "kind": "work", "title": "fw-2 rules", "reference": "CHG-2291", "link": "https://changes.example/2291",
        "from": "2026-11-23T18:30:00Z", "until": "2026-11-23T19:30:00Z", "rotas": ["payments"], "owner": "tom",
        "if_wrong": "put the old rules back"
    })
}

#[tokio::test]
async fn an_announcement_is_made_changed_withdrawn_and_found() {
    let room = Room::new().await;
    let (status, made) = room.does("post", "/announcements", &work()).await;
    assert_eq!(status, 201, "{made}");
    let expected = json!({
        "announcement": 1, "kind": "work", "state": "ahead", "title": "fw-2 rules", "reference": "CHG-2291",
        "link": "https://changes.example/2291", "from": "2026-11-23T18:30:00Z", "until": "2026-11-23T19:30:00Z",
        "rotas": ["payments"], "owner": "tom", "if_wrong": "put the old rules back", "collides_with": [],
        "made_at": "2026-11-23T03:00:00Z", "made_by": "account:watcher", "changed_at": null, "changed_by": null,
        "withdrawn_at": null, "withdrawn_by": null, "reason": null
    });
    let without_clock = |mut one: Value| {
        one["made_at"] = json!("2026-11-23T03:00:00Z");
        one
    };
    assert_eq!(without_clock(made), expected);
    // A pipeline that sends twice announces once.
    assert_eq!(room.does("post", "/announcements", &work()).await.1["announcement"], 1);
    let freeze = json!({ "kind": "freeze", "title": "US payrolls", "until": "2026-11-23T22:30:00Z" });
    let (_, second) = room.does("post", "/announcements", &freeze).await;
    assert_eq!((&second["state"], &second["collides_with"]), (&json!("under_way"), &json!([1])));
    for (query, found) in [
        ("", &[2, 1][..]),
        ("?state=under_way", &[2]),
        ("?state=ahead", &[1]),
        ("?kind=work", &[1]),
        ("?rota=payments", &[2, 1]),
        ("?rota=settlement", &[2]),
        ("?from=2026-11-23T20:00:00Z", &[2]),
        ("?until=2026-11-23T18:00:00Z", &[2]),
        ("?limit=1", &[2]),
    ] {
        assert_eq!(room.found(query).await, found, "{query}");
    }
    let mut later = work();
    later["until"] = json!("2026-11-23T23:30:00Z");
    later["from"] = json!("2026-11-23T22:30:00Z");
    let (status, changed) = room.does("put", "/announcements/1", &later).await;
    assert_eq!(
        (status, &changed["collides_with"], &changed["changed_by"]),
        (200, &json!([]), &json!("account:watcher"))
    );
    let reason = json!({ "reason": "the vendor is late" });
    let (status, off) = room.does("post", "/announcements/1/withdraw", &reason).await;
    assert_eq!((status, &off["state"], &off["reason"]), (200, &json!("withdrawn"), &reason["reason"]));
    let (_, over) = room.does("post", "/announcements/2/withdraw", &json!({})).await;
    assert_eq!(over["state"], "over");
    assert_eq!(room.found("?state=withdrawn").await, [1]);
    let (status, again) = room.does("post", "/announcements/1/withdraw", &json!({})).await;
    assert_eq!(status, 409, "{again}");
}

#[tokio::test]
async fn what_is_wrong_is_said_by_its_field() {
    let room = Room::new().await;
    let with = |field: &str, value: Value| {
        let mut body = work();
        body[field] = value;
        body
    };
    let cases = [
        (with("kind", json!("party")), "`party` is none of work, freeze, event"),
        (with("until", json!("tomorrow")), "`tomorrow` is no RFC 3339 time, such as 2026-11-22T09:46:36Z"),
        (
            with("until", json!("2026-11-23T18:30:00Z")),
            "2026-11-23T18:30:00Z is not after the beginning, 2026-11-23T18:30:00Z",
        ),
        (with("rotas", json!(["paymnts"])), "no rota of the estate is called `paymnts`; did you mean `payments`?"),
        (with("owner", json!("Tom!")), "`Tom!` is not a name: 1 to 63 of a-z, 0-9 and -"),
        (with("link", json!("javascript:alert(1)")), "no address that begins with https:// or http://"),
        (with("severity", json!("high")), "unknown field `severity`"),
    ];
    for (body, why) in cases {
        let (status, answer) = room.does("post", "/announcements", &body).await;
        assert_eq!(status, 422, "{body}: {answer}");
        assert!(answer.to_string().contains(&why.replace('"', "\\\"")), "{why}: {answer}");
    }
    for (path, why) in [
        ("/announcements?state=soon", "`soon` is none of ahead, under_way, over, withdrawn"),
        ("/announcements?kind=party", "`party` is none of work, freeze, event"),
        ("/announcements?from=yesterday", "`yesterday` is no RFC 3339 time"),
    ] {
        let (status, answer) = room.does("get", path, &Value::Null).await;
        assert!((400..=422).contains(&status) && answer.to_string().contains(why), "{path}: {status} {answer}");
    }
    for (method, path) in [("get", "/announcements/7"), ("put", "/announcements/7"), ("get", "/announcements/x")] {
        let body = if method == "put" { work() } else { Value::Null };
        assert_eq!(room.does(method, path, &body).await.0, 404, "{method} {path}");
    }
    assert_eq!(room.found("").await, [0; 0]);
    // A token that may only read announces nothing.
    let reader = room.mock.token("reader", &[Scope::Read]).await;
    let (status, _) = room.mock.ask(&reader, "post", "/api/v1/announcements", &work().to_string()).await;
    assert_eq!(status.as_u16(), 403);
}
