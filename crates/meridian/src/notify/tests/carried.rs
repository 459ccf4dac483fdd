//! The senders over real sockets: what arrives, and what each answer is taken for.

use meridian_core::{
    command::Outcome,
    estate::{Carrier, SmtpTls, Way},
    id::Name,
};
use serde_json::Value;

use super::{super::*, estate, page, sender, server};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw";

fn it() -> Name {
    "it".parse().unwrap()
}

fn over(way: Way) -> Message {
    let mut m = page();
    m.to.way = way;
    m
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find_map(|line| line.split_once(": ").filter(|(n, _)| n.eq_ignore_ascii_case(name)));
    line.map_or("", |(_, value)| value)
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

fn secrets(pairs: &[(&str, &str)]) -> Secrets {
    Secrets::given(pairs.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())))
}

#[tokio::test]
async fn a_webhook_is_signed_and_its_key_stays() {
    let (address, captured) = server::http("HTTP/1.1 204 No Content\r\n\r\n").await;
    let sender = sender(
        Carrier::Webhook { secret: "${env:S}".into() },
        OutboundPolicy::default(),
        secrets(&[("env:S", SECRET)]),
    );
    let m = over(Way::Webhook(format!("http://{address}/in")));
    let first = sender.send(&it(), &m).await;
    assert_eq!(first, Outcome::Sent { receipt: format!("204 No Content from http://{address}") });
    sender.send(&it(), &m).await;
    let all = captured.all();
    assert_eq!(all.len(), 2);
    assert_eq!(header(&all[0], "webhook-id"), "mrd-bank-d123");
    assert_eq!(header(&all[0], "webhook-id"), header(&all[1], "webhook-id"));
    let key = WebhookKey::parse(SECRET).unwrap();
    let timestamp = header(&all[0], "webhook-timestamp").parse().unwrap();
    assert_eq!(
        header(&all[0], "webhook-signature"),
        standard_signature(&key, "mrd-bank-d123", timestamp, body(&all[0]).as_bytes())
    );
    let json: Value = serde_json::from_str(body(&all[0])).unwrap();
    assert_eq!((&json["type"], &json["data"]["incident"]["number"]), (&"incident.page".into(), &1042.into()));
}

/// `S` sent, `F` failed, `F<seconds>` failed with a wait, `R` refused.
fn letter(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Sent { .. } => "S".into(),
        Outcome::Failed { retry_after: None, .. } => "F".into(),
        Outcome::Failed { retry_after: Some(wait), .. } => format!("F{}", wait.as_secs()),
        Outcome::Refused { .. } => "R".into(),
    }
}

#[tokio::test]
async fn each_status_has_its_meaning() {
    let sender = sender(Carrier::Webhook { secret: SECRET.into() }, OutboundPolicy::default(), Secrets::default());
    for (answer, expected) in [
        ("200 OK\r\ncontent-length: 2\r\n\r\nhi", "S"),
        ("202 Accepted\r\n\r\n", "S"),
        ("301 Moved\r\nlocation: http://127.0.0.1/\r\n\r\n", "R"),
        ("400 Bad Request\r\n\r\n", "R"),
        ("401 Unauthorized\r\n\r\n", "R"),
        ("404 Not Found\r\n\r\n", "R"),
        ("408 Request Timeout\r\nconnection: close\r\n\r\n", "F"),
        ("410 Gone\r\n\r\n", "R"),
        ("429 Too Many Requests\r\nretry-after: 7\r\n\r\n", "F7"),
        ("429 Too Many Requests\r\nretry-after: Mon, 23 Nov 2026 19:04:30 GMT\r\n\r\n", "F30"),
        ("429 Too Many Requests\r\nretry-after: whenever\r\n\r\n", "F"),
        ("500 Oops\r\n\r\n", "F"),
        ("503 Busy\r\nretry-after: 86400\r\n\r\n", "F3600"),
        ("this is no HTTP", "F"),
    ] {
        let (address, captured) = server::http(&format!("HTTP/1.1 {answer}")).await;
        let outcome = sender.send(&it(), &over(Way::Webhook(format!("http://{address}/in")))).await;
        assert_eq!(letter(&outcome), expected, "{answer:?} gave {outcome:?}");
        assert!(!captured.all().is_empty());
    }
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let answer = format!("HTTP/1.1 500 Oops\r\ncontent-length: 10000000\r\n\r\n{}", "x".repeat(100_000));
    let (address, _) = server::http(&answer).await;
    let sender = sender(Carrier::Webhook { secret: SECRET.into() }, OutboundPolicy::default(), Secrets::default());
    let Outcome::Failed { error, .. } = sender.send(&it(), &over(Way::Webhook(format!("http://{address}/")))).await
    else {
        panic!("not failed");
    };
    assert!(error.chars().count() < 400, "{error}");
}

#[tokio::test]
async fn slack_means_ok_and_its_url_stays_secret() {
    for (answer, expected) in [
        ("200 OK\r\ncontent-length: 2\r\n\r\nok", "S"),
        ("200 OK\r\ncontent-length: 3\r\n\r\nok\n", "S"),
        ("200 OK\r\ncontent-length: 0\r\n\r\n", "S"),
        ("200 OK\r\ncontent-length: 11\r\n\r\n{\"ok\":true}", "S"),
        ("200 OK\r\ncontent-length: 12\r\n\r\n<html>login>", "F"),
        ("404 Not Found\r\ncontent-length: 44\r\n\r\nno_service for /services/T000/B000/tokensecr", "R"),
        ("429 Too Many\r\nretry-after: 1\r\n\r\n", "F1"),
    ] {
        let (address, captured) = server::http(&format!("HTTP/1.1 {answer}")).await;
        let hook = format!("http://{address}/services/T000/B000/tokensecr");
        let sender = sender(Carrier::Slack, OutboundPolicy::default(), secrets(&[("env:HOOK", &hook)]));
        let outcome = sender.send(&it(), &over(Way::Slack("${env:HOOK}".into()))).await;
        assert_eq!(letter(&outcome), expected, "{answer:?} gave {outcome:?}");
        assert!(!format!("{outcome:?}").contains("tokensecr"), "{outcome:?}");
        let json: Value = serde_json::from_str(body(&captured.last())).unwrap();
        assert_eq!(json["blocks"][0]["type"], "header");
    }
}

#[tokio::test]
async fn ntfy_gets_a_topic_and_a_token() {
    let (address, captured) = server::http("HTTP/1.1 200 OK\r\ncontent-length: 15\r\n\r\n{\"id\":\"aB3xyz\"}").await;
    let carrier = Carrier::Ntfy { url: format!("http://{address}/"), token: Some("${env:T}".into()) };
    let sender = sender(carrier, OutboundPolicy::default(), secrets(&[("env:T", "tk_abc\n")]));
    let outcome = sender.send(&it(), &over(Way::Ntfy("ops-wen".into()))).await;
    assert_eq!(outcome, Outcome::Sent { receipt: format!("200 OK from http://{address}, id aB3xyz") });
    let request = captured.last();
    assert!(request.starts_with("POST / HTTP/1.1\r\n"));
    assert_eq!(header(&request, "authorization"), "Bearer tk_abc");
    let json: Value = serde_json::from_str(body(&request)).unwrap();
    assert_eq!((&json["topic"], &json["priority"]), (&"ops-wen".into(), &5.into()));
    assert_eq!(letter(&sender.send(&it(), &over(Way::Ntfy("../admin".into()))).await), "R");
}

#[tokio::test]
async fn twilio_sends_and_calls() {
    let (address, captured) = server::http("HTTP/1.1 201 Created\r\ncontent-length: 13\r\n\r\n{\"sid\":\"SM1\"}").await;
    let carrier = Carrier::Twilio {
        account_sid: "AC0".into(),
        auth_token: "${env:T}".into(),
        from: "+15017122661".into(),
        base_url: format!("http://{address}"),
    };
    let sender = sender(carrier, OutboundPolicy::default(), secrets(&[("env:T", "tok")]));
    let outcome = sender.send(&it(), &over(Way::Sms("+852 0000-0000".into()))).await;
    assert_eq!(outcome, Outcome::Sent { receipt: format!("201 Created from http://{address}, sid SM1") });
    let request = captured.last();
    assert!(request.starts_with("POST /2010-04-01/Accounts/AC0/Messages.json HTTP/1.1\r\n"), "{request}");
    assert_eq!(header(&request, "authorization"), "Basic QUMwOnRvaw==");
    assert!(body(&request).starts_with("To=%2B85200000000&From=%2B15017122661&Body=SEV2+INC-1042"), "{request}");
    sender.send(&it(), &over(Way::Voice("+85200000000".into()))).await;
    let request = captured.last();
    assert!(request.starts_with("POST /2010-04-01/Accounts/AC0/Calls.json HTTP/1.1\r\n"), "{request}");
    assert!(body(&request).contains("&Twiml=%3CResponse%3E"), "{request}");
    for number in ["0085200000000", "+12", "+1234567890123456", "+1501abc2661", ""] {
        assert_eq!(letter(&sender.send(&it(), &over(Way::Sms(number.into()))).await), "R", "{number}");
    }
}

#[tokio::test]
async fn guarded_addresses_are_refused_and_nobody_listening_is_a_failure() {
    let sender_with =
        |private| sender(Carrier::Webhook { secret: SECRET.into() }, OutboundPolicy { private }, Secrets::default());
    let (address, captured) = server::http("HTTP/1.1 200 OK\r\n\r\n").await;
    let port = address.port();
    for (url, private, expected) in [
        (format!("http://127.0.0.1:{port}/"), true, "S"),
        (format!("http://localhost:{port}/"), true, "S"),
        (format!("http://127.0.0.1:{port}/"), false, "R"),
        (format!("http://localhost:{port}/"), false, "R"),
        ("http://169.254.169.254/latest".into(), true, "R"),
        ("http://0.0.0.0:1/".into(), true, "R"),
        ("file:///etc/passwd".into(), true, "R"),
        ("http://127.0.0.1:1/".into(), true, "F"),
        ("http://nowhere.invalid/".into(), true, "F"),
        ("${env:GONE}".into(), true, "R"),
    ] {
        let outcome = sender_with(private).send(&it(), &over(Way::Webhook(url.clone()))).await;
        assert_eq!(letter(&outcome), expected, "{url} with private={private} gave {outcome:?}");
    }
    assert_eq!(captured.all().len(), 2);
}

fn smtp(port: u16, password: Option<&str>) -> Carrier {
    Carrier::Smtp {
        host: "127.0.0.1".into(),
        port,
        from: "Meridian <meridian@bank.example>".into(),
        username: password.map(|_| "meridian".into()),
        password: password.map(str::to_owned),
        tls: SmtpTls::None,
    }
}

#[tokio::test]
async fn a_mail_arrives_over_one_connection_for_all() {
    let (address, captured) = server::smtp(&[]).await;
    let sender =
        sender(smtp(address.port(), Some("${env:P}")), OutboundPolicy::default(), secrets(&[("env:P", "hunter2")]));
    let m = over(Way::Email("wen@bank.example".into()));
    assert_eq!(sender.send(&it(), &m).await, Outcome::Sent { receipt: "250 2.0.0 queued as Q1".into() });
    // The connection goes back to its pool in a task of its own.
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    let reloaded = sender.reload(&estate([("it", smtp(address.port(), Some("${env:P}")))]));
    assert_eq!(letter(&reloaded.send(&it(), &m).await), "S");
    let all = captured.all();
    assert!(all[0].starts_with("EHLO ") && all[0].contains("AUTH PLAIN "), "{}", all[0]);
    assert!(all[0].contains("RCPT TO:<wen@bank.example>") && all[0].contains("\r\nX-Meridian-Key: mrd-bank-d123\r\n"));
    assert!(!all[1].contains("EHLO"), "the second mail reuses the connection, even after a reload: {}", &all[1][..60]);
    let gone = sender.reload(&estate([]));
    assert_eq!(
        gone.send(&it(), &m).await,
        Outcome::Failed { error: "the estate has no channel it".into(), retry_after: None }
    );
}

#[tokio::test]
async fn a_mail_server_is_under_the_policy_like_every_other_target() {
    let (address, captured) = server::smtp(&[]).await;
    let at = |host: &str| match smtp(address.port(), None) {
        Carrier::Smtp { port, from, username, password, tls, .. } => {
            Carrier::Smtp { host: host.into(), port, from, username, password, tls }
        }
        other => panic!("{other:?}"),
    };
    let send = async |host: &str, private: bool| {
        sender(at(host), OutboundPolicy { private }, Secrets::default())
            .send(&it(), &over(Way::Email("wen@bank.example".into())))
            .await
    };
    for host in ["127.0.0.1", "localhost", "::1", "[::1]", "::ffff:127.0.0.1", "10.255.255.1"] {
        let Outcome::Refused { error } = send(host, false).await else { panic!("{host} was connected to") };
        assert!(error.contains("is private, where Meridian does not connect"), "{error}");
    }
    for host in ["169.254.169.254", "0.0.0.0", "224.0.0.1"] {
        let Outcome::Refused { error } = send(host, true).await else { panic!("{host} was connected to") };
        assert!(error.contains("where Meridian does not connect"), "{error}");
    }
    assert_eq!(captured.all().len(), 0, "nothing came through");
    // A name with several addresses, of which perhaps only one listens.
    for host in ["127.0.0.1", "localhost"] {
        assert!(matches!(send(host, true).await, Outcome::Sent { .. }), "{host}");
    }
    let Outcome::Failed { error, .. } = send("nowhere.invalid", true).await else { panic!("it has no address") };
    assert!(error.contains("smtp://nowhere.invalid"), "{error}");
}

#[tokio::test]
async fn each_smtp_reply_has_its_meaning() {
    const CASES: [(&[(&str, &str)], &str); 6] = [
        (&[("RCPT", "450 4.2.1 later")], "F"),
        (&[("RCPT", "550 5.1.1 nobody of that name")], "R"),
        (&[("MAIL", "421 4.3.2 going down")], "F"),
        (&[("AUTH", "535 5.7.8 wrong, hunter2")], "R"),
        (&[(".", "452 4.3.1 disk full")], "F"),
        (&[(".", "554 5.7.1 spam")], "R"),
    ];
    for (replies, expected) in CASES {
        let (address, _) = server::smtp(replies).await;
        let sender = sender(smtp(address.port(), Some("hunter2")), OutboundPolicy::default(), Secrets::default());
        let outcome = sender.send(&it(), &over(Way::Email("wen@bank.example".into()))).await;
        assert_eq!(letter(&outcome), expected, "{replies:?} gave {outcome:?}");
        assert!(!format!("{outcome:?}").contains("hunter2"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_mail_that_wants_tls_never_goes_in_the_clear() {
    for tls in [SmtpTls::StartTls, SmtpTls::Implicit] {
        let (address, captured) = server::smtp(&[]).await;
        let Carrier::Smtp { host, port, from, username, password, .. } = smtp(address.port(), Some("hunter2")) else {
            panic!("another carrier");
        };
        let carrier = Carrier::Smtp { host, port, from, username, password, tls };
        let m = over(Way::Email("wen@bank.example".into()));
        let outcome = sender(carrier, OutboundPolicy::default(), Secrets::default()).send(&it(), &m).await;
        assert!(!matches!(outcome, Outcome::Sent { .. }), "{tls:?} gave {outcome:?}");
        assert!(captured.all().is_empty(), "{tls:?} sent {:?}", captured.all());
    }
}

#[tokio::test]
async fn what_no_retry_can_mend_is_refused_at_once() {
    let check = async |carrier: Carrier, way: Way, expected: &str| {
        let outcome = sender(carrier, OutboundPolicy::default(), Secrets::given([])).send(&it(), &over(way)).await;
        assert_eq!(outcome, Outcome::Refused { error: expected.into() });
    };
    let mail = || Way::Email("wen@bank.example".into());
    check(smtp(1, None), Way::Email("no address".into()), "`no address` is no mail address").await;
    check(
        smtp(1, None),
        Way::Sms("+85200000000".into()),
        "channel it is of Smtp and can't carry sms; name another channel for this contact",
    )
    .await;
    let missing = "password of channel it: the environment variable GONE is not set; set it and start Meridian again";
    check(smtp(1, Some("${env:GONE}")), mail(), missing).await;
    let weak = "secret of channel it is no signing secret: `whsec_` and at least 16 bytes in base64";
    check(Carrier::Webhook { secret: "hunter2".into() }, Way::Webhook("http://127.0.0.1:1/".into()), weak).await;
    let nobody = sender(smtp(1, None), OutboundPolicy::default(), Secrets::default()).send(&it(), &over(mail())).await;
    assert_eq!(letter(&nobody), "F", "{nobody:?}");
}
