//! What each way says, and what it does not let through.

use proptest::prelude::*;
use serde_json::Value;

use super::{super::*, HOSTILE, hostile, page};

fn mail(m: &Message) -> String {
    let built = mail::build(
        m,
        "Meridian <meridian@bank.example>".parse().unwrap(),
        "wen@bank.example".parse().unwrap(),
        "bank.example",
    );
    String::from_utf8(built.unwrap().formatted()).unwrap()
}

#[test]
fn a_mail_threads_and_names_itself() {
    let text = mail(&page());
    for line in [
        "Subject: SEV2 INC-1042 US dollar wires are not reaching the Fed\r\n",
        "From: Meridian <meridian@bank.example>\r\n",
        "To: \"Wen Li\" <wen@bank.example>\r\n",
        "Message-ID: <mrd-bank-d123@bank.example>\r\n",
        "In-Reply-To: <inc-1042.wen@bank.example>\r\n",
        "References: <inc-1042.wen@bank.example>\r\n",
        "Auto-Submitted: auto-generated\r\n",
        "X-Meridian-Key: mrd-bank-d123\r\n",
        "Date: Mon, 23 Nov 2026 19:04:00 +0000\r\n",
        "Importance: high\r\n",
    ] {
        assert!(text.contains(line), "{line:?} is missing in:\n{}", text.split("\r\n\r\n").next().unwrap());
    }
    assert!(text.contains("multipart/alternative"));
    assert_eq!(text, mail(&page()), "a retry sends the same bytes");
    let resolved = mail(&Message { kind: Kind::Resolved, key: "mrd-bank-d124".into(), ..page() });
    assert!(
        resolved.contains("Subject: Resolved: SEV2 INC-1042")
            && resolved.contains("References: <inc-1042.wen@bank.example>")
    );
}

#[test]
fn the_plain_text_says_all() {
    let text = mail_text::render(&page());
    assert_eq!(
        text,
        "SEV2, INC-1042
US dollar wires are not reaching the Fed

You are paged because you are on watch for payments (hong-kong, primary) until 17:00 HKT, 09:00 UTC.

Acknowledge: https://meridian.bank.example/a/AQEAAAAAabcdEFGHijklMNOPqrstUVWXyz012345
I cannot, pass on: https://meridian.bank.example/a/AQIAAAAAabcdEFGHijklMNOPqrstUVWXyz012345
Without you, the next page goes to Grace Lau at 03:09 HKT, 19:09 UTC.
----------------------------------------
6 min, since Tue 24 Nov, 02:58 HKT, Mon 18:58 UTC
Open, nobody has acknowledged
service=payments
site=nyc
alertname=FedwireQueueStuck
severity=critical
----------------------------------------
Alerts (first 3 of 12)
* Fedwire queue on mq-a is 900 deep and not moving
  since 02:58 HKT, 18:58 UTC
  host=mq-a
* Fedwire queue on mq-b is 412 deep and not moving
  since 02:58 HKT, 18:58 UTC
  host=mq-b
- The gateway fw-2 answers slowly
  resolved; since 02:58 HKT, 18:58 UTC
  host=fw-2
----------------------------------------
Open the incident: https://meridian.bank.example/incidents/1042
Runbook: https://runbooks.bank.example/fedwire/queue-stuck

Written at Tue 24 Nov 2026, 03:04 HKT, Mon 19:04 UTC · mrd-bank-d123
"
    );
}

#[test]
fn an_sms_keeps_its_link_whole() {
    assert_eq!(
        phone::sms(&page()),
        "SEV2 INC-1042 US dollar wires are not reaching the Fed. Since 02:58 HKT, 18:58 UTC. \
         Without you, the next page goes to Grace Lau at 03:09 HKT, 19:09 UTC. \
         Ack: https://meridian.bank.example/a/AQEAAAAAabcdEFGHijklMNOPqrstUVWXyz012345"
    );
    let long = Message {
        acknowledge_url: Some(format!("https://m.example/{}", "a".repeat(190))),
        ..hostile(&"long ".repeat(100))
    };
    let text = phone::sms(&long);
    assert!(text.chars().count() <= 320 && text.ends_with(&"a".repeat(190)), "{text}");
    let resolved = phone::sms(&Message { kind: Kind::Resolved, ..page() });
    assert!(resolved.starts_with("Resolved: SEV2 INC-1042") && !resolved.contains("Ack:"), "{resolved}");
}

#[test]
fn a_call_says_it_twice_and_asks_where_it_can() {
    let told = phone::twiml(&page());
    assert_eq!(told.matches("Meridian pages you. Severity 2, incident 1042. US dollar wires").count(), 2, "{told}");
    let asked = phone::twiml(&Message { keypad_url: Some("https://m.example/twilio?a=1&b=2".into()), ..page() });
    assert!(asked.contains("action=\"https://m.example/twilio?a=1&amp;b=2\"") && asked.contains("Press 1"), "{asked}");
}

#[test]
fn a_get_never_acknowledges_and_only_a_page_asks() {
    let body = ntfy::body(&page(), "ops");
    assert_eq!(
        (&body["priority"], &body["topic"], &body["actions"][0]["action"]),
        (&5.into(), &"ops".into(), &"view".into())
    );
    for kind in [Kind::Resolved, Kind::Reminder, Kind::Update { joined: 2 }] {
        let m = Message { kind, ..page() };
        assert_eq!(ntfy::body(&m, "ops")["priority"], 2, "{kind:?} is quiet");
        for text in
            [mail_html::render(&m), slack::body(&m).to_string(), ntfy::body(&m, "ops").to_string(), phone::sms(&m)]
        {
            assert!(
                !text.contains("cknowledge</a>") && !text.contains("\"Acknowledge\"") && !text.contains("Ack:"),
                "{text}"
            );
        }
    }
}

#[test]
fn hostile_text_stays_text() {
    for text in HOSTILE {
        let m = hostile(text);
        let html = mail_html::render(&m);
        assert!(!html.contains("<script") && !html.contains("<img") && !html.contains("href=\"javascript"), "{html}");
        let raw = mail(&m);
        let head = raw.split("\r\n\r\n").next().unwrap();
        for line in head.split("\r\n") {
            assert!(!line.to_ascii_lowercase().starts_with("bcc") && line.is_ascii(), "{line:?}");
        }
        let told = phone::twiml(&Message { keypad_url: Some("https://m.example/?a&b".into()), ..m.clone() });
        assert!(
            !told.contains("<Hangup")
                && !told.contains("<script")
                && told.matches("<Say").count() == told.matches("</Say>").count()
        );
        assert!(!told.contains(|c: char| c.is_control()), "{told:?}");
        check_slack(&m);
        assert!(phone::sms(&m).chars().count() <= 320);
        assert!(ntfy::body(&m, "ops")["message"].as_str().unwrap().len() <= 3500);
    }
}

fn check_slack(m: &Message) {
    let body = slack::body(m);
    let blocks = body["blocks"].as_array().unwrap();
    assert!(blocks.len() <= 50);
    let mut texts = vec![body["text"].as_str().unwrap().to_owned()];
    collect(&body["blocks"], &mut texts);
    for text in texts {
        assert!(text.chars().count() <= 3000);
        assert!(
            !text.contains("<!") && !text.contains("<@") && !text.contains("@all") && !text.contains("<http"),
            "{text}"
        );
    }
}

fn collect(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::Object(map) if map.get("type").is_some_and(|t| t == "mrkdwn") => {
            texts.push(map["text"].as_str().unwrap().to_owned())
        }
        Value::Object(map) => map.values().for_each(|inner| collect(inner, texts)),
        Value::Array(list) => list.iter().for_each(|inner| collect(inner, texts)),
        _ => {}
    }
}

#[test]
fn twilio_requests_prove_themselves() {
    let form = [
        ("CallSid", "CA1234567890ABCDE"),
        ("From", "+12349013030"),
        ("To", "+18005551212"),
        ("Caller", "+12349013030"),
        ("Digits", "1234"),
    ];
    let form = form.map(|(n, v)| (n.to_owned(), v.to_owned())).into_iter().collect();
    let check = |token: &str, signature: &str, expected: bool| {
        assert_eq!(
            verify_twilio(token, "https://mycompany.com/myapp.php?foo=1&bar=2", &form, signature),
            expected,
            "{signature}"
        );
    };
    check("12345", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", true);
    check("12346", "0/KCTR6DLpKmkAf8muzZqo1nDgQ=", false);
    check("12345", "1/KCTR6DLpKmkAf8muzZqo1nDgQ=", false);
    check("12345", "", false);
    check("12345", "not base64", false);
}

#[test]
fn webhook_secrets() {
    let check = |secret: &str, fits: bool| assert_eq!(WebhookKey::parse(secret).is_some(), fits, "{secret}");
    check("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw", true);
    check("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLwSw", false);
    check("whsec_c2hvcnQ=", false);
    check("whsec_***", false);
    check("", false);
}

proptest! {
    #[test]
    fn no_text_breaks_a_rendering(text in "\\PC{0,120}|[\\x00-\\x7f]{0,120}") {
        let m = hostile(&text);
        let raw = mail(&m);
        let head = raw.split("\r\n\r\n").next().unwrap();
        prop_assert!(head.is_ascii());
        prop_assert!(head.lines().all(|line| !line.to_ascii_lowercase().starts_with("bcc:")));
        prop_assert!(phone::sms(&m).chars().count() <= 320);
        check_slack(&m);
        let _ = (mail_html::render(&m), mail_text::render(&m), phone::twiml(&m), ntfy::body(&m, "t"), webhook::body(&m));
    }
}
