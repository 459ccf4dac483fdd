//! The API over HTTP: who may what, what is wrong is said as a problem, and a repeated wish is granted once.

mod announced;
mod arbitrary;
mod bad_input;
pub(crate) mod house;
mod one_answer;

use axum::http::StatusCode;
use meridian_core::access::{AccountRole, Action, Principal, Scope, may};
use serde_json::{Value, json};

use self::house::{Asked, Mock};
use super::endpoints::{Endpoint, Needs, endpoints};
use crate::serve::Intake;

/// Every endpoint, with the smallest role that may use it.
const WHO: &str = "\
delete /accounts/{account} admin
delete /accounts/{account}/sessions admin
delete /feeds/{feed} viewer
delete /leave/{change} responder
delete /me/sessions own
delete /rotas/{rota}/overrides/{override} responder
delete /session own
delete /sick/{person} responder
delete /silences/{silence} responder
delete /tokens/{token} admin
get /accounts admin
get /alerts viewer
get /alerts/{fingerprint} viewer
get /announcements viewer
get /announcements/{announcement} viewer
get /chains viewer
get /chains/{chain} viewer
get /changes viewer
get /changes/{change} viewer
get /cover viewer
get /coverage viewer
get /deliveries viewer
get /estate viewer
get /fairness viewer
get /feeds viewer
get /findings viewer
get /findings/{finding} viewer
get /handoffs viewer
get /handoffs/figures viewer
get /handoffs/{handoff} viewer
get /incidents viewer
get /incidents/{incident} viewer
get /journal viewer
get /leave viewer
get /me login
get /oncall viewer
get /pages viewer
get /pages/{page} viewer
get /responsible viewer
get /rotas viewer
get /rotas/{rota}/next viewer
get /rotas/{rota}/overrides viewer
get /shifts viewer
get /sick viewer
get /silences viewer
get /swaps viewer
get /switches viewer
get /switches/{switch} viewer
get /switches/{switch}/account/list viewer
get /switches/{switch}/messages viewer
get /switches/{switch}/replay/list viewer
get /tokens admin
get /where viewer
post /accounts admin
post /accounts/{account}/disable admin
post /accounts/{account}/enable admin
post /accounts/{account}/link admin
post /accounts/{account}/password admin
post /accounts/{account}/role admin
post /alerts/{fingerprint}/resolve responder
post /announcements responder
post /announcements/{announcement}/withdraw responder
post /changes/{change}/undo responder
post /checkpoints intake
post /cover responder
post /cover/{change}/decline responder
post /cover/{change}/take responder
post /feeds viewer
post /findings responder
post /findings/{finding}/withdraw responder
post /handoffs/{handoff}/accept responder
post /handoffs/{handoff}/actions responder
post /handoffs/{handoff}/actions/over responder
post /handoffs/{handoff}/answers responder
post /handoffs/{handoff}/items responder
post /handoffs/{handoff}/notes responder
post /handoffs/{handoff}/questions responder
post /handoffs/{handoff}/read responder
post /handoffs/{handoff}/read-backs responder
post /handoffs/{handoff}/refuse responder
post /handoffs/{handoff}/waivers responder
post /incidents responder
post /incidents/{incident}/acknowledge responder
post /incidents/{incident}/notes responder
post /incidents/{incident}/promise responder
post /incidents/{incident}/reassign responder
post /incidents/{incident}/resolve responder
post /incidents/{incident}/severity responder
post /join anybody
post /leave responder
post /leave/import responder
post /me/password own
post /pages/{page}/pass-on responder
post /rotas/{rota}/overrides responder
post /session anybody
post /setup anybody
post /shifts/take responder
post /sick responder
post /silences responder
post /swaps responder
post /swaps/{change}/accept responder
post /swaps/{change}/approve responder
post /swaps/{change}/refuse responder
post /switches responder
post /switches/{switch}/answers responder
post /switches/{switch}/ask responder
post /switches/{switch}/call-off responder
post /switches/{switch}/counters responder
post /switches/{switch}/drain responder
post /switches/{switch}/epoch responder
post /switches/{switch}/fence responder
post /switches/{switch}/partition responder
post /switches/{switch}/reconcile responder
post /switches/{switch}/release responder
post /switches/{switch}/replay responder
post /switches/{switch}/runs/{run}/done responder
post /tokens admin
put /accounts/{account} admin
put /announcements/{announcement} responder";

#[test]
fn who_may_use_which_endpoint() {
    let smallest = |endpoint: &Endpoint| match endpoint.needs {
        Needs::Nothing => "anybody",
        Needs::Login => "login",
        Needs::May(meridian_core::access::Action::OwnAccount) => "own",
        Needs::Intake => "intake",
        Needs::May(action) => AccountRole::ALL
            .into_iter()
            .find(|role| may(&Principal::Session { account: "x".parse().unwrap(), role: *role, person: None }, action))
            .map_or("nobody", AccountRole::word),
    };
    let mut lines: Vec<String> =
        endpoints().iter().map(|e| format!("{} {} {}", e.method, e.path, smallest(e))).collect();
    lines.sort();
    assert_eq!(lines.join("\n"), WHO);
}

/// A path with something in the place of each parameter.
fn path(endpoint: &Endpoint) -> String {
    let parts = endpoint.path.split('/').map(|part| match part {
        "{rota}" => "payments",
        part if part.starts_with('{') => "1",
        part => part,
    });
    format!("/api/v1{}", parts.collect::<Vec<_>>().join("/"))
}

/// Each endpoint x each kind of caller: 401 for who is not known, 403 for who may not, and neither for who may.
#[tokio::test]
async fn every_endpoint_asks_who_it_is() {
    let mock = Mock::new(Intake::Token).await;
    let mut callers = vec![("anonymous".to_owned(), Asked::default(), Principal::Anonymous)];
    for role in AccountRole::ALL {
        let asked = mock.session(role.word(), role).await;
        let principal = Principal::Session { account: role.word().parse().unwrap(), role, person: None };
        callers.push((role.word().to_owned(), asked, principal));
    }
    for scope in Scope::ALL {
        let asked = mock.token(&format!("t-{}", scope.word()), &[scope]).await;
        callers.push((
            format!("token {}", scope.word()),
            asked,
            Principal::Token { token: "t".parse().unwrap(), scopes: vec![scope] },
        ));
    }
    for endpoint in endpoints() {
        for (who, asked, principal) in &callers {
            // Those would end the session that asks.
            if endpoint.path == "/session" && endpoint.method == "delete" && who != "anonymous" {
                continue;
            }
            let (status, body) = mock.ask(asked, endpoint.method, &path(&endpoint), "{}").await;
            let allowed = match endpoint.needs {
                Needs::Nothing => true,
                Needs::Login => *principal != Principal::Anonymous,
                Needs::May(action) => may(principal, action),
                Needs::Intake => may(principal, Action::Ingest),
            };
            let shown = format!("{} {} by {who}: {status} {body}", endpoint.method, endpoint.path);
            match (allowed, principal) {
                (false, Principal::Anonymous) => assert_eq!(status, 401, "{shown}"),
                (false, _) => assert_eq!(status, 403, "{shown}"),
                (true, _) => {
                    assert!(![401, 403, 405, 500].contains(&status.as_u16()), "{shown}");
                    assert!(status != 404 || endpoint.path.contains('{'), "{shown}");
                }
            }
            if status.is_client_error() {
                assert_eq!(body["status"], status.as_u16(), "{shown}");
                assert!(body["type"].is_string() && body["title"].is_string() && body["detail"].is_string(), "{shown}");
            }
        }
    }
}

#[tokio::test]
async fn the_document_names_every_route_and_every_type() {
    let mock = Mock::new(Intake::Token).await;
    let (status, document) = mock.ask(&Asked::default(), "get", "/api/v1/openapi.json", "").await;
    assert_eq!((status, document["openapi"].as_str()), (StatusCode::OK, Some("3.1.0")));
    let mut found = 0;
    for (path, operations) in document["paths"].as_object().unwrap() {
        for (method, operation) in operations.as_object().unwrap() {
            found += 1;
            assert!(endpoints().iter().any(|e| e.path == path && e.method == method), "{method} {path}");
            assert!(operation["responses"].as_object().unwrap().len() == 2);
        }
    }
    assert_eq!(found, endpoints().len());
    fn refs<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| refs(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| refs(value, found)),
            _ => {}
        }
    }
    let mut named = Vec::new();
    refs(&document, &mut named);
    assert!(named.len() > 40);
    for name in named {
        let pointer = name.strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{name}");
    }
}

#[tokio::test]
async fn what_is_wrong_is_a_problem() {
    let mock = Mock::new(Intake::Token).await;
    let admin = mock.token("t", &[Scope::Admin]).await;
    let check =
        async |asked: &Asked, method: &str, path: &str, body: &str, status: u16, pointer: &str, detail: &str| {
            let (found, problem) = mock.ask(asked, method, path, body).await;
            assert_eq!(found.as_u16(), status, "{method} {path}: {problem}");
            assert!(problem["detail"].as_str().unwrap().contains(detail), "{problem}");
            assert_eq!(problem["errors"][0]["pointer"].as_str().unwrap_or_default(), pointer, "{problem}");
        };
    let plain = admin.clone().header("content-type", "text/plain");
    check(&admin, "get", "/api/v1/nothing", "", 404, "", "/nothing does not exist").await;
    check(&admin, "delete", "/api/v1/incidents", "", 405, "", "DELETE is no method").await;
    check(&plain, "post", "/api/v1/incidents", "{}", 415, "", "`application/json` is expected").await;
    check(&admin, "post", "/api/v1/incidents", "{", 400, "", "EOF").await;
    check(&admin, "post", "/api/v1/incidents", "[]", 422, "", "invalid length").await;
    check(&admin, "post", "/api/v1/incidents", "{}", 422, "/title", "missing field").await;
    check(&admin, "post", "/api/v1/incidents", r#"{"titel":""}"#, 422, "/titel", "unknown field").await;
    check(&admin, "get", "/api/v1/incidents/x", "", 404, "", "incident `x`").await;
    check(&admin, "get", "/api/v1/incidents/99999999999999999999", "", 404, "", "does not exist").await;
    check(&admin, "get", "/api/v1/incidents?limit=0", "", 400, "limit", "between 1 and 500").await;
    check(&admin, "get", "/api/v1/incidents?cursor=x", "", 400, "cursor", "next_cursor").await;
    check(&admin, "get", "/api/v1/incidents?status=odd", "", 400, "", "the query").await;
    check(&admin, "get", "/api/v1/shifts?rota=none&from=x&until=y", "", 404, "", "rota `none`").await;
    let window = "from=2027-01-01T00:00:00Z&until=2027-01-08T00:00:00Z";
    check(&admin, "get", &format!("/api/v1/fairness?team=no&{window}"), "", 400, "team", "no team `no`").await;
    let both = format!("/api/v1/fairness?team=payments&rota=payments&{window}");
    check(&admin, "get", &both, "", 400, "team", "not for both").await;
    let long = "/api/v1/fairness?from=2027-01-01T00:00:00Z&until=2037-01-08T00:00:00Z";
    check(&admin, "get", long, "", 400, "until", "at most two years").await;
    check(&admin, "get", "/api/v1/alerts?filter=%7Ba", "", 400, "filter", "filter").await;
    let bad = r#"{"title":"t","severity":"SEV9","escalation":"payments"}"#;
    check(&admin, "post", "/api/v1/incidents", bad, 422, "/severity", "SEV1 to SEV5").await;
    let short = r#"{"account":"new","display_name":"N","role":"viewer","password":"short"}"#;
    check(&admin, "post", "/api/v1/accounts", short, 422, "/password", "fewer than 12").await;
    let large = format!(r#"{{"text":"{}"}}"#, "x".repeat(1_100_000));
    check(&admin, "post", "/api/v1/incidents/1/notes", &large, 413, "", "larger than 1048576 bytes").await;
    let unknown = Asked::default().header("authorization", "Bearer mrd_000000");
    check(&unknown, "get", "/api/v1/alerts", "", 401, "", "unknown, revoked or expired").await;
}

#[tokio::test]
async fn an_incident_by_hand_from_its_opening_to_its_end() {
    let mock = Mock::new(Intake::Token).await;
    let token = mock.token("t", &[Scope::Respond]).await;
    let done = async |method: &str, path: &str, body: Value, expected: u16| {
        let (status, answer) = mock.ask(&token, method, &format!("/api/v1{path}"), &body.to_string()).await;
        assert_eq!(status.as_u16(), expected, "{path}: {answer}");
        answer
    };
    let open = json!({"title": "Queue stuck", "severity": "SEV2", "escalation": "payments"});
    let incident = done("post", "/incidents", open, 201).await;
    assert_eq!((incident["incident"].as_u64(), incident["status"].as_str()), (Some(1), Some("open")));
    let pages = done("get", "/pages?incident=1", json!(null), 200).await;
    assert!(!pages["items"].as_array().unwrap().is_empty(), "{pages}");
    done("post", "/incidents/1/acknowledge", json!({"by": "nobody-at-all"}), 422).await;
    let taken = done("post", "/incidents/1/acknowledge", json!({"by": "wen"}), 200).await;
    assert_eq!(taken["acknowledged"]["by"], "wen");
    done("post", "/incidents/1/notes", json!({"text": "looking"}), 201).await;
    done("post", "/incidents/1/severity", json!({"severity": "SEV3", "reason": "one site"}), 200).await;
    done("post", "/incidents/1/reassign", json!({"to": "mei", "reason": "knows it"}), 200).await;
    let end = done("post", "/incidents/1/resolve", json!({"reason": "restarted"}), 200).await;
    assert_eq!(end["status"], "resolved");
    assert!(end["timeline"].as_array().unwrap().len() > 5);
    let journal = done("get", "/journal?limit=500", json!(null), 200).await;
    assert!(journal["items"].as_array().unwrap().len() > 8);
    assert!(!journal.to_string().contains("argon2"), "no hash of a password is told");
    let first = done("get", "/journal?limit=2", json!(null), 200).await;
    let next = format!("/journal?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(done("get", &next, json!(null), 200).await["items"][0]["seq"], 3);
}

#[tokio::test]
async fn a_repeated_wish_is_granted_once() {
    let mock = Mock::new(Intake::Token).await;
    let token = mock.token("t", &[Scope::Respond]).await.header("idempotency-key", "k1");
    let open = r#"{"title":"Queue stuck","severity":"SEV2","escalation":"payments"}"#;
    let first = mock.ask(&token, "post", "/api/v1/incidents", open).await;
    assert_eq!(first.0, 201);
    assert_eq!(mock.ask(&token, "post", "/api/v1/incidents", open).await, first);
    let (status, problem) = mock.ask(&token, "post", "/api/v1/incidents", &open.replace("SEV2", "SEV3")).await;
    assert_eq!(status, 422, "{problem}");
    let another = mock.token("u", &[Scope::Respond]).await.header("idempotency-key", "k1");
    assert_eq!(mock.ask(&another, "post", "/api/v1/incidents", open).await.1["incident"], 2);
    let (status, _) = mock.ask(&token.clone().header("idempotency-key", ""), "post", "/api/v1/incidents", open).await;
    assert_eq!(status, 400);
}

/// As if the process had ended: nothing is left but the journal.
async fn restarted(mock: Mock) -> Mock {
    let journal = mock.journal.clone();
    drop(mock);
    Mock::on(journal, Intake::Token).await
}

#[tokio::test]
async fn a_repeated_wish_is_granted_once_over_a_restart() {
    let mock = Mock::new(Intake::Token).await;
    let token = mock.token("t", &[Scope::Admin]).await.header("idempotency-key", "k1");
    let open = r#"{"title":"Queue stuck","severity":"SEV2","escalation":"payments"}"#;
    let (status, headers, first) = mock.send(&token, "post", "/api/v1/incidents", open.into()).await;
    assert_eq!(status, 201);
    let secret = r#"{"token":"new","scopes":["read"]}"#;
    let (status, made) = mock.ask(&token, "post", "/api/v1/tokens", secret).await;
    assert_eq!(
        mock.ask(&token, "post", "/api/v1/tokens", secret).await,
        (status, made.clone()),
        "told again from memory"
    );
    let refused = r#"{"title":"t","severity":"SEV2","escalation":"nowhere"}"#;
    let other = token.clone().header("idempotency-key", "k2");
    assert_eq!(mock.ask(&other, "post", "/api/v1/incidents", refused).await.0, 404);

    let mock = restarted(mock).await;
    // What else a browser or a proxy adds makes no other request of it.
    let again = token.clone().header("cookie", "reading=utc");
    let (status, repeated, body) = mock.send(&again, "post", "/api/v1/incidents", open.into()).await;
    assert_eq!((status.as_u16(), &body), (201, &first));
    assert_eq!(repeated["content-type"], headers["content-type"]);
    assert_eq!(mock.ask(&token, "post", "/api/v1/incidents", &open.replace("SEV2", "SEV3")).await.0, 422);
    let (status, problem) = mock.ask(&token, "post", "/api/v1/tokens", secret).await;
    assert!(status == 409 && problem["detail"].as_str().unwrap().contains("told only then"), "{problem}");
    assert_eq!(
        mock.ask(&other, "post", "/api/v1/incidents", open).await.0,
        201,
        "a refusal is no wish that was granted"
    );
    let listed = mock.ask(&token, "get", "/api/v1/incidents", "").await.1;
    assert_eq!(listed["items"].as_array().unwrap().len(), 2, "{listed}");
    let journal = mock.ask(&token, "get", "/api/v1/journal?limit=500", "").await.1.to_string();
    assert!(!journal.contains(made["secret"].as_str().unwrap()), "no secret is kept to be told again");
}

#[tokio::test]
async fn an_end_between_commit_and_answer_is_made_good() {
    let mock = Mock::new(Intake::Token).await;
    let token = mock.token("t", &[Scope::Respond]).await.header("idempotency-key", "k1");
    let body = r#"{"title":"Queue stuck","severity":"SEV2","escalation":"payments"}"#;
    let actor = meridian_core::id::Actor::Token("t".into());
    let scope = super::idempotency::scope(&actor, "/incidents", b"k1");
    let hex = |hash: [u8; 32]| blake3::Hash::from_bytes(hash).to_hex().to_string();
    let served = crate::serve::once::Served::new(hex(scope), hex(*blake3::hash(body.as_bytes()).as_bytes()));
    let command = meridian_core::Command::OpenIncident {
        title: "Queue stuck".into(),
        severity: meridian_core::incident::Severity::Sev2,
        escalation: "payments".parse().unwrap(),
    };
    served.by(mock.house.keeper.ask(actor, command)).await.unwrap();
    let mock = restarted(mock).await;
    let first = mock.ask(&token, "post", "/api/v1/incidents", body).await;
    assert_eq!((first.0.as_u16(), first.1["incident"].as_u64()), (201, Some(1)), "{}", first.1);
    let mock = restarted(mock).await;
    assert_eq!(mock.ask(&token, "post", "/api/v1/incidents", body).await, first);
    let listed = mock.ask(&token, "get", "/api/v1/incidents", "").await.1;
    assert_eq!(listed["items"].as_array().unwrap().len(), 1, "{listed}");
}

#[tokio::test]
async fn silences_and_overrides_come_and_go() {
    let mock = Mock::new(Intake::Token).await;
    let token = mock.token("t", &[Scope::Respond]).await;
    let silence = json!({"matchers": "alertname=\"X\"", "ends_at": "2030-01-01T00:00:00Z", "comment": "repair"});
    let (status, set) = mock.ask(&token, "post", "/api/v1/silences", &silence.to_string()).await;
    assert_eq!((status.as_u16(), set["created_by"].as_str(), set["state"].as_str()), (201, Some("t"), Some("active")));
    let path = format!("/api/v1/silences/{}", set["silence"].as_str().unwrap());
    assert_eq!(mock.ask(&token, "delete", &path, "").await.0, 204);
    let change = json!({"from": "2029-01-01T00:00:00Z", "until": "2029-01-02T00:00:00Z", "with": "mei"});
    let (status, made) = mock.ask(&token, "post", "/api/v1/rotas/payments/overrides", &change.to_string()).await;
    assert_eq!(status, 201, "{made}");
    let path = format!("/api/v1/rotas/payments/overrides/{}", made["id"]);
    assert_eq!(mock.ask(&token, "delete", &path, "").await.0, 204);
    let (status, shifts) = mock
        .ask(&token, "get", "/api/v1/shifts?rota=payments&from=2027-01-01T00:00:00Z&until=2027-01-08T00:00:00Z", "")
        .await;
    assert!(status == 200 && !shifts["items"].as_array().unwrap().is_empty(), "{shifts}");
}

#[tokio::test]
async fn fairness_knows_what_was_changed_at_run_time() {
    let mock = Mock::new(Intake::Token).await;
    let token = mock.token("t", &[Scope::Respond]).await;
    let path = "/api/v1/fairness?rota=payments&from=2027-01-04T00:00:00Z&until=2027-01-18T00:00:00Z";
    let hours = |answer: &Value, person: &str| {
        let items = answer["items"].as_array().unwrap();
        let found = items.iter().find(|share| share["person"] == person);
        found.map(|share| [&share["hours"], &share["balance_hours"]].map(|hours| hours.as_f64().unwrap()))
    };
    let (status, before) = mock.ask(&token, "get", path, "").await;
    assert_eq!((status.as_u16(), hours(&before, "sam")), (200, None), "{before}");
    let change =
        json!({"from": "2027-01-05T00:00:00Z", "until": "2027-01-05T06:00:00Z", "with": "sam", "layer": "hong-kong"});
    let (status, made) = mock.ask(&token, "post", "/api/v1/rotas/payments/overrides", &change.to_string()).await;
    assert_eq!(status, 201, "{made}");
    let (_, after) = mock.ask(&token, "get", path, "").await;
    // In addition: six hours more, of which the three members owe two each.
    assert_eq!(hours(&after, "sam"), Some([6.0, 6.0]), "{after}");
    for member in ["wen", "mei", "jun"] {
        let [before, after] = [&before, &after].map(|answer| hours(answer, member).unwrap());
        assert_eq!((after[0] - before[0], (after[1] - before[1]).round()), (0.0, -2.0), "{member}");
    }
}
