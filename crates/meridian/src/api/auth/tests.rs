//! Logins, sessions, tokens: what lets in and what keeps out.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::{secret, *};
use crate::{
    api::tests::house::{Asked, Mock},
    serve::Intake,
};

const PASSWORD: &str = "correct horse battery";

fn setup(mock: &Mock) -> String {
    let link = setup_link(&mock.house).expect("a setup link while there is no account");
    let token = link.strip_prefix("http://meridian.test/setup?token=").expect("a link").to_owned();
    json!({"token": token, "account": "ana", "display_name": "Ana", "password": PASSWORD}).to_string()
}

fn cookie(headers: &axum::http::HeaderMap) -> String {
    let line = headers["set-cookie"].to_str().unwrap();
    assert!(line.contains("HttpOnly; SameSite=Lax") && line.contains("Path=/"), "{line}");
    line.split(';').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_account_by_the_setup_link_and_its_login() {
    let mock = Mock::new(Intake::Token).await;
    let nobody = Asked::default();
    let wish = setup(&mock);
    let wrong = wish.replace("\"token\":\"", "\"token\":\"x");
    assert_eq!(mock.ask(&nobody, "post", "/api/v1/setup", &wrong).await.0, 403);
    let short = wish.replace(PASSWORD, "short");
    assert_eq!(mock.ask(&nobody, "post", "/api/v1/setup", &short).await.0, 422);
    let (status, headers, _) = mock.send(&nobody, "post", "/api/v1/setup", wish.clone().into_bytes()).await;
    assert_eq!(status, 204);
    let first = Asked::default().header("cookie", &cookie(&headers));
    assert_eq!(mock.ask(&first, "get", "/api/v1/me", "").await.1["role"], "admin");
    assert_eq!(setup_link(&mock.house), None);
    assert_eq!(mock.ask(&nobody, "post", "/api/v1/setup", &wish).await.0, 409);

    let login = |account: &str, password: &str| json!({"account": account, "password": password}).to_string();
    let bad = mock.ask(&nobody, "post", "/api/v1/session", &login("ana", "wrong wrong wrong")).await;
    let unknown = mock.ask(&nobody, "post", "/api/v1/session", &login("nobody", PASSWORD)).await;
    assert_eq!(bad.0, 401);
    assert_eq!(bad, unknown, "nobody learns which accounts exist");
    let (status, headers, _) = mock.send(&nobody, "post", "/api/v1/session", login("ana", PASSWORD).into_bytes()).await;
    assert_eq!(status, 204);
    let session = Asked::default().header("cookie", &cookie(&headers));
    let (_, me) = mock.ask(&session, "get", "/api/v1/me", "").await;
    let proved = session.clone().header("x-csrf-token", me["csrf"].as_str().unwrap());
    assert_eq!(mock.ask(&proved, "delete", "/api/v1/session", "").await.0, 204);
    assert_eq!(mock.ask(&session, "get", "/api/v1/me", "").await.0, 401);
}

#[tokio::test]
async fn an_account_from_its_invitation_to_its_end() {
    let mock = Mock::new(Intake::Token).await;
    let admin = mock.session("ana", meridian_core::access::AccountRole::Admin).await;
    let nobody = Asked::default();
    let done = async |asked: &Asked, method: &str, path: &str, body: Value, expected: u16| {
        let (status, headers, answer) =
            mock.send(asked, method, &format!("/api/v1{path}"), body.to_string().into_bytes()).await;
        let answer = serde_json::from_slice(&answer).unwrap_or(Value::Null);
        assert_eq!(status.as_u16(), expected, "{method} {path}: {answer}");
        (headers, answer)
    };
    let invited = json!({"account": "mei", "display_name": "Mei", "role": "responder", "person": "mei"});
    let (_, made) = done(&admin, "post", "/accounts", invited, 201).await;
    let secret = |made: &Value| made["link"].as_str().unwrap().split_once("/join?token=").unwrap().1.to_owned();
    let token = secret(&made);
    assert_eq!((made["state"].as_str(), made["sessions"].as_u64()), (Some("invited"), Some(0)), "{made}");
    let (_, listed) = done(&admin, "get", "/accounts", Value::Null, 200).await;
    assert!(!listed.to_string().contains(&token) && listed["items"][1]["link_until"].is_string(), "{listed}");
    let (_, journal) = done(&admin, "get", "/journal?limit=500", Value::Null, 200).await;
    assert!(!journal.to_string().contains(&secret::hash(&token)), "no hash of a link is told");

    let login = |password: &str| json!({"account": "mei", "password": password});
    done(&nobody, "post", "/session", login(PASSWORD), 401).await;
    done(&nobody, "post", "/join", json!({"token": "wrong", "password": PASSWORD}), 403).await;
    done(&nobody, "post", "/join", json!({"token": token, "password": "short"}), 422).await;
    let (headers, _) = done(&nobody, "post", "/join", json!({"token": token, "password": PASSWORD}), 204).await;
    let mei = Asked::default().header("cookie", &cookie(&headers));
    assert_eq!(done(&mei, "get", "/me", Value::Null, 200).await.1["role"], "responder");
    done(&nobody, "post", "/join", json!({"token": token, "password": PASSWORD}), 403).await;

    let role = json!({"role": "viewer"});
    assert_eq!(done(&admin, "post", "/accounts/mei/role", role.clone(), 200).await.1["role"], "viewer");
    let (_, refused) = done(&admin, "post", "/accounts/ana/role", role, 409).await;
    assert!(refused["detail"].as_str().unwrap().contains("last admin"), "{refused}");
    done(&admin, "post", "/accounts/ana/disable", Value::Null, 409).await;
    done(&admin, "delete", "/accounts/mei/sessions", Value::Null, 204).await;
    done(&mei, "get", "/me", Value::Null, 401).await;
    done(&nobody, "post", "/session", login(PASSWORD), 204).await;
    assert_eq!(done(&admin, "post", "/accounts/mei/disable", Value::Null, 200).await.1["state"], "disabled");
    done(&nobody, "post", "/session", login(PASSWORD), 403).await;
    done(&nobody, "post", "/session", login("wrong wrong wrong"), 401).await;
    done(&admin, "post", "/accounts/mei/link", Value::Null, 409).await;
    assert_eq!(done(&admin, "post", "/accounts/mei/enable", Value::Null, 200).await.1["state"], "active");
    done(&admin, "post", "/accounts/mei/password", json!({"password": "short"}), 422).await;
    done(&admin, "post", "/accounts/nil/password", json!({"password": PASSWORD}), 404).await;
    done(&admin, "post", "/accounts/mei/password", json!({"password": "another long one"}), 200).await;
    done(&nobody, "post", "/session", login("another long one"), 204).await;
    let (_, made) = done(&admin, "post", "/accounts/mei/link", Value::Null, 201).await;
    done(&nobody, "post", "/join", json!({"token": secret(&made), "password": PASSWORD}), 204).await;
    done(&admin, "delete", "/accounts/mei", Value::Null, 204).await;
    done(&admin, "delete", "/accounts/mei", Value::Null, 404).await;
}

#[tokio::test]
async fn one_logs_ones_other_browsers_out() {
    let mock = Mock::new(Intake::Token).await;
    let here = mock.session("ana", meridian_core::access::AccountRole::Admin).await;
    let drawn = draw_session().unwrap();
    let (hash, account) = (drawn.hash.clone(), "ana".parse().unwrap());
    let open = meridian_core::Command::OpenSession { hash, account, until: meridian_core::Instant::MAX };
    mock.house.keeper.ask(meridian_core::id::Actor::System, open).await.unwrap();
    let there = Asked::default().header("cookie", &format!("meridian={}", drawn.secret));
    assert_eq!(mock.ask(&there, "get", "/api/v1/me", "").await.0, 200);
    assert_eq!(mock.ask(&here, "delete", "/api/v1/me/sessions", "").await.0, 204);
    assert_eq!(mock.ask(&there, "get", "/api/v1/me", "").await.0, 401);
    assert_eq!(mock.ask(&here, "get", "/api/v1/me", "").await.0, 200);
}

#[tokio::test]
async fn guessing_is_slowed_down_per_address_and_account() {
    let mock = Mock::new(Intake::Token).await;
    let home: IpAddr = "192.0.2.1".parse().unwrap();
    let tries =
        |from: IpAddr, account: &'static str| (0..10).filter(|_| mock.house.gate.may_try(from, account)).count();
    assert_eq!(tries(home, "ana"), 6);
    assert_eq!(tries(home, "wen"), 6);
    assert_eq!(tries("192.0.2.2".parse().unwrap(), "ana"), 6, "somebody else is not locked out");
    assert_eq!(tries("2001:db8::1".parse().unwrap(), "ana"), 6);
    assert_eq!(tries("2001:db8::2".parse().unwrap(), "ana"), 0, "one network of IPv6 is one address");
    assert_eq!(tries("::ffff:192.0.2.1".parse().unwrap(), "ana"), 0);
    let body = json!({"account": "mei", "password": "x"}).to_string();
    let mut last = (axum::http::StatusCode::OK, Value::Null);
    for _ in 0..7 {
        last = mock.ask(&Asked::default(), "post", "/api/v1/session", &body).await;
    }
    assert_eq!(last.0, 429, "{}", last.1);
}

#[tokio::test]
async fn behind_a_proxy_each_client_has_its_own_limit() {
    use axum::body::Body;
    use tower::ServiceExt as _;
    let mock = Mock::new(Intake::Token).await;
    let tries = async |peer: &str, forwarded: &str| {
        let body = json!({"account": "mei", "password": "x"}).to_string();
        let request = axum::http::Request::post("/api/v1/session").header("content-type", "application/json");
        let mut request = request.header("x-forwarded-for", forwarded).body(Body::from(body)).unwrap();
        let peer = crate::serve::front::Peer(format!("{peer}:4711").parse().unwrap());
        request.extensions_mut().insert(peer);
        mock.router.clone().oneshot(request).await.unwrap().status().as_u16()
    };
    for _ in 0..6 {
        assert_eq!(tries("192.0.2.9", "203.0.113.5").await, 401);
    }
    assert_eq!(tries("192.0.2.9", "203.0.113.5").await, 429);
    assert_eq!(tries("192.0.2.9", "1.1.1.1, 203.0.113.5").await, 429, "what a client writes itself changes nothing");
    assert_eq!(tries("192.0.2.9", "203.0.113.6").await, 401, "the next client behind the same proxy");
    assert_eq!(tries("203.0.113.5", "203.0.113.7").await, 429, "who comes directly is who it is");
}

#[tokio::test]
async fn another_site_can_not_use_a_session() {
    let mock = Mock::new(Intake::Token).await;
    let session = mock.session("ana", meridian_core::access::AccountRole::Admin).await;
    let open = r#"{"title":"t","severity":"SEV5","escalation":"payments"}"#;
    let check = async |asked: Asked, expected: u16| {
        let (status, body) = mock.ask(&asked, "post", "/api/v1/incidents", open).await;
        assert_eq!(status.as_u16(), expected, "{body}");
    };
    check(session.clone(), 201).await;
    check(session.clone().header("x-csrf-token", "x"), 403).await;
    check(session.clone().header("sec-fetch-site", "same-origin"), 201).await;
    check(session.clone().header("sec-fetch-site", "cross-site"), 403).await;
    check(session.clone().header("sec-fetch-site", "same-site"), 403).await;
    check(session.clone().header("origin", "http://meridian.test"), 201).await;
    check(session.clone().header("origin", "http://meridian.test.evil"), 403).await;
    check(session.clone().header("origin", "http://meridian.tes"), 403).await;
    check(session.clone().header("origin", "null"), 403).await;
    check(session.clone().header("origin", "http://10.0.0.1:9094").header("host", "10.0.0.1:9094"), 201).await;
    let (status, _) = mock.ask(&session.header("sec-fetch-site", "cross-site"), "get", "/api/v1/me", "").await;
    assert_eq!(status, 200, "a GET changes nothing");
}

#[test]
fn a_token_is_known_by_its_form() {
    let drawn = draw_token().unwrap();
    assert!(is_token(&drawn.secret), "{}", drawn.secret);
    assert_eq!((drawn.secret.len(), drawn.prefix.len(), drawn.hash.len()), (42, 8, 64));
    assert_ne!(draw_token().unwrap().secret, drawn.secret);
    let mut typo = drawn.secret.clone().into_bytes();
    typo[10] = if typo[10] == b'a' { b'b' } else { b'a' };
    assert!(!is_token(std::str::from_utf8(&typo).unwrap()));
    for wrong in ["", "mrd_", &drawn.secret[1..], &format!("{}x", drawn.secret), "mrd_ééééééééééééééééééé"]
    {
        assert!(!is_token(wrong), "{wrong}");
    }
    assert_eq!(secret::hash("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[tokio::test]
async fn passwords() {
    let gate = Gate::new(&[1; 32]);
    let phc = hash_password(&gate, PASSWORD.into()).await.unwrap();
    assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
    assert!(verify_password(&gate, PASSWORD.into(), Some(phc.clone())).await.unwrap());
    assert!(!verify_password(&gate, "another password".into(), Some(phc.clone())).await.unwrap());
    assert!(!verify_password(&gate, PASSWORD.into(), None).await.unwrap());
    assert!(!verify_password(&gate, PASSWORD.into(), Some("broken".into())).await.unwrap());
    assert!(!verify_password(&gate, "x".repeat(2000), Some(phc)).await.unwrap());
    assert!(check_length("eleven char").is_err());
    assert!(check_length("twelve chars").is_ok());
    assert!(check_length(&"x".repeat(1025)).is_err());
}

#[test]
fn an_unknown_account_costs_as_much_as_a_known_one() {
    use argon2::password_hash::phc::PasswordHash;
    let nobody = PasswordHash::new(password::NOBODY).expect("a hash, or it would be refused without work");
    assert_eq!(nobody.params.to_string(), "m=19456,t=2,p=1");
    assert_eq!(nobody.hash.expect("an output").len(), 32);
}
